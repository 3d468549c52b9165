"""The edition: the public site between two changes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Self

from django.apps import apps
from django.conf import settings
from django.db import connections, router
from django.utils import timezone

from editions import replicas
from editions.models import EditionNumber, PublicModel, move
from editions.moments import midnight_after

NUMBER_QUERY = "SELECT number FROM editions_editionnumber WHERE id = 1"


@dataclass(frozen=True)
class Edition:
    """The public site between two changes: nothing that the public sees differs between `since` and `until`."""

    release: str
    number: int
    until: datetime
    since: datetime = field(compare=False)
    _kept: dict[str, Any] = field(default_factory=dict, compare=False, repr=False)

    @classmethod
    def current(cls, at: datetime | None = None) -> Self:
        """Return the edition at the moment `at` (now, if None).

        One query while the edition lasts. The number is read first and the next change after it, so that a change
        committed in between makes the edition's content fresher than its number, never older.
        """
        global _latest
        at = at or timezone.now()
        number, settled = _read_number()
        latest = _latest
        if settled and latest and latest.number == number and latest.since <= at < latest.until:
            return latest
        edition = cls(settings.RELEASE, number, next_change(at), since=at)
        if settled:
            _latest = edition
        return edition

    def remember(self, name: str, reckon: Callable[[], Any]) -> Any:
        """Return `reckon()`, reckoned once for this edition: what stands on every page is not fetched for each."""
        if name not in self._kept:
            self._kept[name] = reckon()
        return self._kept[name]


_latest: Edition | None = None


def latest() -> Edition | None:
    """Return the edition that this process has seen last, without asking anybody."""
    return _latest


def recall(name: str) -> Any:
    """Return what the edition that this process has seen last remembers by a name; None where it remembers nothing.

    For pages that must come while the database is away: it was true when the database was last heard of.
    """
    return _latest._kept.get(name) if _latest else None


def forget() -> None:
    """Forget the edition that this process remembers (for tests that turn the database back)."""
    global _latest
    _latest = None


def next_change(at: datetime) -> datetime:
    """Return the moment after `at` at which the public site next changes by itself: the header's date at the latest."""
    moments = [model.objects.next_change(at) for model in apps.get_models() if issubclass(model, PublicModel)]
    return min([midnight_after(at, timezone.get_default_timezone()), *(moment for moment in moments if moment)])


def _read_number() -> tuple[int, bool]:
    """Return the number, and whether it is settled: inside a transaction it may yet be rolled back."""
    using = router.db_for_read(EditionNumber)
    connection = connections[using]
    with connection.cursor() as cursor:
        cursor.execute(NUMBER_QUERY)
        row = cursor.fetchone()
        if row is None:
            move(using)
            cursor.execute(NUMBER_QUERY)
            row = cursor.fetchone()
    replicas.note(row[0])
    return row[0], bool(replicas.reading()) or not connection.in_atomic_block  # a replica has committed rows only
