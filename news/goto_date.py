"""Go to a day: the date in what somebody typed."""

from __future__ import annotations

import re
from calendar import monthrange
from datetime import date, datetime

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from news.headline_dates import month_numbers

DAY = r"(?P<day>[0-9]{1,2})"
NAMED_DAY = rf"{DAY}(?:st|nd|rd|th|er|º|\.)?"  # 1st, 1er, 1º, 1.
NUMBER = r"(?P<month>[0-9]{1,2})"
NAME = r"(?:of |de )?(?P<name>[^\W\d_]{3,20})\.?"
YEAR = r"(?P<year>[0-9]{4}|[0-9]{2})"
# In words: 24 September 2020, September 24th, 2020, 24 de septiembre de 2020; as date fields send it, and as people
# type it: 2020-09-24, 24.09.2020, 24/9/20. The year is optional only to say that it is missing.
DATE_PATTERNS = [
    re.compile(rf"(?P<year>[0-9]{{4}})[-./ ]{NUMBER}[-./ ]{DAY}"),
    re.compile(rf"{DAY}[-./ ]{NUMBER}(?:[-./ ]{YEAR})?"),
    re.compile(rf"{NAMED_DAY} ?{NAME}(?:,? (?:de )?{YEAR})?"),
    re.compile(rf"{NAME} ?{NAMED_DAY}(?:,? {YEAR})?"),
]
MAX_LENGTH = 60  # characters of a date
MAX_ECHO = 30  # characters of the input that an error repeats
FIRST_YEAR = 1000  # earlier years are typing errors, and have no list


def parse_date(typed: str, at: datetime) -> date:
    """Return the typed date; raise ValueError with a sentence that says what is wrong with it.

    A year of two digits is of this century, unless it would be after the year of `at`: then of the one before.
    """
    typed = " ".join(typed.split())
    if not typed:
        raise ValueError(_("Enter a day, for example 24/9/2020 or 24 September 2020."))
    parts = match_date(typed)
    if parts is None:
        raise unreadable(typed)
    if not parts["year"]:
        raise ValueError(
            _("“%s” has no year. Enter the year too, for example 24/9/2020 or 24 September 2020.") % typed[:MAX_ECHO]
        )
    year, month, day = full_year(parts["year"], at), parts["month"], int(parts["day"])
    if not 1 <= month <= 12:
        raise ValueError(
            _("There is no month %(month)s. Enter the day first, then the month and the year, for example 24/9/2020.")
            % {"month": month}
        )
    if year < FIRST_YEAR or not day:
        raise unreadable(typed)
    days = monthrange(year, month)[1]
    if day > days:
        text = ngettext("%(month)s has only %(days)s day.", "%(month)s has only %(days)s days.", days)
        raise ValueError(text % {"month": date_format(date(year, month, 1), "F Y"), "days": days})
    return date(year, month, day)


def match_date(typed: str) -> dict | None:
    """Return the day, month (a number) and year, None if missing, of the typed text; None if it is not a date."""
    if len(typed) > MAX_LENGTH:
        return None
    for pattern in DATE_PATTERNS:
        if match := pattern.fullmatch(typed):
            parts = match.groupdict()
            name = parts.get("name")
            month = month_numbers().get(name.lower()) if name else int(parts["month"])
            if month is not None:
                return parts | {"month": month}
    return None


def full_year(year: str, at: datetime) -> int:
    if len(year) == 4:
        return int(year)
    found = at.year // 100 * 100 + int(year)
    return found if found <= at.year else found - 100


def unreadable(typed: str) -> ValueError:
    return ValueError(_("“%s” is not a date. Enter a day such as 24/9/2020 or 24 September 2020.") % typed[:MAX_ECHO])
