"""Order of the history: a log entry and its version have the same time, and the entry comes first."""

import pytest
import time_machine
from django.contrib.auth import get_user_model

from news.models import Message
from tests.factories import DAY, HOUR, NOON, a_message
from tests.helpers.message_form import a_draft, change_url, opened_form
from tests.helpers.revisions import a_revision

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]


@pytest.fixture(autouse=True)
def clock():
    """A clock that advances with each reading."""
    with time_machine.travel(NOON) as clock:
        yield clock


def events(client, message):
    """Return the rows of the history in order: (time, text)."""
    found = client.get(f"/admin/news/message/{message.pk}/history/").context["events"]
    return [(event.at, event.what) for event in found]


@pytest.mark.parametrize(
    ("button", "lines"),
    [
        ("_submit", ["submitted", "changed: headline"]),
        ("_approve", ["approved", "changed: publish at, web address", "changed: headline"]),
    ],
)
def test_a_log_entry_is_above_its_version(admin_client, button, lines):
    draft = a_message(publish_at=None)
    form = opened_form(admin_client, draft, headline="Another headline", override="Alone on duty.")
    del form["_save"]
    admin_client.post(change_url(draft), form | {button: "x"})
    found = events(admin_client, draft)[: len(lines)]
    assert ([what for _, what in found], len({at for at, _ in found})) == (lines, 1)


def test_a_correction_is_above_its_version(admin_client):
    message = a_message(headline="As the public has read it", publish_at=NOON - DAY)
    fields = {"headline": "As it is right", "change_kind": "correction", "change_note": "The headline was wrong."}
    a_revision(message, **fields).approve()
    own = [event for event in events(admin_client, message) if not event[1].startswith("proposed change")]
    (acted, what), (saved, changed) = own[:2]
    assert (what, changed, acted) == ("corrected", "changed: headline", saved)


def test_a_restoration_is_above_its_version(admin_client):
    draft = a_draft(body="<p>One.</p>")
    draft.body = "<p>Two.</p>"
    draft.save()
    first = draft.history.order_by("history_id").first()
    admin_client.post(f"/admin/news/message/{draft.pk}/history/{first.history_id}/restore/")
    (acted, what), (saved, changed) = events(admin_client, draft)[:2]
    assert (what, changed, acted) == ("earlier version restored", "changed: text", saved)


def test_a_step_by_a_script_sets_the_time_of_its_version():
    draft, anna = a_draft(), get_user_model().objects.create_user("anna")
    draft.submit(at=NOON - HOUR, by=anna)
    newest = draft.history.order_by("-history_id").first()
    assert (newest.history_date, newest.history_user) == (NOON - HOUR, anna)


def test_a_save_after_a_step_has_its_own_time():
    draft = a_draft()
    draft.submit(at=NOON - HOUR)
    draft.headline = "Later"
    draft.save()
    newest = Message.history.filter(id=draft.pk).order_by("-history_id").first()
    assert (newest.history_date >= NOON, newest.history_change_reason) == (True, None)
