"""Due changes: rows that must be written when their moment has come, before an edition at it is determined.

No job has to run. Whoever first reads the site at or after the moment writes them, on the primary, in one transaction
with one new edition. `Edition.current` asks at the moment that `next_change` names; a process that comes later finds
nothing due any more. Where the primary cannot be written to, the site stays as it was, whole, and asks again soon.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from django.db import DatabaseError

from editions import replicas

log = logging.getLogger("editions.due_changes")

RETRY = timedelta(seconds=5)
NEVER = datetime.max.replace(tzinfo=UTC)

_registered: list[tuple[Callable[[datetime], bool], Callable[[datetime], int]]] = []
_failed_at: datetime | None = None


def register(has_due: Callable[[datetime], bool], write: Callable[[datetime], int]) -> None:
    """Have `write(at)` called where `has_due(at)`: it writes all that is due, and returns how many rows it was."""
    if (has_due, write) not in _registered:
        _registered.append((has_due, write))


def apply_due(at: datetime) -> tuple[int, datetime]:
    """Write what is due at `at`. Return how much it was, and until when an edition may last if that was impossible."""
    global _failed_at
    due = [write for has_due, write in _registered if has_due(at)]
    if not due:
        return 0, NEVER
    if _failed_at and _failed_at <= at < _failed_at + RETRY:
        return 0, _failed_at + RETRY
    if not replicas.primary.is_away():
        try:
            count = sum(write(at) for write in due)
        except DatabaseError:
            log.exception("Changes are due and could not be written. The site stays as it is; next attempt in 5 s.")
        else:
            _failed_at = None
            return count, NEVER
    _failed_at = at
    return 0, at + RETRY
