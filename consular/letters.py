"""E-mails about enquiries: to the visitor, to the topic's mailbox, to the officer an enquiry was assigned to.

E-mails to staff contain the reference and the topic and nothing personal. E-mails to a visitor form a thread (RFC
5322, 3.6.4), so that a mail program shows them as one conversation.
"""

from __future__ import annotations

from datetime import datetime

from django.conf import settings
from django.contrib.auth import get_user_model
from django.core.mail import EmailMessage

from consular.models import Enquiry, Entry, Office
from letters import limits
from letters.email_addresses import ascii_address
from letters.kinds import BY_A_MACHINE, address, compose, kind, message_id
from letters.models import Letter

# Anybody can cause a receipt by entering an address in the form: see letters.limits.
limits.set_limit("enquiry receipt", 3, per_hour=settings.RECEIPTS_PER_HOUR)

# To the visitor


@kind("enquiry receipt")
def of_receipt(email: Letter) -> EmailMessage | None:
    """Return the receipt. It does not repeat the question, as it may be forwarded."""
    enquiry = trusted(email.object_id)
    if enquiry is None:
        return None
    headers = {**BY_A_MACHINE, "Message-ID": first_of(enquiry)}
    return to_visitor("receipt", enquiry, headers)


@kind("enquiry answer")
def of_answer(email: Letter) -> EmailMessage | None:
    """Return an officer's reply, with the question quoted below. It has no Auto-Submitted header: a person wrote it."""
    entries = Entry.objects.filter(kind=Entry.Kind.ANSWER).select_related("enquiry__topic")
    entry = entries.filter(pk=email.object_id).first()
    if entry is None:
        return None
    first = first_of(entry.enquiry)
    headers = {
        "Message-ID": message_id("enquiry", entry.enquiry.reference, entry.pk),
        "In-Reply-To": first,
        "References": first,
    }
    question, at = answered_by(entry)
    return to_visitor("answer", entry.enquiry, headers, answer=plain(entry.text), quoted=quoted(question), asked_at=at)


def answered_by(answer: Entry) -> tuple[str, datetime]:
    """Return the visitor's last text before this reply, and its time."""
    added = answer.enquiry.entries.filter(kind=Entry.Kind.ADDITION, at__lte=answer.at, pk__lt=answer.pk).last()
    return (added.text, added.at) if added else (answer.enquiry.question, answer.enquiry.received_at)


def to_visitor(template: str, enquiry: Enquiry, headers: dict, **more) -> EmailMessage:
    """Return an e-mail to the visitor. Replies to it go to the topic's mailbox, not to the press office."""
    context = {**about(enquiry), "link": address("consular:enquiry", enquiry.token), **more}
    mailbox = [enquiry.topic.mailbox] if enquiry.topic.mailbox else None
    to = ascii_address(enquiry.email)
    return compose(f"consular/letters/{template}.txt", to, context, headers=headers, reply_to=mailbox)


def first_of(enquiry: Enquiry) -> str:
    """Return the Message-ID of the receipt, which begins the thread."""
    return message_id("enquiry", enquiry.reference)


def quoted(text: str) -> str:
    """Return a text with "> " before each line."""
    return "\n".join(f"> {line}".rstrip() for line in plain(text).split("\n"))


def plain(text: str) -> str:
    """Return a text with \\n line ends: browsers post \\r\\n."""
    return "\n".join(text.splitlines())


# To the mailbox of the topic


@kind("enquiry received")
def of_received(email: Letter) -> EmailMessage | None:
    return to_mailbox("received", trusted(email.object_id))


@kind("enquiry added")
def of_added(email: Letter) -> EmailMessage | None:
    return to_mailbox("added", trusted(email.object_id))


def to_mailbox(template: str, enquiry: Enquiry | None) -> EmailMessage | None:
    return enquiry and compose(f"consular/letters/{template}.txt", enquiry.topic.mailbox, about(enquiry))


# To an officer


@kind("enquiry assigned")
def of_assigned(email: Letter) -> EmailMessage | None:
    """Return the notice of an assignment; None if the officer has left or somebody else is assigned now."""
    officer = get_user_model().objects.filter(pk=email.recipient_id, is_active=True).exclude(email="").first()
    enquiry = Enquiry.objects.select_related("topic").filter(pk=email.object_id).first()
    if officer is None or enquiry is None or enquiry.assigned_to_id != officer.pk:
        return None
    return compose("consular/letters/assigned.txt", officer.email, {**about(enquiry), "to": officer})


def trusted(pk: int) -> Enquiry | None:
    """Return an enquiry; None if it has been erased or marked as spam: then no e-mail is sent."""
    return Enquiry.objects.not_spam().select_related("topic").filter(pk=pk).first()


def about(enquiry: Enquiry) -> dict:
    """Return the context of every e-mail about an enquiry, without personal data."""
    return {
        "enquiry": enquiry,
        "topic": " ".join(enquiry.topic.name.split()),
        "desk": address("admin:consular_enquiry_change", enquiry.pk),
        "contact": address("consular:contact"),
        "office": Office.objects.for_header(),
    }
