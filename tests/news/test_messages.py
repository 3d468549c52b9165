"""Messages: state at a given time, URLs, constraints, querysets."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from hypothesis import given
from hypothesis import strategies as st

from core.cursors import Cursor
from news.models import Category, Message
from news.slugs import MAX_LENGTH, MAX_MADE_LENGTH, make_slug_text
from redirects.models import Redirect
from tests.factories import DAY, HOUR, NOON, a_category, a_message

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]

LONG_SOURCE = (
    "https://www.example.org/ru/news/-/asset_publisher/cK/content/id/4350026?p_p_id=101_INSTANCE_cK&_101_INSTANCE_"
    + "x" * 200
    + "_languageId=en_GB&a=1"
)


# States


def test_an_approved_message_is_published_at_its_second():
    message = a_message(publish_at=NOON, approved_at=NOON - DAY)
    just_before = NOON - timedelta(microseconds=1)
    assert (message.state(just_before), message.state(NOON)) == (Message.State.SCHEDULED, Message.State.PUBLISHED)
    assert not Message.objects.published(just_before).exists()
    assert Message.objects.published(NOON).get() == message


def test_an_unapproved_message_stays_a_draft_after_its_publication_time():
    message = a_message(publish_at=NOON - DAY, approved_at=None)
    assert message.state(NOON) == Message.State.DRAFT
    assert not Message.objects.published(NOON).exists()
    assert Message.objects.drafts().get() == message


@pytest.mark.parametrize("at", [NOON - 2 * HOUR, NOON, NOON + 2 * HOUR])
def test_every_message_is_in_exactly_one_state(at):
    rows = [a_message(publish_at=NOON, approved_at=NOON - DAY), a_message(publish_at=None), a_message()]
    rows[2].withdraw("Wrong.", at=NOON - 3 * HOUR)
    sets = [
        Message.objects.published(at),
        Message.objects.scheduled(at),
        Message.objects.drafts(),
        Message.objects.withdrawn(),
    ]
    assert sorted(row.pk for rows in sets for row in rows) == sorted(row.pk for row in rows)


def test_the_newest_is_first_and_ties_go_by_id():
    older, tied, first = a_message(publish_at=NOON - DAY), a_message(publish_at=NOON), a_message(publish_at=NOON)
    assert list(Message.objects.published(NOON)) == [first, tied, older]


# Approval and withdrawal


def test_approval_after_the_publication_time_publishes_now():
    message = a_message(publish_at=NOON - DAY, approved_at=None)
    message.approve(at=NOON)
    assert (message.publish_at, message.approved_at) == (NOON, NOON)


def test_approval_keeps_a_future_publication_time():
    message = a_message(publish_at=NOON + DAY, approved_at=None)
    message.approve(at=NOON)
    assert (message.publish_at, message.state(NOON)) == (NOON + DAY, Message.State.SCHEDULED)


def test_withdrawing_records_time_and_reason():
    message = a_message()
    message.withdraw("It named the wrong city.", at=NOON)
    message.refresh_from_db()
    assert (message.withdrawn_at, message.withdrawn_reason) == (NOON, "It named the wrong city.")
    assert not Message.objects.published(NOON).exists()


@pytest.mark.one_database
@pytest.mark.parametrize("reason", ["", "   "])
def test_withdrawing_needs_a_reason(reason):
    with pytest.raises(ValidationError, match="Enter the reason"):
        a_message().withdraw(reason, at=NOON)


def test_only_a_published_message_can_be_withdrawn():
    with pytest.raises(ValidationError, match="Only published messages"):
        a_message(publish_at=NOON + DAY, approved_at=NOON).withdraw("Wrong.", at=NOON)


@pytest.mark.parametrize(
    "broken",
    [
        {"withdrawn_at": NOON, "withdrawn_reason": ""},
        {"withdrawn_at": None, "withdrawn_reason": "Why?"},
        {"approved_at": NOON, "publish_at": None},
    ],
)
def test_the_database_refuses_impossible_states(broken):
    message = a_message()
    for name, value in broken.items():
        setattr(message, name, value)
    with pytest.raises(IntegrityError), transaction.atomic():
        message.save()


def test_an_image_needs_alternative_text():
    message = Message(headline="x", image="pictures/one.jpg", image_width=1, image_height=1)
    with pytest.raises(ValidationError) as error:
        message.clean()
    assert "Describe the image" in error.value.message_dict["image_alt"][0]


# Text and source


def test_a_source_url_is_stored_unchanged():
    message = a_message(source_url=LONG_SOURCE)
    message.full_clean()
    message.refresh_from_db()
    assert message.source_url == LONG_SOURCE


@pytest.mark.one_database
@pytest.mark.parametrize("address", ["javascript:alert(1)", "ftp://example.org/", "example.org", "//example.org"])
def test_a_source_url_is_validated(address):
    with pytest.raises(ValidationError, match="starting with https://"):
        a_message(source_url=address).full_clean()


@pytest.mark.one_database
def test_the_summary_is_the_lead_or_the_first_paragraph():
    assert a_message(lead="The lead.").summary == "The lead."
    assert a_message(body="<p>First &amp; foremost.</p><p>Second.</p>").summary == "First & foremost."


def test_lists_fetch_bodies_only_without_a_lead():
    a_message(lead="", body="<p>Stands in.</p>")
    assert Message.objects.for_list().get().summary == "Stands in."


def test_a_list_costs_one_query(django_assert_num_queries):
    for n in range(3):
        a_message(lead="" if n else "Lead")
    with django_assert_num_queries(1):
        assert [(row.summary, row.category.name) for row in Message.objects.published(NOON).for_list()]


# URLs


def test_a_draft_has_no_url():
    assert a_message(publish_at=None).get_absolute_url() == ""


def test_the_day_in_the_url_is_that_of_the_host_country():
    message = a_message(
        headline="Late", publish_at=datetime(2020, 6, 30, 23, 30, tzinfo=UTC)
    )  # half past midnight in London
    assert message.get_absolute_url() == "/messages/2020/07/01/late/"


def test_two_messages_may_share_a_headline_within_a_day():
    slugs = [a_message(headline="The same").slug for _ in range(3)]
    assert slugs == ["the-same", "the-same-2", "the-same-3"]


def test_messages_of_two_days_may_share_a_slug():
    assert a_message(headline="The same", publish_at=NOON - 3 * DAY).slug == a_message(headline="The same").slug


def test_bulk_created_messages_get_urls():
    category = a_category()
    Message.objects.bulk_create(
        Message(headline="Same", category=category, publish_at=NOON, approved_at=NOON) for _ in range(2)
    )
    assert sorted(Message.objects.values_list("day", "slug")) == [
        (date(2020, 11, 24), "same"),
        (date(2020, 11, 24), "same-2"),
    ]


def test_an_update_of_publish_at_changes_the_day():
    message = a_message()
    Message.objects.filter(pk=message.pk).update(publish_at=NOON - 10 * DAY)
    message.refresh_from_db()
    assert message.day == date(2020, 11, 14)


@pytest.mark.parametrize(
    ("headline", "slug"),
    [
        ("Foreign Minister’s “speech”", "foreign-ministers-speech"),
        ("Заявление посольства", "zaiavlenie-posolstva"),
        ("President's replies of a day", "presidents-replies-of-a-day"),
        ("🕊️", "message"),
        ("2020", "2020"),
    ],
)
def test_a_headline_in_any_script_makes_a_slug(headline, slug):
    assert make_slug_text(headline) == slug


@pytest.mark.one_database
@given(st.text(min_size=1, max_size=400))
def test_slugs_fit_the_url_pattern(headline):
    slug = make_slug_text(headline)
    assert 0 < len(slug) <= MAX_MADE_LENGTH
    assert set(slug) <= set("abcdefghijklmnopqrstuvwxyz0123456789-")


def test_a_taken_slug_gets_the_first_free_number():
    rows = [a_message(slug=slug).slug for slug in ("speech", "speech-2", "speech", "speech-2")]
    assert rows == ["speech", "speech-2", "speech-3", "speech-2-2"]


def test_a_number_fits_after_the_longest_slug():
    rows = [a_message(slug="x" * MAX_LENGTH) for _ in range(2)]
    rows[1].full_clean()
    assert rows[1].slug == "x" * (MAX_LENGTH - 2) + "-2"


@pytest.mark.one_database
@pytest.mark.parametrize("slug", ["2020", "feed", "1"])
def test_category_slugs_are_not_numbers_or_feed(slug):
    with pytest.raises(ValidationError, match="reserved for years and feeds"):
        Category(name="x", slug=slug).full_clean()


# Redirects


def test_a_changed_slug_redirects(clock, client):
    message = a_message(headline="First name")
    old = message.get_absolute_url()
    message.slug = "second-name"
    message.save()
    answer = client.get(old)
    assert (answer.status_code, answer["Location"]) == (301, message.get_absolute_url())


def test_all_former_urls_redirect_directly(clock, client):
    message = a_message(headline="First")
    former = []
    for slug in ("second", "third"):
        former.append(message.get_absolute_url())
        message.slug = slug
        message.save()
    assert {client.get(path)["Location"] for path in former} == {message.get_absolute_url()}


def test_a_changed_date_redirects(clock, client):
    message = a_message()
    old = message.get_absolute_url()
    Message.objects.filter(pk=message.pk).update(publish_at=NOON - 30 * DAY)
    message.refresh_from_db()
    assert client.get(old)["Location"] == message.get_absolute_url()


def test_unpublished_urls_leave_no_redirect(clock):
    message = a_message(publish_at=NOON + DAY, approved_at=NOON)
    message.slug = "another"
    message.save()
    assert not Redirect.objects.exists()


def test_a_message_at_a_former_url_replaces_the_redirect(clock, client):
    moved = a_message(headline="Taken")
    old = moved.get_absolute_url()
    moved.slug = "away"
    moved.save()
    newcomer = a_message(headline="Taken")
    assert newcomer.get_absolute_url() == old
    assert client.get(old).status_code == 200


def test_a_changed_category_redirects_with_all_pages_below_it(clock, client):
    category = a_category("comments")
    a_message(category=category)
    category.slug = "remarks"
    category.save()
    assert client.get("/messages/comments/")["Location"] == "/messages/remarks/"
    assert client.get("/messages/comments/2020/")["Location"] == "/messages/remarks/2020/"
    assert client.get("/messages/comments/feed/")["Location"] == "/messages/remarks/feed/"


# Cursors


@pytest.mark.one_database
def test_a_cursor_survives_a_url():
    message = a_message(publish_at=datetime(2020, 11, 1, 1, 2, 3, 456789, tzinfo=UTC))
    assert Cursor.parse(str(Cursor.of(message))) == Cursor.of(message)


@pytest.mark.one_database
@given(st.text(max_size=60))
def test_a_mangled_cursor_raises_value_error(text):
    try:
        Cursor.parse(text)
    except ValueError:
        pass


@pytest.mark.one_database
@pytest.mark.parametrize("text", ["", ".", "1.", ".1", "9" * 40 + ".1", "1." + "9" * 30, "--1.1", "1e5.1", "٣.١"])
def test_invalid_cursors_are_refused(text):
    with pytest.raises(ValueError, match="invalid cursor"):
        Cursor.parse(text)


def test_a_category_renamed_back_does_not_redirect_to_itself(clock, client):
    category = a_category("comments")
    for slug in ("remarks", "comments"):
        category.slug = slug
        category.save()
    assert client.get("/messages/comments/1999/").status_code == 404


def test_an_update_of_a_draft_sets_its_url():
    draft = a_message(publish_at=None, headline="Given a moment")
    Message.objects.filter(pk=draft.pk).update(publish_at=NOON)
    draft.refresh_from_db()
    assert (draft.day, draft.slug) == (date(2020, 11, 24), "given-a-moment")
