"""Go to date: the page of a list that begins with a typed date."""

import re
from html import unescape

import pytest

from tests.factories import a_category, a_message
from tests.helpers.archive import message_of_day, page_text
from tests.helpers.wsgi import request_page

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases, pytest.mark.usefixtures("clock")]


def jump(client, typed, path="/messages/"):
    answer = client.get(path, {"date": typed})
    assert answer.status_code == 302
    return answer.headers["Location"]


def first_of(client, path):
    return re.findall(r'class="dateline"><time datetime="(\d{4}-\d\d-\d\d)', page_text(client, path))[0]


@pytest.fixture
def history():
    for day in (1, 2, 9, 9, 17, 20):
        message_of_day(day)
    message_of_day(4, category=a_category("speeches"), headline="A speech.")
    message_of_day(15, category=a_category("speeches"))


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
def test_a_date_opens_the_page_that_begins_with_it_or_the_nearest_day(client, history, typed, first):
    assert first_of(client, jump(client, typed)) == first


@pytest.mark.parametrize("typed", ["2020-11-20", "2020-11-23", "2020-11-24", "2031-01-01", "9999-12-31"])
def test_the_newest_day_or_later_opens_the_first_page(client, history, typed):
    assert jump(client, typed) == "/messages/"


def test_the_page_of_a_date_links_in_both_directions(client, history):
    text = page_text(client, jump(client, "2020-11-09"))
    newer = unescape(re.search(r'rel="prev" href="([^"]+)"', text)[1])
    assert text.count('<p class="dateline">') == 5
    assert page_text(client, newer).count('<p class="dateline">') == 3


def test_going_to_a_date_keeps_the_category_but_not_the_month(client, history):
    assert first_of(client, jump(client, "2020-11-09", "/messages/speeches/")) == "2020-11-04"
    assert jump(client, "2020-11-02", "/messages/speeches/2020/11/").startswith("/messages/speeches/?before=")


@pytest.mark.parametrize("typed", ["04.11.2020", "4/11/2020", " 2020-11-04 ", "4.11.2020", "2020/11/4", "04 11 2020"])
def test_common_date_formats_are_accepted(client, history, typed):
    assert first_of(client, jump(client, typed)) == "2020-11-04"


@pytest.mark.parametrize(
    "typed",
    ["yesterday", "2020-02-30", "31.11.2020", "0000-00-00", "0001-01-01", "9" * 200, "<b>", "٢٠٢٠-١١-٠٤", "🙂", "2020"],
)
def test_an_invalid_date_is_shown_with_an_error(client, history, typed):
    answer = client.get("/messages/speeches/", {"date": typed})
    text = answer.content.decode()
    assert (answer.status_code, "is not a valid date" in text) == (200, True)
    assert f'value="{typed}"' in unescape(text).replace("&lt;", "<")
    assert "A speech." in text


def test_spaces_give_an_error_and_an_empty_field_the_list(client, history):
    assert "Enter a date as" in page_text(client, "/messages/?date=+")
    assert page_text(client, "/messages/?date=").count('<p class="dateline">') == 8


def test_a_site_without_messages_opens_the_empty_list(client):
    assert jump(client, "2020-01-01") == "/messages/"


@pytest.mark.django_db(transaction=True)
def test_typed_dates_are_not_cached():
    from editions import middleware

    a_message()
    for number in range(5):
        assert request_page(f"/messages/?date=nonsense{number}").status == 200
    assert len(middleware.edition_cache.store) == 0
