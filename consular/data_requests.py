"""Data requests (GDPR): export and erasure of everything stored about a person."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django.db import transaction
from django.db.models import Q, prefetch_related_objects
from django.utils import timezone

from consular.models import Enquiry, EnquiryEntry, EnquiryLogEntry, Erasure
from consular.references import read_reference
from outbox.models import OutboxEmail


def find_enquiries(who: str):
    """Return the enquiries of a person, by e-mail address, or one enquiry, by reference.

    ValueError if the text is neither.
    """
    if "@" in who:
        return Enquiry.objects.from_email(who)
    reference = read_reference(who)
    if reference is None:
        raise ValueError("That is neither an e-mail address nor a reference.")
    return Enquiry.objects.filter(reference=reference)


# Export


def export_enquiry(enquiry: Enquiry, emails: Iterable[OutboxEmail] | None = None) -> dict:
    """Return everything stored about an enquiry, ready for JSON, with internal notes and without officers' names.

    Left out: the link, which gives access to the enquiry, and the hashes, which hold no more information. `emails`
    are those about the enquiry, if they were fetched for several enquiries together.
    """
    return {
        "reference": enquiry.reference,
        "topic": enquiry.topic.name,
        **{name: getattr(enquiry, name) for name in Enquiry.PERSONAL},
        "consent_given": format_time(enquiry.consent_at),
        "received": format_time(enquiry.received_at),
        "state": str(enquiry.state.label),
        "answer_by": enquiry.answer_by.isoformat() if enquiry.answer_by else None,
        "visitor_added": format_time(enquiry.visitor_added_at),
        "answered": format_time(enquiry.answered_at),
        "closed": format_time(enquiry.closed_at),
        "suspected_of_spam": enquiry.suspicion,
        "entries": [
            {"kind": entry.get_kind_display(), "at": format_time(entry.at), "text": entry.text}
            for entry in enquiry.entries.all()
        ],
        "log": [
            {"kind": step.get_kind_display(), "at": format_time(step.at)}
            for step in reversed(enquiry.log_entries.all())
        ],
        "emails": [
            {"kind": email.kind, "written": format_time(email.written_at), "sent": format_time(email.sent_at)}
            for email in (emails_by_enquiry([enquiry])[enquiry.pk] if emails is None else emails)
        ],
    }


def export_enquiries(enquiries: Iterable[Enquiry], at: datetime, by=None) -> dict:
    """Return everything stored about several enquiries, and log the export in each.

    The number of queries does not depend on the number of enquiries.
    """
    with transaction.atomic():
        enquiries = list(enquiries)
        prefetch_related_objects(enquiries, "topic", "entries", "log_entries")
        emails = emails_by_enquiry(enquiries)
        exported = [export_enquiry(enquiry, emails[enquiry.pk]) for enquiry in enquiries]
        EnquiryLogEntry.objects.bulk_create(
            EnquiryLogEntry(enquiry=enquiry, kind=EnquiryLogEntry.Kind.EXPORTED, at=at, by=by) for enquiry in enquiries
        )
    return {"exported": format_time(at), "enquiries": exported}


def emails_by_enquiry(enquiries: Iterable[Enquiry]) -> dict[int, list[OutboxEmail]]:
    """Return the e-mails about enquiries that are still in the outbox, by enquiry id, oldest first."""
    pks = [enquiry.pk for enquiry in enquiries]
    answers = dict(
        EnquiryEntry.objects.filter(kind=EnquiryEntry.Kind.ANSWER, enquiry__in=pks).values_list("pk", "enquiry_id")
    )
    about_them = Q(kind__startswith="enquiry ", object_id__in=pks) & ~Q(kind="enquiry answer")
    emails = OutboxEmail.objects.filter(about_them | Q(kind="enquiry answer", object_id__in=list(answers)))
    found = {pk: [] for pk in pks}
    for email in emails.order_by("written_at", "pk"):
        found[answers[email.object_id] if email.kind == "enquiry answer" else email.object_id].append(email)
    return found


def format_time(at: datetime | None) -> str | None:
    """Return a time in ISO 8601, in the host's time zone, to the second."""
    return None if at is None else timezone.localtime(at).isoformat(timespec="seconds")


# Erasure


def erase_enquiries(enquiries: Iterable[Enquiry], at: datetime, by=None) -> list[str]:
    """Erase enquiries at the person's request, each in a transaction of its own, and return their references."""
    references = []
    for enquiry in enquiries:
        enquiry.erase(Erasure.Reason.PERSON, at=at, by=by)
        references.append(enquiry.reference)
    return references
