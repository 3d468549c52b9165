"""Read replicas: public pages are rendered from a replica at least as new as the edition that this node has served.

The edition number is read on the primary. Then the page is rendered from a replica, if it has reached that number in
the same snapshot that serves its queries. So a page is as new as its edition number or newer, whichever server it
comes from. Only `@per_edition` views are read from replicas, and nothing is written to them.

Example: the primary says edition 7. Replica 1 has 6: `Unfit`, next. Replica 2 has 7 and renders the page. If a query
fails on it, the page is discarded and rendered by the primary.
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

from editions import sqlite_timeout
from editions.watermark import SharedWatermark

log = logging.getLogger("editions.replicas")

Result = TypeVar("Done")

PRIMARY_RETRY_SECONDS = 1.0  # before a primary that failed is tried again
REPLICA_RETRY_SECONDS = 10.0  # before a replica that failed is tried again

# A replica that receives no WAL may be of an abandoned timeline, after a failover or a restored backup.
REPLICA_STATUS_QUERY = (
    "SELECT number, pg_is_in_recovery(), EXISTS (SELECT FROM pg_stat_wal_receiver) "
    "FROM editions_editionnumber WHERE id = 1"
)
QUERY_CANCELED = "57014"  # the query exceeded the timeout that a view sets (search); the replica is all right

stats = Counter()  # since the start: pages from a replica; replicas that were behind, or failed
_thread = threading.local()


class ReplicaUnusable(Exception):
    """A replica failed or is behind, so the next one is used. `@per_edition` catches it around the view."""


class ReplicaRouter:
    """Database router: reads of a page that is rendered from a replica go there, everything else to the primary."""

    def db_for_read(self, model, **hints):
        return current_replica() or DEFAULT_DB_ALIAS

    def db_for_write(self, model, **hints):
        return DEFAULT_DB_ALIAS

    def allow_relation(self, one, other, **hints):
        return True  # both are copies of the same row

    def allow_migrate(self, db, app_label, **hints):
        return False if db in settings.REPLICAS else None


def current_replica() -> str | None:
    """Return the alias of the replica that this thread renders a page from, None for the primary."""
    return getattr(_thread, "alias", None)


# Circuit breakers


class CircuitBreaker:
    """Circuit breaker: a database server that is not tried for some seconds after a failure, which is logged once."""

    def __init__(self, alias: str, seconds: float, consequence: str):
        self.alias = alias
        self.seconds = seconds
        self.consequence = consequence
        self.away_until = 0.0  # by time.monotonic()
        self.failed = False

    def is_away(self) -> bool:
        """Return whether it has failed within the last `seconds`."""
        return time.monotonic() < self.away_until

    def fail(self, error: BaseException | str) -> None:
        """Do not try it for `seconds`."""
        self.away_until = time.monotonic() + self.seconds
        if not self.failed:
            self.failed = True
            reason = error if isinstance(error, str) else type(error).__name__
            log.error("The database %r does not respond (%s): %s", self.alias, reason, self.consequence)

    def answered(self) -> None:
        """Log that it is back, if it had failed."""
        if self.failed:
            self.failed, self.away_until = False, 0.0
            log.warning("The database %r responds again.", self.alias)


primary = CircuitBreaker(DEFAULT_DB_ALIAS, PRIMARY_RETRY_SECONDS, "cached responses are served, or a replica is used.")
highest_served = SharedWatermark()


@cache
def replica_servers() -> tuple[CircuitBreaker, ...]:
    """Return the replicas. Processes start with different ones, so that the load is spread."""
    aliases = settings.REPLICAS
    first = os.getpid() % len(aliases) if aliases else 0
    return tuple(
        CircuitBreaker(alias, REPLICA_RETRY_SECONDS, "public pages are read from another server.")
        for alias in [*aliases[first:], *aliases[:first]]
    )


def fetch_row(alias: str, query: str) -> tuple | None:
    """Return the row of a query with a raw cursor, for the WSGI cache; raise the driver's exceptions.

    A connection that the server has closed is opened once more. On SQLite there is no retry, and a locked file is
    waited for only briefly.
    """
    connection = connections[alias]
    for attempt in (1, 2):
        try:
            sqlite_timeout.use_short_timeout(connection)
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


def record_served(number: int) -> None:
    """Record an edition number that is being served: this node must not serve an older one from a replica."""
    if settings.REPLICAS:
        highest_served.raise_to(number)


# Reading


def read_for_request(request, render: Callable[[], Result]) -> Result:
    """Return `render()`, from a replica if the edition cache has requested the response (see EditionCache)."""
    number = getattr(request, "replica_must_have", None)
    return render() if number is None or current_replica() else render_on_replica(number, render)


def render_on_replica(number: int, render: Callable[[], Result]) -> Result:
    """Return `render()`, read from a replica that has the edition `number`, or else from the primary."""
    for server in replica_servers():
        if not server.is_away():
            try:
                with replica_snapshot(server, number, following=not primary.is_away()):
                    done = render()
                stats["replica"] += 1
                return done
            except ReplicaUnusable:
                continue
    return render()


def from_replica(compute: Callable[[], Result]) -> Result | None:
    """Return `compute()`, read from a replica while the primary is unavailable; None if no replica is new enough."""
    for server in replica_servers():
        if not server.is_away():
            try:
                with replica_snapshot(server, highest_served.number, following=False):
                    return compute()
            except ReplicaUnusable:
                continue
    return None


def edition_number_from_replica() -> int | None:
    """Return the edition number from a replica while the primary is unavailable, with a single query."""
    for server in replica_servers():
        if server.is_away():
            continue
        try:
            row = fetch_row(server.alias, REPLICA_STATUS_QUERY)
        except (DatabaseError, connections[server.alias].Database.Error) as error:
            server.fail(error)
            continue
        try:
            return check_replica(server, row, highest_served.number, following=False)
        except ReplicaUnusable:
            continue
    return None


@contextmanager
def replica_snapshot(server: CircuitBreaker, least: int, *, following: bool) -> Iterator[None]:
    """Read from a replica, in one transaction that has at least the edition `least`; raise Unfit if that fails.

    A query that fails raises Unfit in the block. If code in the block catches it, it is raised at the end.
    """
    connection = connections[server.alias]
    failures: list[DatabaseError] = []

    def run_query(execute, *arguments):
        try:
            return execute(*arguments)
        except DatabaseError as error:
            if sqlstate(error) == QUERY_CANCELED:
                raise
            failures.append(error)  # gone, in conflict with the changes that it replays, or a migration behind
            raise ReplicaUnusable from error

    try:
        with connection.execute_wrapper(run_query), transaction.atomic(using=server.alias):
            with connection.cursor() as cursor:
                cursor.execute(REPLICA_STATUS_QUERY)
                check_replica(server, cursor.fetchone(), least, following=following)
            _thread.alias = server.alias
            try:
                yield
            finally:
                _thread.alias = None
            if failures:
                raise ReplicaUnusable
    except ReplicaUnusable:
        if failures:
            mark_failed(server, failures[0])
        raise
    except (DatabaseError, connection.Database.Error) as error:  # when connecting or at the end
        mark_failed(server, error)
        raise ReplicaUnusable from error


def check_replica(server: CircuitBreaker, row: tuple | None, least: int, *, following: bool) -> int:
    """Return the edition number of a replica; raise Unfit if it is behind, or no longer a replica."""
    number, in_recovery, is_following = row or (0, True, False)
    if not in_recovery:
        server.fail("it is not a replica")
        raise ReplicaUnusable
    server.answered()
    if number < least or (following and not is_following):
        stats["behind"] += 1
        raise ReplicaUnusable
    return number


def mark_failed(server: CircuitBreaker, error: BaseException) -> None:
    """Record that a replica failed, and close its connection."""
    stats["failed"] += 1
    server.fail(error)
    connections[server.alias].close()


def sqlstate(error: BaseException) -> str:
    """Return the SQLSTATE of a PostgreSQL error, from either driver."""
    cause = error.__cause__
    return getattr(cause, "sqlstate", None) or getattr(cause, "pgcode", None) or ""
