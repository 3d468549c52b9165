"""SQLite file: whether another program has locked it, and the size of its write-ahead log (WAL)."""

from __future__ import annotations

from pathlib import Path

from django.db import connections, router

from editions.models import EditionNumber


def is_locked_by_another_program(error: Exception) -> bool:
    """Return whether a database error means that another program keeps the SQLite file locked.

    SQLite waits for a lock longer than a health check waits for SQLite, so a timeout means the same.
    """
    connection = connections[router.db_for_write(EditionNumber)]
    return connection.vendor == "sqlite" and (isinstance(error, TimeoutError) or "is locked" in str(error))


def wal_size() -> int:
    """Return the size of the write-ahead log in bytes, 0 if there is none."""
    connection = connections[router.db_for_write(EditionNumber)]
    if connection.vendor != "sqlite":
        return 0
    try:
        return Path(f"{connection.settings_dict['NAME']}-wal").stat().st_size
    except OSError:
        return 0
