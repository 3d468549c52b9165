"""Corrections: their notes on the page and in feeds. tests/news/test_revisions.py has the way to one."""

from datetime import datetime
from xml.etree import ElementTree

import pytest
from django.contrib.auth import get_user_model
from django.core.exceptions import ValidationError

from tests.factories import DAY, NOON, a_message

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]

TEXT = "<p>The talks began on Monday.</p>"
NOTE = "The talks began on Tuesday, not on Monday."


def out(**kwargs):
    """Return a message published yesterday."""
    return a_message(**{"headline": "The talks", "body": TEXT, "slug": "talks"} | kwargs)


# On the page


def test_the_note_is_escaped(client):
    message = out()
    message.publish_correction("<script>alert(1)</script>", at=NOON)
    assert "<script>alert" not in client.get(message.get_absolute_url()).content.decode()


def test_the_page_has_its_last_modification_time(client):
    message = out()
    message.publish_correction(NOTE, at=NOON)
    page = client.get(message.get_absolute_url()).content.decode()
    assert 'property="article:modified_time" content="2020-11-24T12:37:00Z"' in page


def test_messages_without_corrections_cost_no_query_for_them(client, django_assert_num_queries):
    message = out()
    with django_assert_num_queries(0):
        assert message.updated_at == message.publish_at
        assert message.revised_at is None


@pytest.mark.django_db(transaction=True)
def test_a_corrected_message_costs_few_queries(client, django_assert_max_num_queries):
    message = out()
    a_message(), a_message(publish_at=NOON - 2 * DAY)
    message.publish_correction(NOTE, at=NOON)
    client.get("/counters/")  # the edition, and its values for all pages
    with django_assert_max_num_queries(5):  # one reads the edition's number
        assert NOTE in client.get(message.get_absolute_url()).content.decode()


# Unpublished messages


@pytest.mark.parametrize(
    "act", [lambda message: message.fix_typo(at=NOON), lambda message: message.publish_correction(NOTE, at=NOON)]
)
def test_unpublished_messages_cannot_be_corrected(act):
    with pytest.raises(ValidationError, match="Corrections apply to published messages only"):
        act(out(publish_at=None))


def test_users_with_corrections_cannot_be_deleted():
    user = get_user_model().objects.create_user("anna")
    out().publish_correction(NOTE, at=NOON, by=user)
    with pytest.raises(Exception, match="protected"):
        user.delete()


# Feeds


def updated(client):
    root = ElementTree.fromstring(client.get("/messages/feed/").content)
    return datetime.fromisoformat(root.find(".//{*}entry/{*}updated").text)


def modified(client):
    return datetime.fromisoformat(client.get("/messages/feed.json").json()["items"][0]["date_modified"])


def test_feeds_are_updated_by_a_correction(client):
    message = out()
    before = updated(client), modified(client)
    message.publish_correction(NOTE, at=NOON)
    assert (before, updated(client), modified(client)) == ((NOON - DAY, NOON - DAY), NOON, NOON)


@pytest.mark.parametrize("changed", [{"featured": True}, {"slug": "talk"}, {"source_name": "The ministry"}])
def test_feeds_are_not_updated_by_other_changes(client, changed):
    message = out()
    for name, value in changed.items():
        setattr(message, name, value)
    message.save()
    assert (updated(client), modified(client)) == (NOON - DAY, NOON - DAY)
