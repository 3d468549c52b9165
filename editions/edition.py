"""Edition: the version of the whole public site between two changes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Self

from django.apps import apps
from django.conf import settings
from django.db import connections, router
from django.utils import timezone

from core.timezones import midnight_after
from editions import due_changes, replicas
from editions.models import EditionNumber, PublicModel, bump

EDITION_NUMBER_QUERY = "SELECT number FROM editions_editionnumber WHERE id = 1"


@dataclass(frozen=True)
class Edition:
    """A version of the public site: nothing that the public sees changes between `since` and `until`."""

    release: str
    number: int
    until: datetime
    since: datetime = field(compare=False)
    _computed: dict[str, Any] = field(default_factory=dict, compare=False, repr=False)

    @classmethod
    def current(cls, at: datetime | None = None) -> Self:
        """Return the edition at the time `at`, by default now.

        It takes one query while the edition lasts. The number is read before the next change, so that a change that
        is committed in between makes the content newer than its number, never older.
        """
        global _latest
        at = at or timezone.now()
        number, committed = _read_edition_number()
        latest = _latest
        if committed and latest and latest.number == number and latest.since <= at < latest.until:
            return latest
        until = next_change(at)
        if until <= at and due_changes.apply_due(at):
            number, committed = _read_edition_number()
            until = next_change(at)
        if until <= at:  # something is due and could not be written
            until = at + due_changes.RETRY
        edition = cls(settings.RELEASE, number, until, since=at)
        if committed:
            _latest = edition
        return edition

    def get_or_compute(self, name: str, compute: Callable[[], Any]) -> Any:
        """Return `compute()`, called once for this edition. For parts of every page, such as the menu."""
        if name not in self._computed:
            self._computed[name] = compute()
        return self._computed[name]


_latest: Edition | None = None


def latest() -> Edition | None:
    """Return the edition that this process used last, without a query."""
    return _latest


def last_known(name: str) -> Any:
    """Return what `get_or_compute` stored in the edition that this process used last; None if nothing.

    For pages that are needed while the database is unavailable.
    """
    return _latest._computed.get(name) if _latest else None


def reset_for_tests() -> None:
    """Forget the last edition, for tests that reset the database."""
    global _latest
    _latest = None


def next_change(at: datetime) -> datetime:
    """Return when the public site next changes by the clock after `at`: at midnight at the latest (date in header).

    A time that is not after `at` means that something due then has still to be written (`due_changes`).
    """
    times = [model.objects.next_change(at) for model in apps.get_models() if issubclass(model, PublicModel)]
    return min([midnight_after(at, timezone.get_default_timezone()), *(time for time in times if time)])


def _read_edition_number() -> tuple[int, bool]:
    """Return the edition number, and whether it is committed: inside a transaction it may be rolled back."""
    using = router.db_for_read(EditionNumber)
    connection = connections[using]
    with connection.cursor() as cursor:
        cursor.execute(EDITION_NUMBER_QUERY)
        row = cursor.fetchone()
        if row is None:
            bump(using)
            cursor.execute(EDITION_NUMBER_QUERY)
            row = cursor.fetchone()
    replicas.record_served(row[0])
    return row[0], bool(
        replicas.current_replica()
    ) or not connection.in_atomic_block  # on a replica everything is committed
