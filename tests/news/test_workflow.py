"""Workflow of a message: permissions for each step and state, and an append-only log."""

import pytest
from django.contrib.auth import get_user_model
from django.core.exceptions import ValidationError
from django.db import DatabaseError, connection, transaction

from news.models import Message, WorkflowLogEntry
from tests.factories import DAY, HOUR, NOON, a_message
from tests.helpers.versions import without_versions

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]

State = Message.State


def someone(name="anna"):
    return get_user_model().objects.get_or_create(username=name)[0]


def a_submitted_message(**kwargs):
    message = a_message(**{"publish_at": None} | kwargs)
    message.submit(at=NOON - HOUR, by=someone("writer"))
    return message


def test_a_message_is_submitted_approved_and_published():
    message, states = a_message(publish_at=None), []
    for step in (
        lambda: None,
        lambda: message.submit(at=NOON, by=someone("writer")),
        lambda: message.approve(at=NOON, version=message.newest_version(), by=someone("editor")),
        lambda: message.withdraw("It named the wrong city.", at=NOON, by=someone("editor")),
        lambda: message.restore("It was right.", at=NOON, by=someone("editor")),
    ):
        step()
        states.append(message.state(NOON))
    assert states == [State.DRAFT, State.SUBMITTED, State.PUBLISHED, State.WITHDRAWN, State.PUBLISHED]


def test_each_step_is_logged_with_user_time_and_reason():
    message = a_submitted_message()
    message.send_back("The date is missing.", at=NOON, by=someone("editor"))
    act = WorkflowLogEntry.objects.filter(message=message).first()
    assert (act.kind, act.at, act.by.username, act.reason) == (
        WorkflowLogEntry.Kind.SENT_BACK,
        NOON,
        "editor",
        "The date is missing.",
    )


def test_a_message_that_is_sent_back_becomes_a_draft():
    message = a_submitted_message()
    message.send_back("The date is missing.", at=NOON)
    assert message.state(NOON) == State.DRAFT


def test_scheduled_messages_can_be_sent_back_and_published_ones_cannot():
    scheduled = a_message(publish_at=NOON + DAY, approved_at=NOON)
    scheduled.send_back("Not yet.", at=NOON)
    assert scheduled.state(NOON) == State.DRAFT
    with pytest.raises(ValidationError, match="Withdraw a published message instead"):
        a_message().send_back("Too late.", at=NOON)


@pytest.mark.parametrize("act", ["send_back", "withdraw"])
def test_sending_back_and_withdrawing_need_a_reason(act):
    with pytest.raises(ValidationError, match="Enter"):
        getattr(a_message(), act)("  ", at=NOON)


def test_users_cannot_approve_a_text_they_submitted():
    message = a_submitted_message()
    with pytest.raises(ValidationError, match="Ask a colleague to approve it"):
        message.approve(at=NOON, version=message.newest_version(), by=someone("writer"))


def test_users_cannot_approve_a_text_they_have_edited():
    message = a_message(publish_at=None)
    message._history_user = someone("editor")
    message.headline += "!"
    message.save()
    with pytest.raises(ValidationError, match="Ask a colleague to approve it"):
        message.approve(at=NOON, version=message.newest_version(), by=someone("editor"))


def test_an_editor_may_override_with_a_reason_which_is_recorded():
    message = a_submitted_message()
    message.approve(at=NOON, version=message.newest_version(), by=someone("writer"), override="Nobody else is on duty.")
    assert message.log_entries.first().reason == "Nobody else is on duty."


@pytest.mark.parametrize(
    "act",
    [
        lambda message: message.submit(at=NOON),
        lambda message: message.approve(at=NOON),
        lambda message: message.restore(at=NOON),
    ],
)
def test_steps_out_of_order_are_refused(act):
    with pytest.raises(ValidationError):
        act(a_message())


def test_approval_restoring_and_withdrawal_are_public_immediately():
    message = a_message()
    message.withdraw("Wrong.", at=NOON)
    message.restore(at=NOON)
    assert Message.objects.published(NOON).get() == message


@pytest.mark.parametrize(
    "sql", ["UPDATE news_workflowlogentry SET reason = 'nicer'", "DELETE FROM news_workflowlogentry"]
)
def test_the_database_refuses_to_change_a_log_entry(sql):
    a_submitted_message()
    with pytest.raises(DatabaseError, match="written once"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql)
    assert WorkflowLogEntry.objects.count() == 1


def test_users_with_log_entries_cannot_be_deleted():
    a_submitted_message()
    with pytest.raises(DatabaseError), transaction.atomic():
        someone("writer").delete()


# Versions


def test_each_save_creates_a_version():
    message = a_message(headline="First")
    message.headline = "Second"
    message.save()
    assert [version.headline for version in message.history.all()] == ["Second", "First"]


def test_the_first_change_of_an_imported_message_creates_a_version_of_its_first_text():
    row = without_versions(a_message(headline="As imported", publish_at=None))
    row.headline = "As changed"
    row.save()
    assert [version.headline for version in row.history.all()] == ["As changed", "As imported"]


def test_a_draft_is_approved_only_for_a_reason():
    message = a_message(publish_at=None)
    with pytest.raises(ValidationError, match="still a draft"):
        message.approve(at=NOON, version=message.newest_version(), by=someone("editor"))
    message.approve(at=NOON, version=message.newest_version(), by=someone("editor"), override="It is urgent.")
    assert message.log_entries.get().reason == "It is urgent."


def test_a_text_with_an_image_that_is_not_described_is_not_approved():
    editor = get_user_model().objects.create_user("editor")
    message = a_message(publish_at=None)
    Message.objects.filter(pk=message.pk).update(body='<p><img src="/media/pictures/a-1x1.png" alt=""></p>')
    message.refresh_from_db()
    message.submit(at=NOON)
    with pytest.raises(ValidationError, match="without alternative text"):
        message.approve(at=NOON, by=editor, version=message.newest_version())
