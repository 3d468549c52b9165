"""On an open page clocks, date and counters are updated automatically, by the server's time only."""

import re
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from tests.factories import a_counter
from tests.helpers.waiting import open_with_server_time

pytestmark = pytest.mark.django_db(transaction=True)

MOSCOW, LONDON = '[data-clock="Europe/Moscow"]', '[data-clock="Europe/London"]'
MINUTE = 60_000


def asked(page):
    """Return a list to which each request for the server's time is added."""
    questions = []
    page.on("request", lambda request: request.method == "HEAD" and questions.append(request.url))
    return questions


# The server's time


def test_a_visitor_with_a_wrong_clock_in_another_zone_sees_the_right_time(open_page, server_at):
    server_at("2020-11-24 12:37:20")
    a_counter(since=date(2018, 3, 4), time_zone="Europe/London")
    page = open_page(timezone_id="Asia/Tokyo")
    page.goto("/counters/")
    expect(page.locator(MOSCOW)).to_have_text("15:37")
    expect(page.locator(LONDON)).to_have_text("12:37")
    expect(page.locator("[data-date]")).to_have_text("24 November 2020")
    expect(page.locator("data")).to_have_text("996")


def test_a_right_clock_causes_no_request_for_the_time(page):
    questions = asked(page)
    page.goto("/counters/")
    expect(page.locator(LONDON)).to_have_text(re.compile(r"\d\d:\d\d"))
    assert questions == []


def test_a_page_revalidated_with_304_shows_the_right_time(page):
    for _visit in range(2):
        page.goto("/counters/")
        expect(page.locator(LONDON)).to_have_text(re.compile(r"\d\d:\d\d"))
    shown = page.locator(LONDON).text_content()
    now = timezone.now().astimezone(ZoneInfo("Europe/London"))
    assert shown in {f"{now:%H:%M}", f"{now - timedelta(minutes=1):%H:%M}"}


def test_a_page_restored_from_history_requests_the_time(page, server_at):
    server_at("2020-11-24 12:37:20")
    page.goto("/counters/")
    expect(page.locator(LONDON)).to_have_text("12:37")
    page.goto("/contact/")
    server_at("2020-11-24 13:50:20")
    page.go_back()
    expect(page.locator(LONDON)).to_have_text("13:50")


def test_a_page_that_wakes_from_sleep_requests_the_time(held, server_at):
    server_at("2020-11-24 12:37:20")
    held.goto("/counters/")
    expect(held.locator(LONDON)).to_have_text("12:37")
    server_at("2020-11-25 08:00:20")
    held.clock.set_system_time(datetime(2031, 5, 7, 2, 31))  # the date moves, performance.now() does not
    held.evaluate("dispatchEvent(new Event('focus'))")
    expect(held.locator(LONDON)).to_have_text("08:00")
    expect(held.locator("[data-date]")).to_have_text("25 November 2020")


@pytest.mark.may_complain
def test_a_page_that_wakes_offline_adds_the_time_slept(held, server_at):
    server_at("2020-11-24 12:37:20")
    held.goto("/counters/")
    expect(held.locator(LONDON)).to_have_text("12:37")
    held.context.set_offline(True)
    slept = timedelta(hours=2)
    held.clock.set_system_time(datetime(2031, 5, 6, 7, 8, 10) + slept)
    held.evaluate("dispatchEvent(new Event('focus'))")
    expect(held.locator(LONDON)).to_have_text("14:37")


# The clocks


def test_clocks_turn_with_the_minute(held, server_at):
    server_at("2020-11-24 12:37:20")
    held.goto("/counters/")
    expect(held.locator(LONDON)).to_have_text("12:37")
    held.clock.run_for(MINUTE)
    expect(held.locator(MOSCOW)).to_have_text("15:38")
    expect(held.locator(LONDON)).to_have_text("12:38")


def test_clocks_of_the_home_page_turn_with_the_minute(held, server_at):
    server_at("2020-11-24 12:37:20")
    open_with_server_time(held, "/")
    expect(held.locator(LONDON)).to_have_text("12:37")
    held.clock.run_for(2 * MINUTE)
    expect(held.locator(LONDON)).to_have_text("12:39")
    expect(held.locator(LONDON)).to_have_attribute("datetime", "12:39")


@pytest.mark.parametrize(
    ("zone", "at", "before", "after"),
    [
        ("Europe/London", "2026-03-29 00:59:40", "00:59", "02:00"),
        ("Europe/London", "2026-10-25 00:59:40", "01:59", "01:00"),
        ("America/New_York", "2026-11-01 05:59:40", "01:59", "01:00"),
        ("Australia/Lord_Howe", "2026-10-03 15:29:40", "01:59", "02:30"),  # by half an hour
        ("Europe/Moscow", "2014-10-25 21:59:40", "01:59", "01:00"),  # for good
        ("Asia/Pyongyang", "2018-05-04 14:59:40", "23:29", "00:00"),
    ],
)
def test_clocks_follow_every_change_of_their_offset(held, server_at, settings, zone, at, before, after):
    settings.CLOCKS = [("There", ZoneInfo(zone))]
    server_at(at, "UTC")
    held.goto("/counters/")
    expect(held.locator(f'[data-clock="{zone}"]')).to_have_text(before)
    held.clock.run_for(MINUTE)
    expect(held.locator(f'[data-clock="{zone}"]')).to_have_text(after)


def test_a_page_older_than_its_offsets_uses_the_zones_of_the_browser(held, server_at):
    a_counter(since=date(2018, 3, 4))
    server_at("2020-11-24 12:37:20")
    held.goto("/counters/")
    expect(held.locator(LONDON)).to_have_text("12:37")
    server_at("2024-07-01 12:37:20")
    held.clock.set_system_time(datetime(2035, 1, 1))
    held.evaluate("dispatchEvent(new Event('focus'))")
    expect(held.locator(LONDON)).to_have_text("12:37")
    expect(held.locator(MOSCOW)).to_have_text("14:37")
    expect(held.locator("[data-date]")).to_have_text("1 July 2024")
    expect(held.locator("data")).to_have_text("2,311")


def test_clocks_are_not_a_live_region(page):
    page.goto("/counters/")
    expect(page.locator(LONDON)).to_be_visible()
    assert page.locator("[aria-live], [role=timer], [role=status]").count() == 0


def test_without_javascript_the_page_is_complete_and_no_clock_is_empty(open_page):
    a_counter(since=date(2018, 3, 4))
    page = open_page(java_script_enabled=False)
    page.goto("/counters/")
    expect(page.locator("data")).to_have_text(re.compile(r"^\d,\d{3}$"))
    expect(page.locator(LONDON)).to_be_hidden()
    page.goto("/")
    expect(page.locator(LONDON)).to_have_text(re.compile(r"^\d\d:\d\d$"))


# Midnight


def test_date_turns_at_the_hosts_midnight(held, server_at):
    server_at("2020-11-30 23:59:40")
    held.goto("/counters/")
    expect(held.locator("[data-date]")).to_have_text("30 November 2020")
    held.clock.run_for(MINUTE)
    expect(held.locator("[data-date]")).to_have_text("1 December 2020")
    expect(held.locator("[data-date]")).to_have_attribute("datetime", "2020-12-01")


def test_counter_turns_at_midnight_in_its_own_zone(held, server_at):
    server_at("2020-11-24 20:59:40")  # 23:59:40 in Moscow
    for zone in ("Europe/Moscow", "Europe/London"):
        a_counter(since=date(2018, 3, 4), time_zone=zone)
    held.goto("/counters/")
    expect(held.locator("data")).to_have_text(["996", "996"])
    expect(held.locator(LONDON)).to_have_text("20:59")
    held.clock.run_for(MINUTE)
    expect(held.locator("data")).to_have_text(["997", "996"])
    expect(held.locator("data").first).to_have_attribute("value", "997")


def test_counter_turns_on_the_day_of_the_change_of_the_hour(held, server_at):
    server_at("2026-03-29 23:59:40")  # 22:59:40 UTC
    a_counter(since=date(2026, 3, 28))
    held.goto("/counters/")
    expect(held.locator(LONDON)).to_have_text("23:59")
    expect(held.locator("data")).to_have_text("1")
    held.clock.run_for(MINUTE)
    expect(held.locator("data")).to_have_text("2")


def test_sentence_turns_with_the_number(held, server_at):
    server_at("2020-11-24 23:59:40")
    a_counter(
        since=date(2020, 11, 23),
        incident="the {days} fire",
        sentence_one="It is {days} day since {incident}",
        sentence_many="They are {days} days since {incident}",
    )
    held.goto("/counters/")
    expect(held.locator(LONDON)).to_have_text("23:59")
    expect(held.locator(".counter")).to_have_text("It is 1 day since the {days} fire")
    held.clock.run_for(MINUTE)
    expect(held.locator(".counter")).to_have_text("They are 2 days since the {days} fire")


def test_stopped_counter_stays_at_midnight(held, server_at):
    server_at("2020-11-24 23:59:40")
    a_counter(since=date(2018, 3, 4), until=date(2020, 11, 24))
    held.goto("/counters/")
    expect(held.locator(LONDON)).to_have_text("23:59")
    held.clock.run_for(MINUTE)
    expect(held.locator(LONDON)).to_have_text("00:00")
    expect(held.locator("data")).to_have_text("996")


# Accessibility


def test_pages_of_counters_have_no_violations(open_page, axe):
    a_counter(slug="fire")
    page = open_page(viewport={"width": 360, "height": 740})
    found = []
    for address in ("/counters/", "/counters/fire/"):
        page.goto(address)
        found += axe(page)
    assert found == []
