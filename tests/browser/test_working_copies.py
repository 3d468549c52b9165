"""Working copies: text that was typed in one browser and never saved is offered to its officer in another one."""

import pytest
from django.contrib.auth import get_user_model
from django.contrib.sessions.models import Session
from playwright.sync_api import expect

from counters.models import Counter
from news.models import Message
from tests.factories import a_category, a_counter, a_message
from tests.helpers.desk_pages import click_save, lose_working_copies
from tests.helpers.message_form import ADD_URL, change_url
from tests.helpers.waiting import wait_until
from tests.helpers.working_copies import stored_copies

pytestmark = pytest.mark.django_db(transaction=True)

OFFER = "and did not save it."


def headline(page):
    return page.get_by_role("textbox", name="Headline")


def editor(page):
    return page.locator(".cke_wysiwyg_div")


def until_stored(name, text):
    """Wait until the server has a text in a field of this name."""
    wait_until(lambda: any(text in "".join(copy.get(name, [])) for copy in stored_copies().values()), text)


def local_texts(page):
    """Return the number of texts stored in this browser."""
    return page.evaluate("Object.keys(localStorage).filter((key) => key.startsWith('desk/')).length")


@pytest.fixture
def draft():
    return a_message(publish_at=None, headline="The minister arrives on Monday", body="<p>The first text.</p>")


@pytest.fixture
def elsewhere(open_page, log_in, anna):
    """A page in another browser, on which Anna is signed in as well."""
    page = open_page(own=True)
    log_in(page, get_user_model().objects.get(username="anna"))
    return page


def test_text_typed_on_one_computer_is_continued_and_saved_on_another(anna, boris, elsewhere, draft, axe):
    anna.goto(change_url(draft))
    headline(anna).fill("The minister arrives on Tuesday")
    editor(anna).click()
    anna.keyboard.press("Control+End")
    anna.keyboard.type(" And leaves.")
    until_stored("body", "And leaves.")
    expect(anna.get_by_text("is kept for you, on every computer")).to_be_visible()
    anna.close()  # the browser crashes
    boris.goto(change_url(draft))
    expect(editor(boris)).to_have_text("The first text.")
    expect(boris.get_by_text(OFFER)).to_have_count(0)
    elsewhere.goto("/admin/")
    elsewhere.get_by_role("region", name="Not saved").get_by_role("link").click()
    expect(elsewhere.get_by_text(OFFER)).to_be_visible()
    expect(elsewhere.locator(".working-copy ins")).to_have_text(["Tuesday", "And leaves."])
    assert axe(elsewhere, without=[".django-ckeditor-widget"]) == []
    elsewhere.get_by_role("link", name="Continue with it").click()
    expect(elsewhere.get_by_text("It is not saved yet.")).to_be_visible()
    expect(headline(elsewhere)).to_have_value("The minister arrives on Tuesday")
    expect(editor(elsewhere)).to_have_text("The first text. And leaves.")
    click_save(elsewhere)
    expect(elsewhere.locator(".messagelist")).to_be_visible()
    draft.refresh_from_db()
    assert (draft.headline, "And leaves." in draft.body) == ("The minister arrives on Tuesday", True)
    elsewhere.goto(change_url(draft))
    expect(editor(elsewhere)).to_be_visible()
    expect(elsewhere.get_by_text(OFFER)).to_have_count(0)
    assert stored_copies() == {}


def test_a_new_message_without_a_category_and_a_headline_is_offered(anna, elsewhere):
    a_category()
    anna.goto(ADD_URL)
    anna.get_by_role("textbox", name="Lead").fill("Only a lead so far")
    until_stored("lead", "Only a lead so far")
    elsewhere.goto(ADD_URL)
    elsewhere.get_by_role("link", name="Continue with it").click()
    expect(elsewhere.get_by_role("textbox", name="Lead")).to_have_value("Only a lead so far")
    headline(elsewhere).fill("A headline")
    elsewhere.get_by_label("Statements").check()
    click_save(elsewhere)
    expect(elsewhere.locator(".messagelist")).to_be_visible()
    assert (Message.objects.get().lead, stored_copies()) == ("Only a lead so far", {})


def test_discarded_text_is_offered_by_neither_server_nor_browser(anna, draft):
    anna.goto(change_url(draft))
    headline(anna).fill("Not meant")
    until_stored("headline", "Not meant")
    anna.goto(change_url(draft))  # as after a crash: without a confirmation
    expect(anna.get_by_text(OFFER)).to_be_visible()
    expect(anna.locator("[data-offer]")).to_be_hidden()
    anna.get_by_role("button", name="Discard it").click()
    expect(anna.get_by_text(OFFER)).to_have_count(0)
    expect(anna.locator("[data-offer]")).to_be_hidden()
    assert (stored_copies(), local_texts(anna)) == ({}, 0)


def test_text_that_was_saved_elsewhere_is_not_offered_by_the_first_browser(anna, elsewhere, draft):
    anna.goto(change_url(draft))
    headline(anna).fill("Typed here")
    until_stored("headline", "Typed here")
    anna.goto("/robots.txt")
    elsewhere.goto(change_url(draft))
    elsewhere.get_by_role("link", name="Continue with it").click()
    expect(editor(elsewhere)).to_be_visible()
    click_save(elsewhere)
    expect(elsewhere.locator(".messagelist")).to_be_visible()
    anna.goto(change_url(draft))
    expect(headline(anna)).to_have_value("Typed here")
    expect(anna.locator("[data-offer]")).to_be_hidden()
    wait_until(lambda: local_texts(anna) == 0, "an empty storage")


def test_a_newer_text_of_the_browser_is_offered_in_place_of_the_servers(anna, draft):
    anna.goto(change_url(draft))
    headline(anna).fill("On the server")
    until_stored("headline", "On the server")
    lose_working_copies(anna.context)
    kept = anna.locator("[data-copied] time")
    earlier = kept.get_attribute("datetime")
    headline(anna).fill("In the browser, not on the server")
    expect(kept).not_to_have_attribute("datetime", earlier)  # as if the server had it
    anna.close()
    anna.context.unroute_all()
    page = anna.context.new_page()
    page.goto(change_url(draft))
    expect(page.locator("[data-offer]")).to_be_visible()
    expect(page.get_by_text(OFFER)).to_be_hidden()
    page.get_by_role("button", name="Restore").click()
    expect(headline(page)).to_have_value("In the browser, not on the server")
    until_stored("headline", "In the browser, not on the server")
    assert len(stored_copies()) == 1


def test_a_text_that_was_taken_back_is_kept_no_longer(anna, draft):
    anna.goto(change_url(draft))
    headline(anna).fill("Not meant")
    until_stored("headline", "Not meant")
    headline(anna).fill(draft.headline)
    wait_until(lambda: stored_copies() == {}, "the end of the copy")
    headline(anna).fill("Meant")
    until_stored("headline", "Meant")


def test_text_typed_while_signed_out_is_sent_after_the_sign_in_in_another_tab(anna, draft, log_in):
    anna.goto(change_url(draft))
    expect(editor(anna)).to_be_visible()
    Session.objects.all().delete()
    headline(anna).fill("Typed while signed out")
    expect(anna.get_by_text("You have been signed out. Your text is stored")).to_be_visible()
    assert stored_copies() == {}
    log_in(anna, get_user_model().objects.get(username="anna"))
    anna.context.new_page().goto("/admin/")  # tells the other tab
    expect(anna.get_by_text("You have been signed out. Your text is stored")).to_be_hidden()
    until_stored("headline", "Typed while signed out")
    click_save(anna)
    expect(anna.locator(".messagelist")).to_be_visible()
    draft.refresh_from_db()
    assert (draft.headline, stored_copies()) == ("Typed while signed out", {})


def test_the_text_of_a_counter_is_kept_too(anna, elsewhere):
    counter = a_counter(incident="The fire", slug="fire")
    url = f"/admin/counters/counter/{counter.pk}/change/"
    anna.goto(url)
    anna.get_by_label("Incident").fill("The great fire")
    until_stored("incident", "The great fire")
    elsewhere.goto(url)
    elsewhere.get_by_role("link", name="Continue with it").click()
    expect(elsewhere.get_by_label("Incident")).to_have_value("The great fire")
    click_save(elsewhere)
    expect(elsewhere.locator(".messagelist")).to_be_visible()
    assert (Counter.objects.get().incident, stored_copies()) == ("The great fire", {})
