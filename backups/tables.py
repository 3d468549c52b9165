"""The rows: which tables are carried, and how a row is written so that either database takes it back as it was.

A row is a JSON array in the order of its model's columns. It holds what the database holds: what is sealed stays
sealed, and nothing that a model does when it is saved happens. Moments are written in UTC, bytes in base64.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from decimal import Decimal
from functools import cached_property
from uuid import UUID

from django.apps import apps
from django.db import models
from django.db.models.expressions import Col
from django.utils.translation import gettext as _

from backups import Refused

# What is not carried, and why. `restoring` sets right what is derived.
LEFT_OUT = {
    "sessions.Session": "everybody logs in anew",
    "letters.SendCount": "limits of a day",
    "accounts.FailedLogin": "wrong passwords count for a day",
    "axes.AccessAttempt": "wrong logins count for minutes",
    "axes.AccessAttemptExpiration": "the same",
    "axes.AccessFailureLog": "the same",
    "axes.AccessLog": "the same",
    "news.Presence": "who has a message open just now",
    "consular.Knock": "where enquiries came from is to be forgotten after an hour",
    "editions.EditionNumber": "it must never go back; the manifest has it",
    "news.Tally": "counted by triggers as messages come in",
    "news.DayTally": "the same",
    "news.Entry": "the search's index, made anew of the messages",
    "news.Stale": "the same",
    "news.Word": "the same",
    "news.IndexState": "the same",
    "backups.Backup": "it tells of this site's own backups",
}
# Where `migrate` itself writes rows. A restore takes them away first; in any other table they stop it.
LAID_BY_MIGRATE = (
    "auth.Group_permissions",
    "auth.Permission",
    "auth.Group",
    "contenttypes.ContentType",
    "editions.EditionNumber",
    "news.IndexState",
)


# Values


@dataclass(frozen=True)
class Kind:
    """A kind of column: the type that a value of it has in JSON, and the way there and back."""

    in_json: type
    write: Callable | None = None
    read: Callable | None = None
    adapt: str = ""  # the method of the database's operations that makes it fit


def _moment(text: str) -> datetime:
    at = datetime.fromisoformat(text)
    if at.utcoffset() is None:
        raise ValueError(text)
    return at


NUMBER, TEXT = Kind(int), Kind(str)
KINDS = {
    **dict.fromkeys(["AutoField", "BigAutoField", "SmallAutoField"], NUMBER),
    **dict.fromkeys(["IntegerField", "BigIntegerField", "SmallIntegerField"], NUMBER),
    **dict.fromkeys(["PositiveIntegerField", "PositiveBigIntegerField", "PositiveSmallIntegerField"], NUMBER),
    **dict.fromkeys(["CharField", "TextField", "SlugField", "FileField", "FilePathField"], TEXT),
    "GenericIPAddressField": Kind(str, adapt="adapt_ipaddressfield_value"),
    "BooleanField": Kind(bool),
    "FloatField": Kind(float),
    "DateTimeField": Kind(str, lambda at: at.astimezone(UTC).isoformat(), _moment, adapt="adapt_datetimefield_value"),
    "DateField": Kind(str, date.isoformat, date.fromisoformat, adapt="adapt_datefield_value"),
    "TimeField": Kind(str, time.isoformat, time.fromisoformat, adapt="adapt_timefield_value"),
    "BinaryField": Kind(
        str, lambda value: base64.b64encode(value).decode(), lambda text: base64.b64decode(text, validate=True)
    ),
    "DecimalField": Kind(str, str, Decimal),
    "UUIDField": Kind(str, str, UUID),
}


class Unreadable(Exception):
    """A line in a backup is no row of its table."""


# Tables


class Table:
    """A table as it is carried: its name and columns, and how its rows are written and read."""

    def __init__(self, model: type[models.Model]):
        self.model, self.name = model, model._meta.db_table
        self.fields = list(model._meta.local_concrete_fields)
        self.columns = [field.column for field in self.fields]

    @cached_property
    def kinds(self) -> list[Kind]:
        """The kinds of its columns; a key into another table is of the kind that it points to."""
        found = []
        for field in self.fields:
            while field.remote_field:
                field = field.target_field
            if field.get_internal_type() not in KINDS:
                words = _("Backups can't carry %(column)s of %(table)s yet: name its kind in backups/tables.py.")
                raise Refused(words % {"column": field.column, "table": self.name})
            found.append(KINDS[field.get_internal_type()])
        return found

    @property
    def counter(self) -> str | None:
        """The column that the database itself numbers; None where it doesn't."""
        return self.model._meta.pk.column if isinstance(self.model._meta.pk, models.AutoField) else None

    # Reading and writing a database

    def rows(self, connection, at_once: int = 200) -> Iterator[list]:
        """Yield the rows as they go into JSON, in the order of their keys, whichever the database."""
        quote = connection.ops.quote_name
        steps = self._steps(connection)
        columns, order = ", ".join(map(quote, self.columns)), self._order(connection)
        with connection.chunked_cursor() as cursor:
            cursor.execute(f"SELECT {columns} FROM {quote(self.name)} ORDER BY {order}")  # noqa: S608
            while some := cursor.fetchmany(at_once):
                for row in some:
                    row = list(row)
                    for place, convert in steps:
                        if row[place] is not None:
                            row[place] = convert(row[place])
                    yield row

    def _order(self, connection) -> str:
        key = self.model._meta.pk
        kind = self.kinds[self.fields.index(key)]
        by_bytes = ' COLLATE "C"' if kind is TEXT and connection.vendor == "postgresql" else ""
        return connection.ops.quote_name(key.column) + by_bytes

    def _steps(self, connection) -> list[tuple[int, Callable]]:
        """Return what has to be done to a row's values, and where; nothing is to most of them."""
        steps = []
        for place, (field, kind) in enumerate(zip(self.fields, self.kinds, strict=True)):
            while field.remote_field:
                field = field.target_field
            column = Col(self.name, field)
            for convert in connection.ops.get_db_converters(column):
                steps.append((place, lambda value, convert=convert, column=column: convert(value, column, connection)))
            if kind.write:
                steps.append((place, kind.write))
        return steps

    def insert(self, connection, rows: list[list]) -> None:
        """Write rows that `read` has made."""
        quote, steps = connection.ops.quote_name, []
        for place, (field, kind) in enumerate(zip(self.fields, self.kinds, strict=True)):
            if kind.adapt:
                steps.append((place, getattr(connection.ops, kind.adapt)))
            elif kind.in_json is str and kind.read:
                steps.append((place, lambda value, field=field: field.get_db_prep_value(value, connection, True)))
        for row in rows:
            for place, adapt in steps:
                if row[place] is not None:
                    row[place] = adapt(row[place])
        columns = ", ".join(map(quote, self.columns))
        into = f"INSERT INTO {quote(self.name)} ({columns}) VALUES "  # noqa: S608
        one = f"({', '.join(['%s'] * len(self.columns))})"
        with connection.cursor() as cursor:
            if connection.vendor == "postgresql":
                cursor.execute(into + ", ".join([one] * len(rows)), [value for row in rows for value in row])
            else:
                cursor.executemany(into + one, rows)

    # Reading a file

    def read(self, line: bytes) -> list:
        """Return a row from a line."""
        try:
            row = json.loads(line)
            if type(row) is not list or len(row) != len(self.columns):
                raise ValueError(len(self.columns))
            for place, (value, kind) in enumerate(zip(row, self.kinds, strict=True)):
                if value is None:
                    continue
                if type(value) is not kind.in_json:
                    raise ValueError(place)
                if kind.read:
                    row[place] = kind.read(value)
        except (ValueError, ArithmeticError, RecursionError, MemoryError) as error:
            raise Unreadable(self.name) from error
        return row


def line(row: list) -> bytes:
    """Return a row as a line of JSON: the same row is always the same line."""
    return json.dumps(row, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "surrogatepass") + b"\n"


def all_tables() -> list[Table]:
    """Return every table that Django's models have, carried or not, in the order of their names."""
    found = [
        Table(model)
        for model in apps.get_models(include_auto_created=True)
        if model._meta.managed and not model._meta.proxy
    ]
    return sorted(found, key=lambda table: table.name)


def carried() -> list[Table]:
    """Return the tables that are in a backup, in the order in which they stand there."""
    return [table for table in all_tables() if table.model._meta.label not in LEFT_OUT]


def laid_by_migrate() -> list[Table]:
    return [table for table in all_tables() if table.model._meta.label in LAID_BY_MIGRATE]
