"""The live preview beside the text: what is typed appears, one request at a time, at three widths."""

import pytest
from playwright.sync_api import expect

from tests.factories import a_message, a_page
from tests.helpers.desk_pages import open_cards
from tests.helpers.files import a_picture_file
from tests.helpers.waiting import wait_until

pytestmark = pytest.mark.django_db(transaction=True)

PANEL, SHOWN = "#live-preview", "#live-preview iframe:not(.pending)"
PREVIEW = "**/preview/"
LAPTOP, WIDE = {"width": 1280, "height": 800}, {"width": 1440, "height": 900}
LONG = "<p>A paragraph.</p>" * 200


@pytest.fixture(autouse=True)
def media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def draft():
    return a_message(publish_at=None, headline="As saved", lead="A lead.", body=LONG)


@pytest.fixture
def desk(staff, draft):
    """The form of a draft on a laptop, with the editor ready."""
    return opened(staff, draft)


def opened(page, draft=None):
    """Open the form of a draft or of a new message; what is typed is not stored on the server, also after the test."""
    page.route("**/working-copy/**", lambda route: route.fulfill(status=204))
    page.goto(f"/admin/news/message/{draft.pk}/change/" if draft else "/admin/news/message/add/")
    expect(page.locator(".cke_wysiwyg_div")).to_be_editable()
    return page


def switch(page):
    """Press the switch in the head, in the menu of a narrow window."""
    if page.viewport_size["width"] < 768:
        page.locator(".edit-head .menu > summary").click()
    page.locator(".edit-head [data-live-preview]:visible").click()


def preview(page):
    """Return the page in the frame."""
    return page.frame_locator(SHOWN)


def headline(page):
    return preview(page).get_by_role("heading", level=1)


def scrolled(page):
    return page.locator(SHOWN).evaluate("frame => frame.contentWindow.scrollY")


def shown_at(page):
    """Return the width of the page in the frame, and of the frame on the screen."""
    return page.locator(SHOWN).evaluate("frame => [frame.clientWidth, frame.getBoundingClientRect().width]")


# What it shows


def test_what_is_typed_appears_and_nothing_is_saved(desk, draft):
    steps = desk.evaluate("history.length")
    switch(desk)
    expect(headline(desk)).to_have_text("As saved")
    desk.locator("#id_headline").fill("As typed")
    expect(headline(desk)).to_have_text("As typed")
    desk.locator(".cke_wysiwyg_div").click()
    desk.keyboard.press("Control+Home")
    desk.keyboard.type("The news: ")
    expect(preview(desk).locator(".body")).to_contain_text("The news: A paragraph.")
    assert desk.locator(f"{PANEL} iframe").count() == 1
    assert desk.evaluate("history.length") == steps  # the Back button leaves the form
    draft.refresh_from_db()
    assert draft.headline == "As saved"


def test_the_frame_keeps_its_place(desk):
    switch(desk)
    expect(headline(desk)).to_have_text("As saved")
    desk.locator(SHOWN).evaluate("frame => frame.contentWindow.scrollTo(0, 700)")
    desk.locator("#id_headline").fill("As typed")
    expect(headline(desk)).to_have_text("As typed")
    assert scrolled(desk) == 700


def test_an_image_that_was_just_chosen_is_in_it(desk):
    switch(desk)
    expect(headline(desk)).to_have_text("As saved")
    desk.set_viewport_size(WIDE)
    open_cards(desk)
    buffer = a_picture_file((900, 450)).read()
    desk.locator("#id_image").set_input_files({"name": "a.jpg", "mimeType": "image/jpeg", "buffer": buffer})
    desk.get_by_label("Alternative text").fill("Two ministers shake hands")
    picture = preview(desk).get_by_role("img", name="Two ministers shake hands")
    expect(picture).to_be_visible()
    picture.scroll_into_view_if_needed()
    picture.evaluate("image => image.decode()")  # fails for one that cannot be loaded


def test_a_page_has_it_too(staff):
    page = a_page(shown=False, title="Visas", body="<p>Bring a photo.</p>")
    staff.goto(f"/admin/pages/page/{page.pk}/change/")
    expect(staff.locator(".cke_wysiwyg_div")).to_be_editable()
    switch(staff)
    staff.locator("#id_title").fill("Visas and passports")
    expect(headline(staff)).to_have_text("Visas and passports")


def test_a_new_message_has_it_too(staff):
    opened(staff)
    switch(staff)
    expect(headline(staff)).to_have_text("No headline yet")
    staff.locator("#id_headline").fill("Brand new")
    expect(headline(staff)).to_have_text("Brand new")


# Requests


def until_held(page, held, count):
    """Wait until so many requests are held: the handler of a route is called after the event of the request."""

    def are_held():
        page.evaluate("null")  # events are handled during a call only
        return len(held) >= count

    wait_until(are_held, f"{count} held requests")


@pytest.mark.may_complain  # the console: the script of the held clock does not run in the frame
def test_one_request_is_sent_at_a_time_and_the_last_words_win(open_page, log_in, draft):
    page = open_page(own=True)
    log_in(page)
    page.clock.install()
    opened(page, draft)
    held = []
    page.route(PREVIEW, lambda route: held.append(route))
    with page.expect_request(PREVIEW):
        switch(page)
    for text in ("As typed", "As typed later", "As typed last"):
        page.locator("#id_headline").fill(text)
        page.clock.fast_forward(5_000)
    until_held(page, held, 1)
    assert len(held) == 1
    held[0].continue_()
    expect(headline(page)).to_have_text("As saved")
    with page.expect_request(PREVIEW):
        page.clock.fast_forward(60_000)
    until_held(page, held, 2)
    held[1].continue_()
    expect(headline(page)).to_have_text("As typed last")


@pytest.mark.may_complain  # the console: the script of the held clock does not run in the frame
def test_the_same_words_are_sent_once(open_page, log_in, draft):
    page = open_page(own=True)
    log_in(page)
    page.clock.install()
    opened(page, draft)
    sent = []
    page.on("request", lambda request: sent.append(request) if request.url.endswith("/preview/") else None)
    switch(page)
    expect(headline(page)).to_have_text("As saved")
    page.locator("#id_headline").fill("As typed")
    page.locator("#id_headline").fill("As saved")
    page.clock.fast_forward(60_000)
    switch(page)
    page.locator("#id_headline").fill("As typed while it is closed")
    page.clock.fast_forward(60_000)
    assert len(sent) == 1


@pytest.mark.may_complain  # the console: a page that may not be in a frame
def test_a_preview_that_fails_leaves_the_former_one_with_a_sentence(desk):
    switch(desk)
    expect(headline(desk)).to_have_text("As saved")
    cookies = desk.context.cookies()
    desk.context.clear_cookies()
    desk.locator("#id_headline").fill("As typed")
    expect(desk.locator(f"{PANEL} [role=status]")).to_contain_text("The preview cannot be updated.")
    expect(headline(desk)).to_have_text("As saved")
    desk.context.add_cookies(cookies)
    desk.locator("#id_headline").fill("As typed later")
    expect(headline(desk)).to_have_text("As typed later")
    expect(desk.locator(f"{PANEL} [role=status]")).to_have_text("")


def test_a_link_does_not_take_the_frame_away(staff):
    body = '<p><a href="/contact/">Contact</a></p>'
    opened(staff, a_message(publish_at=None, headline="As saved", body=body))
    switch(staff)
    with staff.context.expect_page() as tab:
        preview(staff).locator(".body a").click()
    expect(tab.value).to_have_url("/contact/")
    expect(headline(staff)).to_have_text("As saved")


# The panel


def test_the_width_and_the_switch_are_remembered(desk, draft):
    switch(desk)
    expect(headline(desk)).to_have_text("As saved")
    assert shown_at(desk) == [390, 390]
    desk.get_by_role("radio", name="Desktop").check()
    width, on_screen = shown_at(desk)
    assert (width, on_screen < 500) == (1280, True)
    opened(desk, draft)
    expect(headline(desk)).to_have_text("As saved")
    expect(desk.get_by_role("radio", name="Desktop")).to_be_checked()
    desk.get_by_role("button", name="Close the live preview").click()
    opened(desk, draft)
    expect(desk.locator(PANEL)).to_be_hidden()


@pytest.mark.parametrize(("viewport", "has_cards"), [(LAPTOP, False), (WIDE, True)])
def test_it_is_a_third_column_only_where_there_is_room(desk, viewport, has_cards):
    desk.set_viewport_size(viewport)
    switch(desk)
    text, panel = (desk.locator(selector).bounding_box() for selector in (".edit-text", PANEL))
    assert panel["x"] >= text["x"] + text["width"]
    assert desk.locator(".edit-side").is_visible() == has_cards
    if has_cards:
        assert desk.locator(".edit-side").bounding_box()["x"] >= panel["x"] + panel["width"]
    assert desk.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_on_a_phone_it_is_the_whole_window_with_a_button_that_closes_it(open_page, log_in, draft):
    phone = open_page(viewport={"width": 390, "height": 844})
    log_in(phone)
    opened(phone, draft)
    switch(phone)
    expect(headline(phone)).to_have_text("As saved")
    assert phone.locator(PANEL).bounding_box() == {"x": 0, "y": 0, "width": 390, "height": 844}
    phone.keyboard.press("Tab")  # nothing behind it can be reached
    assert phone.locator(PANEL).evaluate("panel => panel.contains(document.activeElement)")
    phone.get_by_role("button", name="Close the live preview").click()
    expect(phone.locator(".edit-head .menu > summary")).to_be_focused()
    expect(phone.locator("#id_headline")).to_be_editable()
    opened(phone, draft)
    expect(phone.locator(PANEL)).to_be_hidden()


def test_it_is_opened_and_closed_with_the_keyboard(desk):
    button = desk.locator(".edit-head [data-live-preview]:visible")
    button.press("Enter")
    expect(button).to_have_attribute("aria-expanded", "true")
    desk.get_by_role("radio", name="Phone").press("ArrowRight")
    expect(desk.get_by_role("radio", name="Tablet")).to_be_checked()
    desk.keyboard.press("Escape")
    expect(desk.locator(PANEL)).to_be_hidden()
    expect(button).to_be_focused()


@pytest.mark.parametrize("viewport", [LAPTOP, {"width": 390, "height": 844}])
def test_the_panel_has_no_violations(open_page, log_in, draft, axe, viewport):
    page = open_page(viewport=viewport)
    log_in(page)
    opened(page, draft)
    switch(page)
    expect(headline(page)).to_have_text("As saved")
    assert [found for found in axe(page) if "live" in found or "iframe" in found] == []


def test_without_scripts_there_is_no_switch_and_the_button_works(open_page, log_in, draft):
    page = open_page(java_script_enabled=False)
    log_in(page)
    page.goto(f"/admin/news/message/{draft.pk}/change/")
    expect(page.locator("[data-live-preview]:visible")).to_have_count(0)
    page.locator("#id_headline").fill("As typed")
    with page.context.expect_page() as tab:
        page.get_by_role("button", name="Preview", exact=True).click()
    expect(tab.value.get_by_role("heading", level=1)).to_have_text("As typed")
