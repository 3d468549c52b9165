"""`Message.objects.as_of(at)`: the messages that the public saw at a moment, as they were."""

from datetime import timedelta

import pytest

from news.models import Message
from news.scheduled_revisions import apply_due
from tests.factories import DAY, HOUR, NOON, a_category, a_message
from tests.helpers.revisions import RIGHT, TEXT, a_correction, a_public_message, a_revision, stored

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]

SECOND = timedelta(seconds=1)


def bodies(at):
    return [message.body for message in Message.objects.as_of(at)]


def names(at):
    return [attachment.name for attachment in Message.objects.as_of(at).for_detail().get().attached]


def attach(message, name):
    return message.attachments.create(file=f"attachments/{name}.pdf", name=name, size=5)


def an_imported_message(**kwargs):
    """Return a message that was written without a version, like an imported one."""
    fields = {"headline": "Imported", "body": TEXT, "publish_at": NOON - 90 * DAY, "approved_at": NOON - 90 * DAY}
    return Message.objects.bulk_create([Message(**fields, category=a_category(), **kwargs)])[0]


def test_a_message_is_seen_from_its_publication(clock):
    a_message(publish_at=NOON + HOUR, approved_at=NOON, body=TEXT)
    a_message(publish_at=None)
    assert [bodies(NOON + HOUR - SECOND), bodies(NOON + HOUR)] == [[], [TEXT]]


def test_a_scheduled_correction_is_seen_from_its_moment_even_if_nobody_visited_then(clock):
    message = a_public_message()
    a_correction(message, effective_at=NOON + HOUR).approve(at=NOON)
    clock.move_to(NOON + DAY)
    apply_due(NOON + DAY)
    assert [bodies(NOON), bodies(NOON + HOUR - SECOND), bodies(NOON + HOUR)] == [[TEXT], [TEXT], [RIGHT]]
    before, after = (Message.objects.as_of(at).get() for at in (NOON, NOON + HOUR))
    assert (before.updated_at, after.updated_at) == (NOON - DAY, NOON + HOUR)


def test_a_withdrawn_message_is_left_out_or_has_its_notice(clock):
    message = a_public_message()
    message.withdraw("It was never said.", at=NOON + HOUR)
    stored(message).restore(at=NOON + 2 * HOUR)
    assert [bodies(NOON + hours * HOUR) for hours in (0, 1, 2)] == [[TEXT], [], [TEXT]]
    notice = Message.objects.as_of(NOON + HOUR, withdrawn=True).get()
    assert (notice.withdrawn_at, notice.withdrawn_reason) == (NOON + HOUR, "It was never said.")


def test_the_attachments_are_those_of_the_moment(clock):
    message = a_public_message()
    clock.move_to(NOON + HOUR)
    programme = attach(message, "Programme")
    clock.move_to(NOON + 2 * HOUR)
    programme.name = "Final programme"
    programme.save()
    clock.move_to(NOON + 3 * HOUR)
    message.attachments.all().delete()
    seen = [names(NOON + hours * HOUR) for hours in range(4)]
    assert seen == [[], ["Programme"], ["Final programme"], []]


def test_the_attachments_of_a_correction_are_seen_from_its_moment(clock):
    message = a_public_message()
    attach(message, "Programme")
    revision = a_revision(message, change_kind="correction", change_note="The programme has changed.")
    revision.attachments.all().delete()
    attach(revision, "New programme")
    revision.effective_at = NOON + HOUR
    revision.save()
    revision.submit(at=NOON)
    revision.approve(at=NOON)
    clock.move_to(NOON + DAY)
    apply_due(NOON + DAY)
    assert [names(NOON), names(NOON + HOUR)] == [["Programme"], ["New programme"]]
    file = Message.objects.as_of(NOON + HOUR).get().attached[0].file
    assert (file.name, str(file)) == ("attachments/New programme.pdf", "attachments/New programme.pdf")


def test_an_imported_message_is_as_it_is_from_its_import_until_its_first_change(clock):
    message = an_imported_message()
    assert (bodies(NOON - SECOND), bodies(NOON), message.history.count()) == ([], [TEXT], 0)
    clock.move_to(NOON + HOUR)
    attach(message, "Programme")
    clock.move_to(NOON + 2 * HOUR)
    a_correction(message, at=NOON + 2 * HOUR).approve(at=NOON + 2 * HOUR)
    assert [bodies(NOON + hours * HOUR) for hours in (0, 1, 2)] == [[TEXT], [TEXT], [RIGHT]]
    assert [names(NOON + hours * HOUR) for hours in (0, 1, 2)] == [[], ["Programme"], ["Programme"]]


def test_rows_are_filtered_ordered_and_counted_by_what_they_were(clock):
    old, new = a_category(), a_category("speeches")
    first, second = (a_message(headline=name, category=old, publish_at=NOON - DAY) for name in ("First", "Second"))
    imported = an_imported_message()
    clock.move_to(NOON + HOUR)
    first.category, first.headline = new, "Renamed"
    first.save()
    rows = Message.objects.as_of(NOON)
    assert [row.headline for row in rows] == ["Second", "First", "Imported"]
    assert [row.pk for row in rows.filter(category=old).order_by("pk")] == [first.pk, second.pk, imported.pk]
    assert (rows.count(), rows.filter(headline="Renamed").exists(), rows.filter(category=new).count()) == (3, False, 0)
    assert list(rows.filter(pk=first.pk).values_list("headline", flat=True)) == ["First"]
    assert rows.get(slug=first.slug, day=first.day).get_absolute_url() == first.get_absolute_url()
    assert [row.summary for row in rows.for_list()[:1]] == [second.summary]
    assert [row.headline for row in rows.filter(pk__in=rows.filter(headline="First").values("pk"))] == ["First"]


def test_a_condition_about_the_rows_of_today_is_refused():
    with pytest.raises(TypeError, match="as_of first"):
        Message.objects.drafts().as_of(NOON)


def test_reading_takes_one_query_and_one_for_the_attachments_of_unchanged_imports(clock, django_assert_num_queries):
    for _each in range(3):
        attach(a_message(), "Programme")
    with django_assert_num_queries(1):
        assert [len(message.attached) for message in Message.objects.as_of(NOON).for_detail()] == [1, 1, 1]
    for number in range(3):
        an_imported_message(slug=f"imported-{number}")
    with django_assert_num_queries(2):
        assert [len(message.attached) for message in Message.objects.as_of(NOON).for_detail()] == [1, 1, 1, 0, 0, 0]
