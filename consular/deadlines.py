"""Deadlines and age of enquiries, as text for the list and page of enquiries."""

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
    """The date by which an enquiry is due, as text."""

    day: date
    text: str  # due tomorrow; overdue by 2 working days
    since: str = ""  # overdue since Monday; "" if it is not overdue
    is_overdue: bool = False


def make_deadline(day: date, today: date, opens_on: Callable[[date], bool]) -> Deadline:
    """Return a deadline as seen on the date `today`; `opens_on` returns whether a date is a working day."""
    if day >= today:
        return Deadline(day, due_text(day, today))
    since = _("overdue since %(day)s") % {"day": day_text(day, today)}
    late = working_days_between(day, today, opens_on)
    text = ngettext("overdue by %(count)s working day", "overdue by %(count)s working days", late) % {"count": late}
    return Deadline(day, text if late else since, since, True)


def due_text(day: date, today: date) -> str:
    if day == today:
        return _("due today")
    if day == today + timedelta(days=1):
        return _("due tomorrow")
    return _("due %(day)s") % {"day": day_text(day, today)}


def day_text(day: date, today: date) -> str:
    """Return a date as text on the date `today`: the weekday if it is within a week, else day and month."""
    near = abs((day - today).days) < 7
    return in_words(day, "l" if near else "j F" if day.year == today.year else "j F Y")


def age_text(since: datetime, at: datetime) -> str:
    """Return how long ago `since` was: in minutes, then hours, then calendar days."""
    minutes = max(int((at - since).total_seconds() // 60), 0)
    days = (timezone.localdate(at) - timezone.localdate(since)).days
    if minutes < 60:
        return ngettext("%(count)s minute", "%(count)s minutes", minutes) % {"count": minutes}
    if minutes < 24 * 60 or not days:
        return ngettext("%(count)s hour", "%(count)s hours", minutes // 60) % {"count": minutes // 60}
    return ngettext("%(count)s day", "%(count)s days", days) % {"count": days}


def annotate_deadlines(enquiries: Iterable[Enquiry], at: datetime) -> None:
    """Set `age` and `deadline` (None unless it waits for a reply) on each enquiry, as seen at `at`."""
    opens_on, today = Office.objects.opens_on(), timezone.localdate(at)
    for enquiry in enquiries:
        enquiry.age = age_text(enquiry.received_at, at)
        is_due = enquiry.is_waiting and enquiry.answer_by
        enquiry.deadline = make_deadline(enquiry.answer_by, today, opens_on) if is_due else None
