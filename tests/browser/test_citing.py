"""Citing in a browser: links to paragraphs that survive edits, and copied citations."""

import re

import pytest
from playwright.sync_api import expect

from tests.factories import NOON, a_counter, a_message

pytestmark = pytest.mark.django_db(transaction=True)

OPENING = "We have asked for an answer many times, "
BODY = f"<p>Dear colleagues, I thank you.</p><p>{OPENING}and none has come.</p>" + "<p>More of it follows.</p>" * 30


@pytest.fixture
def message():
    return a_message(headline="On the “talks”", body=BODY, publish_at=NOON)


def test_a_paragraph_shows_its_link_on_hover(page, site, message):
    page.goto(f"{site}{message.get_absolute_url()}")
    passage = page.locator(".body > p").nth(1)
    link = passage.locator("a.paragraph-link")
    expect(link).to_be_hidden()
    passage.hover()
    expect(link).to_be_visible()
    link.click()
    expect(page).to_have_url(re.compile(f"#{passage.get_attribute('id')}$"))
    assert passage.inner_text().strip() == f"{OPENING}and none has come."  # no link symbol in copied text


def test_paragraph_links_are_not_in_the_tab_order(page, site, message):
    page.goto(f"{site}{message.get_absolute_url()}")
    page.locator("h1").click()
    page.keyboard.press("Tab")
    expect(page.locator(".cite summary")).to_be_focused()


def test_a_paragraph_is_reached_from_the_list_by_keyboard(page, site, message):
    page.goto(f"{site}{message.get_absolute_url()}")
    page.locator(".cite summary").press("Enter")
    page.get_by_role("link", name="We have asked for an answer").press("Enter")
    expect(page.locator(".body > p").nth(1)).to_be_in_viewport()
    assert page.evaluate("document.querySelector(':target').textContent").startswith(OPENING)


def test_a_link_finds_a_paragraph_that_was_edited_after_its_beginning(page, site, message):
    page.goto(f"{site}{message.get_absolute_url()}")
    name = page.locator(".body > p").nth(1).get_attribute("id")
    message.body = "<p>A newcomer.</p>" * 40 + BODY.replace("none has come", "one has come at last")
    message.save()
    page.goto(f"{site}/")
    page.goto(f"{site}{message.get_absolute_url()}#{name}")
    passage = page.locator(".body > p", has_text="one has come at last")
    expect(passage).to_be_in_viewport()
    assert page.evaluate("document.querySelector(':target').textContent").endswith("one has come at last.")


def test_an_invalid_fragment_changes_nothing(page, site, message):
    for mangled in ("#p-", "#p-00000000-00000000", "#p-0000", "#%", '#p-00000000"]'):
        page.goto("about:blank")  # so that the page is loaded, and not only its fragment changed
        page.goto(f"{site}{message.get_absolute_url()}{mangled}")
        assert page.evaluate("scrollY") == 0, mangled
        expect(page.locator("h1")).to_have_text("On the “talks”")


def test_a_citation_is_copied_and_confirmed(page, site, message):
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.goto(f"{site}{message.get_absolute_url()}")
    page.locator(".cite summary").click()
    page.locator(".cite").get_by_role("button", name="Copy").click()
    expect(page.locator(".cite").get_by_role("status")).to_have_text("Copied.")
    copied = page.evaluate("navigator.clipboard.readText()")
    assert copied.startswith("Embassy of the Republic in London, “On the “talks””, 24 November 2020, ")
    assert copied.endswith(message.get_absolute_url())


def test_the_link_of_a_counter_and_the_html_to_embed_it_are_copied(page, site):
    counter = a_counter(incident="the “fire” & flood")
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.goto(f"{site}{counter.get_absolute_url()}")
    page.get_by_role("button", name="Copy link").click()
    expect(page.get_by_role("status").first).to_have_text("Copied.")
    assert page.evaluate("navigator.clipboard.readText()") == f"{site}{counter.get_absolute_url()}"
    page.get_by_role("button", name="Copy", exact=True).click()
    expect(page.get_by_role("status").last).to_have_text("Copied.")
    snippet = page.evaluate("navigator.clipboard.readText()")
    page.goto(f"{site}/contact/")
    found = page.evaluate("(html) => new DOMParser().parseFromString(html, 'text/html').images[0].alt", snippet)
    assert found == "Days since the “fire” & flood"
