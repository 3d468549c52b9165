"""Lists by year, month, day and category: contents, index, breadcrumbs, neighbouring periods."""

import json
import re
from datetime import UTC, date, datetime

import pytest
import time_machine

from tests.factories import DAY, HOUR, NOON, a_category, a_message, many_messages
from tests.helpers.archive import index_lines, message_of_day, neighbour_links, page_text
from tests.helpers.wsgi import request_page

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]


@pytest.fixture(autouse=True)
def clock():
    with time_machine.travel(NOON, tick=False) as traveller:
        yield traveller


# Content


@pytest.mark.parametrize(
    ("path", "headlines"),
    [
        ("/messages/2020/11/20/", ["A speech.", "A statement."]),
        ("/messages/speeches/2020/11/20/", ["A speech."]),
        ("/messages/speeches/2020/11/", ["A speech.", "Earlier in the month."]),
        ("/messages/speeches/2020/", ["A speech.", "Earlier in the month.", "Earlier in the year."]),
        ("/messages/statements/2020/", ["A statement."]),
    ],
)
def test_a_list_shows_only_its_category_and_period(client, path, headlines):
    speeches = a_category("speeches")
    message_of_day(20, headline="A statement.")
    message_of_day(20, headline="A speech.", category=speeches)
    message_of_day(2, headline="Earlier in the month.", category=speeches)
    message_of_day(2, month=3, headline="Earlier in the year.", category=speeches)
    assert re.findall(r'<h[23] lang="en"><a[^>]+>([^<]+)', page_text(client, path)) == headlines


def test_days_are_in_the_hosts_time_zone(client):
    a_message(publish_at=datetime(2020, 6, 30, 23, 30, tzinfo=UTC), headline="Half past midnight in London")
    assert "Half past midnight" in page_text(client, "/messages/2020/07/01/")
    page_text(client, "/messages/2020/06/30/", 404)


@pytest.mark.parametrize(
    ("path", "title", "heading"),
    [
        ("/messages/2020/", "All messages, 2020", "All messages, 2020"),
        ("/messages/2020/11/", "All messages, November 2020", "All messages, November 2020"),
        ("/messages/2020/11/02/", "All messages, 2 November 2020", "2 November 2020"),
        ("/messages/statements/2020/11/02/", "Statements, 2 November 2020", "Statements, 2 November 2020"),
    ],
)
def test_a_list_has_its_title_heading_and_canonical_url(client, path, title, heading):
    for kwargs in ({}, {"category": a_category("speeches")}):
        message_of_day(2, **kwargs), message_of_day(3, **kwargs), message_of_day(2, month=3, **kwargs)
    a_message(publish_at=NOON - 900 * DAY)
    text = page_text(client, path)
    assert f"<title>{title} – " in text
    assert f"<h1>{heading}</h1>" in text
    assert f'<link rel="canonical" href="http://testserver{path}">' in text
    assert "noindex" not in text


@pytest.mark.parametrize(
    ("path", "is_repeated"),
    [
        ("/messages/", False),
        ("/messages/statements/", False),
        ("/messages/2020/", False),
        ("/messages/2020/11/", True),
        ("/messages/2020/11/02/", True),
        ("/messages/statements/2020/", True),
        ("/messages/2018/", False),
        ("/messages/2018/06/", False),
        ("/messages/2018/06/08/", False),
        ("/messages/2018/06/09/", False),
        ("/messages/speeches/2018/06/08/", True),
        ("/messages/speeches/2018/", False),
        ("/messages/speeches/2018/06/", True),
    ],
)
def test_only_the_widest_of_equal_lists_is_indexed(client, path, is_repeated):
    message_of_day(2)
    speeches = a_category("speeches")
    for month, day, category in ((6, 8, speeches), (6, 9, None), (7, 9, None)):
        a_message(publish_at=datetime(2018, month, day, 9, tzinfo=UTC), category=category)
    assert ("noindex" in page_text(client, path)) is is_repeated


def test_a_later_page_has_its_date_in_the_title_and_is_not_indexed(client):
    for day in range(1, 23):
        message_of_day(day)
    link = re.search(r'rel="next" href="([^"]+)"', page_text(client, "/messages/"))[1]
    text = page_text(client, link)
    assert "<title>All messages, 02.11.2020 and earlier – " in text
    assert f'<link rel="canonical" href="http://testserver{link}">' in text
    assert '<meta name="robots" content="noindex, follow">' in text


def test_breadcrumbs_are_shown_and_the_same_in_json_ld(client):
    message_of_day(2)
    text = page_text(client, "/messages/statements/2020/11/02/")
    trail = re.search(r'<nav class="breadcrumbs".*?</nav>', text, re.DOTALL)[0]
    names = re.findall(r">([^<>]+)</(?:a|span)>", trail)
    assert names == ["All messages", "Statements", "2020", "November 2020", "2 November 2020"]
    steps = json.loads(
        re.search(r'<script type="application/ld\+json">(\{"@context".*?"BreadcrumbList".*?)</', text)[1]
    )
    steps = steps["itemListElement"]
    assert [step["name"] for step in steps] == names
    links = [step["item"].removeprefix("http://testserver") for step in steps]
    assert links[:-1] == re.findall(r'href="([^"]+)"', trail)
    assert [client.get(link).status_code for link in links] == [200] * 5


# The index


def test_the_index_counts_and_keeps_the_selected_category(client):
    speeches = a_category("speeches")
    for day in (2, 2, 3):
        message_of_day(day, category=speeches)
    message_of_day(2)
    message_of_day(2, month=3, category=speeches)
    assert index_lines(page_text(client, "/messages/speeches/2020/11/")) == {
        "All": ("4 messages", "/messages/2020/11/"),
        "Speeches": ("3 messages", "/messages/speeches/2020/11/"),
        "Statements": ("1 message", "/messages/statements/2020/11/"),
        "2020": ("4 messages", "/messages/speeches/2020/"),
        "November": ("3 messages", "/messages/speeches/2020/11/"),
        "March": ("1 message", "/messages/speeches/2020/03/"),
        "2": ("2 messages", "/messages/speeches/2020/11/02/"),
        "3": ("1 message", "/messages/speeches/2020/11/03/"),
    }


@pytest.mark.one_database
def test_every_link_in_the_index_works(client):
    categories = [a_category(slug) for slug in ("speeches", "statements")]
    many_messages({"publish_at": NOON - number * 13 * DAY, "category": categories[number % 2]} for number in range(30))
    for path in ("/messages/", "/messages/2020/11/", "/messages/speeches/2020/11/24/"):
        lines = index_lines(page_text(client, path)).values()
        assert {href: client.get(href).status_code for _count, href in lines} == {href: 200 for _count, href in lines}


def test_a_list_links_to_the_nearest_periods_with_messages(client):
    for day in (1, 9, 17):
        message_of_day(day)
    message_of_day(5, category=a_category("speeches"))
    a_message(publish_at=NOON - 900 * DAY)
    assert neighbour_links(page_text(client, "/messages/2020/11/09/")) == [
        "/messages/2020/11/05/",
        "/messages/2020/11/17/",
    ]
    assert (
        neighbour_links(page_text(client, "/messages/statements/2020/11/09/"))[0] == "/messages/statements/2020/11/01/"
    )
    assert neighbour_links(page_text(client, "/messages/2020/11/")) == ["/messages/2018/06/"]
    assert neighbour_links(page_text(client, "/messages/2018/")) == ["/messages/2020/"]


# Where nothing is


@pytest.mark.parametrize(
    ("path", "links"),
    [
        ("/messages/2020/11/10/", ["/messages/2020/11/09/", "/messages/2020/11/17/"]),
        ("/messages/2020/10/", ["/messages/2020/09/", "/messages/2020/11/"]),
        ("/messages/2019/", ["/messages/2018/", "/messages/2020/"]),
        ("/messages/statements/2019/06/", ["/messages/statements/2018/06/", "/messages/statements/2020/09/"]),
        ("/messages/2031/", ["/messages/2020/"]),
        ("/messages/9999/12/31/", ["/messages/2020/11/17/"]),
        ("/messages/1000/01/01/", ["/messages/2018/06/08/"]),
    ],
)
def test_an_empty_list_shows_a_message_and_links_to_the_nearest_periods(client, path, links):
    for day, month in ((9, 11), (17, 11), (1, 9)):
        message_of_day(day, month=month)
    a_message(publish_at=NOON - 900 * DAY)
    text = page_text(client, path, 404)
    assert "No messages " in text
    assert neighbour_links(text) == links
    assert '<meta name="robots" content="noindex, follow">' in text
    assert "canonical" not in text


@pytest.mark.parametrize("path", ["/messages/2020/02/30/", "/messages/2019/02/29/", "/messages/statements/2020/04/31/"])
def test_an_invalid_date_is_404(client, path):
    a_message()
    assert "Page not found" in page_text(client, path, 404)


def test_a_scheduled_message_appears_in_todays_list_on_the_second(client, clock):
    a_message(publish_at=NOON + HOUR, approved_at=NOON, headline="At one.")
    assert "No messages on this day yet." in page_text(client, "/messages/2020/11/24/", 404)
    clock.move_to(NOON + HOUR)
    assert "At one." in page_text(client, "/messages/2020/11/24/")


@pytest.mark.one_database
@pytest.mark.django_db(transaction=True)
def test_an_empty_list_reveals_nothing_that_is_not_public(clock):
    """The same, byte for byte, whether something is ahead, in draft or withdrawn there, or nothing ever was."""
    a_message(publish_at=NOON - 5 * DAY)
    times = ["2020/11/24/", "2020/11/25/", "2020/11/", "2020/12/25/", "2020/12/", "2021/", "2020/11/10/", "2020/10/"]
    paths = [f"/messages/{kind}{time}" for kind in ("", "speeches/", "statements/") for time in times]
    a_category("speeches")
    delivered = date(2020, 11, 10)
    before = {path: request_page(path)[:3] for path in paths}
    for moment in (NOON + HOUR, NOON + DAY, NOON + 31 * DAY, NOON + 60 * DAY):
        a_message(publish_at=moment, approved_at=NOON, delivered_on=delivered, category=a_category("speeches"))
    for moment in (NOON - HOUR, NOON - 14 * DAY, NOON - 50 * DAY):
        a_message(publish_at=moment, approved_at=None, delivered_on=delivered, category=a_category("speeches"))
        a_message(publish_at=moment, delivered_on=delivered).withdraw("Wrong.", at=NOON)
    after = {path: request_page(path)[:3] for path in paths}
    assert {path for path in paths if without_stamps(before[path]) != without_stamps(after[path])} == set()


def without_stamps(answer):
    """Return a response without its variable parts: time, request id, edition."""
    status, headers, body = answer
    stamps = ("server-timing", "cache-status", "date", "last-modified", "x-request-id")
    return status, {name: value for name, value in headers.items() if name.lower() not in stamps}, body
