"""What surrounds a public page, in a browser: notices, the current section, names; phones, forced colours, print."""

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import PHONE
from tests.factories import HOUR, NOON, a_category, a_counter, a_message, a_notice, a_page, a_topic, an_office

pytestmark = pytest.mark.django_db(transaction=True)

SMALLEST = PHONE | {"viewport": {"width": 320, "height": 640}}
LONG_NAME = "Embassy of the Democratic Republic of São Tomé and Príncipe to the United Kingdom and the Isle"
SENTENCE = "The consular section in Edinburgh stays closed until the end of the month; ring the one in London instead."


@pytest.fixture
def notices():
    """An urgent notice with a link, and an ordinary one, both of two lines and more on phones."""
    a_notice(sentence=SENTENCE, urgent=True, link_url="/contact/", link_text="Emergency numbers")
    a_notice(sentence=f"The library moves. {SENTENCE}", starts=NOON - 2 * HOUR)


# Notices


@pytest.mark.usefixtures("notices")
def test_every_page_shows_its_own_words_on_the_first_screen_of_the_smallest_phone(open_page, settings):
    settings.EMBASSY_NAME = LONG_NAME
    an_office(emergency_phone="+44 (0) 7700 900 123")
    a_counter(slug="fire")
    a_topic(name="Lost passport")
    message = a_message(featured=True)
    a_page(path="visas", title="Visas", place="menu")
    a_page(path="visas/children", title="Children")
    phone = open_page(**SMALLEST)
    paths = ["/", "/messages/", message.get_absolute_url(), "/search/", "/counters/", "/counters/fire/", "/contact/"]
    for path in (*paths, "/visas/children/", "/contents/", "/nowhere/"):
        phone.goto(path)
        top = phone.locator("main :is(h1, h2, .counter)").first.bounding_box()["y"]
        assert top < 400, (path, top)


@pytest.mark.usefixtures("notices")
def test_a_phone_shows_the_whole_notice_on_request(open_page):
    phone = open_page(**SMALLEST)
    phone.goto("/contact/")
    urgent = phone.locator(".urgent")
    assert urgent.bounding_box()["height"] < 80
    assert phone.locator(".notice:not(.urgent)").bounding_box()["height"] < 56
    expect(phone.get_by_text("Emergency numbers")).to_be_hidden()
    urgent.locator("summary").click()
    expect(phone.get_by_text("Emergency numbers")).to_be_visible()
    sentence = urgent.locator("p")
    assert sentence.evaluate("(p) => p.scrollHeight <= p.clientHeight + 1")


@pytest.mark.usefixtures("notices")
def test_a_wide_screen_and_paper_show_whole_notices(page):
    page.goto("/contact/")
    for media in ("screen", "print"):
        page.emulate_media(media=media)
        expect(page.get_by_text("Emergency numbers")).to_be_visible()
        expect(page.locator(".urgent time")).to_be_visible()
        expect(page.locator(".notice summary").first).to_be_hidden()


@pytest.mark.usefixtures("notices")
def test_urgent_notice_is_dark_red_with_white_in_the_dark(dark):
    dark.goto("/")
    colours = dark.locator(".urgent").evaluate(
        "(e) => [getComputedStyle(e).backgroundColor, getComputedStyle(e).color]"
    )
    assert colours == ["rgb(140, 29, 24)", "rgb(255, 255, 255)"]


@pytest.mark.usefixtures("notices")
def test_forced_colours_keep_the_current_section_and_the_urgent_notice_apart(open_page):
    a_page(path="visas", title="Visas", place="menu")
    a_page(path="visas/children", title="Children")
    page = open_page(forced_colors="active")
    page.goto("/visas/children/")
    border = "(e) => getComputedStyle(e).borderBlockEndColor"
    ordinary = page.locator(".menu a:not([aria-current])").first.evaluate(border)
    current = page.locator(".menu [aria-current=true]").evaluate(border)
    assert (ordinary, current != ordinary) == (page.evaluate("getComputedStyle(document.body).backgroundColor"), True)
    widths = [each.evaluate("(e) => getComputedStyle(e).borderTopWidth") for each in page.locator(".notice").all()]
    assert widths == ["3px", "0px"]


# Names and pages


def test_names_and_headings_break_with_hyphens_only(open_page):
    a_message(headline="Rechtsschutzversicherungsgesellschaften", category=a_category("speeches"))
    phone = open_page(**SMALLEST)
    phone.goto("/messages/")
    for selector in (".name", "h1", ".entries h2"):
        style = "(e) => { const s = getComputedStyle(e); return [s.hyphens, s.overflowWrap] }"
        assert phone.locator(selector).first.evaluate(style) == ["auto", "break-word"], selector


def test_a_child_page_leads_up_and_to_its_sisters(page):
    for number, (path, title) in enumerate(
        [("visas", "Visas"), ("visas/children", "Children"), ("visas/fees", "Fees")]
    ):
        a_page(path=path, title=title, place="menu" if number == 0 else "nowhere", order=number)
    page.goto("/visas/children/")
    sisters = page.get_by_role("navigation", name="Visas")
    expect(sisters.locator("[aria-current=page]")).to_have_text("Children")
    sisters.get_by_role("link", name="Fees").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Fees")
    page.get_by_role("navigation", name="Breadcrumbs").get_by_role("link", name="Visas").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Visas")


def test_contents_of_a_page_are_beside_its_text_on_a_wide_screen_and_above_it_on_a_phone(page, phone):
    text = "<p>Words about it.</p>" * 20
    a_page(path="visas", body="".join(f"<h2>Part {number}</h2>{text}" for number in range(4)))
    for screen, is_wide in ((page, True), (phone, False)):
        screen.goto("/visas/")
        contents, body = (screen.locator(each).bounding_box() for each in (".page-contents", ".body"))
        assert (contents["x"] > body["x"] + body["width"]) is is_wide
        assert (contents["y"] + contents["height"] <= body["y"]) is not is_wide
        screen.get_by_role("link", name="Part 3").click()
        expect(screen.get_by_role("heading", name="Part 3")).to_be_in_viewport()


def test_tables_are_cards_on_a_phone_and_stay_tables_for_screen_readers(phone, page):
    head = '<thead><tr><th scope="col">Visa for</th><th scope="col">Fee</th></tr></thead>'
    rows = '<tr><th scope="row">One journey</th><td>£50</td></tr><tr><th scope="row">Two journeys</th><td>£60</td></tr>'
    a_page(path="fees", body=f"<table><caption>Fees</caption>{head}<tbody>{rows}</tbody></table>")
    for screen, is_wide in ((page, True), (phone, False)):
        screen.goto("/fees/")
        heading, cell = (screen.locator(f"tbody tr:first-child {tag}").bounding_box() for tag in ("th", "td"))
        assert (heading["y"] == cell["y"]) is is_wide
        label = screen.locator("td").first.evaluate("(td) => getComputedStyle(td, '::before').content")
        assert ('"Fee"' in label) is not is_wide
        roles = [node["role"]["value"] for node in accessible_nodes(screen)]
        wanted = {"table": 1, "row": 3, "columnheader": 2, "rowheader": 2, "cell": 2}
        assert {role: roles.count(role) for role in wanted} == wanted
        assert {node["name"]["value"] for node in accessible_nodes(screen) if node["role"]["value"] == "cell"} == {
            "£50",
            "£60",
        }


def accessible_nodes(page):
    """Return the nodes of the accessibility tree that assistive technology meets."""
    nodes = page.context.new_cdp_session(page).send("Accessibility.getFullAXTree")["nodes"]
    return [node for node in nodes if not node["ignored"] and "name" in node]
