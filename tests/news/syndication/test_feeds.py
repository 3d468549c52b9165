"""Atom feeds (RFC 4287) with archives (RFC 5005), and JSON Feed 1.1."""

import html
import json
import re
from datetime import datetime
from xml.etree import ElementTree

import pytest
import time_machine

from news.syndication.feeds import MAX_ENTRIES
from tests.factories import DAY, HOUR, NOON, a_category, a_message, many_messages
from tests.helpers.feed_documents import ATOM, atom_document, entry_ids
from tests.helpers.files import a_pictured_message, an_attachment

pytestmark = pytest.mark.django_db

LANG = "{http://www.w3.org/XML/1998/namespace}lang"
WORDS = ["a < b", "a & b", "a &amp; b", "a ]]> b", "<![CDATA[ a", "<b>a</b>", "a \" ' b", "&#x41; é Ж 🕊", "</title>"]
TAG = re.compile(r"tag:testserver,2020:[a-z]+/\d+")


@pytest.fixture(autouse=True)
def clock():
    with time_machine.travel(NOON, tick=False) as traveller:
        yield traveller


def relation(root, name):
    """Return the path to which a link of a feed leads; None where there is none."""
    link = root.find(f"{ATOM}link[@rel='{name}']")
    return None if link is None else link.get("href").removeprefix("http://testserver")


def test_an_entry_keeps_its_id_when_its_url_changes(client):
    message = a_message()
    (before,) = entry_ids(atom_document(client))
    message.slug = "another"
    message.category = a_category("comments")
    message.save()
    message.category.slug = "remarks"
    message.category.save()
    assert entry_ids(atom_document(client)) == entry_ids(atom_document(client, "/messages/remarks/feed/")) == [before]
    assert TAG.fullmatch(before)


def test_a_category_feed_keeps_its_id_when_its_slug_changes(client):
    category = a_category("comments")
    before = atom_document(client, "/messages/comments/feed/").findtext(f"{ATOM}id")
    category.slug = "remarks"
    category.save()
    assert atom_document(client, "/messages/remarks/feed/").findtext(f"{ATOM}id") == before


def test_updated_changes_with_a_correction_but_not_a_typo(client):
    message = a_message()

    def updated():
        return datetime.fromisoformat(atom_document(client).findtext(f"{ATOM}entry/{ATOM}updated"))

    message.fix_typo(at=NOON)
    assert updated() == NOON - DAY
    message.publish_correction("The date.", at=NOON)
    assert updated() == NOON


@pytest.mark.parametrize("code", [*range(0x20), 0x7F, 0xFFFE, 0xFFFF])
def test_any_character_in_a_headline_gives_a_valid_feed(client, code):
    a_message(headline=f"On{chr(code) if code else ''}talks", lead="<&>" + chr(code or 1))
    assert atom_document(client).findtext(f"{ATOM}entry/{ATOM}title")
    assert client.get("/messages/feed.json").json()["items"][0]["title"]


@pytest.mark.parametrize("words", WORDS)
def test_atom_has_headline_and_lead_unchanged(client, words):
    a_message(headline=words, lead=words)
    entry = ElementTree.fromstring(client.get("/messages/feed/").content).find(f"{ATOM}entry")
    assert entry.findtext(f"{ATOM}title") == words
    summary = entry.find(f"{ATOM}summary")
    assert (summary.get("type"), html.unescape(summary.text)) == ("html", words)


@pytest.mark.parametrize("words", WORDS)
def test_json_feed_has_headline_and_lead_unchanged(client, words):
    a_message(headline=words, lead=words, body="")
    item = json.loads(client.get("/messages/feed.json").content)["items"][0]
    assert (item["title"], item["summary"]) == (words, words)
    assert html.unescape(item["content_html"]) == f"<p>{words}</p>"


@pytest.mark.parametrize(("wild", "shown"), [("a\x08b", "ab"), ("a\ufffeb", "ab"), ("a\x0bb", "a b")])
def test_characters_invalid_in_xml_are_removed(client, wild, shown):
    a_message(headline=wild, lead=wild)
    entry = ElementTree.fromstring(client.get("/messages/feed/").content).find(f"{ATOM}entry")
    assert entry.findtext(f"{ATOM}title") == shown


BODY = """<p><a href="/about/">a</a> <a href="#x">b</a> <a href="?y&amp;z">c</a> <a href="https://example.org/">d</a>
 <a href="mailto:x@example.org">e</a> and href="/not/a/link"</p><p><img src="/media/x.jpg" alt="f"></p>"""


def test_urls_in_a_text_are_absolute(client):
    url = f"http://testserver{a_message(body=BODY).get_absolute_url()}"
    texts = [
        atom_document(client).findtext(f"{ATOM}entry/{ATOM}content"),
        client.get("/messages/feed.json").json()["items"][0]["content_html"],
    ]
    for text in texts:
        assert re.findall(r'<[^>]* (?:href|src)="([^"]*)"', text) == [
            "http://testserver/about/",
            f"{url}#x",
            f"{url}?y&amp;z",
            "https://example.org/",
            "mailto:x@example.org",
            "http://testserver/media/x.jpg",
        ]
        assert 'and href="/not/a/link"' in text


def test_an_entry_has_the_full_text_and_its_language(client):
    a_message(body="<p>Да.</p>" + "<p>x</p>" * 100, language="ru")
    entry = atom_document(client).find(f"{ATOM}entry")
    content = entry.find(f"{ATOM}content")
    assert (content.get("type"), entry.get(LANG), content.text.count("<p>")) == ("html", "ru", 101)


def test_a_message_with_only_a_headline_has_content(client):
    a_message(headline="Condolences & grief", body="")
    assert html.unescape(atom_document(client).findtext(f"{ATOM}entry/{ATOM}summary")) == "Condolences & grief"
    (item,) = client.get("/messages/feed.json").json()["items"]
    assert item["content_html"] == "<p>Condolences &amp; grief</p>"


def test_an_entry_has_the_image(client):
    message = a_pictured_message()
    texts = [
        atom_document(client).findtext(f"{ATOM}entry/{ATOM}content"),
        client.get("/messages/feed.json").json()["items"][0]["content_html"],
    ]
    for text in texts:
        (source,) = re.findall(r'<img src="http://testserver(/media/[^"]+)" alt="The Ambassador at a lectern">', text)
        assert client.get(source).status_code == 200
        assert text.endswith(message.body)


def test_an_entry_has_the_attachments(client):
    message = a_pictured_message(publish_at=NOON - DAY)
    an_attachment(message, name="Programme & <guests>")
    row = message.attachments.get()
    url = f"http://testserver/media/{row.file.name}"
    for path in ("/messages/feed/", "/messages/feed/2020/11/23/"):
        entry = atom_document(client, path).find(f"{ATOM}entry")
        (link,) = entry.findall(f"{ATOM}link[@rel='enclosure']")
        assert link.attrib == {
            "rel": "enclosure",
            "href": url,
            "type": "application/pdf",
            "length": str(row.size),
            "title": "Programme & <guests>",
        }
    (item,) = client.get("/messages/feed.json").json()["items"]
    assert item["attachments"] == [
        {"url": url, "mime_type": "application/pdf", "title": "Programme & <guests>", "size_in_bytes": row.size}
    ]
    assert item["image"].startswith("http://testserver/media/")
    for content in (entry.findtext(f"{ATOM}content"), item["content_html"]):
        assert f'<a href="{url}">Programme &amp; &lt;guests&gt;</a>' in content
    assert client.get(url.removeprefix("http://testserver")).status_code == 200


def test_a_search_feed_has_attachments_with_few_queries(client, django_assert_max_num_queries):
    for number in range(5):
        an_attachment(a_message(headline=f"Programme {number}"))
    client.get("/search/feed.json?q=programme")
    with django_assert_max_num_queries(20):
        items = client.get("/search/feed.json?q=programme").json()["items"]
    assert [len(item["attachments"]) for item in items] == [1] * 5


# Ids, and a hub


def test_ids_stay_the_same_on_another_host(client, settings):
    a_message()
    before = entry_ids(atom_document(client)), atom_document(client).findtext(f"{ATOM}id")
    settings.SITE_URL = "https://press.example.org"
    a_category("comments")  # another edition
    root = ElementTree.fromstring(client.get("/messages/feed/").content)
    assert (entry_ids(root), root.findtext(f"{ATOM}id")) == before
    assert relation(root, "self") == "https://press.example.org/messages/feed/"


def test_feeds_name_the_websub_hub_but_archives_do_not(client, settings):
    a_message()
    assert relation(atom_document(client), "hub") is None
    settings.WEBSUB_HUB = "https://hub.example.org/"
    a_message(publish_at=NOON - 3 * DAY)
    assert relation(atom_document(client), "hub") == "https://hub.example.org/"
    assert client.get("/messages/feed.json").json()["hubs"] == [{"type": "WebSub", "url": "https://hub.example.org/"}]
    assert relation(atom_document(client, "/messages/feed/2020/11/21/"), "hub") is None


# Archives


def test_following_the_archive_links_gives_every_message_once(client):
    # several a day, days without any, equal times
    many_messages({"publish_at": NOON - (number // 3) * 2 * DAY - (number % 2) * HOUR} for number in range(70))
    many_messages({"category": a_category("comments"), "publish_at": NOON - number * DAY} for number in range(70))
    for path, count in (("/messages/feed/", 140), ("/messages/statements/feed/", 70)):
        root = atom_document(client, path)
        found, seen = set(entry_ids(root)), []
        address = relation(root, "prev-archive")
        root = atom_document(client, address)
        while address:
            assert root.find("{http://purl.org/syndication/history/1.0}archive") is not None, address
            assert relation(root, "current") == path
            seen += entry_ids(root)
            following = relation(root, "prev-archive")
            if following:
                root = atom_document(client, following)
                assert relation(root, "next-archive") == address
            address = following
        assert len(seen) == len(set(seen)), path
        assert len(found | set(seen)) == count, path


def test_an_archive_document_does_not_change_with_new_messages(client):
    a_message(publish_at=NOON - 3 * DAY)
    a_message(publish_at=NOON - DAY)
    path = "/messages/feed/2020/11/21/"
    before = client.get(path)
    a_message(publish_at=NOON)
    after = client.get(path)
    assert (after.content, after["ETag"]) == (before.content, before["ETag"])


def test_today_and_empty_days_have_no_archive_document(client):
    a_message(publish_at=NOON - HOUR)
    paths = ["/messages/feed/2020/11/24/", "/messages/feed/2020/11/20/", "/messages/feed/2020/02/31/"]
    assert [client.get(path).status_code for path in paths] == [404, 404, 404]
    assert relation(atom_document(client), "prev-archive") is None


def test_a_busy_day_is_complete_in_its_archive_document(client, clock):
    for _ in range(MAX_ENTRIES + 5):
        a_message(publish_at=NOON - HOUR)
    clock.move_to(NOON + DAY)
    assert len(entry_ids(atom_document(client, relation(atom_document(client), "prev-archive")))) == MAX_ENTRIES + 5


# JSON


def test_the_json_feed_has_all_required_fields(client):
    a_message(headline="One", source_url="https://example.org/?a")
    feed = client.get("/messages/statements/feed.json").json()
    assert feed["version"] == "https://jsonfeed.org/version/1.1"
    assert feed["feed_url"] == "http://testserver/messages/statements/feed.json"
    (item,) = feed["items"]
    assert TAG.fullmatch(item["id"]) and item["external_url"] == "https://example.org/?a"
    assert datetime.fromisoformat(item["date_published"]).tzinfo


# The keys of JSON Feed 1.1, and their types.
IN_FEED = {
    **dict.fromkeys(["version", "title", "home_page_url", "feed_url", "next_url", "language"], str),
    **dict.fromkeys(["authors", "items", "hubs"], list),
}
IN_ITEM = {
    **dict.fromkeys(["id", "url", "external_url", "title", "content_html", "summary", "language"], str),
    **dict.fromkeys(["date_published", "date_modified"], datetime.fromisoformat),
    "tags": list,
}


def test_the_json_feed_has_only_specified_fields(client, settings):
    settings.WEBSUB_HUB = "https://hub.example.org/"
    for number in range(MAX_ENTRIES + 1):
        a_message(publish_at=NOON - number * HOUR, source_url="https://example.org/?a" if number % 2 else "")
    feed = client.get("/messages/feed.json").json()
    assert set(feed) == set(IN_FEED)
    assert {name for name, value in feed.items() if not isinstance(value, IN_FEED[name])} == set()
    assert all(feed[name].startswith("http://testserver/") for name in ("home_page_url", "feed_url", "next_url"))
    for item in feed["items"]:
        assert item.keys() | {"external_url"} == IN_ITEM.keys()
        assert all(IN_ITEM[name](value) for name, value in item.items())  # none is empty, either
        assert datetime.fromisoformat(item["date_published"]).tzinfo


def test_next_url_reaches_every_message(client):
    for number in range(2 * MAX_ENTRIES + 5):
        a_message(publish_at=NOON - (number // 4) * HOUR)
    seen, address = [], "/messages/feed.json"
    while address:
        feed = client.get(address).json()
        seen += [item["id"] for item in feed["items"]]
        address = feed.get("next_url", "").removeprefix("http://testserver")
    assert len(seen) == len(set(seen)) == 2 * MAX_ENTRIES + 5


def test_an_invalid_cursor_is_404(client):
    assert client.get("/messages/feed.json?before=x").status_code == 404


# Again


@pytest.mark.parametrize("path", ["/messages/feed/", "/messages/feed.json", "/messages/feed/2020/11/23/"])
def test_an_unchanged_feed_is_304(client, path):
    a_message(publish_at=NOON - DAY)
    tag = client.get(path)["ETag"]
    assert client.get(path, HTTP_IF_NONE_MATCH=tag).status_code == 304
