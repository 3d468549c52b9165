"""A consistent snapshot of the database, that can be read for a long time while others write.

On PostgreSQL it is a REPEATABLE READ transaction. Reading a SQLite file would block writers, so it is copied first,
page by page (SQLite's online backup), and the copy is read. The copy is beside the database, because it holds the same
personal data, and is unlinked before it is read, so that it disappears when this process ends.
"""

from __future__ import annotations

import math
import os
import sqlite3
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.utils.translation import gettext as _

from backups import BackupError

PAGES_PER_STEP = 2_000  # copied per step; writers can lock the file between two steps
MAX_RESTARTS = 5  # restarts of the copy because of a write; then it is copied in one step, which blocks writers
RETRY_SECONDS = 0.01  # seconds between two attempts while another process writes
TIMEOUT_SECONDS = 60  # seconds without progress before giving up


@contextmanager
def open_snapshot(connection) -> Iterator:
    """Yield a Django connection that reads the database as it is now."""
    if connection.vendor == "postgresql":
        reading = connection.copy()
        reading.ensure_connection()
        reading.set_autocommit(False)
        with reading.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
    else:
        reading = _open_copy(connection)
    try:
        yield reading
    finally:
        if connection.vendor == "postgresql":
            reading.rollback()
            reading.set_autocommit(True)
        reading.close()


def _open_copy(connection):
    """Return a connection to a copy of a SQLite database."""
    beside = Path(connection.settings_dict["NAME"]).parent
    descriptor, name = tempfile.mkstemp(prefix="backup-", suffix=".sqlite3", dir=beside if beside.is_dir() else None)
    copy = Path(name)
    os.close(descriptor)
    try:
        _copy_database(connection, name)
        reading = connection.copy()
        reading.settings_dict["NAME"] = name
        with reading.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM sqlite_master")
        return reading
    except (sqlite3.Error, OSError) as error:
        words = _("The database cannot be copied to %(folder)s: %(why)s. Free some disk space there.")
        raise BackupError(words % {"folder": copy.parent, "why": error}) from error
    finally:
        copy.unlink()


class _TooManyRestarts(Exception):
    """Writes have restarted the copy more often than allowed."""


def _copy_database(connection, name: str) -> None:
    source, target = connection.copy(), sqlite3.connect(name)  # a new connection: one in a transaction cannot be copied
    try:
        target.executescript("PRAGMA journal_mode=OFF; PRAGMA synchronous=OFF;")
        source.ensure_connection()
        source.connection.execute("PRAGMA busy_timeout = 0")  # `_watch` has its own timeout
        try:
            source.connection.backup(
                target, pages=PAGES_PER_STEP, progress=_make_progress_callback(MAX_RESTARTS), sleep=RETRY_SECONDS
            )
        except _TooManyRestarts:
            source.connection.backup(target, progress=_make_progress_callback(), sleep=RETRY_SECONDS)
    finally:
        target.close()
        source.close()


def _make_progress_callback(patience: float = math.inf):
    """Return SQLite's progress callback: it raises if writes restart the copy too often, or if there is no progress."""
    last_remaining, restarts, moved_at = None, 0, time.monotonic()

    def after_a_step(status, remaining, _total):
        nonlocal last_remaining, restarts, moved_at
        if status in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
            if time.monotonic() - moved_at > TIMEOUT_SECONDS:
                raise BackupError(_("Another program keeps the database locked. Try again later."))
            return
        restarts += last_remaining is not None and remaining > last_remaining
        if restarts > patience:
            raise _TooManyRestarts
        last_remaining, moved_at = remaining, time.monotonic()

    return after_a_step
