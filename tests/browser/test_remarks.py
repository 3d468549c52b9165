"""Remarks on a message: two officers write, quote, reply and resolve, and nothing typed into the form is lost."""

import pytest
from django.contrib.auth import get_user_model
from playwright.sync_api import expect

from news.models import Message
from remarks.models import Remark
from tests.factories import NOON, a_message
from tests.helpers.desk_pages import lose_working_copies
from tests.helpers.message_form import change_url
from tests.helpers.remarks import a_remark, remarks_url
from tests.helpers.versions import write_as

pytestmark = pytest.mark.django_db(transaction=True)

SELECT_WORD = """() => {
  const node = document.querySelector(".cke_wysiwyg_div strong").firstChild;
  getSelection().selectAllChildren(node.parentElement);
}"""


@pytest.fixture
def draft():
    return a_message(
        publish_at=None, headline="On the talks", body="<p>Both sides have <strong>agreed</strong> today.</p>"
    )


def editor(page):
    return page.locator(".cke_wysiwyg_div")


def card(page):
    return page.locator(".edit-card:has([data-remarks])")


def open_message(page, message):
    """Open the form of a message and the card with its remarks."""
    lose_working_copies(page.context)  # none arrives after the test
    page.goto(change_url(message))
    expect(editor(page)).to_be_editable()
    if not page.locator("[data-remarks]").is_visible():
        card(page).locator("summary").first.click()


def headline(page):
    return page.get_by_role("textbox", name="Headline")


def write_remark(page, text):
    page.get_by_label("New remark").fill(text)
    page.get_by_role("button", name="Add the remark").click()


def test_two_officers_talk_about_selected_words(anna, boris, draft, axe):
    write_as(get_user_model().objects.get(username="boris"), draft)
    open_message(anna, draft)
    headline(anna).fill("On the talks in Geneva")
    anna.evaluate(SELECT_WORD)
    anna.get_by_role("button", name="Remark on the selection").click()
    expect(card(anna).locator("[data-quoted] q")).to_have_text("agreed")
    write_remark(anna, "Who agreed?\nAnd when?")
    expect(card(anna).locator(".words")).to_have_text("Who agreed?\nAnd when?")
    expect(card(anna).locator("[data-card-value]")).to_have_text("1 open")
    expect(anna.locator("[data-open-remarks]")).to_have_text("1 remark is open")
    expect(headline(anna)).to_have_value("On the talks in Geneva")
    expect(anna.get_by_label("New remark")).to_have_value("")
    expect(card(anna).locator("[data-quoted]")).to_be_hidden()

    open_message(boris, draft)
    boris.get_by_role("button", name="agreed").click()
    assert boris.evaluate("getSelection().toString()") == "agreed"
    card(boris).locator(".answer summary").click()
    boris.get_by_label("Reply", exact=True).fill("Both ministers, on Monday.")
    boris.keyboard.press("Control+Enter")  # sends the reply, not the message
    expect(card(boris).locator(".reply .words")).to_have_text("Both ministers, on Monday.")
    assert axe(boris, without=[".django-ckeditor-widget"]) == []

    write_remark(anna, "A second one")
    expect(card(anna).locator(".reply .words")).to_have_text("Both ministers, on Monday.")
    expect(anna.locator("[data-open-remarks]")).to_have_text("2 remarks are open")
    for count in (1, 0):
        anna.get_by_role("button", name="Resolve").first.click()
        expect(card(anna).locator("article.remark")).to_have_count(count)
    expect(card(anna).locator("[data-card-value]")).to_have_text("2 resolved")
    expect(anna.locator("[data-open-remarks]")).to_be_hidden()
    expect(headline(anna)).to_have_value("On the talks in Geneva")
    assert Message.objects.get().headline == "On the talks"


def test_a_quotation_whose_words_are_gone_says_so(anna, draft):
    a_remark(draft, get_user_model().objects.get(username="anna"), quotation="agreed to meet")
    open_message(anna, draft)
    missing = anna.get_by_text("These words are no longer in the text.")
    expect(missing).to_be_hidden()
    anna.get_by_role("button", name="agreed to meet").click()
    expect(missing).to_be_visible()
    editor(anna).fill("Both sides have agreed to  meet.")
    anna.get_by_role("button", name="agreed to meet").click()
    expect(missing).to_be_hidden()
    assert anna.evaluate("getSelection().toString()").split() == ["agreed", "to", "meet"]


@pytest.mark.may_complain  # of the status 422
def test_an_error_keeps_every_text_that_was_typed(anna, draft):
    thread = a_remark(draft, get_user_model().objects.get(username="anna"))
    open_message(anna, draft)
    card(anna).locator(".answer summary").click()
    anna.get_by_label("Reply", exact=True).fill("Half a reply")
    anna.get_by_role("button", name="Remark on the selection").click()
    expect(anna.get_by_text("Select words in the text first")).to_be_visible()
    write_remark(anna, "x" * 2_001)
    expect(card(anna).get_by_role("alert").filter(has_text="The remark is too long")).to_be_visible()
    expect(anna.get_by_label("New remark")).to_have_value("x" * 2_001)
    write_remark(anna, "Short enough")
    expect(card(anna).locator("article.remark")).to_have_count(2)
    expect(anna.get_by_label("Reply", exact=True).first).to_have_value("Half a reply")
    assert not thread.replies.exists()


def test_a_remark_that_does_not_arrive_stays_in_its_field(anna, draft):
    open_message(anna, draft)
    anna.route(f"**{remarks_url(draft)}", lambda route: route.fulfill(status=204, body=""))
    write_remark(anna, "Not lost")
    expect(card(anna).get_by_role("alert").filter(has_text="was not sent")).to_be_visible()
    expect(anna.get_by_label("New remark")).to_have_value("Not lost")
    assert not Remark.objects.exists()


def test_remarks_work_without_scripts(open_page, log_in, draft):
    page = open_page(java_script_enabled=False)
    officer = log_in(page)
    thread = a_remark(draft, officer, written_at=NOON)
    page.goto(change_url(draft))
    expect(page.get_by_role("button", name="Remark on the selection")).to_be_hidden()
    page.get_by_role("button", name="Resolve").click()
    page.wait_for_url("**/change/#card-remarks")
    thread.refresh_from_db()
    assert not thread.is_open
    if not page.get_by_label("New remark").is_visible():
        card(page).locator("summary").first.click()
    write_remark(page, " ")
    expect(page.get_by_text("Enter your remark.")).to_be_visible()
    page.get_by_label("Remark").fill("By hand")
    page.get_by_role("button", name="Add the remark").click()
    page.wait_for_url("**/change/#card-remarks")
    assert Remark.objects.latest("pk").text == "By hand"


def test_remarks_on_a_narrow_dark_page_with_text_from_right_to_left(open_page, log_in, draft, axe):
    page = open_page(viewport={"width": 390, "height": 844}, color_scheme="dark")
    officer = log_in(page)
    a_remark(draft, officer, "يرجى ذكر المصدر", quotation="تصريح السفارة")
    open_message(page, draft)
    assert page.locator(".remarks .words").evaluate("element => getComputedStyle(element).direction") == "rtl"
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    assert axe(page, without=[".django-ckeditor-widget"]) == []
