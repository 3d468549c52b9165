"""That the outbox empties: letters leave within minutes, and none is given up."""

from __future__ import annotations

from django.utils.timesince import timesince
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from letters.models import Letter
from watching.doctor.look import Look


def letters(look: Look):
    """Letters leave within minutes of being written."""
    late = Letter.objects.late(look.at)
    count = late.count()
    if not count:
        return
    oldest = late.order_by("written_at").first()
    says = ngettext(
        "%(count)s letter has not left, the oldest for %(time)s%(why)s.",
        "%(count)s letters have not left, the oldest for %(time)s%(why)s.",
        count,
    )
    why = f": {oldest.error_text}" if oldest.last_error else ""
    yield says % {"count": count, "time": waited(oldest.written_at, look.at), "why": why}, advice(oldest)


def waited(since, at) -> str:
    """Return how long a letter has waited, in its two largest units: "3 days, 4 hours"."""
    return timesince(since, at).replace("\xa0", " ")


def advice(letter) -> str:
    """Return what to do about a letter that has not left, by what stood in its way."""
    what = letter.last_error.partition(" ")[0]
    if what == "refused":
        return _(
            "The mail server answers, and refused this letter. Codes that begin with 4 pass by themselves. For those "
            "that begin with 5 read the server's log: is the sender (DEFAULT_FROM_EMAIL) allowed, the recipient "
            "right, the site on a block list?"
        )
    if what == "address":
        return _("Correct the address: of the member of staff, or of the topic's mailbox. The site itself is well.")
    if what == "words":
        return _("The letter could not be written: the log of send_letters names the error. Is this release complete?")
    return _("See that `manage.py send_letters --loop` runs, and that EMAIL_URL names a mail server that answers.")


def given_up(look: Look):
    """No letter is given up. (The outbox forgets it after a month.)"""
    lost = Letter.objects.exclude(given_up_at=None)
    count = lost.count()
    if not count:
        return
    newest = lost.order_by("-given_up_at").first()
    says = ngettext(
        "%(count)s letter was given up, the last one because %(why)s.",
        "%(count)s letters were given up, the last one because %(why)s.",
        count,
    )
    yield (
        says % {"count": count, "why": newest.error_text or _("nobody knows why")},
        _("Mend what stood in the way, then choose “Try the chosen letters again now” in the desk's list of letters."),
    )
