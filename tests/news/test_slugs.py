"""Slugs: made from the headline until the message is public or a user enters one."""

import pytest
import time_machine
from hypothesis import given, settings
from hypothesis import strategies as st

from news.models import Message
from news.slugs import assign_slug, make_slug_text
from tests.factories import DAY, HOUR, NOON, a_category, a_message
from tests.properties import examples

pytestmark = pytest.mark.django_db

WORKING = "DRAFT Minister resigns do not publish"
FINAL = "Statement on personnel changes"


@pytest.fixture(autouse=True)
def clock():
    with time_machine.travel(NOON, tick=False) as traveller:
        yield traveller


def a_draft(**kwargs):
    return a_message(**{"headline": WORKING, "publish_at": NOON + HOUR, "approved_at": None} | kwargs)


def by_save(message):
    message.headline = FINAL
    message.save()


def by_fields(message):
    message.headline = FINAL
    message.save(update_fields=["headline"])


def by_update(message):
    Message.objects.filter(pk=message.pk).update(headline=FINAL)


def by_bulk_update(message):
    message.headline = FINAL
    Message.objects.bulk_update([message], ["headline"])


BY_ALL_HANDS = pytest.mark.parametrize("change", [by_save, by_fields, by_update, by_bulk_update])


@BY_ALL_HANDS
@pytest.mark.parametrize("state", ["draft", "submitted", "scheduled"])
def test_the_slug_follows_the_headline_until_the_message_is_public(change, state):
    stamps = {"submitted": {"submitted_at": NOON}, "scheduled": {"approved_at": NOON}}
    message = a_draft(**stamps.get(state, {}))
    change(message)
    message.refresh_from_db()
    assert message.slug == make_slug_text(FINAL)


@BY_ALL_HANDS
@pytest.mark.parametrize("state", ["published", "withdrawn"])
def test_the_slug_of_a_public_message_stays(change, state):
    message = a_message(headline=WORKING)
    if state == "withdrawn":
        message.withdraw("Wrong.", at=NOON)
    change(message)
    message.refresh_from_db()
    assert message.slug == make_slug_text(WORKING)


@BY_ALL_HANDS
def test_an_entered_slug_stays(change):
    message = a_draft(slug="personnel")
    change(message)
    message.refresh_from_db()
    assert message.slug == "personnel"


def test_a_slug_entered_over_a_made_one_stays():
    message = a_draft()
    message.slug = "personnel"
    message.save()
    by_save(message)
    assert message.slug == "personnel"


def test_an_emptied_slug_is_made_again():
    message = a_draft(slug="personnel")
    message.slug = ""
    message.save()
    by_save(message)
    assert message.slug == make_slug_text(FINAL)


def test_a_scheduled_message_keeps_its_slug_once_public(clock):
    message = a_draft(approved_at=NOON)
    clock.move_to(NOON + 2 * HOUR)
    by_save(message)
    assert message.slug == make_slug_text(WORKING)


def test_a_copy_has_a_slug_of_its_own_headline():
    message = a_draft()
    message.pk = message.id = None
    message._state.adding = True
    by_save(message)
    assert sorted(Message.objects.values_list("slug", flat=True)) == sorted(
        [make_slug_text(WORKING), make_slug_text(FINAL)]
    )


def test_a_message_without_publication_time_has_no_made_slug():
    message = a_draft()
    message.publish_at = None
    message.save()
    assert (message.slug, message.get_absolute_url()) == ("", "")


def test_approval_fixes_the_slug_of_the_last_headline():
    message = a_draft(publish_at=None)
    message.headline = FINAL
    message.approve(at=NOON)
    by = message.get_absolute_url()
    message.headline = "Something else"
    message.save()
    assert (by, message.get_absolute_url()) == (by, f"/messages/2020/11/24/{make_slug_text(FINAL)}/")


@pytest.mark.parametrize("approved_at", [None, NOON])
def test_equal_headlines_get_different_slugs_that_stay(approved_at):
    rows = [a_draft(approved_at=approved_at) for _ in range(3)]
    before = [row.slug for row in rows]
    for row in rows:
        row.save()
    assert [row.slug for row in rows] == before == [make_slug_text(WORKING) + tail for tail in ("", "-2", "-3")]


def test_a_slug_that_is_taken_on_the_new_day_is_numbered():
    a_message(headline=WORKING, publish_at=NOON + DAY, approved_at=NOON)
    message = a_draft()
    message.publish_at = NOON + DAY
    message.save()
    assert message.slug == f"{make_slug_text(WORKING)}-2"
    by_save(message)
    assert message.slug == make_slug_text(FINAL)


@pytest.mark.parametrize(
    ("before", "after"), [("Report 2", "Report 3"), ("Report 2", "Report"), ("Report", "Report 2")]
)
@pytest.mark.parametrize("approved_at", [None, NOON])
def test_a_number_in_a_headline_is_a_word_like_others(before, after, approved_at):
    message = a_draft(headline=before, approved_at=approved_at)
    message.headline = after
    message.save()
    assert message.slug == make_slug_text(after)


words = st.text(min_size=1, max_size=40)


@given(headlines=st.lists(words, min_size=1, max_size=5), typed=st.sampled_from(["", "typed-by-hand"]))
@settings(max_examples=examples(40))
def test_the_slug_is_of_the_last_headline_or_as_entered(headlines, typed):
    category = a_category()
    message = Message(category=category, headline="first", publish_at=NOON + DAY, slug=typed)
    for headline in headlines:
        message.headline = headline
        assign_slug(message)
    assert message.slug == (typed or make_slug_text(headlines[-1]))


@pytest.mark.parametrize(
    "change",
    [
        lambda row: row.save(update_fields=["lead"]),
        lambda row: Message.objects.bulk_update([row], ["lead"]),
        lambda row: Message.objects.bulk_update([row], ["slug"]),
        lambda row: Message.objects.filter(pk=row.pk).update(lead="New"),
    ],
)
def test_every_write_updates_changed_at(clock, change):
    message = a_message()
    clock.move_to(NOON + HOUR)
    message.lead, message.slug = "New", "new"
    change(message)
    assert Message.objects.get().changed_at == NOON + HOUR
