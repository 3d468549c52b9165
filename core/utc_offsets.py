"""UTC offsets of a time zone with their turning points (DST), printed in pages so that scripts need no zone database.

An offset is never stored: it is printed together with the time until which it holds. `Intl.DateTimeFormat` would know
zones too, but loading them blocks a phone for a tenth of a second on every page.
"""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from django.utils import timezone

YEARS_AHEAD = 2  # offsets are printed until the end of the next year, for old copies of pages


@lru_cache(maxsize=1024)
def list_offsets(zone: ZoneInfo, start: datetime, end: datetime) -> list[tuple[float, datetime]]:
    """Return the offsets of `zone` from `start` to `end` in order: (minutes, the UTC time until which it holds).

    It relies on two changes of one zone being more than a day apart.
    """
    found, day = [], timedelta(days=1)
    while start < end:
        later = min(start + day, end)
        if (offset := minutes_at(start, zone)) != minutes_at(later, zone):
            found.append((offset, first_second_without(offset, start, later, zone)))
        start = later
    return [*found, (minutes_at(end, zone), end)]


def minutes_at(at: datetime, zone: ZoneInfo) -> float:
    """Return the UTC offset of `zone` at `at` in minutes; some before 1972 are no whole number."""
    return at.astimezone(zone).utcoffset() / timedelta(minutes=1)


def first_second_without(offset: float, before: datetime, after: datetime, zone: ZoneInfo) -> datetime:
    """Return the UTC time at which `offset` ends: it holds at `before` and not at `after`."""
    while (gap := after - before) > timedelta(seconds=1):
        middle = before + timedelta(seconds=gap // timedelta(seconds=2))
        before, after = (middle, after) if minutes_at(middle, zone) == offset else (before, middle)
    return after


def printed_offsets(zone: ZoneInfo, at: datetime) -> str:
    """Return the offsets as site.js reads them: "0 1774746000 60 1792890000 …", minutes and Unix times in turn.

    They begin with the host country's day, not with `at`: a page is the same during an edition, which ends with that
    day at the latest.
    """
    host = timezone.get_default_timezone()
    day = at.astimezone(host).date()
    start = datetime.combine(day, time.min, host).astimezone(UTC)
    end = datetime(day.year + YEARS_AHEAD, 1, 1, tzinfo=UTC)
    return " ".join(f"{minutes:g} {int(until.timestamp())}" for minutes, until in list_offsets(zone, start, end))
