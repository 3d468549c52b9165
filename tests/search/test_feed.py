"""Feeds of a search: Atom and JSON Feed, by date, with a permanent id."""

from xml.etree import ElementTree

import pytest
import time_machine

from news.syndication.feeds import MAX_ENTRIES
from tests.factories import DAY, HOUR, NOON, a_category, a_message

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]

ATOM = "{http://www.w3.org/2005/Atom}"


@pytest.fixture(autouse=True)
def clock():
    with time_machine.travel(NOON, tick=False) as traveller:
        yield traveller


def document(client, query):
    response = client.get(f"/search/feed/?{query}")
    assert (response.status_code, response["Content-Type"]) == (200, "application/atom+xml; charset=utf-8")
    return ElementTree.fromstring(response.content)


def titles(client, query):
    return [entry.findtext(f"{ATOM}title") for entry in document(client, query).findall(f"{ATOM}entry")]


def test_results_are_by_date_with_full_text(client):
    a_message(headline="A visa", publish_at=NOON - 2 * DAY)
    a_message(headline="Of travel", body="<p>Visa <b>free</b>.</p>", publish_at=NOON - DAY)
    a_message(headline="Another matter")
    assert titles(client, "q=visa") == ["Of travel", "A visa"]
    assert document(client, "q=visa").findtext(f"{ATOM}entry/{ATOM}content") == "<p>Visa <strong>free</strong>.</p>"


def test_filters_apply_to_the_feed(client):
    a_message(headline="Visa, a statement", publish_at=NOON - DAY)
    a_message(headline="Visa, a speech", category=a_category("speeches"), publish_at=NOON - DAY)
    a_message(headline="Visa, long ago", publish_at=NOON - 1000 * DAY)
    assert titles(client, "q=visa&category=speeches") == ["Visa, a speech"]
    assert titles(client, "q=visa&category=statements&year=2020") == ["Visa, a statement"]
    assert titles(client, "q=visa&to=2019-01-01") == ["Visa, long ago"]


def test_it_is_as_long_as_other_feeds(client):
    for number in range(MAX_ENTRIES + 3):
        a_message(headline=f"Visa {number}", publish_at=NOON - number * HOUR)
    assert titles(client, "q=visa") == [f"Visa {number}" for number in range(MAX_ENTRIES)]


def test_withdrawn_messages_disappear_and_scheduled_ones_appear_on_the_second(client, clock):
    message = a_message(headline="Visa withdrawn", publish_at=NOON - DAY)
    a_message(headline="Visa tomorrow", publish_at=NOON + DAY, approved_at=NOON)
    before = titles(client, "q=visa")
    message.withdraw("It was wrong.", at=NOON)
    gone = titles(client, "q=visa")
    clock.move_to(NOON + DAY)
    assert (before, gone, titles(client, "q=visa")) == (["Visa withdrawn"], [], ["Visa tomorrow"])


def test_a_feed_has_the_same_id_for_each_spelling_of_a_search(client):
    found = document(client, "q=visa+treaty&category=speeches")
    assert found.findtext(f"{ATOM}id") == "tag:testserver,2020:search/q=visa+treaty&category=speeches"
    own = found.find(f"{ATOM}link[@rel='self']").get("href")
    assert own == "http://testserver/search/feed/?q=visa+treaty&category=speeches"
    for query in ("category=speeches&sort=date&q=++visa++treaty", "category=speeches&q=visa++treaty&before=1.2&year="):
        assert client.get(f"/search/feed/?{query}")["Location"] == own.removeprefix("http://testserver")


def test_an_entry_is_the_same_in_every_feed(client):
    a_message(headline="Visa")
    everything = ElementTree.fromstring(client.get("/messages/feed/").content)
    assert document(client, "q=visa").findtext(f"{ATOM}entry/{ATOM}id") == everything.findtext(f"{ATOM}entry/{ATOM}id")


def test_its_title_has_words_and_filters(client):
    a_category("speeches")
    title = document(client, "q=visa+%3Cb%3E&category=speeches&year=2018").findtext(f"{ATOM}title")
    assert title.endswith(": visa <b>, Speeches, 2018")


def test_the_json_feed_has_the_same_entries(client):
    a_message(headline="A visa")
    feed = client.get("/search/feed.json?q=visa").json()
    assert [item["title"] for item in feed["items"]] == ["A visa"]
    assert feed["feed_url"] == "http://testserver/search/feed.json?q=visa"
    assert feed["home_page_url"] == "http://testserver/search/?q=visa&sort=date"


def test_a_results_page_links_to_its_feed(client):
    a_message(headline="A visa")
    for query in ("q=visa&sort=date", "q=nowhere"):
        page = client.get(f"/search/?{query}").content.decode()
        own = f"/search/feed/?{query.removesuffix('&sort=date')}"
        assert f'<link rel="alternate" type="application/atom+xml" href="{own}"' in page
        assert f'<a href="{own}" type="application/atom+xml">Subscribe to this search</a>' in page
    assert "Subscribe to this search" not in client.get("/search/").content.decode()


ODD = [
    "",
    "   ",
    "-only",
    "\x00",
    "\ud800",
    "*",
    "x" * 10_000,
    "a " * 60,
    '"',
    "'",
    "a AND",
    "😀",
    "\u202e abc",
    "a\x00b",
]


@pytest.mark.parametrize("path", ["/search/feed/", "/search/feed.json"])
@pytest.mark.parametrize("typed", ODD)
def test_any_input_gives_a_feed_or_an_error(client, path, typed):
    a_message(headline="A visa", body="<p>a b</p>")
    typed = typed.encode(errors="surrogatepass")
    response = client.get(path, {"q": typed, "from": typed[:9], "year": typed[:9], "source": typed[:99]})
    if response.status_code == 302:
        response = client.get(response["Location"])
    assert response.status_code in (200, 400)


def test_an_invalid_search_gives_an_error(client):
    for query in ("", "?q=-only", "?q=visa&from=never", f"?q={'x' * 400}"):
        response = client.get(f"/search/feed/{query}")
        assert (response.status_code, response["Content-Type"]) == (400, "text/plain; charset=utf-8"), query
        assert response.content.decode().rstrip().endswith("."), query


@pytest.mark.django_db(transaction=True)
def test_a_search_feed_is_not_cached_but_has_an_etag():
    from tests.helpers.wsgi import request_page

    a_message(headline="A visa")
    first, second = request_page("/search/feed/?q=visa"), request_page("/search/feed/?q=visa")
    assert "hit" not in second.headers.get("Cache-Status", "")
    assert request_page("/search/feed/?q=visa", HTTP_IF_NONE_MATCH=first.headers["ETag"]).status == 304
