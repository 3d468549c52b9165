"""Corrected, restored and withdrawn messages in the feeds."""

import pytest
import time_machine

from news.syndication.feeds import MAX_ENTRIES, tag_uri
from tests.factories import DAY, HOUR, NOON, a_category, a_message, many_messages
from tests.helpers.feed_documents import ATOM, atom_document, entry_ids

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]


@pytest.fixture(autouse=True)
def clock():
    with time_machine.travel(NOON, tick=False) as traveller:
        yield traveller


@pytest.mark.parametrize("where", ["", "statements/"])
def test_a_corrected_old_message_returns_to_the_feed(client, where):
    old = a_message(publish_at=NOON - 90 * DAY)
    many_messages({} for _ in range(MAX_ENTRIES))
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
    many_messages({} for _ in range(MAX_ENTRIES))
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


def test_entries_have_their_corrections_with_kind_note_and_the_text_before(client):
    message = a_message(body="<p>On Monday.</p>")
    message.body = "<p>On Tuesday.</p>"
    message.publish_correction("Put off by <a day>.", kind="update", at=NOON - HOUR)
    message.publish_correction("The source was missing.", at=NOON)
    url = f"http://testserver{message.get_absolute_url()}earlier/1/"
    expected = (
        '<p lang="en-gb"><strong>Update, 24 November 2020:</strong> <span lang="en">Put off by &lt;a day&gt;.</span> '
        f'<a href="{url}">Text before this update</a></p>'
        '<p lang="en-gb"><strong>Correction, 24 November 2020:</strong> '
        '<span lang="en">The source was missing.</span></p>'
    )
    (item,) = client.get("/messages/feed.json").json()["items"]
    content = atom_document(client).findtext(f"{ATOM}entry/{ATOM}content")
    assert (item["content_html"].endswith(expected), content.endswith(expected)) == (True, True)
    assert item["_corrections"] == {
        "about": "http://testserver/api/",
        "items": [
            {"kind": "update", "at": "2020-11-24T11:37:00Z", "note": "Put off by <a day>.", "earlier_url": url},
            {
                "kind": "correction",
                "at": "2020-11-24T12:37:00Z",
                "note": "The source was missing.",
                "earlier_url": None,
            },
        ],
    }


def test_entries_without_corrections_name_none(client):
    message = a_message()
    message.fix_typo(at=NOON)
    (item,) = client.get("/messages/feed.json").json()["items"]
    assert ("_corrections" in item, "Correction" in item["content_html"]) == (False, False)


def test_the_entry_of_a_withdrawn_message_names_no_corrections(client):
    message = a_message()
    message.publish_correction("The date was wrong.", at=NOON)
    message.withdraw("It was not ours.", at=NOON)
    (item,) = client.get("/messages/feed.json").json()["items"]
    assert ("_corrections" in item, "The date" in item["content_html"]) == (False, False)


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


@pytest.mark.one_database
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("path", ["/messages/feed/", "/messages/statements/feed/", "/messages/feed.json"])
def test_a_feed_needs_few_queries(client, path, django_assert_max_num_queries):
    for number in range(MAX_ENTRIES + 5):
        a_message(publish_at=NOON - number * DAY).publish_correction("The date.", at=NOON)
    client.get("/messages/")
    with django_assert_max_num_queries(7):  # one reads the corrections of all entries
        client.get(path)
