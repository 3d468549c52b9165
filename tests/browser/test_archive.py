"""The archive in a browser: the index and the field for a day, without JavaScript too, and on a phone."""

from datetime import date

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


def go_to(page, day):
    """Go to a day; on a phone the field is folded."""
    fold = page.get_by_text("Go to a day, month or year")
    if fold.is_visible():
        fold.click()
    field = page.get_by_label("Go to a day")
    field.fill(day)
    field.press("Enter")


def first(page):
    return page.locator(".entries li").first


@pytest.mark.parametrize("options", [{}, PHONE, {"java_script_enabled": False}], ids=["wide", "phone", "no script"])
def test_the_field_leads_to_the_page_of_the_day_and_to_its_neighbours(open_page, options):
    page = open_page(**options)
    page.goto("/messages/2020/11/")
    go_to(page, "30 October 2020")
    expect(page.get_by_role("heading", level=1)).to_have_text("30 October 2020")
    expect(page.get_by_text("1 message published on this day")).to_be_visible()
    expect(first(page)).to_contain_text("Day 25")
    page.get_by_role("link", name="Later 31 October 2020").click()
    expect(first(page)).to_contain_text("Day 24")
    page.go_back()
    page.get_by_role("link", name="Earlier 29 October 2020").click()
    expect(first(page)).to_contain_text("Day 26")


def test_what_was_delivered_on_a_day_is_apart_from_what_was_published(page):
    a_message(headline="A speech", publish_at=NOON, delivered_on=date(2020, 10, 30))
    page.goto("/messages/2020/10/30/")
    expect(page.get_by_text("1 published, 1 delivered on this day")).to_be_visible()
    expect(page.get_by_role("heading", level=2)).to_have_text(
        ["Published on this day", "Delivered on this day, published on another"]
    )
    page.get_by_role("link", name="A speech").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("A speech")


def test_the_field_keeps_the_category(page):
    page.goto("/messages/speeches/")
    go_to(page, "30/10/20")
    expect(first(page)).to_contain_text("Day 25")
    expect(page.get_by_role("heading", level=1)).to_have_text("Speeches, 30 October 2020")


def test_an_invalid_date_stays_in_its_field_with_an_error_and_the_focus(phone):
    phone.goto("/messages/?date=the+5th")
    field = phone.get_by_label("Go to a day")
    expect(field).to_have_value("the 5th")
    expect(field).to_be_focused()
    expect(field).to_have_accessible_description(
        "“the 5th” is not a date. Enter a day such as 24/9/2020 or 24 September 2020. "
        "For example 24/9/2020 or 24 September 2020"
    )
    field.fill("30.10.2020")
    field.press("Enter")
    expect(first(phone)).to_contain_text("Day 25")


def test_the_index_leads_to_a_day_and_to_a_category(page):
    page.goto("/messages/")
    index, categories = page.get_by_label("Years, months and days"), page.get_by_label("Categories")
    for name in ("2020 50 messages", "October 26 messages", "29 1 message"):
        index.get_by_role("link", name=name, exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_have_text("29 October 2020")
    page.get_by_label("Breadcrumbs").get_by_role("link", name="October 2020").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("All messages, October 2020")
    categories.get_by_role("link", name="Speeches 5 messages", exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Speeches, October 2020")
    index.get_by_role("link", name="30 1 message", exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Speeches, 30 October 2020")
    page.get_by_role("link", name="Later Speeches, 4 November 2020").click()
    expect(first(page)).to_contain_text("Day 20")
    page.get_by_label("Breadcrumbs").get_by_role("link", name="November 2020").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Speeches, November 2020")


def test_the_oldest_message_can_be_first(page):
    page.goto("/messages/2020/10/")
    page.get_by_role("link", name="Oldest first").click()
    expect(first(page)).to_contain_text("Day 49")
    page.get_by_role("link", name="Newer messages").click()
    expect(first(page)).to_contain_text("Day 29")
    page.get_by_role("link", name="Older messages").click()
    expect(first(page)).to_contain_text("Day 49")


def test_on_a_phone_the_index_is_folded_so_that_messages_are_visible(phone):
    phone.goto("/messages/2020/11/")
    expect(first(phone)).to_be_in_viewport()
    october = phone.get_by_role("link", name="October 26 messages", exact=True)
    expect(october).to_be_hidden()
    phone.get_by_text("Go to a day, month or year").click()
    october.click()
    expect(phone.get_by_role("heading", level=1)).to_have_text("All messages, October 2020")


def test_an_empty_day_has_links_to_the_nearest_days_with_messages(page):
    page.goto("/messages/2020/12/24/")
    expect(page.get_by_text("No messages on this day.")).to_be_visible()
    page.get_by_role("link", name="Earlier 24 November 2020").click()
    expect(first(page)).to_contain_text("Day 00")


def test_bars_are_as_high_as_their_counts_and_on_one_line(open_page):
    page = open_page(viewport={"width": 1280, "height": 800})
    page.goto("/messages/2020/")
    bars = page.get_by_label("Months", exact=True).locator("svg")
    boxes = bars.evaluate_all("bars => bars.map(bar => [bar.clientHeight, bar.getBoundingClientRect().bottom])")
    assert boxes == [[36, boxes[0][1]], [33, boxes[0][1]]]


def test_fifteen_years_fit_into_320_px(open_page):
    for year in range(2005, 2020):
        a_message(publish_at=NOON.replace(year=year))
    page = open_page(viewport={"width": 320, "height": 640})
    page.goto("/messages/2020/10/30/")
    page.get_by_text("Go to a day, month or year").click()
    expect(page.get_by_role("link", name="2005 1 message", exact=True)).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") == 320
    cut = "links => links.filter(link => link.scrollWidth > link.clientWidth).map(link => link.textContent)"
    assert page.locator(".bars a").evaluate_all(cut) == []


def test_a_printed_month_is_a_list_without_the_index(page):
    page.goto("/messages/2020/10/")
    links = [page.get_by_role("link", name=name, exact=True) for name in ("2020 50 messages", "Oldest first")]
    for link in links:
        expect(link).to_be_visible()
    page.emulate_media(media="print")
    for link in links:
        expect(link).to_be_hidden()
    expect(first(page)).to_be_visible()


@pytest.mark.parametrize("scheme", ["none", "active"])
def test_bars_are_visible_in_forced_colours(open_page, scheme):
    page = open_page(forced_colors=scheme)
    page.goto("/messages/2020/")
    bars = page.get_by_label("Months", exact=True).locator("svg")
    paper = page.evaluate("getComputedStyle(document.body).backgroundColor")
    colours = bars.evaluate_all("bars => bars.map(bar => getComputedStyle(bar).backgroundColor)")
    assert paper not in colours


@pytest.mark.parametrize("options", [{}, PHONE], ids=["wide", "phone"])
def test_the_open_index_has_no_violations(open_page, axe, options):
    page = open_page(**options)
    page.goto("/messages/speeches/2020/11/04/")
    if options is PHONE:
        page.get_by_text("Go to a day, month or year").click()
    assert axe(page, also=["color-contrast-enhanced", "target-size"]) == []


def test_the_links_of_the_index_are_large_enough_to_touch(phone):
    phone.goto("/messages/2020/11/04/")
    phone.get_by_text("Go to a day, month or year").click()
    sizes = phone.locator(
        ".bars a, .chips a, .fold summary, .breadcrumbs a, .goto-date :is(input, button)"
    ).evaluate_all("links => links.map(link => [link.textContent, link.getBoundingClientRect().height])")
    assert [text for text, height in sizes if height < 40] == []
