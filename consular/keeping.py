"""How long enquiries are kept: as long as their topic says, and then no longer."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import datetime

from django.db import IntegrityError, connection, transaction

from consular.models import Enquiry, Entry, Erasure, Knock, Trace
from consular.sealed import sealed_fields

A_BATCH = 100  # enquiries in a transaction


def expired(at: datetime):
    """Return the enquiries that have been kept long enough, unread: that can be done when their key is lost, too."""
    return Enquiry.objects.expired(at).defer(*sealed_fields(Enquiry)).order_by("pk")


def overview(at: datetime) -> Counter[tuple[str, str]]:
    """Return how many have been kept long enough, by topic and state."""
    found = expired(at).select_related("topic").iterator(chunk_size=1000)
    return Counter((enquiry.topic.name, str(enquiry.state.label)) for enquiry in found)


def unanswered(at: datetime) -> list[str]:
    """Return the references of those among them that wait for an answer to this day."""
    return list(expired(at).waiting().values_list("reference", flat=True))


def purge(at: datetime) -> Iterator[int]:
    """Erase those that have been kept long enough; yield after each batch how many it was.

    One to which something has happened meanwhile stays: each is asked again once nobody else can touch it.
    """
    chosen = list(expired(at).values_list("pk", flat=True))
    for start in range(0, len(chosen), A_BATCH):
        try:
            yield _erase(chosen[start : start + A_BATCH], at)
        except IntegrityError:  # an officer opened one while it went: the next run finds it again
            yield 0


def _erase(chosen: list[int], at: datetime) -> int:
    with transaction.atomic():
        still = list(expired(at).filter(pk__in=chosen).select_for_update(of=("self",)))
        for enquiry in still:
            enquiry.erase(Erasure.Reason.EXPIRED, at=at)
        return len(still)


def forget(at: datetime) -> tuple[int, int]:
    """Forget where enquiries came from an hour ago, and which were erased years ago; return how many of each."""
    return Knock.objects.purge(at), Erasure.objects.purge(at)


def sweep() -> None:
    """Have PostgreSQL give up what was deleted. SQLite has overwritten it by then (secure_delete, in the settings)."""
    if connection.vendor != "postgresql" or connection.in_atomic_block:  # there VACUUM is refused
        return
    tables = ", ".join(connection.ops.quote_name(model._meta.db_table) for model in (Enquiry, Entry, Trace))
    with connection.cursor() as cursor:
        cursor.execute(f"VACUUM {tables}")
