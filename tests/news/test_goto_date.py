"""Go to a day: what somebody types leads to the page of the day, or says what is wrong with it."""

import re
from datetime import date
from html import unescape

import pytest

from news.goto_date import parse_date
from tests.factories import NOON, a_category, a_message
from tests.helpers.archive import message_of_day, page_text
from tests.helpers.wsgi import request_page

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]


def target(client, typed, path="/messages/"):
    answer = client.get(path, {"date": typed})
    assert answer.status_code == 302
    return answer.headers["Location"]


@pytest.mark.both_databases
def test_a_date_leads_to_the_page_of_its_day(client):
    message_of_day(9)
    assert target(client, "9 November 2020") == "/messages/2020/11/09/"
    assert "<h1>9 November 2020</h1>" in page_text(client, "/messages/2020/11/09/")


def test_going_to_a_day_keeps_the_category_but_not_the_month(client):
    a_category("speeches")
    assert target(client, "2020-11-09", "/messages/speeches/") == "/messages/speeches/2020/11/09/"
    assert target(client, "2019-03-04", "/messages/speeches/2020/11/") == "/messages/speeches/2019/03/04/"


def test_an_empty_day_names_the_nearest_days(client):
    message_of_day(9)
    message_of_day(15)
    text = page_text(client, target(client, "12.11.2020"), 404)
    assert "No messages on this day." in text
    assert ("/messages/2020/11/09/" in text, "/messages/2020/11/15/" in text) == (True, True)


@pytest.mark.parametrize(
    "typed",
    [
        *("24 September 2020", "24 september 2020", " 24  Sep 2020 ", "24 Sept. 2020", "24th of September, 2020"),
        *("September 24, 2020", "Sept 24th 2020", "24 September 20"),
        *("24 сентября 2020", "24 septembre 2020", "24. September 2020", "24 de septiembre de 2020"),
        *("24/9/20", "24/09/2020", "24.09.2020", "24.9.20", "24-9-2020", "24 09 2020"),
        *("2020-09-24", "2020/9/24", "2020.09.24"),
    ],
)
def test_common_ways_to_write_a_date_are_understood(typed):
    assert parse_date(typed, NOON) == date(2020, 9, 24)


@pytest.mark.parametrize(("typed", "year"), [("1/2/20", 2020), ("1/2/21", 1921), ("1/2/00", 2000), ("1/2/98", 1998)])
def test_a_year_of_two_digits_is_the_latest_that_is_not_ahead(typed, year):
    assert parse_date(typed, NOON) == date(year, 2, 1)


EXAMPLE = "Enter a day such as 24/9/2020 or 24 September 2020."


@pytest.mark.parametrize(
    ("typed", "error"),
    [
        ("  ", "Enter a day, for example 24/9/2020 or 24 September 2020."),
        ("yesterday", f"“yesterday” is not a date. {EXAMPLE}"),
        ("2020", f"“2020” is not a date. {EXAMPLE}"),
        ("24 Sptember 2020", f"“24 Sptember 2020” is not a date. {EXAMPLE}"),
        ("24 September", "“24 September” has no year. Enter the year too, for example 24/9/2020 or 24 September 2020."),
        ("24/9", "“24/9” has no year. Enter the year too, for example 24/9/2020 or 24 September 2020."),
        ("31.11.2020", "November 2020 has only 30 days."),
        ("29 February 2019", "February 2019 has only 28 days."),
        ("9/24/2020", "There is no month 24. Enter the day first, then the month and the year, for example 24/9/2020."),
        ("0000-00-00", "There is no month 0. Enter the day first, then the month and the year, for example 24/9/2020."),
        ("0001-01-01", f"“0001-01-01” is not a date. {EXAMPLE}"),
        ("0/9/2020", f"“0/9/2020” is not a date. {EXAMPLE}"),
        ("9" * 5000, f"“{'9' * 30}” is not a date. {EXAMPLE}"),
        ("<b>", f"“<b>” is not a date. {EXAMPLE}"),
        ("٢٠٢٠-١١-٠٤", f"“٢٠٢٠-١١-٠٤” is not a date. {EXAMPLE}"),
        ("24\x00/9/2020", f"“24\x00/9/2020” is not a date. {EXAMPLE}"),
    ],
)
def test_what_is_wrong_with_a_date_is_said(typed, error):
    with pytest.raises(ValueError, match=re.escape(error)):
        parse_date(typed, NOON)


@pytest.mark.parametrize("typed", ["yesterday", "31.11.2020", "9" * 200, "<b>", "٢٠٢٠-١١-٠٤", "🙂"])
def test_an_invalid_date_stays_in_its_field_with_the_list_and_an_error(client, typed):
    a_message(category=a_category("speeches"), headline="A speech.")
    answer = client.get("/messages/speeches/", {"date": typed})
    text = unescape(answer.content.decode())
    assert (answer.status_code, f'value="{typed}"' in text, "A speech." in text) == (200, True, True)
    assert '<p class="error" id="date-error">' in text
    assert "<title>Error: Speeches – " in text
    assert '<meta name="robots" content="noindex, follow">' in text


def test_an_empty_field_shows_the_list(client):
    a_message(headline="A statement.")
    assert "A statement." in page_text(client, "/messages/?date=")


def test_the_field_on_the_page_of_a_day_has_a_date_that_it_understands(client):
    message_of_day(9)
    shown = re.search(r'id="date" name="date" value="([^"]+)"', page_text(client, "/messages/2020/11/09/"))[1]
    assert target(client, shown) == "/messages/2020/11/09/"


@pytest.mark.django_db(transaction=True)
def test_typed_dates_are_not_cached():
    from editions import middleware

    a_message()
    for number in range(5):
        assert request_page(f"/messages/?date=nonsense{number}").status == 200
    assert len(middleware.edition_cache.store) == 0
