"""The first screen of the public pages, measured: masthead and home page on phones, long names, the menu, the fold."""

import pytest
from django.conf import settings as configured
from django.core.management import call_command
from playwright.sync_api import expect

from pages.models import Page
from tests.browser.conftest import PHONE
from tests.factories import a_category, a_counter, a_message, a_notice, a_page, a_topic, an_office

pytestmark = pytest.mark.django_db(transaction=True)

SMALL = PHONE | {"viewport": {"width": 320, "height": 640}}
LONG_NAME = "Embassy of the Federal Democratic Republic to the United Kingdom and Northern Ireland, London"
PARAGRAPHS = "".join(f"<p>Paragraph {number} of the speech, with enough words to be read.</p>" for number in range(40))


def top_of(page, selector):
    """Return the distance of an element from the top of the page, in pixels."""
    return page.locator(selector).first.evaluate("element => element.getBoundingClientRect().top + scrollY")


def first_text(page):
    """Return the distance of the first text inside <main> from the top of the page."""
    return page.evaluate(
        """() => {
            const walker = document.createTreeWalker(document.querySelector("main"), NodeFilter.SHOW_TEXT);
            while (walker.nextNode()) {
                const range = document.createRange();
                range.selectNodeContents(walker.currentNode);
                const box = range.getBoundingClientRect();
                if (box.height && walker.currentNode.data.trim()) return box.top + scrollY;
            }
        }"""
    )


def seed_home():
    """Publish a home page with the lengths of the original: two counters, a long speech, ten events."""
    an_office(emergency_phone="+44 (0) 7700 900 123")
    a_counter()
    a_counter(incident="the death of a journalist")
    headline = "Foreign Minister’s speech during a high-level summit titled, “Maintenance of peace: Global governance"
    a_message(headline=headline, body=PARAGRAPHS, featured=True)
    for number in range(10):
        a_message(headline=f"Event {number}", lead="The embassy comments on the event. " * 8)


def test_a_phone_shows_the_headline_and_the_latest_events_early(phone):
    seed_home()
    phone.goto("/")
    assert first_text(phone) < 130
    assert top_of(phone, ".message > h2") < 480
    assert top_of(phone, "#latest") < 1700


def test_the_folded_text_is_whole_in_the_page_and_opens_by_a_click(phone):
    seed_home()
    phone.goto("/")
    last = phone.get_by_text("Paragraph 39 of the speech")
    assert "Paragraph 39" in phone.locator("details.rest").text_content()
    expect(last).to_be_hidden()
    phone.get_by_text("Read the whole text").click()
    expect(last).to_be_visible()


@pytest.mark.parametrize("media", ["screen", "print"])
def test_wide_screens_and_paper_show_the_whole_text(page, media):
    seed_home()
    page.goto("/")
    page.emulate_media(media=media)
    expect(page.get_by_text("Paragraph 39 of the speech")).to_be_visible()
    expect(page.get_by_text("Read the whole text")).to_be_hidden()


def test_a_long_name_and_two_notices_leave_room_for_every_page(open_page, settings):
    settings.EMBASSY_NAME = LONG_NAME
    an_office(emergency_phone="+44 (0) 7700 900 123")
    a_notice(sentence="The consular section is closed on Friday because of a public holiday.")
    a_notice(sentence="Avoid the centre of the city today, and follow the instructions of the police.", urgent=True)
    a_topic()
    paths = ["/", "/messages/", a_message().get_absolute_url(), a_page().get_absolute_url(), "/counters/", "/contact/"]
    page = open_page(**SMALL)
    for path in [*paths, "/search/?q=council", "/nothing-here/"]:
        page.goto(path)
        assert first_text(page) < 600, path
        assert page.evaluate("document.documentElement.scrollWidth") <= 320, path
    assert page.locator(".name").bounding_box()["height"] < 60


def test_the_top_bar_is_one_line_at_every_width(open_page):
    an_office(emergency_phone="+44 (0) 7700 900 123")
    for width in (320, 390, 768, 1280):
        page = open_page(viewport={"width": width, "height": 640})
        page.goto("/")
        assert page.locator(".top-bar").bounding_box()["height"] < 45, width
        expect(page.locator(".top-bar").get_by_role("link", name="Emergency")).to_be_in_viewport(ratio=1)
        cut = page.locator(".clocks li:visible").evaluate_all(
            """items => items.map(item => item.getBoundingClientRect()).filter(box => {
                const list = document.querySelector(".clocks").getBoundingClientRect();
                return box.top < list.bottom - 2 && box.right > list.right + 1;
            }).length"""
        )
        assert cut == 0, width


def test_the_menu_on_a_phone_shows_search_and_sections_with_their_children(phone):
    a_category(name="Speeches")
    a_page(title="Visas", path="visas", place=Page.Place.MENU)
    a_page(title="Fees", path="visas/fees", place=Page.Place.MENU)
    phone.goto("/visas/fees/")
    search = phone.get_by_role("searchbox", name="Search the site")
    expect(search).to_be_hidden()
    phone.get_by_text("Menu", exact=True).click()
    expect(phone.locator(".name")).to_be_visible()
    expect(phone.locator(".emblem")).to_be_visible()
    menu = phone.get_by_role("navigation", name="Main")
    expect(menu.get_by_role("link", name="Fees")).to_have_attribute("aria-current", "page")
    expect(menu.get_by_role("link", name="Visas")).to_have_attribute("aria-current", "true")
    expect(menu.get_by_role("link", name="Speeches")).to_be_visible()
    search.fill("council")
    search.press("Enter")
    phone.wait_for_url("**/search/?q=council")


def test_a_wide_menu_shows_the_children_of_the_current_section_alone(page):
    a_category(name="Speeches")
    a_page(title="Visas", path="visas", place=Page.Place.MENU)
    a_page(title="Fees", path="visas/fees", place=Page.Place.MENU)
    menu = page.get_by_role("navigation", name="Main")
    page.goto("/visas/")
    expect(menu.get_by_role("link", name="Fees")).to_be_visible()
    expect(menu.get_by_role("link", name="Speeches")).to_be_hidden()
    page.goto("/")
    expect(menu.get_by_role("link", name="Speeches")).to_be_visible()
    expect(menu.get_by_role("link", name="Fees")).to_be_hidden()


def test_forced_colours_mark_the_current_item_alone(open_page):
    a_page(title="Visas", path="visas", place=Page.Place.MENU)
    page = open_page(forced_colors="active")
    page.goto("/visas/")
    lines = (
        page.get_by_role("navigation", name="Main")
        .locator("li > a:visible")
        .evaluate_all("links => links.map(link => [link.textContent, getComputedStyle(link).borderBottomColor])")
    )
    colours = dict(lines)
    current = colours.pop("Visas")
    assert colours and current not in colours.values()


def test_the_sample_has_its_first_headline_and_events_early(phone):
    call_command("load_sample", verbosity=0)
    phone.goto("/")
    assert first_text(phone) < 130 + 45  # the sample has a notice now and then, of one line
    assert top_of(phone, "#latest") < 1700
    assert configured.EMBASSY_NAME in phone.title()
