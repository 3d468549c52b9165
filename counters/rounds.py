"""Round numbers: when a counter will next say one. The press office sees it coming. Pure arithmetic of dates."""

from __future__ import annotations

from datetime import date, timedelta
from typing import NamedTuple

# Up to this many days, every so many are round.
STEPS = ((1_000, 100), (5_000, 500))
BEYOND = 1_000


class Round(NamedTuple):
    """A round number that falls on a day: so many days, or so many years to the day."""

    day: date
    days: int
    years: int | None = None


def next_round(days: int) -> int:
    """Return the first round number that is `days` or more: the hundreds, later the half and whole thousands."""
    days = max(days, 1)
    for limit, step in STEPS:
        if days <= limit:
            return -(-days // step) * step
    return -(-days // BEYOND) * BEYOND


def next_anniversary(since: date, today: date) -> date:
    """Return the first anniversary of `since` that is `today` or later: 1 March where there is no 29 February."""
    year = max(today.year, since.year + 1)
    found = anniversary(since, year)
    return found if found >= today else anniversary(since, year + 1)


def anniversary(since: date, year: int) -> date:
    """Return the anniversary of `since` in a year."""
    try:
        return since.replace(year=year)
    except ValueError:
        return date(year, 3, 1)


def coming(since: date, today: date, until: date | None = None) -> list[Round]:
    """Return the next round number of days and the next whole year, the earlier first; one where they are one day.

    None that the count does not reach before it stops, on the day `until`.
    """
    if today < since:
        return []
    try:
        number = next_round((today - since).days)
        rounds = {since + timedelta(number): Round(since + timedelta(number), number)}
        day = next_anniversary(since, today)
        rounds.setdefault(day, Round(day, (day - since).days, day.year - since.year))
    except (OverflowError, ValueError):  # beyond the year 9999
        return []
    return [rounds[day] for day in sorted(rounds) if until is None or today <= day <= until]
