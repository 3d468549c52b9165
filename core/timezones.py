"""Time zones: the next midnight or minute, and which UTC times a local time can mean (daylight saving)."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo


def local_date(at: datetime, zone: ZoneInfo):
    """Return the calendar date in `zone` at the aware time `at`."""
    return at.astimezone(zone).date()


def midnight_after(at: datetime, zone: ZoneInfo) -> datetime:
    """Return the UTC time at which the calendar date of `zone` next changes after `at`.

    If the clocks skip midnight, the date changes when they jump: with `fold=0`, a time that does not exist is read
    with the offset before the jump (PEP 495), which is that time. If the clocks go back over midnight, it occurs
    twice, and the second one (`fold=1`) may be the next.
    """
    midnight = datetime.combine(local_date(at, zone) + timedelta(days=1), time.min, tzinfo=zone)
    times = (midnight.replace(fold=fold).astimezone(UTC) for fold in (0, 1))
    return next(found for found in times if found > at)


def minute_after(at: datetime) -> datetime:
    """Return the UTC time at which the next minute begins after `at`. Today's offsets are whole minutes."""
    return at.astimezone(UTC).replace(second=0, microsecond=0) + timedelta(minutes=1)


def possible_instants(local: datetime, zone: ZoneInfo) -> list[datetime]:
    """Return the UTC times that the naive local time `local` can mean in `zone`, earliest first.

    Usually one; none if the clocks skip it, two if the clocks go back over it (PEP 495).
    """
    times = {local.replace(tzinfo=zone, fold=fold).astimezone(UTC) for fold in (0, 1)}
    return sorted(at for at in times if at.astimezone(zone).replace(tzinfo=None, fold=0) == local)


def zone_name(at: datetime, zone: ZoneInfo) -> str:
    """Return the name of the time in `zone` at `at`: GMT, BST, or UTC+03 if it has no name."""
    name = at.astimezone(zone).tzname() or ""
    return f"UTC{name}" if name[:1] in "+-" else name
