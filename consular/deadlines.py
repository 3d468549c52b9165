"""When an enquiry is to be answered by, and how old it is, in the words of the desk."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.utils import timezone
from django.utils.dateformat import format as in_words
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from consular.models import Enquiry, Office
from consular.workdays import working_days_between


@dataclass(frozen=True)
class Deadline:
    """What is said of the date by which somebody waits for an answer."""

    day: date
    words: str  # due tomorrow; overdue by 2 working days
    since: str = ""  # overdue since Monday; nothing where it is not
    is_overdue: bool = False


def deadline(day: date, today: date, opens_on: Callable[[date], bool]) -> Deadline:
    """Return a deadline as it is said on the date `today`; `opens_on` says which dates are working days."""
    if day >= today:
        return Deadline(day, due(day, today))
    since = _("overdue since %(day)s") % {"day": named(day, today)}
    late = working_days_between(day, today, opens_on)
    words = ngettext("overdue by %(count)s working day", "overdue by %(count)s working days", late) % {"count": late}
    return Deadline(day, words if late else since, since, True)


def due(day: date, today: date) -> str:
    if day == today:
        return _("due today")
    if day == today + timedelta(days=1):
        return _("due tomorrow")
    return _("due %(day)s") % {"day": named(day, today)}


def named(day: date, today: date) -> str:
    """Return a date as one says it on the date `today`: its weekday within a week, else the date with it."""
    near = abs((day - today).days) < 7
    return in_words(day, "l" if near else "j F" if day.year == today.year else "j F Y")


def age(since: datetime, at: datetime) -> str:
    """Return how long ago a moment was, as the desk says it: in minutes, hours, then days of the calendar."""
    minutes = max(int((at - since).total_seconds() // 60), 0)
    days = (timezone.localdate(at) - timezone.localdate(since)).days
    if minutes < 60:
        return ngettext("%(count)s minute", "%(count)s minutes", minutes) % {"count": minutes}
    if minutes < 24 * 60 or not days:
        return ngettext("%(count)s hour", "%(count)s hours", minutes // 60) % {"count": minutes // 60}
    return ngettext("%(count)s day", "%(count)s days", days) % {"count": days}


def add_words(enquiries: Iterable[Enquiry], at: datetime) -> None:
    """Give each enquiry what the desk says of it at the moment `at`: its age, and when it is due if it waits."""
    opens_on, today = Office.objects.opens_on(), timezone.localdate(at)
    for enquiry in enquiries:
        enquiry.age = age(enquiry.received_at, at)
        waits = enquiry.is_waiting and enquiry.answer_by
        enquiry.deadline = deadline(enquiry.answer_by, today, opens_on) if waits else None
