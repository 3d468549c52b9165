"""The page of an enquiry for its visitor, in a browser: accessibility, widths, without JavaScript."""

import pytest
from playwright.sync_api import expect

from consular.models import Enquiry, Erasure
from tests.browser.conftest import DESKTOP, PHONE
from tests.factories import a_topic, an_enquiry, an_office

pytestmark = pytest.mark.django_db(transaction=True)

ALSO = ["color-contrast-enhanced", "target-size"]


@pytest.fixture
def enquiry():
    an_office(emergency_phone="+44 (0) 7700 900123")
    return an_enquiry(topic=a_topic(name="Lost passport"))


@pytest.mark.parametrize("window", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_pages_of_an_enquiry_have_no_violations_and_fit(open_page, enquiry, axe, window):
    page, found = open_page(**window), []
    address = enquiry.get_absolute_url()

    def look():
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        found.extend(axe(page, also=ALSO))

    page.goto(address)
    look()
    page.get_by_role("button", name="Send").click()  # refused, as it is empty
    expect(page.get_by_role("alert")).to_be_visible()
    look()
    page.get_by_label("Your addition").fill("It has turned up.")
    page.get_by_role("button", name="Send").click()
    expect(page.get_by_role("status")).to_contain_text("has been received")
    look()
    page.goto(f"{address}erase/")
    look()
    page.get_by_role("button", name="Delete enquiry now").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("This enquiry has been deleted")
    look()
    assert found == []


def test_a_visitor_adds_text_and_erases_without_javascript(open_page, enquiry):
    page = open_page(java_script_enabled=False)
    page.goto(enquiry.get_absolute_url())
    page.get_by_label("Your addition").fill("It has turned up in Leeds.")
    page.get_by_role("button", name="Send").click()
    expect(page.get_by_role("status")).to_contain_text("has been received")
    assert [entry.text for entry in enquiry.entries.all()] == ["It has turned up in Leeds."]
    page.get_by_role("link", name="Delete enquiry").click()
    page.get_by_role("button", name="Delete enquiry now").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("This enquiry has been deleted")
    assert (Enquiry.objects.count(), Erasure.objects.get().reason) == (0, Erasure.Reason.VISITOR)


def test_double_click_adds_once(page, enquiry):
    page.goto(enquiry.get_absolute_url())
    page.get_by_label("Your addition").fill("It has turned up.")
    page.get_by_role("button", name="Send").dblclick()
    expect(page.get_by_role("status")).to_contain_text("has been received")
    assert enquiry.entries.count() == 1


def test_the_address_of_the_page_is_not_sent_as_referrer(page, enquiry):
    page.goto(enquiry.get_absolute_url())
    referrers = []
    page.on("request", lambda request: referrers.append(request.headers.get("referer", "")))
    page.get_by_role("link", name="Contact the consular office").click()
    page.wait_for_load_state()
    assert referrers and not any(enquiry.token in referrer for referrer in referrers)


def test_refused_text_stays_and_the_error_gets_the_focus(page, enquiry):
    page.goto(enquiry.get_absolute_url())
    page.get_by_label("Your addition").fill("x" * 5001)
    page.get_by_role("button", name="Send").click()
    expect(page.get_by_role("alert")).to_be_focused()
    expect(page.get_by_role("alert")).to_contain_text("1 character too long")
    expect(page.get_by_label("Your addition")).to_have_value("x" * 5001)
