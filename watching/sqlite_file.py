"""The SQLite file, where the site has one: whether another program holds it, and how large its write-ahead log is."""

from __future__ import annotations

from pathlib import Path

from django.db import connections, router

from editions.models import EditionNumber


def is_held_by_another(error: Exception) -> bool:
    """Say whether an error of the database means that another program keeps its SQLite file locked.

    SQLite waits for a lock longer than a probe waits for SQLite, so that silence says the same as the error.
    """
    connection = connections[router.db_for_write(EditionNumber)]
    return connection.vendor == "sqlite" and (isinstance(error, TimeoutError) or "is locked" in str(error))


def wal_size() -> int:
    """Return the bytes of the write-ahead log; 0 where there is none, or the database is no SQLite file."""
    connection = connections[router.db_for_write(EditionNumber)]
    if connection.vendor != "sqlite":
        return 0
    try:
        return Path(f"{connection.settings_dict['NAME']}-wal").stat().st_size
    except OSError:
        return 0
