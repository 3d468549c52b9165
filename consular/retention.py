"""Retention: deletion of enquiries whose topic's retention period is over."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import datetime

from django.db import IntegrityError, connection, transaction

from consular.encryption import encrypted_fields
from consular.models import Enquiry, EnquiryEntry, EnquiryLogEntry, EnquirySubmission, Erasure

BATCH_SIZE = 100  # enquiries in a transaction


def expired_enquiries(at: datetime):
    """Return the enquiries to delete, without their encrypted fields: that works even if the key is lost."""
    return Enquiry.objects.expired(at).defer(*encrypted_fields(Enquiry)).order_by("pk")


def count_expired(at: datetime) -> Counter[tuple[str, str]]:
    """Return how many enquiries are to be deleted, by (topic, state)."""
    found = expired_enquiries(at).select_related("topic").iterator(chunk_size=1000)
    return Counter((enquiry.topic.name, str(enquiry.state.label)) for enquiry in found)


def unanswered_references(at: datetime) -> list[str]:
    """Return the references of the enquiries to delete that were never answered."""
    return list(expired_enquiries(at).waiting().values_list("reference", flat=True))


def purge_enquiries(at: datetime) -> Iterator[int]:
    """Delete the expired enquiries; yield the number deleted after each batch.

    Each is checked again under a lock: one with new activity is not deleted.
    """
    chosen = list(expired_enquiries(at).values_list("pk", flat=True))
    for start in range(0, len(chosen), BATCH_SIZE):
        try:
            yield _erase(chosen[start : start + BATCH_SIZE], at)
        except IntegrityError:  # an officer opened one at the same time: the next run deletes it
            yield 0


def _erase(chosen: list[int], at: datetime) -> int:
    with transaction.atomic():
        locked = list(expired_enquiries(at).filter(pk__in=chosen).select_for_update(of=("self",)))
        for enquiry in locked:
            enquiry.erase(Erasure.Reason.EXPIRED, at=at)
        return len(locked)


def purge_counters(at: datetime) -> tuple[int, int]:
    """Delete the rate limit's rows of an hour ago and the erasure records of years ago; return how many of each."""
    return EnquirySubmission.objects.purge(at), Erasure.objects.purge(at)


def vacuum() -> None:
    """Run VACUUM on PostgreSQL so that deleted rows leave the files. SQLite has overwritten them (secure_delete)."""
    if connection.vendor != "postgresql" or connection.in_atomic_block:  # VACUUM is refused in a transaction
        return
    tables = ", ".join(
        connection.ops.quote_name(model._meta.db_table) for model in (Enquiry, EnquiryEntry, EnquiryLogEntry)
    )
    with connection.cursor() as cursor:
        cursor.execute(f"VACUUM {tables}")
