"""Due changes: rows that must be written when their moment has come, before an edition at it is determined.

No job has to run. `next_change` returns the moment. The first request at or after it writes all due changes, on the
primary, in one transaction with one new edition. Later requests find nothing due. Where the
primary cannot be written to, the site stays as it was, whole, and the next attempt follows soon.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import datetime, timedelta

from django.db import DatabaseError, router, transaction

from editions import replicas
from editions.models import EditionNumber

log = logging.getLogger("editions.due_changes")

RETRY = timedelta(seconds=5)

_registered: list[Callable[[datetime], None]] = []
_failed_at: datetime | None = None


def register(write: Callable[[datetime], None]) -> None:
    """Have `write(at)` called where something is due at `at`: it writes all of its kind that is due."""
    if write not in _registered:
        _registered.append(write)


def apply_due(at: datetime) -> bool:
    """Write what is due at `at`; return whether that was possible."""
    global _failed_at
    if replicas.primary.is_away() or (_failed_at and _failed_at <= at < _failed_at + RETRY):
        return False
    try:
        with transaction.atomic(using=router.db_for_write(EditionNumber)):  # a savepoint, in a transaction of a view
            for write in _registered:
                write(at)
    except DatabaseError:
        log.exception("Changes are due and could not be written. The site stays as it is; next attempt in 5 s.")
        _failed_at = at
        return False
    _failed_at = None
    return True
