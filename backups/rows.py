"""Serialisation of rows: which tables a backup includes, and how a row is written for either database.

A row is a JSON array in the order of its model's columns. It holds the database's values: encrypted fields stay
encrypted, and no `save()` is called. Times are written in UTC, bytes in base64.
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

from backups import BackupError

# Tables that are not in a backup, and why. `restoring` rebuilds the derived tables.
EXCLUDED_TABLES = {
    "sessions.Session": "users sign in again",
    "outbox.SendCount": "limits per day",
    "accounts.FailedLogin": "failed sign-ins expire after a day",
    "accounts.FormSubmission": "forms that were sent twice are recognised for a day",
    "axes.AccessAttempt": "failed sign-ins expire after minutes",
    "axes.AccessAttemptExpiration": "the same",
    "axes.AccessFailureLog": "the same",
    "axes.AccessLog": "the same",
    "working_copies.WorkingCopy": "unsaved text expires after a week, and is nobody else's",
    "news.EditingSession": "users with a message open at present",
    "consular.EnquirySubmission": "network addresses must be deleted after an hour",
    "editions.EditionNumber": "it must never decrease; it is in the manifest",
    "news.MonthlyCount": "counted by triggers as messages are inserted",
    "news.DailyCount": "the same",
    "search.SearchDocument": "search index, rebuilt from the messages",
    "search.ReindexQueue": "the same",
    "search.SearchTerm": "the same",
    "search.IndexState": "the same",
    "search.AnswerEntry": "the same, rebuilt from the pages, topics and offices",
    "search.AnswerWord": "the same",
    "backups.Backup": "it lists the backups of this site",
}
# Tables with rows that `migrate` creates. A restore replaces these; rows in any other table stop it.
TABLES_FILLED_BY_MIGRATE = (
    "auth.Group_permissions",
    "auth.Permission",
    "auth.Group",
    "contenttypes.ContentType",
    "editions.EditionNumber",
    "search.IndexState",
)


# Values


@dataclass(frozen=True)
class ColumnCodec:
    """How the values of a column are converted to JSON, and back to values that the database accepts."""

    in_json: type
    write: Callable | None = None
    read: Callable | None = None
    adapt: str = ""  # the method of connection.ops that prepares a value for the database


def _parse_datetime(text: str) -> datetime:
    at = datetime.fromisoformat(text)
    if at.utcoffset() is None:
        raise ValueError(text)
    return at


def _write_json(text: str) -> str:
    """Return the text of a JSON column in one form: PostgreSQL stores neither spaces nor the order of keys."""
    return json.dumps(json.loads(text), ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def _parse_json(text: str):
    def refuse(constant: str):
        raise ValueError(constant)  # NaN and Infinity are not JSON

    return json.loads(text, parse_constant=refuse)


INTEGER_CODEC, TEXT_CODEC = ColumnCodec(int), ColumnCodec(str)
CODECS = {
    **dict.fromkeys(["AutoField", "BigAutoField", "SmallAutoField"], INTEGER_CODEC),
    **dict.fromkeys(["IntegerField", "BigIntegerField", "SmallIntegerField"], INTEGER_CODEC),
    **dict.fromkeys(["PositiveIntegerField", "PositiveBigIntegerField", "PositiveSmallIntegerField"], INTEGER_CODEC),
    **dict.fromkeys(["CharField", "TextField", "SlugField", "FileField", "FilePathField"], TEXT_CODEC),
    "GenericIPAddressField": ColumnCodec(str, adapt="adapt_ipaddressfield_value"),
    "BooleanField": ColumnCodec(bool),
    "FloatField": ColumnCodec(float),
    "DateTimeField": ColumnCodec(
        str, lambda at: at.astimezone(UTC).isoformat(), _parse_datetime, adapt="adapt_datetimefield_value"
    ),
    "DateField": ColumnCodec(str, date.isoformat, date.fromisoformat, adapt="adapt_datefield_value"),
    "TimeField": ColumnCodec(str, time.isoformat, time.fromisoformat, adapt="adapt_timefield_value"),
    "BinaryField": ColumnCodec(
        str, lambda value: base64.b64encode(value).decode(), lambda text: base64.b64decode(text, validate=True)
    ),
    "JSONField": ColumnCodec(str, _write_json, _parse_json),
    "DecimalField": ColumnCodec(str, str, Decimal),
    "UUIDField": ColumnCodec(str, str, UUID),
}


class InvalidRow(Exception):
    """A line in a backup is not a row of its table."""


# Tables


class BackupTable:
    """A table in a backup: its name and columns, and how its rows are written and read."""

    def __init__(self, model: type[models.Model]):
        self.model, self.name = model, model._meta.db_table
        self.fields = list(model._meta.local_concrete_fields)
        self.columns = [field.column for field in self.fields]

    @cached_property
    def kinds(self) -> list[ColumnCodec]:
        """The kind of each column; a foreign key is of the kind of the column that it refers to."""
        found = []
        for field in self.fields:
            while field.remote_field:
                field = field.target_field
            if field.get_internal_type() not in CODECS:
                words = _("Backups cannot include %(column)s of %(table)s yet: add its field type in backups/rows.py.")
                raise BackupError(words % {"column": field.column, "table": self.name})
            found.append(CODECS[field.get_internal_type()])
        return found

    @property
    def counter(self) -> str | None:
        """The column that the database numbers automatically, None if there is none."""
        return self.model._meta.pk.column if isinstance(self.model._meta.pk, models.AutoField) else None

    # Reading and writing a database

    def rows(self, connection, batch: int = 200) -> Iterator[list]:
        """Yield the rows as JSON values, in the order of their primary keys, which is the same on either database."""
        quote = connection.ops.quote_name
        steps = self._steps(connection)
        columns, order = ", ".join(map(quote, self.columns)), self._order(connection)
        with connection.chunked_cursor() as cursor:
            cursor.execute(f"SELECT {columns} FROM {quote(self.name)} ORDER BY {order}")  # noqa: S608
            while fetched := cursor.fetchmany(batch):
                for row in fetched:
                    row = list(row)
                    for position, convert in steps:
                        if row[position] is not None:
                            row[position] = convert(row[position])
                    yield row

    def _order(self, connection) -> str:
        key = self.model._meta.pk
        kind = self.kinds[self.fields.index(key)]
        by_bytes = ' COLLATE "C"' if kind is TEXT_CODEC and connection.vendor == "postgresql" else ""
        return connection.ops.quote_name(key.column) + by_bytes

    def _steps(self, connection) -> list[tuple[int, Callable]]:
        """Return the conversions of a row as (position, function); most columns need none."""
        steps = []
        for position, (field, kind) in enumerate(zip(self.fields, self.kinds, strict=True)):
            while field.remote_field:
                field = field.target_field
            column = Col(self.name, field)
            for convert in connection.ops.get_db_converters(column):
                steps.append(
                    (position, lambda value, convert=convert, column=column: convert(value, column, connection))
                )
            if kind.write:
                steps.append((position, kind.write))
        return steps

    def insert(self, connection, rows: list[list]) -> None:
        """Insert rows that `read` returned."""
        quote, steps = connection.ops.quote_name, []
        for position, (field, kind) in enumerate(zip(self.fields, self.kinds, strict=True)):
            if kind.adapt:
                steps.append((position, getattr(connection.ops, kind.adapt)))
            elif kind.in_json is str and kind.read:
                steps.append((position, lambda value, field=field: field.get_db_prep_value(value, connection, True)))
        for row in rows:
            for position, adapt in steps:
                if row[position] is not None:
                    row[position] = adapt(row[position])
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
        """Return the row in a line; raise Unreadable if it is not valid."""
        try:
            row = json.loads(line)
            if type(row) is not list or len(row) != len(self.columns):
                raise ValueError(len(self.columns))
            for position, (value, kind) in enumerate(zip(row, self.kinds, strict=True)):
                if value is None:
                    continue
                if type(value) is not kind.in_json:
                    raise ValueError(position)
                if kind.read:
                    row[position] = kind.read(value)
        except (ValueError, ArithmeticError, RecursionError, MemoryError) as error:
            raise InvalidRow(self.name) from error
        return row


def serialise_row(row: list) -> bytes:
    """Return a row as one line of JSON. Equal rows give equal bytes."""
    return json.dumps(row, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "surrogatepass") + b"\n"


def all_tables() -> list[BackupTable]:
    """Return every table of Django's models, in a backup or not, ordered by name."""
    found = [
        BackupTable(model)
        for model in apps.get_models(include_auto_created=True)
        if model._meta.managed and not model._meta.proxy
    ]
    return sorted(found, key=lambda table: table.name)


def included_tables() -> list[BackupTable]:
    """Return the tables that a backup includes, in its order."""
    return [table for table in all_tables() if table.model._meta.label not in EXCLUDED_TABLES]


def tables_filled_by_migrate() -> list[BackupTable]:
    return [table for table in all_tables() if table.model._meta.label in TABLES_FILLED_BY_MIGRATE]
