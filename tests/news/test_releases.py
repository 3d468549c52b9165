"""Releases: messages, changes and withdrawals appear at one moment, as a whole or not at all."""

import pytest
from django.core.exceptions import ValidationError
from django.db import DatabaseError, DataError, IntegrityError, OperationalError, connection, transaction

from editions.models import EditionNumber
from news.models import Message, Release
from outbox.models import OutboxEmail
from tests.factories import DAY, HOUR, NOON, a_message
from tests.helpers.files import a_body, an_image
from tests.helpers.releases import MOMENT, a_release, is_public, three_items
from tests.helpers.revisions import NOTE, RIGHT, a_correction, a_public_message, a_revision, an_officer, stored

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases, pytest.mark.usefixtures("clock")]

State = Message.State
NONE, ALL = [False] * 3, [True] * 3


def kinds(release):
    return [entry.kind for entry in release.log_entries.order_by("id")]


# Published as a whole


def test_everything_appears_at_the_moment_in_one_edition(client, clock):
    items = three_items()
    a_release(*items)
    assert is_public(items) == NONE
    assert Message.objects.next_change(NOON) == MOMENT
    client.get("/messages/")
    before = EditionNumber.objects.get().number
    clock.move_to(MOMENT)
    assert "New" in client.get("/messages/").content.decode()
    assert (is_public(items), EditionNumber.objects.get().number) == (ALL, before + 1)
    assert [stored(items[0]).publish_at, stored(items[1]).applied_at] == [MOMENT, MOMENT]
    assert stored(items[2].revision_of).withdrawn_at == MOMENT


def test_nothing_of_it_is_public_before(client):
    new, *_others = items = three_items()
    a_release(*items)
    for path in ("/", "/messages/", "/messages/feed/", "/sitemap.xml", "/api/v1/messages/"):
        page = client.get(path, follow=True).content.decode()
        assert (">New<" in page, "Tuesday" in page) == (False, False)
    assert stored(new).get_absolute_url() == ""


@pytest.mark.parametrize("number", [0, 1, 2])
def test_an_item_that_cannot_be_published_holds_all(client, clock, number):
    items = three_items()
    release = a_release(*items)
    editor = an_officer("editor")
    if number:
        original = items[number].revision_of
        Message.objects.filter(pk=original.pk).update(lead="Written by a program.")
    else:
        Message.objects.filter(pk=items[0].pk).update(accepted_at=None)
    clock.move_to(MOMENT)
    client.get("/messages/")
    release.refresh_from_db()
    assert (is_public(items), release.approved_at, release.published_at) == (NONE, None, None)
    entry = release.log_entries.first()
    assert (entry.kind, entry.at, entry.item, "could not be published" in entry.reason) == (
        *("held", MOMENT, stored(items[number])),
        True,
    )
    assert OutboxEmail.objects.filter(kind="news release", recipient_id=editor.pk).count() == 1


@pytest.mark.parametrize("error", [KeyError("x"), DataError("x"), IntegrityError("x")])
def test_an_unexpected_error_holds_the_release_and_public_pages_are_served(client, clock, monkeypatch, error):
    items = three_items()
    release = a_release(*items)
    revision = a_correction(a_public_message(slug="single"), effective_at=MOMENT)
    revision.approve(at=NOON)

    def fail(*args, **kwargs):
        raise error

    monkeypatch.setattr(Message, "apply", fail)
    clock.move_to(MOMENT)
    assert client.get("/messages/").status_code == 200
    release.refresh_from_db()
    assert (is_public(items), release.approved_at, stored(revision).state(MOMENT)) == (NONE, None, State.DRAFT)
    assert "an unexpected error" in release.log_entries.first().reason


def test_an_unavailable_database_holds_nothing(client, clock, monkeypatch):
    items = three_items()
    release = a_release(*items)

    def fail(*args, **kwargs):
        raise OperationalError("away")

    with monkeypatch.context() as patch:
        patch.setattr(Message, "apply", fail)
        clock.move_to(MOMENT)
        assert client.get("/messages/").status_code == 200
    assert is_public(items) == NONE
    clock.move_to(MOMENT + HOUR)
    client.get("/messages/")
    release.refresh_from_db()
    assert (is_public(items), release.published_at) == (ALL, MOMENT)


def test_an_error_halfway_leaves_nothing_behind(monkeypatch):
    items = three_items()
    release = a_release(*items)

    def fail(*args, **kwargs):
        raise ValidationError("Refused")

    monkeypatch.setattr(Message, "withdraw", fail)
    with pytest.raises(ValidationError, match="Refused"), transaction.atomic():
        release.publish(MOMENT)
    assert is_public(items) == NONE


def test_a_release_without_a_moment_is_published_on_approval():
    items = three_items()
    release = a_release(*items, moment=None)
    assert (is_public(items), release.published_at) == (ALL, NOON)


def test_items_are_published_in_their_order():
    one, two = a_message(publish_at=None), a_message(publish_at=None)
    a_release(two, one, moment=None)
    assert [entry.message_id for entry in released_entries()] == [two.pk, one.pk]


def released_entries():
    entries = Message._meta.get_field("log_entries").related_model
    return entries.objects.filter(kind="released").order_by("id")


# Approved as a whole


def test_every_item_must_be_approved():
    release = a_release(*three_items(), approved=False)
    with pytest.raises(ValidationError, match="“New” is not approved"):
        release.approve(at=NOON)


def test_an_approved_item_has_no_time_of_its_own():
    new = a_message(publish_at=NOON - HOUR, approved_at=None)
    release = a_release(new, approved=False)
    stored(new).approve(at=NOON)
    new = stored(new)
    assert (new.state(NOON), new.approved_at, new.due_at) == (State.SCHEDULED, None, release.moment)
    with pytest.raises(ValidationError, match="together with its release"):
        new.publish_now(at=NOON)


def test_a_scheduled_message_waits_for_the_release_from_then_on(client, clock):
    scheduled = a_message(publish_at=NOON + HOUR / 2, approved_at=NOON)
    a_release(scheduled)
    clock.move_to(NOON + HOUR / 2)
    client.get("/")
    assert stored(scheduled).approved_at is None
    clock.move_to(MOMENT)
    client.get("/")
    assert stored(scheduled).publish_at == MOMENT


def test_who_has_worked_on_an_item_needs_a_reason():
    editor = an_officer("editor")
    new = a_message(publish_at=None)
    new._history_user = editor
    new.lead = "Mine."
    new.save()
    release = a_release(new, approved=False)
    stored(new).approve(at=NOON)
    with pytest.raises(ValidationError, match="You have worked on an item"), transaction.atomic():
        release.approve(at=NOON, by=editor, versions=release.versions())
    release.approve(at=NOON, by=editor, versions=release.versions(), override="Nobody else is here.")
    assert release.log_entries.first().reason == "Nobody else is here."


def test_what_changed_since_it_was_read_is_not_approved():
    new = a_message(publish_at=None)
    release = a_release(new, approved=False)
    read = release.versions()
    stored(new).approve(at=NOON)
    with pytest.raises(ValidationError, match="was changed after you opened it"):
        release.approve(at=NOON, by=an_officer("editor"), versions=read)


@pytest.mark.parametrize(
    "act",
    [
        lambda release, items: release.add(a_message(publish_at=None), at=NOON),
        lambda release, items: release.remove(items[0], at=NOON),
        lambda release, items: release.hold("Not yet.", at=NOON),
        lambda release, items: stored(items[0]).send_back("Shorter.", at=NOON),
        lambda release, items: stored(items[1]).discard(at=NOON),
    ],
)
def test_what_is_changed_must_be_approved_again(client, clock, act):
    items = three_items()
    release = a_release(*items)
    act(release, items)
    release.refresh_from_db()
    assert (release.approved_at, Message.objects.next_change(NOON)) == (None, None)
    assert "held" in kinds(release)
    clock.move_to(MOMENT)
    client.get("/")
    assert is_public(items) == NONE


def test_a_release_is_moved_as_a_whole(client, clock):
    items = three_items()
    release = a_release(*items)
    release.move(NOON + DAY, at=NOON)
    clock.move_to(MOMENT)
    client.get("/")
    assert is_public(items) == NONE
    with pytest.raises(ValidationError, match="in the past"), transaction.atomic():
        release.move(NOON, at=MOMENT)
    clock.move_to(NOON + DAY)
    client.get("/")
    assert is_public(items) == ALL


def test_a_release_is_published_now():
    items = three_items()
    release = a_release(*items)
    release.publish_now(at=NOON)
    assert (is_public(items), kinds(release)[-1]) == (ALL, "published")
    with pytest.raises(ValidationError, match="has been published"):
        release.hold("Too late.", at=NOON)


def test_an_item_is_in_one_release():
    new = a_message(publish_at=None)
    a_release(new, approved=False)
    with pytest.raises(ValidationError, match="is in another release"):
        a_release(new, name="Other")


@pytest.mark.parametrize("make", [a_public_message, lambda: closed_revision()])
def test_what_is_public_or_closed_is_not_added(make):
    with pytest.raises(ValidationError, match="cannot be added"):
        a_release(make())


def test_a_scheduled_message_with_an_open_change_is_not_added():
    scheduled = a_message(publish_at=NOON + DAY, approved_at=NOON)
    a_revision(scheduled, body=RIGHT, change_note=NOTE)
    with pytest.raises(ValidationError, match="has an open change"):
        a_release(scheduled)


def closed_revision():
    revision = a_revision(a_public_message(), body=RIGHT, change_kind="correction", change_note=NOTE)
    revision.discard(at=NOON)
    return revision


def test_a_removed_item_is_not_approved_any_more():
    items = three_items()
    a_release(*items).remove(items[0], at=NOON)
    assert stored(items[0]).state(NOON) == State.SUBMITTED


def test_the_log_of_a_release_cannot_be_changed():
    entry = a_release(*three_items()).log_entries.first()
    with pytest.raises(DatabaseError, match="cannot be changed"), transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("UPDATE news_releaselogentry SET reason = 'x' WHERE id = %s", [entry.pk])
    assert Release.objects.count() == 1


def test_a_release_with_an_undescribed_image_is_not_approved():
    item = a_message(headline="Handshake", publish_at=None, body=a_body(an_image(), alt=""))
    release = a_release(item, approved=False)
    stored(item).approve(at=NOON)
    sentence = "“Handshake” has an image in its text without alternative text"
    with pytest.raises(ValidationError, match=sentence), transaction.atomic():
        release.approve(at=NOON)
    Message.objects.filter(pk=item.pk).update(body=stored(item).body.replace('alt=""', 'alt="A handshake"'))
    release.approve(at=NOON)
    assert release.approved_at
