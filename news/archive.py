"""The archive: what a list is of, a page of it by keyset, and the index beside it."""

from __future__ import annotations

from calendar import monthrange
from collections import defaultdict
from dataclasses import dataclass, replace
from datetime import date, datetime, time
from functools import cached_property

from django.conf import settings
from django.utils import timezone
from django.utils.formats import date_format, number_format
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from editions.moments import local_date
from news import addresses, linked, tally
from news.cursors import Cursor

PAGE = 20


@dataclass(frozen=True)
class Shelf:
    """What a list is of: all messages or a category's, of all time or of a year, a month or a day.

    Raise ValueError for a date that no calendar has.
    """

    category: object | None = None  # whatever has a name and a slug
    year: int = 0  # 0, in all three: not narrowed to one
    month: int = 0
    day: int = 0

    def __post_init__(self):
        if self.year:
            date(self.year, self.month or 1, self.day or 1)

    @property
    def is_dated(self) -> bool:
        return bool(self.year)

    @property
    def parts(self) -> tuple[int, int, int]:
        return self.year, self.month, self.day

    @property
    def first(self) -> date:
        return date(self.year, self.month or 1, self.day or 1)

    @property
    def last(self) -> date:
        month = self.month or 12
        return date(self.year, month, self.day or monthrange(self.year, month)[1])

    @property
    def span(self) -> tuple[datetime, datetime]:
        """Return its first and its last moment in the host's zone."""
        return moments_of(self.first, self.last)

    @property
    def period(self) -> str:
        """Return the name of its year, month or day."""
        return date_format(self.first, "j F Y" if self.day else "F Y" if self.month else "Y") if self.year else ""

    @property
    def whole(self) -> Shelf:
        """Return the same category's list of all time."""
        return Shelf(self.category)

    @property
    def name(self) -> str:
        name = self.category.name if self.category else _("All messages")
        return f"{name}, {self.period}" if self.year else name

    @property
    def address(self) -> str:
        # Put together by hand: an index has seventy of them, and `reverse` takes its time.
        parts = [self.category.slug] if self.category else []
        parts += [f"{self.year:04}"] * bool(self.year) + [f"{part:02}" for part in (self.month, self.day) if part]
        return addresses.root() + "".join(f"{part}/" for part in parts)

    def is_ahead(self, at: datetime) -> bool:
        """Say whether it begins after today: nothing ahead is public."""
        return self.is_dated and self.first > local_date(at, timezone.get_default_timezone())

    def is_over(self, at: datetime) -> bool:
        """Say whether it ended before today."""
        return self.is_dated and self.last < local_date(at, timezone.get_default_timezone())

    def of(self, day: date) -> Shelf:
        """Return the list of the year, month or day around a day, as wide as this one."""
        return replace(self, year=day.year, month=self.month and day.month, day=self.day and day.day)

    def trail(self) -> list[tuple[str, str]]:
        """Return the way to it: names and addresses, the widest list first and itself last."""
        steps = [Shelf()] + [self.whole] * bool(self.category)
        steps += [replace(self, month=0, day=0)] * bool(self.year) + [replace(self, day=0)] * bool(self.month)
        steps += [self] * bool(self.day)
        return [(step.period or step.name, step.address) for step in steps]


def moments_of(first: date, last: date) -> tuple[datetime, datetime]:
    """Return the first moment of one day and the last of another in the host's zone.

    Where the clocks go back over midnight, the day's last moment comes twice: the second one (`fold=1`) is meant.
    """
    zone = timezone.get_default_timezone()
    return datetime.combine(first, time.min, zone), datetime.combine(last, time.max.replace(fold=1), zone)


def span_of(year: int, month: int | None) -> tuple[datetime, datetime]:
    """Return the first and the last moment of a year in the host's zone, or of a month of it."""
    return Shelf(year=year, month=month or 0).span


def linked_trail(shelf: Shelf) -> SafeString:
    """Return the way to a list as linked data: what the page shows, as machines read it."""
    steps = [
        {"@type": "ListItem", "position": number, "name": name, "item": settings.SITE_URL + address}
        for number, (name, address) in enumerate(shelf.trail(), 1)
    ]
    return linked.data({"@context": "https://schema.org", "@type": "BreadcrumbList", "itemListElement": steps})


# A page


@dataclass
class Page:
    """One page of a list, and the cursors of its neighbours, None where there is none."""

    rows: list
    newer: Cursor | None = None
    older: Cursor | None = None


def page_of(messages, *, span=None, before: Cursor | None = None, after: Cursor | None = None) -> Page:
    """Return the page of `messages` that begins behind `before`, or ends ahead of `after`, or the first one.

    `span` has the first and the last moment of the list. One more row than fits tells whether the list goes on; links
    stay right while messages arrive and go: what follows a place in the list follows it whatever stands ahead.
    """
    messages = within(messages, span, before, after)
    if after:
        rows = list(messages.order_by("publish_at", "id")[: PAGE + 1])
        shown = rows[:PAGE][::-1]
        return Page(
            shown,
            newer=Cursor.of(shown[0]) if len(rows) > PAGE else None,
            older=Cursor.of(shown[-1]) if shown else None,
        )
    rows = list(messages[: PAGE + 1])
    shown = rows[:PAGE]
    return Page(
        shown,
        newer=Cursor.of(shown[0]) if before and shown else None,
        older=Cursor.of(shown[-1]) if len(rows) > PAGE else None,
    )


def within(messages, span, before, after):
    """Return the messages of a span of moments that are older than `before`, or newer than `after`.

    At either end one bound only, the narrower one: SQLite searches an index by one of two and takes whichever it
    likes, so that a page in the middle of a long year would be walked to from the year's end.
    """
    start, end = span or (None, None)
    if after:
        before = None
    if before and (end is None or before.moment <= end):
        messages, end = messages.older_than(before), None
    if after and (start is None or after.moment >= start):
        messages, start = messages.newer_than(after), None
    if start:
        messages = messages.filter(publish_at__gte=start)
    return messages.filter(publish_at__lte=end) if end else messages


# The index


class Index:
    """The quiet index beside a list: years, months, days and categories with their counts; and what is next to it."""

    def __init__(self, edition, at: datetime, shelf: Shelf):
        self.at, self.shelf = at, shelf
        self.ahead = edition.get_or_compute("ahead", lambda: tally.coming(at))
        key = "months", shelf.category and shelf.category.pk
        self.counts = edition.get_or_compute(key, lambda: tally.months(at, shelf.category, self.ahead))

    @cached_property
    def by_year(self) -> dict[date, int]:
        years: dict[date, int] = defaultdict(int)
        for month, count in self.counts.items():
            years[month.replace(month=1)] += count
        return years

    def years(self) -> list[Line]:
        return [self.line(str(day.year), count, day.year) for day, count in self.by_year.items()]

    def months(self) -> list[Line]:
        """Return the months of the list's year, where it has one."""
        found = [(day, count) for day, count in self.counts.items() if day.year == self.shelf.year]
        return [self.line(date_format(day, "F"), count, day.year, day.month) for day, count in found]

    def days(self) -> list[Line]:
        """Return the days of the list's month, where it has one."""
        return [self.line(str(day.day), count, day.year, day.month, day.day) for day, count in self.by_day.items()]

    @cached_property
    def by_day(self) -> dict[date, int]:
        if not self.shelf.month:
            return {}
        return tally.days(self.at, self.shelf.first.replace(day=1), self.shelf.category, self.ahead)

    @property
    def is_repeated(self) -> bool:
        """Say whether a wider list has just the same messages: the year's, the month's, or that of all categories.

        Search engines are given the widest of the same lists.
        """
        shelf = self.shelf
        if not shelf.year:
            return False
        year, month = self.by_year.get(date(shelf.year, 1, 1), 0), 0
        here = year
        if shelf.month:
            here = month = self.counts.get(date(shelf.year, shelf.month, 1), 0)
        if shelf.day:
            here = self.by_day.get(shelf.first, 0)
        if (shelf.month and here == year) or (shelf.day and here == month):
            return True
        return bool(shelf.category) and here == sum(share.count for share in self.shares)

    def line(self, label: str, count: int, *date_parts: int) -> Line:
        return line(label, count, Shelf(self.shelf.category, *date_parts), self.shelf)

    def categories(self) -> list[Line]:
        """Return the lists of the same time: of all messages, then of each category that has any."""
        shelf, total = self.shelf, sum(share.count for share in self.shares)
        return [
            line(_("All"), total, replace(shelf, category=None), shelf),
            *(line(share.name, share.count, replace(shelf, category=share), shelf) for share in self.shares),
        ]

    @cached_property
    def shares(self) -> list[tally.Share]:
        """Return what each category has of the list's time."""
        shelf = self.shelf
        bounds = (shelf.first, shelf.last) if shelf.year else (date.min, date.max)
        return [] if shelf.is_ahead(self.at) else tally.categories(self.at, *bounds, self.ahead)

    def neighbours(self, messages) -> tuple[Shelf | None, Shelf | None]:
        """Return the next year, month or day before the list's own that has anything, and the next one after it."""
        shelf = self.shelf
        if not shelf.year:
            return None, None
        if shelf.day:
            start, end = shelf.span
            earlier, later = messages.around(start, start if shelf.is_ahead(self.at) else end)
        else:
            days = self.counts if shelf.month else self.by_year
            earlier = max((day for day in days if day < shelf.first), default=None)
            later = min((day for day in days if day > shelf.first), default=None)
        return earlier and shelf.of(earlier), later and shelf.of(later)


Line = dict[str, str]  # templates read a dict in half the time of an object, and an index has seventy of them


def line(label: str, count: int, there: Shelf, here: Shelf) -> Line:
    """Return a line of the index that stands beside the list `here`: another list, and how many messages it has.

    `current` is what `aria-current` says: the list itself is a page, the year or month around it merely true.
    """
    current = ""
    if there.address == here.address:
        current = "page"
    elif there.category is here.category:
        current = "true" if all(part in (0, ours) for part, ours in zip(there.parts, here.parts, strict=True)) else ""
    return {"label": label, "count": shown(count), "address": there.address, "current": current}


def shown(count: int) -> str:
    """Return a count as people read it: 1,234."""
    return number_format(count, force_grouping=True) if count > 999 else str(count)
