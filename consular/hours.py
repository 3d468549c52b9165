"""Opening hours: is an office open, when does that change (weekly hours, exceptions, time zones with DST).

Pure arithmetic without models: a `Timetable` gives the state at any time; the texts are in consular.opening_hours_text.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from itertools import groupby
from zoneinfo import ZoneInfo

SEARCH_DAYS = 400  # days searched for the next opening: a closure may last for months
ROUND_THE_CLOCK_AFTER = timedelta(days=7)  # an office that stays open for longer is open round the clock
MIDNIGHT = time(0)


@dataclass(frozen=True, order=True)
class Span:
    """A time of day during which an office is open: from `opens`, until just before `closes`.

    It belongs to the day on which it opens. If `closes` is not later than `opens`, it is on the next day: 20:00 to
    02:00 is a night, 00:00 to 00:00 a whole day, 14:00 to 00:00 an afternoon that ends at midnight.
    """

    opens: time
    closes: time

    @property
    def ends_next_day(self) -> bool:
        return self.closes <= self.opens

    @property
    def is_whole_day(self) -> bool:
        return self.opens == self.closes == MIDNIGHT

    @property
    def minutes(self) -> tuple[int, int]:
        """Opening and closing in minutes after the day's midnight: a closing on the next day is over 1440."""
        opens, closes = (wall.hour * 60 + wall.minute for wall in (self.opens, self.closes))
        return opens, closes + 24 * 60 * self.ends_next_day


@dataclass(frozen=True)
class State:
    """Whether an office is open, and when that next changes; None if no change is known."""

    is_open: bool
    changes_at: datetime | None


@dataclass(frozen=True)
class Timetable:
    """The hours of an office: spans by weekday (Monday is 0), and by date for exceptions (no span: closed).

    An exception replaces the spans that open on its date. A night that began on the day before still ends.
    """

    week: Mapping[int, Sequence[Span]]
    holidays: Mapping[date, Sequence[Span]] = field(default_factory=dict)

    @property
    def is_empty(self) -> bool:
        return not self.week and not self.holidays

    @property
    def is_round_the_clock(self) -> bool:
        """Whether the office is open at every minute of a week without exceptions."""
        return bool(self.week) and all(self._covers_whole_day(weekday) for weekday in range(7))

    def _covers_whole_day(self, weekday: int) -> bool:
        """Return whether the spans of a weekday and of the night before cover every minute of it."""
        before = [span.minutes for span in self.week.get((weekday - 1) % 7, ()) if span.ends_next_day]
        covered = sorted([(0, closes - 24 * 60) for _opens, closes in before] + [
            span.minutes for span in self.week.get(weekday, ())
        ])  # fmt: skip
        until = 0
        for opens, closes in covered:
            if opens <= until:
                until = max(until, closes)
        return until >= 24 * 60

    def spans(self, day: date) -> list[Span]:
        """Return the spans that open on a date, in order, merged if they touch or overlap."""
        return merge_spans(self.holidays[day] if day in self.holidays else self.week.get(day.weekday(), ()))

    def stretches(self, at: datetime, until: datetime, zone: ZoneInfo) -> list[tuple[datetime, datetime]]:
        """Return when the office is open as (opening, closing) in UTC, in order, each in its full length.

        The first may have begun, or ended, on the day before `at`; the last is the first one that opens at `until` or
        later, if there is one. Spans that touch or overlap are merged, also over midnight. A stretch that is open for
        OPEN_AHEAD after `until` is not followed any further.
        """
        found: list[tuple[datetime, datetime]] = []
        first = at.astimezone(zone).date() - timedelta(days=1)
        for ahead in range(SEARCH_DAYS):
            day = first + timedelta(days=ahead)
            for span in self.spans(day):
                opens = first_instant(day, span.opens, zone)
                closes = first_instant(day + timedelta(days=span.ends_next_day), span.closes, zone)
                if closes <= opens:  # the clocks go forward over all of it
                    continue
                if found and opens <= found[-1][1]:
                    found[-1] = (found[-1][0], max(found[-1][1], closes))
                    if found[-1][1] > until + ROUND_THE_CLOCK_AFTER:
                        return found
                elif found and found[-1][0] >= until:
                    return found
                else:
                    found.append((opens, closes))
        return found

    def state(self, at: datetime, zone: ZoneInfo) -> State:
        """Return the state at `at` (aware), with its next change in `zone`."""
        return state_at(self.stretches(at, at, zone), at, zone)

    def states(self, at: datetime, until: datetime, zone: ZoneInfo) -> list[tuple[datetime, State]]:
        """Return (time, state) for `at`, for each change before `until`, and for each midnight in `zone`.

        The midnights are listed because a text about the state names days.
        """
        stretches = self.stretches(at, until, zone)
        edges = {edge.astimezone(zone) for stretch in stretches for edge in stretch if at < edge < until}
        times = sorted({at, *edges, *midnights_between(at, until, zone)})
        return [(each, state_at(stretches, each, zone)) for each in times]

    def rows(self) -> list[tuple[int, int, list[Span]]]:
        """Return the week as (first weekday, last weekday, spans): consecutive days with the same hours are one row."""
        days = [(weekday, merge_spans(self.week.get(weekday, ()))) for weekday in range(7)]
        runs = [(spans, [weekday for weekday, _ in run]) for spans, run in groupby(days, key=lambda day: day[1])]
        return [(run[0], run[-1], spans) for spans, run in runs]


def state_at(stretches: Iterable[tuple[datetime, datetime]], at: datetime, zone: ZoneInfo) -> State:
    """Return the state at `at` of an office that is open during these stretches."""
    for opens, closes in stretches:
        if at < opens:
            return State(False, opens.astimezone(zone))
        if at < closes:
            return State(True, closes.astimezone(zone) if closes - at <= ROUND_THE_CLOCK_AFTER else None)
    return State(False, None)


def merge_spans(spans: Iterable[Span]) -> list[Span]:
    """Return the spans of a day in order, merged if they touch or overlap, unless that would exceed 24 hours."""
    result: list[Span] = []
    for span in sorted(spans, key=lambda span: span.minutes):
        if result and span.minutes[0] <= result[-1].minutes[1]:
            last = max(result[-1], span, key=lambda each: each.minutes[1])
            if last.minutes[1] - result[-1].minutes[0] <= 24 * 60:
                result[-1] = Span(result[-1].opens, last.closes)
                continue
        result.append(span)
    return result


def midnights_between(at: datetime, until: datetime, zone: ZoneInfo) -> Iterator[datetime]:
    """Yield the starts of a date in `zone` after `at` and before `until`."""
    day = at.astimezone(zone).date() + timedelta(days=1)
    while (begins := first_instant(day, time(0), zone)) < until:
        yield begins
        day += timedelta(days=1)


def first_instant(day: date, wall: time, zone: ZoneInfo) -> datetime:
    """Return the first time, in UTC, at which the clocks of `zone` show `wall` on `day`, or later.

    A time that occurs twice (clocks go back) is the first of the two (`fold=0`, PEP 495). A time that is skipped
    (clocks go forward) is the time of the change, found by bisection.
    """
    local = datetime.combine(day, wall.replace(fold=0), tzinfo=zone)
    found = local.astimezone(UTC)
    if found.astimezone(zone).replace(tzinfo=None) == local.replace(tzinfo=None):
        return found
    # The change is between the readings with the offset after it (fold=1) and before it (fold=0).
    early, late = local.replace(fold=1).astimezone(UTC), found
    while late - early > timedelta(seconds=1):
        middle = (early + (late - early) / 2).replace(microsecond=0)
        if middle.astimezone(zone).replace(tzinfo=None) < local.replace(tzinfo=None):
            early = middle
        else:
            late = middle
    return late
