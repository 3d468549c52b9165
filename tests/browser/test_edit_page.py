"""The page on which a message is edited: what is in view at each size, the keyboard, without scripts, accessibility."""

from datetime import timedelta

import brotli
import pytest
from django.core.management import call_command
from django.utils import timezone
from playwright.sync_api import expect

from accounts import roles
from news.models import Message
from tests.factories import a_message
from tests.helpers.accounts import a_member
from tests.helpers.desk_pages import open_cards
from tests.helpers.message_form import ADD_URL, change_url
from tests.helpers.versions import write_as

pytestmark = pytest.mark.django_db(transaction=True)

LAPTOP = {"width": 1280, "height": 800}
PHONE = {"width": 390, "height": 844}
ZOOMED = {"width": 640, "height": 400}  # a laptop at 200 %
HEAD, BAR, PRIMARY = ".edit-head", ".edit-bar", ".edit-bar [data-primary]"
MAX_TABS = 12  # from the text to the primary button
MAX_WEIGHT = 320 * 1024  # bytes, compressed as the web server does


@pytest.fixture
def writer():
    return a_member(roles.WRITERS, first_name="Anna", last_name="Writer", username="anna")


@pytest.fixture
def draft(writer):
    """A long draft on the sample site."""
    call_command("load_sample")
    text = "We have had detailed and, I would say, trusting talks. " * 8
    lead = "Both sides agreed to meet again in spring."
    message = a_message(headline="On the talks held in Geneva", lead=lead, body=f"<p>{text}</p>" * 20, publish_at=None)
    return write_as(writer, message)


def editor(page):
    return page.locator(".cke_wysiwyg_div")


def opened(open_page, log_in, user, message, viewport=LAPTOP, **options):
    """Return a page with the form of a message, on which a user is signed in."""
    page = open_page(viewport=viewport, **options)
    log_in(page, user)
    page.goto(change_url(message))
    if options.get("java_script_enabled", True):
        expect(editor(page)).to_be_editable()
    return page


def is_in_view(page, selector):
    """Return whether an element is wholly within the window."""
    box, window = page.locator(selector).bounding_box(), page.viewport_size
    inside = 0 <= box["x"] and box["x"] + box["width"] <= window["width"]
    return inside and 0 <= box["y"] and box["y"] + box["height"] <= window["height"]


def scroll_to_end(page):
    page.evaluate("scrollTo(0, document.documentElement.scrollHeight)")


# What is in view


@pytest.mark.parametrize("viewport", [LAPTOP, PHONE, ZOOMED], ids=["laptop", "phone", "zoomed"])
def test_state_and_primary_button_stay_in_view(open_page, log_in, writer, draft, viewport):
    page = opened(open_page, log_in, writer, draft, viewport)
    expect(page.locator(f"{HEAD} .state")).to_have_text("draft")
    parts = [HEAD, BAR, f"{HEAD} .state", PRIMARY]
    assert [part for part in parts if not is_in_view(page, part)] == []
    scroll_to_end(page)
    assert [part for part in parts if not is_in_view(page, part)] == []
    assert page.evaluate("document.documentElement.scrollWidth") == viewport["width"]


def test_the_time_of_the_last_save_stays_in_view(open_page, log_in, writer, draft):
    page = opened(open_page, log_in, writer, draft)
    scroll_to_end(page)
    expect(page.locator(f"{BAR} .said")).to_contain_text("Saved")
    assert is_in_view(page, f"{BAR} .said")


@pytest.mark.parametrize(
    ("viewport", "top", "share"), [(LAPTOP, 320, 0.45), (PHONE, 420, 0.45), (ZOOMED, 340, 0)], ids=str
)
def test_the_text_begins_on_the_first_screen(open_page, log_in, writer, draft, viewport, top, share):
    page = opened(open_page, log_in, writer, draft, viewport)
    text, bar = editor(page).bounding_box(), page.locator(BAR).bounding_box()
    assert text["y"] < top
    assert (bar["y"] - text["y"]) / viewport["height"] >= share
    assert page.evaluate("document.querySelector('.cke_contents').scrollHeight") == pytest.approx(text["height"], abs=2)


def test_the_toolbar_sticks_below_the_head(open_page, log_in, writer, draft):
    page = opened(open_page, log_in, writer, draft)
    scroll_to_end(page)
    assert page.locator(".cke_top").bounding_box()["y"] == page.locator(HEAD).bounding_box()["height"]


def test_a_tab_of_a_narrow_window_opens_its_card(open_page, log_in, writer, draft):
    page = opened(open_page, log_in, writer, draft, PHONE)
    page.locator(".edit-tabs").get_by_role("link", name="Publication").click()
    expect(page.get_by_label("Featured")).to_be_visible()


def test_a_card_shows_its_value_and_follows_it(open_page, log_in, writer, draft):
    page = opened(open_page, log_in, writer, draft)
    source = page.locator(".edit-card", has=page.locator("#id_source_name"))
    expect(source.locator("[data-card-value]")).to_have_text("none")
    open_cards(page)
    page.locator("#id_source_name").fill("Ministry of Foreign Affairs")
    page.locator("#id_source_name").blur()
    expect(source.locator("[data-card-value]")).to_have_text("Ministry of Foreign Affairs")


def test_a_card_with_an_error_is_open(open_page, log_in, writer, draft):
    page = opened(open_page, log_in, writer, draft)
    open_cards(page)
    page.locator("#id_source_url").fill("no address")
    page.locator("[data-save]").click()
    expect(page.locator(".error-summary")).to_be_visible()
    expect(page.locator("#id_source_url")).to_be_visible()
    expect(page.locator("#id_image")).to_be_hidden()


# The primary button


def test_the_label_of_the_primary_button_follows_the_time(open_page, log_in, writer, draft):
    draft.submit(at=timezone.now(), by=writer)
    page = opened(open_page, log_in, a_member(roles.EDITORS, username="boris"), draft)
    expect(page.locator(PRIMARY)).to_have_text("Publish now")
    open_cards(page)
    ahead = timezone.localtime() + timedelta(days=2)
    moment = page.locator(".field-publish_at")
    moment.get_by_label("At a set time").check()
    expect(page.locator(PRIMARY)).to_have_text("Schedule for …")
    page.locator("#id_publish_at_0").fill(f"{ahead:%Y-%m-%d}")
    page.locator("#id_publish_at_1").fill("06:00")
    text = f"Schedule for {ahead:%a} 06:00 · "
    expect(page.locator(PRIMARY)).to_contain_text(text)
    label = page.locator(PRIMARY).text_content()
    page.locator("[data-save]").click()
    expect(page.locator(".messagelist")).to_be_visible()
    assert page.locator("[data-approve]").last.text_content() == label  # the server writes the same
    page.locator("#id_publish_at_0").evaluate("box => { box.closest('.edit-card').open = true }")
    moment.get_by_label("On approval").check()
    expect(page.locator("[data-approve]").last).to_have_text("Publish now")


def test_a_published_message_has_the_button_that_changes_it(open_page, log_in, writer, draft):
    message = Message.objects.published(timezone.now()).first()
    page = open_page()
    log_in(page, writer)
    page.goto(change_url(message))
    expect(page.locator(PRIMARY)).to_have_text("Change this text")
    page.locator(PRIMARY).click()
    expect(page.locator(PRIMARY)).to_have_text("Submit for approval")


def test_the_reason_of_sending_back_is_on_the_first_screen(open_page, log_in, writer, draft):
    draft.submit(at=timezone.now(), by=writer)
    draft.send_back("Name the source.", at=timezone.now(), by=a_member(roles.EDITORS, username="boris"))
    for viewport in (LAPTOP, PHONE):
        page = opened(open_page, log_in, writer, draft, viewport)
        expect(page.locator(".sent-back")).to_contain_text("Name the source.")
        assert is_in_view(page, ".sent-back")


# Keyboard


def test_few_tabs_lead_from_the_text_to_the_primary_button(open_page, log_in, writer, draft):
    page = opened(open_page, log_in, writer, draft)
    editor(page).click()
    for _press in range(MAX_TABS):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.matches('[data-primary]')"):
            return
    pytest.fail("too many tabs")


def test_a_link_skips_to_the_headline(open_page, log_in, writer, draft):
    page = opened(open_page, log_in, writer, draft)
    link = page.get_by_role("link", name="Skip to the first field")
    link.focus()
    page.keyboard.press("Enter")
    expect(page.locator("#id_headline")).to_be_focused()


def test_control_and_s_saves_from_within_the_text(open_page, log_in, writer, draft):
    page = opened(open_page, log_in, writer, draft)
    editor(page).click()
    page.keyboard.type("Saved by a key. ")
    page.keyboard.press("Control+s")
    expect(page.locator(".messagelist")).to_be_visible()
    expect(editor(page)).to_contain_text("Saved by a key.")


def test_control_and_enter_presses_the_primary_button(open_page, log_in, writer, draft):
    page = opened(open_page, log_in, writer, draft)
    editor(page).click()
    page.keyboard.press("Control+Enter")
    expect(page.locator(".messagelist")).to_contain_text("Submitted for approval")


def test_enter_in_the_source_opens_and_sends_nothing(open_page, log_in, writer, draft):
    page = opened(open_page, log_in, writer, draft)
    open_cards(page)
    requests = []
    page.context.on("request", lambda request: request.is_navigation_request() and requests.append(request.url))
    page.locator("#id_source_name").fill("Ministry of For")
    page.locator("#id_source_name").press("Enter")
    # A form that is submitted sends its request before the second next frame.
    page.evaluate("new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")
    assert requests == []


def test_a_question_mark_shows_the_shortcuts(open_page, log_in, writer, draft):
    page = opened(open_page, log_in, writer, draft)
    page.locator("#id_headline").press("?")
    expect(page.get_by_role("dialog")).to_be_hidden()
    page.locator(f"{HEAD} .back").focus()
    page.keyboard.press("?")
    expect(page.get_by_role("dialog")).to_contain_text("Keyboard shortcuts")


# Without scripts


def test_without_scripts_a_message_is_saved_submitted_and_approved(open_page, log_in, writer, draft):
    page = opened(open_page, log_in, writer, draft, java_script_enabled=False)
    page.locator("#id_lead").fill("A lead without scripts.")
    page.locator("[data-save]").click()
    expect(page.locator(".messagelist")).to_be_visible()
    page.get_by_text("Preview links").click()
    expect(page.get_by_role("button", name="Create link")).to_be_visible()
    page.locator(PRIMARY).click()
    expect(page.locator(".messagelist")).to_contain_text("Submitted for approval")
    log_in(page, a_member(roles.EDITORS, username="boris"))
    page.goto(change_url(draft))
    page.get_by_role("button", name="Publish now").click()
    expect(page.locator(".messagelist")).to_contain_text("Published at")


# Accessibility and weight


@pytest.mark.parametrize("viewport", [LAPTOP, PHONE], ids=["laptop", "phone"])
def test_the_page_has_no_violations(open_page, log_in, writer, draft, axe, viewport):
    page = opened(open_page, log_in, writer, draft, viewport)
    open_cards(page)
    assert axe(page, without=[".django-ckeditor-widget"]) == []


@pytest.mark.own_context  # nothing is in its cache
def test_the_page_is_light(open_page, log_in, writer, draft):
    page = open_page()
    log_in(page, writer)
    responses = []
    page.on("response", lambda response: responses.append(response))
    page.goto(ADD_URL)
    expect(editor(page)).to_be_editable()
    bodies = [brotli.compress(response.body()) for response in responses if response.status == 200]
    assert sum(map(len, bodies)) <= MAX_WEIGHT
