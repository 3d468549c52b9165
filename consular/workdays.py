"""Working days: those on which the consular office opens, by its hours and exceptions."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta

SEARCH_DAYS = 366  # days searched for working days: an office that never opens still owes a reply


def working_days_after(day: date, count: int, works: Callable[[date], bool]) -> date:
    """Return the `count`-th working day after `day`."""
    found, left = day, count
    for ahead in range(1, SEARCH_DAYS):
        if left == 0:
            break
        found = day + timedelta(days=ahead)
        left -= works(found)
    return found


def is_weekday(day: date) -> bool:
    """Return whether a date is a Monday to Friday: the working days where no hours were entered."""
    return day.weekday() < 5


def working_days_between(first: date, last: date, works: Callable[[date], bool]) -> int:
    """Return the number of working days after `first` up to and including `last`, at most those of a year."""
    days = range(1, min((last - first).days + 1, SEARCH_DAYS))
    return sum(works(first + timedelta(days=ahead)) for ahead in days)
