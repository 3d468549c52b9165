"""Working copies: what a browser sends while a user types into a form of the desk."""

from working_copies.models import WorkingCopy

MESSAGES = "/admin/news/message/"
TYPED_AT = 1_606_221_420_000  # NOON, in milliseconds


def copy_url(row=None, base=MESSAGES):
    """Return the URL to which the form of a row sends what is typed."""
    return f"{base}{row.pk}/working-copy/" if row else f"{base}working-copy/"


def type_in(client, row=None, *, key="key-1", base=MESSAGES, typed_at=TYPED_AT, **inputs):
    """Send what was typed into a form, and return the response."""
    data = {"draft_key": key, "typed_at": typed_at} | inputs
    return client.post(copy_url(row, base), data)


def discard(client, row=None, *, key="key-1", base=MESSAGES, typed_at=TYPED_AT):
    """Discard what was typed, and return the response."""
    return client.post(copy_url(row, base), {"draft_key": key, "typed_at": typed_at, "discard": "1"})


def stored_copies():
    """Return the texts that are neither saved nor discarded: by key, the inputs."""
    return {copy.form_key: copy.inputs for copy in WorkingCopy.objects.unsaved()}
