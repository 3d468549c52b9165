"""Database schema check: unapplied migrations and missing triggers."""

from __future__ import annotations

from functools import cache
from typing import NamedTuple

from django.db import connections, router
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder

from core import triggers
from editions.edition import EDITION_NUMBER_QUERY
from editions.models import EditionNumber

MigrationName = tuple[str, str]  # of a migration: its app and its own


class ReadinessState(NamedTuple):
    """The result of a readiness check."""

    number: int  # of the edition; 0 if migrations are waiting
    waiting: list[MigrationName]  # migrations


def readiness_state() -> ReadinessState:
    """Return the edition number and the unapplied migrations."""
    waiting = unapplied_migrations()
    if waiting:
        return ReadinessState(0, waiting)
    with connections[router.db_for_read(EditionNumber)].cursor() as cursor:
        cursor.execute(EDITION_NUMBER_QUERY)
        row = cursor.fetchone()
    return ReadinessState(row[0] if row else 0, [])


# Migrations


def unapplied_migrations() -> list[MigrationName]:
    """Return the migrations of this release that have not been applied, with one query."""
    applied = MigrationRecorder(connections[router.db_for_write(EditionNumber)]).applied_migrations()
    release = release_migrations()
    replaced = {old for name, olds in release.items() if name in applied for old in olds}
    return [
        name
        for name, olds in release.items()
        if name not in applied and name not in replaced and not (olds and all(old in applied for old in olds))
    ]


@cache
def release_migrations() -> dict[MigrationName, tuple[MigrationName, ...]]:
    """Return every migration of this release, with those that each replaces."""
    found = MigrationLoader(None).disk_migrations
    return {name: tuple(migration.replaces) for name, migration in found.items()}


def missing_triggers() -> list[str]:
    """Return the triggers of this release that the database does not have, or that are disabled."""
    return triggers.missing_triggers(connections[router.db_for_write(EditionNumber)])
