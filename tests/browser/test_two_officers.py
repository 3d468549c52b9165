"""Edit conflicts, crashes, expired sessions and pages left by mistake: no text is lost."""

from datetime import timedelta

import pytest
from django.contrib.auth import get_user_model
from django.contrib.sessions.models import Session
from django.utils import timezone
from playwright.sync_api import expect

from news.models import Message
from tests.factories import a_category, a_message
from tests.helpers.desk_pages import click_save, lose_working_copies, open_cards
from tests.helpers.files import an_attachment
from tests.helpers.message_form import ADD_URL
from tests.helpers.waiting import wait_until

pytestmark = pytest.mark.django_db(transaction=True)

LIST = "/admin/news/message/"


def change(message):
    return f"{LIST}{message.pk}/change/"


def editor(page):
    return page.locator(".cke_wysiwyg_div")


def headline(page):
    return page.get_by_role("textbox", name="Headline")


def kept(page):
    """Return the number of texts stored in this browser."""
    return page.evaluate("Object.keys(localStorage).filter((key) => key.startsWith('desk/')).length")


def until_kept(page, count=1):
    """Wait until so many texts are stored in the browser: shortly after the last key, or as the next page opens."""
    wait_until(lambda: kept(page) == count, f"{count} texts in the browser's storage")


@pytest.fixture(autouse=True)
def only_in_the_browser(anna):
    """What is typed reaches no server, as without a network (the other case: test_working_copies.py)."""
    lose_working_copies(anna.context)
    yield
    anna.context.unroute_all()


@pytest.fixture
def draft():
    return a_message(publish_at=None, headline="The minister arrives on Monday", body="<p>The first text.</p>")


# Two people


def test_an_edit_conflict_shows_both_versions_and_theirs_can_be_chosen(anna, boris, draft, axe):
    for page in (anna, boris):
        page.goto(change(draft))
        expect(editor(page)).to_be_visible()
    boris.get_by_label("Headline").fill("The minister arrives on Friday")
    click_save(boris)
    expect(boris.locator(".messagelist")).to_be_visible()
    anna.get_by_label("Headline").fill("The minister arrives on Tuesday")
    editor(anna).click()
    anna.keyboard.press("Control+End")
    anna.keyboard.type(" An hour of typing.")
    click_save(anna)
    expect(anna.locator(".conflict mark")).to_have_text([" Tuesday", " Friday", " An hour of typing."])
    expect(headline(anna)).to_have_value("The minister arrives on Tuesday")
    expect(editor(anna)).to_have_text("The first text. An hour of typing.")
    assert axe(anna, without=[".django-ckeditor-widget"]) == []
    click_save(anna)
    expect(anna.locator(".conflict")).to_be_visible()  # not without a confirmation
    anna.get_by_role("button", name="Use their version: Headline").click()
    expect(headline(anna)).to_have_value("The minister arrives on Friday")
    click_save(anna)
    expect(anna.locator(".messagelist")).to_be_visible()
    draft.refresh_from_db()
    assert (draft.headline, "An hour of typing" in draft.body) == ("The minister arrives on Friday", True)


@pytest.mark.own_context  # for its clock
def test_colleagues_who_have_the_message_open_are_shown(anna, boris, draft):
    anna.goto(change(draft))
    expect(anna.locator("[data-others]")).to_have_text("")
    boris.clock.install(time=timezone.now())
    boris.goto(change(draft))
    expect(boris.locator("[data-others]")).to_contain_text("Anna has had this open since")
    boris.goto(LIST)
    expect(boris.locator(".other-editors")).to_contain_text("Anna")
    boris.goto(change(draft))
    expect(boris.locator("[data-others]")).to_contain_text("Anna has had this open since")
    anna.goto("/admin/")
    boris.clock.run_for(21_000)
    expect(boris.locator("[data-others]")).to_have_text("")


@pytest.mark.own_context  # for its clock
def test_a_heartbeat_reports_a_newer_version(anna, draft):
    anna.clock.install(time=timezone.now())
    anna.goto(change(draft))
    expect(editor(anna)).to_be_visible()
    draft.lead = "Changed meanwhile"
    draft.save()
    anna.clock.run_for(21_000)
    expect(anna.locator("[data-newer]")).to_contain_text("saved this message at")


# Unsaved texts


def test_unsaved_text_is_offered_after_a_crash(anna, draft):
    anna.goto(change(draft))
    editor(anna).click()
    anna.keyboard.press("Control+End")
    anna.keyboard.type(" Not saved yet.")
    open_cards(anna)
    anna.get_by_label("Featured").check()
    until_kept(anna)
    anna.goto(change(draft))  # as after a crash: without a confirmation
    expect(anna.get_by_text("This browser has unsaved text of")).to_be_visible()
    expect(editor(anna)).to_have_text("The first text.")
    anna.get_by_role("button", name="Restore").click()
    expect(editor(anna)).to_have_text("The first text. Not saved yet.")
    open_cards(anna)
    expect(anna.get_by_label("Featured")).to_be_checked()
    click_save(anna)
    expect(anna.locator(".messagelist")).to_be_visible()
    until_kept(anna, 0)
    anna.goto(change(draft))
    expect(anna.get_by_text("this browser")).to_have_count(2)  # both lines are hidden
    expect(anna.locator("[data-offer]")).to_be_hidden()


def test_discarded_text_is_not_offered_again(anna, draft):
    anna.goto(change(draft))
    anna.get_by_label("Headline").fill("Not meant")
    until_kept(anna)
    anna.goto(change(draft))
    anna.get_by_role("button", name="Discard").click()
    expect(anna.locator("[data-offer]")).to_be_hidden()
    until_kept(anna, 0)


def test_restored_text_conflicts_with_later_saves(anna, draft):
    anna.goto(change(draft))
    anna.get_by_label("Headline").fill("Mine, before the crash")
    until_kept(anna)
    draft.headline = "Theirs, after it"
    draft.save()
    anna.goto(change(draft))
    anna.get_by_role("button", name="Restore").click()
    click_save(anna)
    expect(anna.locator(".conflict")).to_contain_text("Theirs, after it")
    draft.refresh_from_db()
    assert draft.headline == "Theirs, after it"


def test_no_text_is_lost_when_the_session_has_ended(anna, draft):
    anna.goto(change(draft))
    expect(editor(anna)).to_be_visible()
    anna.get_by_label("Headline").fill("Written as the session ended")
    Session.objects.all().delete()
    click_save(anna)
    anna.get_by_label("E-mail").fill("anna")
    anna.get_by_label("Password").fill("for-the-tests-only")
    anna.keyboard.press("Enter")
    anna.get_by_role("button", name="Restore").click()
    expect(anna.get_by_label("Headline")).to_have_value("Written as the session ended")
    click_save(anna)
    expect(anna.locator(".messagelist")).to_be_visible()
    draft.refresh_from_db()
    assert draft.headline == "Written as the session ended"


def test_the_text_of_a_new_message_is_stored_until_it_is_saved(anna):
    a_category()
    anna.goto(ADD_URL)
    anna.get_by_label("Headline").fill("A new one")
    anna.get_by_label("Statements").check()
    until_kept(anna)
    click_save(anna)
    expect(anna.locator(".messagelist")).to_be_visible()
    until_kept(anna, 0)
    assert Message.objects.count() == 1


def test_signing_out_deletes_stored_texts(anna, draft):
    anna.goto(change(draft))
    anna.get_by_label("Headline").fill("Secret until noon")
    until_kept(anna)
    anna.on("dialog", lambda dialog: dialog.accept())
    anna.locator(".edit-head .menu > summary").click()
    anna.get_by_role("button", name="Sign out").click()
    expect(anna.get_by_role("heading", name="Logged out")).to_be_visible()
    until_kept(anna, 0)


def test_stored_text_is_not_offered_to_another_officer(anna, draft, log_in):
    anna.goto(change(draft))
    anna.get_by_label("Headline").fill("Anna’s own")
    until_kept(anna)
    log_in(anna, get_user_model().objects.create_superuser("clara"))
    anna.goto(change(draft))
    expect(editor(anna)).to_be_visible()
    expect(anna.locator("[data-offer]")).to_be_hidden()
    assert kept(anna) == 1


@pytest.mark.own_context  # for its clock
def test_an_offer_of_text_from_yesterday_shows_its_date(anna, draft):
    anna.goto(change(draft))
    anna.get_by_label("Headline").fill("Of yesterday")
    until_kept(anna)
    anna.clock.install(time=timezone.now() + timedelta(days=1, minutes=1))
    anna.goto(change(draft))
    yesterday = timezone.localtime()
    expect(anna.locator("[data-offer] time")).to_contain_text(f"{yesterday.day} {yesterday:%B}")


# Leaving


@pytest.mark.parametrize("where", ["headline", "text"])
def test_leaving_a_changed_form_asks_for_confirmation(anna, draft, where):
    asked = []
    anna.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.dismiss()))
    anna.goto(change(draft))
    (editor(anna) if where == "text" else anna.get_by_label("Headline")).click()
    anna.keyboard.type("Typed ")
    with anna.expect_event("dialog"):
        anna.get_by_role("link", name="Messages").click(no_wait_after=True)
    expect(anna.get_by_label("Headline")).to_be_visible()
    assert (asked, anna.url.endswith(change(draft))) == (["beforeunload"], True)


def test_leaving_an_unchanged_form_does_not_ask_for_confirmation_for_confirmation_for_confirmation(anna, draft):
    asked = []
    anna.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.accept()))
    anna.goto(change(draft))
    editor(anna).click()
    anna.keyboard.type("x")
    anna.keyboard.press("Backspace")
    anna.get_by_role("link", name="Messages").click()
    expect(anna.locator("#changelist")).to_be_visible()
    assert asked == []


# Errors and conflicts resolved


def test_ones_own_version_is_saved_over_theirs_by_a_checkbox(anna, boris, draft):
    for page in (anna, boris):
        page.goto(change(draft))
        expect(editor(page)).to_be_visible()
    headline(boris).fill("Theirs")
    click_save(boris)
    expect(boris.locator(".messagelist")).to_be_visible()
    headline(anna).fill("Mine")
    click_save(anna)
    expect(anna.locator(".conflict")).to_contain_text("changed by both of you")
    anna.get_by_label("Save the text in the form").check()
    click_save(anna)
    expect(anna.locator(".messagelist")).to_be_visible()
    draft.refresh_from_db()
    assert draft.headline == "Mine"
    assert draft.history.filter(headline="Theirs").exists()


def test_a_link_in_the_error_summary_focuses_its_field(anna, draft, axe):
    anna.goto(change(draft))
    expect(editor(anna)).to_be_visible()
    headline(anna).fill("")
    open_cards(anna)
    anna.get_by_label("Source URL").fill("example")
    click_save(anna)
    summary = anna.get_by_role("list", name="Errors in this form")
    summary.get_by_role("link", name="Source URL").click()
    expect(anna.get_by_label("Source URL")).to_be_focused()
    summary.get_by_role("link", name="Headline").click()
    expect(headline(anna)).to_be_focused()
    assert axe(anna, without=[".django-ckeditor-widget"]) == []


def test_an_attachment_deleted_by_a_colleague_is_reported_as_a_conflict(anna, boris, draft, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    an_attachment(draft, name="Programme")
    for page in (anna, boris):
        page.goto(change(draft))
        expect(editor(page)).to_be_visible()
    open_cards(boris)
    boris.locator("#attachments-0").get_by_label("Delete").check()
    click_save(boris)
    expect(boris.locator(".messagelist")).to_be_visible()
    headline(anna).fill("Typed meanwhile")
    click_save(anna)
    expect(anna.locator(".conflict")).to_contain_text(
        "The other person has changed the attachments (deleted: Programme)"
    )
    expect(headline(anna)).to_have_value("Typed meanwhile")
    click_save(anna)
    expect(anna.locator(".messagelist")).to_be_visible()
    draft.refresh_from_db()
    assert (draft.headline, draft.attachments.count()) == ("Typed meanwhile", 0)
