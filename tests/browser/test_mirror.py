"""A static export in a browser: works in any folder of any web server and shows the current date."""

from datetime import date
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import pytest
import time_machine
from playwright.sync_api import expect

from mirror.build import build_mirror
from tests.browser.conftest import DESKTOP, TIMEOUT, listen
from tests.factories import DAY, NOON, a_counter
from tests.helpers import public_pages

pytestmark = pytest.mark.django_db(transaction=True)


class Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *args):
        pass


@pytest.fixture
def copy(browser, tmp_path, settings):
    """A page with a mirror made at NOON as its base URL, /some/where/, a hundred days later."""
    public_pages.fill_site()
    a_counter(slug="bridge", since=date(2020, 11, 14), time_zone="Europe/London")
    with time_machine.travel(NOON, tick=False):
        *_, outcome = build_mirror(tmp_path / "some" / "where")
    assert outcome.is_complete
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=tmp_path))
    Thread(target=server.serve_forever, daemon=True).start()
    origin = f"http://127.0.0.1:{server.server_port}"
    context, troubles = browser.new_context(base_url=f"{origin}/some/where/", **DESKTOP), []
    context.set_default_timeout(TIMEOUT)
    listen(context, origin, troubles)
    with time_machine.travel(NOON + 100 * DAY, tick=True):
        yield context.new_page()
    context.close()
    server.shutdown()
    server.server_close()
    assert troubles == []


def test_counters_clocks_and_date_show_the_current_day(copy):
    copy.goto("counters/bridge/")
    expect(copy.locator("[data-since]").first).to_contain_text("110")
    expect(copy.locator(".top-bar [data-date]")).to_have_text("4 March 2021")
    expect(copy.locator('[data-clock="Europe/Moscow"]')).to_have_text("15:37")


def test_links_work_from_page_to_page(copy):
    copy.goto("")
    with copy.expect_navigation():
        copy.get_by_role("link", name="All messages").first.click()
    older = copy.get_by_role("link", name="Older")
    pages = 1
    while older.count():
        with copy.expect_navigation():
            older.first.click()
        pages += 1
    assert pages == 3
    copy.locator("main a[href*='/statement-']").first.click()
    expect(copy.locator("h1")).to_contain_text("Statement")
    assert copy.evaluate("document.styleSheets[0].cssRules.length") > 100


def test_exported_pages_are_accessible(copy, axe):
    for path in ("", "messages/", "contact/", "counters/"):
        copy.goto(path)
        assert axe(copy) == [], path
