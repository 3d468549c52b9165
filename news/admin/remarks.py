"""Remarks on messages in the admin: the card of the form, its URL, the number in the list."""

from django.utils.html import format_html
from django.utils.translation import ngettext

from news import remarks
from news.models import Message
from remarks.admin import RemarkViews, card_context, count_sentence
from remarks.models import with_replies


class MessageRemarkViews(RemarkViews):
    """The URL of the card's buttons."""

    def list_remarks(self, request, row):
        return remarks.list_remarks(row, request.user, request.at)

    def notify(self, remark, at):
        remarks.notify(remark, at)


def form_context(request, message) -> dict:
    """Return the template context of a message's form; without remarks for a new message."""
    if not message:
        return {}
    threads = with_replies(remarks.list_remarks(message, request.user, request.at))
    return {"remark_rows": threads, **card_context(request, message, threads)}


def badge(message: Message) -> str:
    """Return the number of open remarks for a row of the list; "" for none."""
    count = getattr(message, "open_remarks", 0)
    text = ngettext("%d remark", "%d remarks", count) % count
    return format_html('<small title="{}">{}</small>', count_sentence(count), text) if count else ""
