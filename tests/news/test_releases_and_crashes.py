"""A process dies in the middle of a release: nothing of it is public, and the next one publishes all of it."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import connections

from news.models import Message
from tests.helpers.other_process import AnotherProcess
from tests.helpers.releases import a_release, is_public
from tests.helpers.revisions import a_correction, a_public_message, a_revision

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.both_databases, pytest.mark.slow]


def a_due_release():
    """Return the items of a release whose moment was half a minute ago, and that nobody has seen since."""
    earlier = datetime.now(UTC) - timedelta(minutes=1)
    public = [a_public_message(slug=slug, publish_at=earlier - timedelta(days=1)) for slug in ("one", "two")]
    new = Message.objects.create(headline="New", category=public[0].category)
    correction = a_correction(public[0], at=earlier)
    withdrawal = a_revision(public[1], at=earlier, change_kind="withdrawal", change_note="It was wrong.")
    items = new, correction, withdrawal
    a_release(*items, at=earlier, moment=earlier + timedelta(seconds=30))
    return items


ONE = pytest.mark.one_database  # which item the process dies at makes no difference to a transaction


@pytest.mark.parametrize("number", [pytest.param(1, marks=ONE), 2, pytest.param(3, marks=ONE)])
def test_a_process_that_dies_within_a_release_leaves_nothing_of_it(number):
    items = a_due_release()
    dying = AnotherProcess(DIES_AT_ITEM_OF_RELEASE=number)
    assert dying.dies_of("/messages/")
    connections.close_all()
    assert is_public(items) == [False] * 3
    living = AnotherProcess()
    try:
        assert "New" in living.ask("/messages/")["body"]
    finally:
        living.close()
    assert is_public(items) == [True] * 3
