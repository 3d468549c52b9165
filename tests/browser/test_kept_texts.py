"""Unsaved texts stored in the browser: encrypted, deleted at sign-out in any tab, restored for the same user only."""

import pytest
from django.contrib.auth import get_user_model
from django.contrib.sessions.models import Session
from django.utils import timezone
from playwright.sync_api import expect

from tests.factories import a_message
from tests.helpers.desk_pages import click_save, lose_working_copies, open_cards, sign_out
from tests.helpers.waiting import wait_until

pytestmark = pytest.mark.django_db(transaction=True)

SECRET = "Embargoed until noon on Friday"
STORED = "JSON.stringify({...localStorage, ...sessionStorage})"


def change(message):
    return f"/admin/news/message/{message.pk}/change/"


def until(page, condition):
    """Wait until a JavaScript condition holds: `wait_for_function` would violate the content security policy."""
    wait_until(lambda: page.evaluate(condition), condition)


KEPT = "Object.keys(localStorage).some((key) => key.startsWith('desk/'))"


@pytest.fixture(autouse=True)
def only_in_the_browser(anna):
    """What is typed reaches no server, as without a network (the other case: test_working_copies.py)."""
    lose_working_copies(anna.context)
    yield
    anna.context.unroute_all()


@pytest.fixture
def draft():
    return a_message(publish_at=None, headline="The minister arrives", body="<p>The first text.</p>")


def write(page, draft):
    page.goto(change(draft))
    page.get_by_label("Headline").fill(SECRET)
    until(page, KEPT)


def test_a_stored_text_is_encrypted(anna, draft):
    write(anna, draft)
    stored = anna.evaluate(STORED)
    assert ("encrypted" in stored, SECRET in stored, "Embargoed" in stored) == (True, False, False)


@pytest.mark.own_context  # for its clock
def test_signing_out_in_one_tab_deletes_the_texts_of_another(anna, draft):
    anna.clock.install(time=timezone.now())
    write(anna, draft)
    other = anna.context.new_page()
    other.goto("/admin/")
    sign_out(other)
    expect(other.get_by_role("heading", name="Logged out")).to_be_visible()
    until(anna, f"!{KEPT}")
    anna.get_by_label("Headline").fill("More of it")
    anna.clock.run_for(600)  # longer than the delay after which typed text is stored
    anna.evaluate("crypto.subtle.digest('SHA-256', new Uint8Array(1e6))")  # encryption that had begun would be over now
    assert not anna.evaluate(KEPT)


def test_a_text_that_cannot_be_decrypted_is_deleted(anna, draft):
    write(anna, draft)
    anna.evaluate(
        "for (const key of Object.keys(localStorage)) if (key.startsWith('desk/'))"
        " localStorage[key] = JSON.stringify({...JSON.parse(localStorage[key]), iv: btoa('another iv!!')})"
    )
    anna.context.new_page().goto(change(draft))
    until(anna.context.pages[-1], f"!{KEPT}")
    expect(anna.context.pages[-1].locator("[data-offer]")).to_be_hidden()


def test_a_tab_works_again_after_a_sign_in_in_another_tab(anna, draft, log_in):
    write(anna, draft)
    Session.objects.all().delete()
    anna.evaluate("dispatchEvent(new Event('focus'))")
    anna.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    expect(anna.get_by_text("You have been signed out. Your text is stored")).to_be_visible()
    log_in(anna, get_user_model().objects.get(username="anna"))
    anna.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    expect(anna.get_by_text("You have been signed out. Your text is stored")).to_be_hidden()
    click_save(anna)
    expect(anna.locator(".messagelist")).to_be_visible()
    draft.refresh_from_db()
    assert draft.headline == SECRET


def test_enter_in_a_text_input_does_not_submit_the_form(anna, draft):
    anna.goto(change(draft))
    posts = []
    anna.on("request", lambda request: request.is_navigation_request() and posts.append(request.url))
    open_cards(anna)
    source = anna.locator("#id_source_name")
    source.fill("Ministry of For")
    source.press("Enter")
    # A form that is submitted sends its request before the second next frame.
    anna.evaluate("new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")
    assert (posts, anna.url.endswith(change(draft))) == ([], True)
    draft.refresh_from_db()
    assert draft.source_name == ""


def test_colleagues_who_edit_are_distinguished_from_those_who_only_have_it_open(anna, boris, draft):
    anna.goto(change(draft))
    expect(anna.locator(".cke_wysiwyg_div")).to_be_visible()
    boris.goto(change(draft))
    expect(boris.locator("[data-others]")).to_contain_text("Anna has had this open since")
    with anna.expect_response("**/presence/"):
        anna.get_by_label("Headline").fill("Something else")
    boris.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    expect(boris.locator("[data-others]")).to_contain_text("Anna has been editing this since")


def test_the_length_of_the_headline_is_counted(anna, draft):
    draft.headline = "x" * 130
    draft.save()
    anna.goto(change(draft))
    expect(anna.locator(".headline-length b")).to_have_text("130")
    anna.get_by_label("Headline").fill("Short")
    expect(anna.locator(".headline-length b")).to_have_text("5")
    expect(anna.locator("[data-long]")).to_be_hidden()
