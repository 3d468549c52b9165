"""Message counts: always the same as the lists, after any kind of write."""

from datetime import date, timedelta

import pytest
from django.db import connection, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from news import message_counts
from news.archive import ArchiveFilter, in_range
from news.models import Category, DailyCount, Message, MonthlyCount
from tests.factories import DAY, HOUR, NOON, a_category, a_message
from tests.properties import examples

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases, pytest.mark.usefixtures("clock")]


# Counts of the lists, without the count tables


def listed(at, shelf):
    """Return how many messages a list has, each counted."""
    messages = Message.objects.published(at)
    messages = messages.filter(category=shelf.category) if shelf.category else messages
    return in_range(messages, shelf.time_range, None, None).count()


def disagreements(at):
    """Return every count that differs from the list, and every list without a count."""
    found = []
    days = set(Message.objects.published(at).order_by().values_list("day", flat=True))
    kinds = list(Category.objects.all())
    for category in [None, *kinds]:
        months = message_counts.counts_by_month(at, category)
        for first in {day.replace(day=1) for day in days} | set(months):
            found.append(
                (category, first, months.get(first, 0), listed(at, ArchiveFilter(category, first.year, first.month)))
            )
            by_day = message_counts.counts_by_day(at, first, category)
            for day in {day for day in days if day.replace(day=1) == first} | set(by_day):
                shelf = ArchiveFilter(category, day.year, day.month, day.day)
                found.append((category, day, by_day.get(day, 0), listed(at, shelf)))
    for shelf in {ArchiveFilter(None, *parts) for day in days for parts in widths(day)}:
        shares = {share.pk: share.count for share in message_counts.counts_by_category(at, shelf.first, shelf.last)}
        for category in kinds:
            there = ArchiveFilter(category, *shelf.date_parts)
            found.append((category, shelf.first, shares.get(category.pk, 0), listed(at, there)))
    return [each for each in found if each[-2] != each[-1]]


def widths(day):
    return (day.year,), (day.year, day.month), (day.year, day.month, day.day)


def test_the_comparison_detects_a_wrong_count():
    a_message()
    DailyCount.objects.update(count=2)
    assert disagreements(NOON) != []


# Every way of writing


def publish(rows, value):
    a_message(publish_at=NOON - value * HOUR, category=kind(value))


def schedule(rows, value):
    a_message(publish_at=NOON + value * HOUR, approved_at=NOON, category=kind(value))


def draft(rows, value):
    a_message(publish_at=NOON - value * HOUR if value % 2 else None, approved_at=None, category=kind(value))


def withdraw(rows, value):
    if rows[0].state(NOON) == Message.State.PUBLISHED:
        rows[0].withdraw("Wrong.", at=NOON)


def restore(rows, value):
    if rows[0].withdrawn_at:
        rows[0].restore(at=NOON)


def approve(rows, value):
    if not rows[0].approved_at:
        rows[0].approve(at=NOON)


def move(rows, value):
    rows[0].category = kind(value)
    rows[0].save()


def change_date(rows, value):
    rows[0].publish_at = NOON - value * HOUR
    rows[0].save()


def change_date_of_many(rows, value):
    Message.objects.filter(pk__in=[row.pk for row in rows]).update(publish_at=NOON - value * HOUR)


def move_many(rows, value):
    Message.objects.filter(pk__in=[row.pk for row in rows]).update(category=kind(value))


def move_many_at_once(rows, value):
    for row in rows:
        row.category = kind(value)
    Message.objects.bulk_update(rows, ["category"])


def create_many(rows, value):
    moments = [NOON - (value + number) * 9 * HOUR for number in range(3)]
    Message.objects.bulk_create(
        Message(headline="One of many", category=kind(value + number), publish_at=moment, approved_at=moment)
        for number, moment in enumerate(moments)
    )


def create_or_change(rows, value):
    copy = Message(pk=rows[0].pk, headline="Again", category=kind(value), publish_at=NOON, approved_at=NOON)
    Message.objects.bulk_create(
        [copy], update_conflicts=True, update_fields=["headline", "category"], unique_fields=["id"]
    )


def delete(rows, value):
    Message.objects.filter(pk__in=[row.pk for row in rows], log_entries=None).delete()


def raw(sql, *parameters):
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)


def withdraw_by_sql(rows, value):
    raw(
        "UPDATE news_message SET withdrawn_at = publish_at, withdrawn_reason = 'Wrong.' "
        "WHERE approved_at IS NOT NULL AND id >= %s",
        rows[0].pk,
    )


def restore_by_sql(rows, value):
    raw("UPDATE news_message SET withdrawn_at = NULL, withdrawn_reason = '' WHERE id >= %s", rows[0].pk)


def approve_by_sql(rows, value):
    raw("UPDATE news_message SET approved_at = publish_at WHERE publish_at IS NOT NULL")


def move_by_sql(rows, value):
    raw("UPDATE news_message SET category_id = %s WHERE id <= %s", kind(value).pk, rows[0].pk)


def delete_by_sql(rows, value):
    if not rows[0].log_entries.exists():
        raw("DELETE FROM news_message WHERE id = %s", rows[0].pk)


def copy_by_sql(rows, value):
    columns = ", ".join(f'"{field.column}"' for field in Message._meta.local_concrete_fields if field.column != "id")
    chosen = columns.replace('"slug"', "slug || %s")
    raw(
        f"INSERT INTO news_message ({columns}) SELECT {chosen} FROM news_message WHERE id >= %s",
        f"-{Message.objects.count()}",
        rows[0].pk,
    )


def fail_in_the_middle(rows, value):
    with transaction.atomic():
        publish(rows, value)
        rows[0].category = kind(value + 1)
        rows[0].save()
        transaction.set_rollback(True)


WAYS = [
    *(publish, schedule, draft, withdraw, restore, approve, move, change_date, change_date_of_many, move_many),
    *(move_many_at_once, create_many, create_or_change, delete, fail_in_the_middle),
    *(withdraw_by_sql, restore_by_sql, approve_by_sql, move_by_sql, delete_by_sql, copy_by_sql),
]


def kind(number):
    return a_category(["speeches", "statements", "comments"][number % 3])


histories = st.lists(
    st.tuples(st.sampled_from(WAYS), st.integers(0, 9), st.integers(0, 60) | st.integers(0, 9000)),
    min_size=1,
    max_size=12,
)


@given(history=histories)
@settings(max_examples=examples(25), suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_counts_match_the_lists_after_any_sequence_of_writes(history):
    with transaction.atomic():
        for number in range(3):
            a_message(publish_at=NOON - number * 11 * HOUR, category=kind(number))
        for way, place, value in history:
            found = list(Message.objects.order_by("id"))
            if not found:
                break
            way(found[place % len(found) :][:3], value)
        for at in (NOON, NOON + 31 * HOUR):
            assert disagreements(at) == [], [way.__name__ for way, *_ in history]
        transaction.set_rollback(True)


@pytest.mark.parametrize("way", WAYS, ids=lambda way: way.__name__)
def test_counts_follow_each_kind_of_write(way):
    for number in range(4):
        a_message(publish_at=NOON - number * 11 * HOUR, category=kind(number))
    waits = a_message(publish_at=NOON - DAY, approved_at=None)
    gone = a_message(publish_at=NOON - DAY)
    gone.withdraw("Wrong.", at=NOON)
    for row in (waits, gone, Message.objects.order_by("id").first()):
        way([Message.objects.filter(pk=row.pk).first() or waits], 5)
        assert disagreements(NOON) == []


# The hours around midnight, in zones where that is hard


@pytest.mark.parametrize("zone", ["America/Santiago", "Asia/Beirut", "Pacific/Apia", "Europe/London"])
def test_days_are_complete_where_clocks_change_at_midnight(settings, zone):
    settings.TIME_ZONE = zone
    category, rows = kind(0), []
    for start in (date(2020, 4, 4), date(2020, 9, 5), date(2020, 3, 28), date(2020, 10, 24)):
        for number in range(60):
            moment = NOON.replace(year=2020, month=start.month, day=start.day, hour=0, minute=30) + number * HOUR
            rows.append(Message(headline="One of many", category=category, publish_at=moment, approved_at=moment))
    Message.objects.bulk_create(rows)
    assert disagreements(NOON) == []
    assert sum(message_counts.counts_by_month(NOON).values()) == 240


# The clock


def test_a_scheduled_message_is_counted_only_from_its_time():
    a_message()
    a_message(publish_at=NOON + HOUR, approved_at=NOON)
    first = date(2020, 11, 1)
    assert (message_counts.counts_by_month(NOON), message_counts.counts_by_month(NOON + HOUR)) == (
        {first: 1},
        {first: 2},
    )
    assert message_counts.counts_by_day(NOON + HOUR, first) == {date(2020, 11, 23): 1, date(2020, 11, 24): 1}
    assert message_counts.counts_by_day(NOON, first) == {date(2020, 11, 23): 1}


def test_a_month_with_only_scheduled_messages_is_not_in_the_index():
    a_message(category=a_category("speeches"), publish_at=NOON + HOUR, approved_at=NOON)
    assert message_counts.counts_by_category(NOON, date(2020, 11, 1), date(2020, 11, 30)) == []


# Recounting


def test_rebuilding_gives_the_same_counts():
    for number in range(10):
        a_message(publish_at=NOON - timedelta(days=number * 9))
    before = rows_of_the_tally()
    DailyCount.objects.update(count=7)
    MonthlyCount.objects.all().delete()
    message_counts.rebuild_counts()
    assert rows_of_the_tally() == before


def rows_of_the_tally():
    return (
        set(MonthlyCount.objects.filter(count__gt=0).values_list("category", "month", "count")),
        set(DailyCount.objects.filter(count__gt=0).values_list("category", "day", "count")),
    )


def test_a_category_without_messages_can_be_deleted():
    message = a_message(category=a_category("comments"))
    message.delete()
    Category.objects.get(slug="comments").delete()
    assert not Category.objects.filter(slug="comments").exists()
