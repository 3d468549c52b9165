"""Shortcuts of date and time fields, and how many choices it takes to schedule a text with them."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.contrib.auth import get_user_model
from django.core.exceptions import ValidationError
from django.utils import timezone
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from playwright.sync_api import expect

from accounts import roles
from core.datetime_fields import ZonedDateTimeField, in_zones
from core.time_shortcuts import WEEKDAYS, parse_shortcuts
from news.models import Message
from tests.factories import a_message, a_page
from tests.helpers.accounts import a_member
from tests.helpers.desk_pages import OVERRIDE, moment_field, moment_shortcut, open_cards
from tests.helpers.message_form import ADD_URL, change_url
from tests.properties import examples

pytestmark = pytest.mark.django_db(transaction=True)

MOSCOW = ZoneInfo("Europe/Moscow")
PRIMARY = ".edit-bar [data-primary]"


def tomorrow_in_moscow():
    """Return 09:00 in Moscow of the day after today there, as an instant."""
    day = timezone.now().astimezone(MOSCOW).date() + timedelta(days=1)
    return datetime(day.year, day.month, day.day, 9, tzinfo=MOSCOW)


def test_an_own_text_is_scheduled_for_tomorrow_in_moscow_with_five_choices(anna):
    draft = a_message(publish_at=None, approved_at=None)
    anna.goto(change_url(draft))
    choices = [
        lambda: anna.locator(".edit-card summary", has_text="Publication").click(),
        lambda: moment_shortcut(anna).click(),
        lambda: anna.locator(".edit-bar .menu > summary").click(),
        lambda: anna.locator(".override [name=_approve]").click(),
        lambda: anna.locator("#choices [data-confirm]").click(),
    ]
    for choose in choices[:-1]:
        choose()
    anna.get_by_label(OVERRIDE).fill("It is the middle of the night.")
    choices[-1]()
    expect(anna.locator(".messagelist")).to_contain_text("09:00 Moscow")
    draft.refresh_from_db()
    assert (draft.publish_at, draft.state(timezone.now())) == (tomorrow_in_moscow(), Message.State.SCHEDULED)


def test_a_writer_and_an_editor_schedule_a_text_with_four_choices(open_page, log_in):
    draft = a_message(publish_at=None, approved_at=None)
    page = open_page()
    log_in(page, a_member(roles.WRITERS, username="anna"))
    page.goto(change_url(draft))
    page.locator(".edit-card summary", has_text="Publication").click()
    moment_shortcut(page).click()
    page.locator(PRIMARY).click()
    expect(page.locator(".messagelist")).to_contain_text("Submitted for approval")
    log_in(page, a_member(roles.EDITORS, username="boris"))
    page.goto(change_url(draft))
    expect(page.locator(PRIMARY)).to_contain_text("Schedule for")
    page.locator(PRIMARY).click()
    expect(page.locator(".messagelist")).to_contain_text("09:00 Moscow")
    draft.refresh_from_db()
    assert draft.publish_at == tomorrow_in_moscow()


def test_the_button_of_a_page_follows_its_time_too(anna, boris):
    change = a_page().start_change(at=timezone.now())[0]
    change.title = "Another title"
    change.save()
    change.submit(at=timezone.now(), by=get_user_model().objects.get(username="anna"))
    boris.goto(f"/admin/pages/page/{change.pk}/change/")
    card = boris.locator(".edit-card", has=moment_field(boris, "effective_at"))
    expect(card.locator("[data-card-value]")).to_have_text("On approval")
    card.locator("summary").click()
    card.get_by_role("button", name="Tomorrow 09:00 Moscow").click()
    expect(boris.locator(PRIMARY)).to_contain_text("09:00 Moscow")
    expect(card.locator("[data-card-value]")).to_contain_text("09:00 Moscow")


def test_what_is_scheduled_is_published_now_or_unscheduled_from_the_action_bar(anna):
    at = timezone.now()
    for step, state in (("Publish now", Message.State.PUBLISHED), ("Unschedule", Message.State.DRAFT)):
        message = a_message(publish_at=at + timedelta(days=1), approved_at=at)
        anna.goto(change_url(message))
        anna.locator(".edit-bar .menu > summary").click()
        anna.locator(".edit-bar").get_by_role("link", name=step).click()
        if step == "Unschedule":
            anna.get_by_label("Reason").fill("Not tomorrow.")
        anna.get_by_role("button", name=step).click()
        expect(anna.locator(".messagelist")).to_be_visible()
        message.refresh_from_db()
        assert message.state(timezone.now()) == state


def test_a_shortcut_follows_the_clock_of_the_server(open_page, log_in, server_at):
    server_at("2020-11-24 23:10:00")  # the 25th in Moscow; the computer's clock is years ahead
    page = open_page()
    log_in(page)
    page.goto(ADD_URL)
    open_cards(page)
    moment_shortcut(page).click()
    expect(moment_field(page).locator(".zones")).to_have_text(
        "Thu 26 November 2020, 06:00 London · 09:00 Moscow · 06:00 UTC"
    )
    expect(page.get_by_role("button", name="Today 18:00")).to_be_hidden()


CHANGES = [datetime(2021, 3, 28, 1, tzinfo=UTC), datetime(2021, 10, 31, 1, tzinfo=UTC)]
near_a_change = st.builds(
    lambda change, minutes: change + timedelta(minutes=minutes),
    st.sampled_from(CHANGES),
    st.integers(-8 * 24 * 60, 24 * 60),
)
instants = near_a_change | st.integers(0, 20 * 366 * 24 * 60).map(
    lambda minutes: datetime(2015, 1, 1, tzinfo=UTC) + timedelta(minutes=minutes)
)


def date_of(shortcut, at):
    """Return the date of a shortcut by the calendar of its time zone."""
    today = at.astimezone(ZoneInfo(shortcut.zone)).date()
    if shortcut.day in ("today", "tomorrow"):
        return today + timedelta(days=shortcut.day == "tomorrow")
    return next(day for n in range(1, 8) if WEEKDAYS[(day := today + timedelta(days=n)).weekday()] == shortcut.day)


@pytest.mark.own_context  # for its clock
def test_shortcuts_are_the_dates_of_their_cities_whenever_they_are_pressed(open_page, log_in, settings):
    """The script and the server agree on the date, and on the hours that are missing or occur twice."""
    text = "Tomorrow 00:30 Moscow,Today 18:00,Sunday 01:30,Saturday 23:45 Moscow,Monday 09:00 Moscow"
    zones = {"London": "Europe/London", "Moscow": "Europe/Moscow"}
    settings.TIME_SHORTCUTS = shortcuts = parse_shortcuts(text, zones, "Europe/London")
    page = open_page()
    log_in(page)
    page.goto(ADD_URL)
    open_cards(page)

    press = """(n) => {
      const box = document.querySelector(".field-publish_at .moment");
      box.querySelectorAll(".moment-shortcuts button")[n].click();
      return [box.querySelector(".moment-date").value, box.querySelector(".moment-time").value, "",
              box.querySelector(".moment-zone :checked").value, box.querySelector(".zones").textContent];
    }"""

    @given(at=instants)
    @hypothesis_settings(max_examples=examples(60))
    def check(at):
        at = at.replace(second=30)  # the clocks of server and browser differ by a moment
        page.clock.set_fixed_time(at)
        for number, expected in enumerate(shortcuts):
            *parts, shown = page.evaluate(press, number)
            assert parts == [f"{date_of(expected, at)}", expected.clock, "", expected.zone]
            try:
                assert shown == in_zones(ZonedDateTimeField().clean(parts))
            except ValidationError as refusal:
                assert [shown] == refusal.messages

    check()
