"""Choices asked in the act: the dialogs of the action bar, the changed words, errors, the keyboard."""

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from accounts import roles
from news.models import Message
from pages.models import Page
from tests.factories import a_page
from tests.helpers.accounts import a_member
from tests.helpers.desk_pages import open_steps
from tests.helpers.message_form import change_url
from tests.helpers.revisions import NOTE, a_public_message, a_revision, stored
from tests.helpers.versions import write_as

pytestmark = pytest.mark.django_db(transaction=True)

PRIMARY = ".edit-bar [data-primary]"
LOOKS = [
    {},
    {"viewport": {"width": 390, "height": 844}, "color_scheme": "dark"},
    {"viewport": {"width": 640, "height": 400}},  # a laptop at 200 %
]
IN_WINDOW = """dialog => {
  const box = dialog.getBoundingClientRect();
  return box.left >= 0 && box.top >= 0 && box.right <= innerWidth && box.bottom <= innerHeight &&
    dialog.scrollWidth <= dialog.clientWidth;
}"""


@pytest.fixture
def writer(open_page, log_in):
    return signed_in(open_page(), log_in, roles.WRITERS, "anna")


@pytest.fixture
def editor(open_page, log_in):
    return signed_in(open_page(), log_in, roles.EDITORS, "boris")


def signed_in(page, log_in, role, name):
    page.officer = a_member(role, username=name, first_name=name.title())
    log_in(page, page.officer)
    return page


@pytest.fixture
def public(db):
    """A public message."""
    return a_public_message(publish_at=timezone.now())


def opened(page, row):
    """Open the form of a message, ready to be typed in."""
    page.goto(change_url(row))
    expect(page.locator(".cke_wysiwyg_div")).to_be_editable()
    return page


def corrected(page, message):
    """Open a change of a message, and correct the day in it without saving."""
    revision = a_revision(message, by=page.officer, at=timezone.now())
    opened(page, revision).locator(".cke_wysiwyg_div p").fill("The talks began on Tuesday.")
    return revision


def choices(page):
    return page.locator("#choices")


def question(page):
    return page.locator("#step")


def has_focus(locator):
    return locator.evaluate("element => element.contains(document.activeElement)")


# A correction


def test_a_public_text_is_corrected_with_three_clicks_on_one_page(writer, public):
    clicks, addresses = [], []

    def click(locator):
        clicks.append(locator)
        locator.click()

    writer.goto(change_url(public))
    writer.on("framenavigated", lambda frame: addresses.append(frame.url))
    click(writer.get_by_role("button", name="Change this text"))
    writer.wait_for_url(lambda address: not address.endswith(change_url(public)))
    expect(writer.locator(".cke_wysiwyg_div")).to_be_editable()
    writer.locator(".cke_wysiwyg_div p").fill("The talks began on Tuesday.")
    click(writer.locator(PRIMARY))
    expect(choices(writer)).to_be_visible()
    writer.keyboard.press("Tab")  # from the types to the note
    writer.keyboard.type(NOTE)
    expect(writer.get_by_label("Correction")).to_be_checked()
    assert len(addresses) == 1
    click(choices(writer).get_by_role("button", name="Submit for approval"))
    expect(writer.locator(".messagelist")).to_contain_text("Submitted for approval.")
    assert len(clicks) == 3
    revision = public.revisions.get()
    assert (revision.change_kind, revision.change_note) == ("correction", NOTE)
    assert revision.state(timezone.now()) == Message.State.SUBMITTED


def test_the_dialog_shows_the_words_as_they_stand_in_the_form(writer, public):
    corrected(writer, public)
    writer.locator("#id_headline").fill("The talks in Geneva")
    writer.locator(PRIMARY).click()
    words = choices(writer).locator(".changed-words")
    expect(words.locator("del")).to_have_text(["Monday."])
    expect(words.locator("ins")).to_have_text(["in Geneva", "Tuesday."])
    expect(words).to_contain_text("This is more than a typo.")
    assert "Monday" in public.revisions.get().body


@pytest.mark.may_complain  # the request that fails
def test_the_dialog_can_be_used_without_the_comparison(writer, public):
    revision = corrected(writer, public)
    writer.route("**/changed-words/", lambda route: route.abort())
    writer.locator(PRIMARY).click()
    expect(choices(writer)).to_contain_text("The texts could not be compared.")
    writer.get_by_label("Update").check()
    writer.get_by_role("textbox", name="Note").fill(NOTE)
    choices(writer).get_by_role("button", name="Submit for approval").click()
    expect(writer.locator(".messagelist")).to_contain_text("Submitted for approval.")
    assert stored(revision).change_kind == "update"


def test_what_the_server_refuses_is_asked_again_with_what_was_typed(writer, public):
    revision = corrected(writer, public)
    writer.locator(PRIMARY).click()
    writer.get_by_label("Typo").check()
    choices(writer).locator("[data-confirm]").click()
    expect(choices(writer).locator(".errorlist")).to_contain_text("Select “Correction” or “Update”.")
    expect(writer.get_by_label("Typo")).to_be_checked()
    expect(choices(writer).locator("ins")).to_have_text("Tuesday.")
    assert has_focus(choices(writer).locator(".field-change_kind"))
    writer.get_by_label("Correction").check()
    writer.get_by_role("textbox", name="Note").fill(NOTE)
    choices(writer).locator("[data-confirm]").click()
    expect(writer.locator(".messagelist")).to_contain_text("Submitted for approval.")
    assert stored(revision).change_kind == "correction"


# The keyboard


def test_the_keyboard_opens_the_dialog_confirms_and_leaves_it(writer, public):
    corrected(writer, public)
    writer.keyboard.press("Control+Enter")
    expect(choices(writer)).to_be_visible()
    expect(writer.get_by_role("dialog", name="Submit for approval")).to_be_visible()
    assert has_focus(choices(writer).locator("[data-fields]"))
    writer.keyboard.press("Escape")
    expect(choices(writer)).to_be_hidden()
    expect(writer.locator(PRIMARY)).to_be_focused()
    writer.keyboard.press("Enter")
    writer.keyboard.press("Tab")
    writer.keyboard.type(NOTE)
    writer.keyboard.press("Control+Enter")
    expect(writer.locator(".messagelist")).to_contain_text("Submitted for approval.")


def test_cancelling_puts_the_fields_back_with_what_was_typed(writer, public):
    corrected(writer, public)
    writer.locator(PRIMARY).click()
    writer.get_by_role("textbox", name="Note").fill(NOTE)
    choices(writer).get_by_role("button", name="Cancel").click()
    card = writer.locator(".edit-card", has=writer.locator("#id_change_note"))
    expect(card.locator("[data-card-value]")).to_contain_text("Correction")
    expect(card.get_by_role("textbox", name="Note")).to_have_value(NOTE)


# Approving alone


def test_approving_alone_asks_for_the_reason_in_the_dialog(editor, public):
    revision = corrected(editor, public)
    open_steps(editor)
    editor.locator(".override [name=_approve]").click()
    editor.get_by_role("textbox", name="Note").fill(NOTE)
    choices(editor).locator("[data-confirm]").click()
    expect(choices(editor).locator(".errorlist")).to_have_count(1)
    editor.get_by_label("Reason for approving").fill("Nobody else is here.")
    choices(editor).locator("[data-confirm]").click()
    expect(editor.locator(".messagelist")).to_contain_text("The change is in force.")
    assert "Tuesday" in stored(public).body
    assert stored(revision).log_entries.filter(reason="Nobody else is here.").exists()


def test_a_colleagues_text_is_approved_without_a_question(writer, editor, public):
    revision = a_revision(public, by=writer.officer, at=timezone.now(), body="<p>New.</p>", change_kind="correction")
    revision.change_note = NOTE
    revision.save()
    revision.submit(at=timezone.now(), by=writer.officer)
    opened(editor, revision).locator(PRIMARY).click()
    expect(editor.locator(".messagelist")).to_contain_text("The change is in force.")


def test_a_colleagues_text_that_was_changed_asks_for_the_reason(writer, editor):
    message = write_as(writer.officer, a_public_message(publish_at=None))
    message.submit(at=timezone.now(), by=writer.officer)
    opened(editor, message).locator("#id_headline").fill("The talks in Geneva")
    editor.locator(PRIMARY).click()
    expect(choices(editor).locator(".changed-words")).to_be_hidden()
    editor.get_by_label("Reason for approving").fill("Nobody else is here.")
    choices(editor).locator("[data-confirm]").click()
    expect(editor.locator(".messagelist")).to_contain_text("Published at")


def test_the_summary_of_errors_leads_to_the_reason_in_the_dialog(editor):
    message = write_as(editor.officer, a_public_message(publish_at=None))
    opened(editor, message).locator("#id_headline").fill("")
    open_steps(editor)
    editor.locator(".override [name=_approve]").click()
    choices(editor).locator("[data-confirm]").click()
    expect(editor.locator(".error-summary li")).to_have_count(2)
    expect(choices(editor)).to_be_hidden()
    editor.locator(".error-summary").get_by_role("link", name="Reason for approving").click()
    expect(choices(editor).get_by_label("Reason for approving")).to_be_focused()


# Steps with a page of their own


def test_withdrawing_and_restoring_ask_in_a_dialog(editor, public):
    editor.goto(change_url(public))
    open_steps(editor)
    editor.get_by_role("link", name="Withdraw").click()
    expect(editor.get_by_role("dialog", name="Withdraw")).to_contain_text("This message will be removed")
    expect(question(editor).get_by_label("Reason")).to_be_focused()
    question(editor).get_by_label("Reason").fill("The talks did not take place.")
    question(editor).get_by_role("button", name="Withdraw").click()
    expect(editor.locator(".messagelist")).to_contain_text("Withdrawn: The talks")
    assert stored(public).withdrawn_reason == "The talks did not take place."

    editor.keyboard.press("Control+Enter")
    question(editor).get_by_label("Reason").fill("They did.")
    editor.keyboard.press("Control+Enter")
    expect(editor.locator(".messagelist")).to_contain_text("Restored: The talks")
    assert stored(public).withdrawn_at is None


def test_a_withdrawal_is_scheduled_in_its_dialog(editor, public):
    editor.goto(change_url(public))
    open_steps(editor)
    editor.get_by_role("link", name="Withdraw").click()
    question(editor).get_by_label("Reason").fill("The talks did not take place.")
    expect(question(editor).get_by_label("Immediately")).to_be_checked()
    question(editor).get_by_role("button", name="Tomorrow 09:00 Moscow").click()
    expect(question(editor).get_by_label("At a set time")).to_be_checked()
    expect(question(editor).locator(".zones")).to_contain_text("09:00 Moscow")
    question(editor).get_by_role("button", name="Withdraw").click()
    expect(editor.locator(".messagelist")).to_contain_text("09:00 Moscow")
    assert stored(public).withdrawn_at is None and public.revisions.get().effective_at


def test_an_error_of_a_step_is_shown_in_its_dialog(editor, public):
    editor.goto(change_url(public))
    open_steps(editor)
    editor.get_by_role("link", name="Withdraw").click()
    question(editor).get_by_label("Reason").fill("The talks did not take place.")
    question(editor).get_by_label("At a set time").check()
    question(editor).get_by_label("Date").fill("2020-01-01")
    question(editor).get_by_label("Time", exact=True).fill("12:00")
    question(editor).get_by_role("button", name="Withdraw").click()
    expect(question(editor).locator(".errorlist")).to_contain_text("This time is in the past.")
    expect(question(editor).get_by_label("Reason")).to_have_value("The talks did not take place.")
    assert editor.url.endswith(change_url(public))
    assert stored(public).withdrawn_at is None


def test_sending_back_keeps_the_reason_when_the_dialog_is_closed(writer, editor):
    message = write_as(writer.officer, a_public_message(publish_at=None))
    message.submit(at=timezone.now(), by=writer.officer)
    opened(editor, message)
    open_steps(editor)
    editor.get_by_role("link", name="Send back").click()
    question(editor).get_by_label("Reason").fill("The date is missing.")
    editor.keyboard.press("Escape")
    expect(question(editor)).to_be_hidden()
    expect(editor.locator(".edit-bar summary")).to_be_focused()
    editor.keyboard.press("Enter")
    editor.get_by_role("link", name="Send back").click()
    expect(question(editor).get_by_label("Reason")).to_have_value("The date is missing.")
    question(editor).get_by_role("button", name="Send back").click()
    expect(editor.locator(".messagelist")).to_contain_text("Sent back: The talks")


@pytest.mark.may_complain  # the request that fails
def test_a_step_that_cannot_be_asked_for_opens_its_page(editor, public):
    editor.goto(change_url(public))
    editor.route(
        "**/withdraw/?*", lambda route: route.fallback() if route.request.is_navigation_request() else route.abort()
    )
    open_steps(editor)
    editor.get_by_role("link", name="Withdraw").click()
    editor.wait_for_url("**/withdraw/?*")
    expect(editor.get_by_label("Reason")).to_be_visible()


def test_an_ended_session_is_said_in_the_dialog(editor, public):
    editor.goto(change_url(public))
    open_steps(editor)
    editor.get_by_role("link", name="Withdraw").click()
    question(editor).get_by_label("Reason").fill("The talks did not take place.")
    editor.context.clear_cookies()
    question(editor).get_by_role("button", name="Withdraw").click()
    expect(question(editor)).to_contain_text("You have been signed out.")
    expect(question(editor).get_by_label("Reason")).to_have_value("The talks did not take place.")
    assert stored(public).withdrawn_at is None


# Pages, and without a script


def test_a_page_is_approved_alone_and_its_change_discarded_in_dialogs(open_page, log_in):
    manager = signed_in(open_page(), log_in, roles.MANAGERS, "clara")
    page = a_page(title="Visas", path="visas", body="<p>On Monday.</p>")
    change, _is_new = page.start_change(at=timezone.now(), by=manager.officer)
    manager.goto(f"/admin/pages/page/{change.pk}/change/")
    manager.locator(".cke_wysiwyg_div p").fill("On Tuesday.")
    open_steps(manager)
    manager.locator(".override [name=_approve]").click()
    expect(choices(manager).locator("ins")).to_have_text("Tuesday.")
    manager.keyboard.press("Escape")
    manager.locator(".edit-bar [data-save]").click()
    expect(manager.locator(".messagelist")).to_be_visible()
    open_steps(manager)
    manager.get_by_role("link", name="Discard this change").click()
    question(manager).get_by_role("button", name="Discard this change").click()
    manager.wait_for_url(f"**/admin/pages/page/{page.pk}/change/")
    expect(manager.locator(".messagelist")).to_contain_text("Done: Discard this change.")
    assert Page.objects.get(pk=page.pk).body == "<p>On Monday.</p>"


def test_without_a_script_the_page_asks(open_page, log_in, public):
    page = signed_in(open_page(java_script_enabled=False), log_in, roles.EDITORS, "boris")
    revision = a_revision(public, by=page.officer, at=timezone.now(), body="<p>The talks began on Tuesday.</p>")
    page.goto(change_url(revision))
    expect(choices(page)).to_be_hidden()
    page.locator(PRIMARY).click()
    expect(page.locator(".error-summary")).to_contain_text("Select the type of your change.")
    page.goto(change_url(public))
    page.locator(".edit-bar summary").click()
    page.get_by_role("link", name="Withdraw").click()
    page.get_by_label("Reason").fill("The talks did not take place.")
    page.get_by_role("button", name="Withdraw").click()
    expect(page.locator(".messagelist")).to_contain_text("Withdrawn: The talks")


# How it looks


@pytest.mark.may_complain  # axe itself sets a style
@pytest.mark.parametrize("look", LOOKS, ids=["laptop", "dark phone", "zoomed"])
def test_the_dialogs_fit_into_the_window_and_have_no_violations(open_page, log_in, axe, public, look):
    page = signed_in(open_page(**look), log_in, roles.EDITORS, "boris")
    page.goto(change_url(public))
    open_steps(page)
    page.get_by_role("link", name="Withdraw").click()
    expect(question(page)).to_be_visible()
    assert question(page).evaluate(IN_WINDOW)
    assert axe(page) == []
    corrected(page, public)
    open_steps(page)
    page.locator(".override [name=_approve]").click()
    expect(choices(page).locator("ins")).to_be_visible()
    assert choices(page).evaluate(IN_WINDOW)
    assert axe(page) == []


@pytest.mark.parametrize("look", LOOKS, ids=["laptop", "dark phone", "zoomed"])
def test_the_buttons_of_a_dialog_stay_in_view(open_page, log_in, public, look):
    page = signed_in(open_page(**look), log_in, roles.EDITORS, "boris")
    corrected(page, public)
    open_steps(page)
    page.locator(".override [name=_approve]").click()
    expect(choices(page).locator("[data-confirm]")).to_be_in_viewport(ratio=1)
