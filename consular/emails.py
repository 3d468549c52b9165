"""E-mails about enquiries: to the visitor, to the topic's mailbox, to the officer an enquiry was assigned to.

E-mails to staff contain the reference and the topic and nothing personal. E-mails to a visitor form a thread (RFC
5322, 3.6.4), so that a mail program shows them as one conversation.
"""

from __future__ import annotations

from datetime import datetime

from django.conf import settings
from django.contrib.auth import get_user_model
from django.core.mail import EmailMessage

from consular.models import Enquiry, EnquiryEntry, Office
from core.email_addresses import ascii_address
from outbox import rate_limits
from outbox.models import OutboxEmail
from outbox.registry import AUTO_SUBMITTED, absolute_url, build_message, message_id, register_email

# Anybody can cause a receipt by entering an address in the form: see outbox.rate_limits.
rate_limits.set_limit("enquiry receipt", 3, per_hour=settings.RECEIPTS_PER_HOUR)

# To the visitor


@register_email("enquiry receipt")
def render_receipt(email: OutboxEmail) -> EmailMessage | None:
    """Return the receipt. It does not repeat the question, as it may be forwarded."""
    enquiry = find_not_spam(email.object_id)
    if enquiry is None:
        return None
    headers = {**AUTO_SUBMITTED, "Message-ID": thread_id(enquiry)}
    return message_to_visitor("receipt", enquiry, headers)


@register_email("enquiry answer")
def render_reply(email: OutboxEmail) -> EmailMessage | None:
    """Return an officer's reply, with the question quoted below. It has no Auto-Submitted header: a person wrote it."""
    entries = EnquiryEntry.objects.filter(kind=EnquiryEntry.Kind.ANSWER).select_related("enquiry__topic")
    entry = entries.filter(pk=email.object_id).first()
    if entry is None:
        return None
    first = thread_id(entry.enquiry)
    headers = {
        "Message-ID": message_id("enquiry", entry.enquiry.reference, entry.pk),
        "In-Reply-To": first,
        "References": first,
    }
    question, at = answered_text(entry)
    return message_to_visitor(
        "answer", entry.enquiry, headers, answer=normalise_line_ends(entry.text), quoted=quote(question), asked_at=at
    )


def answered_text(answer: EnquiryEntry) -> tuple[str, datetime]:
    """Return the visitor's last text before this reply, and its time."""
    added = answer.enquiry.entries.filter(kind=EnquiryEntry.Kind.ADDITION, at__lte=answer.at, pk__lt=answer.pk).last()
    return (added.text, added.at) if added else (answer.enquiry.question, answer.enquiry.received_at)


def message_to_visitor(template: str, enquiry: Enquiry, headers: dict, **more) -> EmailMessage:
    """Return an e-mail to the visitor. Replies to it go to the topic's mailbox, not to the press office."""
    context = {**enquiry_context(enquiry), "link": absolute_url("consular:enquiry", enquiry.token), **more}
    mailbox = [enquiry.topic.mailbox] if enquiry.topic.mailbox else None
    to = ascii_address(enquiry.email)
    return build_message(f"consular/emails/{template}.txt", to, context, headers=headers, reply_to=mailbox)


def thread_id(enquiry: Enquiry) -> str:
    """Return the Message-ID of the receipt, which begins the thread."""
    return message_id("enquiry", enquiry.reference)


def quote(text: str) -> str:
    """Return a text with "> " before each line."""
    return "\n".join(f"> {line}".rstrip() for line in normalise_line_ends(text).split("\n"))


def normalise_line_ends(text: str) -> str:
    """Return a text with \\n line ends: browsers post \\r\\n."""
    return "\n".join(text.splitlines())


# To the mailbox of the topic


@register_email("enquiry received")
def render_received(email: OutboxEmail) -> EmailMessage | None:
    return message_to_mailbox("received", find_not_spam(email.object_id))


@register_email("enquiry added")
def render_addition(email: OutboxEmail) -> EmailMessage | None:
    return message_to_mailbox("added", find_not_spam(email.object_id))


def message_to_mailbox(template: str, enquiry: Enquiry | None) -> EmailMessage | None:
    return enquiry and build_message(f"consular/emails/{template}.txt", enquiry.topic.mailbox, enquiry_context(enquiry))


# To an officer


@register_email("enquiry assigned")
def render_assigned(email: OutboxEmail) -> EmailMessage | None:
    """Return the notice of an assignment; None if the officer has left or another officer is assigned now."""
    officer = get_user_model().objects.filter(pk=email.recipient_id, is_active=True).exclude(email="").first()
    enquiry = Enquiry.objects.select_related("topic").filter(pk=email.object_id).first()
    if officer is None or enquiry is None or enquiry.assigned_to_id != officer.pk:
        return None
    return build_message("consular/emails/assigned.txt", officer.email, {**enquiry_context(enquiry), "to": officer})


def find_not_spam(pk: int) -> Enquiry | None:
    """Return an enquiry; None if it has been erased or marked as spam: then no e-mail is sent."""
    return Enquiry.objects.not_spam().select_related("topic").filter(pk=pk).first()


def enquiry_context(enquiry: Enquiry) -> dict:
    """Return the context of every e-mail about an enquiry, without personal data."""
    return {
        "enquiry": enquiry,
        "topic": " ".join(enquiry.topic.name.split()),
        "desk": absolute_url("admin:consular_enquiry_change", enquiry.pk),
        "contact": absolute_url("consular:contact"),
        "office": Office.objects.for_header(),
    }
