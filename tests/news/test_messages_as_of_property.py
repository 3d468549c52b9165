"""`as_of` after any history of messages and categories: at each moment, it answers what the public list had shown."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.core.exceptions import ValidationError
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from news.models import Category, Message, Release
from news.scheduled_revisions import apply_due
from tests.factories import a_category, a_message
from tests.properties import examples

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.both_databases]

# An hour before each change of the clocks in London.
STARTS = [datetime(2020, 3, 29, 0, tzinfo=UTC), datetime(2020, 10, 25, 0, tzinfo=UTC)]
MINUTES = st.integers(0, 100)
MESSAGE_ACTS = (
    "draft import approve correct schedule withdraw withdrawal restore release attach detach category".split()
)
acts = st.tuples(st.sampled_from([*MESSAGE_ACTS, "wait", "wait"]), st.integers(0, 3), MINUTES)


def shown(rows):
    """Return what a list and the pages of messages show of them."""
    return [
        (
            *(row.pk, row.headline, row.lead, row.body, row.category_id, row.slug, row.day, row.featured),
            *(row.publish_at, row.updated_at, row.withdrawn_at, row.withdrawn_reason),
            [(each.name, each.file.name, each.size) for each in row.attachments.all()],
        )
        for row in rows
    ]


def shown_now(at):
    return (
        shown(Message.objects.published(at)),
        shown(Message.objects.visible_or_withdrawn(at)),
        [(row.pk, row.name) for row in Category.objects.all()],
    )


def shown_as_of(at):
    return (
        shown(Message.objects.as_of(at)),
        shown(Message.objects.as_of(at, withdrawn=True)),
        [(row.pk, row.name) for row in Category.objects.as_of(at)],
    )


def act_on(act, which, minutes, turn, now):
    """Do one thing to one of the messages. What is not possible raises ValidationError and changes nothing."""
    moment = now + timedelta(minutes=minutes)
    if act == "draft":
        a_message(publish_at=None, headline=f"Draft {turn}")
        return
    if act == "category":
        category = a_category()
        category.name = f"Category {turn}"
        category.save()
        return
    if act == "import":
        fields = {"publish_at": now - timedelta(days=turn), "approved_at": now, "category": a_category()}
        Message.objects.bulk_create([Message(headline=f"Import {turn}", body="<p>Old.</p>", **fields)])
        return
    rows = list(Message.objects.filter(revision_of=None).order_by("pk"))
    message = rows[which % len(rows)]
    if act == "approve":
        message.publish_at = moment
        message.approve(at=now)
    elif act in ("correct", "schedule"):
        revision, _is_new = message.start_revision(at=now)
        revision.headline, revision.body = f"Corrected {turn}", f"<p>Text {turn}.</p>"
        revision.featured, revision.slug = not revision.featured, f"slug-{turn}"
        revision.change_kind, revision.change_note = "correction", "It was wrong."
        revision.effective_at = moment if act == "schedule" else None
        revision.save()
        if minutes % 2:
            revision.attachments.create(file=f"attachments/{turn}.pdf", name=f"New {turn}", size=turn)
        revision.approve(at=now)
    elif act == "withdraw":
        message.withdraw(f"Reason {turn}", at=now)
    elif act == "withdrawal":
        message.schedule_withdrawal(f"Reason {turn}", moment, at=now)
    elif act == "restore":
        message.restore(at=now)
    elif act == "release":
        release = Release.objects.create(name=f"Release {turn}", moment=moment)
        release.add(message, at=now)
        message = Message.objects.get(pk=message.pk)
        if not message.accepted_at:
            message.approve(at=now)
        Release.objects.get(pk=release.pk).approve(at=now)
    elif act == "attach":
        message.attachments.create(file=f"attachments/{turn}.pdf", name=f"File {turn}", size=turn)
    elif act == "detach":
        message.attachments.all().delete()


@given(start=st.sampled_from(STARTS), history=st.lists(acts, min_size=3, max_size=12))
@settings(max_examples=examples(30), suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_every_moment_is_answered_as_the_public_saw_it(restore_database, start, history):
    restore_database()
    recorded = {}
    with time_machine.travel(start, tick=False) as clock:
        a_message(publish_at=start - timedelta(days=1))
        now = start
        for turn, (act, which, minutes) in enumerate(history):
            now += timedelta(minutes=minutes if act == "wait" else 1)
            clock.move_to(now)
            apply_due(now)
            if act != "wait":
                try:
                    act_on(act, which, minutes, turn, now)
                except ValidationError:
                    pass  # not possible in this state
            recorded[now] = shown_now(now)
        for at, answer in recorded.items():
            assert shown_as_of(at) == answer
