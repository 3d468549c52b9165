"""Dates in a headline, in all languages of messages."""

from __future__ import annotations

import re
from datetime import date
from functools import lru_cache
from typing import NamedTuple

from django.conf import settings
from django.utils import dates, translation


class NamedDate(NamedTuple):
    """A date in a headline, perhaps without a year."""

    year: int | None
    month: int
    day: int

    def matches(self, other: date) -> bool:
        """Return whether the headline may mean this date."""
        return (self.month, self.day) == (other.month, other.day) and self.year in (None, other.year)


@lru_cache
def month_numbers() -> dict[str, int]:
    """Return the numbers of the months by name, long and short, in all languages of messages."""
    names: dict[str, int] = {}
    for language, _name in settings.LANGUAGES:
        with translation.override(language):
            for forms in (dates.MONTHS, dates.MONTHS_ALT, dates.MONTHS_AP, dates.MONTHS_3):
                names |= {str(name).lower().rstrip("."): number for number, name in forms.items()}
    return names


@lru_cache
def date_patterns() -> tuple[re.Pattern[str], ...]:
    """Return patterns of dates: 24 September 2020, September 24th, 24–26 September, 24.09.2020, 2020-09-24."""
    month = "|".join(sorted(map(re.escape, month_numbers()), key=len, reverse=True))
    year = r"(?:,?\s+(?:de\s+)?(?P<year>\d{4})\b)?"
    day, last = r"(?P<day>\d{1,2})(?:st|nd|rd|th|er|º|\.)?", r"(?:\s*[–—-]\s*(?P<last>\d{1,2})(?:st|nd|rd|th|\.)?)?"
    return tuple(
        re.compile(pattern, re.IGNORECASE)
        for pattern in (
            rf"(?<![\d.]){day}{last}\s+(?:of\s+|de\s+)?(?P<month>{month})\b\.?{year}",
            rf"\b(?P<month>{month})\b\.?\s+{day}{last}\b(?!\d){year}",
            r"(?<!\d)(?P<day>\d{1,2})[./](?P<number>\d{1,2})[./](?P<year>\d{4})(?!\d)",
            r"(?<!\d)(?P<year>\d{4})-(?P<number>\d{2})-(?P<day>\d{2})(?!\d)",
        )
    )


def dates_in(text: str) -> list[tuple[str, list[NamedDate]]]:
    """Return the dates in `text`: as written, and the days that they mean, several for a range."""
    found, taken = [], []
    for pattern in date_patterns():
        for match in pattern.finditer(text):
            if any(match.start() < end and start < match.end() for start, end in taken):
                continue
            given = match.groupdict()
            year = int(given["year"]) if given.get("year") else None
            number = given.get("number")
            month = int(number) if number else month_numbers().get(given["month"].lower())
            if month is None:  # the pattern also finds “Aprıl”, whose ı is no i
                continue
            taken.append(match.span())
            first = int(given["day"])
            last = min(int(given.get("last") or first), 31)
            days = [NamedDate(year, month, day) for day in range(first, max(first, last) + 1)]
            if month > 12 >= first:
                days = [NamedDate(year, first, month)]  # the month first, as in America
            found.append((match.start(), match[0].strip(), days))
    return [(named, days) for _start, named, days in sorted(found)]
