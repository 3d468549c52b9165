"""Counters in a browser: one sentence to read and to copy, one column of numbers, and what is printed."""

from datetime import date

import pytest
from playwright.sync_api import expect

from tests.factories import a_counter, a_message

pytestmark = pytest.mark.django_db(transaction=True)

SENTENCE = "3,190 days have passed since the fire"
SELECT = """(element) => {
  getSelection().selectAllChildren(element);
  return getSelection().toString();
}"""
NUMBERS = "() => [...document.querySelectorAll('.counter data')].map(found => found.getBoundingClientRect().right)"
TEXTS = """() => [...document.querySelectorAll('.counter')].map(counter => {
  const range = document.createRange();
  const text = counter.querySelector('data').nextSibling;
  range.setStart(text, 1);  // after the space
  range.setEnd(text, 2);
  return range.getBoundingClientRect().left;
})"""


@pytest.fixture
def counters(server_at):
    server_at("2020-11-24 12:37:20")
    a_counter(since=date(2012, 3, 1))
    a_counter(since=date(2020, 11, 20), incident="the flood")
    a_counter(since=date(2020, 1, 1), incident="the closing of the school in the street by the river")


def test_a_counter_is_heard_and_copied_as_one_sentence(page, counters):
    for path in ("/", "/counters/"):
        page.goto(path)
        link = page.get_by_role("link", name=SENTENCE, exact=True)
        expect(link).to_be_visible()
        assert link.evaluate(SELECT) == SENTENCE


def test_numbers_end_and_sentences_begin_in_one_column(open_page, counters):
    for width in (320, 390, 1280):
        page = open_page(viewport={"width": width, "height": 800})
        page.goto("/counters/")
        for script in (NUMBERS, TEXTS):
            edges = page.evaluate(script)
            assert max(edges) - min(edges) < 1, (width, edges)


def test_counters_are_printed_on_their_own_page_and_not_with_a_message(page, counters):
    a_message(featured=True)
    for path, printed in (("/counters/", True), ("/", False)):
        page.goto(path)
        page.emulate_media(media="print")
        expect(page.get_by_text(SENTENCE)).to_be_visible(visible=printed)
        page.emulate_media(media="screen")
