"""Opening hours and promises in words."""

import json
from datetime import timedelta

from django.conf import settings
from django.utils import timezone
from django.utils.dateformat import format as in_words
from django.utils.dateformat import time_format
from django.utils.dates import WEEKDAYS
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from consular.hours import MIDNIGHT

CLOCK = "H:i"
END_OF_DAY = "24:00"  # ISO 8601-1:2019, 4.3.8
TOLD_AHEAD = timedelta(days=8)  # for how long a page left open knows when an office opens and closes
YEAR = 365


def host_city():
    """Return the city by whose clocks the offices open."""
    zone = settings.TIME_ZONE
    return next((city for city, clock in settings.CLOCKS if clock.key == zone), zone.split("/")[-1].replace("_", " "))


def state_in_words(state, today):
    """Return a state of hours as visitors read it; `today` is the date in the office's zone.

    The day is always named: "tomorrow" would be wrong on a page left open over midnight.
    """
    if state.turns is None:
        return _("Open round the clock") if state.is_open else _("Closed")
    if state.is_open:
        return _("Open now, until %(time)s") % {"time": closing_in_words(state.turns, today)}
    clock = in_words(state.turns, CLOCK)
    day = state.turns.date()
    if day == today:
        return _("Closed, opens today %(time)s") % {"time": clock}
    if day - today < timedelta(days=7):
        return _("Closed, opens %(day)s %(time)s") % {"day": in_words(day, "l"), "time": clock}
    return _("Closed, opens %(day)s, %(time)s") % {"day": in_words(day, "l j F"), "time": clock}


def closing_in_words(turns, today):
    """Return when an open office closes: the time, with its day where that is neither today nor in the coming night."""
    day, clock = turns.date(), in_words(turns, CLOCK)
    if turns.time() == MIDNIGHT:
        day, clock = day - timedelta(days=1), END_OF_DAY
    ahead = (day - today).days
    if ahead <= 0 or (ahead == 1 and turns.hour < 12 and clock != END_OF_DAY):
        return clock
    if ahead < 7:
        return _("%(day)s %(time)s") % {"day": in_words(day, "l"), "time": clock}
    return _("%(day)s, %(time)s") % {"day": in_words(day, "l j F"), "time": clock}


def spans_in_words(spans):
    """Return the hours of a day: "09:30–12:30, 14:00–17:00", "20:00–02:00", "round the clock"."""
    if not spans:
        return _("closed")
    if any(span.is_whole_day for span in spans):
        return _("round the clock")
    return ", ".join(f"{time_format(span.opens, CLOCK)}–{end_in_words(span.closes)}" for span in spans)


def end_in_words(closes):
    """Return the time at which hours end; midnight is 24:00, the end of a day."""
    return END_OF_DAY if closes == MIDNIGHT else time_format(closes, CLOCK)


def days_in_words(first, last):
    """Return a run of weekdays: "Monday", "Saturday and Sunday", "Monday to Friday"."""
    names = {"first": WEEKDAYS[first], "last": WEEKDAYS[last]}
    if first == last:
        return str(WEEKDAYS[first])
    if last - first == 1:
        return _("%(first)s and %(last)s") % names
    return _("%(first)s to %(last)s") % names


def opening_in_words(office, at):
    """Return what the contact page says of an office's hours at the moment `at`; nothing where none were entered."""
    timetable = office.timetable()
    if timetable.is_empty:
        return {}
    turns = turns_in_words(timetable, at, timezone.get_default_timezone())
    emergency = [] if timetable.is_round_the_clock else emergency_turns(turns)
    return {
        "is_open": turns[0][1],
        "words": turns[0][2],
        "turns": for_script(turns),
        "emergency": emergency[0][2] if emergency else _("In an emergency:"),
        "emergency_turns": for_script(emergency) if emergency else "",
        "week": [(days_in_words(first, last), spans_in_words(spans)) for first, last, spans in timetable.rows()],
        "holidays": [(day, spans_in_words(day.spans)) for day in office.holidays_ahead(at)],
    }


def turns_in_words(timetable, at, zone):
    """Return what a page says from the moment `at` on, until it says no more: (moment, is it open, words)."""
    end = at + TOLD_AHEAD
    turns = []
    for moment, state in timetable.states(at, end, zone):
        words = state_in_words(state, moment.astimezone(zone).date())
        if not turns or words != turns[-1][2]:
            turns.append((moment, state.is_open, words))
    turns.append((end, False, _("Reload this page to see whether it is open")))
    return turns


def emergency_turns(turns):
    """Return what stands before an emergency number, with the turns of its office; at the end, what is always right."""
    told = [(moment, is_open, emergency_in_words(is_open)) for moment, is_open, _words in turns[:-1]]
    told.append((turns[-1][0], True, emergency_in_words(True)))
    return [turn for before, turn in zip([None, *told], told, strict=False) if not before or turn[1] != before[1]]


def emergency_in_words(is_open):
    """Return what stands before an emergency number, so that it is right while the office is open, or closed."""
    if is_open:
        return _("In an emergency, outside the opening hours:")
    return _("The office is closed now. In an emergency, call:")


def for_script(turns):
    """Return turns as the script reads them: from which second on, open (1) or closed (0), and the words."""
    return json.dumps(
        [(int(begins.timestamp()), int(is_open), words) for begins, is_open, words in turns],
        ensure_ascii=False,
        separators=(",", ":"),
    )


def kept_in_words(topics):
    """Return how long enquiries about any of these topics are kept: "1 year", "between 90 days and 2 years"."""
    days = {topic.retention_days for topic in topics}
    if not days:
        return ""
    least, most = span_in_words(min(days)), span_in_words(max(days))
    return least if len(days) == 1 else _("between %(least)s and %(most)s") % {"least": least, "most": most}


def span_in_words(days):
    """Return a number of days as people say it."""
    if days % YEAR == 0:
        return ngettext("%(years)d year", "%(years)d years", days // YEAR) % {"years": days // YEAR}
    return ngettext("%(days)d day", "%(days)d days", days) % {"days": days}


def taken_again(until):
    """Say that too much has come from one connection, and from which minute on more is taken."""
    whole = (until + timedelta(minutes=1) - timedelta(microseconds=1)).replace(second=0, microsecond=0)
    return _(
        "This was not taken: many questions have come from your connection within an hour, perhaps from others who "
        "share it. From %(time)s %(city)s time we take it again. Your text stands below: keep this page open, and "
        "send it then."
    ) % {"time": in_words(timezone.localtime(whole, timezone.get_default_timezone()), CLOCK), "city": host_city()}
