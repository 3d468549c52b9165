"""Workflow steps with a confirmation page: permission, initial states, texts."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from core.templatetags.datetimes import in_zones
from news.models import Message

State = Message.State
MAX_MESSAGES = 500  # messages in one step
MAX_LISTED = 10  # messages that a result lists; the rest is a number


class Step(NamedTuple):
    """A step, named after the method of `Message` that does it.

    `permission` is its first half ("approve" of "approve_message"); `describe` takes the number of messages. Some steps
    are for revisions only, some for messages only.
    """

    permission: str
    states: frozenset
    label: str
    done: str
    describe: Callable[[int], str]
    asks_reason: bool = True
    revisions_only: bool = False

    def applies_to(self, message: Message, at) -> bool:
        """Return whether a message or revision can take this step."""
        return message.state(at) in self.states and (message.is_revision or not self.revisions_only)


STEPS = {
    "approve": Step(
        "approve",
        frozenset({State.SUBMITTED}),
        gettext_lazy("Approve"),
        gettext_lazy("Approved"),
        lambda count: ngettext(
            "You are approving this message. See below when it will be published.",
            "You are approving these messages. See below when each will be published.",
            count,
        ),
        asks_reason=False,
    ),
    "send_back": Step(
        "approve",
        frozenset({State.SUBMITTED}),
        gettext_lazy("Send back"),
        gettext_lazy("Sent back"),
        lambda count: ngettext(
            "This message will become a draft again. The author will see your reason.",
            "These messages will become drafts again. The authors will see your reason.",
            count,
        ),
    ),
    "publish_now": Step(
        "approve",
        frozenset({State.SCHEDULED}),
        gettext_lazy("Publish now"),
        gettext_lazy("Published"),
        lambda count: ngettext(
            "This will be public immediately, ahead of its time.",
            "These will be public immediately, ahead of their time.",
            count,
        ),
        asks_reason=False,
    ),
    "unschedule": Step(
        "approve",
        frozenset({State.SCHEDULED}),
        gettext_lazy("Unschedule"),
        gettext_lazy("Unscheduled"),
        lambda count: ngettext(
            "This will not be public at its time. It becomes a draft again, and the author will see your reason.",
            "These will not be public at their time. They become drafts again, and the authors will see your reason.",
            count,
        ),
    ),
    "withdraw": Step(
        "withdraw",
        frozenset({State.PUBLISHED}),
        gettext_lazy("Withdraw"),
        gettext_lazy("Withdrawn"),
        lambda count: ngettext(
            "This message will be removed from all pages, lists and feeds. "
            "Its web address will show a notice with the date and your reason.",
            "These messages will be removed from all pages, lists and feeds. "
            "Their web addresses will show a notice with the date and your reason.",
            count,
        ),
    ),
    "restore": Step(
        "withdraw",
        frozenset({State.WITHDRAWN}),
        gettext_lazy("Restore"),
        gettext_lazy("Restored"),
        lambda count: ngettext(
            "This message will reappear immediately. Your reason is recorded but not public.",
            "These messages will reappear immediately. Your reason is recorded but not public.",
            count,
        ),
    ),
    "discard": Step(
        "submit",
        frozenset({State.DRAFT, State.SUBMITTED, State.SCHEDULED}),
        gettext_lazy("Discard this change"),
        gettext_lazy("Discarded"),
        lambda count: ngettext(
            "This change will not be made. Its text stays readable on the desk.",
            "These changes will not be made. Their texts stay readable on the desk.",
            count,
        ),
        asks_reason=False,
        revisions_only=True,
    ),
}
ON_FORM = {name: step for name, step in STEPS.items() if name != "approve"}  # the others have a link on the form


def state_text(message: Message, at) -> str:
    """Return the state of a message at `at`, for the report after a step."""
    state = message.state(at)
    if state == State.SCHEDULED and message.release_id:
        return _("approved, to appear with its release")
    if state == State.SCHEDULED:
        text = _("to take effect at %s") if message.is_revision else _("to be published at %s")
        return text % in_zones(message.due_at)
    return {
        State.DRAFT: _("a draft"),
        State.SUBMITTED: _("awaiting approval"),
        State.PUBLISHED: _("published"),
        State.WITHDRAWN: _("withdrawn"),
        State.APPLIED: _("the change is in force"),
        State.DISCARDED: _("the change is discarded"),
    }[state]


def approval_preview(message: Message, user, at) -> tuple[str, bool]:
    """Return the effect of an approval of a message by `user`, and whether it is allowed."""
    if user.pk in message.authors():
        return _("You have worked on this text, so it is left out. Ask a colleague to approve it."), False
    if message.due_at and message.due_at > at:
        text = _("The change will take effect at %s.") if message.is_revision else _("Will be published at %s.")
        return text % in_zones(message.due_at), True
    if message.is_revision:
        return _("The change will take effect immediately."), True
    return _("Will be published immediately."), True


def result_text(label: str, done: list[Message], at) -> str:
    """Return a sentence about the step and its messages, with a link to each and its new state."""
    listed = format_html_join(
        "; ",
        '<a href="{}">{}</a> ({})',
        (
            (reverse("admin:news_message_change", args=[row.pk]), row.headline, state_text(row, at))
            for row in done[:MAX_LISTED]
        ),
    )
    rest = len(done) - MAX_LISTED
    more = ngettext("and %d more", "and %d more", rest) % rest if rest > 0 else ""
    return format_html("{}: {}{}.", label, listed, f"; {more}" if more else "")
