"""Limits of a search: one deadline for all its statements, and few searches at once in a process."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

from django.db import DatabaseError, transaction
from django.utils.translation import gettext as _

AT_ONCE = 2  # searches in one process: the other threads answer pages meanwhile
STEP = 0.05  # seconds: PostgreSQL is told what is left when this much has passed since it was told


class TooLong(Exception):
    """A search takes longer than anybody waits. A busy machine may be why: a later one may have an answer."""

    RETRY_AFTER = 60  # seconds

    def __str__(self) -> str:
        return _("This takes too long, as so many messages have these words. Add a rarer word, or choose a year.")


class Busy(TooLong):
    """Other searches are running in this process. They take a fraction of a second."""

    RETRY_AFTER = 5  # seconds

    def __str__(self) -> str:
        return _("Many people are searching at the moment. Try again in a few seconds.")


_slots = threading.BoundedSemaphore(AT_ONCE)


@contextmanager
def slot() -> Iterator[None]:
    """Hold one of the process's slots for a search; raise Busy immediately where all are taken."""
    if not _slots.acquire(blocking=False):
        raise Busy
    try:
        yield
    finally:
        _slots.release()


@contextmanager
def deadline(connection, seconds: float) -> Iterator[None]:
    """Have all statements of a connection end within so many seconds in all; raise TooLong where they don't."""
    guard = _on_postgresql if connection.vendor == "postgresql" else _on_sqlite
    try:
        with guard(connection, time.monotonic() + seconds):
            yield
    except DatabaseError as error:
        if "statement timeout" in str(error) or "interrupted" in str(error):
            raise TooLong from error
        raise


@contextmanager
def _on_sqlite(connection, until: float):
    connection.ensure_connection()

    def refuse_late(execute, *statement):
        if time.monotonic() > until:
            raise TooLong
        return execute(*statement)

    connection.connection.set_progress_handler(lambda: time.monotonic() > until, 100_000)
    try:
        with connection.execute_wrapper(refuse_late):
            yield
    finally:
        connection.connection.set_progress_handler(None, 0)


# JIT takes longer to compile than these take to run; counts are gathered in a hash; for the rest see Postgresql.FOUND.
PLANNED = {
    "jit": "off",
    "enable_seqscan": "off",
    "enable_sort": "off",
    "work_mem": "'32MB'",  # the places of a million matches, none of them by page only
}


@contextmanager
def _on_postgresql(connection, until: float):
    told = time.monotonic()

    def lower_timeout(execute, *statement):
        # PostgreSQL's timeout is for each statement: it is lowered to what is left for all of them.
        nonlocal told
        now = time.monotonic()
        if now > until:
            raise TooLong
        if now - told > STEP:
            with connection.connection.cursor() as cursor:
                cursor.execute(f"SET LOCAL statement_timeout = {_milliseconds(until - now)}")
            told = now
        return execute(*statement)

    with transaction.atomic(using=connection.alias), connection.cursor() as cursor:
        planned = PLANNED | {"statement_timeout": _milliseconds(until - told)}
        cursor.execute("; ".join(f"SET LOCAL {name} = {value}" for name, value in planned.items()))
        with connection.execute_wrapper(lower_timeout):
            yield
        cursor.execute("; ".join(f"SET LOCAL {name} = DEFAULT" for name in planned))


def _milliseconds(seconds: float) -> int:
    return max(1, int(seconds * 1000))  # 0 would be no limit
