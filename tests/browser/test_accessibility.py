"""No barriers on any kind of page, light or dark, wide or on a phone; and none of ours on the desk."""

import pytest
from playwright.sync_api import expect

from tests import kinds
from tests.browser.conftest import DESKTOP, PHONE
from tests.factories import a_category, a_message, a_topic, an_office

pytestmark = pytest.mark.django_db(transaction=True)

# A newspaper's contrast, 7:1, and targets that a thumb finds: axe asks for them only when told to.
ALSO = ["color-contrast-enhanced", "target-size"]

SCHEMES = ["light", "dark"]
both_windows = pytest.mark.parametrize("window", [DESKTOP, PHONE], ids=["wide", "phone"])

# What Django's own admin brings, as it comes: the page, the rule, where, and why it stands.
STOCK = {
    ("login", "page-has-heading-one", "html"): "the site's name above Django's login form is no heading",
    ("list", "label-title-only", "#searchbar"): "the label of Django's search box is an icon without a text",
    ("form", "label", "#id_publish_at_0"): "Django writes the words Date and Time beside its two boxes, not in labels",
    ("form", "label", "#id_publish_at_1"): "as above",
    ("message", "label", "#id_publish_at_0"): "as above",
    ("message", "label", "#id_publish_at_1"): "as above",
    ("form", "empty-table-header", "thead > tr > .original"): "Django's rows of attached things begin without a head",
    ("message", "empty-table-header", "thead > tr > .original"): "as above",
}


def barriers_on(page, addresses, axe, **options):
    """Return what axe finds on each page, light and dark, after the page's name."""
    found = []
    for scheme in SCHEMES:
        page.emulate_media(color_scheme=scheme)  # before the page loads: the desk fades from one to the other
        for name, address in addresses.items():
            page.goto(address)
            found += [f"{name}: {barrier}" for barrier in axe(page, **options)]
    return list(dict.fromkeys(found))


@both_windows
def test_no_kind_of_page_has_barriers(open_page, axe, window):
    addresses = kinds.of_a_full_site()
    page = open_page(**window)
    assert barriers_on(page, addresses, axe, also=ALSO) == []


def test_no_page_of_an_empty_site_has_barriers(phone, axe):
    assert barriers_on(phone, kinds.EMPTY, axe, also=ALSO) == []


@both_windows
def test_form_with_errors_and_open_menu_have_no_barriers(open_page, axe, window):
    an_office()
    a_topic(name="Lost passport")
    page = open_page(**window)
    page.goto("/contact/")
    page.get_by_role("button", name="Send question").click()
    expect(page.get_by_role("alert")).to_be_visible()
    if window is PHONE:
        page.get_by_text("Menu", exact=True).click()
    for scheme in SCHEMES:
        page.emulate_media(color_scheme=scheme)
        assert axe(page, also=ALSO) == []


def test_desk_has_no_barriers_of_ours(page, axe, log_in):
    a_category("speeches")
    message = a_message(headline="A statement")
    found = barriers_on(page, {"login": "/admin/login/"}, axe)
    log_in(page)
    found += barriers_on(
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
    assert [barrier for barrier in found if place(barrier) not in STOCK] == []


def place(barrier):
    """Return the page, the rule and the element of a barrier."""
    page, rule, *_rest, target = barrier.split(": ")
    return page, rule.split(" ")[0], target
