"""The read API: the same data as pages and feeds, and complete pagination."""

import json
import re
from datetime import UTC, datetime

import pytest
import time_machine
from django.utils.html import escape

from api.messages import schema
from api.openapi import openapi_document
from core.cursors import Cursor
from core.templatetags.datetimes import iso
from news.models import Category
from tests.factories import DAY, HOUR, NOON, a_category, a_counter, a_message, many_messages
from tests.helpers.api import read_json
from tests.helpers.files import a_pictured_message, an_attachment

pytestmark = pytest.mark.django_db
at_the_front = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def clock():
    with time_machine.travel(NOON, tick=False) as traveller:
        yield traveller


def listed(client, **given):
    """Return the numbers of the messages of a page."""
    return [row["number"] for row in read_json(client, "/api/messages/", **given)["results"]]


# It agrees with pages and feeds


def a_rich_message(**kwargs):
    message = a_pictured_message(
        headline="On the “talks” & <still> awaited",
        body='<p>The text, with <a href="/visas/">a link</a>.</p>',
        source_name="Ministry of Foreign Affairs",
        source_url="https://example.org/?a=1&b=2",
        delivered_on="2020-11-20",
        **kwargs,
    )
    an_attachment(message)
    message.publish_correction("The date was wrong.", at=NOON - HOUR)
    return message


def test_a_message_matches_its_json_feed_item(client):
    message = a_rich_message(lead="")
    ours, feed = read_json(client, f"/api/messages/{message.pk}/"), read_feed(client)
    assert {name: ours[name] for name in ("id", "url", "headline", "summary", "language")} == {
        "id": feed["id"],
        "url": feed["url"],
        "headline": feed["title"],
        "summary": feed["summary"],
        "language": feed["language"],
    }
    assert ours["body_html"] in feed["content_html"]  # a feed's text has the picture and the attachments, too
    moments = [datetime.fromisoformat(text) for text in (ours["published"], ours["modified"])]
    assert moments == [datetime.fromisoformat(feed[name]) for name in ("date_published", "date_modified")]
    assert (ours["source"]["url"], [ours["category"]["name"]]) == (feed["external_url"], feed["tags"])


def read_feed(client):
    return json.loads(client.get("/messages/feed.json").content)["items"][0]


def test_a_message_matches_its_page(client):
    message = a_rich_message(lead="A lead.")
    ours = read_json(client, f"/api/messages/{message.pk}/")
    page = client.get(message.get_absolute_url()).content.decode()
    for text in ("headline", "lead", "published", "url"):
        assert escape(ours[text]) in page
    for text in (ours["corrections"][0]["note"], ours["attachments"][0]["name"], ours["image"]["alt"]):
        assert escape(text) in page
    for file in [ours["attachments"][0], *ours["image"]["renditions"]]:
        assert file["url"].removeprefix("http://testserver") in page
    cited = re.sub("<[^>]*>", "", page)
    assert escape(ours["citation"]) in cited


def test_corrections_have_a_kind_and_the_url_of_the_text_before(client):
    message = a_message(body="<p>On Monday.</p>")
    message.body = "<p>On Tuesday.</p>"
    message.publish_correction("The day was put off.", kind="update", at=NOON - HOUR)
    message.publish_correction("The source was missing.", at=NOON)
    first, second = read_json(client, f"/api/messages/{message.pk}/")["corrections"]
    url = f"http://testserver{message.get_absolute_url()}earlier/1/"
    assert first == {"kind": "update", "at": iso(NOON - HOUR), "note": "The day was put off.", "earlier_url": url}
    assert (second["kind"], second["earlier_url"]) == ("correction", None)
    assert "<del>" in client.get(url).content.decode()


def test_a_message_matches_the_json_ld_of_its_page(client):
    message = a_rich_message()
    ours = read_json(client, f"/api/messages/{message.pk}/")
    page = client.get(message.get_absolute_url()).content.decode()
    linked = json.loads(re.search(r'<script type="application/ld\+json">(.*?)</script>', page)[1])["@graph"][0]
    assert (ours["url"], ours["headline"], ours["published"], ours["modified"], ours["image"]["url"]) == (
        linked["url"],
        linked["headline"],
        linked["datePublished"],
        linked["dateModified"],
        linked["image"],
    )


def test_the_list_has_the_messages_of_the_archive_in_its_order(client):
    made = many_messages({"publish_at": NOON - number // 2 * HOUR} for number in range(30))
    page = client.get("/messages/").content.decode()
    ours = [row["url"] for row in read_json(client, "/api/messages/")["results"]]
    theirs = [f"http://testserver{path}" for path in re.findall(r'<h2[^>]*><a href="([^"]*)"', page)]
    assert (ours, len(ours)) == (theirs, 20)
    assert ours[0] == f"http://testserver{max(made, key=lambda row: (row.publish_at, row.pk)).get_absolute_url()}"


def test_a_search_has_the_results_of_the_search_page_in_order(client):
    for number in range(30):
        words = "talks" if number % 2 else "nothing"
        a_message(headline=f"{words} {number}" if number % 3 else f"{number}", body=f"<p>{words}</p>")
    page = client.get("/search/?q=talks").content.decode()
    found = read_json(client, "/api/messages/", q="talks")
    theirs = re.findall(r'<h3[^>]*><a href="([^"]*)"', page)
    assert [row["url"].removeprefix("http://testserver") for row in found["results"]] == theirs
    assert found["total"] == {"count": 15, "is_exact": True}


def test_a_counter_matches_its_page_and_its_json(client):
    message = a_message()
    a_counter(slug="fire", message=message)
    ours = read_json(client, "/api/counters/fire/")
    file = json.loads(client.get("/counters/fire.json").content)
    assert {name: ours[name] for name in file} == file
    assert read_json(client, "/api/counters/")["results"] == [ours]
    assert ours["sentence"] in re.sub("<[^>]*>", "", client.get("/counters/fire/").content.decode())
    assert ours["message_url"] == f"http://testserver{message.get_absolute_url()}"


def test_the_categories_are_those_of_the_menu(client):
    a_category("speeches", order=2), a_category("comments", order=1)
    found = read_json(client, "/api/categories/")["results"]
    assert [row["slug"] for row in found] == ["comments", "speeches"]
    for row in found:
        for name in ("url", "api_url", "atom_url", "json_feed_url"):
            assert client.get(row[name].removeprefix("http://testserver")).status_code == 200


@pytest.mark.parametrize(
    "given", [{}, {"full": "1"}, {"q": "text"}, {"q": "text", "full": "1"}, {"source": "Ministry"}]
)
def test_every_field_is_in_the_openapi_document(client, given):
    a_rich_message(), a_message(source_name="Ministry", body="<p>The text</p>")
    for row in read_json(client, "/api/messages/", **given)["results"]:
        names = set(schema.summary_fields()) | (set(schema.detail_fields()) if "full" in given else set())
        assert set(row) == names
        assert set(read_json(client, row["api_url"])) == set(schema.summary_fields()) | set(schema.detail_fields())


# Public messages, by time


def test_a_scheduled_message_appears_on_the_second(client, clock):
    message = a_message(publish_at=NOON + HOUR, approved_at=NOON)
    before = listed(client), client.get(f"/api/messages/{message.pk}/").status_code
    clock.move_to(NOON + HOUR)
    assert (before, listed(client)) == (([], 404), [message.pk])


@pytest.mark.parametrize("kwargs", [{"publish_at": None}, {"publish_at": NOON + DAY}, {"approved_at": None}])
def test_a_message_that_is_not_public_is_the_same_404_as_an_unknown_one(client, kwargs):
    message = a_message(**kwargs)
    answer, unknown = client.get(f"/api/messages/{message.pk}/"), client.get("/api/messages/999999/")
    assert (answer.status_code, answer.content) == (404, unknown.content)
    assert {**answer.headers, "X-Request-ID": ""} == {**unknown.headers, "X-Request-ID": ""}


def test_a_withdrawn_message_returns_its_notice(client):
    message = a_message(headline="Wrong headline")
    message.withdraw("The date was wrong.", at=NOON)
    answer = client.get(f"/api/messages/{message.pk}/")
    found = json.loads(answer.content)
    assert (answer.status_code, answer["Content-Type"]) == (410, "application/problem+json")
    assert (found["detail"], found["withdrawn"]) == ("The date was wrong.", "2020-11-24T12:37:00Z")
    assert "Wrong headline" not in answer.content.decode()
    assert found.keys() >= openapi_document()["components"]["schemas"]["Withdrawn"]["properties"].keys() - {"parameter"}
    assert listed(client) == []


# Filters


def test_each_filter_narrows_the_list(client):
    old = a_message(publish_at=datetime(2018, 3, 31, 23, 30, tzinfo=UTC), category=a_category("speeches"))  # 1 April
    new = a_message(source_name="Ministry of Foreign Affairs")
    assert listed(client) == [new.pk, old.pk]
    assert listed(client, category="speeches") == listed(client, year=2018) == [old.pk]
    assert listed(client, month="2018-04") == listed(client, to="2018-04-01") == [old.pk]
    assert listed(client, month="2018-03") == listed(client, to="2018-03-31") == []
    assert listed(client, **{"from": "2018-04-02"}) == listed(client, source="ministry of foreign affairs") == [new.pk]
    assert listed(client, year=2020, category="speeches") == listed(client, month="2018-04", year=2020) == []


@pytest.mark.parametrize("given", [{"q": "text"}, {"source": "Ministry"}, {"q": "text", "source": "Ministry"}])
def test_filters_restrict_searches_in_the_same_way(client, given):
    old = a_message(publish_at=NOON - 900 * DAY, source_name="Ministry", category=a_category("speeches"))
    new = a_message(source_name="Ministry")
    assert listed(client, **given) == [new.pk, old.pk]
    assert listed(client, category="speeches", **given) == listed(client, year=2018, **given) == [old.pk]
    assert listed(client, month="2020-11", **given) == listed(client, **given, **{"from": "2020-01-01"}) == [new.pk]


def test_the_list_has_a_total(client):
    for number in range(25):
        a_message(publish_at=NOON - number * 20 * DAY)
    totals = [
        read_json(client, "/api/messages/", **given)["total"] for given in ({}, {"year": 2020}, {"from": "2020-01-01"})
    ]
    assert totals == [{"count": 25, "is_exact": True}, {"count": 17, "is_exact": True}, None]


def test_a_former_slug_of_a_category_still_works(client):
    message = a_message(category=a_category("speeches"))
    category = Category.objects.get(slug="speeches")
    category.slug = "addresses"
    category.save()
    assert listed(client, category="speeches") == [message.pk]


def test_contradicting_dates_find_nothing_with_a_note(client):
    a_message()
    found = read_json(client, "/api/messages/", **{"from": "2020-12-01", "to": "2020-11-01"})
    assert (found["results"], len(found["notes"])) == ([], 1)


def test_an_invalid_query_finds_nothing_with_a_note(client):
    found = read_json(client, "/api/messages/", q="-")
    assert (found["results"], found["notes"]) == (
        [],
        ["Enter a search term."],
    )


# From page to page


def walk(client, address, way="next"):
    """Return the pages from an address on, as numbers of messages, by the links alone."""
    pages = []
    while address:
        page = read_json(client, address)
        pages.append([row["number"] for row in page["results"]])
        address = page[way]
    return pages


@pytest.mark.parametrize("query", ["", "?limit=30", "?full=1", "?q=text", "?q=text&sort=date", "?source=Ministry"])
def test_following_next_gives_every_message_once(client, query):
    rows = [{"publish_at": NOON - number // 7 * HOUR, "source_name": "Ministry"} for number in range(65)]
    made = {message.pk for message in many_messages(rows)}
    pages = walk(client, f"/api/messages/{query}")
    got = [number for page in pages for number in page]
    assert (sorted(got), len(got)) == (sorted(made), 65)
    assert [len(page) for page in pages] == ([30, 30, 5] if "limit" in query else [20, 20, 20, 5])


def test_following_previous_gives_the_same_messages(client):
    many_messages({"publish_at": NOON - number // 7 * HOUR} for number in range(65))
    forth = walk(client, "/api/messages/")
    last = Cursor.of(a_message(publish_at=NOON - 99 * DAY))
    back = walk(client, f"/api/messages/?after={last}", "previous")
    assert [number for page in reversed(back) for number in page] == [number for page in forth for number in page]


def test_links_stay_correct_while_messages_are_added(client):
    rows = many_messages({"publish_at": NOON - number * HOUR} for number in range(30))
    made = [message.pk for message in rows]
    first = read_json(client, "/api/messages/")
    a_message(publish_at=NOON)
    assert [row["number"] for row in read_json(client, first["next"])["results"]] == made[20:]


def test_the_link_header_has_the_same_urls(client):
    many_messages({"publish_at": NOON - number * HOUR} for number in range(45))
    page = read_json(client, read_json(client, "/api/messages/")["next"])
    answer = client.get(page["next"].removeprefix("http://testserver"))
    found = json.loads(answer.content)
    assert (found["next"], answer["Link"]) == (None, f'<{found["previous"]}>; rel="prev"')


def test_long_links_are_only_in_the_body(client):
    many_messages({"publish_at": NOON - number * HOUR, "body": f"<p>{'𐐷' * 60}</p>"} for number in range(21))
    answer = client.get("/api/messages/", {"q": " ".join(["𐐷" * 60] * 4)})
    assert ("Link" in answer, bool(json.loads(answer.content)["next"])) == (False, True)
