"""The page of a day: what was published on it, and what was delivered on it and published on another day."""

import re
from datetime import UTC, date, datetime
from html import unescape

import pytest
import time_machine
from django.db import connection

from mirror.paths import SiteUrl
from news import archive
from news.models import Message
from tests.factories import DAY, HOUR, NOON, a_category, a_message, many_messages
from tests.helpers.archive import index_lines, message_of_day, neighbour_links, page_text
from tests.helpers.wsgi import request_page

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]

DAY_PAGE = "/messages/2020/11/10/"
TENTH = date(2020, 11, 10)


@pytest.fixture(autouse=True)
def clock():
    with time_machine.travel(NOON, tick=False) as traveller:
        yield traveller


def delivered(day=TENTH, published=12, **kwargs):
    return message_of_day(published, delivered_on=day, **kwargs)


def sections(text):
    """Return the headings of a day's page with the headlines below each."""
    parts = re.split(r"<h2>([^<]+)</h2>", text)[1:]
    headlines = (re.findall(r"<h3[^>]*><a[^>]*>([^<]+)", part) for part in parts[1::2])
    return dict(zip(parts[::2], headlines, strict=True))


def total(text):
    return re.search(r'<p class="total">([^<]*)</p>', text)[1]


PUBLISHED, DELIVERED = "Published on this day", "Delivered on this day, published on another"


def test_published_and_delivered_messages_are_apart(client):
    message_of_day(10, headline="A statement.")
    message_of_day(10, headline="A comment.", delivered_on=date(2020, 11, 8))
    delivered(headline="A speech.")
    text = page_text(client, DAY_PAGE)
    assert sections(text) == {PUBLISHED: ["A comment.", "A statement."], DELIVERED: ["A speech."]}
    assert total(text) == "2 published, 1 delivered on this day"
    assert "<h1>10 November 2020</h1>" in text


@pytest.mark.parametrize(
    ("published", "spoken", "both", "text"),
    [
        (1, 0, 0, "1 message published on this day"),
        (3, 0, 0, "3 messages published on this day"),
        (0, 1, 0, "1 message delivered on this day"),
        (0, 2, 0, "2 messages delivered on this day"),
        (2, 1, 0, "2 published, 1 delivered on this day"),
        (2, 1, 1, "3 published, 2 delivered on this day, 1 of them both"),
        (0, 0, 1, "1 published, 1 delivered on this day, 1 of them both"),
    ],
)
def test_the_page_says_how_many_were_published_and_delivered(client, published, spoken, both, text):
    for number, values in ((published, {}), (both, {"delivered_on": TENTH})):
        for _ in range(number):
            message_of_day(10, **values)
    for _ in range(spoken):
        delivered()
    assert total(page_text(client, DAY_PAGE)) == text


def test_a_message_published_on_the_day_of_its_delivery_is_listed_once(client):
    message_of_day(10, headline="A speech.", delivered_on=TENTH)
    text = page_text(client, DAY_PAGE)
    assert sections(text) == {PUBLISHED: ["A speech."]}
    assert "<span>Delivered on this day</span>" in text


def test_a_day_on_which_something_was_only_delivered_has_a_page(client):
    delivered(headline="A speech.")
    text = page_text(client, DAY_PAGE)
    assert sections(text) == {DELIVERED: ["A speech."]}
    assert f'<link rel="canonical" href="http://testserver{DAY_PAGE}">' in text
    assert "noindex" not in text
    assert 'Published <time datetime="2020-11-12T09:00:00Z">12.11.2020</time>' in text


def test_messages_of_the_day_show_their_time(client):
    a_message(publish_at=datetime(2020, 6, 30, 23, 30, tzinfo=UTC))
    assert '<time datetime="2020-06-30T23:30:00Z">00:30 London</time>' in page_text(client, "/messages/2020/07/01/")


def test_a_message_links_to_the_day_of_its_delivery(client):
    message = delivered()
    assert f'<a href="{DAY_PAGE}"><time datetime="2020-11-10">10 November 2020</time></a>' in page_text(
        client, message.get_absolute_url()
    )


def test_a_day_of_delivery_without_a_page_is_no_link(client):
    message = delivered(date(524, 11, 10))
    assert "<dd>10 November 0524</dd>" in page_text(client, message.get_absolute_url())


def test_a_category_shows_its_own_deliveries_only(client):
    delivered(headline="A speech.", category=a_category("speeches"))
    delivered(headline="A statement.")
    text = page_text(client, "/messages/speeches/2020/11/10/")
    assert sections(text) == {DELIVERED: ["A speech."]}
    assert "<h1>Speeches, 10 November 2020</h1>" in text
    page_text(client, f"/messages/{a_category('comments').slug}/2020/11/10/", 404)


def test_counts_include_what_was_delivered(client):
    message_of_day(10, category=a_category("comments"))
    delivered(category=a_category("speeches"))
    delivered()
    lines = index_lines(page_text(client, DAY_PAGE))
    assert lines["10"] == ("3 messages", DAY_PAGE)
    assert lines["November"] == ("3 messages", "/messages/2020/11/")  # all three were published in it
    assert lines["All"] == ("3 messages", DAY_PAGE)
    assert lines["Speeches"] == ("1 message", "/messages/speeches/2020/11/10/")
    speeches = index_lines(page_text(client, "/messages/speeches/2020/11/"))
    assert (speeches["10"][0], speeches["12"][0], "11" in speeches) == ("1 message", "1 message", False)


def test_the_nearest_days_are_those_with_something_published_or_delivered(client):
    message_of_day(1)
    delivered(date(2020, 11, 5), published=20)
    message_of_day(10)
    delivered(date(2020, 11, 17), published=20, category=a_category("speeches"))
    assert neighbour_links(page_text(client, DAY_PAGE)) == ["/messages/2020/11/05/", "/messages/2020/11/17/"]
    statements = neighbour_links(page_text(client, "/messages/statements/2020/11/10/"))
    assert statements == ["/messages/statements/2020/11/05/", "/messages/statements/2020/11/20/"]
    empty = page_text(client, "/messages/2020/11/03/", 404)
    assert neighbour_links(empty) == ["/messages/2020/11/01/", "/messages/2020/11/05/"]


def test_a_day_of_delivery_without_a_page_is_no_neighbour(client):
    delivered(date(524, 11, 10))
    message_of_day(10)
    assert neighbour_links(page_text(client, DAY_PAGE)) == ["/messages/2020/11/12/"]


def test_breadcrumbs_leave_out_periods_without_messages(client):
    delivered(date(2019, 3, 4))
    text = page_text(client, "/messages/2019/03/04/")
    trail = re.search(r'<nav class="breadcrumbs".*?</nav>', text, re.DOTALL)[0]
    assert re.findall(r">([^<>]+)</(?:a|span)>", trail) == ["All messages", "4 March 2019"]


@pytest.mark.parametrize(
    ("path", "is_repeated"),
    [("/messages/2020/11/12/", True), (DAY_PAGE, False), (f"/messages/statements{DAY_PAGE[9:]}", True)],
)
def test_a_day_with_deliveries_is_not_a_copy_of_its_month(client, path, is_repeated):
    delivered()
    assert ("noindex" in page_text(client, path)) is is_repeated


# Many


@pytest.mark.parametrize("query", ["", "?order=oldest"])
def test_both_lists_of_a_day_have_pages(client, monkeypatch, query):
    monkeypatch.setattr(archive, "PAGE_SIZE", 3)
    tenth = datetime(2020, 11, 10, 9, tzinfo=UTC)
    many_messages({"publish_at": tenth + number // 2 * HOUR, "headline": f"P{number}"} for number in range(7))
    many_messages(
        {
            "publish_at": tenth + (number // 2 - 1) * DAY - DAY * (number < 4),
            "delivered_on": TENTH,
            "headline": f"D{number}",
        }
        for number in (0, 1, 2, 3, 6, 7, 8)
    )
    first = page_text(client, DAY_PAGE + query)
    assert total(first) == "7 published, 7 delivered on this day"
    met = {PUBLISHED: [], DELIVERED: []}
    for heading in met:
        text = first
        while True:
            met[heading] += sections(text)[heading]
            part = text.partition(f"<h2>{heading}</h2>")[2].partition("<h2>")[0]
            link = re.search(r'rel="next" href="([^"]+)"', part)
            if not link:
                break
            assert SiteUrl.read(unescape(link[1])).is_held == (not query)  # the mirror has it
            text = page_text(client, unescape(link[1]))
            assert list(sections(text)) == [heading]
    reverse = -1 if query else 1
    assert met == {
        PUBLISHED: [f"P{number}" for number in range(6, -1, -1)][::reverse],
        DELIVERED: [f"D{number}" for number in (8, 7, 6, 3, 2, 1, 0)][::reverse],
    }


def test_a_list_of_deliveries_of_another_day_is_empty(client):
    delivered()
    assert "No messages" in page_text(client, "/messages/2020/11/11/?list=delivered", 404)


# Editions


@pytest.mark.one_database
@pytest.mark.django_db(transaction=True)
def test_a_scheduled_speech_appears_on_the_day_of_its_delivery_on_the_second(clock):
    message = a_message(publish_at=NOON + HOUR, approved_at=NOON, headline="A speech.", delivered_on=TENTH)
    assert request_page(DAY_PAGE).status == 404
    clock.move_to(NOON + HOUR)
    answer = request_page(DAY_PAGE)
    assert (answer.status, b"A speech." in answer.body) == (200, True)
    Message.objects.filter(pk=message.pk).update(delivered_on=date(2020, 11, 9))
    assert request_page(DAY_PAGE).status == 404
    assert request_page("/messages/2020/11/09/").status == 200
    message.refresh_from_db()
    message.withdraw("Wrong.", at=NOON + HOUR)
    assert request_page("/messages/2020/11/09/").status == 404


# Queries


@pytest.mark.one_database
@pytest.mark.parametrize(
    ("path", "most"),
    [
        (DAY_PAGE, 7),  # published, delivered, counts by day, by category and of deliveries, nearest days, the edition
        ("/messages/2020/11/09/", 6),
        ("/messages/speeches/2020/11/10/", 8),
        ("/messages/2020/11/", 5),
    ],
)
@pytest.mark.django_db(transaction=True)
def test_the_page_of_a_day_needs_few_queries(client, path, most, django_assert_max_num_queries):
    speeches = a_category("speeches")
    rows = [
        {"publish_at": datetime(2020, 11, day, 9, tzinfo=UTC), "category": speeches}
        for day in (9, 10)
        for _ in range(5)
    ]
    many_messages(rows + [{"delivered_on": TENTH, "category": speeches}] * 5)
    client.get("/messages/")  # the edition, and its counts by month
    client.get("/messages/speeches/")
    with django_assert_max_num_queries(most):
        assert client.get(path).status_code == 200


@pytest.mark.parametrize("category", [None, "statements"])
def test_the_messages_delivered_on_a_day_are_found_by_their_index(category):
    many_messages({"publish_at": NOON - number * HOUR} for number in range(500))
    many_messages({"delivered_on": date(2020, 1 + number % 12, 10)} for number in range(60))
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    messages = Message.objects.published(NOON).delivered_only_on(TENTH).for_list()
    messages = messages.narrow_to_category(a_category(category)) if category else messages
    assert "news_delivered" in messages[:21].explain()


def test_only_a_day_has_a_list_of_deliveries(client):
    for path in ("/messages/", "/messages/2020/", "/messages/2020/11/"):
        assert client.get(path, {"list": "delivered"}).status_code == 404, path
