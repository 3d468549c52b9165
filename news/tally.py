"""The tally: messages counted by month and category, moved by the database with each message, in its transaction.

Counting a million messages by month takes a third of a second; reading the tally takes none. Triggers, because they
see every write: saves, bulk acts, imports, cascades, loaddata. They are dropped before a migration and laid again after
it: SQLite rebuilds a table to change it, which loses its triggers and trips over those that name it.
"""

from __future__ import annotations

from collections import Counter
from datetime import date, datetime

from django.db import connections
from django.db.models import Count, Sum
from django.db.models.functions import TruncMonth

COUNTED = "{row}.approved_at IS NOT NULL AND {row}.withdrawn_at IS NULL"
STEP = {
    "NEW": """
    INSERT INTO news_tally (category_id, month, count) VALUES (NEW.category_id, {month}, 1)
    ON CONFLICT (category_id, month) DO UPDATE SET count = news_tally.count + 1;""",
    "OLD": """
    UPDATE news_tally SET count = count - 1 WHERE category_id = OLD.category_id AND month = {month};""",
}

SQLITE_MONTH = "date({row}.day, 'start of month')"
POSTGRESQL_BODY = """
BEGIN
    IF TG_OP IN ('UPDATE', 'DELETE') THEN
        UPDATE news_tally SET count = news_tally.count - gone.count
        FROM (
            SELECT category_id, date_trunc('month', day)::date AS month, count(*) AS count FROM old_rows
            WHERE approved_at IS NOT NULL AND withdrawn_at IS NULL GROUP BY 1, 2
        ) AS gone
        WHERE news_tally.category_id = gone.category_id AND news_tally.month = gone.month;
    END IF;
    IF TG_OP IN ('UPDATE', 'INSERT') THEN
        INSERT INTO news_tally (category_id, month, count)
        SELECT category_id, date_trunc('month', day)::date, count(*) FROM new_rows
        WHERE approved_at IS NOT NULL AND withdrawn_at IS NULL GROUP BY 1, 2
        ON CONFLICT (category_id, month) DO UPDATE SET count = news_tally.count + EXCLUDED.count;
    END IF;
    RETURN NULL;
END"""

EVENTS = {"insert": ["NEW"], "delete": ["OLD"], "update": ["OLD", "NEW"]}


def _step(row: str, month: str) -> str:
    return STEP[row].format(month=month.format(row=row))


def _sqlite() -> list[str]:
    statements = []
    for event, rows in EVENTS.items():
        for row in rows:
            name = f"news_tally_{event}_{row.lower()}"
            counted = COUNTED.format(row=row)
            statements.append(
                f"CREATE TRIGGER IF NOT EXISTS {name} AFTER {event.upper()} ON news_message WHEN {counted} "
                f"BEGIN {_step(row, SQLITE_MONTH)} END"
            )
    return statements


def _postgresql() -> list[str]:
    """Return one trigger for each kind of statement, not for each row.

    PostgreSQL writes a row anew to change it: an import of a million messages would leave a million dead tallies.
    """
    head = "CREATE OR REPLACE FUNCTION news_tally() RETURNS trigger LANGUAGE plpgsql AS"
    statements = [f"{head} $$ {POSTGRESQL_BODY} $$"]
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
    if not {"news_message", "news_tally"} <= set(connection.introspection.table_names()):
        return
    _run(connection, _postgresql() if connection.vendor == "postgresql" else _sqlite())
    if plan:
        recount(using)


def _run(connection, statements):
    with connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)


def recount(using: str = "default") -> None:
    """Count all messages anew."""
    from news.models import Message, Tally

    Tally.objects.using(using).all().delete()
    counted = Message.objects.using(using).filter(approved_at__isnull=False, withdrawn_at__isnull=True)
    months = counted.order_by().values("category", month=TruncMonth("day")).annotate(count=Count("pk"))
    Tally.objects.using(using).bulk_create(
        Tally(category_id=row["category"], month=row["month"], count=row["count"]) for row in months
    )


def months(at: datetime, category=None) -> dict[date, int]:
    """Return how many messages are public at the moment `at` in each month that has any, the newest month first."""
    from news.models import Message, Tally

    tallies, ahead = Tally.objects.filter(count__gt=0), Message.objects.scheduled(at)
    if category:
        tallies, ahead = tallies.filter(category=category), ahead.filter(category=category)
    counts: Counter = Counter()
    counts.update(dict(tallies.values_list("month").annotate(Sum("count"))))
    for day in ahead.order_by().values_list("day", flat=True):  # approved, and so counted, but not yet public
        counts[day.replace(day=1)] -= 1
    return {month: counts[month] for month in sorted(counts, reverse=True) if counts[month] > 0}
