"""Access log of enquiries: a row of personal data that is decrypted for an officer leaves a trace of that officer.

It is a rule of the models, not of the views: while `recording_reads()` is on, every Enquiry or Entry that is loaded
with one of its sealed fields is noted, in whatever way it was loaded. The enquiries' desk runs each view in it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import datetime, timedelta

from django.db import models, transaction

from consular.sealed import sealed_fields

ONE_LOOK = timedelta(minutes=10)  # within which the same officer's reading it again is the same look

_reads: ContextVar[set[int] | None] = ContextVar("consular_reads", default=None)


class LoggedReads(models.Model):
    """A model with sealed fields: loading one of them notes which enquiry it belongs to."""

    class Meta:
        abstract = True

    enquiry_column = "pk"  # the attribute that holds the enquiry's number

    @classmethod
    def from_db(cls, db, field_names, values):
        row = super().from_db(db, field_names, values)
        reads = _reads.get()
        if reads is not None and not set(sealed_fields(cls)) <= row.get_deferred_fields():
            reads.add(getattr(row, cls.enquiry_column))
        return row


@contextmanager
def recording_reads(by, at: datetime) -> Iterator[None]:
    """Leave a trace of an officer in each enquiry whose personal data is decrypted meanwhile: one for each look.

    An act of theirs at this very moment (`at`) is trace enough: an export, an answer.
    """
    token = _reads.set(set())
    try:
        yield
    finally:
        read = _reads.get()
        _reads.reset(token)
        record(read - _acted_on(read, by, at), "opened", by, at)


def _acted_on(enquiries: set[int], by, at: datetime) -> set[int]:
    from consular.models import Trace

    if not enquiries:
        return set()
    return set(Trace.objects.filter(enquiry__in=enquiries, by=by, at=at).values_list("enquiry_id", flat=True))


def record(enquiries: Iterable[int], kind: str, by, at: datetime) -> None:
    """Leave a trace of this kind in each enquiry, unless the officer has left one within ONE_LOOK, or it is erased."""
    from consular.models import Enquiry, Trace

    numbers = set(enquiries)
    if not numbers:
        return
    with transaction.atomic():
        recent = Trace.objects.filter(enquiry__in=numbers, kind=kind, by=by, at__gt=at - ONE_LOOK)
        numbers -= set(recent.values_list("enquiry_id", flat=True))
        kept = Enquiry.objects.select_for_update(of=("self",)).filter(pk__in=numbers).order_by("pk")
        Trace.objects.bulk_create(
            Trace(enquiry_id=number, kind=kind, by=by, at=at) for number in kept.values_list("pk", flat=True)
        )
