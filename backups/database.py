"""Database state that a backup records and a restore checks: migrations, key sequences, and whether it is empty."""

from __future__ import annotations

from functools import cache

from django.db import DEFAULT_DB_ALIAS, connections
from django.db.migrations.loader import MigrationLoader
from django.utils.translation import gettext as _

from backups import BackupError
from backups.format import Manifest
from backups.rows import BackupTable, all_tables, included_tables, tables_filled_by_migrate

MAX_LISTED = 5  # items that an error message lists


def default_connection():
    """Return the connection to the default database, which is the primary one."""
    return connections[DEFAULT_DB_ALIAS]


def select_value(connection, sql: str, *arguments):
    """Return the single value that a query selects, None if it has no row."""
    with connection.cursor() as cursor:
        cursor.execute(sql, arguments)
        row = cursor.fetchone()
    return row and row[0]


def count_rows(connection, table: BackupTable) -> int:
    return select_value(connection, f"SELECT count(*) FROM {connection.ops.quote_name(table.name)}")  # noqa: S608


# Migrations


def applied_migrations(connection) -> list[tuple[str, str]]:
    """Return the migrations that a database has applied."""
    if "django_migrations" not in connection.introspection.table_names():
        return []
    with connection.cursor() as cursor:
        cursor.execute("SELECT app, name FROM django_migrations")
        return sorted(set(cursor.fetchall()))


@cache
def release_migrations() -> list[tuple[str, str]]:
    """Return the migrations of this release."""
    return sorted(MigrationLoader(None).disk_migrations)


def format_migrations(migrations) -> str:
    some = [".".join(each) for each in sorted(migrations)]
    return ", ".join(some[:MAX_LISTED]) + (" …" if len(some) > MAX_LISTED else "")


def refuse_unless_migrated(connection) -> None:
    """Raise Refused if the database does not have exactly the migrations of this release."""
    have, want = set(applied_migrations(connection)), set(release_migrations())
    if want - have:
        words = _("The database does not have all migrations of this release (%s). Run: python manage.py migrate")
        raise BackupError(words % format_migrations(want - have))
    if have - want:
        words = _("The database has migrations that this release does not know (%s). Use the release that made them.")
        raise BackupError(words % format_migrations(have - want))


def refuse_unless_of_this_release(manifest: Manifest) -> None:
    """Raise Refused if a backup does not have the tables of this release."""
    had, want = set(manifest.migrations), set(release_migrations())
    values = {"release": manifest.release, "names": format_migrations(had - want) or format_migrations(want - had)}
    if had - want:
        words = _(
            "Release %(release)s made this backup, with migrations that this release does not have (%(names)s). "
            "Check that release out, or a later one that has them, and restore with it."
        )
        raise BackupError(words % values)
    if want - had:
        words = _(
            "Release %(release)s made this backup, without migrations that this release has (%(names)s). Check that "
            "release out, migrate an empty database with it and restore; then check this release out and migrate."
        )
        raise BackupError(words % values)
    if set(manifest.rows) != {table.name for table in included_tables()}:
        words = _("Release %s made this backup, with other tables than this release has. Check that release out.")
        raise BackupError(words % manifest.release)


# Emptiness


def refuse_unless_empty(connection) -> None:
    """Raise Refused if anything but `migrate` has written to the database."""
    from_migrate = {table.name for table in tables_filled_by_migrate()}
    full = {table.name: count_rows(connection, table) for table in all_tables() if table.name not in from_migrate}
    full = [f"{name}: {size}" for name, size in full.items() if size]
    if full:
        words = _(
            "The database is not empty (rows in %s). A backup is restored into an empty database only: create a new "
            "one, set DATABASE_URL to it and run migrate."
        )
        raise BackupError(words % (", ".join(full[:MAX_LISTED]) + (" …" if len(full) > MAX_LISTED else "")))


# Primary keys. One that was assigned is never assigned again, even if its row was deleted: versions and the admin's log
# refer to a row by its key alone, and would then refer to another row.


def last_primary_key(connection, table: BackupTable) -> int:
    """Return the highest primary key that was ever assigned in a table, 0 if none was."""
    if connection.vendor != "postgresql":
        return select_value(connection, "SELECT seq FROM sqlite_sequence WHERE name = %s", table.name) or 0
    sequence = select_value(connection, "SELECT pg_get_serial_sequence(%s, %s)", f'"{table.name}"', table.counter)
    return select_value(connection, f"SELECT CASE WHEN is_called THEN last_value ELSE 0 END FROM {sequence}")  # noqa: S608


def set_last_primary_key(connection, table: BackupTable, number: int) -> None:
    """Make the database assign primary keys above `number` from now on."""
    if number < 1:
        return
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            where = [f'"{table.name}"', table.counter]
            cursor.execute("SELECT setval(pg_get_serial_sequence(%s, %s)::regclass, %s)", [*where, number])
        else:
            cursor.execute("DELETE FROM sqlite_sequence WHERE name = %s", [table.name])
            cursor.execute("INSERT INTO sqlite_sequence (name, seq) VALUES (%s, %s)", [table.name, number])
