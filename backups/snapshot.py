"""The whole database as of one moment, to be read for as long as that takes, while others go on writing.

PostgreSQL gives that to a transaction. A SQLite file that is read keeps writers waiting, so it is copied first, page
by page, and the copy is read. It lies beside the database, where what is in it belongs, and has no name while it is
read: it is gone when this process ends, however it ends.
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

from backups import Refused

PAGES = 2_000  # that are copied at once; then those who wait to write come first
PATIENCE = 5  # times that the copy begins anew because somebody has written; then writers wait until it is made
BUSY = 0.01  # seconds to wait for somebody who writes
LOCKED = 60  # seconds after which nobody is waited for any more


@contextmanager
def snapshot(connection) -> Iterator:
    """Give a connection of Django's that reads the database as it is now."""
    if connection.vendor == "postgresql":
        reading = connection.copy()
        reading.ensure_connection()
        reading.set_autocommit(False)
        with reading.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
    else:
        reading = _of_a_copy(connection)
    try:
        yield reading
    finally:
        if connection.vendor == "postgresql":
            reading.rollback()
            reading.set_autocommit(True)
        reading.close()


def _of_a_copy(connection):
    """Return a connection to a copy of a SQLite database."""
    beside = Path(connection.settings_dict["NAME"]).parent
    descriptor, name = tempfile.mkstemp(prefix="backup-", suffix=".sqlite3", dir=beside if beside.is_dir() else None)
    copy = Path(name)
    os.close(descriptor)
    try:
        _copy(connection, name)
        reading = connection.copy()
        reading.settings_dict["NAME"] = name
        with reading.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM sqlite_master")
        return reading
    except (sqlite3.Error, OSError) as error:
        words = _("The database can't be copied to %(folder)s, to be read there: %(why)s. Make room for it.")
        raise Refused(words % {"folder": copy.parent, "why": error}) from error
    finally:
        copy.unlink()


class _BegunAnew(Exception):
    """The copy has begun anew too often."""


def _copy(connection, name: str) -> None:
    source, target = connection.copy(), sqlite3.connect(name)  # of its own: one that writes can't be copied from
    try:
        target.executescript("PRAGMA journal_mode=OFF; PRAGMA synchronous=OFF;")
        source.ensure_connection()
        source.connection.execute("PRAGMA busy_timeout = 0")  # `_watch` reckons how long somebody is waited for
        try:
            source.connection.backup(target, pages=PAGES, progress=_watch(PATIENCE), sleep=BUSY)
        except _BegunAnew:
            source.connection.backup(target, progress=_watch(), sleep=BUSY)
    finally:
        target.close()
        source.close()


def _watch(patience: float = math.inf):
    """Return what SQLite calls after each step: it gives up when the copy begins anew too often, or nothing moves."""
    before, again, moved = None, 0, time.monotonic()

    def after_a_step(status, remaining, _total):
        nonlocal before, again, moved
        if status in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
            if time.monotonic() - moved > LOCKED:
                raise Refused(_("Somebody holds the database for themselves. Try again when that is over."))
            return
        again += before is not None and remaining > before
        if again > patience:
            raise _BegunAnew
        before, moved = remaining, time.monotonic()

    return after_a_step
