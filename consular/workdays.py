"""Working days: those on which the consul's office opens, as its hours and holidays say."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta

LOOK_AHEAD = 366  # days in which working days are sought: an office that never opens still owes an answer


def working_days_after(day: date, count: int, works: Callable[[date], bool]) -> date:
    """Return the `count`-th working day after `day`, which itself does not count."""
    found, left = day, count
    for ahead in range(1, LOOK_AHEAD):
        if left == 0:
            break
        found = day + timedelta(days=ahead)
        left -= works(found)
    return found


def is_weekday(day: date) -> bool:
    """Say whether a date is a Monday to Friday: what counts where no hours were entered."""
    return day.weekday() < 5


def working_days_between(first: date, last: date, works: Callable[[date], bool]) -> int:
    """Return how many working days come after `first`, up to `last` and with it; of long ago, what a year holds."""
    days = range(1, min((last - first).days + 1, LOOK_AHEAD))
    return sum(works(first + timedelta(days=ahead)) for ahead in days)
