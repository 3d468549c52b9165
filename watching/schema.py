"""Whether the database is laid as this release needs it: its migrations, and its triggers."""

from __future__ import annotations

import re
from functools import cache
from typing import NamedTuple

from django.db import connections, router
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder

from accounts import triggers as accounts
from editions.edition import NUMBER_QUERY
from editions.models import EditionNumber
from news import ledger, tally
from news.search import tables

Name = tuple[str, str]  # of a migration: its app and its own


class State(NamedTuple):
    """What a database says of itself."""

    number: int  # of the edition
    waiting: list[Name]  # migrations


def state() -> State:
    """Ask the database for the edition's number, and which migrations wait."""
    waiting = waiting_migrations()
    if waiting:
        return State(0, waiting)
    with connections[router.db_for_read(EditionNumber)].cursor() as cursor:
        cursor.execute(NUMBER_QUERY)
        row = cursor.fetchone()
    return State(row[0] if row else 0, [])


# Migrations


def waiting_migrations() -> list[Name]:
    """Return the migrations of this release that have not been applied: one query, as the files are read once."""
    applied = MigrationRecorder(connections[router.db_for_write(EditionNumber)]).applied_migrations()
    ours = migrations()
    replaced = {old for name, olds in ours.items() if name in applied for old in olds}
    return [
        name
        for name, olds in ours.items()
        if name not in applied and name not in replaced and not (olds and all(old in applied for old in olds))
    ]


@cache
def migrations() -> dict[Name, tuple[Name, ...]]:
    """Return every migration of this release, with those that it replaces."""
    found = MigrationLoader(None).disk_migrations
    return {name: tuple(migration.replaces) for name, migration in found.items()}


# Triggers

NAMED = re.compile(r"TRIGGER (?:IF NOT EXISTS )?(\w+)")


def missing_triggers() -> list[str]:
    """Return the triggers of this release that are not there, or were switched off."""
    connection = connections[router.db_for_write(EditionNumber)]
    if connection.vendor == "postgresql":
        statements = [*tally._postgresql(), *ledger.POSTGRESQL, *accounts.POSTGRESQL, *tables.POSTGRESQL]
        there = "SELECT tgname FROM pg_trigger WHERE NOT tgisinternal AND tgenabled <> 'D'"
    else:
        statements = [*tally._sqlite(), *ledger.SQLITE, *accounts.SQLITE, *tables.SQLITE]
        there = "SELECT name FROM sqlite_master WHERE type = 'trigger'"
    with connection.cursor() as cursor:
        cursor.execute(there)
        found = {row[0] for row in cursor.fetchall()}
    wanted = [match[1] for statement in statements if (match := NAMED.search(statement))]
    return [name for name in wanted if name not in found]
