"""Checks of the outbox: e-mails are sent within minutes, and none has failed."""

from __future__ import annotations

from django.utils.timesince import timesince
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from monitoring.doctor.context import CheckContext
from outbox.models import OutboxEmail


def check_waiting_emails(look: CheckContext):
    """E-mails are sent within minutes."""
    late = OutboxEmail.objects.late(look.at)
    count = late.count()
    if not count:
        return
    oldest = late.order_by("written_at").first()
    says = ngettext(
        "%(count)s e-mail has not been sent, the oldest for %(time)s%(why)s.",
        "%(count)s e-mails have not been sent, the oldest for %(time)s%(why)s.",
        count,
    )
    why = f": {oldest.error_text}" if oldest.last_error else ""
    yield (
        says % {"count": count, "time": format_waiting_time(oldest.written_at, look.at), "why": why},
        advice_for_error(oldest),
    )


def format_waiting_time(since, at) -> str:
    """Return how long an e-mail has waited, in its two largest units: "3 days, 4 hours"."""
    return timesince(since, at).replace("\xa0", " ")


def advice_for_error(letter) -> str:
    """Return what to do about an e-mail that has not been sent, by its last error."""
    what = letter.last_error.partition(" ")[0]
    if what == "refused":
        return _(
            "The mail server refused this e-mail. Errors with a code that begins with 4 are temporary. For 5, read the "
            "server's log: is the sender (DEFAULT_FROM_EMAIL) allowed, is the recipient right, is the site on a block "
            "list?"
        )
    if what == "address":
        return _("Correct the e-mail address of the member of staff or of the topic. The site itself works.")
    if what == "words":
        return _("The e-mail could not be rendered. The log of send_emails has the error. Is this release complete?")
    return _("Check that `manage.py send_emails --loop` is running, and that the mail server in EMAIL_URL responds.")


def check_failed_emails(look: CheckContext):
    """No e-mail has failed. (The outbox deletes failed ones after a month.)"""
    lost = OutboxEmail.objects.exclude(given_up_at=None)
    count = lost.count()
    if not count:
        return
    newest = lost.order_by("-given_up_at").first()
    says = ngettext(
        "%(count)s e-mail could not be sent, the last one because %(why)s.",
        "%(count)s e-mails could not be sent, the last one because %(why)s.",
        count,
    )
    yield (
        says % {"count": count, "why": newest.error_text or _("the reason is unknown")},
        _("Fix the cause, then select these e-mails in the press desk and choose the action to try them again."),
    )
