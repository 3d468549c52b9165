"""Milestones of a counter: the next round number of days and the next anniversary, shown to staff in advance."""

from __future__ import annotations

from datetime import date, timedelta
from typing import NamedTuple

# (limit, step): up to `limit` days, multiples of `step` are round numbers.
STEPS = ((1_000, 100), (5_000, 500))
LARGEST_STEP = 1_000


class Milestone(NamedTuple):
    """A round number of days, or a whole number of years, reached on a date."""

    day: date
    days: int
    years: int | None = None


def next_round_number(days: int) -> int:
    """Return the first round number from `days` on: multiples of 100, later of 500, later of 1,000."""
    days = max(days, 1)
    for limit, step in STEPS:
        if days <= limit:
            return -(-days // step) * step
    return -(-days // LARGEST_STEP) * LARGEST_STEP


def next_anniversary(since: date, today: date) -> date:
    """Return the first anniversary of `since` from `today` on; 1 March where there is no 29 February."""
    year = max(today.year, since.year + 1)
    found = anniversary_in(since, year)
    return found if found >= today else anniversary_in(since, year + 1)


def anniversary_in(since: date, year: int) -> date:
    """Return the anniversary of `since` in a year; 1 March where there is no 29 February."""
    try:
        return since.replace(year=year)
    except ValueError:
        return date(year, 3, 1)


def next_milestones(since: date, today: date, until: date | None = None) -> list[Milestone]:
    """Return the next round number of days and the next anniversary, the earlier first; only one if on the same date.

    Milestones that the counter does not reach before it stops, on `until`, are left out.
    """
    if today < since:
        return []
    try:
        number = next_round_number((today - since).days)
        rounds = {since + timedelta(number): Milestone(since + timedelta(number), number)}
        day = next_anniversary(since, today)
        rounds.setdefault(day, Milestone(day, (day - since).days, day.year - since.year))
    except (OverflowError, ValueError):  # beyond the year 9999
        return []
    return [rounds[day] for day in sorted(rounds) if until is None or today <= day <= until]
