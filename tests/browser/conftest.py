"""Fixtures for tests in a browser: Chromium, the live server, pages of several sizes, staff sessions, axe.

`page`, `phone` and `dark` are pages, ready for `page.goto("/messages/")`; `open_page(**options)` opens one with other
options of a browser context; on `staff` a superuser is signed in; `axe(page)` returns accessibility violations. A test
fails when a console shows an error (a violated content security policy is one) or a page requests another host.

One Chromium and one live server serve the whole run of a worker. Contexts are used again by later tests with the same
options, after their cookies, storage, permissions and pages are removed: a new one costs ten times as much, as its
cache has no static files yet. A test that changes more than that takes a context of its own: `open_page(own=True)`, or
the marker `own_context` for the fixtures that open pages.
"""

import os
import shutil
from datetime import datetime
from pathlib import Path
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

import pytest
import time_machine
from axe_playwright_python.base import AXE_SCRIPT
from django.contrib.staticfiles.handlers import StaticFilesHandlerMixin
from playwright.sync_api import expect, sync_playwright

from tests.helpers.requirements import missing

# Playwright's synchronous interface runs an event loop in this thread; Django would refuse its database for that.
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"

# Service workers would load files behind the pages of other tests: a test of them allows them.
DESKTOP = {"viewport": {"width": 1280, "height": 800}, "locale": "en-GB", "service_workers": "block"}
PHONE = {"viewport": {"width": 360, "height": 740}, "has_touch": True, "is_mobile": True, "device_scale_factor": 2}
ARGUMENTS = [
    "--no-sandbox",  # needed as root; it visits the site under test only
    "--process-per-site",  # the pages of a context share a renderer, which stays warm from test to test
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
TIMEOUT = 30_000  # milliseconds for a locator or an expectation, for busy machines
# Without windows the same engine needs half the CPU time: Debian's chromium-headless-shell, also Playwright's choice.
BROWSERS = ["chromium-headless-shell", "chromium", "chromium-browser", "google-chrome"]
# An editor gets its role and its label a moment after its text; axe must not run in between.
EDITORS_ARE_READY = "() => Object.values(window.CKEDITOR?.instances || {}).every(editor => editor.status === 'ready')"

expect.set_options(timeout=TIMEOUT)

# The browser


def chromium():
    """Return the path of a Chromium, or None."""
    names = [os.environ.get("CHROMIUM"), *BROWSERS]
    return next((found for name in names if name and (found := shutil.which(name))), None)


def pytest_configure(config):
    config.addinivalue_line("markers", "own_context: the pages of this test are in browser contexts of their own.")


def pytest_report_header(config):
    return f"browser: {chromium() or 'NO CHROMIUM FOUND: what needs a browser is not tested'}"


def pytest_collection_modifyitems(items):
    here = Path(__file__).parent
    for item in items:
        if here in item.path.parents:
            item.add_marker("browser")


@pytest.fixture(scope="session")
def browser():
    """A Chromium for the whole run."""
    with sync_playwright() as playwright:
        path = chromium() or playwright.chromium.executable_path
        if not Path(path).exists():
            missing("Chromium (Debian: apt-get install chromium-headless-shell, or give its path in CHROMIUM)")
        browser = playwright.chromium.launch(executable_path=path, args=ARGUMENTS)
        yield browser
        browser.close()


# The site


@pytest.fixture(scope="session")
def static_files_are_kept():
    """Let Chromium keep static files, as in production: it would ask again and compile the editor for each page."""
    with pytest.MonkeyPatch.context() as patch:
        serve = StaticFilesHandlerMixin.serve

        def serve_for_an_hour(handler, request):
            response = serve(handler, request)
            response["Cache-Control"] = "max-age=3600"
            return response

        patch.setattr(StaticFilesHandlerMixin, "serve", serve_for_an_hour)
        yield


@pytest.fixture
def site(live_server, static_files_are_kept, settings):
    """The origin of a live server with the site and its static files; it uses the database of the test."""
    settings.SITE_URL = live_server.url
    settings.ALLOWED_HOSTS = ["*"]
    settings.CSRF_TRUSTED_ORIGINS = [live_server.url]
    return live_server.url


# Pages


class SharedContext:
    """A browser context that later tests use again, with a page that keeps its renderer and its storage open."""

    def __init__(self, browser, site, options):
        self.context = browser.new_context(base_url=site, **(DESKTOP | options))
        self.context.set_default_timeout(TIMEOUT)
        self.troubles = []
        listen(self.context, site, self.troubles)
        self.keeper = self.context.new_page()
        self.keeper.goto("/robots.txt")

    def reset(self):
        """Remove the state of a test: pages, cookies, permissions, storage, reported troubles."""
        for page in self.context.pages:
            if page != self.keeper:
                page.close()
        self.context.clear_cookies()
        self.context.clear_permissions()
        self.context.set_offline(False)
        self.keeper.evaluate("localStorage.clear()")
        self.troubles.clear()


@pytest.fixture(scope="session")
def shared_contexts(browser):
    """The contexts that are not in use, by their options."""
    return {}


@pytest.fixture
def open_page(browser, site, request, shared_contexts):
    """A function that opens a page, each in another context; an error in its console fails the test."""
    shared, own, troubles = [], [], []
    needs_own = request.node.get_closest_marker("own_context")

    def open_page(own=needs_own, **options):
        if own:
            return open_own_page(options)
        key = repr(sorted(options.items()))
        free = shared_contexts.setdefault(key, [])
        taken = free.pop() if free else SharedContext(browser, site, options)
        shared.append((key, taken))
        return taken.context.new_page()

    def open_own_page(options):
        context = browser.new_context(base_url=site, **(DESKTOP | options))
        context.set_default_timeout(TIMEOUT)
        own.append(context)
        listen(context, site, troubles)
        return context.new_page()

    yield open_page
    for context in own:
        context.close()
    for key, each in shared:
        troubles += each.troubles
        each.reset()
        shared_contexts[key].append(each)
    if troubles and not request.node.get_closest_marker("may_complain"):
        pytest.fail("\n".join(dict.fromkeys(troubles)), pytrace=False)


def listen(context, site, troubles):
    """Add to `troubles` each error on a page of `context`, and each request to another host."""
    visited = set()

    def on_request(request):
        if request.is_navigation_request():
            visited.add(request.url)
        address = urlsplit(request.url)
        if address.scheme not in {"data", "blob", "about"} and f"{address.scheme}://{address.netloc}" != site:
            troubles.append(f"a request to another host: {request.url}")

    def on_console(message):
        # The page itself may be a 404 or a 410: only its resources have to exist.
        if message.type == "error" and not (
            message.text.startswith("Failed to load resource") and message.location["url"] in visited
        ):
            troubles.append(f"the console: {message.text} ({message.location['url']})")

    context.on("request", on_request)
    context.on("console", on_console)
    context.on("weberror", lambda error: troubles.append(f"an error in a script: {error.error}"))


@pytest.fixture
def page(open_page):
    """A page as wide as a laptop."""
    return open_page()


@pytest.fixture
def phone(open_page):
    """A page on a phone, 360 pixels wide, with touch."""
    return open_page(**PHONE)


@pytest.fixture
def dark(open_page):
    """A page in the dark colour scheme."""
    return open_page(color_scheme="dark")


# Clocks


@pytest.fixture
def server_at():
    """A function that sets the server's clock, which goes on from there; the browser's is not changed."""
    travels = []

    def move(text, zone="Europe/London"):
        stop()
        travels.append(time_machine.travel(datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone)), tick=True))
        travels[0].start()

    def stop():
        while travels:
            travels.pop().stop()

    yield move
    stop()


@pytest.fixture
def held(open_page):
    """A page of a visitor in Tokyo whose clock is years off and paused: `held.clock.run_for(…)` moves it."""
    page = open_page(timezone_id="Asia/Tokyo", own=True)
    page.clock.install(time=datetime(2031, 5, 6, 7, 8, 9))
    page.clock.pause_at(datetime(2031, 5, 6, 7, 8, 10))
    return page


# Staff


@pytest.fixture
def log_in(site, settings):
    """A function that signs a user, or a new superuser, in on a page by a session cookie, and returns the user."""
    from django.contrib.auth import get_user_model
    from django.test import Client

    def log_in(page, user=None):
        user = user or get_user_model().objects.create_superuser("officer", password="for-the-tests-only")
        client = Client()
        client.force_login(user)
        session = client.cookies[settings.SESSION_COOKIE_NAME].value
        page.context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": session, "url": site}])
        return user

    return log_in


@pytest.fixture
def staff(page, log_in):
    """A page on which a superuser is signed in."""
    log_in(page)
    return page


@pytest.fixture
def anna(open_page, log_in):
    return officer(open_page, log_in, "anna")


@pytest.fixture
def boris(open_page, log_in):
    return officer(open_page, log_in, "boris")


def officer(open_page, log_in, name):
    """Return a page on which an officer of this name is signed in."""
    from django.contrib.auth import get_user_model

    page = open_page()
    log_in(
        page, get_user_model().objects.create_superuser(name, password="for-the-tests-only", first_name=name.title())
    )
    return page


# Accessibility

COLOUR_RULES = ["color-contrast", "color-contrast-enhanced"]
RUN_AXE = """async ([where, options]) => {
  for (const fade of document.getAnimations()) if (fade.effect.getTiming().iterations < Infinity) fade.finish();
  return (await axe.run({include: [["html"]], ...where}, options)).violations;
}"""


@pytest.fixture
def axe():
    """A function that returns the accessibility violations axe finds on a page, one line for each element.

    All rules are checked in the page's own colour scheme, those about colours in the other scheme as well. `without`
    are selectors of parts that are checked elsewhere; `also` names rules that axe runs only on request.
    """

    def axe(page, *, without=(), also=()):
        page.wait_for_function(EDITORS_ARE_READY)
        # Evaluated through the debugger, which the page's content security policy does not restrict.
        if not page.evaluate("!!window.axe"):
            page.evaluate(AXE_SCRIPT)
        where = {"exclude": [[selector] for selector in without]} if without else {}
        common = {"resultTypes": ["violations"]}
        found = page.evaluate(RUN_AXE, [where, common | {"rules": {rule: {"enabled": True} for rule in also}}])
        colours = [rule for rule in COLOUR_RULES if rule == "color-contrast" or rule in also]
        dark = page.evaluate("matchMedia('(prefers-color-scheme: dark)').matches")
        page.emulate_media(color_scheme="light" if dark else "dark")
        found += page.evaluate(RUN_AXE, [where, common | {"runOnly": {"type": "rule", "values": colours}}])
        page.emulate_media(color_scheme="dark" if dark else "light")
        return [
            f"{violation['id']} ({violation['impact']}): {violation['help']}: {' '.join(map(str, node['target']))}"
            for violation in found
            for node in violation["nodes"]
        ]

    return axe
