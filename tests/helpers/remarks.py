"""Remarks on messages: written directly, or as an officer does on the page of a message."""

from remarks.models import Remark
from tests.factories import NOON

CARD = "#card-remarks"


def remarks_url(message):
    return f"/admin/news/message/{message.pk}/remarks/"


def a_remark(message, author, text="Please name the source.", **kwargs):
    """Return a stored remark."""
    return Remark.objects.create(**{"message": message, "author": author, "written_at": NOON, "text": text} | kwargs)


def resolved(remark, by, at=NOON):
    """Resolve a thread, and return it."""
    remark.resolve(at=at, by=by)
    remark.refresh_from_db()
    return remark


def post_remark(client, message, text="Please name the source.", **kwargs):
    """Add a remark by the form of the card, without a script, and return the response."""
    return client.post(remarks_url(message), {"write": "1", "remark": text} | kwargs)
