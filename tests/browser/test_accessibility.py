"""No accessibility violations on any kind of page, light or dark, wide or on a phone; on the desk none of our own."""

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import DESKTOP, PHONE
from tests.factories import a_category, a_message, a_topic, an_office
from tests.helpers import public_pages

pytestmark = pytest.mark.django_db(transaction=True)

# Contrast of 7:1 (WCAG AAA) and touch targets of 24 pixels: axe checks them only on request.
ALSO = ["color-contrast-enhanced", "target-size"]

both_windows = pytest.mark.parametrize("window", [DESKTOP, PHONE], ids=["wide", "phone"])

# Violations in Django's own templates: the page, the rule, the element, and the reason.
DJANGO_VIOLATIONS = {
    ("list", "label-title-only", "#searchbar"): "the label of Django's search box is an icon without a text",
    ("form", "empty-table-header", "thead > tr > .original"): "Django's rows of attached things begin without a head",
    ("message", "empty-table-header", "thead > tr > .original"): "as above",
}


def violations_on(page, addresses, axe, **options):
    """Return the violations on each page, each after the page's name."""
    found = []
    for name, address in addresses.items():
        page.goto(address)
        found += [f"{name}: {violation}" for violation in axe(page, **options)]
    return found


# Of these parts are elsewhere in a wide window; the others are only wider there.
REARRANGED = ["home", "archive", "month", "message", "results", "counters", "page", "contact", "not found"]


@both_windows
def test_no_kind_of_page_has_violations(open_page, axe, window):
    addresses = public_pages.fill_site(speeches=22)  # enough for a second page
    if window is DESKTOP:
        addresses = {name: addresses[name] for name in REARRANGED}
    page = open_page(**window)
    assert violations_on(page, addresses, axe, also=ALSO) == []


def test_no_page_of_an_empty_site_has_violations(phone, axe):
    assert violations_on(phone, public_pages.EMPTY_SITE_PAGES, axe, also=ALSO) == []


@both_windows
def test_form_with_errors_and_open_menu_have_no_violations(open_page, axe, window):
    an_office()
    a_topic(name="Lost passport")
    page = open_page(**window)
    page.goto("/contact/write/")
    page.get_by_role("button", name="Send question").click()
    expect(page.get_by_role("alert")).to_be_visible()
    if window is PHONE:
        page.get_by_text("Menu", exact=True).click()
    assert axe(page, also=ALSO) == []


def test_press_desk_has_no_violations_of_our_own(page, axe, log_in):
    a_category("speeches")
    message = a_message(headline="A statement")
    found = violations_on(page, {"login": "/admin/login/"}, axe)
    log_in(page)
    found += violations_on(
        page,
        {
            "index": "/admin/",
            "list": "/admin/news/message/",
            "form": "/admin/news/message/add/",
            "message": f"/admin/news/message/{message.pk}/change/",
            "withdraw": f"/admin/news/message/withdraw/?ids={message.pk}",
            "preview": f"/admin/news/message/{message.pk}/preview/",
        },
        axe,
    )
    assert [violation for violation in found if identify(violation) not in DJANGO_VIOLATIONS] == []


def identify(violation):
    """Return the page, the rule and the element of a violation."""
    page, rule, *_rest, target = violation.split(": ")
    return page, rule.split(" ")[0], target
