"""The page of a message in a browser: text and rail on wide and narrow screens, picture, names of what can be used."""

import pytest
from playwright.sync_api import expect

from consular.models import Office
from tests.factories import NOON, a_message, an_office
from tests.helpers.files import a_pictured_message, an_attachment

pytestmark = pytest.mark.django_db(transaction=True)

PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}
WORDS = "The exhibition brings together letters between statesmen, sailors, scholars and their families. "


@pytest.fixture
def message():
    an_office(kind=Office.Kind.PRESS, name="Press Office", phone="+44 (0) 20 7946 0123", email="press@example.org")
    found = a_pictured_message(
        (800, 1200), headline="On the “talks”, post-COVID-19", lead=WORDS * 2, body=f"<p>{WORDS * 6}</p>" * 8,
        publish_at=NOON, delivered_on=NOON.date(), source_name="MFA", source_url="https://example.org/" + "long/" * 30,
        image_credit="Photo: Embassy",
    )  # fmt: skip
    an_attachment(found)
    return found


def box(page, selector):
    return page.locator(selector).first.bounding_box()


def test_the_rail_is_beside_the_text_on_a_wide_screen(page, site, message):
    page.goto(f"{site}{message.get_absolute_url()}")
    rail, body, headline = (box(page, selector) for selector in (".rail", ".body", "h1"))
    assert rail["x"] > body["x"] + body["width"] + 40
    assert rail["y"] < headline["y"] + headline["height"]
    assert 240 < rail["width"] < 320
    lines = page.locator(".body").evaluate("body => body.clientWidth / parseFloat(getComputedStyle(body).fontSize)")
    assert 30 < lines < 40  # ems: about 66 characters


def test_a_rail_longer_than_the_text_leaves_the_text_together(page, site, message):
    short = a_message(body="<p>Short.</p>", lead="Short.", publish_at=NOON)
    page.goto(f"{site}{short.get_absolute_url()}")
    lead, body = box(page, ".lead"), box(page, ".body")
    assert body["y"] - (lead["y"] + lead["height"]) < 40


def test_the_actions_are_a_row_under_the_lead_on_a_phone(open_page, site, message):
    page = open_page(**PHONE)
    page.goto(f"{site}{message.get_absolute_url()}")
    lead, actions, picture = box(page, ".lead"), box(page, ".actions"), box(page, ".picture")
    assert lead["y"] + lead["height"] < actions["y"] < picture["y"]
    shown = page.locator(".actions > :is(span, details, button)").evaluate_all(
        "items => items.map(item => item.getBoundingClientRect().top)"
    )
    expect(page.get_by_role("navigation", name="Breadcrumbs").get_by_role("link")).to_have_text(
        ["All messages", "Statements"]
    )
    assert len(shown) == 4
    assert len(set(shown)) == 1
    assert page.evaluate("document.documentElement.scrollWidth") == 390


def test_a_phone_of_320_pixels_shows_all_of_it(open_page, site, message):
    page = open_page(viewport={"width": 320, "height": 640}, has_touch=True, is_mobile=True)
    page.goto(f"{site}{message.get_absolute_url()}")
    page.get_by_text("Cite", exact=True).tap()
    page.locator(".actions details").nth(1).locator("summary").tap()
    assert page.evaluate("document.documentElement.scrollWidth") == 320
    expect(page.get_by_role("link", name="/feed/")).to_be_visible()


def test_an_upright_picture_is_at_most_34_rem_high(page, site, message):
    page.goto(f"{site}{message.get_absolute_url()}")
    picture, body = box(page, ".picture img"), box(page, ".body")
    rem = page.evaluate("parseFloat(getComputedStyle(document.documentElement).fontSize)")
    assert picture["height"] <= 34 * rem + 1
    assert picture["width"] / picture["height"] == pytest.approx(800 / 1200, abs=0.01)  # not cropped
    assert picture["width"] <= body["width"]


def test_a_wide_picture_is_as_wide_as_the_text(page, site):
    message = a_pictured_message((1600, 900), body=f"<p>{WORDS * 6}</p>", publish_at=NOON)
    page.goto(f"{site}{message.get_absolute_url()}")
    assert box(page, ".picture img")["width"] == pytest.approx(box(page, ".body")["width"], abs=1)


def test_what_can_be_used_has_a_name(page, site, message):
    page.goto(f"{site}{message.get_absolute_url()}")
    rail = page.get_by_role("complementary", name="About this message")
    for name in ("Copy link", "Print"):
        expect(rail.get_by_role("button", name=name, exact=True)).to_be_visible()
    for name in ("Programme of the visit", "Ask for another format", "+44 (0) 20 7946 0123", "press@example.org"):
        expect(rail.get_by_role("link", name=name, exact=True)).to_be_visible()
    expect(rail.get_by_role("heading", name="Use this text", level=2)).to_be_visible()
    expect(rail.get_by_text("Follow Statements")).to_be_visible()


def test_a_name_with_a_figure_is_on_one_line(open_page, site, message):
    page = open_page(viewport={"width": 320, "height": 640})
    for width in range(320, 420, 20):
        page.set_viewport_size({"width": width, "height": 640})
        page.goto(f"{site}{message.get_absolute_url()}")
        lines = page.locator("h1").evaluate(
            """heading => {
              const text = heading.firstChild, start = text.data.indexOf("COVID"), range = document.createRange();
              range.setStart(text, start);
              range.setEnd(text, start + "COVID-19".length);
              return range.getClientRects().length;
            }"""
        )
        assert lines == 1, width


@pytest.mark.parametrize("width", [1280, 390])
def test_the_page_is_accessible_with_all_of_it_open(open_page, site, message, axe, width):
    page = open_page(viewport={"width": width, "height": 844})
    page.goto(f"{site}{message.get_absolute_url()}")
    for summary in page.locator(".rail summary").all():
        summary.click()
    page.locator(".body > p").nth(1).hover()
    assert axe(page) == []
