"""The consular desk in a browser: the workflow of an enquiry, two officers on one enquiry, accessibility."""

import re
from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from accounts import roles
from consular.models import AnswerTemplate, Enquiry, EnquiryLogEntry
from tests.browser.conftest import DESKTOP, PHONE
from tests.factories import a_topic, an_enquiry
from tests.helpers.accounts import a_member

pytestmark = pytest.mark.django_db(transaction=True)

TABLET = {"viewport": {"width": 800, "height": 1000}}
DESK = "/admin/consular/enquiry/"


@pytest.fixture
def elena(open_page, log_in):
    """A page on which a consular officer is signed in."""
    page = open_page()
    page.officer = log_in(page, a_member(roles.CONSULAR, username="elena", first_name="Elena", last_name="Orlova"))
    return page


@pytest.fixture
def mark(open_page, log_in):
    page = open_page()
    page.officer = log_in(page, a_member(roles.CONSULAR, username="mark", first_name="Mark", last_name="Weaver"))
    return page


@pytest.fixture
def enquiry(site):
    enquiry = an_enquiry(name="Anna Secret", at=timezone.now() - timedelta(days=30))
    AnswerTemplate.objects.create(
        name="Report", topic=enquiry.topic, text="Dear {name},\n\nplease bring the report.\n{officer}"
    )
    return enquiry


def press(page, name):
    page.get_by_role("button", name=name, exact=True).click()


def open_enquiry(page, enquiry):
    page.goto(f"{DESK}{enquiry.pk}/change/")


def said(page):
    return page.locator(".messagelist")


def state(page):
    return page.locator(".edit-head .state")


def choose(page, name):
    """Press a button in the menu of the action bar."""
    page.locator(".edit-bar .menu > summary").click()
    press(page, name)


def test_an_enquiry_is_assigned_answered_and_closed(elena, enquiry):
    elena.goto("/admin/")
    expect(elena.locator(".dashboard-columns .open-enquiries")).to_contain_text("overdue since")
    elena.locator(".dashboard-columns .open-enquiries").get_by_role("link", name=enquiry.reference).click()
    choose(elena, "Assign to me")
    expect(said(elena)).to_contain_text("Assigned to you.")
    expect(state(elena)).to_have_text("being answered")

    elena.get_by_label("Internal note").fill("Called her.")
    press(elena, "Save note")
    expect(elena.locator(".story .note")).to_contain_text("Called her.")

    elena.get_by_label("Template").select_option("Report")
    press(elena, "Insert template")
    text = elena.get_by_label("Reply:")
    expect(text).to_have_value("Dear Anna Secret,\n\nplease bring the report.\nElena Orlova")
    press(elena, "Preview e-mail")
    expect(elena.locator("#preview")).to_be_focused()
    expect(elena.locator("#preview")).to_contain_text("> I have lost my passport.")
    press(elena, "Send reply")
    expect(said(elena)).to_contain_text("The reply will be sent by e-mail.")
    expect(state(elena)).to_have_text("answered")
    choose(elena, "Close")
    expect(state(elena)).to_have_text("closed")

    Enquiry.objects.get().add("One thing more.", at=timezone.now())
    elena.goto(DESK)
    expect(elena.get_by_role("row", name=enquiry.reference)).to_contain_text("visitor has added")


def test_a_suspected_enquiry_is_marked_as_not_spam(elena, enquiry):
    suspected = an_enquiry(topic=enquiry.topic, suspicion="The text holds many links.", at=timezone.now())
    elena.goto("/admin/")
    elena.get_by_role("link", name="1 suspected spam to review").click()
    elena.get_by_role("link", name=suspected.reference).click()
    expect(elena.locator(".suspicion")).to_contain_text("The text holds many links.")
    expect(elena.get_by_label("Reply:")).to_have_count(0)
    press(elena, "Not spam")
    expect(state(elena)).to_have_text("received")
    expect(elena.get_by_label("Reply:")).to_be_visible()


def test_an_answer_is_not_sent_before_its_officer_has_seen_a_colleagues_answer(elena, mark, enquiry):
    open_enquiry(elena, enquiry)
    open_enquiry(mark, enquiry)
    mark.get_by_label("Reply:").fill("Mark's answer.")
    press(mark, "Send reply")
    expect(said(mark)).to_contain_text("The reply will be sent by e-mail.")
    elena.get_by_label("Reply:").fill("Elena's answer.")
    press(elena, "Send reply")
    expect(elena.locator("#changes")).to_be_focused()
    expect(elena.locator("#changes")).to_contain_text("Mark's answer.")
    expect(elena.get_by_label("Reply:")).to_have_value("Elena's answer.")
    assert enquiry.entries.count() == 1
    press(elena, "Send reply")
    expect(said(elena)).to_contain_text("The reply will be sent by e-mail.")
    assert [entry.text for entry in enquiry.entries.all()] == ["Mark's answer.", "Elena's answer."]
    assert {trace.by for trace in enquiry.log_entries.filter(kind=EnquiryLogEntry.Kind.OPENED)} == {
        elena.officer,
        mark.officer,
    }


def test_the_caret_is_in_the_reply_to_what_waits(elena, enquiry):
    open_enquiry(elena, enquiry)
    expect(elena.get_by_label("Reply:")).to_be_focused()
    elena.get_by_label("Reply:").fill("Text.")
    press(elena, "Send reply")
    expect(said(elena)).to_be_visible()
    assert elena.evaluate("document.activeElement.tagName") == "BODY"


def test_a_template_stands_at_the_caret_and_ctrl_z_takes_it_away(elena, enquiry):
    open_enquiry(elena, enquiry)
    elena.evaluate("window.isSamePage = true")
    text = elena.get_by_label("Reply:")
    text.press_sequentially("Before.\n\nAfter.")
    text.evaluate("field => field.setSelectionRange(7, 7)")
    elena.get_by_label("Template").select_option("Report")
    press(elena, "Insert template")
    template = "Dear Anna Secret,\n\nplease bring the report.\nElena Orlova"
    expect(text).to_have_value(f"Before.\n\n{template}\n\n\n\nAfter.")
    expect(text).to_be_focused()
    elena.keyboard.press("Control+z")
    expect(text).to_have_value("Before.\n\nAfter.")
    assert elena.evaluate("window.isSamePage")


def test_the_preview_takes_the_place_of_the_text(elena, enquiry):
    open_enquiry(elena, enquiry)
    elena.evaluate("window.isSamePage = true")
    text = elena.get_by_label("Reply:")
    text.fill("Come on Monday.")
    press(elena, "Preview e-mail")
    expect(elena.locator("#preview")).to_contain_text("Come on Monday.")
    expect(text).to_be_hidden()
    press(elena, "Back to the text")
    expect(text).to_have_value("Come on Monday.")
    expect(text).to_be_focused()
    assert elena.evaluate("window.isSamePage") and not enquiry.entries.exists()


def test_without_the_network_a_template_is_inserted_by_the_page_that_loads(elena, enquiry):
    open_enquiry(elena, enquiry)
    elena.route(
        "**/answer/", lambda route: route.abort() if route.request.resource_type == "fetch" else route.continue_()
    )
    elena.get_by_label("Reply:").fill("Mine.")
    elena.get_by_label("Template").select_option("Report")
    press(elena, "Insert template")
    elena.wait_for_url("**/answer/")
    expect(elena.get_by_label("Reply:")).to_have_value(re.compile("^Mine.\n\nDear Anna Secret,"))


def test_question_and_reply_are_side_by_side_and_on_a_phone_one_below_the_other(open_page, log_in, enquiry):
    for window, is_beside in ((DESKTOP, True), (PHONE, False)):
        page = open_page(**window)
        log_in(page, a_member(roles.CONSULAR, username=f"officer{is_beside}"))
        open_enquiry(page, enquiry)
        question, reply = page.locator(".question").bounding_box(), page.get_by_label("Reply:").bounding_box()
        assert (question["x"] + question["width"] <= reply["x"]) is is_beside
        bar = page.locator(".edit-bar").bounding_box()
        assert round(bar["y"] + bar["height"]) == window["viewport"]["height"]
        assert page.get_by_role("button", name="Send reply").is_visible()


def test_double_click_sends_one_answer(elena, enquiry):
    open_enquiry(elena, enquiry)
    elena.get_by_label("Reply:").fill("Once.")
    elena.get_by_role("button", name="Send reply").dblclick()
    expect(state(elena)).to_have_text("answered")
    assert enquiry.entries.count() == 1


def test_leaving_with_unsent_text_asks_for_confirmation_and_stores_nothing(elena, enquiry):
    open_enquiry(elena, enquiry)
    elena.get_by_label("Reply:").fill("A sentence.")
    asked = []
    elena.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.dismiss()))
    elena.locator(".edit-head .back").click()
    expect(elena.get_by_label("Reply:")).to_have_value("A sentence.")
    assert asked == ["beforeunload"]
    kept = elena.evaluate("JSON.stringify([{...localStorage}, {...sessionStorage}])")
    assert "A sentence." not in kept
    elena.get_by_label("Reply:").fill("")
    elena.locator(".edit-head .back").click()
    expect(elena.get_by_role("heading", name="Enquiries", exact=True)).to_be_visible()


def test_a_search_by_email_address_does_not_put_it_into_the_url(elena, enquiry):
    elena.goto(DESK)
    elena.get_by_label("Reference, or the visitor").fill("anna@example.org")
    elena.keyboard.press("Enter")
    expect(elena.get_by_role("link", name=enquiry.reference)).to_be_visible()
    assert "anna" not in elena.url and "person=" in elena.url


def test_an_enquiry_is_erased_by_keyboard(elena, enquiry):
    open_enquiry(elena, enquiry)
    elena.locator(".edit-bar .menu > summary").focus()
    elena.keyboard.press("Enter")
    elena.get_by_role("link", name="Erase").focus()
    elena.keyboard.press("Enter")
    elena.get_by_label("The person has requested it").focus()
    elena.keyboard.press("Space")
    elena.get_by_role("button", name="Erase permanently").focus()
    elena.keyboard.press("Enter")
    expect(said(elena)).to_contain_text(f"{enquiry.reference} has been erased.")


@pytest.mark.may_complain  # axe itself sets a style
@pytest.mark.parametrize("look", [{}, TABLET])
def test_desk_has_no_violations_and_fits(open_page, log_in, axe, look, enquiry):
    page = open_page(**look)
    officer = log_in(page, a_member(roles.CONSULAR))
    enquiry.answer("Text.", by=officer, at=timezone.now() - timedelta(days=2))
    enquiry.note("For us.", by=officer, at=timezone.now())
    enquiry.add("One thing more.", at=timezone.now())
    an_enquiry(topic=a_topic(), suspicion="Many links.", at=timezone.now())
    an_enquiry(topic=a_topic(), at=timezone.now() - timedelta(days=30), email="b@example.org")
    one = f"{DESK}{enquiry.pk}/"
    pages = [f"{one}{act}/" for act in ("change", "history", "erase")]
    for address in ("/admin/", DESK, f"{DESK}?state=suspected", f"{DESK}?q=x", *pages):
        page.goto(address)
        assert axe(page) == [], address
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), address
    page.goto(f"{one}change/")
    press(page, "Send reply")  # the browser itself asks for the text
    page.get_by_label("Reply:").fill("Text.")
    press(page, "Preview e-mail")
    assert axe(page) == []
