"""Notices that contradict the opening hours: a warning for the officer, which never blocks.

It compares the days that a sentence names with the hours of one office, where the sentence says one thing only:

- It is about an office: it has the words "consul…", "embassy", "office" or "section", or the name of an office. That
  office is compared; without a name, the first consular one.
- It says either "closed" or "open", "opens", "reopens", not both, and no time of day: "closed from 14:00" may well
  agree with the hours, and is not judged.
- It names days: "today" and "tomorrow" (from the day on which the notice starts), a weekday (the next one from then),
  "27 November", "November 27", "27 November 2026", "27.11.2026", "27/11/2026", "2026-11-27". A date without a year is
  the next one. Ranges are not followed: "from 24 to 26 December" names the 26th, and "until" is not judged.

It reads English, like the opening hours of the site.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date, timedelta
from typing import NamedTuple

from django.utils import timezone
from django.utils.dateformat import format as in_words
from django.utils.translation import gettext as _

from consular.models import Office
from consular.opening_hours_text import hours_text

MONTHS = ["january", "february", "march", "april", "may", "june", "july"]
MONTHS += ["august", "september", "october", "november", "december"]
WEEKDAYS = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]

ABOUT_AN_OFFICE = re.compile(r"\b(?:consul\w{0,10}|embassy|office|section)\b", re.IGNORECASE)
CLOSED = re.compile(r"\b(?:closed|not open|not be open)\b", re.IGNORECASE)
OPEN = re.compile(r"\b(?:re)?opens?\b", re.IGNORECASE)
UNTIL = re.compile(r"\buntil\b", re.IGNORECASE)
TIME_OF_DAY = re.compile(r"\b[0-9]{1,2}[:.][0-9]{2}\b|\b[0-9]{1,2} ?[ap]\.?m\b|\bnoon\b|\bmidday\b", re.IGNORECASE)
RELATIVE = re.compile(r"\b(today|tomorrow)\b", re.IGNORECASE)
WEEKDAY = re.compile(
    rf"\b({'|'.join(WEEKDAYS)})\b(?!,? [0-9]{{1,2}} )", re.IGNORECASE
)  # "Friday 27 November" is a date
DAY_MONTH = re.compile(rf"\b([0-9]{{1,2}}) ({'|'.join(MONTHS)})\b(?:,? ([0-9]{{4}}))?", re.IGNORECASE)
MONTH_DAY = re.compile(rf"\b({'|'.join(MONTHS)}) ([0-9]{{1,2}})\b(?:, ([0-9]{{4}}))?", re.IGNORECASE)
FIGURES = re.compile(r"\b([0-9]{1,2})[./]([0-9]{1,2})[./]([0-9]{4})\b")
ISO = re.compile(r"\b([0-9]{4})-([0-9]{2})-([0-9]{2})\b")


class Contradiction(NamedTuple):
    """A day on which a notice and the hours of an office say different things."""

    day: date
    office: Office
    hours: str  # as the contact page shows them

    def __str__(self):
        return _("%(day)s (%(office)s: %(hours)s)") % {
            "day": in_words(self.day, "l j F Y"),
            "office": self.office,
            "hours": self.hours,
        }


def find_contradictions(notice, offices: Iterable[Office]) -> list[Contradiction]:
    """Return the days on which a notice contradicts the hours of the office that it is about; [] if it is not clear."""
    says_closed = read_claim(notice.sentence)
    office = find_office(notice.sentence, offices)
    if says_closed is None or office is None:
        return []
    timetable = office.timetable()
    if timetable.is_empty:
        return []
    zone = timezone.get_default_timezone()
    found = []
    for day in named_days(notice.sentence, timezone.localdate(notice.starts, zone)):
        spans = timetable.spans(day)
        if bool(spans) == says_closed:
            found.append(Contradiction(day, office, hours_text(spans)))
    return found


def read_claim(sentence: str) -> bool | None:
    """Return whether a sentence says that an office is closed; None if it says neither, or both, or a time of day."""
    text = FIGURES.sub(" ", sentence)
    rest, closings = CLOSED.subn(" ", text)
    if TIME_OF_DAY.search(text) or UNTIL.search(text) or bool(closings) == bool(OPEN.search(rest)):
        return None
    return bool(closings)


def find_office(sentence: str, offices: Iterable[Office]) -> Office | None:
    """Return the office that a sentence is about: one that it names, else the first consular one; None if unclear."""
    offices = list(offices)
    folded = sentence.casefold()
    named = next((office for office in offices if office.name.casefold() in folded), None)
    if named or not ABOUT_AN_OFFICE.search(sentence):
        return named
    return next((office for office in offices if office.kind == Office.Kind.CONSULAR), None)


def named_days(sentence: str, start: date) -> list[date]:
    """Return the days that a sentence names, in order, as seen from the day `start`. Dates must exist."""
    found = {start + timedelta(days=word.lower() == "tomorrow") for word in RELATIVE.findall(sentence)}
    for name in WEEKDAY.findall(sentence):
        found.add(start + timedelta(days=(WEEKDAYS.index(name.lower()) - start.weekday()) % 7))
    dates = [(year, MONTHS.index(month.lower()) + 1, day) for day, month, year in DAY_MONTH.findall(sentence)]
    dates += [(year, MONTHS.index(month.lower()) + 1, day) for month, day, year in MONTH_DAY.findall(sentence)]
    dates += [(year, month, day) for day, month, year in FIGURES.findall(sentence)]
    dates += ISO.findall(sentence)
    found |= {day for year, month, number in dates if (day := make_date(year, int(month), int(number), start))}
    return sorted(found)


def make_date(year: str, month: int, day: int, start: date) -> date | None:
    """Return a date, without a year the next one from `start`; None if it does not exist."""
    years = [int(year)] if year else range(start.year, start.year + 2)
    for each in years:
        try:
            found = date(each, month, day)
        except ValueError:
            continue
        if year or found >= start:
            return found
    return None
