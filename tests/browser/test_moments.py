"""Date and time fields: the times in both capitals while typing, texts that are kept, a phone, and no script."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import expect

from news.models import Message
from tests.browser.conftest import PHONE
from tests.factories import a_category, a_message
from tests.helpers.desk_pages import click_save, lose_working_copies, moment_field, moment_shortcut, open_cards
from tests.helpers.message_form import ADD_URL, change_url
from tests.helpers.waiting import wait_until

pytestmark = pytest.mark.django_db(transaction=True)

MOSCOW = ZoneInfo("Europe/Moscow")


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
    moment_field(anna).get_by_label("At a set time").check()
    return moment_field(anna)


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
    ends = moment_field(anna, "ends")
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


# On a phone, kept texts, and without a script


def test_a_phone_has_its_own_inputs_and_large_targets(open_page, log_in, axe):
    page = open_page(**PHONE)
    log_in(page)
    page.goto(ADD_URL)
    open_cards(page)
    moment_shortcut(page).click()
    kinds = [moment_field(page).locator(f".moment-{kind}").get_attribute("type") for kind in ("date", "time")]
    assert kinds == ["date", "time"]
    for button in moment_field(page).locator(".moment-shortcuts button:visible, .moment-zone label").all():
        assert button.bounding_box()["height"] >= 44
    width = page.evaluate("[document.documentElement.scrollWidth, innerWidth]")
    assert width[0] <= width[1]


def test_a_kept_text_has_its_time_and_its_city(anna):
    draft = a_message(publish_at=None, approved_at=None)
    anna.goto(change_url(draft))
    open_cards(anna)
    moment_shortcut(anna).click()
    shown = moment_field(anna).locator(".zones").text_content()
    expect(anna.get_by_text("is kept for you, on every computer")).to_be_visible()
    anna.goto(change_url(draft))
    anna.get_by_role("link", name="Continue with it").click()
    open_cards(anna)
    expect(moment_field(anna).locator(".zones")).to_have_text(shown)
    expect(moment_field(anna).get_by_label("Moscow")).to_be_checked()


def test_a_text_that_only_the_browser_has_keeps_its_time_and_its_city(anna):
    draft = a_message(publish_at=None, approved_at=None)
    lose_working_copies(anna.context)
    anna.goto(change_url(draft))
    open_cards(anna)
    moment_shortcut(anna).click()
    shown = moment_field(anna).locator(".zones").text_content()
    wait_until(lambda: anna.evaluate("Object.keys(localStorage).some((key) => key.startsWith('desk/'))"), "kept")
    anna.goto(change_url(draft))
    open_cards(anna)
    expect(moment_field(anna).locator(".moment-inputs")).to_be_hidden()
    anna.get_by_role("button", name="Restore").click()
    expect(moment_field(anna).locator(".zones")).to_have_text(shown)
    expect(moment_field(anna).get_by_label("Moscow")).to_be_checked()
    expect(moment_field(anna).get_by_label("At a set time")).to_be_checked()
    anna.context.unroute_all()


def test_without_a_script_date_time_and_city_are_plain_fields(open_page, log_in):
    a_category()
    page = open_page(java_script_enabled=False, own=True)
    log_in(page)
    page.goto(ADD_URL)
    page.locator("summary", has_text="Publication").click()
    expect(moment_field(page).locator(".moment-when")).to_be_hidden()
    expect(moment_field(page).locator(".moment-shortcuts")).to_be_hidden()
    fill(moment_field(page), "2030-07-01", "09:00")
    moment_field(page).get_by_label("Moscow").check()
    page.get_by_label("Headline").fill("Without a script")
    page.get_by_label("Statements").check()
    page.locator(".edit-bar [name=_submit]").click()
    expect(page.locator(".errorlist, .messagelist").first).to_be_visible()
    assert [each.publish_at for each in Message.objects.all()] == [datetime(2030, 7, 1, 6, tzinfo=UTC)]
