"""The archive in a browser: the index and the date field, with and without JavaScript, on a wide screen and a phone."""

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import PHONE
from tests.factories import DAY, NOON, a_category, a_message

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def history():
    """A message on each of fifty days; every fifth is a speech."""
    for number in range(50):
        kind = "speeches" if number % 5 == 0 else "statements"
        a_message(headline=f"Day {number:02}", publish_at=NOON - number * DAY, category=a_category(kind))


def jump_to(page, day):
    field = page.get_by_label("Go to date")
    field.fill(day)
    field.press("Enter")


def first(page):
    return page.locator(".entries li").first


@pytest.mark.parametrize("options", [{}, PHONE, {"java_script_enabled": False}], ids=["wide", "phone", "no script"])
def test_the_date_field_leads_to_the_day_with_links_to_newer_and_older_messages(open_page, options):
    page = open_page(**options)
    page.goto("/messages/2020/11/")
    jump_to(page, "2020-10-30")
    expect(first(page)).to_contain_text("Day 25")
    page.get_by_role("link", name="Newer messages").click()
    expect(first(page)).to_contain_text("Day 05")
    page.go_back()
    page.get_by_role("link", name="Older messages").click()
    expect(first(page)).to_contain_text("Day 45")


def test_the_date_field_keeps_the_category(page):
    page.goto("/messages/speeches/")
    jump_to(page, "2020-10-31")
    expect(first(page)).to_contain_text("Day 25")
    expect(page.get_by_role("heading", level=1)).to_have_text("Speeches")


def test_an_invalid_date_stays_in_its_field_with_an_error(phone):
    phone.goto("/messages/?date=the+5th")
    field = phone.get_by_label("Go to date")
    expect(field).to_have_value("the 5th")
    expect(field).to_have_accessible_description(
        "“the 5th” is not a valid date. Enter it as DD/MM/YYYY, for example 04/03/2018."
    )
    jump_to(phone, "30.10.2020")
    expect(first(phone)).to_contain_text("Day 25")


def test_the_index_leads_to_a_day_and_to_a_category(page):
    page.goto("/messages/")
    index = page.get_by_label("Categories, years and months")
    for name in ("2020", "October", "29"):
        index.get_by_role("link", name=name, exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_have_text("All messages, 29 October 2020")
    page.get_by_label("Breadcrumbs").get_by_role("link", name="October 2020").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("All messages, October 2020")
    index.get_by_role("link", name="Speeches", exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Speeches, October 2020")
    index.get_by_role("link", name="30", exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Speeches, 30 October 2020")
    page.get_by_role("link", name="Later Speeches, 4 November 2020").click()
    expect(first(page)).to_contain_text("Day 20")
    page.get_by_label("Breadcrumbs").get_by_role("link", name="November 2020").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Speeches, November 2020")


def test_on_a_phone_the_index_is_folded_so_that_messages_are_visible(phone):
    phone.goto("/messages/2020/11/")
    expect(first(phone)).to_be_in_viewport()
    october = phone.get_by_role("link", name="October", exact=True)
    expect(october).to_be_hidden()
    phone.get_by_text("Browse by category, year and month").click()
    october.click()
    expect(phone.get_by_role("heading", level=1)).to_have_text("All messages, October 2020")


def test_an_empty_day_has_links_to_the_nearest_days_with_messages(page):
    page.goto("/messages/2020/12/24/")
    expect(page.get_by_text("No messages on this day.")).to_be_visible()
    page.get_by_role("link", name="Earlier All messages, 24 November 2020").click()
    expect(first(page)).to_contain_text("Day 00")


@pytest.mark.parametrize("options", [{}, PHONE], ids=["wide", "phone"])
def test_the_open_index_has_no_violations(open_page, axe, options):
    page = open_page(**options)
    page.goto("/messages/speeches/2020/11/04/")
    if options is PHONE:
        page.get_by_text("Browse by category, year and month").click()
    assert axe(page, also=["color-contrast-enhanced", "target-size"]) == []


def test_the_links_of_the_index_are_large_enough_to_touch(phone):
    phone.goto("/messages/2020/11/04/")
    phone.get_by_text("Browse by category, year and month").click()
    sizes = phone.locator(".index a, .fold summary, .breadcrumbs a, .goto-date :is(input, button)").evaluate_all(
        "links => links.map(link => [link.textContent, link.getBoundingClientRect().height])"
    )
    assert [text for text, height in sizes if height < 40] == []
