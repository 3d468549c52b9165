"""Remarks: threads, resolving, limits, and which remarks belong to a message and its changes."""

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from accounts import roles
from editions.models import EditionNumber
from news.models import Message
from news.remarks import count_open_remarks, list_remarks
from remarks import models
from remarks.models import Remark, with_replies
from tests.factories import DAY, HOUR, NOON, a_message
from tests.helpers.accounts import a_member
from tests.helpers.message_form import a_draft
from tests.helpers.remarks import a_remark, resolved

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock"), pytest.mark.both_databases]


@pytest.fixture
def anna():
    return a_member(roles.WRITERS, username="anna")


@pytest.fixture
def boris():
    return a_member(roles.EDITORS, username="boris")


def write(message, author, text="A remark", **kwargs):
    return Remark.objects.write(message, author, text, **{"at": NOON} | kwargs)


def open_remarks(message, user):
    count_open_remarks([message], user, NOON)
    return message.open_remarks


def texts(message, user):
    return [remark.text for remark in list_remarks(message, user, NOON)]


def test_open_threads_come_first_with_their_replies(anna, boris):
    draft = a_draft()
    settled = write(draft, anna, "Settled")
    first = write(draft, anna, "First")
    write(draft, boris, "Reply", thread=first, at=NOON + HOUR)
    settled.resolve(at=NOON, by=boris)
    threads = with_replies(list_remarks(draft, anna, NOON))
    assert [(each.text, [reply.text for reply in each.found_replies]) for each in threads] == [
        ("First", ["Reply"]),
        ("Settled", []),
    ]


def test_who_resolves_first_remains_and_a_reply_opens_the_thread_again(anna, boris):
    thread = write(a_draft(), anna)
    thread.resolve(at=NOON, by=boris)
    thread.resolve(at=NOON + HOUR, by=anna)
    thread.refresh_from_db()
    assert (thread.resolved_at, thread.resolved_by) == (NOON, boris)
    write(thread.message, anna, thread=thread)
    thread.refresh_from_db()
    assert (thread.is_open, thread.resolved_by) == (True, None)


def test_line_breaks_stay_and_invisible_characters_go(anna):
    remark = write(a_draft(), anna, "One\r\n\r\ntwo\u202e\u200b", quotation="the\n words")
    remark.refresh_from_db()
    assert (remark.text, remark.quotation) == ("One\n\ntwo", "the words")


def test_a_burst_is_refused_and_so_is_one_remark_too_many(anna, boris, monkeypatch):
    monkeypatch.setattr(models, "MAX_IN_A_ROW", 2)
    monkeypatch.setattr(models, "MAX_REMARKS", 3)
    draft = a_draft()
    write(draft, anna)
    write(draft, anna)
    with pytest.raises(ValidationError, match="in a few minutes"):
        write(a_draft(slug="second"), anna)
    write(draft, anna, at=NOON + models.PERIOD)
    with pytest.raises(ValidationError, match="this one has them"):
        write(draft, boris)


@pytest.mark.parametrize(
    "fields",
    [{"text": ""}, {"resolved_at": NOON}, {"text": "\u200b"}],
    ids=["empty", "resolved by nobody", "invisible"],
)
def test_the_database_refuses_a_remark_that_is_not_whole(anna, fields):
    with pytest.raises(IntegrityError), transaction.atomic():
        a_remark(a_draft(), anna, **fields)


def test_a_reply_is_not_resolved(anna, boris):
    thread = write(a_draft(), anna)
    reply = write(thread.message, boris, thread=thread)
    reply.resolve(at=NOON, by=anna)
    reply.refresh_from_db()
    assert reply.resolved_at is None
    with pytest.raises(IntegrityError), transaction.atomic():
        Remark.objects.filter(pk=reply.pk).update(resolved_at=NOON, resolved_by=anna)


def test_the_author_deletes_a_remark_within_minutes_and_before_the_first_reply(anna, boris):
    remark = write(a_draft(), anna)
    late = NOON + models.TIME_TO_DELETE
    assert remark.can_be_deleted(anna, NOON)
    assert not remark.can_be_deleted(boris, NOON)
    assert not remark.can_be_deleted(anna, late)
    write(remark.message, boris, thread=remark)
    assert not remark.can_be_deleted(anna, NOON)


def test_a_reply_to_what_was_deleted_meanwhile_is_refused(anna, boris):
    remark = write(a_draft(), anna)
    seen = Remark.objects.get()
    remark.delete_own(anna, NOON)
    with pytest.raises(ValidationError, match="deleted by its author"):
        write(seen.message, boris, thread=seen)
    seen.message.delete()
    with pytest.raises(ValidationError, match="This text has been deleted"):
        write(Message(pk=seen.message_id), boris)


def test_remarks_are_deleted_with_the_draft(anna):
    draft = a_draft()
    write(draft, anna, thread=write(draft, anna))
    draft.delete()
    assert not Remark.objects.exists()


def test_a_remark_makes_no_edition_and_no_version(anna, boris):
    message = a_message()
    before = EditionNumber.objects.get().number, message.history.count()
    write(message, anna).resolve(at=NOON, by=boris)
    assert (EditionNumber.objects.get().number, message.history.count()) == before


# A message and its changes


@pytest.fixture
def change(boris):
    message = a_message(publish_at=NOON - DAY)
    return message.start_revision(at=NOON, by=boris)[0]


def test_a_message_and_its_change_have_one_list(anna, change):
    write(change.revision_of, anna, "On the message")
    write(change, anna, "On the change")
    for row in (change.revision_of, change):
        assert texts(row, anna) == ["On the message", "On the change"]
        assert open_remarks(row, anna) == 2


def test_a_remark_on_a_limited_change_is_hidden_with_it(anna, boris, change):
    write(change.revision_of, anna, "On the message")
    write(change, boris, "On the change")
    change.limit_to([boris])
    assert (texts(change.revision_of, anna), open_remarks(change.revision_of, anna)) == (["On the message"], 1)
    assert (texts(change.revision_of, boris), open_remarks(change.revision_of, boris)) == (
        ["On the message", "On the change"],
        2,
    )


def test_remarks_on_a_discarded_change_are_on_its_page_alone(anna, boris, change):
    write(change, anna, "On the change")
    change.discard(at=NOON, by=boris)
    assert texts(change.revision_of, anna) == []
    assert texts(change, anna) == ["On the change"]
    assert open_remarks(change.revision_of, anna) == 0


def test_only_open_threads_are_counted_in_one_query(anna, boris, django_assert_num_queries):
    first, second, _third = (a_draft(slug=name) for name in ("first", "second", "third"))
    thread = write(first, anna)
    write(first, boris, thread=thread)
    write(first, boris)
    resolved(write(second, anna), boris)
    rows = list(Message.objects.order_by("pk"))
    with django_assert_num_queries(1):
        count_open_remarks(rows, anna, NOON)
    assert [row.open_remarks for row in rows] == [2, 0, 0]
