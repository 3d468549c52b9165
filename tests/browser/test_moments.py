"""Date and time fields: cities, shortcuts, the times in both capitals while typing; and without a script."""

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
from tests.browser.conftest import PHONE
from tests.factories import a_category, a_message, a_page
from tests.helpers.accounts import a_member
from tests.helpers.desk_pages import OVERRIDE, click_save, lose_working_copies, open_cards
from tests.helpers.message_form import ADD_URL, change_url
from tests.helpers.waiting import wait_until
from tests.properties import examples

pytestmark = pytest.mark.django_db(transaction=True)

LONDON, MOSCOW = ZoneInfo("Europe/London"), ZoneInfo("Europe/Moscow")
PRIMARY = ".edit-bar [data-primary]"


def field(page, name="publish_at"):
    return page.locator(f".field-{name} .moment")


def shortcut(page):
    """Return the button that enters tomorrow, 09:00 in Moscow, as the publication time."""
    return field(page).get_by_role("button", name="Tomorrow 09:00 Moscow")


def fill(box, day, clock):
    """Enter a date and a time."""
    box.locator(".moment-date").fill(day)
    box.locator(".moment-time").fill(clock)


@pytest.fixture
def box(anna):
    """The publication time of a new message, at a set time."""
    a_category()
    anna.goto(ADD_URL)
    open_cards(anna)
    field(anna).get_by_label("At a set time").check()
    return field(anna)


# Typing


def test_the_times_of_both_cities_are_shown_while_typing(anna, box, axe):
    fill(box, "2030-07-01", "22:30")
    expect(box.locator(".zones")).to_have_text("Mon 1 July 2030, 22:30 London · Tue 2 July, 00:30 Moscow · 21:30 UTC")
    box.locator(".moment-date").fill("2030-12-01")
    expect(box.locator(".zones")).to_contain_text("22:30 London · Mon 2 December, 01:30 Moscow · 22:30 UTC")
    assert axe(anna, without=[".django-ckeditor-widget"]) == []


def test_the_same_figures_can_be_the_time_in_the_other_city(anna, box):
    fill(box, "2030-07-01", "09:00")
    box.get_by_label("Moscow").check()
    expect(box.locator(".zones")).to_have_text("Mon 1 July 2030, 07:00 London · 09:00 Moscow · 06:00 UTC")
    anna.get_by_label("Headline").fill("At nine in Moscow")
    anna.get_by_label("Statements").check()
    click_save(anna)
    expect(anna.locator(".messagelist")).to_be_visible()
    assert Message.objects.get().publish_at == datetime(2030, 7, 1, 6, tzinfo=UTC)


def test_a_nonexistent_or_ambiguous_time_is_reported_while_typing(anna, box):
    fill(box, "2030-03-31", "01:30")
    expect(box.locator(".zones")).to_contain_text("does not exist in London")
    expect(box.locator(".which")).to_be_hidden()
    box.get_by_label("Moscow").check()
    expect(box.locator(".zones")).to_contain_text("Sat 30 March 2030, 22:30 London · Sun 31 March, 01:30 Moscow")
    box.get_by_label("London").check()
    box.locator(".moment-date").fill("2030-10-27")
    expect(box.locator(".zones")).to_contain_text("occurs twice in London")
    box.get_by_label("01:30 GMT (second)").check()
    expect(box.locator(".zones")).to_contain_text("01:30 London · 04:30 Moscow · 01:30 UTC")
    anna.get_by_label("Headline").fill("In the second hour")
    anna.get_by_label("Statements").check()
    click_save(anna)
    expect(anna.locator(".messagelist")).to_be_visible()
    assert Message.objects.get().publish_at.isoformat() == "2030-10-27T01:30:00+00:00"


def test_a_time_that_is_not_wanted_is_not_sent_and_comes_back(anna, box):
    fill(box, "2030-07-01", "12:00")
    box.get_by_label("On approval").check()
    expect(box.locator(".moment-inputs")).to_be_hidden()
    expect(box.locator(".zones")).to_be_empty()
    box.get_by_label("At a set time").check()
    expect(box.locator(".zones")).to_contain_text("12:00 London")


def test_a_set_time_without_a_time_is_refused(anna, box):
    anna.get_by_label("Headline").fill("Some time")
    anna.get_by_label("Statements").check()
    click_save(anna)
    expect(anna.locator(".field-publish_at .errorlist")).to_contain_text("or select “On approval”")
    assert not Message.objects.exists()


def test_a_notice_has_the_times_too(anna):
    anna.goto("/admin/consular/notice/add/")
    ends = field(anna, "ends")
    ends.get_by_label("At a set time").check()
    fill(ends, "2030-07-01", "12:00")
    expect(ends.locator(".zones")).to_have_text("Mon 1 July 2030, 12:00 London · 14:00 Moscow · 11:00 UTC")


def test_a_withdrawal_is_immediate_or_at_a_time(anna):
    message = a_message()
    anna.goto(f"/admin/news/message/withdraw/?ids={message.pk}")
    anna.get_by_label("Reason").fill("It is out of date.")
    anna.get_by_role("button", name="Tomorrow 09:00 Moscow").click()
    anna.get_by_role("button", name="Withdraw").click()
    expect(anna.locator(".messagelist")).to_contain_text("09:00 Moscow")
    assert message.revisions.get().effective_at.astimezone(MOSCOW).hour == 9


# Shortcuts


def tomorrow_in_moscow():
    """Return 09:00 in Moscow of the day after today there, as an instant."""
    day = timezone.now().astimezone(MOSCOW).date() + timedelta(days=1)
    return datetime(day.year, day.month, day.day, 9, tzinfo=MOSCOW)


def test_an_own_text_is_scheduled_for_tomorrow_in_moscow_with_five_choices(anna):
    draft = a_message(publish_at=None, approved_at=None)
    anna.goto(change_url(draft))
    choices = [
        lambda: anna.locator(".edit-card summary", has_text="Publication").click(),
        lambda: shortcut(anna).click(),
        lambda: anna.locator(".edit-bar .menu > summary").click(),
        lambda: anna.get_by_label(OVERRIDE).fill("It is the middle of the night."),
        lambda: anna.locator(".override [name=_approve]").click(),
    ]
    for choose in choices:
        choose()
    expect(anna.locator(".messagelist")).to_contain_text("09:00 Moscow")
    draft.refresh_from_db()
    assert (draft.publish_at, draft.state(timezone.now())) == (tomorrow_in_moscow(), Message.State.SCHEDULED)


def test_a_writer_and_an_editor_schedule_a_text_with_four_choices(open_page, log_in):
    draft = a_message(publish_at=None, approved_at=None)
    page = open_page()
    log_in(page, a_member(roles.WRITERS, username="anna"))
    page.goto(change_url(draft))
    page.locator(".edit-card summary", has_text="Publication").click()
    shortcut(page).click()
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
    change.submit(at=timezone.now(), by=get_user_model().objects.get(username="anna"))
    boris.goto(f"/admin/pages/page/{change.pk}/change/")
    card = boris.locator(".edit-card", has=field(boris, "effective_at"))
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
    shortcut(page).click()
    expect(field(page).locator(".zones")).to_have_text("Thu 26 November 2020, 06:00 London · 09:00 Moscow · 06:00 UTC")
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


# On a phone, kept texts, and without a script


def test_a_phone_has_its_own_inputs_and_large_targets(open_page, log_in, axe):
    page = open_page(**PHONE)
    log_in(page)
    page.goto(ADD_URL)
    open_cards(page)
    shortcut(page).click()
    kinds = [field(page).locator(f".moment-{kind}").get_attribute("type") for kind in ("date", "time")]
    assert kinds == ["date", "time"]
    for button in field(page).locator(".moment-shortcuts button:visible, .moment-zone label").all():
        assert button.bounding_box()["height"] >= 44
    width = page.evaluate("[document.documentElement.scrollWidth, innerWidth]")
    assert width[0] <= width[1]


def test_a_kept_text_has_its_time_and_its_city(anna):
    draft = a_message(publish_at=None, approved_at=None)
    anna.goto(change_url(draft))
    open_cards(anna)
    shortcut(anna).click()
    shown = field(anna).locator(".zones").text_content()
    expect(anna.get_by_text("is kept for you, on every computer")).to_be_visible()
    anna.goto(change_url(draft))
    anna.get_by_role("link", name="Continue with it").click()
    open_cards(anna)
    expect(field(anna).locator(".zones")).to_have_text(shown)
    expect(field(anna).get_by_label("Moscow")).to_be_checked()


def test_a_text_that_only_the_browser_has_keeps_its_time_and_its_city(anna):
    draft = a_message(publish_at=None, approved_at=None)
    lose_working_copies(anna.context)
    anna.goto(change_url(draft))
    open_cards(anna)
    shortcut(anna).click()
    shown = field(anna).locator(".zones").text_content()
    wait_until(lambda: anna.evaluate("Object.keys(localStorage).some((key) => key.startsWith('desk/'))"), "kept")
    anna.goto(change_url(draft))
    open_cards(anna)
    expect(field(anna).locator(".moment-inputs")).to_be_hidden()
    anna.get_by_role("button", name="Restore").click()
    expect(field(anna).locator(".zones")).to_have_text(shown)
    expect(field(anna).get_by_label("Moscow")).to_be_checked()
    expect(field(anna).get_by_label("At a set time")).to_be_checked()
    anna.context.unroute_all()


def test_without_a_script_date_time_and_city_are_plain_fields(open_page, log_in):
    a_category()
    page = open_page(java_script_enabled=False, own=True)
    log_in(page)
    page.goto(ADD_URL)
    page.locator("summary", has_text="Publication").click()
    expect(field(page).locator(".moment-when")).to_be_hidden()
    expect(field(page).locator(".moment-shortcuts")).to_be_hidden()
    fill(field(page), "2030-07-01", "09:00")
    field(page).get_by_label("Moscow").check()
    page.get_by_label("Headline").fill("Without a script")
    page.get_by_label("Statements").check()
    page.locator(".edit-bar [name=_submit]").click()
    expect(page.locator(".errorlist, .messagelist").first).to_be_visible()
    assert [each.publish_at for each in Message.objects.all()] == [datetime(2030, 7, 1, 6, tzinfo=UTC)]
