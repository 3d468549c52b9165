"""Forms of versioned rows in the admin: opened, saved, and saved meanwhile by a colleague."""

from django.contrib.auth import get_user_model
from django.utils import timezone

from tests.helpers.form_fields import fields_of
from versions.models import VersionInfo


def admin_url(row, page="change"):
    """Return the address of a page about a row."""
    return f"/admin/{row._meta.app_label}/{row._meta.model_name}/{row.pk}/{page}/"


def opened_form(client, row, **kwargs):
    """Return the fields of a row's form as it opens, with the changes in `kwargs`."""
    return fields_in(client.get(admin_url(row)).content.decode(), row) | kwargs


def fields_in(page, row):
    """Return the fields of a row's form on a page, and the button."""
    return fields_of(page, f"{row._meta.model_name}_form") | {"_save": "Save"}


def post_form(client, row, data):
    """Save a row's form: return the status and the page of the response."""
    answer = client.post(admin_url(row), data)
    return answer.status_code, answer.content.decode()


def a_colleague():
    """Return another member of staff."""
    return get_user_model().objects.get_or_create(username="boris", first_name="Boris", last_name="Orlov")[0]


def save_as_colleague(row, reason=None, **kwargs):
    """Change and save a row as another member of staff."""
    row = stored(row)
    for name, value in kwargs.items():
        setattr(row, name, value)
    row.save(version=VersionInfo(timezone.now(), a_colleague(), reason))


def stored(row):
    """Return a row as it is stored."""
    return type(row).objects.get(pk=row.pk)


def numbers(row):
    """Return the numbers of a row's versions, oldest first."""
    return list(type(row).history.filter(id=row.pk).order_by("history_id").values_list("history_id", flat=True))


def compared(client, row, a, b=""):
    """Return the page that compares two versions, or one with the row."""
    return client.get(admin_url(row, "history/compare"), {"a": a, "b": b}).content.decode()


def restore(client, row, number, *, opened=None, reason=""):
    """Restore a version, from a comparison opened when the newest one was `opened`; return the response."""
    opened = opened or numbers(row)[-1]
    return client.post(admin_url(row, f"history/{number}/restore"), {"version": opened, "reason": reason})


def answers(fields, *choices):
    """Return the answers to the questions about paragraphs on a page, in their order: "mine", "theirs" or "both"."""
    asked = [name.replace("_asked-", "_choice-") for name in fields if name.startswith("_asked-")]
    return dict(zip(asked, choices, strict=True))
