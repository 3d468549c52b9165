"""Keyset paging in both directions: nothing repeated or skipped, with ties and concurrent changes."""

import re
from datetime import UTC, datetime, timedelta
from html import unescape
from itertools import pairwise

import pytest
import time_machine
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.cursors import Cursor
from news import archive
from news.archive import ArchiveFilter, get_page
from news.models import Message
from tests.factories import DAY, HOUR, NOON, a_category, a_message
from tests.properties import examples

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]

SECOND = timedelta(seconds=1)
MIDNIGHT = datetime(2020, 11, 1, tzinfo=UTC)  # of the host's too: a day, and a month, begins


@pytest.fixture(autouse=True)
def at_noon_with_short_pages(monkeypatch):
    monkeypatch.setattr(archive, "PAGE_SIZE", 3)
    with time_machine.travel(NOON, tick=False):
        yield


def create_rows(pairs):
    """Return messages, each at one of a few seconds around a midnight: most of them tie with others.

    One statement creates all of them: slugs and hooks would otherwise cost several queries for each.
    """
    categories = [a_category(slug) for slug in ("speeches", "statements")]
    moments = [(MIDNIGHT + second * SECOND, kind) for second, kind in pairs]
    return Message.objects.bulk_create(
        Message(headline="One of many", category=categories[kind], publish_at=moment, approved_at=moment)
        for moment, kind in moments
    )


def a_row(second, kind=0):
    return create_rows([(second, kind)])[0]


def listed(shelf):
    messages = Message.objects.published(NOON)
    return messages.filter(category=shelf.category) if shelf.category else messages


def span_of(shelf):
    return shelf.time_range if shelf.is_dated else None


def keys_of(shelf):
    """Return the keys of all messages of a list, by a query that knows no pages."""
    rows = listed(shelf)
    if shelf.is_dated:
        rows = rows.filter(day__gte=shelf.first, day__lte=shelf.last)
    return list(rows.order_by("-publish_at", "-id").values_list("pk", flat=True))


def walk(shelf, way, start=None, meanwhile=lambda: None):
    """Yield the keys of a list page by page; `meanwhile` happens between two pages."""
    page = get_page(listed(shelf), span=span_of(shelf), **({way: start} if start else {}))
    while True:
        yield [row.pk for row in page.rows]
        onward = page.older if way == "before" else page.newer
        if not onward:
            return
        meanwhile()
        page = get_page(listed(shelf), span=span_of(shelf), **{way: onward})


def to_the_past(shelf, **kwargs):
    return [key for page in walk(shelf, "before", **kwargs) for key in page]


def from_the_oldest(shelf, **kwargs):
    """Return the keys from the oldest message's place on, in the order in which a reader meets them."""
    place = Cursor(datetime(1970, 1, 1, tzinfo=UTC), 0)
    return [key for page in walk(shelf, "after", start=place, **kwargs) for key in page[::-1]]


def shelves():
    speeches = a_category("speeches")
    dates = [(), (2020,), (2020, 10), (2020, 11), (2020, 10, 31), (2020, 11, 1)]
    return [ArchiveFilter(category, *parts) for category in (None, speeches) for parts in dates]


seconds = st.integers(-3, 3)
lists = st.lists(st.tuples(seconds, st.integers(0, 1)), min_size=1, max_size=16)
patient = settings(max_examples=examples(25), suppress_health_check=[HealthCheck.function_scoped_fixture])


@given(rows=lists)
@patient
def test_paging_in_either_direction_shows_each_message_once_in_order(rows):
    with transaction.atomic():
        create_rows(rows)
        for shelf in shelves():
            keys = keys_of(shelf)
            assert to_the_past(shelf) == keys, shelf
            assert from_the_oldest(shelf) == keys[::-1], shelf
        transaction.set_rollback(True)


acts = st.lists(st.tuples(st.sampled_from(["arrive", "withdraw", "restore"]), seconds, st.integers(0, 15)), max_size=8)


@pytest.mark.parametrize("way", [to_the_past, from_the_oldest], ids=["older", "newer"])
@given(rows=lists, acts=acts)
@patient
def test_messages_are_shown_once_while_others_appear_and_disappear(way, rows, acts):
    with transaction.atomic():
        there = create_rows(rows)
        coming, gone = iter(acts), set()

        def meanwhile():
            act, second, place = next(coming, ("nothing", 0, 0))
            row = there[place % len(there)]
            if act == "arrive":
                a_row(second, place % 2)
            elif act == "withdraw":
                gone.add(row.pk)
                Message.objects.filter(pk=row.pk).update(withdrawn_at=NOON, withdrawn_reason="Wrong.")
            elif act == "restore":
                Message.objects.filter(pk=row.pk).update(withdrawn_at=None, withdrawn_reason="")

        shelf = ArchiveFilter()
        stays = keys_of(shelf)
        met = way(shelf, meanwhile=meanwhile)
        assert len(met) == len(set(met))
        left = [key for key in met if key in stays and key not in gone]
        expected = [key for key in stays if key not in gone]
        assert left == (expected if way is to_the_past else expected[::-1])
        transaction.set_rollback(True)


@given(rows=lists, arriving=lists)
@patient
def test_the_previous_page_of_the_next_page_is_the_same_page(rows, arriving):
    with transaction.atomic():
        create_rows(rows)
        first = get_page(listed(ArchiveFilter()))
        if first.older:
            second = get_page(listed(ArchiveFilter()), before=first.older)
            create_rows((offset + 10, kind) for offset, kind in arriving)  # at the head of the list
            back = get_page(listed(ArchiveFilter()), after=second.newer)
            assert [row.pk for row in back.rows] == [row.pk for row in first.rows]
        transaction.set_rollback(True)


# As a reader goes: by the links on the pages


def links(page):
    return {rel: unescape(href) for rel, href in re.findall(r'<a rel="(\w+)" href="([^"]+)"', page)}


def headlines(page):
    return re.findall(r'<h[23] lang="en"><a href="[^"]+">([^<]+)</a></h[23]>', page)


@pytest.mark.parametrize(
    "path", ["/messages/", "/messages/2020/", "/messages/speeches/2020/11/", "/messages/2020/11/01/"]
)
@pytest.mark.parametrize("query", ["", "order=oldest"])
def test_page_links_reach_the_end_of_a_list_and_its_start_again(client, path, query):
    for number in range(11):
        a_message(headline=f"No {number}", publish_at=MIDNIGHT + number // 4 * SECOND, category=a_category("speeches"))
    whole = [f"No {number}" for number in range(10, -1, -1)]
    if query:
        whole, path = whole[::-1], f"{path}?{query}"
    met, page = [], client.get(path).content.decode()
    while True:
        met += headlines(page)
        if "next" not in links(page):
            break
        page = client.get(links(page)["next"]).content.decode()
    back = headlines(page)[::-1]
    while "prev" in links(page):
        page = client.get(links(page)["prev"]).content.decode()
        back += headlines(page)[::-1]
    assert (met, back) == (whole, whole[::-1])


@given(rows=lists)
@patient
def test_a_list_that_begins_with_its_oldest_message_is_the_same_list_the_other_way_round(rows):
    with transaction.atomic():
        create_rows(rows)
        for shelf in shelves():
            keys = keys_of(shelf)[::-1]
            page = get_page(listed(shelf), span=span_of(shelf), oldest_first=True)
            pages = [page]
            while page.newer:
                page = get_page(listed(shelf), span=span_of(shelf), after=page.newer, oldest_first=True)
                pages.append(page)
            met = [row.pk for page in pages for row in page.rows]
            assert met == keys, shelf
            for earlier, later in pairwise(pages):
                back = get_page(listed(shelf), span=span_of(shelf), before=later.older, oldest_first=True)
                assert back.rows == earlier.rows, shelf
            assert pages[0].older is None
        transaction.set_rollback(True)


def test_the_first_page_links_only_to_older_messages(client):
    for number in range(4):
        a_row(number)
    assert list(links(client.get("/messages/").content.decode())) == ["next"]


def test_a_link_to_newer_messages_that_are_gone_redirects_to_the_first_page(client):
    rows = [a_row(number) for number in range(5)]
    Message.objects.filter(pk__in=[row.pk for row in rows[2:]]).update(withdrawn_at=NOON, withdrawn_reason="Wrong.")
    answer = client.get("/messages/speeches/2020/", {"after": str(Cursor.of(rows[1]))})
    assert (answer.status_code, answer.headers["Location"]) == (302, "/messages/speeches/2020/")


def test_a_link_back_to_older_messages_that_are_gone_keeps_the_order(client):
    row = a_row(1)
    answer = client.get("/messages/2020/", {"before": str(Cursor.of(row)), "order": "oldest"})
    assert (answer.status_code, answer.headers["Location"]) == (302, "/messages/2020/?order=oldest")


def test_a_link_to_older_messages_that_are_gone_is_an_empty_page(client):
    row = a_row(1)
    answer = client.get("/messages/2020/", {"before": str(Cursor.of(row))})
    page = answer.content.decode()
    assert (answer.status_code, "No more messages." in page, 'href="/messages/"' in page) == (404, True, True)


@pytest.mark.parametrize("place", ["before", "after"])
@pytest.mark.parametrize("moment", [MIDNIGHT - 900 * DAY, MIDNIGHT + 900 * DAY])
def test_a_cursor_outside_a_list_shows_no_messages_from_outside(client, place, moment):
    for hour in (-1, 1):
        a_message(headline=f"Outside {hour}", publish_at=MIDNIGHT + hour * 800 * HOUR)
    a_message(headline="Inside", publish_at=MIDNIGHT)
    answer = client.get("/messages/2020/11/01/", {place: str(Cursor(moment, 1))}, follow=True)
    assert "Outside" not in answer.content.decode()


def test_a_page_query_has_one_bound_at_each_end():
    span, place = ArchiveFilter(None, 2020).time_range, Cursor(MIDNIGHT, 1)
    for bounds in ({"before": place, "after": None}, {"before": None, "after": place}, {"before": None, "after": None}):
        sql = str(archive.in_range(Message.objects.published(NOON), span, **bounds).query)
        assert (sql.count('"publish_at" <='), sql.count('"publish_at" >=')) == (1, 1)
