"""Where the calendar turns: pure arithmetic on moments and named time zones."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo


def local_date(at: datetime, zone: ZoneInfo):
    """Return the calendar date in `zone` at the moment `at` (aware)."""
    return at.astimezone(zone).date()


def midnight_after(at: datetime, zone: ZoneInfo) -> datetime:
    """Return the moment, in UTC, at which the calendar date of `zone` next turns after `at`.

    Where midnight itself is skipped by the clocks, the date turns as they jump: `fold=0` reads a time that does
    not exist with the offset before the jump (PEP 495), which is just that moment. Where the clocks go back over
    midnight it comes twice, and the second one (`fold=1`) may be the one that is still ahead.
    """
    midnight = datetime.combine(local_date(at, zone) + timedelta(days=1), time.min, tzinfo=zone)
    moments = (midnight.replace(fold=fold).astimezone(UTC) for fold in (0, 1))
    return next(moment for moment in moments if moment > at)


def minute_after(at: datetime) -> datetime:
    """Return the moment at which the minute next turns after `at`: offsets of our time are whole minutes."""
    return at.astimezone(UTC).replace(second=0, microsecond=0) + timedelta(minutes=1)


def readings(local: datetime, zone: ZoneInfo) -> list[datetime]:
    """Return the moments, in UTC, at which the clocks of `zone` show `local` (naive), the earlier first.

    Mostly one. None where the clocks go forward over it, two where they go back over it (PEP 495).
    """
    moments = {local.replace(tzinfo=zone, fold=fold).astimezone(UTC) for fold in (0, 1)}
    return sorted(moment for moment in moments if moment.astimezone(zone).replace(tzinfo=None, fold=0) == local)


def zone_name(at: datetime, zone: ZoneInfo) -> str:
    """Return what the time of `zone` is called at the moment `at`: GMT, BST; UTC+03 where it has no name."""
    name = at.astimezone(zone).tzname() or ""
    return f"UTC{name}" if name[:1] in "+-" else name
