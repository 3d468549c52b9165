"""The feeds hold whatever a headline and a lead may say: both parse, and say it unchanged."""

import html
import json
import xml.etree.ElementTree as ElementTree

import pytest
import time_machine

from tests.factories import NOON, a_message

pytestmark = pytest.mark.django_db

ATOM = "{http://www.w3.org/2005/Atom}"
WORDS = ["a < b", "a & b", "a &amp; b", "a ]]> b", "<![CDATA[ a", "<b>a</b>", "a \" ' b", "&#x41; é Ж 🕊", "</title>"]


@pytest.fixture(autouse=True)
def at_noon():
    with time_machine.travel(NOON, tick=False):
        yield


@pytest.mark.parametrize("words", WORDS)
def test_atom_says_headline_and_lead_as_they_are(client, words):
    a_message(headline=words, lead=words)
    entry = ElementTree.fromstring(client.get("/messages/feed/").content).find(f"{ATOM}entry")
    assert entry.findtext(f"{ATOM}title") == words
    summary = entry.find(f"{ATOM}summary")
    assert (summary.get("type"), html.unescape(summary.text)) == ("html", words)


@pytest.mark.parametrize("words", WORDS)
def test_the_json_feed_says_headline_and_lead_as_they_are(client, words):
    a_message(headline=words, lead=words, body="")
    item = json.loads(client.get("/messages/feed.json").content)["items"][0]
    assert (item["title"], item["summary"]) == (words, words)
    assert html.unescape(item["content_html"]) == f"<p>{words}</p>"


@pytest.mark.parametrize("wild", ["a\x08b", "a\ufffeb", "a\x0bb"])
def test_what_xml_can_not_hold_does_not_break_atom(client, wild):
    a_message(headline=wild, lead=wild)
    entry = ElementTree.fromstring(client.get("/messages/feed/").content).find(f"{ATOM}entry")
    assert entry.findtext(f"{ATOM}title") == "ab"
