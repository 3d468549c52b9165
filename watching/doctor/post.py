"""That the outbox empties: letters leave within minutes, and none is given up."""

from __future__ import annotations

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
    minutes = int((look.at - oldest.written_at).total_seconds() // 60)
    says = ngettext(
        "%(count)s letter has not left, the oldest for %(minutes)s minutes%(why)s.",
        "%(count)s letters have not left, the oldest for %(minutes)s minutes%(why)s.",
        count,
    )
    why = f": {oldest.fault_in_words}" if oldest.fault else ""
    yield (
        says % {"count": count, "minutes": minutes, "why": why},
        _("See that `manage.py send_letters --loop` runs, and that EMAIL_URL names a mail server that answers."),
    )


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
        says % {"count": count, "why": newest.fault_in_words or _("nobody knows why")},
        _("Mend what stood in the way, then choose “Try the chosen letters again now” in the desk's list of letters."),
    )
