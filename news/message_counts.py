"""Message counts by category and month, and by category and day, maintained by database triggers.

Counting a million messages by month takes a third of a second; reading the counts takes no time. Triggers see every
write: saves, bulk actions, imports, cascades, loaddata, plain SQL.

Scheduled messages are counted too, as no trigger fires when they become public. Functions that read the counts subtract
them.
"""

from __future__ import annotations

from calendar import monthrange
from collections import Counter
from datetime import date, datetime
from typing import NamedTuple

from django.db import connections, transaction
from django.db.models import Count, F, Q, Sum

from core.triggers import DatabaseObjects, run


class CountTable(NamedTuple):
    """A table of counts: its date column, and the SQL that computes it from a message's day."""

    table: str
    column: str
    sqlite: str
    postgresql: str


COUNT_TABLES = [
    CountTable("news_monthlycount", "month", "date({row}.day, 'start of month')", "date_trunc('month', day)::date"),
    CountTable("news_dailycount", "day", "{row}.day", "day"),
]

IS_COUNTED = "{row}.approved_at IS NOT NULL AND {row}.withdrawn_at IS NULL"
SQLITE_STEP = {
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


def sqlite_triggers() -> list[str]:
    statements = []
    for event, rows in EVENTS.items():
        for row in rows:
            name = f"news_message_counts_{event}_{row.lower()}"
            steps = "".join(
                SQLITE_STEP[row].format(table=grain.table, column=grain.column, value=grain.sqlite.format(row=row))
                for grain in COUNT_TABLES
            )
            statements.append(
                f"CREATE TRIGGER IF NOT EXISTS {name} AFTER {event.upper()} ON news_message "
                f"WHEN {IS_COUNTED.format(row=row)} BEGIN {steps} END"
            )
    return statements


def postgresql_triggers() -> list[str]:
    """Return one trigger for each kind of statement, not for each row.

    PostgreSQL writes a new version of a row to update it: row triggers would leave a million dead rows after an import
    of a million messages.
    """
    old, new = (
        "".join(
            POSTGRESQL_STEP[row].format(table=grain.table, column=grain.column, value=grain.postgresql)
            for grain in COUNT_TABLES
        )
        for row in ("OLD", "NEW")
    )
    body = POSTGRESQL_BODY.format(old=old, new=new)
    statements = [f"CREATE OR REPLACE FUNCTION news_message_counts() RETURNS trigger LANGUAGE plpgsql AS $$ {body} $$"]
    for event, rows in EVENTS.items():
        tables = " ".join(f"{row} TABLE AS {row.lower()}_rows" for row in rows)
        statements.append(
            f"CREATE OR REPLACE TRIGGER news_message_counts_{event} AFTER {event.upper()} ON news_message "
            f"REFERENCING {tables} FOR EACH STATEMENT EXECUTE FUNCTION news_message_counts()"
        )
    return statements


def rebuild_counts(using: str = "default") -> None:
    """Rebuild both tables from one pass over the messages, which cannot be written during it."""
    from news.models import DailyCount, Message, MonthlyCount

    with transaction.atomic(using=using):
        if connections[using].vendor == "postgresql":  # SQLite has a single writer
            run(connections[using], ["LOCK TABLE news_message IN SHARE MODE"])
        counted = Message.objects.using(using).filter(approved_at__isnull=False, withdrawn_at__isnull=True).order_by()
        days = {
            (category, day): count
            for category, day, count in counted.values_list("category", "day").annotate(count=Count("pk"))
        }
        months: Counter = Counter()
        for (category, day), count in days.items():
            months[category, day.replace(day=1)] += count
        for model, column, counts in ((MonthlyCount, "month", months), (DailyCount, "day", days)):
            model.objects.using(using).all().delete()
            rows = (
                model(category_id=category, **{column: key}, count=count) for (category, key), count in counts.items()
            )
            model.objects.using(using).bulk_create(rows, batch_size=5000)


def rebuild_after_migration(using: str, may_be_stale: bool) -> None:
    """Rebuild the counts if messages may have been written without the triggers."""
    if may_be_stale:
        rebuild_counts(using)


TRIGGERS = DatabaseObjects(
    name="message counts",
    watched="news_message",
    tables=frozenset({"news_message", *(each.table for each in COUNT_TABLES)}),
    sqlite=tuple(sqlite_triggers()),
    postgresql=tuple(postgresql_triggers()),
    apps=frozenset({"news"}),
    after_migration=rebuild_after_migration,
)


# Reading: counts of the messages that are public at a time

PendingMessages = list[tuple[int, date]]  # the category and day of each scheduled message


def pending_messages(at: datetime) -> PendingMessages:
    """Return the messages that are counted but not public yet at the time `at`."""
    from news.models import Message

    return list(Message.objects.scheduled(at).order_by().values_list("category", "day"))


def counts_by_month(at: datetime, category=None, pending: PendingMessages | None = None) -> dict[date, int]:
    """Return the number of messages public at the time `at` by month, the newest month first, without empty ones.

    `pending` is the result of `pending_messages(at)` if the caller has it already, here and below.
    """
    from news.models import MonthlyCount

    counts = _sum_by(MonthlyCount.objects.all(), "month", category)
    for other, day in pending_messages(at) if pending is None else pending:
        if category is None or other == category.pk:
            counts[day.replace(day=1)] -= 1
    return {month: counts[month] for month in sorted(counts, reverse=True) if counts[month] > 0}


def counts_by_day(at: datetime, month: date, category=None, pending: PendingMessages | None = None) -> dict[date, int]:
    """Return the number of messages public at the time `at` by day of a month, in order, without empty days."""
    from news.models import DailyCount

    last = month.replace(day=monthrange(month.year, month.month)[1])
    counts = _sum_by(DailyCount.objects.filter(day__gte=month, day__lte=last), "day", category)
    for other, day in pending_messages(at) if pending is None else pending:
        if month <= day <= last and (category is None or other == category.pk):
            counts[day] -= 1
    return {day: counts[day] for day in sorted(counts) if counts[day] > 0}


CATEGORY_COLUMNS = ("category", "category__name", "category__slug", "category__order")


class CategoryCount(NamedTuple):
    """The number of messages of a category in a period."""

    pk: int
    name: str
    slug: str
    order: int
    count: int


def counts_by_category(
    at: datetime, first: date, last: date, pending: PendingMessages | None = None
) -> list[CategoryCount]:
    """Return the number of messages public at the time `at` by category, in the menu's order, without empty ones.

    The period is from `first` to `last`: one day, or whole months.
    """
    from news.models import DailyCount, MonthlyCount

    rows = DailyCount.objects.filter(day=first)
    if first != last:
        rows = MonthlyCount.objects.filter(month__gte=first, month__lte=last)
    rows = rows.filter(count__gt=0).order_by("category__order", "category__name", "category")
    scheduled = Counter(
        category for category, day in (pending_messages(at) if pending is None else pending) if first <= day <= last
    )
    found = rows.values_list(*CATEGORY_COLUMNS).annotate(total=Sum("count"))
    counts = (CategoryCount(*category, total - scheduled[category[0]]) for *category, total in found)
    return [each for each in counts if each.count > 0]


class DeliveryCount(NamedTuple):
    """The number of messages of a category that were delivered on a day, and how many of them were published on it."""

    category: CategoryCount  # without a count
    day: date
    count: int
    published: int


def count_deliveries(at: datetime, first: date, last: date) -> list[DeliveryCount]:
    """Return the numbers of messages public at the time `at` that were delivered from `first` to `last`."""
    from news.models import Message

    rows = Message.objects.published(at).filter(delivered_on__gte=first, delivered_on__lte=last).order_by()
    found = rows.values_list(*CATEGORY_COLUMNS, "delivered_on").annotate(
        count=Count("pk"), published=Count("pk", filter=Q(day=F("delivered_on")))
    )
    return [
        DeliveryCount(CategoryCount(*category, 0), day, count, published) for *category, day, count, published in found
    ]


def _sum_by(rows, column: str, category=None) -> Counter:
    """Return the sums of rows by a column, for all messages or a category's."""
    rows = rows.filter(count__gt=0, **({"category": category} if category else {}))
    return Counter(dict(rows.order_by().values_list(column).annotate(Sum("count"))))
