"""Pages on paper: head, address and numbers of the sheets, what is left out, and what is not broken or too high."""

import re

import pytest
from django.core.management import call_command
from playwright.sync_api import expect

from consular.models import Office
from tests.factories import NOON, a_counter, a_message, a_page, a_topic, an_office
from tests.helpers.files import a_pictured_message, an_attachment

pytestmark = pytest.mark.django_db(transaction=True)

CENTIMETRE = 96 / 2.54  # CSS pixels
SHEET = re.compile(rb"/Type\s*/Page\b(?!s)")
ADDRESSES = ["/", "/messages/", "/search/?q=statement", "/contact/", "/counters/", "/counters/fire/", "/about/"]


@pytest.fixture(autouse=True)
def content(site):
    an_office(emergency_phone="+44 (0) 7700 900 123")
    an_office(kind=Office.Kind.PRESS, name="Press Office", phone="+44 (0) 20 7946 0123", email="press@example.org")
    a_topic(name="Lost passport")
    a_counter(slug="fire")
    a_page(path="about", title="About", body="<h2>History</h2><p>Long.</p>")
    for number in range(12):
        a_message(headline=f"Statement {number}", body=f"<p>{'A statement of some length. ' * 30}</p>" * 3)


def a_long_message():
    message = a_pictured_message(
        (800, 1200), lead="The lead. " * 20, body=f"<h2>A part</h2><p>{'A sentence of the speech. ' * 20}</p>" * 12,
        source_name="MFA", source_url="https://example.org/speeches/1", publish_at=NOON,
    )  # fmt: skip
    an_attachment(message)
    message.publish_correction("The date was wrong.", at=NOON)
    return message


def sheets(page):
    """Return the number of sheets of paper, A4."""
    return len(SHEET.findall(page.pdf(format="A4")))


@pytest.mark.parametrize("address", ADDRESSES)
def test_every_page_prints_its_head_and_none_of_the_furniture(page, site, address):
    page.goto(address)
    expect(page.locator(".letterhead")).to_be_hidden()
    page.emulate_media(media="print")
    expect(page.locator(".emblem")).to_be_visible()
    expect(page.locator(".name")).to_be_visible()
    expect(page.locator(".letterhead")).to_contain_text("Press Office · +44 (0) 20 7946 0123 · press@example.org")
    for selector in (".top-bar", ".menu", ".finder", ".breadcrumbs", ".site-footer", "button"):
        for element in page.locator(selector).all():
            expect(element).to_be_hidden()
    texts = page.locator("main").inner_text().split()
    assert len(texts) > 5, texts


@pytest.mark.parametrize("address", ADDRESSES)
def test_every_sheet_has_the_address_of_its_page_and_its_number(page, site, address):
    page.goto(address)
    page.emulate_media(media="print")
    shown = page.evaluate("getComputedStyle(document.documentElement).getPropertyValue('--address')")
    assert shown == f'"{site}{address.partition("?")[0]}"'
    margins = page.evaluate(
        """[...document.styleSheets].flatMap((sheet) => [...sheet.cssRules])
             .filter((rule) => rule instanceof CSSPageRule).map((rule) => rule.cssText).join()"""
    )
    assert "counter(page)" in margins
    assert "var(--address)" in margins


def test_the_counters_are_on_the_paper_of_their_page(page, site):
    page.goto("/counters/")
    page.emulate_media(media="print")
    expect(page.locator(".counters")).to_be_visible()


def test_home_prints_the_whole_featured_text_and_not_the_lists_around_it(page, site):
    a_message(headline="A speech", body=f"<p>{'A word of it. ' * 40}</p>" * 6 + "<p>The end.</p>", featured=True)
    page.set_viewport_size({"width": 390, "height": 844})
    page.goto("/")
    page.emulate_media(media="print")
    expect(page.get_by_text("The end.")).to_be_visible()
    for selector in (".counters", ".latest", ".rest > summary"):
        expect(page.locator(selector)).to_be_hidden()


def test_a_message_prints_its_facts_after_the_text_with_addresses(page, site):
    a_message(source_name="MFA")
    message = a_long_message()
    page.goto(message.get_absolute_url())
    page.emulate_media(media="print")
    expect(page.locator(".attachments")).to_contain_text(f"{site}/media/{message.attachments.get().file.name}")
    expect(page.get_by_text("The date was wrong.")).to_be_visible()
    expect(page.locator(".printed").last).to_contain_text("Text as of 24 November 2020, 12:37 London · 15:37 Moscow.")
    for selector in (".use", ".neighbours", ".related", ".copier", ".rail [href^='mailto:']"):
        expect(page.locator(selector).first).to_be_hidden()
    body, rail = page.locator(".body").bounding_box(), page.locator(".rail").bounding_box()
    assert rail["y"] > body["y"] + body["height"] - 1


def test_a_picture_is_at_most_11_centimetres_high_so_that_text_is_on_the_first_sheet(page, site):
    message = a_long_message()
    page.goto(message.get_absolute_url())
    page.emulate_media(media="print")
    picture = page.locator(".picture img").bounding_box()
    assert picture["height"] <= 11 * CENTIMETRE + 1
    assert picture["width"] / picture["height"] == pytest.approx(800 / 1200, abs=0.01)


def test_headings_and_rows_are_kept_together(page, site):
    message = a_long_message()
    page.goto(message.get_absolute_url())
    page.emulate_media(media="print")
    assert page.locator(".body h2").first.evaluate("heading => getComputedStyle(heading).breakAfter") == "avoid"
    assert page.locator(".picture").evaluate("figure => getComputedStyle(figure).breakInside") == "avoid"
    page.goto("/messages/")
    page.emulate_media(media="print")
    assert page.locator(".entries > li").first.evaluate("row => getComputedStyle(row).breakInside") == "avoid"


def test_the_contact_page_of_the_sample_is_one_sheet_without_a_form(page, site):
    call_command("load_sample", verbosity=0)
    assert sheets_of(page, "/contact/") == 1
    page.emulate_media(media="print")
    for selector in ("form", ".topics", ".below"):
        for element in page.locator(selector).all():
            expect(element).to_be_hidden()
    expect(page.locator(".emergency").first).to_be_visible()


def test_paper_has_as_many_sheets_as_the_text_needs(page, site):
    assert sheets_of(page, a_message(body="<p>Short.</p>").get_absolute_url()) == 1
    assert sheets_of(page, a_long_message().get_absolute_url()) <= 4
    assert sheets_of(page, "/counters/") == 1


def sheets_of(page, address):
    page.goto(address)
    return sheets(page)
