"""Opening hours in words."""

from datetime import timedelta

from django.conf import settings
from django.utils.dateformat import format as in_words
from django.utils.dateformat import time_format
from django.utils.dates import WEEKDAYS
from django.utils.translation import gettext as _

CLOCK = "H:i"


def host_city():
    """Return the city by whose clocks the offices open."""
    zone = settings.TIME_ZONE
    return next((city for city, clock in settings.CLOCKS if clock.key == zone), zone.split("/")[-1].replace("_", " "))


def state_in_words(state, today):
    """Return a state of hours as visitors read it; `today` is the date in the office's zone.

    The day is always named: "tomorrow" would be wrong on a page left open over midnight.
    """
    if state.turns is None:
        return _("Closed")
    clock = in_words(state.turns, CLOCK)
    if state.is_open:
        return _("Open now, until %(time)s") % {"time": clock}
    day = state.turns.date()
    if day == today:
        return _("Closed, opens today %(time)s") % {"time": clock}
    if day - today < timedelta(days=7):
        return _("Closed, opens %(day)s %(time)s") % {"day": in_words(day, "l"), "time": clock}
    return _("Closed, opens %(day)s, %(time)s") % {"day": in_words(day, "l j F"), "time": clock}


def spans_in_words(spans):
    """Return the hours of a day: "09:30–12:30, 14:00–17:00"."""
    if not spans:
        return _("closed")
    return ", ".join(f"{time_format(span.opens, CLOCK)}–{time_format(span.closes, CLOCK)}" for span in spans)


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
    state = office.state(at)
    return {
        "is_open": state.is_open,
        "words": state_in_words(state, office.today(at)),
        "week": [(days_in_words(first, last), spans_in_words(spans)) for first, last, spans in timetable.rows()],
        "holidays": [(holiday, spans_in_words(timetable.spans(holiday.date))) for holiday in office.holidays_ahead(at)],
    }
