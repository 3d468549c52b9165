"""The press desk in a browser: write, approve, schedule, feature, withdraw, and see it on the site."""

from datetime import timedelta

import pytest
from django.contrib.auth import get_user_model
from django.utils import timezone
from playwright.sync_api import expect

from news.models import Message
from tests.factories import NOON, a_category, a_message
from tests.helpers.desk_pages import OVERRIDE, approve_own, click_save, open_cards, open_steps

pytestmark = pytest.mark.django_db(transaction=True)

ADD = "/admin/news/message/add/"
LIST = "/admin/news/message/"
HEADLINE = "On the remarks of the spokesman about the closed inquiry " * 4


def change(message):
    return f"{LIST}{message.pk}/change/"


def write(page, headline, text="The text."):
    """Open the form for a new message, and type into it."""
    page.goto(ADD)
    page.get_by_label("Headline").fill(headline)
    editor(page).click()
    page.keyboard.type(text)


def editor(page):
    return page.locator(".cke_wysiwyg_div")


def act(page, name):
    """Run an admin action on the selected messages."""
    page.locator(".bulk-actions").get_by_role("button", name=name, exact=True).click()


def row(page, headline):
    return page.locator("#result_list tbody tr", has_text=headline)


@pytest.fixture
def desk(staff):
    """The desk, with a category to publish in."""
    a_category()
    return staff


# Sign-in


def test_an_officer_signs_in_with_the_form(page):
    get_user_model().objects.create_superuser("officer", password="for-the-tests-only")
    page.goto("/admin/")
    page.get_by_label("E-mail").fill("officer")
    page.get_by_label("Password").fill("for-the-tests-only")
    page.keyboard.press("Enter")
    expect(page.get_by_role("navigation", name="Press desk")).to_be_visible()


# Writing and publishing


def test_text_typed_in_the_editor_is_published(desk):
    write(desk, "The embassy opens its archive", "It opens on ")
    desk.keyboard.press("Control+b")
    desk.keyboard.type("Monday")
    desk.get_by_label("Statements").check()
    approve_own(desk, "It is the middle of the night.")
    expect(desk.locator(".messagelist")).to_contain_text("Published at")
    desk.goto("/")
    featured = desk.locator(".front > .message")
    expect(featured.get_by_role("heading")).to_have_text("The embassy opens its archive")
    expect(featured.locator(".body")).to_have_text("It opens on Monday")
    expect(featured.locator("strong")).to_have_text("Monday")


def test_writer_submits_and_a_colleague_approves(desk, open_page, log_in):
    write(desk, "A text for two")
    desk.get_by_label("Statements").check()
    desk.get_by_role("button", name="Submit for approval").click()
    expect(desk.locator(".messagelist")).to_contain_text("Submitted for approval")
    colleague = open_page()
    log_in(colleague, get_user_model().objects.create_superuser("colleague", password="for-the-tests-only"))
    colleague.goto(LIST)
    expect(row(colleague, "A text for two").locator(".state")).to_have_text("submitted")
    colleague.get_by_role("link", name="A text for two").click()
    expect(colleague.get_by_label(OVERRIDE)).to_be_hidden()
    colleague.get_by_role("button", name="Publish now").click()
    expect(colleague.locator(".messagelist")).to_contain_text("Published at")
    desk.goto("/messages/")
    expect(desk.get_by_role("link", name="A text for two")).to_be_visible()


def test_ones_own_text_is_not_approved_without_a_reason(desk):
    write(desk, "A lonely text", "Typed for an hour.")
    desk.get_by_label("Statements").check()
    open_steps(desk)
    desk.get_by_role("button", name="Publish now").click()
    desk.locator("#choices [data-confirm]").click()
    expect(desk.locator("#choices .errorlist")).to_be_visible()
    expect(editor(desk)).to_contain_text("Typed for an hour.")
    assert not Message.objects.exists()


def test_a_saved_message_is_a_draft_that_is_not_public(desk, open_page):
    write(desk, "Not yet")
    desk.get_by_label("Statements").check()
    click_save(desk)
    expect(desk.locator(".messagelist")).to_be_visible()
    desk.goto(LIST)
    expect(row(desk, "Not yet").locator(".state")).to_have_text("draft")
    visitor = open_page()
    visitor.goto("/messages/")
    expect(visitor.get_by_text("No messages yet")).to_be_visible()


def test_a_message_with_a_future_time_is_scheduled(desk):
    write(desk, "Tomorrow’s statement")
    desk.get_by_label("Statements").check()
    tomorrow = timezone.localtime() + timedelta(days=1)
    open_cards(desk)
    desk.get_by_label("At a set time").check()
    desk.locator("#id_publish_at_0").fill(f"{tomorrow:%Y-%m-%d}")
    desk.locator("#id_publish_at_1").fill("12:00")
    approve_own(desk, "It is the middle of the night.")
    expect(desk.locator(".messagelist")).to_contain_text("12:00 London")
    desk.goto(LIST)
    expect(row(desk, "Tomorrow’s statement").locator(".state")).to_have_text("scheduled")
    desk.goto("/messages/")
    expect(desk.get_by_text("Tomorrow’s statement")).to_have_count(0)


def test_a_missing_headline_is_reported_and_the_text_is_not_lost(desk):
    write(desk, "", "A text that took an hour.")
    click_save(desk)
    expect(desk.locator(".field-headline .errorlist")).to_be_visible()
    expect(editor(desk)).to_contain_text("A text that took an hour.")


def test_the_preview_shows_unsaved_changes(desk):
    draft = a_message(headline="A draft to look at", publish_at=None)
    desk.goto(change(draft))
    desk.get_by_label("Headline").fill("A better headline")
    with desk.expect_popup() as popup:
        desk.get_by_role("button", name="Preview", exact=True).click()
    expect(popup.value.get_by_role("heading", level=1)).to_have_text("A better headline")
    expect(popup.value.get_by_role("main")).to_contain_text("The text of statement number")
    draft.refresh_from_db()
    assert draft.headline == "A draft to look at"


# Later


def test_featured_message_leads_the_home_page(desk):
    older = a_message(headline="An older speech", publish_at=NOON - timedelta(days=30))
    a_message(headline="A newer statement")
    desk.goto(change(older))
    desk.get_by_role("button", name="Change this text").click()
    expect(desk.get_by_label("Headline")).to_be_editable()
    open_cards(desk)
    desk.get_by_label("Featured").check()
    desk.get_by_label("Typo: the meaning is unchanged. Readers are not notified.").check()
    approve_own(desk, "Nobody else is here.")
    expect(desk.locator(".messagelist")).to_contain_text("The change is in force")
    desk.goto("/")
    expect(desk.locator(".front > .message").get_by_role("heading")).to_have_text("An older speech")


def test_a_withdrawn_message_is_410_with_the_reason(desk):
    message = a_message(headline="A statement with an error")
    desk.goto(LIST)
    row(desk, message.headline).get_by_role("checkbox").check()
    act(desk, "Withdraw …")
    expect(desk.get_by_text("A statement with an error")).to_be_visible()
    desk.get_by_label("Reason").fill("The date was wrong.")
    desk.get_by_role("button", name="Withdraw").click()
    expect(desk.locator(".edit-head .state")).to_have_text("withdrawn")
    answer = desk.goto(message.get_absolute_url())
    assert answer.status == 410
    expect(desk.get_by_role("main")).to_contain_text("The date was wrong.")


def test_a_message_is_not_withdrawn_without_a_reason(desk):
    message = a_message()
    desk.goto(change(message))
    open_steps(desk)
    desk.get_by_role("link", name="Withdraw …").click()
    desk.get_by_label("Reason").fill("  ")
    desk.get_by_role("button", name="Withdraw").click()
    expect(desk.get_by_role("dialog", name="Withdraw").locator(".errorlist")).to_contain_text("Enter a reason")
    assert desk.goto(message.get_absolute_url()).status == 200


def test_submitted_messages_are_approved_from_the_list(desk):
    drafts = [a_message(headline=f"Draft {name}", publish_at=None) for name in "AB"]
    for draft in drafts:
        draft.submit()
    desk.goto(LIST)
    for draft in drafts:
        row(desk, draft.headline).get_by_role("checkbox").check()
    act(desk, "Approve …")
    expect(desk.locator(".selected-messages li")).to_have_count(2)
    desk.get_by_role("button", name="Approve").click()
    expect(desk.locator("#result_list .state")).to_have_text(["published", "published"])
    desk.goto("/messages/")
    expect(desk.locator(".entries li")).to_have_count(2)


def test_the_list_is_filtered_by_state(desk):
    a_message(headline="Public already")
    a_message(headline="Still a draft", publish_at=None)
    desk.goto(LIST)
    desk.get_by_role("link", name="Drafts").click()
    expect(desk.locator("#result_list .field-title")).to_have_text(["Still a draft"])


# Layout


@pytest.mark.parametrize("width", [1280, 800])
def test_long_headlines_fit_the_press_desk_at_every_width(open_page, log_in, width):
    page = open_page(viewport={"width": width, "height": 900})
    log_in(page)
    message = a_message(
        publish_at=None,
        headline=HEADLINE[:213],
        body="<table><tbody><tr>" + "<td>1,000,000</td>" * 30 + "</tr></tbody></table>",
    )
    for address in (LIST, "/admin/", change(message)):
        page.goto(address)
        for scheme in ("dark", "light"):
            page.emulate_media(color_scheme=scheme)
            assert page.evaluate("document.documentElement.scrollWidth") == width
    expect(editor(page)).to_be_visible()
    frame = page.locator(".cke_chrome").bounding_box()
    assert frame["x"] + frame["width"] <= width


def test_on_a_phone_no_row_of_the_list_is_wider_than_the_window(open_page, log_in, admin_user):
    page = open_page(viewport={"width": 360, "height": 740})
    log_in(page, admin_user)
    a_message(headline=HEADLINE, publish_at=NOON.replace(hour=22))  # the next day in Moscow
    page.goto(LIST)
    expect(page.locator("#result_list .field-title")).to_be_visible()
    cells = page.locator("#result_list tr > *")
    ends = cells.evaluate_all("(cells) => cells.map((cell) => cell.getBoundingClientRect().left + cell.scrollWidth)")
    assert max(ends) <= 360
