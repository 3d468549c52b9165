"""The workflow steps that have a page of their own on the desk: what each asks, does and says."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from news.models import Message
from news.templatetags.moments import in_cities

State = Message.State
MOST = 500  # messages in one step
NAMED = 10  # messages that a result names; of more, the number


class Step(NamedTuple):
    """A step: the permission, the states it starts from, its name, what it is called when done, what its page says."""

    permission: str
    states: frozenset
    label: str
    done: str
    says: Callable[[int], str]
    asks_reason: bool = True


STEPS = {
    "approve": Step(
        "approve",
        frozenset({State.SUBMITTED}),
        gettext_lazy("Approve"),
        gettext_lazy("Approved"),
        lambda count: ngettext(
            "You approve this message. See below what happens to it.",
            "You approve these messages. See below what happens to each.",
            count,
        ),
        asks_reason=False,
    ),
    "send_back": Step(
        "approve",
        frozenset({State.SUBMITTED, State.SCHEDULED}),
        gettext_lazy("Send back"),
        gettext_lazy("Sent back"),
        lambda count: ngettext(
            "This message becomes a draft again. The writer reads your reason.",
            "These messages become drafts again. The writers read your reason.",
            count,
        ),
    ),
    "withdraw": Step(
        "withdraw",
        frozenset({State.PUBLISHED}),
        gettext_lazy("Withdraw"),
        gettext_lazy("Withdrawn"),
        lambda count: ngettext(
            "This message is taken off every page, list and feed immediately. "
            "Its address keeps a notice with today's date and your reason.",
            "These messages are taken off every page, list and feed immediately. "
            "Their addresses keep a notice with today's date and your reason.",
            count,
        ),
    ),
    "restore": Step(
        "withdraw",
        frozenset({State.WITHDRAWN}),
        gettext_lazy("Restore"),
        gettext_lazy("Restored"),
        lambda count: ngettext(
            "This message comes back immediately where it was. Your reason is recorded, and not shown to the public.",
            "These messages come back immediately where they were. "
            "Your reason is recorded, and not shown to the public.",
            count,
        ),
    ),
}
WITH_REASON = {name: step for name, step in STEPS.items() if step.asks_reason}


def in_place(message: Message, at) -> str:
    """Return where a message is at the moment `at`, in a few words: after a step, for the officer to read."""
    state = message.state(at)
    if state == State.SCHEDULED:
        return _("will be public at %s") % in_cities(message.publish_at)
    return {
        State.DRAFT: _("a draft"),
        State.SUBMITTED: _("waits for approval"),
        State.PUBLISHED: _("public now"),
        State.WITHDRAWN: _("withdrawn"),
    }[state]


def outlook(message: Message, user, at) -> tuple[str, bool]:
    """Return what approval by `user` does to a message at the moment `at`, and whether it can be approved."""
    if user.pk in message.authors():
        return _("You have written on this text yourself, so it is left out. Let a colleague approve it."), False
    if message.publish_at and message.publish_at > at:
        return _("Becomes public at %s.") % in_cities(message.publish_at), True
    return _("Becomes public immediately."), True


def result(label: str, done: list[Message], at) -> str:
    """Return a sentence that names what was done and to which messages, each with a link and where it is now."""
    named = format_html_join(
        "; ",
        '<a href="{}">{}</a> ({})',
        (
            (reverse("admin:news_message_change", args=[row.pk]), row.headline, in_place(row, at))
            for row in done[:NAMED]
        ),
    )
    rest = len(done) - NAMED
    more = ngettext("and %d more", "and %d more", rest) % rest if rest > 0 else ""
    return format_html("{}: {}{}.", label, named, f"; {more}" if more else "")
