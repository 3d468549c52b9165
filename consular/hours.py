"""When an office is open: pure arithmetic on a week of opening hours, its holidays and a named time zone."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from itertools import groupby
from zoneinfo import ZoneInfo

LOOK_AHEAD = 60  # days in which the next opening is sought


@dataclass(frozen=True, order=True)
class Span:
    """A stretch of a day's wall clock in which an office is open: from `opens`, until just before `closes`."""

    opens: time
    closes: time


@dataclass(frozen=True)
class State:
    """Whether an office is open, and the moment at which that turns; None where no turn is in sight."""

    is_open: bool
    turns: datetime | None


@dataclass(frozen=True)
class Timetable:
    """The hours of an office: spans by weekday (Monday is 0), and by date for holidays (no span: closed)."""

    week: Mapping[int, Sequence[Span]]
    holidays: Mapping[date, Sequence[Span]] = field(default_factory=dict)

    @property
    def is_empty(self) -> bool:
        """Whether nothing was entered, so that nothing can be said."""
        return not self.week and not self.holidays

    def spans(self, day: date) -> list[Span]:
        """Return the spans of a date, in order, those that touch or overlap made one."""
        return merged(self.holidays[day] if day in self.holidays else self.week.get(day.weekday(), ()))

    def state(self, at: datetime, zone: ZoneInfo) -> State:
        """Return the state at the moment `at` (aware), with the turn in `zone`."""
        today = at.astimezone(zone).date()
        for ahead in range(LOOK_AHEAD):
            day = today + timedelta(days=ahead)
            for span in self.spans(day):
                opens, closes = (moment(day, wall, zone) for wall in (span.opens, span.closes))
                if opens <= at < closes:
                    return State(True, closes.astimezone(zone))
                if at < opens < closes:
                    return State(False, opens.astimezone(zone))
        return State(False, None)

    def states(self, at: datetime, until: datetime, zone: ZoneInfo) -> Iterator[tuple[datetime, State]]:
        """Yield the state at the moment `at` and each later one before `until`, with the moment where it begins."""
        state = self.state(at, zone)
        yield at, state
        while state.turns is not None and state.turns < until:
            begins, state = state.turns, self.state(state.turns, zone)
            yield begins, state

    def rows(self) -> list[tuple[int, int, list[Span]]]:
        """Return the week as (first weekday, last weekday, spans), neighbouring days with the same hours in one row."""
        days = [(weekday, merged(self.week.get(weekday, ()))) for weekday in range(7)]
        runs = [(spans, [weekday for weekday, _ in run]) for spans, run in groupby(days, key=lambda day: day[1])]
        return [(run[0], run[-1], spans) for spans, run in runs]


def merged(spans: Iterable[Span]) -> list[Span]:
    """Return spans in order, those that touch or overlap made one."""
    result: list[Span] = []
    for span in sorted(spans):
        if result and span.opens <= result[-1].closes:
            result[-1] = Span(result[-1].opens, max(result[-1].closes, span.closes))
        else:
            result.append(span)
    return result


def midnights(at: datetime, until: datetime, zone: ZoneInfo) -> Iterator[datetime]:
    """Yield the moments after `at` and before `until` at which a new date begins in `zone`."""
    day = at.astimezone(zone).date() + timedelta(days=1)
    while (begins := moment(day, time(0), zone)) < until:
        yield begins
        day += timedelta(days=1)


def moment(day: date, wall: time, zone: ZoneInfo) -> datetime:
    """Return the first moment, in UTC, at which the clocks of `zone` show `wall` on `day`, or later.

    Where the clocks are put back and show a time twice, that is the first of the two (`fold=0`, PEP 495). Where they
    are put forward over it, it is the moment of the jump.
    """
    local = datetime.combine(day, wall.replace(fold=0), tzinfo=zone)
    found = local.astimezone(UTC)
    if found.astimezone(zone).replace(tzinfo=None) == local.replace(tzinfo=None):
        return found
    # A skipped time: the jump lies between its readings with the offset after (fold=1) and the one before (fold=0).
    early, late = local.replace(fold=1).astimezone(UTC), found
    while late - early > timedelta(seconds=1):
        middle = (early + (late - early) / 2).replace(microsecond=0)
        if middle.astimezone(zone).replace(tzinfo=None) < local.replace(tzinfo=None):
            early = middle
        else:
            late = middle
    return late
