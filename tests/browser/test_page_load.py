"""What scripts cost while a page loads: no long task, no jump of the layout, no time zones of the browser."""

import json
import re

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from tests.factories import a_counter, a_message, an_office

pytestmark = pytest.mark.django_db(transaction=True)

WINDOWS = {"phone": {"width": 390, "height": 844}, "wide": {"width": 1280, "height": 800}}
A_SLOW_PHONE = 4  # times slower than this machine
LONG_TASK = 50  # milliseconds (W3C Long Tasks API)
PAINTED = "() => performance.getEntriesByName('first-contentful-paint').length"
SHIFTS = """() => new Promise(resolve => {
  let sum = 0;
  const add = (list) => list.getEntries().forEach((entry) => { sum += entry.value });
  new PerformanceObserver(add).observe({type: "layout-shift", buffered: true});
  requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(() => resolve(sum))));
})"""
COUNT_FORMATS = """
  window.formats = 0;
  for (const name of ["DateTimeFormat", "NumberFormat"]) {
    const construct = (...all) => { window.formats += 1; return Reflect.construct(...all); };
    Intl[name] = new Proxy(Intl[name], {construct});
  }
  for (const kind of [Date, Number]) for (const name of Object.getOwnPropertyNames(kind.prototype)) {
    if (!name.startsWith("toLocale")) continue;
    const original = kind.prototype[name];
    kind.prototype[name] = function (...all) { window.formats += 1; return original.apply(this, all); };
  }
"""


@pytest.fixture
def paths():
    """The addresses of the pages that visitors open most, on a site that has something of everything."""
    an_office(emergency_phone="+44 (0) 7700 900123")
    for order in range(6):
        a_counter(order=order)
    message = a_message(featured=True, body="<p>A paragraph of the speech.</p>" * 20)
    for number in range(12):
        a_message(headline=f"Statement {number}")
    return ["/", message.get_absolute_url(), reverse("messages"), "/search/?q=statement", reverse("consular:contact")]


def wait_for_clocks(page):
    expect(page.locator("[data-clock]").last).to_have_text(re.compile(r"\d\d:\d\d"))


@pytest.mark.parametrize("window", WINDOWS.values(), ids=WINDOWS)
def test_nothing_moves_when_the_script_has_filled_the_clocks(open_page, paths, window):
    page, held = open_page(viewport=window), []
    page.route("**/site.js", lambda route: held.append(route))
    shifts = {}
    for path in paths:
        page.goto(path, wait_until="commit")
        page.wait_for_function(PAINTED)  # before the script runs
        held.pop().continue_()
        wait_for_clocks(page)
        shifts[path] = page.evaluate(SHIFTS)
    assert set(shifts.values()) == {0}, shifts


def test_no_script_is_a_long_task_on_a_slow_phone(browser, open_page, paths):
    page = open_page(viewport=WINDOWS["phone"])
    for path in paths:
        browser.start_tracing(page=page, categories=["devtools.timeline"])
        page.goto(path)
        wait_for_clocks(page)
        took = script_milliseconds(json.loads(browser.stop_tracing()))
        assert took and max(took.values()) * A_SLOW_PHONE < LONG_TASK, (path, took)


def script_milliseconds(trace):
    """Return the processor time that each script of a page took while it was loaded: other programs do not count."""
    runs = [event for event in trace["traceEvents"] if event["name"] == "EvaluateScript" and "tdur" in event]
    named = [(event["args"]["data"]["url"].rpartition("/")[2], event["tdur"] / 1000) for event in runs]
    return {name: took for name, took in named if name.endswith(".js")}


def test_a_current_page_needs_no_formats_of_the_browser(open_page, paths):
    page = open_page(own=True)
    page.add_init_script(COUNT_FORMATS)
    for path in paths:
        page.goto(path)
        wait_for_clocks(page)
        assert page.evaluate("window.formats") == 0, path
