"""Corrected, restored and withdrawn messages in the feeds."""

import pytest
import time_machine

from news.syndication.feeds import MAX_ENTRIES, tag_uri
from tests.factories import DAY, HOUR, NOON, a_category, a_message
from tests.helpers.feed_documents import atom_document, entry_ids

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]


@pytest.fixture(autouse=True)
def clock():
    with time_machine.travel(NOON, tick=False) as traveller:
        yield traveller


@pytest.mark.parametrize("where", ["", "statements/"])
def test_a_corrected_old_message_returns_to_the_feed(client, where):
    old = a_message(publish_at=NOON - 90 * DAY)
    for _ in range(MAX_ENTRIES):
        a_message()
    a_message(category=a_category("comments"), publish_at=NOON - 90 * DAY).publish_correction(
        "Elsewhere.", at=NOON - HOUR
    )
    path = f"/messages/{where}feed"
    assert tag_uri(old) not in entry_ids(atom_document(client, f"{path}/"))
    old.publish_correction("The date was wrong.", at=NOON)
    assert entry_ids(atom_document(client, f"{path}/"))[0] == tag_uri(old)
    (item, *_others) = client.get(f"{path}.json").json()["items"]
    assert (item["id"], item["date_modified"]) == (tag_uri(old), "2020-11-24T12:37:00+00:00")


def test_a_correction_leaves_the_feed_after_a_month(client, clock):
    old = a_message(publish_at=NOON - 90 * DAY)
    for _ in range(MAX_ENTRIES):
        a_message()
    old.publish_correction("The date was wrong.", at=NOON)
    found = []
    for days in (30, 31):
        clock.move_to(NOON + days * DAY)
        found.append(tag_uri(old) in entry_ids(atom_document(client)))
    assert found == [True, False]


def test_a_corrected_message_is_in_the_feed_once(client):
    message = a_message()
    message.publish_correction("The date was wrong.", at=NOON)
    assert entry_ids(atom_document(client)) == [tag_uri(message)]


def test_corrections_hide_no_message_between_feed_and_archive(client):
    made = [a_message(publish_at=NOON - number * HOUR) for number in range(2 * MAX_ENTRIES)]
    for message in made[-5:]:
        message.publish_correction("The date was wrong.", at=NOON)
    first = client.get("/messages/feed.json").json()
    second = client.get(first["next_url"].removeprefix("http://testserver")).json()
    found = [{item["id"] for item in feed["items"]} for feed in (first, second)]
    assert found[0] | found[1] == {tag_uri(message) for message in made}
    assert "next_url" not in second


def test_each_of_many_withdrawals_has_a_tombstone(client):
    gone = [a_message() for _ in range(MAX_ENTRIES + 10)]
    for message in gone:
        message.withdraw("Wrong.", at=NOON)
    graves = atom_document(client).findall("{http://purl.org/atompub/tombstones/1.0}deleted-entry")
    assert {grave.get("ref") for grave in graves} == {tag_uri(message) for message in gone}


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("path", ["/messages/feed/", "/messages/statements/feed/", "/messages/feed.json"])
def test_a_feed_needs_few_queries(client, path, django_assert_max_num_queries):
    for number in range(MAX_ENTRIES + 5):
        a_message(publish_at=NOON - number * DAY).publish_correction("The date.", at=NOON)
    client.get("/messages/")
    with django_assert_max_num_queries(6):
        client.get(path)
