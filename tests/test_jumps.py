"""The jump to a date: from a day that somebody types to the place in the list that begins with it."""

import re
from html import unescape

import pytest
import time_machine

from tests.factories import NOON, a_category, a_message
from tests.front import ask
from tests.test_archive_days import of_day, page

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def at_noon():
    with time_machine.travel(NOON, tick=False):
        yield


def jump(client, typed, path="/messages/"):
    answer = client.get(path, {"date": typed})
    assert answer.status_code == 302
    return answer.headers["Location"]


def first_of(client, path):
    return re.findall(r'class="dateline"><time datetime="(\d{4}-\d\d-\d\d)', page(client, path))[0]


@pytest.fixture
def history():
    for day in (1, 2, 9, 9, 17, 20):
        of_day(day)
    of_day(4, category=a_category("speeches"), headline="A speech.")
    of_day(15, category=a_category("speeches"))


@pytest.mark.parametrize(
    ("typed", "first"),
    [
        ("2020-11-09", "2020-11-09"),
        ("2020-11-02", "2020-11-02"),
        ("2020-11-12", "2020-11-09"),  # of two as near, 9 and 15, the earlier one
        ("2020-11-16", "2020-11-15"),
        ("2020-11-19", "2020-11-20"),
        ("2020-11-10", "2020-11-09"),
        ("2001-01-01", "2020-11-01"),
    ],
)
def test_the_jump_leads_to_the_page_that_begins_with_the_day_or_the_nearest(client, history, typed, first):
    assert first_of(client, jump(client, typed)) == first


@pytest.mark.parametrize("typed", ["2020-11-20", "2020-11-23", "2020-11-24", "2031-01-01", "9999-12-31"])
def test_the_jump_to_the_newest_day_or_beyond_leads_to_the_head_of_the_list(client, history, typed):
    assert jump(client, typed) == "/messages/"


def test_from_where_the_jump_leads_the_list_goes_on_both_ways(client, history):
    text = page(client, jump(client, "2020-11-09"))
    newer = unescape(re.search(r'rel="prev" href="([^"]+)"', text)[1])
    assert text.count('<p class="dateline">') == 5
    assert page(client, newer).count('<p class="dateline">') == 3


def test_the_jump_keeps_the_category_and_leaves_the_month(client, history):
    assert first_of(client, jump(client, "2020-11-09", "/messages/speeches/")) == "2020-11-04"
    assert jump(client, "2020-11-02", "/messages/speeches/2020/11/").startswith("/messages/speeches/?before=")


@pytest.mark.parametrize("typed", ["04.11.2020", "4/11/2020", " 2020-11-04 ", "4.11.2020", "2020/11/4", "04 11 2020"])
def test_a_day_is_understood_as_people_write_it(client, history, typed):
    assert first_of(client, jump(client, typed)) == "2020-11-04"


@pytest.mark.parametrize(
    "typed",
    ["yesterday", "2020-02-30", "31.11.2020", "0000-00-00", "0001-01-01", "9" * 200, "<b>", "٢٠٢٠-١١-٠٤", "🙂", "2020"],
)
def test_what_is_no_day_gets_a_sentence_and_is_not_lost(client, history, typed):
    answer = client.get("/messages/speeches/", {"date": typed})
    text = answer.content.decode()
    assert (answer.status_code, "is no day of the calendar" in text) == (200, True)
    assert f'value="{typed}"' in unescape(text).replace("&lt;", "<")
    assert "A speech." in text


def test_a_field_of_blanks_gets_a_sentence_and_an_empty_one_the_list(client, history):
    assert "Choose a day" in page(client, "/messages/?date=+")
    assert page(client, "/messages/?date=").count('<p class="dateline">') == 8


def test_a_site_without_messages_has_nowhere_to_jump_to(client):
    assert jump(client, "2020-01-01") == "/messages/"


@pytest.mark.django_db(transaction=True)
def test_what_people_type_as_a_date_is_not_kept():
    from editions import middleware

    a_message()
    for number in range(5):
        assert ask(f"/messages/?date=nonsense{number}").status == 200
    assert len(middleware.edition_cache.store) == 0
