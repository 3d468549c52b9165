"""Previews in a browser: of unsaved changes, and by a link for people without an account."""

from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from news.models import PreviewLink
from tests.factories import a_message
from tests.helpers.desk_pages import open_cards
from tests.helpers.releases import a_release

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def desk(staff):
    """The form of a draft, with the editor ready."""
    draft = a_message(publish_at=None, headline="As saved", lead="A lead.")
    staff.goto(f"/admin/news/message/{draft.pk}/change/")
    expect(staff.locator(".cke_wysiwyg_div")).to_be_editable()
    staff.draft = draft
    return staff


def a_link(page, name="Reuters"):
    """Create a link with the small form, valid until tomorrow night; return its URL."""
    open_cards(page)
    section = page.locator("#previews")
    section.get_by_label("For whom").fill(name)
    section.get_by_role("radio", name="Another time").check()
    tomorrow = timezone.localtime() + timedelta(days=1)
    section.locator("[name=expires_at_0]").fill(tomorrow.strftime("%Y-%m-%d"))
    section.locator("[name=expires_at_1]").fill("18:00")
    section.get_by_role("button", name="Create link").click()
    return page.get_by_label(f"Link for {name}", exact=True).input_value()


def test_unsaved_changes_are_previewed_in_one_other_tab(desk):
    desk.locator("#id_headline").fill("As typed")
    desk.locator(".cke_wysiwyg_div").click()
    desk.keyboard.press("Control+End")
    desk.keyboard.type(" And this is new.")
    with desk.context.expect_page() as opened:
        desk.get_by_role("button", name="Preview", exact=True).click()
    preview = opened.value
    expect(preview.get_by_role("heading", level=1)).to_have_text("As typed")
    expect(preview.locator(".body")).to_contain_text("And this is new.")
    expect(preview.locator(".preview")).to_contain_text("Preview of the unsaved text")
    expect(desk.locator("#id_headline")).to_have_value("As typed")
    desk.locator("#id_headline").fill("As typed later")
    desk.get_by_role("button", name="Preview", exact=True).click()
    expect(preview.get_by_role("heading", level=1)).to_have_text("As typed later")
    assert (
        preview.context.pages.count(preview) == 1
        and len([p for p in preview.context.pages if "/preview/" in p.url]) == 1
    )
    desk.draft.refresh_from_db()
    assert desk.draft.headline == "As saved"


def test_a_link_of_a_release_works_without_an_account_until_it_is_revoked(staff, open_page):
    items = [a_message(publish_at=None, headline=headline) for headline in ("The first", "The second")]
    release = a_release(*items, moment=None, approved=False)
    staff.goto(f"/admin/news/release/{release.pk}/change/")
    address = a_link(staff)
    stranger = open_page()
    stranger.goto(address)
    expect(stranger.get_by_role("heading", level=2).filter(has_text="The ")).to_have_text(["The first", "The second"])
    staff.get_by_role("button", name="Revoke the link for Reuters").click()
    expect(staff.get_by_text("has been revoked and no longer works")).to_be_visible()
    assert stranger.goto(address).status == 404


def test_a_link_works_without_an_account_until_it_is_revoked(desk, open_page):
    address = a_link(desk)
    stranger = open_page()
    stranger.goto(address)
    expect(stranger.get_by_role("heading", level=1)).to_have_text("As saved")
    expect(stranger.locator(".preview")).to_contain_text("Preview for Reuters, until")
    assert stranger.context.cookies() == []

    desk.reload()
    open_cards(desk)
    expect(desk.locator("#previews summary")).to_have_text("opened once")
    desk.get_by_role("button", name="Revoke the link for Reuters").click()
    expect(desk.get_by_text("The link for Reuters has been revoked")).to_be_visible()
    assert stranger.goto(address).status == 404


def test_a_link_without_a_name_is_refused(desk):
    open_cards(desk)
    desk.locator("#previews").get_by_role("button", name="Create link").click()
    expect(desk.locator(".errorlist").first).to_have_text("Enter who the link is for.")
    assert not PreviewLink.objects.exists()


def test_the_form_with_links_and_checks_has_no_violations(desk, axe):
    a_link(desk)
    open_cards(desk)
    expect(desk.locator("[data-checks]")).to_be_visible()
    ours = [found for found in axe(desk) if "previews" in found or "checks" in found]
    assert ours == []


def test_the_page_behind_a_link_has_no_violations(desk, axe, open_page):
    stranger = open_page()
    stranger.goto(a_link(desk))
    assert axe(stranger) == []


# Advice


def test_words_are_counted_while_typing(desk):
    length = desk.locator(".length")
    expect(length).to_have_text("Words: 8 · Minutes to read: 1")
    desk.locator("#id_lead").fill("A longer lead of seven words, this.")
    expect(length).to_have_text("Words: 13 · Minutes to read: 1")
    desk.locator(".cke_wysiwyg_div").click()
    desk.keyboard.press("Control+End")
    desk.keyboard.type(" More.")
    expect(length).to_have_text("Words: 14 · Minutes to read: 1")
