"""Revisions of messages: begun, filled in and approved, by the model and on the desk."""

from django.contrib.auth import get_user_model
from django.contrib.auth.models import Permission

from news.models import Message
from tests.factories import NOON, a_message
from tests.helpers.form_fields import fields_of
from tests.helpers.message_form import change_url

TEXT = "<p>The talks began on Monday.</p>"
RIGHT = "<p>The talks began on Tuesday.</p>"
NOTE = "The talks began on Tuesday, not on Monday."
WRITER = ("submit_message",)
EDITOR = ("submit_message", "approve_message", "correct_message", "withdraw_message")


def a_public_message(**kwargs):
    """Return a message published yesterday."""
    return a_message(**{"headline": "The talks", "body": TEXT, "slug": "talks"} | kwargs)


def an_officer(name, permissions=EDITOR):
    """Return a member of staff with the permissions to edit messages, and those named."""
    user = get_user_model().objects.create_user(name, f"{name}@example.org", "a long password", is_staff=True)
    names = {"add_message", "change_message", "view_message", "delete_message", *permissions}
    user.user_permissions.set(Permission.objects.filter(codename__in=names, content_type__app_label="news"))
    return user


def a_revision(message, by=None, at=NOON, **fields):
    """Return a revision of a message with changed fields, as a draft of `by`."""
    revision, _is_new = message.start_revision(at=at, by=by)
    for name, value in fields.items():
        setattr(revision, name, value)
    revision._history_user = by
    revision.save()
    return revision


def a_correction(message, by=None, at=NOON, **fields):
    """Return a submitted revision that corrects the day of the talks."""
    fields = {"body": RIGHT, "change_kind": "correction", "change_note": NOTE} | fields
    revision = a_revision(message, by, at, **fields)
    revision.submit(at=at, by=by)
    return revision


def stored(message):
    """Return a message as it is in the database."""
    return Message.objects.get(pk=message.pk)


def steps(message):
    """Return kind and reason of a message's log entries, oldest first."""
    return [(entry.kind, entry.reason) for entry in message.log_entries.order_by("id")]


def begin_on_desk(client, message):
    """Press “Change this text” and return the revision."""
    answer = client.post(f"/admin/news/message/{message.pk}/revision/")
    return Message.objects.get(pk=int(answer.url.split("/")[-3]))


def post_on_desk(client, revision, button, **changed):
    """Press a button of a revision's form with changed fields; return the page with errors, or "" after a save."""
    form = fields_of(client.get(change_url(revision)).content.decode(), "message_form")
    answer = client.post(change_url(revision), form | {button: "1"} | changed)
    return answer.content.decode() if answer.status_code == 200 else ""
