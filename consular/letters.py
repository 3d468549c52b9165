"""Letters about enquiries: to the visitor, to the topic's mailbox, to the officer whom one was given to.

Those to staff name the reference and the topic, and nothing personal: who asks and what stands on the desk. Those to a
visitor answer each other, so that a mail program shows them as one exchange.
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

# Anybody can cause these by writing an address into the form: see letters.limits.
limits.set_limit("enquiry receipt", 3, per_hour=settings.RECEIPTS_PER_HOUR)

# To the visitor


@kind("enquiry receipt")
def of_receipt(letter: Letter) -> EmailMessage | None:
    """Word the receipt: it may be passed on, and so doesn't repeat what was asked."""
    enquiry = trusted(letter.object_id)
    if enquiry is None:
        return None
    headers = {**BY_A_MACHINE, "Message-ID": first_of(enquiry)}
    return to_visitor("receipt", enquiry, headers)


@kind("enquiry answer")
def of_answer(letter: Letter) -> EmailMessage | None:
    """Word an officer's answer, above what it answers. A person wrote it, so nothing says otherwise."""
    entries = Entry.objects.filter(kind=Entry.Kind.ANSWER).select_related("enquiry__topic")
    entry = entries.filter(pk=letter.object_id).first()
    if entry is None:
        return None
    first = first_of(entry.enquiry)
    headers = {
        "Message-ID": message_id("enquiry", entry.enquiry.reference, entry.pk),
        "In-Reply-To": first,
        "References": first,
    }
    words, at = answered_by(entry)
    return to_visitor("answer", entry.enquiry, headers, answer=plain(entry.text), quoted=quoted(words), asked_at=at)


def answered_by(answer: Entry) -> tuple[str, datetime]:
    """Return what the visitor had written last when this answer was given, and when."""
    added = answer.enquiry.entries.filter(kind=Entry.Kind.ADDITION, at__lte=answer.at, pk__lt=answer.pk).last()
    return (added.text, added.at) if added else (answer.enquiry.question, answer.enquiry.received_at)


def to_visitor(template: str, enquiry: Enquiry, headers: dict, **more) -> EmailMessage:
    """Return a letter to whoever asked. What they write back goes to the officers, not to the press office."""
    context = {**about(enquiry), "link": address("consular:enquiry", enquiry.token), **more}
    mailbox = [enquiry.topic.mailbox] if enquiry.topic.mailbox else None
    to = ascii_address(enquiry.email)
    return compose(f"consular/letters/{template}.txt", to, context, headers=headers, reply_to=mailbox)


def first_of(enquiry: Enquiry) -> str:
    """Return the name of the first letter to a visitor, which the others answer."""
    return message_id("enquiry", enquiry.reference)


def quoted(text: str) -> str:
    """Return a text as mail programs quote it."""
    return "\n".join(f"> {line}".rstrip() for line in plain(text).split("\n"))


def plain(text: str) -> str:
    """Return a text with plain line ends, as forms post it with others."""
    return "\n".join(text.splitlines())


# To the mailbox of the topic


@kind("enquiry received")
def of_received(letter: Letter) -> EmailMessage | None:
    return to_mailbox("received", trusted(letter.object_id))


@kind("enquiry added")
def of_added(letter: Letter) -> EmailMessage | None:
    return to_mailbox("added", trusted(letter.object_id))


def to_mailbox(template: str, enquiry: Enquiry | None) -> EmailMessage | None:
    return enquiry and compose(f"consular/letters/{template}.txt", enquiry.topic.mailbox, about(enquiry))


# To an officer


@kind("enquiry assigned")
def of_assigned(letter: Letter) -> EmailMessage | None:
    """Word to an officer that an enquiry is theirs; nothing once they have left, or somebody else has it."""
    officer = get_user_model().objects.filter(pk=letter.recipient_id, is_active=True).exclude(email="").first()
    enquiry = found(letter.object_id)
    if officer is None or enquiry is None or enquiry.assigned_to_id != officer.pk:
        return None
    return compose("consular/letters/assigned.txt", officer.email, {**about(enquiry), "to": officer})


# What they tell of


def found(pk: int) -> Enquiry | None:
    """Return an enquiry; None where it was erased meanwhile."""
    return Enquiry.objects.select_related("topic").filter(pk=pk).first()


def trusted(pk: int) -> Enquiry | None:
    """Return an enquiry; None where it was erased, or found to be spam, meanwhile: then nobody is written to."""
    return Enquiry.objects.not_spam().select_related("topic").filter(pk=pk).first()


def about(enquiry: Enquiry) -> dict:
    """Return what every letter about an enquiry says, nothing of it personal."""
    return {
        "enquiry": enquiry,
        "topic": " ".join(enquiry.topic.name.split()),
        "desk": address("admin:consular_enquiry_change", enquiry.pk),
        "contact": address("consular:contact"),
        "office": Office.objects.for_header(),
    }
