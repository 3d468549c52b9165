"""Forms in a browser that are sent twice: a double click, and Back after a save."""

import pytest
from playwright.sync_api import expect

from news.models import Message
from tests.factories import a_category
from tests.helpers.desk_pages import open_steps
from tests.helpers.message_form import ADD_URL

pytestmark = pytest.mark.django_db(transaction=True)

NOTICES = "/admin/consular/notice/add/"


@pytest.fixture
def officer(page, log_in):
    """A page on which a superuser is signed in."""
    log_in(page)
    return page


def fill_in(page, headline):
    page.goto(ADD_URL)
    page.get_by_role("textbox", name="Headline").fill(headline)
    page.locator(".cke_wysiwyg_div").fill("The text.")
    page.get_by_role("radio", name="Statements").check()


def test_a_double_click_on_approve_publishes_one_message(officer):
    a_category()
    fill_in(officer, "Once")
    open_steps(officer)
    officer.locator(".override [name=_approve]").click()
    officer.locator("[name=override]").fill("Alone on duty.")
    officer.locator("#choices [data-confirm]").dblclick()
    expect(officer.locator(".messagelist")).to_contain_text("Published at")
    expect(officer.locator(".errornote")).to_have_count(0)
    assert Message.objects.count() == 1


def test_two_submissions_without_the_script_save_one_notice(open_page, log_in):
    page = open_page(java_script_enabled=False)
    log_in(page)
    page.goto(NOTICES)
    page.get_by_label("Sentence").fill("Closed on Friday.")
    page.locator("[name=_save]").dblclick()
    expect(page.locator(".messagelist li")).to_have_count(1)
    expect(page.locator("#result_list tbody tr")).to_have_count(1)


def test_the_pressed_button_says_what_happens_and_can_be_pressed_after_going_back(officer):
    officer.goto(NOTICES)
    officer.evaluate("addEventListener('submit', (event) => event.preventDefault())")  # stays on the page
    button = officer.locator("[name=_save]")
    officer.evaluate("document.querySelector('#notice_form').noValidate = true")
    button.click()
    expect(button).to_have_text("Saving …")
    officer.evaluate("dispatchEvent(new PageTransitionEvent('pageshow', { persisted: true }))")
    expect(button).to_have_text("Save")


def test_back_and_save_with_other_words_saves_nothing_and_shows_them(officer):
    officer.goto(NOTICES)
    officer.get_by_label("Sentence").fill("Closed on Friday.")
    officer.locator("[name=_save]").click()
    expect(officer.locator(".messagelist")).to_be_visible()
    officer.go_back()
    if officer.get_by_label("Sentence").input_value() == "":  # the browser has not restored the text
        officer.get_by_label("Sentence").fill("Closed on Friday.")
        officer.evaluate("dispatchEvent(new PageTransitionEvent('pageshow'))")
    officer.get_by_label("Sentence").fill("Closed on Monday.")
    officer.locator("[name=_save]").click()
    expect(officer.get_by_role("heading", name="This was saved already")).to_be_visible()
    expect(officer.locator(".unsaved-text textarea")).to_have_value("Closed on Monday.")
    officer.get_by_role("link", name="Open what was saved").click()
    expect(officer.get_by_label("Sentence")).to_have_value("Closed on Friday.")
