"""Database triggers, full-text tables and generated columns: what Django's models cannot describe.

Each app declares its statements once (`DatabaseObjects`) and registers them in `AppConfig.ready`. A migration creates
them (`CreateDatabaseObjects`), so that `migrate --plan` shows them and a fresh database has them in order.

SQLite changes a table by rebuilding it, which drops the triggers of that table and fails where another table's trigger
names it. There the triggers of the apps that are migrated are dropped first and created again afterwards. After every
migration, on both databases, what is missing is created.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from django.apps import apps as all_apps
from django.db import connections
from django.db.migrations.operations.base import Operation

CREATED = re.compile(r"CREATE (?:OR REPLACE )?TRIGGER (?:IF NOT EXISTS )?(\w+)")


@dataclass(frozen=True)
class DatabaseObjects:
    """The statements of one app that create triggers and similar objects; each can be repeated without harm.

    `tables` are the tables without which the statements cannot run. `watched` is the table whose triggers they are.
    `apps` are those whose tables the triggers use: SQLite has no triggers during a migration of these.
    `after_migration(using, may_be_stale)` is called once everything exists; `may_be_stale` says whether a migration of
    `apps` ran or a trigger was missing. `is_append_only` says that the triggers refuse to delete rows.
    """

    name: str
    watched: str
    tables: frozenset[str]
    sqlite: tuple[str, ...]
    postgresql: tuple[str, ...]
    apps: frozenset[str]
    after_migration: Callable[[str, bool], None] | None = None
    is_append_only: bool = False

    def statements(self, vendor: str) -> tuple[str, ...]:
        """Return the statements for a database: "sqlite" or "postgresql"."""
        return self.postgresql if vendor == "postgresql" else self.sqlite

    def triggers(self, vendor: str) -> list[str]:
        """Return the names of the triggers that the statements create."""
        return [found[1] for statement in self.statements(vendor) if (found := CREATED.match(statement.lstrip()))]

    def can_exist(self, connection) -> bool:
        """Return whether all tables are there."""
        return self.tables <= set(connection.introspection.table_names())


_registry: dict[str, DatabaseObjects] = {}


def register(objects: DatabaseObjects) -> None:
    """Register an app's objects. A second registration under the same name replaces the first."""
    _registry[objects.name] = objects


def registered() -> list[DatabaseObjects]:
    """Return all registered objects, in the order of their registration."""
    return list(_registry.values())


def append_only(table: str, noun: str, *, key: str = "id", days: int = 0) -> DatabaseObjects:
    """Return triggers that refuse to change, replace or delete a row of `table`.

    `noun` begins the error message ("A log entry"); `key` is the column of the primary key. With `days`, a row may be
    deleted once its column `at` is older.
    """
    sqlite_old = f"WHEN OLD.at > datetime('now', '-{days} days') " if days else ""
    postgresql_old = (
        f"IF TG_OP = 'DELETE' THEN IF OLD.at <= now() - interval '{days} days' THEN RETURN OLD; END IF; END IF; "
        if days
        else ""
    )
    rule = f"{noun} is written once: it cannot be changed or deleted{f' for {days} days' if days else ''}."
    start = f"CREATE TRIGGER IF NOT EXISTS {table}"
    refuse = f"BEGIN SELECT RAISE(ABORT, '{rule}'); END"
    exists = f"WHEN EXISTS (SELECT 1 FROM {table} WHERE {key} = NEW.{key}) "  # noqa: S608 (constants)
    return DatabaseObjects(
        name=f"append-only {table}",
        watched=table,
        tables=frozenset({table}),
        sqlite=(
            f"{start}_update BEFORE UPDATE ON {table} {refuse}",
            # Times are stored as text in UTC, which sorts as the times do.
            f"{start}_delete BEFORE DELETE ON {table} {sqlite_old}{refuse}",
            # REPLACE deletes a row without firing the trigger above.
            f"{start}_replace BEFORE INSERT ON {table} {exists}{refuse}",
        ),
        postgresql=(
            f"CREATE OR REPLACE FUNCTION {table}_append_only() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
            f"{postgresql_old}RAISE EXCEPTION '{rule}' USING ERRCODE = 'integrity_constraint_violation'; END $$",
            *(
                f"CREATE OR REPLACE TRIGGER {table}_{event} BEFORE {event.upper()} ON {table} "
                f"FOR EACH {level} EXECUTE FUNCTION {table}_append_only()"
                for event, level in (("update", "ROW"), ("delete", "ROW"), ("truncate", "STATEMENT"))
            ),
        ),
        apps=frozenset({table.partition("_")[0]}),
        is_append_only=True,
    )


def append_only_versions(models: Iterable | None = None) -> list[DatabaseObjects]:
    """Return the triggers of each version table: those of the models with `HistoricalRecords`, by default of all apps.

    Their names, for `CreateDatabaseObjects`, are "append-only " and the table.
    """
    tables = [versions_of(model)._meta for model in models or all_apps.get_models() if versions_of(model)]
    return [append_only(table.db_table, "A version", key=table.pk.column) for table in tables]


def versions_of(model):
    """Return the model of the versions of `model`'s rows (django-simple-history); None where it has no versions."""
    name = getattr(model._meta, "simple_history_manager_attribute", None)
    return getattr(model, name).model if name else None


def run(connection, statements: Iterable[str]) -> None:
    """Execute statements one after the other."""
    with connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)


def create(connection, objects: DatabaseObjects) -> None:
    """Create objects where they are missing."""
    run(connection, objects.statements(connection.vendor))


def drop_triggers(connection, chosen: Iterable[DatabaseObjects]) -> None:
    """Drop the triggers of the objects whose table exists."""
    tables = set(connection.introspection.table_names())
    on = " ON {}" if connection.vendor == "postgresql" else ""
    for objects in chosen:
        if objects.watched in tables:
            names = objects.triggers(connection.vendor)
            run(connection, [f"DROP TRIGGER IF EXISTS {name}{on.format(objects.watched)}" for name in names])


def create_all(connection) -> None:
    """Create every registered object whose tables exist."""
    for objects in registered():
        if objects.can_exist(connection):
            create(connection, objects)


def missing_triggers(connection) -> list[str]:
    """Return the names of registered triggers that do not exist or are disabled."""
    if connection.vendor == "postgresql":
        query = "SELECT tgname FROM pg_trigger WHERE NOT tgisinternal AND tgenabled <> 'D'"
    else:
        query = "SELECT name FROM sqlite_master WHERE type = 'trigger'"
    with connection.cursor() as cursor:
        cursor.execute(query)
        existing = {row[0] for row in cursor.fetchall()}
    return [name for objects in registered() for name in objects.triggers(connection.vendor) if name not in existing]


class CreateDatabaseObjects(Operation):
    """Migration operation: create the objects that are registered under a name."""

    reversible = True
    reduces_to_sql = True

    def __init__(self, name: str):
        self.name = name

    def state_forwards(self, app_label, state):
        """Leave the models' state as it is: the objects belong to no model."""

    def database_forwards(self, app_label, schema_editor, from_state, to_state):
        """Execute the statements, or collect them for `sqlmigrate`.

        On SQLite the triggers follow after the last migration: a later one of the same run may rebuild their table.
        """
        is_postponed = schema_editor.connection.vendor == "sqlite" and not schema_editor.collect_sql
        for statement in _registry[self.name].statements(schema_editor.connection.vendor):
            if not (is_postponed and CREATED.match(statement.lstrip())):
                schema_editor.execute(statement, None)

    def database_backwards(self, app_label, schema_editor, from_state, to_state):
        """Drop the triggers; generated columns and virtual tables go with their tables."""
        objects = _registry[self.name]
        on = f" ON {objects.watched}" if schema_editor.connection.vendor == "postgresql" else ""
        for name in objects.triggers(schema_editor.connection.vendor):
            schema_editor.execute(f"DROP TRIGGER IF EXISTS {name}{on}")

    def describe(self):
        """Return the line that `migrate --plan` prints."""
        return f"Create database objects: {self.name}"


def before_migration(sender, using, plan=(), **kwargs):
    """Drop the triggers on SQLite while its tables may be rebuilt."""
    connection = connections[using]
    if connection.vendor == "sqlite":
        migrated = _apps_in(plan)
        drop_triggers(connection, [objects for objects in registered() if objects.apps & migrated])


def after_migration(sender, using, plan=(), **kwargs):
    """Create missing objects, then let each app update the data that its triggers maintain."""
    connection = connections[using]
    migrated, missing = _apps_in(plan), set(missing_triggers(connection))
    for objects in registered():
        if objects.can_exist(connection):
            create(connection, objects)
            if objects.after_migration:
                was_missing = not missing.isdisjoint(objects.triggers(connection.vendor))
                objects.after_migration(using, was_missing or bool(objects.apps & migrated))


def _apps_in(plan) -> set[str]:
    return {migration.app_label for migration, _backwards in plan}
