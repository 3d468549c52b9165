"""Opening hours, retention periods and rate limits as text for visitors."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from django.conf import settings
from django.utils import timezone
from django.utils.dateformat import format as in_words
from django.utils.dateformat import time_format
from django.utils.dates import WEEKDAYS
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from consular.hours import MIDNIGHT, Span, State, Timetable

TIME_FORMAT = "H:i"
END_OF_DAY = "24:00"  # ISO 8601-1:2019, 4.3.8
SCHEDULE_LENGTH = timedelta(days=8)  # a page that stays open shows the right state for at least as long
NEXT_HOLIDAYS = 3  # shown; the later ones are folded
YEAR = 365

Describe = Callable[[State, date], str]  # the text of a state, given the date in the office's zone


def host_city():
    """Return the city whose local time the opening hours are in."""
    zone = settings.TIME_ZONE
    return next((city for city, clock in settings.CLOCKS if clock.key == zone), zone.split("/")[-1].replace("_", " "))


# Open or closed


def state_text(state: State, today: date) -> str:
    """Return a state as text; `today` is the date in the office's zone: "Closed now, opens Wednesday 09:30"."""
    if state.changes_at is None:
        return _("Open round the clock") if state.is_open else _("Closed")
    if state.is_open:
        return _("Open now, until %(time)s") % {"time": closing_text(state.changes_at, today)}
    return _("Closed now, opens %(time)s") % {"time": opening_text(state.changes_at, today)}


def today_text(state: State, today: date, spans: list[Span]) -> str:
    """Return the hours of today and the state: "Today, Friday: 09:30–12:30, 14:00–16:00. Closed now, opens 14:00"."""
    day = in_words(today, "l")
    if state.changes_at is None:
        return state_text(state, today)
    if spans:
        return _("Today, %(day)s: %(hours)s. %(state)s") % {
            "day": day,
            "hours": hours_text(spans),
            "state": state_text(state, today),
        }
    if state.is_open:  # the night of the day before
        return _("Today, %(day)s: open until %(time)s") % {"day": day, "time": closing_text(state.changes_at, today)}
    return _("Today, %(day)s: closed. Opens %(time)s") % {"day": day, "time": opening_text(state.changes_at, today)}


def opening_text(opens_at: datetime, today: date) -> str:
    """Return when a closed office opens: the time, with the day unless that is today.

    The day is named: "tomorrow" would be wrong on a page that stays open over midnight.
    """
    day, clock = opens_at.date(), in_words(opens_at, TIME_FORMAT)
    if day == today:
        return clock
    if day - today < timedelta(days=7):
        return _("%(day)s %(time)s") % {"day": in_words(day, "l"), "time": clock}
    return _("%(day)s, %(time)s") % {"day": in_words(day, "l j F"), "time": clock}


def closing_text(closes_at: datetime, today: date) -> str:
    """Return when an open office closes: the time, with the day unless that is today or the coming night."""
    day, clock = closes_at.date(), in_words(closes_at, TIME_FORMAT)
    if closes_at.time() == MIDNIGHT:
        day, clock = day - timedelta(days=1), END_OF_DAY
    ahead = (day - today).days
    if ahead <= 0 or (ahead == 1 and closes_at.hour < 12 and clock != END_OF_DAY):
        return clock
    if ahead < 7:
        return _("%(day)s %(time)s") % {"day": in_words(day, "l"), "time": clock}
    return _("%(day)s, %(time)s") % {"day": in_words(day, "l j F"), "time": clock}


def emergency_text(is_open: bool) -> str:
    """Return the text before an emergency number."""
    if is_open:
        return _("In an emergency, outside the opening hours:")
    return _("The office is closed now. In an emergency, call:")


# A page that stays open


class Phase(NamedTuple):
    """A text that is right from `begins` until the next phase begins."""

    begins: datetime
    is_open: bool
    text: str


@dataclass(frozen=True)
class Schedule:
    """The texts about an office's state for the next SCHEDULE_LENGTH, in order of time.

    The page is rendered with the first phase; site.js shows the others when their time comes. Example:

        10:00 open "Today, Tuesday: 09:30–13:00. Open now, until 13:00"; 13:00 closed "Today, Tuesday: 09:30–13:00.
        Closed now, opens Wednesday 09:30"; …; in eight days "Reload this page to see whether it is open"
    """

    phases: list[Phase]

    @classmethod
    def of(cls, timetable: Timetable, at: datetime, zone: ZoneInfo, describe: Describe, last: Phase) -> Schedule:
        """Return the schedule from `at` until `last`, its final phase; repeated texts are one phase.

        The first phase is said to begin with the day, so that a page is the same whenever it is rendered.
        """
        phases = [
            Phase(begins, state.is_open, describe(state, begins.astimezone(zone).date()))
            for begins, state in timetable.states(at, last.begins, zone)
        ]
        phases[0] = phases[0]._replace(begins=day_start(at, zone))
        phases.append(last)
        return cls([new for old, new in zip([None, *phases], phases, strict=False) if not old or new[1:] != old[1:]])

    @property
    def current(self) -> Phase:
        return self.phases[0]

    def to_json(self) -> str:
        """Return the phases as site.js reads them: [[Unix time, 1 (open) or 0 (closed), text], …]."""
        rows = [(int(begins.timestamp()), int(is_open), text) for begins, is_open, text in self.phases]
        return json.dumps(rows, ensure_ascii=False, separators=(",", ":"))


def day_start(at: datetime, zone: ZoneInfo) -> datetime:
    """Return the first moment of the day of `at` in a time zone."""
    return datetime.combine(at.astimezone(zone).date(), time.min, zone)


def schedule_end(at: datetime, zone: ZoneInfo) -> datetime:
    """Return when a schedule from `at` ends: at the beginning of a day, so that it is the same all day."""
    return day_start(at + SCHEDULE_LENGTH + timedelta(days=1), zone)


def opening_schedule(timetable: Timetable, at: datetime, zone: ZoneInfo) -> Schedule:
    """Return the hours of each day and when an office opens and closes, as text."""
    last = Phase(schedule_end(at, zone), False, _("Reload this page to see whether it is open"))
    return Schedule.of(timetable, at, zone, lambda state, day: today_text(state, day, timetable.spans(day)), last)


def emergency_schedule(timetable: Timetable, at: datetime, zone: ZoneInfo) -> Schedule:
    """Return the texts before an emergency number; the last is right whether the office is open or not."""
    last = Phase(schedule_end(at, zone), True, emergency_text(True))
    return Schedule.of(timetable, at, zone, lambda state, _day: emergency_text(state.is_open), last)


def opening_context(office, at: datetime) -> dict:
    """Return the context of an office's hours on the contact page at `at`; {} if no hours were entered."""
    timetable, zone = office.timetable(), timezone.get_default_timezone()
    if timetable.is_empty:
        return {}
    opening = opening_schedule(timetable, at, zone)
    holidays = [(day, hours_text(day.spans)) for day in office.holidays_ahead(at)]
    emergency = None if timetable.is_round_the_clock else emergency_schedule(timetable, at, zone)
    return {
        "is_open": opening.current.is_open,
        "text": opening.current.text,
        "schedule": opening.to_json(),
        "emergency": emergency.current.text if emergency else _("In an emergency:"),
        "emergency_schedule": emergency.to_json() if emergency else "",
        "week": [(weekdays_text(first, last), hours_text(spans)) for first, last, spans in timetable.rows()],
        "holidays": holidays[:NEXT_HOLIDAYS],
        "later_holidays": holidays[NEXT_HOLIDAYS:],
    }


# The week


def hours_text(spans):
    """Return the hours of a day: "09:30–12:30, 14:00–17:00", "20:00–02:00", "round the clock"."""
    if not spans:
        return _("closed")
    if any(span.is_whole_day for span in spans):
        return _("round the clock")
    return ", ".join(f"{time_format(span.opens, TIME_FORMAT)}–{closing_time_text(span.closes)}" for span in spans)


def closing_time_text(closes):
    """Return the time at which hours end; midnight is 24:00."""
    return END_OF_DAY if closes == MIDNIGHT else time_format(closes, TIME_FORMAT)


def weekdays_text(first, last):
    """Return a run of weekdays: "Monday", "Saturday and Sunday", "Monday to Friday"."""
    names = {"first": WEEKDAYS[first], "last": WEEKDAYS[last]}
    if first == last:
        return str(WEEKDAYS[first])
    if last - first == 1:
        return _("%(first)s and %(last)s") % names
    return _("%(first)s to %(last)s") % names


# Retention and rate limit


def retention_text(topics):
    """Return the retention period of enquiries about these topics: "1 year", "between 90 days and 2 years"."""
    days = {topic.retention_days for topic in topics}
    if not days:
        return ""
    least, most = days_text(min(days)), days_text(max(days))
    return least if len(days) == 1 else _("between %(least)s and %(most)s") % {"least": least, "most": most}


def days_text(days):
    """Return a number of days in years if it is a multiple of 365, else in days."""
    if days % YEAR == 0:
        return ngettext("%(years)d year", "%(years)d years", days // YEAR) % {"years": days // YEAR}
    return ngettext("%(days)d day", "%(days)d days", days) % {"days": days}


def rate_limit_message(until):
    """Return the error message of the rate limit, with the minute from which an enquiry is accepted again."""
    whole = (until + timedelta(minutes=1) - timedelta(microseconds=1)).replace(second=0, microsecond=0)
    return _(
        "Too many questions have been sent from your connection in the past hour, perhaps by others who share it. "
        "You can try again from %(time)s %(city)s time. Keep this page open: your text is below."
    ) % {"time": in_words(timezone.localtime(whole, timezone.get_default_timezone()), TIME_FORMAT), "city": host_city()}
