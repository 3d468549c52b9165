"""Checks beside the text while it is written: counted, each leads to its place; without a script those of the save."""

import pytest
from playwright.sync_api import expect

from news import link_checker
from news.link_checker import BrokenLink
from news.models import Message
from pages.models import Page
from tests.factories import a_message
from tests.helpers.message_form import ADD_URL, change_url

pytestmark = pytest.mark.django_db(transaction=True)

PHONE = {"width": 390, "height": 844}
CARD, BAR_COUNT, SAID = "#card-checks", ".edit-bar [data-checks-count]", "[data-checks-said]"
# Where the caret is: the tag and the words of the block around it
CARET = """() => {
  const block = getSelection().anchorNode;
  const element = (block.nodeType === 1 ? block : block.parentElement).closest("p, h2, li, td");
  return [element.localName, element.textContent];
}"""

# Counts in `window.changes` how often the content of an element is replaced
COUNT_CHANGES = """selector => {
  window.changes = 0;
  const observer = new MutationObserver(() => { window.changes += 1; });
  observer.observe(document.querySelector(selector), { childList: true });
}"""


@pytest.fixture
def draft():
    paragraphs = "".join(f"<p>Paragraph {number} of a long statement by the Embassy.</p>" for number in range(30))
    return a_message(headline="A statement", lead="A lead.", body=paragraphs, publish_at=None)


@pytest.fixture
def desk(staff, draft):
    staff.goto(change_url(draft))
    expect(staff.locator(".cke_wysiwyg_div")).to_be_editable()
    return staff


def count(page):
    return page.locator(".edit-card [data-card-value]", has_text="to look at")


def findings(page):
    return page.locator(f"{CARD} li a")


def follow(page, finding):
    """Open the card by the count beside the primary button, and click on a finding."""
    page.locator(BAR_COUNT).click()
    finding.click()


def write(page, html):
    """Put a text into the editor, as if it had been typed."""
    page.evaluate(
        "html => { const editor = CKEDITOR.instances.id_body; editor.setData(html, () => editor.fire('change')) }", html
    )


def test_checks_follow_the_typing_and_are_counted(desk):
    expect(desk.locator(BAR_COUNT)).to_be_hidden()
    desk.get_by_label("Headline").fill("x" * 130)
    expect(findings(desk)).to_have_text(["The headline has 130 characters. Lists and searches show at most 120."])
    expect(desk.locator(BAR_COUNT)).to_have_text("1 to look at")
    expect(count(desk)).to_have_count(1)
    desk.get_by_label("Headline").fill("Short")
    expect(desk.locator(BAR_COUNT)).to_be_hidden()
    expect(findings(desk)).to_have_count(0)


def test_the_number_is_announced_when_it_changes_and_only_then(desk):
    desk.get_by_label("Headline").fill("x" * 130)
    expect(desk.locator(SAID)).to_have_text("Checks: 1 to look at")
    desk.evaluate(COUNT_CHANGES, SAID)
    desk.get_by_label("Headline").fill("x" * 140)
    expect(findings(desk)).to_contain_text(["has 140 characters"])
    assert desk.evaluate("window.changes") == 0


def test_a_finding_in_the_text_leads_to_its_paragraph(desk):
    russian = "Посольство благодарит всех участников переговоров этой недели."
    write(desk, "<p>The Embassy thanks all who took part in the talks.</p>" * 30 + f"<p>{russian}</p><p>End.</p>")
    finding = findings(desk).filter(has_text="is in Cyrillic script")
    follow(desk, finding)
    expect(desk.locator(".cke_wysiwyg_div p", has_text=russian)).to_be_in_viewport()
    assert desk.evaluate(CARET) == ["p", russian]
    desk.get_by_role("button", name="Mark as Russian").click()
    expect(finding).to_have_count(0)
    assert f'<p dir="ltr" lang="ru">{russian}</p>' in desk.evaluate("CKEDITOR.instances.id_body.getData()")


def test_a_finding_about_a_field_leads_to_it_and_opens_its_card(desk):
    desk.get_by_label("Headline").fill("Заявление Посольства в связи с переговорами")
    write(desk, "<p>Посольство благодарит всех участников переговоров этой недели.</p>")
    follow(desk, findings(desk).filter(has_text="Check the language"))
    expect(desk.locator("#id_language")).to_be_focused()
    expect(desk.locator("#id_language")).to_be_in_viewport()


def test_tables_links_and_images_are_found_by_their_number(desk):
    table = "<table><tbody><tr><td>a</td></tr><tr><td>second</td></tr></tbody></table>"
    write(desk, f'<p>Words <a href="/messages/">All messages</a> <a href="#gone">the rules</a></p>{table}<p>End.</p>')
    follow(desk, findings(desk).filter(has_text="no such anchor"))
    assert desk.evaluate("getSelection().anchorNode.textContent") == "the rules"
    expect(findings(desk).filter(has_text="no header row")).to_have_count(1)
    expect(desk.locator(f"{CARD} .wrong li")).to_have_count(1)


def test_what_is_fine_is_folded_and_stays_open(desk):
    desk.get_by_label("Headline").fill("Another statement")
    fine = desk.locator(f"{CARD} .fine li").first
    desk.locator("summary", has_text="Checks").click()
    expect(fine).to_be_hidden()
    desk.get_by_text("What is fine").click()
    expect(fine).to_be_visible()
    desk.get_by_label("Headline").fill("x" * 130)
    expect(findings(desk)).to_have_count(1)
    expect(fine).to_be_visible()


def test_a_new_message_is_checked_before_its_first_save(staff):
    staff.goto(ADD_URL)
    expect(staff.locator(BAR_COUNT)).to_be_hidden()
    staff.get_by_label("Headline").fill("x" * 130)
    expect(staff.locator(BAR_COUNT)).to_have_text("2 to look at")
    assert not Message.objects.exists()


def test_links_are_checked_while_writing(desk, monkeypatch):
    asked = []
    monkeypatch.setattr(
        link_checker, "check_links", lambda urls: asked.append(urls) or [BrokenLink(urls[0], "leads nowhere.")]
    )
    write(desk, '<p>The rules are <a href="https://example.org/gone">in this letter</a>.</p>')
    expect(findings(desk)).to_have_text(["https://example.org/gone leads nowhere."])
    expect(desk.locator(f"{CARD} .wrong small")).to_have_text("checked just now")
    assert asked == [["https://example.org/gone"]]


def test_links_of_a_saved_text_are_checked_when_it_is_opened(staff, monkeypatch):
    monkeypatch.setattr(link_checker, "check_links", lambda urls: [])
    message = a_message(publish_at=None, source_url="https://example.org/", lead="A lead.", body="<p>A text.</p>")
    staff.goto(change_url(message))
    expect(staff.locator(f"{CARD} .fine")).to_contain_text("1 link to another site works, checked just now.")


def test_checks_that_cannot_be_brought_up_to_date_say_so(desk):
    desk.route("**/checks/", lambda route: route.fulfill(body="<p>Sign in</p>"))
    desk.get_by_label("Headline").fill("x" * 130)
    expect(desk.locator("[data-checks-note]")).to_have_text("The checks could not be brought up to date.")
    desk.unroute("**/checks/")
    desk.get_by_label("Headline").fill("x" * 131)
    expect(desk.locator("[data-checks-note]")).to_be_hidden()
    expect(findings(desk)).to_have_count(1)


def test_without_a_script_the_checks_are_those_of_the_saved_text(open_page, log_in):
    message = a_message(headline="x" * 130, lead="A lead.", body="<p>A text.</p>", publish_at=None)
    page = open_page(java_script_enabled=False)
    log_in(page)
    page.goto(change_url(message))
    expect(page.locator("[data-checks-note]")).to_contain_text("describe the text as last saved")
    expect(findings(page)).to_have_attribute("href", "#id_headline")
    expect(page.locator(BAR_COUNT)).to_have_text("1 to look at")


def test_a_page_is_checked_while_it_is_written(staff):
    page = Page.objects.create(title="Visas", path="visas", body="<p>How to apply.</p>", shown=False)
    staff.goto(f"/admin/pages/page/{page.pk}/change/")
    expect(staff.locator(".cke_wysiwyg_div")).to_be_editable()
    write(staff, '<p>How to apply.</p><p>Read <a href="/visas/">here</a>.</p>')
    expect(findings(staff)).to_contain_text(["does not describe its target"])
    expect(staff.locator(BAR_COUNT)).to_have_text("1 to look at")


@pytest.mark.parametrize("viewport", [{"width": 1280, "height": 800}, PHONE], ids=["laptop", "phone"])
def test_the_card_has_no_violations(open_page, log_in, axe, viewport):
    body = '<p>Read <a href="/messages/">here</a> about <a href="/gone/">the rules</a>.</p>'
    message = a_message(headline="x" * 130, lead="", body=body, publish_at=None)
    page = open_page(viewport=viewport)
    log_in(page)
    page.goto(change_url(message))
    page.get_by_text("What is fine").click()
    assert [found for found in axe(page) if "check" in found] == []
