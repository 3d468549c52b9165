"""Lists of messages: paging, counts, 404 and 410, and nothing about messages that are not public."""

import re
from datetime import UTC, datetime
from html import unescape

import pytest

from news.archive import PAGE_SIZE, get_page
from news.models import Message
from tests.factories import DAY, HOUR, NOON, a_category, a_message, many_messages
from tests.helpers.archive import index_lines, page_text

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases, pytest.mark.usefixtures("clock")]


def fill(number, **kwargs):
    """Return messages, in threes at one time."""
    return many_messages({"publish_at": NOON - HOUR * (n // 3)} | kwargs for n in range(number))


def test_a_page_link_shows_the_same_messages_after_new_ones_appear():
    fill(2 * PAGE_SIZE)
    first = get_page(Message.objects.published(NOON))
    before = [row.pk for row in get_page(Message.objects.published(NOON), before=first.older).rows]
    for _ in range(5):
        a_message(publish_at=NOON)
    assert [row.pk for row in get_page(Message.objects.published(NOON), before=first.older).rows] == before


def test_the_first_page_links_only_to_older_messages(client):
    fill(PAGE_SIZE + 1)
    page = client.get("/messages/").content.decode()
    assert ("Older messages" in page, "Newer messages" in page) == (True, False)


@pytest.mark.parametrize("parameter", ["before", "after"])
@pytest.mark.parametrize("value", ["x", "9" * 49, "1.1.1", "\x00", "' OR 1=1"])
def test_an_invalid_cursor_is_404(client, parameter, value):
    fill(1)
    assert client.get("/messages/", {parameter: value}).status_code in (400, 404)


def test_years_and_months_are_in_the_hosts_time_zone(client):
    a_message(publish_at=datetime(2020, 6, 30, 23, 30, tzinfo=UTC), headline="Half past midnight in London")
    assert "Half past midnight" in client.get("/messages/2020/07/").content.decode()
    assert client.get("/messages/2020/06/").status_code == 404


def test_a_category_lists_only_its_messages(client):
    a_message(headline="A statement.")
    a_message(headline="A comment.", category=a_category("comments"))
    page = client.get("/messages/comments/2020/11/").content.decode()
    assert ("A comment." in page, "A statement." in page) == (True, False)


def test_an_empty_category_shows_a_message(client):
    a_category("interviews")
    page = client.get("/messages/interviews/")
    assert (page.status_code, "No messages yet." in page.content.decode()) == (200, True)


@pytest.mark.parametrize(
    "path",
    [
        "/messages/1999/",
        "/messages/2020/13/",
        "/messages/2020/02/30/x/",
        "/messages/0000/",
        f"/messages/{'9' * 49}/",
        "/messages/nothing/",
        "/messages/nothing/feed/",
        "/messages/2020/11/24/nothing/",
    ],
)
def test_unknown_lists_are_404(client, path):
    assert client.get(path).status_code == 404


def test_drafts_and_scheduled_messages_are_the_same_404_as_an_unknown_url(client, admin_client):
    soon = a_message(publish_at=NOON + HOUR, approved_at=NOON, headline="Soon")
    waits = a_message(publish_at=NOON - HOUR, approved_at=None, headline="Waits")
    for visitor in (client, admin_client):
        unknown = visitor.get("/messages/2020/11/24/unknown/").content.decode()
        for message in (soon, waits):
            answer = visitor.get(message.get_absolute_url())
            body = answer.content.decode().replace(message.slug, "unknown")  # in the search box, and its own address
            assert (answer.status_code, body) == (404, unknown)


def test_a_withdrawn_message_is_410_with_its_notice(client):
    message = a_message(headline="Wrong headline")
    message.withdraw("It named the wrong city.", at=NOON)
    answer = client.get(message.get_absolute_url())
    page = answer.content.decode()
    assert (answer.status_code, "It named the wrong city." in page, "24 November 2020" in page) == (410, True, True)


def test_a_message_page_shows_the_time_in_both_cities(client):
    message = a_message(publish_at=datetime(2020, 9, 25, 11, 0, tzinfo=UTC))
    assert "25 September 2020, 12:00 London · 14:00 Moscow" in client.get(message.get_absolute_url()).content.decode()


def test_the_date_is_repeated_for_a_city_on_another_day(client):
    message = a_message(publish_at=datetime(2020, 9, 25, 21, 30, tzinfo=UTC))
    assert "22:30 London · 26 September 2020, 00:30 Moscow" in client.get(message.get_absolute_url()).content.decode()


def test_a_message_page_links_to_the_previous_and_next(client):
    older, here, newer = (a_message(publish_at=NOON - DAY * n, headline=f"Day {n}") for n in (3, 2, 1))
    a_message(publish_at=NOON + HOUR, approved_at=NOON, headline="Not yet")
    page = client.get(here.get_absolute_url()).content.decode()
    assert (older.get_absolute_url() in page, newer.get_absolute_url() in page, "Not yet" in page) == (
        True,
        True,
        False,
    )


# The index


def test_the_index_shows_counts_with_their_noun(client):
    fill(3)
    assert index_lines(page_text(client, "/messages/2020/"))["November"] == ("3 messages", "/messages/2020/11/")


def test_a_count_of_one_is_one_message(client):
    fill(1)
    assert index_lines(page_text(client, "/messages/"))["2020"] == ("1 message", "/messages/2020/")


def test_a_list_says_how_many_messages_it_has(client):
    fill(3)
    assert '<p class="total">3 messages</p>' in page_text(client, "/messages/2020/11/")


def test_bars_are_as_high_as_their_counts(client):
    for year, count in ((2018, 1), (2019, 8), (2020, 4)):
        many_messages({"publish_at": datetime(year, 3, 1, tzinfo=UTC)} for _ in range(count))
    heights = re.findall(r'<svg height="(\d+)"[^>]*></svg>(\d{4})', page_text(client, "/messages/"))
    assert heights == [("4", "2018"), ("36", "2019"), ("18", "2020")]


# The order


def test_a_list_can_begin_with_its_oldest_message(client):
    many_messages(
        {"publish_at": NOON - DAY * number, "headline": f"Day {number:02}"} for number in range(PAGE_SIZE + 5)
    )
    text = page_text(client, "/messages/?order=oldest")
    assert re.findall(r"Day \d\d", text) == [f"Day {number:02}" for number in range(PAGE_SIZE + 4, 4, -1)]
    following = unescape(re.search(r'rel="next" href="([^"]+)"', text)[1])
    assert re.findall(r"Day \d\d", page_text(client, following)) == [f"Day {number:02}" for number in range(4, -1, -1)]
    back = unescape(re.search(r'rel="prev" href="([^"]+)"', page_text(client, following))[1])
    assert re.findall(r"Day \d\d", page_text(client, back)) == re.findall(r"Day \d\d", text)


def test_the_oldest_first_is_not_offered_to_search_engines(client):
    fill(2)
    text = page_text(client, "/messages/?order=oldest")
    assert "<title>All messages, oldest first – " in text
    assert '<link rel="canonical" href="http://testserver/messages/?order=oldest">' in text
    assert '<meta name="robots" content="noindex, follow">' in text


def test_the_order_is_offered_only_where_there_are_several_messages(client):
    fill(1)
    assert "order=oldest" not in page_text(client, "/messages/")
    fill(1)
    assert '<a href="/messages/?order=oldest" rel="nofollow">Oldest first</a>' in page_text(client, "/messages/")


@pytest.mark.parametrize("query", ["order=random", "list=drafts", "list=published"])
def test_an_unknown_order_or_list_is_404(client, query):
    fill(1)
    assert client.get(f"/messages/?{query}").status_code == 404


# Queries: independent of the number of messages


@pytest.mark.one_database
@pytest.mark.parametrize(
    ("path", "most"), [("/", 5), ("/messages/", 4), ("/messages/2020/", 4), ("/messages/feed/", 2), ("message", 4)]
)
@pytest.mark.django_db(transaction=True)
def test_an_uncached_page_needs_few_queries(client, path, most, django_assert_max_num_queries):
    rows = fill(PAGE_SIZE + 5)
    path = rows[4].get_absolute_url() if path == "message" else path
    for other in ("/counters/", "/messages/feed.json"):
        client.get(other)  # the edition, and its values for all pages and feeds
    with django_assert_max_num_queries(most + 1):  # one reads the edition's number
        assert client.get(path).status_code == 200
