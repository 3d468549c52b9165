"""What both ways need of the database: its migrations, its numbers, and whether it is empty."""

from __future__ import annotations

from functools import cache

from django.db import DEFAULT_DB_ALIAS, connections
from django.db.migrations.loader import MigrationLoader
from django.utils.translation import gettext as _

from backups import Refused
from backups.contents import Manifest
from backups.tables import Table, all_tables, carried, laid_by_migrate

SOME = 5  # that a sentence names


def the_site():
    """Return the connection to the site's own database."""
    return connections[DEFAULT_DB_ALIAS]


def value(connection, sql: str, *arguments):
    """Return the one value that a question to the database has for an answer; None for no row."""
    with connection.cursor() as cursor:
        cursor.execute(sql, arguments)
        row = cursor.fetchone()
    return row and row[0]


def size_of(connection, table: Table) -> int:
    return value(connection, f"SELECT count(*) FROM {connection.ops.quote_name(table.name)}")  # noqa: S608


# Migrations


def applied(connection) -> list[tuple[str, str]]:
    """Return the migrations that a database has had."""
    if "django_migrations" not in connection.introspection.table_names():
        return []
    with connection.cursor() as cursor:
        cursor.execute("SELECT app, name FROM django_migrations")
        return sorted(set(cursor.fetchall()))


@cache
def known() -> list[tuple[str, str]]:
    """Return the migrations that this release has."""
    return sorted(MigrationLoader(None).disk_migrations)


def named(migrations) -> str:
    some = [".".join(each) for each in sorted(migrations)]
    return ", ".join(some[:SOME]) + (" …" if len(some) > SOME else "")


def refuse_unless_migrated(connection) -> None:
    """Refuse where the database is not of this release."""
    have, want = set(applied(connection)), set(known())
    if want - have:
        words = _("The database lacks migrations of this release (%s). Run: python manage.py migrate")
        raise Refused(words % named(want - have))
    if have - want:
        words = _("The database has migrations that this release does not know (%s). Use the release that made them.")
        raise Refused(words % named(have - want))


def refuse_unless_of_this_release(manifest: Manifest) -> None:
    """Refuse a backup whose tables are not those of this release."""
    had, want = set(manifest.migrations), set(known())
    there = {"release": manifest.release, "names": named(had - want) or named(want - had)}
    if had - want:
        words = _(
            "Release %(release)s made this backup, and it has migrations that this one does not know (%(names)s). "
            "Check that release out, or a later one that has them, and restore with it."
        )
        raise Refused(words % there)
    if want - had:
        words = _(
            "Release %(release)s made this backup, before migrations of this one (%(names)s). Check that release out, "
            "migrate an empty database with it and restore; then check this one out again and migrate."
        )
        raise Refused(words % there)
    if set(manifest.rows) != {table.name for table in carried()}:
        words = _("Release %s made this backup, with other tables than this one has. Check that release out.")
        raise Refused(words % manifest.release)


# Emptiness


def refuse_unless_empty(connection) -> None:
    """Refuse where anything but `migrate` has written to the database."""
    laid = {table.name for table in laid_by_migrate()}
    full = {table.name: size_of(connection, table) for table in all_tables() if table.name not in laid}
    full = [f"{name}: {size}" for name, size in full.items() if size]
    if full:
        words = _(
            "The database is not empty (rows in %s). A backup is restored into an empty one only: make a new database, "
            "name it in DATABASE_URL and run migrate."
        )
        raise Refused(words % (", ".join(full[:SOME]) + (" …" if len(full) > SOME else "")))


# The numbers that the database gives to rows. One that was given once is never given again, though its row be gone:
# what tells of a row by its number alone, as versions and the admin's log do, would come to tell of another.


def last_number(connection, table: Table) -> int:
    """Return the last number that was given to a row of a table; 0 for none."""
    if connection.vendor != "postgresql":
        return value(connection, "SELECT seq FROM sqlite_sequence WHERE name = %s", table.name) or 0
    sequence = value(connection, "SELECT pg_get_serial_sequence(%s, %s)", f'"{table.name}"', table.counter)
    return value(connection, f"SELECT CASE WHEN is_called THEN last_value ELSE 0 END FROM {sequence}")  # noqa: S608


def go_on_from(connection, table: Table, number: int) -> None:
    """Have the database number the next row of a table higher than `number`."""
    if number < 1:
        return
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            where = [f'"{table.name}"', table.counter]
            cursor.execute("SELECT setval(pg_get_serial_sequence(%s, %s)::regclass, %s)", [*where, number])
        else:
            cursor.execute("DELETE FROM sqlite_sequence WHERE name = %s", [table.name])
            cursor.execute("INSERT INTO sqlite_sequence (name, seq) VALUES (%s, %s)", [table.name, number])
