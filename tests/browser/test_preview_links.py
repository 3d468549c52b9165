"""Preview links in two clicks: the page stays where it is, and the new link is there to be copied."""

import re

import pytest
from playwright.sync_api import expect

from news.models import PreviewLink
from tests.factories import a_message
from tests.helpers.releases import a_release

pytestmark = pytest.mark.django_db(transaction=True)

CARD, STATUS = ".edit-card:has(#previews)", "#previews [role=status]"
CLICKS = 2  # the card and the button; the name is typed
COUNT_CLICKS = "addEventListener('click', ({detail}) => { window.clicks = (window.clicks ?? 0) + (detail > 0); }, true)"


@pytest.fixture
def draft():
    return a_message(publish_at=None, headline="As saved", lead="A lead.")


def opened(page, draft):
    """Open the form of a draft; what is typed is not stored on the server, also after the test."""
    page.route("**/working-copy/**", lambda route: route.fulfill(status=204))
    page.goto(f"/admin/news/message/{draft.pk}/change/")
    expect(page.locator(".cke_wysiwyg_div")).to_be_editable()
    return page


@pytest.fixture
def desk(staff, draft):
    return opened(staff, draft)


def a_link(page, name="Reuters"):
    """Create a link by the keyboard in the opened card."""
    page.locator("#previews [name=name]").fill(name)
    page.keyboard.press("Enter")
    expect(page.get_by_label(f"Link for {name}", exact=True)).to_be_visible()


def test_a_link_needs_two_clicks_and_nothing_typed_is_lost(desk, open_page):
    desk.locator("#id_headline").fill("Typed but not saved")
    desk.evaluate(COUNT_CLICKS)
    desk.locator(f"{CARD} > summary").click()
    desk.keyboard.type("Reuters")  # the field has the focus
    desk.get_by_role("button", name="Create link").click()
    copy = desk.get_by_role("button", name="Copy the link for Reuters")
    expect(copy).to_be_focused()
    expect(copy).to_be_in_viewport()
    assert desk.evaluate("window.clicks") == CLICKS  # counted on one page, which was not loaded again
    expect(desk.locator("#id_headline")).to_have_value("Typed but not saved")
    expect(desk.locator(f"{CARD} > summary [data-card-value]")).to_have_text("1")
    expect(desk.locator(STATUS)).to_contain_text("The link for Reuters is valid until")
    stranger = open_page()
    stranger.goto(desk.get_by_label("Link for Reuters", exact=True).input_value())
    expect(stranger.get_by_role("heading", level=1)).to_have_text("As saved")


def test_a_link_is_copied(open_page, log_in, draft):
    page = open_page(own=True, permissions=["clipboard-read", "clipboard-write"])
    log_in(page)
    opened(page, draft)
    page.locator(f"{CARD} > summary").click()
    a_link(page)
    page.get_by_role("button", name="Copy the link for Reuters").press("Enter")
    expect(page.locator(STATUS)).to_have_text("Copied.")
    address = page.get_by_label("Link for Reuters", exact=True).input_value()
    assert page.evaluate("navigator.clipboard.readText()") == address


def test_a_link_is_selected_where_it_cannot_be_copied(desk):
    desk.evaluate("Object.defineProperty(navigator, 'clipboard', { value: undefined })")
    desk.locator(f"{CARD} > summary").click()
    a_link(desk)
    desk.get_by_role("button", name="Copy the link for Reuters").click()
    expect(desk.locator(STATUS)).to_have_text("The link is selected. Press Ctrl+C to copy it.")
    address = desk.get_by_label("Link for Reuters", exact=True)
    expect(address).to_be_focused()
    assert desk.evaluate("String(getSelection())") == address.input_value()


def test_errors_are_shown_at_their_fields(desk):
    desk.locator(f"{CARD} > summary").click()
    desk.get_by_role("button", name="Create link").click()
    name = desk.locator("#previews [name=name]")
    expect(name).to_be_focused()
    expect(name).to_have_accessible_description(re.compile("Enter who the link is for."))
    desk.keyboard.type("Reuters")
    desk.get_by_role("radio", name="Another time").check()
    desk.get_by_role("button", name="Create link").click()
    expect(desk.locator("#previews .errorlist")).to_have_text(["Enter an expiry date and time."])
    expect(name).to_have_value("Reuters")
    desk.get_by_role("radio", name="1 hour").check()
    desk.get_by_role("button", name="Create link").click()
    expect(desk.get_by_label("Link for Reuters", exact=True)).to_be_visible()
    expect(desk.locator("#previews .errorlist")).to_have_count(0)
    expect(name).to_have_value("")


def test_several_links_are_created_and_one_is_revoked_without_leaving_the_page(desk):
    desk.locator("#id_headline").fill("Typed but not saved")
    desk.locator(f"{CARD} > summary").click()
    a_link(desk, "Reuters")
    a_link(desk, "BBC")
    desk.get_by_role("button", name="Revoke the link for Reuters").click()
    expect(desk.locator(STATUS)).to_contain_text("The link for Reuters has been revoked")
    expect(desk.get_by_role("button", name="Copy")).to_have_count(1)
    expect(desk.locator("#id_headline")).to_have_value("Typed but not saved")
    links = PreviewLink.objects.order_by("pk")
    assert [(link.name, bool(link.revoked_at)) for link in links] == [("Reuters", True), ("BBC", False)]


def test_a_double_click_creates_one_link(desk):
    desk.locator(f"{CARD} > summary").click()
    desk.keyboard.type("Reuters")
    desk.get_by_role("button", name="Create link").dblclick()
    expect(desk.get_by_role("button", name="Copy the link for Reuters")).to_be_focused()
    assert PreviewLink.objects.count() == 1


@pytest.mark.may_complain  # the console: the request failed
def test_a_lost_connection_gets_a_sentence(desk):
    desk.locator(f"{CARD} > summary").click()
    desk.keyboard.type("Reuters")
    desk.context.set_offline(True)
    desk.keyboard.press("Enter")
    expect(desk.locator(STATUS)).to_contain_text("This did not work.")
    desk.context.set_offline(False)
    desk.keyboard.press("Enter")
    expect(desk.get_by_label("Link for Reuters", exact=True)).to_be_visible()


def test_a_link_of_a_release_is_created_the_same_way(staff, draft):
    release = a_release(draft, moment=None, approved=False)
    staff.goto(f"/admin/news/release/{release.pk}/change/")
    staff.locator("#id_name").fill("Typed but not saved")
    staff.locator(f"{CARD} > summary").click()
    a_link(staff)
    expect(staff.get_by_role("button", name="Copy the link for Reuters")).to_be_focused()
    expect(staff.locator("#id_name")).to_have_value("Typed but not saved")


def test_without_scripts_the_page_leads_to_the_card(open_page, log_in, draft):
    page = open_page(java_script_enabled=False)
    log_in(page)
    page.goto(f"/admin/news/message/{draft.pk}/change/")
    page.locator(f"{CARD} > summary").click()
    page.locator("#previews [name=name]").fill("Reuters")
    page.get_by_role("button", name="Create link").click()
    page.wait_for_url("**/change/#previews")
    address = page.get_by_label("Link for Reuters", exact=True)
    expect(address).to_be_in_viewport()
    expect(page.get_by_role("button", name="Copy")).to_have_count(0)


@pytest.mark.parametrize("viewport", [{"width": 1280, "height": 800}, {"width": 390, "height": 844}])
def test_the_card_has_no_violations(open_page, log_in, draft, axe, viewport):
    page = open_page(viewport=viewport)
    log_in(page)
    opened(page, draft)
    page.locator(f"{CARD} > summary").click()
    a_link(page)
    django = ("#id_preview_expires_at_0", "#id_preview_expires_at_1")  # words beside the boxes that are no labels
    assert [found for found in axe(page, without=django) if "preview" in found] == []
