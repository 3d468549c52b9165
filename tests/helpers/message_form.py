"""The message form of the press desk: addresses, fields and posts."""

from django.contrib.auth import get_user_model
from django.contrib.auth.models import Permission

from news.models import Message
from tests.factories import a_category, a_message
from tests.helpers.form_fields import fields_of

ADD_URL = "/admin/news/message/add/"


def change_url(message):
    return f"/admin/news/message/{message.pk}/change/"


def create_press_officer(*permissions):
    """Return a member of staff with the permissions to edit messages, and those named."""
    user = get_user_model().objects.create_user("officer", password="a long password", is_staff=True)
    names = {"add_message", "change_message", "view_message", "delete_message", *permissions}
    user.user_permissions.set(Permission.objects.filter(codename__in=names, content_type__app_label="news"))
    return user


def a_draft(**kwargs):
    """Return a saved draft."""
    return a_message(**{"publish_at": None, "headline": "The first headline", "slug": "first"} | kwargs)


def filled_form(**kwargs):
    """Return the fields of a new message, as a press officer fills them in."""
    return {
        "headline": "A new statement",
        "lead": "",
        "body": "<p>The text.</p>",
        "category": a_category().pk,
        "language": "en",
        "image_alt": "",
        "delivered_on": "",
        "source_name": "",
        "source_url": "",
        "publish_at_0": "",
        "publish_at_1": "",
        "slug": "",
        "attachments-TOTAL_FORMS": 0,
        "attachments-INITIAL_FORMS": 0,
    } | kwargs


def opened_form(client, message, **kwargs):
    """Return the fields of a message's form as it opens, with the changes in `kwargs`."""
    return fields_of(client.get(change_url(message)).content.decode(), "message_form") | {"_save": "Save"} | kwargs


def post_form(client, message, data):
    """Save a message's form: return the status and the page of the response."""
    answer = client.post(change_url(message), data)
    return answer.status_code, answer.content.decode()


def post_attachment(client, file, name="", **kwargs):
    """Post a new message with an attached file, and return the response."""
    category = a_category()
    data = {
        "headline": "With a programme", "lead": "", "body": "<p>Text.</p>", "category": category.pk, "language": "en",
        "image_focus_x": 50, "image_focus_y": 50, "attachments-TOTAL_FORMS": 1, "attachments-INITIAL_FORMS": 0,
        "attachments-0-name": name, "attachments-0-order": 0, "attachments-0-file": file,
    }  # fmt: skip
    return client.post(ADD_URL, data | kwargs)


def save_as_colleague(message, **kwargs):
    """Change and save a message as another officer."""
    colleague, _ = get_user_model().objects.get_or_create(username="boris", first_name="Boris", last_name="Orlov")
    message = Message.objects.get(pk=message.pk)
    for name, value in kwargs.items():
        setattr(message, name, value)
    message._history_user = colleague
    message.save()


def stored_headline(message):
    """Return the headline that is stored."""
    return Message.objects.get(pk=message.pk).headline
