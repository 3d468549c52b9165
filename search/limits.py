"""Search limits: a deadline for all statements of a search together, and few concurrent searches in a process."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

from django.db import DatabaseError, transaction
from django.utils.translation import gettext as _

MAX_CONCURRENT = 2  # concurrent searches in a process; the other threads stay free for pages
TIMEOUT_STEP = 0.05  # seconds after which PostgreSQL's timeout is lowered again


class SearchTimeout(Exception):
    """A search took too long. The machine may just be busy, so a retry may succeed."""

    RETRY_AFTER = 60  # seconds

    def __str__(self) -> str:
        return _("The search took too long. Add a rarer word or select a year.")


class SearchBusy(SearchTimeout):
    """Too many searches are running in this process. Each takes a fraction of a second."""

    RETRY_AFTER = 5  # seconds

    def __str__(self) -> str:
        return _("Search is busy. Try again in a few seconds.")


_slots = threading.BoundedSemaphore(MAX_CONCURRENT)


@contextmanager
def search_slot() -> Iterator[None]:
    """Hold one of the process's search slots; raise Busy immediately where none is free."""
    if not _slots.acquire(blocking=False):
        raise SearchBusy
    try:
        yield
    finally:
        _slots.release()


@contextmanager
def search_deadline(connection, seconds: float) -> Iterator[None]:
    """Limit all statements on a connection to `seconds` together; raise TooLong where they take longer."""
    limit = _limit_postgresql if connection.vendor == "postgresql" else _limit_sqlite
    try:
        with limit(connection, time.monotonic() + seconds):
            yield
    except DatabaseError as error:
        if "statement timeout" in str(error) or "interrupted" in str(error):
            raise SearchTimeout from error
        raise


@contextmanager
def _limit_sqlite(connection, deadline: float):
    connection.ensure_connection()

    def refuse_late(execute, *statement):
        if time.monotonic() > deadline:
            raise SearchTimeout
        return execute(*statement)

    connection.connection.set_progress_handler(lambda: time.monotonic() > deadline, 100_000)
    try:
        with connection.execute_wrapper(refuse_late):
            yield
    finally:
        connection.connection.set_progress_handler(None, 0)


# JIT takes longer to compile than these statements take to run. Without sequential scans and sorts the planner uses the
# plans that `engines.Postgresql` describes.
PLANNER_SETTINGS = {
    "jit": "off",
    "enable_seqscan": "off",
    "enable_sort": "off",
    "work_mem": "'32MB'",  # an exact bitmap of a million matches: a lossy one would recheck whole pages
}


@contextmanager
def _limit_postgresql(connection, deadline: float):
    set_at = time.monotonic()

    def lower_timeout(execute, *statement):
        # PostgreSQL's timeout applies to each statement, so it is lowered to the time left for all of them.
        nonlocal set_at
        now = time.monotonic()
        if now > deadline:
            raise SearchTimeout
        if now - set_at > TIMEOUT_STEP:
            with connection.connection.cursor() as cursor:
                cursor.execute(f"SET LOCAL statement_timeout = {_to_milliseconds(deadline - now)}")
            set_at = now
        return execute(*statement)

    with transaction.atomic(using=connection.alias), connection.cursor() as cursor:
        settings = PLANNER_SETTINGS | {"statement_timeout": _to_milliseconds(deadline - set_at)}
        cursor.execute("; ".join(f"SET LOCAL {name} = {value}" for name, value in settings.items()))
        with connection.execute_wrapper(lower_timeout):
            yield
        cursor.execute("; ".join(f"SET LOCAL {name} = DEFAULT" for name in settings))


def _to_milliseconds(seconds: float) -> int:
    return max(1, int(seconds * 1000))  # 0 means no limit
