"""Tombstones (RFC 6721): Atom subscribers learn of a withdrawal with the next request."""

from datetime import datetime
from xml.etree import ElementTree

import pytest
import time_machine

from editions.edition import next_change
from news.syndication import feeds
from tests.factories import DAY, HOUR, NOON, a_category, a_message

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]

ATOM = "{http://www.w3.org/2005/Atom}"
GRAVE = "{http://purl.org/atompub/tombstones/1.0}"


def feed(client, at=NOON, path="/messages/feed/"):
    with time_machine.travel(at, tick=False):
        return ElementTree.fromstring(client.get(path).content)


def graves(client, at=NOON, path="/messages/feed/"):
    return feed(client, at, path).findall(f"{GRAVE}deleted-entry")


def withdrawn(at=NOON, reason="It named the wrong city.", **kwargs):
    message = a_message(**{"publish_at": at - HOUR} | kwargs)
    message.withdraw(reason, at=at)
    return message


def test_a_withdrawn_message_has_a_tombstone_with_id_time_and_reason(client):
    message = withdrawn()
    (grave,) = graves(client)
    assert (grave.get("ref"), datetime.fromisoformat(grave.get("when")), grave.find(f"{GRAVE}comment").text) == (
        feeds.tag_uri(message),
        NOON,
        "It named the wrong city.",
    )


def test_a_withdrawal_is_in_page_lists_and_feeds_at_the_next_request(client):
    message = a_message(headline="Out by mistake")
    paths = ["/", "/messages/", "/messages/statements/", "/messages/feed/", "/messages/feed.json"]
    address = message.get_absolute_url()
    with time_machine.travel(NOON, tick=False):
        before = [b"Out by mistake" in client.get(path).content for path in paths]
        message.withdraw("Wrong.", at=NOON)
        after = [b"Out by mistake" in client.get(path).content for path in paths]
        assert (all(before), any(after), client.get(address).status_code) == (True, False, 410)
    assert len(graves(client)) == 1


def test_published_messages_have_no_tombstone(client):
    a_message()
    assert graves(client) == []


def test_restoring_removes_the_tombstone_and_updates_the_feed(client):
    message = withdrawn()
    message.restore(at=NOON + HOUR)
    root = feed(client, NOON + HOUR)
    assert root.findall(f"{GRAVE}deleted-entry") == []
    # A reader who keeps both takes the younger (RFC 6721, 2).
    assert datetime.fromisoformat(root.find(f"{ATOM}entry/{ATOM}updated").text) == NOON + HOUR


def test_the_feed_is_as_new_as_its_last_withdrawal(client):
    a_message(publish_at=NOON - 2 * DAY)
    withdrawn()
    assert datetime.fromisoformat(feed(client).find(f"{ATOM}updated").text) == NOON


def test_a_category_has_its_own_tombstones(client):
    a_category("comments")
    withdrawn()
    paths = ["/messages/statements/feed/", "/messages/comments/feed/"]
    assert [len(graves(client, path=path)) for path in paths] == [1, 0]


def test_the_number_of_tombstones_is_limited(client, monkeypatch):
    monkeypatch.setattr(feeds, "MAX_TOMBSTONES", 2)
    rows = [a_message() for _ in range(3)]
    for row in rows:
        row.withdraw("Wrong.", at=NOON)
    assert len(graves(client)) == 2


def test_a_tombstone_expires_at_midnight_in_the_host_country(client):
    withdrawn(at=NOON - 31 * DAY)
    midnight = next_change(NOON - DAY)
    just_before = midnight - HOUR / 3600
    assert (len(graves(client, just_before)), len(graves(client, midnight))) == (1, 0)


def test_a_reason_with_a_control_character_does_not_break_the_feed(client):
    withdrawn(reason="It was \x08 wrong & <late>.")
    (grave,) = graves(client)
    assert grave.find(f"{GRAVE}comment").text == "It was  wrong & <late>."


@pytest.mark.django_db(transaction=True)
def test_tombstones_cost_one_query(client, django_assert_num_queries):
    a_message()
    for _ in range(5):
        withdrawn()
    with time_machine.travel(NOON, tick=False):
        client.get("/counters/")  # the edition, and its values for all pages
        with django_assert_num_queries(4):  # the edition's number, the entries, those corrected, the tombstones
            client.get("/messages/feed/")


# Entries for readers without support for tombstones


def entries(client, at=NOON, path="/messages/feed/"):
    return feed(client, at, path).findall(f"{ATOM}entry")


def items(client, at=NOON, path="/messages/feed.json"):
    with time_machine.travel(at, tick=False):
        return client.get(path).json()["items"]


@pytest.mark.parametrize("where", ["", "statements/"])
def test_a_withdrawn_message_is_an_entry_of_the_same_id_with_its_notice(client, where):
    message = a_message(headline="Zircon", lead="Zircon", body="<p>Zircon</p>", publish_at=NOON - HOUR)
    message.withdraw("It named the <wrong> city.", at=NOON)
    (entry,), (item,) = (
        entries(client, path=f"/messages/{where}feed/"),
        items(client, path=f"/messages/{where}feed.json"),
    )
    assert entry.findtext(f"{ATOM}id") == item["id"] == feeds.tag_uri(message)
    assert entry.findtext(f"{ATOM}title") == item["title"] == "This message was withdrawn"
    assert datetime.fromisoformat(entry.findtext(f"{ATOM}updated")) == NOON
    assert datetime.fromisoformat(item["date_modified"]) == NOON
    for content in (entry.findtext(f"{ATOM}content"), item["content_html"]):
        assert "It named the &lt;wrong&gt; city." in content
    assert "Zircon" not in str(item) + ElementTree.tostring(entry, encoding="unicode")


def test_the_entry_of_a_withdrawn_message_lasts_as_long_as_its_tombstone(client):
    withdrawn(at=NOON - 31 * DAY)
    midnight = next_change(NOON - DAY)
    for at, count in ((midnight - HOUR / 3600, 1), (midnight, 0)):
        assert (len(entries(client, at)), len(items(client, at)), len(graves(client, at))) == (count, count, count)


def test_a_restored_message_has_one_entry_with_its_text_again(client):
    message = withdrawn(headline="It is back")
    message.restore(at=NOON + HOUR)
    assert [entry.findtext(f"{ATOM}title") for entry in entries(client, NOON + HOUR)] == ["It is back"]
    assert [item["title"] for item in items(client, NOON + HOUR)] == ["It is back"]


def test_withdrawn_messages_do_not_displace_others(client):
    kept = {feeds.tag_uri(a_message(publish_at=NOON - DAY)) for _ in range(3)}
    for _ in range(40):
        withdrawn()
    assert kept <= {entry.findtext(f"{ATOM}id") for entry in entries(client)}
    assert kept <= {item["id"] for item in items(client)}
    assert len(items(client)) == 43
