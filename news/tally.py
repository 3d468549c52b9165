"""The tally: messages counted by month and by day, each by category; the database moves it with each message.

Counting a million messages by month takes a third of a second; reading the tally takes none. Triggers, because they
see every write: saves, bulk acts, imports, cascades, loaddata, plain SQL. They are dropped before a migration and laid
again after it: SQLite rebuilds a table to change it, which loses its triggers and trips over those that name it.

What is approved counts, also while it is ahead: the clock fires no trigger. Who reads the tally takes that off again.
"""

from __future__ import annotations

from calendar import monthrange
from collections import Counter
from datetime import date, datetime
from typing import NamedTuple

from django.db import connections, transaction
from django.db.models import Count, Sum


class Grain(NamedTuple):
    """One of the tally's tables: what it counts by, and how the databases read that off a message's day."""

    table: str
    column: str
    sqlite: str
    postgresql: str


GRAINS = [
    Grain("news_tally", "month", "date({row}.day, 'start of month')", "date_trunc('month', day)::date"),
    Grain("news_daytally", "day", "{row}.day", "day"),
]

COUNTED = "{row}.approved_at IS NOT NULL AND {row}.withdrawn_at IS NULL"
STEP = {
    "NEW": """
    INSERT INTO {table} (category_id, {column}, count) VALUES (NEW.category_id, {value}, 1)
    ON CONFLICT (category_id, {column}) DO UPDATE SET count = {table}.count + 1;""",
    "OLD": """
    UPDATE {table} SET count = count - 1 WHERE category_id = OLD.category_id AND {column} = {value};""",
}

POSTGRESQL_STEP = {
    "OLD": """
        UPDATE {table} SET count = {table}.count - gone.count
        FROM (
            SELECT category_id, {value} AS {column}, count(*) AS count FROM old_rows
            WHERE approved_at IS NOT NULL AND withdrawn_at IS NULL GROUP BY 1, 2
        ) AS gone
        WHERE {table}.category_id = gone.category_id AND {table}.{column} = gone.{column};""",
    "NEW": """
        INSERT INTO {table} (category_id, {column}, count)
        SELECT category_id, {value}, count(*) FROM new_rows
        WHERE approved_at IS NOT NULL AND withdrawn_at IS NULL GROUP BY 1, 2
        ON CONFLICT (category_id, {column}) DO UPDATE SET count = {table}.count + EXCLUDED.count;""",
}
POSTGRESQL_BODY = """
BEGIN
    IF TG_OP IN ('UPDATE', 'DELETE') THEN{old}
    END IF;
    IF TG_OP IN ('UPDATE', 'INSERT') THEN{new}
    END IF;
    RETURN NULL;
END"""

EVENTS = {"insert": ["NEW"], "delete": ["OLD"], "update": ["OLD", "NEW"]}


def _sqlite() -> list[str]:
    statements = []
    for event, rows in EVENTS.items():
        for row in rows:
            name = f"news_tally_{event}_{row.lower()}"
            steps = "".join(
                STEP[row].format(table=grain.table, column=grain.column, value=grain.sqlite.format(row=row))
                for grain in GRAINS
            )
            statements.append(
                f"CREATE TRIGGER IF NOT EXISTS {name} AFTER {event.upper()} ON news_message "
                f"WHEN {COUNTED.format(row=row)} BEGIN {steps} END"
            )
    return statements


def _postgresql() -> list[str]:
    """Return one trigger for each kind of statement, not for each row.

    PostgreSQL writes a row anew to change it: an import of a million messages would leave a million dead tallies.
    """
    old, new = (
        "".join(
            POSTGRESQL_STEP[row].format(table=grain.table, column=grain.column, value=grain.postgresql)
            for grain in GRAINS
        )
        for row in ("OLD", "NEW")
    )
    body = POSTGRESQL_BODY.format(old=old, new=new)
    statements = [f"CREATE OR REPLACE FUNCTION news_tally() RETURNS trigger LANGUAGE plpgsql AS $$ {body} $$"]
    for event, rows in EVENTS.items():
        tables = " ".join(f"{row} TABLE AS {row.lower()}_rows" for row in rows)
        statements.append(
            f"CREATE OR REPLACE TRIGGER news_tally_{event} AFTER {event.upper()} ON news_message "
            f"REFERENCING {tables} FOR EACH STATEMENT EXECUTE FUNCTION news_tally()"
        )
    return statements


def _drop(connection) -> list[str]:
    if connection.vendor == "postgresql":
        return [f"DROP TRIGGER IF EXISTS news_tally_{event} ON news_message" for event in EVENTS]
    return [
        f"DROP TRIGGER IF EXISTS news_tally_{event}_{row.lower()}" for event, rows in EVENTS.items() for row in rows
    ]


def before_migration(using, plan, **kwargs):
    """Take the triggers away while tables may be rebuilt."""
    connection = connections[using]
    if plan and "news_message" in connection.introspection.table_names():
        _run(connection, _drop(connection))


def after_migration(using, plan=(), **kwargs):
    """Lay the triggers, and count anew where a migration ran without them."""
    connection = connections[using]
    if not {"news_message", *(grain.table for grain in GRAINS)} <= set(connection.introspection.table_names()):
        return
    _run(connection, _postgresql() if connection.vendor == "postgresql" else _sqlite())
    if plan:
        recount(using)


def _run(connection, statements):
    with connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)


def recount(using: str = "default") -> None:
    """Count all messages anew: they are read once, for both tables, and nobody writes one meanwhile."""
    from news.models import DayTally, Message, Tally

    with transaction.atomic(using=using):
        if connections[using].vendor == "postgresql":  # SQLite has one writer anyway
            _run(connections[using], ["LOCK TABLE news_message IN SHARE MODE"])
        counted = Message.objects.using(using).filter(approved_at__isnull=False, withdrawn_at__isnull=True).order_by()
        days = {
            (category, day): count
            for category, day, count in counted.values_list("category", "day").annotate(count=Count("pk"))
        }
        months: Counter = Counter()
        for (category, day), count in days.items():
            months[category, day.replace(day=1)] += count
        for model, column, counts in ((Tally, "month", months), (DayTally, "day", days)):
            model.objects.using(using).all().delete()
            rows = (model(category_id=of, **{column: key}, count=count) for (of, key), count in counts.items())
            model.objects.using(using).bulk_create(rows, batch_size=5000)


# Reading: what is public at a moment

Coming = list[tuple[int, date]]  # the category and the day of each message that is approved and still ahead


def coming(at: datetime) -> Coming:
    """Return what the tally counts and the public does not see yet at the moment `at`."""
    from news.models import Message

    return list(Message.objects.scheduled(at).order_by().values_list("category", "day"))


def months(at: datetime, category=None, ahead: Coming | None = None) -> dict[date, int]:
    """Return how many messages are public at the moment `at` in each month that has any, the newest month first.

    `ahead` is what `coming` has said, where the caller knows it already; so it is everywhere here.
    """
    from news.models import Tally

    counts = _counted(Tally.objects.all(), "month", category)
    for other, day in coming(at) if ahead is None else ahead:
        if category is None or other == category.pk:
            counts[day.replace(day=1)] -= 1
    return {month: counts[month] for month in sorted(counts, reverse=True) if counts[month] > 0}


def days(at: datetime, month: date, category=None, ahead: Coming | None = None) -> dict[date, int]:
    """Return how many messages are public at the moment `at` on each day of a month that has any, the first first."""
    from news.models import DayTally

    last = month.replace(day=monthrange(month.year, month.month)[1])
    counts = _counted(DayTally.objects.filter(day__gte=month, day__lte=last), "day", category)
    for other, day in coming(at) if ahead is None else ahead:
        if month <= day <= last and (category is None or other == category.pk):
            counts[day] -= 1
    return {day: counts[day] for day in sorted(counts) if counts[day] > 0}


class Share(NamedTuple):
    """What a category has of the messages of a time."""

    pk: int
    name: str
    slug: str
    count: int


def categories(at: datetime, first: date, last: date, ahead: Coming | None = None) -> list[Share]:
    """Return how many messages are public at the moment `at` in each category that has any, in the menu's order.

    From the day `first` to the day `last`: one day, or whole months.
    """
    from news.models import DayTally, Tally

    rows = DayTally.objects.filter(day=first)
    if first != last:
        rows = Tally.objects.filter(month__gte=first, month__lte=last)
    rows = rows.filter(count__gt=0).order_by("category__order", "category__name", "category")
    less = Counter(category for category, day in (coming(at) if ahead is None else ahead) if first <= day <= last)
    found = rows.values_list("category", "category__name", "category__slug").annotate(total=Sum("count"))
    shares = (Share(pk, name, slug, total - less[pk]) for pk, name, slug, total in found)
    return [share for share in shares if share.count > 0]


def _counted(rows, column: str, category=None) -> Counter:
    """Return what these rows of the tally say by a column, of all messages or of a category's."""
    rows = rows.filter(count__gt=0, **({"category": category} if category else {}))
    return Counter(dict(rows.order_by().values_list(column).annotate(Sum("count"))))
