"""Access log: which officer has seen the personal data of which enquiry.

The models do the logging, not the views: inside `recording_reads()`, every Enquiry or Entry that is loaded with one of
its encrypted fields is logged. All admin views of enquiries run inside it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import datetime, timedelta

from django.apps import apps
from django.db import models, transaction

from consular.encryption import encrypted_fields

VIEW_INTERVAL = timedelta(minutes=10)  # views by one officer within this time are logged once

_reads: ContextVar[set[int] | None] = ContextVar("consular_reads", default=None)


class LoggedReads(models.Model):
    """Abstract model with encrypted fields: loading one of them records the id of its enquiry."""

    class Meta:
        abstract = True

    enquiry_column = "pk"  # the attribute with the enquiry's id

    @classmethod
    def from_db(cls, db, field_names, values):
        row = super().from_db(db, field_names, values)
        reads = _reads.get()
        if reads is not None and not set(encrypted_fields(cls)) <= row.get_deferred_fields():
            reads.add(getattr(row, cls.enquiry_column))
        return row


@contextmanager
def recording_reads(by, at: datetime) -> Iterator[None]:
    """Log an officer's view of each enquiry whose personal data is decrypted inside this context.

    An enquiry with another log entry of the officer at the same time `at` (an export, a reply) gets none.
    """
    token = _reads.set(set())
    try:
        yield
    finally:
        read = _reads.get()
        _reads.reset(token)
        record(read - _acted_on(read, by, at), "opened", by, at)


def _acted_on(enquiries: set[int], by, at: datetime) -> set[int]:
    if not enquiries:
        return set()
    entries = apps.get_model("consular", "EnquiryLogEntry").objects.filter(enquiry__in=enquiries, by=by, at=at)
    return set(entries.values_list("enquiry_id", flat=True))


def record(enquiries: Iterable[int], kind: str, by, at: datetime) -> None:
    """Add a log entry of this kind to each enquiry that was not erased.

    An enquiry with such an entry of the officer within VIEW_INTERVAL gets none.
    """
    Enquiry, EnquiryLogEntry = (apps.get_model("consular", name) for name in ("Enquiry", "EnquiryLogEntry"))
    pks = set(enquiries)
    if not pks:
        return
    with transaction.atomic():
        recent = EnquiryLogEntry.objects.filter(enquiry__in=pks, kind=kind, by=by, at__gt=at - VIEW_INTERVAL)
        pks -= set(recent.values_list("enquiry_id", flat=True))
        locked = Enquiry.objects.select_for_update(of=("self",)).filter(pk__in=pks).order_by("pk")
        EnquiryLogEntry.objects.bulk_create(
            EnquiryLogEntry(enquiry_id=pk, kind=kind, by=by, at=at) for pk in locked.values_list("pk", flat=True)
        )
