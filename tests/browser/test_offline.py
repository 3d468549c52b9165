"""The contact page without network: a service worker keeps it, and shows it only while the network does not answer."""

import pytest
from playwright.sync_api import expect

from consular.models import Office
from tests.factories import a_message, a_topic, an_office
from tests.helpers.waiting import wait_until

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.may_complain]  # requests fail offline

KEPT = "You are offline. This is the page as your browser saved it on"
KEPT_TEXT = "caches.match('/contact/').then(found => found ? found.text() : '')"
NO_ANSWER = r"ERR_INTERNET_DISCONNECTED|ERR_FAILED"
REGISTERED = "navigator.serviceWorker.getRegistrations().then(found => found.length)"


@pytest.fixture
def visitor(open_page):
    """A page in a context of its own, which may have a service worker."""
    an_office(address="1 High Street", emergency_phone="+44 (0) 7700 900123")
    a_topic(name="Lost passport")
    return open_page(own=True, service_workers="allow")


def keep_page(page):
    """Visit the contact page until its service worker has kept it."""
    page.goto("/contact/")
    page.evaluate("navigator.serviceWorker.ready.then(() => 1)")
    wait_until(lambda: page.evaluate(KEPT_TEXT), "A kept page")


def test_the_contact_page_is_shown_with_its_styles_without_network(visitor):
    keep_page(visitor)
    names = visitor.evaluate("caches.open('contact').then(c => c.keys()).then(all => all.map(each => each.url))")
    assert all("/static/" in name or name.endswith("/contact/") for name in names)
    visitor.context.set_offline(True)
    visitor.goto("/contact/")
    expect(visitor.get_by_text(KEPT)).to_be_visible()
    expect(visitor.locator(".emergency a")).to_have_attribute("href", "tel:+447700900123")
    assert visitor.locator(".top-bar").evaluate("bar => getComputedStyle(bar).backgroundColor") != "rgba(0, 0, 0, 0)"


def test_the_page_of_the_network_is_shown_while_it_answers(visitor):
    keep_page(visitor)
    Office.objects.update(address="2 Low Street")
    visitor.goto("/contact/")
    expect(visitor.get_by_text("2 Low Street")).to_be_visible()
    expect(visitor.get_by_text(KEPT)).to_be_hidden()
    wait_until(lambda: "2 Low Street" in visitor.evaluate(KEPT_TEXT), "The new page in the cache")
    visitor.context.set_offline(True)
    visitor.goto("/contact/")
    expect(visitor.get_by_text("2 Low Street")).to_be_visible()


def test_a_link_with_a_parameter_leads_to_the_kept_page_too(visitor):
    keep_page(visitor)
    visitor.context.set_offline(True)
    visitor.goto("/contact/?utm_source=card")
    expect(visitor.get_by_role("heading", level=1)).to_have_text("Contact")


def test_no_other_page_is_kept(visitor):
    message = a_message()
    visitor.goto(message.get_absolute_url())
    keep_page(visitor)
    visitor.goto("/contact/lost-passport/")
    visitor.goto("/contact/write/")
    visitor.context.set_offline(True)
    for path in (message.get_absolute_url(), "/", "/contact/write/", "/contact/lost-passport/"):
        with pytest.raises(Exception, match=NO_ANSWER):
            visitor.goto(path)


def test_switching_it_off_removes_what_was_kept(visitor, settings):
    keep_page(visitor)
    settings.CONTACT_OFFLINE = False
    Office.objects.update(address="3 New Street")  # a new edition, as a restart makes
    visitor.goto("/contact/")
    wait_until(lambda: visitor.evaluate(REGISTERED) == 0, "The end of the service worker")
    assert visitor.evaluate("caches.keys()") == []
    visitor.goto("/")  # the worker leaves with the page that it controls
    visitor.context.set_offline(True)
    with pytest.raises(Exception, match=NO_ANSWER):
        visitor.goto("/contact/")


def test_no_worker_is_registered_while_it_is_off(open_page, settings):
    settings.CONTACT_OFFLINE = False
    page = open_page(own=True, service_workers="allow")
    page.goto("/contact/")
    assert page.evaluate(REGISTERED) == 0 and page.locator("script[data-worker]").count() == 0
