"""What one process publishes, another serves at the very next request: on one PostgreSQL, and on one SQLite file."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import transaction

from tests.factories import a_message
from tests.helpers.other_process import AnotherProcess

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.both_databases, pytest.mark.slow]

PATHS = ["/", "/messages/", "/messages/feed/", "/messages/feed.json", "/messages/statements/"]


@pytest.fixture
def other():
    process = AnotherProcess()
    yield process
    process.close()


def an_hour_ago():
    return datetime.now(UTC) - timedelta(hours=1)


def test_a_message_published_in_one_process_is_in_the_other_at_the_next_request(other):
    a_message(publish_at=an_hour_ago())
    before = [other.ask(path)["body"] for path in PATHS]
    printed = [other.ask(path)["cache"] for path in PATHS]
    a_message(headline="It has just come out", publish_at=an_hour_ago())
    after = [other.ask(path)["body"] for path in PATHS]
    assert printed == ["embassy; hit"] * len(PATHS)
    assert ["It has just come out" in body for body in before] == [False] * len(PATHS)
    assert ["It has just come out" in body for body in after] == [True] * len(PATHS)


def test_a_message_withdrawn_in_one_process_is_gone_in_the_other_at_the_next_request(other):
    message = a_message(headline="To be withdrawn", publish_at=an_hour_ago())
    before = other.ask(message.get_absolute_url())["status"]
    message.withdraw("It named the wrong city.")
    assert (before, other.ask(message.get_absolute_url())["status"]) == (200, 410)


def test_uncommitted_changes_are_invisible_to_the_other_process(other):
    a_message(publish_at=an_hour_ago())
    other.ask("/messages/")
    with transaction.atomic():
        a_message(headline="Not committed yet", publish_at=an_hour_ago())
        meanwhile = other.ask("/messages/")["body"]
    assert ("Not committed yet" in meanwhile, "Not committed yet" in other.ask("/messages/")["body"]) == (False, True)
