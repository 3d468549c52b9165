"""A real Chromium and a live site for it: pages in the shapes that visitors use, and an ear for whatever goes wrong.

`page`, `phone` and `dark` are pages, ready for `page.goto("/messages/")`; `open_page(**options)` makes one with other
options of a browser context, `staff` is one that a superuser has logged in on, `axe(page)` looks for barriers. A test
fails when a console shows an error (a broken content security policy is one) or a page asks another host for anything.
"""

import os
import shutil
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import expect, sync_playwright

from tests.environment import everything_is_required

# Playwright's synchronous interface runs an event loop in this thread; Django would refuse its database for that.
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"

DESKTOP = {"viewport": {"width": 1280, "height": 800}, "locale": "en-GB"}
PHONE = {"viewport": {"width": 360, "height": 740}, "has_touch": True, "is_mobile": True, "device_scale_factor": 2}
ARGUMENTS = [
    "--no-sandbox",  # needed as root; the only site it sees is ours
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
PATIENCE = 30_000  # milliseconds that a locator or an expectation may wait: what comes at all comes sooner
# An editor gets its role and its label a moment after its text; axe must not look in between.
EDITORS_ARE_READY = "() => Object.values(window.CKEDITOR?.instances || {}).every(editor => editor.status === 'ready')"

expect.set_options(timeout=PATIENCE)

# The browser


def chromium():
    """Return the path of a Chromium, or None."""
    names = [os.environ.get("CHROMIUM"), "chromium", "chromium-browser", "google-chrome"]
    return next((found for name in names if name and (found := shutil.which(name))), None)


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
            missing = "No Chromium found. Install one (Debian: apt-get install chromium) or give its path in CHROMIUM."
            if everything_is_required():
                pytest.fail(missing, pytrace=False)
            pytest.skip(missing)
        browser = playwright.chromium.launch(executable_path=path, args=ARGUMENTS)
        yield browser
        browser.close()


# The site


@pytest.fixture
def site(live_server, settings):
    """The origin of a live server with the site and its static files; it has the test's own database behind it."""
    settings.SITE_URL = live_server.url
    settings.ALLOWED_HOSTS = ["*"]
    settings.CSRF_TRUSTED_ORIGINS = [live_server.url]
    return live_server.url


# Pages


@pytest.fixture
def open_page(browser, site, request):
    """A function that opens a page in a context of its own; whatever its console complains of fails the test."""
    contexts, troubles = [], []

    def open_page(**options):
        context = browser.new_context(base_url=site, **(DESKTOP | options))
        context.set_default_timeout(PATIENCE)
        contexts.append(context)
        listen(context, site, troubles)
        return context.new_page()

    yield open_page
    for context in contexts:
        context.close()
    if troubles and not request.node.get_closest_marker("may_complain"):
        pytest.fail("\n".join(dict.fromkeys(troubles)), pytrace=False)


def listen(context, site, troubles):
    """Write into `troubles` every error that a page of `context` shows, and every request to another host."""
    visited = set()

    def on_request(request):
        if request.is_navigation_request():
            visited.add(request.url)
        address = urlsplit(request.url)
        if address.scheme not in {"data", "blob", "about"} and f"{address.scheme}://{address.netloc}" != site:
            troubles.append(f"a request to another host: {request.url}")

    def on_console(message):
        # The page itself may well be a 404 or a 410: only what it loads has to be there.
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
    """A page for a visitor who prefers the dark."""
    return open_page(color_scheme="dark")


# Staff


@pytest.fixture
def log_in(site, settings):
    """A function that logs somebody in on a page, a new superuser where nobody is named, and returns the user."""
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
    """A page on which a superuser has logged in."""
    log_in(page)
    return page


@pytest.fixture
def anna(open_page, log_in):
    return officer(open_page, log_in, "anna")


@pytest.fixture
def boris(open_page, log_in):
    return officer(open_page, log_in, "boris")


def officer(open_page, log_in, name):
    """Return a page on which an officer of this name has logged in."""
    from django.contrib.auth import get_user_model

    page = open_page()
    log_in(
        page, get_user_model().objects.create_superuser(name, password="for-the-tests-only", first_name=name.title())
    )
    return page


# Barriers


@pytest.fixture
def axe():
    """A function that returns the barriers axe finds on a page, one line for each element.

    `without` are selectors of what is looked at elsewhere, `also` names rules that axe leaves out unless asked.
    """

    def axe(page, *, without=(), also=()):
        page.wait_for_function(EDITORS_ARE_READY)
        # Evaluated through the debugger, where the page's content security policy has no say.
        page.evaluate(AXE_SCRIPT)
        options = {"resultTypes": ["violations"], "rules": {rule: {"enabled": True} for rule in also}}
        where = {"exclude": [[selector] for selector in without]} if without else {}
        found = page.evaluate(
            "([where, options]) => axe.run({include: [['html']], ...where}, options)", [where, options]
        )["violations"]
        return [
            f"{barrier['id']} ({barrier['impact']}): {barrier['help']}: {' '.join(map(str, node['target']))}"
            for barrier in found
            for node in barrier["nodes"]
        ]

    return axe
