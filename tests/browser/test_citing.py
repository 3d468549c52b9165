"""Citing in a browser: links to paragraphs that survive edits, and copied citations."""

import pytest
from playwright.sync_api import expect

from tests.factories import NOON, a_counter, a_message

pytestmark = pytest.mark.django_db(transaction=True)

OPENING = "We have asked for an answer many times, "
BODY = f"<p>Dear colleagues, I thank you.</p><p>{OPENING}and none has come.</p>" + "<p>More of it follows.</p>" * 30


@pytest.fixture
def message():
    return a_message(headline="On the “talks”", body=BODY, publish_at=NOON)


def copied(page):
    return page.evaluate("navigator.clipboard.readText()")


def opacity(button):
    return button.evaluate("button => getComputedStyle(button).opacity")


def test_the_mouse_copies_the_link_of_a_paragraph(page, site, message):
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.goto(f"{site}{message.get_absolute_url()}?utm_source=elsewhere")
    passage = page.locator(".body > p").nth(1)
    passage.hover()
    button = passage.get_by_role("button", name="Copy link to this paragraph", exact=True)
    assert opacity(button) == "1"
    assert passage.inner_text().strip() == f"{OPENING}and none has come."  # no sign of it in copied text
    button.click()
    expect(passage.get_by_role("status")).to_have_text("Copied.")
    assert copied(page) == f"{site}{message.get_absolute_url()}#{passage.get_attribute('id')}"


def test_the_link_is_shown_beside_the_paragraph_under_the_mouse_only(page, site, message):
    page.goto(f"{site}{message.get_absolute_url()}")
    button = page.get_by_role("button", name="Copy link to this paragraph")
    page.mouse.move(0, 0)
    assert opacity(button) == "0"
    for number in (2, 3):
        page.locator(".body > p").nth(number).hover()
        assert opacity(page.locator(".body > p").nth(number).locator(".copier button")) == "1"
    expect(button).to_have_count(1)


def test_the_keyboard_copies_the_link_of_a_paragraph(page, site, message):
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.goto(f"{site}{message.get_absolute_url()}")
    button = page.get_by_role("button", name="Copy link to this paragraph", exact=True)
    page.get_by_text("Follow Statements").focus()
    page.keyboard.press("Tab")
    expect(button).to_be_focused()  # one stop for the whole text
    assert button.evaluate("button => getComputedStyle(button, '::before').content").startswith('"Copy link"')
    page.keyboard.press("ArrowUp")
    expect(page.locator(".body > p").nth(0).locator("button")).to_be_focused()
    for _step in range(2):
        page.keyboard.press("ArrowDown")
    expect(page.locator(".body > p").nth(2).locator("button")).to_be_focused()
    page.locator(".body > p").nth(5).hover()
    expect(page.locator(".body > p").nth(2).locator("button")).to_be_focused()  # the mouse does not take it away
    page.keyboard.press("Enter")
    expect(page.locator(".body > p").nth(2).get_by_role("status")).to_have_text("Copied.")
    assert copied(page).endswith(f"#{page.locator('.body > p').nth(2).get_attribute('id')}")
    page.keyboard.press("Tab")
    assert not page.evaluate("document.querySelector('.body').contains(document.activeElement)")


def test_a_touch_shows_a_button_that_copies_the_link(phone, site, message):
    phone.context.grant_permissions(["clipboard-read", "clipboard-write"])
    phone.goto(f"{site}{message.get_absolute_url()}")
    passage = phone.locator(".body > p").nth(1)
    passage.tap()
    button = passage.get_by_role("button", name="Copy link to this paragraph", exact=True)
    assert opacity(button) == "1"
    assert button.bounding_box()["height"] >= 44
    button.tap()
    expect(passage.get_by_role("status")).to_have_text("Copied.")
    assert copied(phone).endswith(f"{message.get_absolute_url()}#{passage.get_attribute('id')}")


def test_the_link_of_the_message_is_copied_and_confirmed(page, site, message):
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.goto(f"{site}{message.get_absolute_url()}?utm_source=elsewhere#p-00000000-00000000")
    page.get_by_role("button", name="Copy link", exact=True).click()
    expect(page.locator(".rail").get_by_role("status").first).to_have_text("Copied.")
    assert copied(page) == f"{site}{message.get_absolute_url()}"


def test_the_page_is_printed_by_its_button(page, site, message):
    page.add_init_script("window.print = () => { document.title = 'printed' }")
    page.goto(f"{site}{message.get_absolute_url()}")
    page.get_by_role("button", name="Print", exact=True).click()
    expect(page).to_have_title("printed")


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
    assert copied(page).startswith("Embassy of the Republic in London, “On the ‘talks’”, 24 November 2020, ")
    assert copied(page).endswith(message.get_absolute_url())


def test_the_citation_is_downloaded_for_reference_managers(page, site, message):
    page.goto(f"{site}{message.get_absolute_url()}")
    page.locator(".cite summary").click()
    for name, kind in (("BibTeX", "bib"), ("RIS", "ris")):
        with page.expect_download() as started:
            page.get_by_role("link", name=name).click()
        assert started.value.suggested_filename == f"{message.slug}.{kind}"


def test_the_link_of_a_counter_and_the_html_to_embed_it_are_copied(page, site):
    counter = a_counter(incident="the “fire” & flood")
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.goto(f"{site}{counter.get_absolute_url()}")
    page.get_by_role("button", name="Copy link").click()
    expect(page.get_by_role("status").first).to_have_text("Copied.")
    assert copied(page) == f"{site}{counter.get_absolute_url()}"
    page.get_by_role("button", name="Copy", exact=True).click()
    expect(page.get_by_role("status").last).to_have_text("Copied.")
    snippet = copied(page)
    page.goto(f"{site}/contact/")
    found = page.evaluate("(html) => new DOMParser().parseFromString(html, 'text/html').images[0].alt", snippet)
    assert found == "Days since the “fire” & flood"
