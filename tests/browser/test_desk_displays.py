"""The desk in forced colours, and at 400 % zoom (a window of 320 × 256 CSS pixels)."""

import pytest
from playwright.sync_api import expect

from news.models import Release
from tests.factories import a_message, a_topic

pytestmark = pytest.mark.django_db(transaction=True)


def desk_paths():
    """Return the paths of one page of each kind."""
    message, topic = a_message(headline="Ambassador’s remarks"), a_topic()
    release = Release.objects.create(name="Visit to Geneva")
    return [
        "/admin/",
        "/admin/news/message/",
        f"/admin/news/message/{message.pk}/change/",
        "/admin/news/message/add/",
        f"/admin/consular/topic/{topic.pk}/change/",
        f"/admin/news/release/{release.pk}/change/",
        "/admin/news/release/add/",
    ]


def test_at_400_percent_nothing_is_wider_than_the_window_and_no_bar_covers_the_text(open_page, log_in):
    page = open_page(viewport={"width": 320, "height": 256})
    log_in(page)
    for path in desk_paths():
        page.goto(path)
        assert page.evaluate("document.documentElement.scrollWidth") <= 320, path
        over = page.evaluate(
            """() => [...document.querySelectorAll("#content *")].filter((element) => {
                const covers = ["fixed", "sticky"].includes(getComputedStyle(element).position);
                return covers && element.checkVisibility() && element.offsetHeight;
            }).map((element) => element.className)"""
        )
        assert over == [], path


def test_forced_colours_underline_the_current_item_alone_and_draw_the_buttons(open_page, log_in):
    page = open_page(forced_colors="active")
    log_in(page)
    paths = desk_paths()
    page.goto("/admin/news/message/")
    for name in (".desk-nav", ".tabs"):
        items = page.locator(f"{name} a:visible")
        current, others = (
            page.locator(f"{name} a[aria-current]").first,
            items.and_(page.locator(":not([aria-current])")),
        )
        colour = current.evaluate("link => getComputedStyle(link).borderBottomColor")
        colours = others.evaluate_all("links => links.map(link => getComputedStyle(link).borderBottomColor)")
        assert colours and colour not in colours, name
    for path in paths[2:]:
        page.goto(path)
        primary = page.locator(".edit-bar [data-primary], .edit-bar .primary").first
        expect(primary).to_be_visible()
        assert primary.evaluate("button => getComputedStyle(button).borderTopColor") != page.evaluate(
            "getComputedStyle(document.body).backgroundColor"
        ), path
