"""The search in a browser: answers, folded filters and the first screen, on a wide screen and a phone."""

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import DESKTOP, PHONE
from tests.factories import NOON, a_category, a_message, a_notice, a_page, a_topic, an_office

pytestmark = pytest.mark.django_db(transaction=True)

TALL = PHONE | {"viewport": {"width": 390, "height": 844}}
SMALL = PHONE | {"viewport": {"width": 320, "height": 640}}


@pytest.fixture(autouse=True)
def content():
    """Thirty messages in several categories, years and from several sources, three answers and a notice."""
    an_office(phone="+44 (0) 20 7946 0123", emergency_phone="+44 (0) 7700 900 123")
    a_notice(sentence="The consular section closes at noon today.")
    a_page(title="Passport photographs", description="What a photograph for a passport has to show.")
    sentence = "Report the loss to the police first. For a journey within days, call us instead of writing."
    a_topic(name="Lost or stolen passport", sentence=sentence), a_topic(name="Passports", sentence=sentence)
    for number in range(30):
        a_message(
            headline=f"Passport statement {number}",
            publish_at=NOON.replace(year=2010 + number % 11),
            category=a_category(f"kind-{number % 5}"),
            source_name=f"Agency {number % 7}",
        )


def top_of(locator):
    return locator.evaluate("element => element.getBoundingClientRect().top + scrollY")


def test_on_a_phone_the_first_results_are_on_the_first_screen(open_page):
    phone = open_page(**TALL)
    phone.goto("/search/?q=statement")
    assert top_of(phone.locator(".entries a").first) < 844 - 48
    phone.goto("/search/?q=lost+passport")
    assert top_of(phone.locator(".answers a").first) < 480
    expect(phone.locator(".index")).to_be_hidden()


def test_on_a_phone_filters_open_by_a_click_and_the_selected_one_can_be_removed(phone):
    phone.goto("/search/?q=passport")
    phone.get_by_text("Narrow by category, year or source").click()
    phone.get_by_role("link", name="Kind-2").click()
    expect(phone.get_by_role("heading", name="6 messages")).to_be_visible()
    phone.locator(".found").get_by_role("link", name="Kind-2").click()
    expect(phone.get_by_role("heading", name="30 messages")).to_be_visible()


def test_a_wide_screen_shows_the_filters_beside_the_results(page):
    page.goto("/search/?q=passport")
    expect(page.get_by_role("link", name="Kind-2")).to_be_visible()
    expect(page.get_by_text("Narrow by category")).to_be_hidden()
    filters, results = page.locator(".index").bounding_box(), page.locator(".entries").bounding_box()
    assert filters["x"] + filters["width"] < results["x"] and filters["y"] < results["y"]
    answers, total = page.locator(".answers").bounding_box(), page.locator("#results").bounding_box()
    assert answers["x"] == total["x"] and answers["y"] + answers["height"] < total["y"]


def test_an_answer_leads_to_its_page_and_its_phone_can_be_called(page):
    page.goto("/search/?q=passport")
    answers = page.get_by_role("region", name="Pages and consular topics")
    expect(answers.get_by_role("link", name="+44 (0) 7700 900 123")).to_have_attribute("href", "tel:+447700900123")
    answers.get_by_role("link", name="Passport photographs").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Passport photographs")


@pytest.mark.parametrize("window", [DESKTOP, PHONE, SMALL], ids=["wide", "phone", "small"])
@pytest.mark.parametrize(
    "query", ["passport", "pasport", "passport&category=kind-1&year=2011", "passport&category=none"]
)
def test_no_results_page_has_violations_or_scrolls_sideways(open_page, axe, window, query):
    page = open_page(**window)
    page.goto(f"/search/?q={query}")
    if window is not DESKTOP and page.locator(".fold").count():
        page.locator(".fold summary").click()
    assert axe(page, also=["color-contrast-enhanced", "target-size"]) == []
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
