"""Revisions: what is approved or public is changed by a proposal that somebody else approves, as a whole."""

from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from news.differences import PRESENTATION_FIELDS, differences, written_fields
from news.models import Message, PreviewLink
from outbox.models import OutboxEmail
from tests.factories import DAY, HOUR, NOON, a_category, a_message
from tests.helpers.files import a_pdf_file, an_attachment
from tests.helpers.message_form import change_url
from tests.helpers.revisions import (
    NOTE,
    RIGHT,
    TEXT,
    WRITER,
    a_correction,
    a_public_message,
    a_revision,
    an_officer,
    begin_on_desk,
    post_on_desk,
    steps,
    stored,
)

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases, pytest.mark.usefixtures("clock")]

State = Message.State


def approve(revision, by, at=NOON, **options):
    revision.approve(at=at, by=by, version=revision.newest_version(), **options)


# The way of a revision


def test_a_correction_is_proposed_approved_by_somebody_else_and_in_force(client):
    message, writer, editor = a_public_message(), an_officer("writer", WRITER), an_officer("editor")
    revision = a_correction(message, writer)
    assert (stored(message).body, revision.state(NOON)) == (TEXT, State.SUBMITTED)
    approve(revision, editor)
    message = stored(message)
    assert (message.body, revision.state(NOON)) == (RIGHT, State.APPLIED)
    assert steps(message) == [("correction", NOTE)]
    assert message.corrections.get().by == editor
    page = client.get(message.get_absolute_url()).content.decode()
    assert ("began on Tuesday.</p>" in page, NOTE in page) == (True, True)


def test_nothing_public_shows_a_revision(client):
    message = a_public_message()
    revision = a_revision(message, headline="A secret headline", body="<p>secret</p>", slug="secret")
    assert revision.get_absolute_url() == ""
    for path in ("/", "/messages/", "/messages/feed/", "/sitemap.xml", "/api/v1/messages/", message.get_absolute_url()):
        assert "secret" not in client.get(path, follow=True).content.decode()


def test_nobody_approves_their_own_change_without_a_reason():
    message, editor = a_public_message(), an_officer("editor")
    revision = a_correction(message, editor)
    with pytest.raises(ValidationError, match="worked on this text"):
        approve(revision, editor)
    approve(revision, editor, override="The minister asked for it.")
    assert stored(message).body == RIGHT
    assert ("approved", "The minister asked for it.") in steps(revision)


def test_who_only_begins_a_change_is_not_its_author():
    message, editor = a_public_message(), an_officer("editor")
    revision, _is_new = message.start_revision(at=NOON, by=editor)
    assert revision.authors() == set()


def test_a_message_has_one_open_revision():
    message = a_public_message()
    first, is_new = message.start_revision(at=NOON)
    second, is_new_again = message.start_revision(at=NOON)
    assert (first.pk, is_new, is_new_again) == (second.pk, True, False)
    with pytest.raises(IntegrityError), transaction.atomic():
        Message.objects.create(revision_of=message, headline="x", category=message.category)


@pytest.mark.parametrize("values", [{"approved_at": NOON, "publish_at": NOON, "day": NOON.date()}])
def test_the_database_refuses_a_revision_that_is_public(values):
    revision, _is_new = a_public_message().start_revision(at=NOON)
    with pytest.raises(IntegrityError), transaction.atomic():
        Message.objects.filter(pk=revision.pk).update(**values)


def test_a_discarded_change_stays_readable_and_the_message_can_be_changed_again():
    message, editor = a_public_message(), an_officer("editor")
    revision = a_correction(message, editor)
    revision.discard(at=NOON, by=editor)
    assert (revision.state(NOON), stored(message).body) == (State.DISCARDED, TEXT)
    with pytest.raises(ValidationError, match="Only open changes"):
        revision.discard(at=NOON)
    assert message.start_revision(at=NOON)[1]


@pytest.mark.one_database
def test_a_change_that_changes_nothing_is_refused():
    revision = a_revision(a_public_message(), change_kind="correction", change_note=NOTE)
    with pytest.raises(ValidationError, match="does not differ"):
        revision.submit(at=NOON)


@pytest.mark.one_database
@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"body": RIGHT}, "Select the type of your change"),
        ({"body": RIGHT, "change_kind": "typo"}, "Select “Correction” or “Update”"),
        ({"body": RIGHT, "change_kind": "correction", "change_note": " "}, "Enter what was wrong"),
        ({"body": RIGHT, "change_kind": "update"}, "Enter what has changed"),
        ({"change_kind": "withdrawal"}, "Enter the reason for the withdrawal"),
    ],
)
def test_type_and_note_must_fit_the_change(fields, sentence):
    revision = a_revision(a_public_message(), **fields)
    with pytest.raises(ValidationError, match=sentence):
        revision.submit(at=NOON)


def test_a_change_begun_from_an_older_text_is_refused():
    message = a_public_message()
    revision = a_correction(message)
    Message.objects.filter(pk=message.pk).update(lead="Written by a program.")
    with pytest.raises(ValidationError, match="was changed after this change was begun"):
        stored(revision).approve(at=NOON)


@pytest.mark.one_database
def test_a_correction_needs_the_permission_to_correct():
    message = a_public_message()
    revision = a_correction(message)
    with pytest.raises(ValidationError, match="You may approve typos only"):
        approve(revision, an_officer("junior", ("approve_message",)))


@pytest.mark.one_database
def test_a_typo_shows_nothing(client):
    message = a_public_message()
    revision = a_revision(message, body=TEXT.replace("began", "begun"), change_kind="typo")
    revision.approve(at=NOON)
    page = client.get(message.get_absolute_url()).content.decode()
    assert ("begun" in page, "Correction" in page, stored(message).updated_at) == (True, False, message.publish_at)
    assert steps(message) == [("typo", "")]


def test_the_attachments_of_a_revision_replace_those_of_the_message():
    message = an_attachment(a_public_message(), name="Programme").message
    revision = a_revision(message, change_kind="correction", change_note=NOTE)
    assert differences(message, revision) == []
    revision.attachments.update(name="Programme of the visit")
    assert differences(message, revision) == ["attachments"]
    revision.approve(at=NOON)
    assert [row.name for row in message.attachments.all()] == ["Programme of the visit"]
    assert [kind for kind, _reason in steps(message)][1:] == ["correction", "attached"]


def test_a_new_address_redirects(client):
    message = a_public_message()
    earlier = message.get_absolute_url()
    a_revision(message, slug="other-talks", change_kind="typo").approve(at=NOON)
    answer = client.get(earlier)
    assert (answer.status_code, answer.url.endswith("/other-talks/")) == (301, True)


def test_a_scheduled_message_is_changed_at_once_on_approval_and_keeps_its_time():
    message = a_public_message(publish_at=NOON + DAY, approved_at=NOON)
    revision = a_revision(message, body=RIGHT)
    with pytest.raises(ValidationError, match="Give a reason for the change"):
        revision.submit(at=NOON)
    revision.change_note = "The day was wrong."
    revision.approve(at=NOON)
    message = stored(message)
    assert (message.body, message.publish_at, message.state(NOON)) == (RIGHT, NOON + DAY, State.SCHEDULED)
    assert steps(message) == [("changed", "The day was wrong.")]


def test_a_scheduled_message_is_moved_by_a_revision():
    message = a_public_message(publish_at=NOON + DAY, approved_at=NOON)
    a_revision(message, publish_at=NOON + 2 * DAY, change_note="The visit is later.").approve(at=NOON)
    assert stored(message).publish_at == NOON + 2 * DAY


def test_the_date_of_a_public_message_can_be_corrected():
    message = a_public_message()
    a_revision(message, publish_at=NOON - 2 * DAY, change_kind="correction", change_note=NOTE).approve(at=NOON)
    assert stored(message).publish_at == NOON - 2 * DAY


# One function says what differs


def other_value(field, message):
    """Return another valid value for a field of a message."""
    special = {
        "category": a_category("comments"),
        "language": "fr",
        "publish_at": NOON - 2 * DAY,
        "image": "images/other.png",
    }
    if field.name in special:
        return special[field.name]
    kind = field.get_internal_type()
    if kind == "BooleanField":
        return not getattr(message, field.name)
    if kind == "DateField":
        return (NOON - 3 * DAY).date()
    if "Integer" in kind:
        return 7
    return "https://example.org/other" if "url" in field.name else "other-text"


@pytest.mark.one_database
@pytest.mark.parametrize("name", [field.name for field in written_fields(Message)])
def test_a_change_of_each_written_field_is_asked_for_and_logged(name):
    message = a_public_message()
    value = other_value(Message._meta.get_field(name), message)
    revision, _is_new = message.start_revision(at=NOON)
    # Past the descriptor of an image, which would read the file.
    revision.__dict__[Message._meta.get_field(name).attname] = getattr(value, "pk", value)
    assert differences(message, revision) == [name]
    with pytest.raises(ValidationError, match="Select the type of your change"):
        revision.submit(at=NOON)


@pytest.mark.one_database
def test_what_is_no_written_field_is_on_the_list_with_a_reason():
    editable = {field.name for field in Message.history.model.tracked_fields if field.editable}
    written = {field.name for field in written_fields(Message)}
    assert editable - written - {"id"} == set(PRESENTATION_FIELDS) | {"change_kind", "change_note", "effective_at"}


# On the desk


@pytest.mark.one_database
def test_an_approved_message_has_no_form_but_a_button(client):
    message = a_public_message()
    client.force_login(an_officer("editor"))
    page = client.get(change_url(message)).content.decode()
    assert ("Change this text" in page, 'name="headline"' in page, 'name="attachments-0-name"' in page) == (
        True,
        False,
        False,
    )
    answer = client.post(change_url(message), {"headline": "Other", "_save": "1"})
    assert (answer.status_code, stored(message).headline) == (409, "The talks")


@pytest.mark.one_database
def test_a_writer_proposes_and_an_editor_reads_and_approves(client):
    message = a_public_message()
    editor = an_officer("editor")
    client.force_login(an_officer("writer", WRITER))
    revision = begin_on_desk(client, message)
    assert post_on_desk(client, revision, "_submit", body=RIGHT, change_kind="correction", change_note=NOTE) == ""
    assert OutboxEmail.objects.filter(recipient_id=editor.pk).count() == 1
    client.force_login(editor)
    page = client.get(change_url(revision)).content.decode()
    assert "<del>Monday" in page
    assert "<ins>Tuesday" in page
    assert post_on_desk(client, revision, "_approve") == ""
    assert (stored(message).body, steps(message)) == (RIGHT, [("correction", NOTE)])


def test_a_typo_in_a_message_that_was_published_on_approval(client):
    """Its time of publication has seconds and fractions, which the form must leave as they are."""
    message = a_public_message(publish_at=NOON - DAY + timedelta(seconds=41, microseconds=345_678))
    client.force_login(an_officer("editor"))
    revision = begin_on_desk(client, message)
    fields = {"body": TEXT.replace("began", "begun"), "change_kind": "typo", "override": "Nobody else is here."}
    assert post_on_desk(client, revision, "_approve", **fields) == ""
    assert (stored(message).publish_at, steps(message)) == (message.publish_at, [("typo", "")])


@pytest.mark.one_database
def test_a_refused_step_keeps_what_was_typed(client):
    message = a_public_message()
    client.force_login(an_officer("writer", WRITER))
    revision = begin_on_desk(client, message)
    page = post_on_desk(client, revision, "_submit", body=RIGHT, lead="Typed with care")
    assert ("Select the type of your change" in page, "Typed with care" in page) == (True, True)
    assert (stored(revision).body, stored(revision).state(NOON)) == (TEXT, State.DRAFT)


@pytest.mark.one_database
def test_a_file_in_the_request_of_the_approval_is_part_of_the_change(client):
    message = a_public_message()
    client.force_login(an_officer("editor"))
    revision = begin_on_desk(client, message)
    files = {
        "attachments-TOTAL_FORMS": 1,
        "attachments-0-name": "Programme",
        "attachments-0-order": 0,
        "attachments-0-file": a_pdf_file(),
    }
    fields = {"change_kind": "correction", "change_note": NOTE, "override": "Nobody else is here."}
    assert post_on_desk(client, revision, "_approve", **fields, **files) == ""
    assert [row.name for row in message.attachments.all()] == ["Programme"]


def test_two_officers_who_begin_a_change_find_the_same(client):
    message = a_public_message()
    client.force_login(an_officer("anna"))
    first = begin_on_desk(client, message)
    client.force_login(an_officer("boris"))
    assert begin_on_desk(client, message) == first
    assert "Open the change" in client.get(change_url(message)).content.decode()


@pytest.mark.one_database
def test_the_other_editors_are_told_where_one_person_approves_alone(client):
    message = a_public_message()
    boris = an_officer("boris")
    client.force_login(an_officer("anna"))
    revision = begin_on_desk(client, message)
    fields = {"body": RIGHT, "change_kind": "correction", "change_note": NOTE, "override": "Nobody else is here."}
    assert post_on_desk(client, revision, "_approve", **fields) == ""
    assert OutboxEmail.objects.filter(recipient_id=boris.pk).count() == 1


@pytest.mark.one_database
def test_an_earlier_text_is_restored_as_a_change(client):
    message = a_public_message()
    a_correction(message).approve(at=NOON)
    client.force_login(an_officer("editor"))
    first = message.history.order_by("history_id").first()
    answer = client.post(f"/admin/news/message/{message.pk}/history/{first.history_id}/restore/")
    revision = message.open_revision()
    assert (answer.url, revision.body, stored(message).body) == (change_url(revision), TEXT, RIGHT)


@pytest.mark.one_database
def test_the_permission_to_write_is_needed(client):
    message = a_public_message()
    reader = an_officer("reader")
    reader.user_permissions.remove(*reader.user_permissions.exclude(codename="view_message"))
    client.force_login(reader)
    assert client.post(f"/admin/news/message/{message.pk}/revision/").status_code == 403
    assert "Change this text" not in client.get(change_url(message)).content.decode()


# Moments


def test_a_scheduled_change_is_in_force_at_its_second(client, clock):
    message, editor = a_public_message(), an_officer("editor")
    approve(a_correction(message, effective_at=NOON + HOUR), editor)
    path = message.get_absolute_url()
    assert "began on Monday" in client.get(path).content.decode()
    clock.move_to(NOON + HOUR)
    assert "began on Tuesday" in client.get(path).content.decode()
    entry = message.log_entries.get()
    assert (entry.kind, entry.at, entry.by, message.corrections.get().at) == (
        "correction",
        NOON + HOUR,
        editor,
        NOON + HOUR,
    )


def test_a_withdrawal_can_have_a_moment(client, clock):
    message, editor = a_public_message(), an_officer("editor")
    client.force_login(editor)
    url = f"/admin/news/message/withdraw/?ids={message.pk}"
    client.post(url, {"reason": "It named the wrong city.", "moment_0": "24/11/2020", "moment_1": "14:00:00"})
    revision = message.open_revision()
    assert (revision.state(NOON), revision.change_kind) == (State.SCHEDULED, "withdrawal")
    client.logout()
    assert client.get(message.get_absolute_url()).status_code == 200
    clock.move_to(revision.effective_at)
    assert client.get(message.get_absolute_url()).status_code == 410
    assert stored(message).withdrawn_at == revision.effective_at


@pytest.mark.parametrize(
    "make", [a_public_message, lambda **kwargs: a_message(publish_at=NOON + DAY, approved_at=NOON)]
)
def test_publish_now_and_unschedule(make, client):
    message = make()
    scheduled = message if message.publish_at > NOON else a_correction(message, effective_at=NOON + HOUR)
    if scheduled.is_revision:
        scheduled.approve(at=NOON)
    client.force_login(an_officer("editor"))
    page = client.get(change_url(scheduled)).content.decode()
    assert ("Publish now" in page, "Unschedule" in page) == (True, True)
    client.post(f"/admin/news/message/unschedule/?ids={scheduled.pk}", {"reason": "Not yet."})
    assert stored(scheduled).state(NOON) == State.DRAFT
    again = stored(scheduled)
    if again.is_revision:
        again.effective_at = NOON + HOUR
    again.approve(at=NOON)
    client.post(f"/admin/news/message/publish_now/?ids={scheduled.pk}")
    assert stored(scheduled).state(NOON) in (State.APPLIED, State.PUBLISHED)


def test_what_cannot_be_put_in_force_is_sent_back_with_the_reason(client, clock):
    message, writer = a_public_message(), an_officer("writer", WRITER)
    revision = a_revision(message, writer, change_kind="withdrawal", change_note="Wrong.", effective_at=NOON + HOUR)
    revision.approve(at=NOON)
    stored(message).withdraw("At once.", at=NOON)
    clock.move_to(NOON + HOUR)
    assert client.get(message.get_absolute_url()).status_code == 410
    revision = stored(revision)
    assert revision.state(NOON + HOUR) == State.DRAFT
    assert "has been withdrawn already" in steps(revision)[-1][1]
    assert OutboxEmail.objects.filter(recipient_id=writer.pk).count() == 1


# Programs


@pytest.mark.parametrize(
    "change",
    [
        lambda message: Message.objects.filter(pk=message.pk).update(lead="Other."),
        lambda message: Message.objects.filter(pk=message.pk).update(slug="other"),
        lambda message: Message.objects.bulk_update([set_lead(message)], ["lead"]),
        lambda message: set_lead(message).save(),
        lambda message: set_lead(message).save(update_fields=["lead"]),
    ],
)
def test_a_change_by_a_program_is_logged(change):
    message, draft = a_public_message(), a_message(publish_at=None)
    change(message)
    change(draft)
    (kind, reason), *others = steps(message)
    assert (kind, reason in ("By a program: lead.", "By a program: slug."), others) == ("changed", True, [])
    assert steps(draft) == []


def test_a_change_of_attachments_by_a_program_is_logged():
    message, draft = a_public_message(), a_message(publish_at=None)
    for each in (message, draft):
        attachment = an_attachment(each, name="Programme")
        each.attachments.update(name="Other")
        attachment.delete()
    assert steps(message) == [("attached", "By a program.")] * 3
    assert steps(draft) == []


def set_lead(message):
    message.lead = "Other."
    return message


# Previews


def preview_link(message, at=NOON):
    by = an_officer("press")
    values = {"name": "Reuters", "created_at": at, "created_by": by, "expires_at": at + DAY}
    return PreviewLink.objects.create(message=message, **values)


@pytest.mark.one_database
def test_a_change_has_previews_and_its_link_leads_to_the_message_once_it_is_in_force(client):
    message = a_public_message()
    revision = a_correction(message)
    link = preview_link(revision)
    path = f"/preview/{link.token}/"
    page = client.get(path).content.decode()
    assert ("began on Tuesday" in page, "Published 23 November 2020" in page) == (True, True)
    client.force_login(an_officer("editor"))
    assert "began on Tuesday" in client.get(f"/admin/news/message/{revision.pk}/preview/").content.decode()
    revision.approve(at=NOON)
    assert client.get(path).url == message.get_absolute_url()


@pytest.mark.one_database
def test_the_preview_link_of_a_discarded_change_shows_nothing(client):
    revision = a_correction(a_public_message())
    link = preview_link(revision)
    revision.discard(at=NOON)
    assert client.get(f"/preview/{link.token}/").status_code == 404


def test_a_step_that_is_refused_halfway_leaves_nothing_behind(client):
    message = a_public_message()
    revision = a_correction(message, effective_at=NOON + HOUR)
    revision.approve(at=NOON)
    Message.objects.filter(pk=message.pk).update(lead="Written by a program.")
    client.force_login(an_officer("editor"))
    page = client.post(f"/admin/news/message/publish_now/?ids={revision.pk}", follow=True).content.decode()
    assert "was changed after this change was begun" in page
    assert (stored(revision).effective_at, [kind for kind, _reason in steps(revision)][-1]) == (NOON + HOUR, "approved")
