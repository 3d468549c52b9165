"""Replicas: copies of the database that public pages are read from, never older than what this node has served.

The edition's number is read on the primary, as ever; then the page may be rendered from a replica, if in the very
snapshot that answers its queries that replica has reached the number. So a page is fresher than its label, or just as
fresh, whichever server it comes from. Nothing but `@per_edition` pages is read here, and nothing is ever written.
"""

from __future__ import annotations

import logging
import os
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from typing import TypeVar

from django.conf import settings
from django.db import DEFAULT_DB_ALIAS, DatabaseError, connections, transaction

from editions import patience
from editions.highest import Highest

log = logging.getLogger("editions.replicas")

Done = TypeVar("Done")

AWAY_SECONDS = 1.0  # for how long a primary that did not answer is left alone
BROKEN_SECONDS = 10.0  # for how long a replica that failed is left alone

# A copy that follows nobody may be one of a past that has been given up, after a failover or a restored backup.
NUMBER_OF_REPLICA = (
    "SELECT number, pg_is_in_recovery(), EXISTS (SELECT FROM pg_stat_wal_receiver) "
    "FROM editions_editionnumber WHERE id = 1"
)
STOPPED_BY_US = "57014"  # a query that took longer than a view allows it (the search): the replica is well

counts = Counter()  # since the start: pages read from a replica; replicas found behind, or failed
_thread = threading.local()


class Unfit(BaseException):
    """A replica can't answer, or not what is asked: whoever asked turns to the next.

    Not an Exception: it comes up in the middle of a view, and neither Django nor a template may make a page of it.
    """


class Router:
    """Leads what a public page reads to the replica that it is rendered from, and everything else to the primary."""

    def db_for_read(self, model, **hints):
        return reading() or DEFAULT_DB_ALIAS

    def db_for_write(self, model, **hints):
        return DEFAULT_DB_ALIAS

    def allow_relation(self, one, other, **hints):
        return True  # the same row, whichever server it was read from

    def allow_migrate(self, db, app_label, **hints):
        return False if db in settings.REPLICAS else None


def reading() -> str | None:
    """Return the replica that this thread renders a page from; None for the primary."""
    return getattr(_thread, "alias", None)


# Servers, and whether they answer


class Server:
    """A database server that is left alone for some seconds once it has failed. Its failure is logged once."""

    def __init__(self, alias: str, seconds: float, told: str):
        self.alias = alias
        self.seconds = seconds
        self.told = told  # what its failure means
        self.away_until = 0.0  # by time.monotonic()
        self.failed = False

    def is_away(self) -> bool:
        """Say whether it has failed just now."""
        return time.monotonic() < self.away_until

    def fail(self, error: BaseException | str) -> None:
        """Leave it alone for a while."""
        self.away_until = time.monotonic() + self.seconds
        if not self.failed:
            self.failed = True
            reason = error if isinstance(error, str) else type(error).__name__
            log.error("The database %r does not answer (%s): %s", self.alias, reason, self.told)

    def answered(self) -> None:
        """Say in the log that it is back, if it was away."""
        if self.failed:
            self.failed, self.away_until = False, 0.0
            log.warning("The database %r answers again.", self.alias)


primary = Server(DEFAULT_DB_ALIAS, AWAY_SECONDS, "serving the last printings, or from a replica.")
highest = Highest()


@cache
def servers() -> tuple[Server, ...]:
    """Return the replicas. Each process begins with another one, so that together they spread over all."""
    aliases = settings.REPLICAS
    first = os.getpid() % len(aliases) if aliases else 0
    return tuple(
        Server(alias, BROKEN_SECONDS, "public pages are read elsewhere.")
        for alias in [*aliases[first:], *aliases[:first]]
    )


def ask(alias: str, query: str) -> tuple | None:
    """Return a query's row by a raw cursor on this thread's connection, ahead of Django; raise what the driver raises.

    A connection that the server has closed meanwhile is opened once more. SQLite has none to close; a file that is
    locked is not waited for.
    """
    connection = connections[alias]
    for attempt in (1, 2):
        try:
            patience.open_soon(connection)
            raw = connection.connection.cursor()
            try:
                raw.execute(query)
                return raw.fetchone()
            finally:
                raw.close()
        except (DatabaseError, connection.Database.Error):
            if connection.vendor == "sqlite":
                raise
            connection.close()
            if attempt == 2:
                raise
    return None


def note(number: int) -> None:
    """Take down a number that is being served: no replica may lead this node behind it."""
    if settings.REPLICAS:
        highest.reach(number)


# Reading


def rendered(number: int, render: Callable[[], Done]) -> Done:
    """Return `render()`, read from a replica that has reached the edition `number`, or from the primary."""
    for server in servers():
        if not server.is_away():
            try:
                with snapshot(server, number, following=not primary.is_away()):
                    done = render()
                counts["replica"] += 1
                return done
            except Unfit:
                continue
    return render()


def instead(reckon: Callable[[], Done]) -> Done | None:
    """Return `reckon()` by a replica while the primary is away; None where none is as new as what was served."""
    for server in servers():
        if not server.is_away():
            try:
                with snapshot(server, highest.number, following=False):
                    return reckon()
            except Unfit:
                continue
    return None


def number_instead() -> int | None:
    """Return the edition's number by a replica while the primary is away, as `instead` does, in a single query."""
    for server in servers():
        if server.is_away():
            continue
        try:
            row = ask(server.alias, NUMBER_OF_REPLICA)
        except (DatabaseError, connections[server.alias].Database.Error) as error:
            server.fail(error)
            continue
        try:
            return look(server, row, highest.number, following=False)
        except Unfit:
            continue
    return None


@contextmanager
def snapshot(server: Server, least: int, *, following: bool) -> Iterator[None]:
    """Read from a replica, in one snapshot that has reached the edition `least`; raise Unfit where there is none."""
    connection = connections[server.alias]

    def watched(execute, *arguments):
        try:
            return execute(*arguments)
        except DatabaseError as error:
            if code(error) == STOPPED_BY_US:
                raise
            raise Unfit from error  # gone, in conflict with what it replays, or a migration behind

    try:
        with connection.execute_wrapper(watched), transaction.atomic(using=server.alias):
            with connection.cursor() as cursor:
                cursor.execute(NUMBER_OF_REPLICA)
                look(server, cursor.fetchone(), least, following=following)
            _thread.alias = server.alias
            try:
                yield
            finally:
                _thread.alias = None
    except Unfit as unfit:
        if unfit.__cause__:
            fallen(server, unfit.__cause__)
        raise
    except (DatabaseError, connection.Database.Error) as error:  # as it was connected to, or let go
        fallen(server, error)
        raise Unfit from error


def look(server: Server, row: tuple | None, least: int, *, following: bool) -> int:
    """Return the number in what a replica says of itself; raise Unfit where it is behind, or no replica any more."""
    number, in_recovery, is_following = row or (0, True, False)
    if not in_recovery:
        server.fail("it is no replica, or no longer")
        raise Unfit
    server.answered()
    if number < least or (following and not is_following):
        counts["behind"] += 1
        raise Unfit
    return number


def fallen(server: Server, error: BaseException) -> None:
    """Leave a replica alone that has failed, and its connection behind."""
    counts["failed"] += 1
    server.fail(error)
    connections[server.alias].close()


def code(error: BaseException) -> str:
    """Return PostgreSQL's code for an error, as either driver has it."""
    cause = error.__cause__
    return getattr(cause, "sqlstate", None) or getattr(cause, "pgcode", None) or ""
