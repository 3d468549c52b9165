"""What the law gives a person: everything that is kept about them, in their hands, or gone."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django.db import transaction
from django.db.models import Q, prefetch_related_objects
from django.utils import timezone

from consular.models import Enquiry, Entry, Erasure, Trace
from consular.references import read_reference
from letters.models import Letter


def enquiries_of(said: str):
    """Return the enquiries of the person with this e-mail address, or the one with this reference.

    ValueError where it is neither an address nor a reference.
    """
    if "@" in said:
        return Enquiry.objects.from_email(said)
    reference = read_reference(said)
    if reference is None:
        raise ValueError("That is neither an e-mail address nor a reference.")
    return Enquiry.objects.filter(reference=reference)


# In their hands


def export_of(enquiry: Enquiry, letters: Iterable[Letter] | None = None) -> dict:
    """Return everything that is kept of an enquiry, ready for JSON: internal notes, too, and no officer's name.

    What is left out: the link, which opens the enquiry for whoever has it, and the hashes, which say nothing more.
    `letters` are those about it, where they were fetched for several enquiries together.
    """
    return {
        "reference": enquiry.reference,
        "topic": enquiry.topic.name,
        **{name: getattr(enquiry, name) for name in Enquiry.PERSONAL},
        "consent_given": moment(enquiry.consent_at),
        "received": moment(enquiry.received_at),
        "state": str(enquiry.state.label),
        "answer_by": enquiry.answer_by.isoformat() if enquiry.answer_by else None,
        "visitor_added": moment(enquiry.visitor_added_at),
        "answered": moment(enquiry.answered_at),
        "closed": moment(enquiry.closed_at),
        "suspected_of_spam": enquiry.suspicion,
        "written_later": [
            {"what": entry.get_kind_display(), "when": moment(entry.at), "text": entry.text}
            for entry in enquiry.entries.all()
        ],
        "done_with_it": [
            {"what": step.get_kind_display(), "when": moment(step.at)} for step in reversed(enquiry.log_entries.all())
        ],
        "letters": [
            {"what": letter.kind, "written": moment(letter.written_at), "sent": moment(letter.sent_at)}
            for letter in (letters_of([enquiry])[enquiry.pk] if letters is None else letters)
        ],
    }


def export(enquiries: Iterable[Enquiry], at: datetime, by=None) -> dict:
    """Return everything that is kept of several enquiries, and leave in each a trace that it was given out.

    The number of queries is the same for one enquiry and for a hundred.
    """
    with transaction.atomic():
        enquiries = list(enquiries)
        prefetch_related_objects(enquiries, "topic", "entries", "log_entries")
        letters = letters_of(enquiries)
        given = [export_of(enquiry, letters[enquiry.pk]) for enquiry in enquiries]
        Trace.objects.bulk_create(
            Trace(enquiry=enquiry, kind=Trace.Kind.EXPORTED, at=at, by=by) for enquiry in enquiries
        )
    return {"made": moment(at), "enquiries": given}


def letters_of(enquiries: Iterable[Enquiry]) -> dict[int, list[Letter]]:
    """Return the letters about enquiries that are in the outbox still, by the enquiry's number, the oldest first."""
    numbers = [enquiry.pk for enquiry in enquiries]
    answers = dict(Entry.objects.filter(kind=Entry.Kind.ANSWER, enquiry__in=numbers).values_list("pk", "enquiry_id"))
    about_them = Q(kind__startswith="enquiry ", object_id__in=numbers) & ~Q(kind="enquiry answer")
    letters = Letter.objects.filter(about_them | Q(kind="enquiry answer", object_id__in=list(answers)))
    found = {number: [] for number in numbers}
    for letter in letters.order_by("written_at", "pk"):
        found[answers[letter.object_id] if letter.kind == "enquiry answer" else letter.object_id].append(letter)
    return found


def moment(at: datetime | None) -> str | None:
    """Return a moment as it stands in an export: in the host's zone, to the second, with its offset."""
    return None if at is None else timezone.localtime(at).isoformat(timespec="seconds")


# Gone


def erase(enquiries: Iterable[Enquiry], at: datetime, by=None) -> list[str]:
    """Erase enquiries at the person's wish, and return their references. Each is its own transaction."""
    references = []
    for enquiry in enquiries:
        enquiry.erase(Erasure.Reason.PERSON, at=at, by=by)
        references.append(enquiry.reference)
    return references
