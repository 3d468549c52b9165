"""The archive: lists of messages by category and date, their pages by keyset, and the sidebar with counts."""

from __future__ import annotations

from calendar import monthrange
from collections import defaultdict
from dataclasses import dataclass, replace
from datetime import date, datetime, time
from functools import cached_property

from django.utils import timezone
from django.utils.formats import date_format, number_format
from django.utils.translation import gettext as _

from core.cursors import Cursor
from core.timezones import local_date
from news import message_counts, slugs

PAGE_SIZE = 20


@dataclass(frozen=True)
class ArchiveFilter:
    """The filter of a list: all messages or a category's, of all time or of a year, a month or a day.

    Raise ValueError for a date that does not exist.
    """

    category: object | None = None  # any object with a name and a slug
    year: int = 0  # 0: not filtered, also for month and day
    month: int = 0
    day: int = 0

    def __post_init__(self):
        if self.year:
            date(self.year, self.month or 1, self.day or 1)

    @property
    def is_dated(self) -> bool:
        return bool(self.year)

    @property
    def date_parts(self) -> tuple[int, int, int]:
        return self.year, self.month, self.day

    @property
    def first(self) -> date:
        return date(self.year, self.month or 1, self.day or 1)

    @property
    def last(self) -> date:
        month = self.month or 12
        return date(self.year, month, self.day or monthrange(self.year, month)[1])

    @property
    def time_range(self) -> tuple[datetime, datetime]:
        """Return the first and last instant of a dated list, in the host's time zone."""
        return datetime_range(self.first, self.last)

    @property
    def period(self) -> str:
        """Return the name of the year, month or day, or an empty text."""
        return date_format(self.first, "j F Y" if self.day else "F Y" if self.month else "Y") if self.year else ""

    @property
    def undated(self) -> ArchiveFilter:
        """Return the same category's list of all time."""
        return ArchiveFilter(self.category)

    @property
    def name(self) -> str:
        name = self.category.name if self.category else _("All messages")
        return f"{name}, {self.period}" if self.year else name

    @property
    def url(self) -> str:
        # Not by `reverse`, which is slow: a sidebar has about seventy of these.
        parts = [self.category.slug] if self.category else []
        parts += [f"{self.year:04}"] * bool(self.year) + [f"{part:02}" for part in (self.month, self.day) if part]
        return slugs.url_root() + "".join(f"{part}/" for part in parts)

    def is_future(self, at: datetime) -> bool:
        """Say whether the period begins after today; it then has no public messages."""
        return self.is_dated and self.first > local_date(at, timezone.get_default_timezone())

    def is_past(self, at: datetime) -> bool:
        """Say whether the period ended before today."""
        return self.is_dated and self.last < local_date(at, timezone.get_default_timezone())

    def containing(self, day: date) -> ArchiveFilter:
        """Return the list of the same category for the year, month or day (as here) that contains `day`."""
        return replace(self, year=day.year, month=self.month and day.month, day=self.day and day.day)

    def breadcrumbs(self) -> list[tuple[str, str]]:
        """Return names and URLs of the lists that contain this one, the widest first and itself last."""
        steps = [ArchiveFilter()] + [self.undated] * bool(self.category)
        steps += [replace(self, month=0, day=0)] * bool(self.year) + [replace(self, day=0)] * bool(self.month)
        steps += [self] * bool(self.day)
        return [(step.period or step.name, step.url) for step in steps]


def datetime_range(first: date, last: date) -> tuple[datetime, datetime]:
    """Return the first instant of one day and the last of another in the host's time zone.

    Where clocks go back over midnight, the last instant of a day occurs twice; the second one is returned (`fold=1`).
    """
    zone = timezone.get_default_timezone()
    return datetime.combine(first, time.min, zone), datetime.combine(last, time.max.replace(fold=1), zone)


def period_range(year: int, month: int | None) -> tuple[datetime, datetime]:
    """Return the first and last instant of a year, or of a month of it, in the host's time zone."""
    return ArchiveFilter(year=year, month=month or 0).time_range


# Pages


@dataclass
class Page:
    """A page of a list, and the cursors of the newer and the older page, None where there is none."""

    rows: list
    newer: Cursor | None = None
    older: Cursor | None = None


def get_page(messages, *, span=None, before: Cursor | None = None, after: Cursor | None = None) -> Page:
    """Return the page of `messages` after the cursor `before` (in the list's order), before `after`, or the first.

    `span` is the time range of the list. One more row than a page is fetched, to know whether there is another page.
    Keyset links stay correct while messages appear and disappear: an offset would shift, a cursor does not.
    """
    messages = in_range(messages, span, before, after)
    if after:
        rows = list(messages.order_by("publish_at", "id")[: PAGE_SIZE + 1])
        shown = rows[:PAGE_SIZE][::-1]
        return Page(
            shown,
            newer=Cursor.of(shown[0]) if len(rows) > PAGE_SIZE else None,
            older=Cursor.of(shown[-1]) if shown else None,
        )
    rows = list(messages[: PAGE_SIZE + 1])
    shown = rows[:PAGE_SIZE]
    return Page(
        shown,
        newer=Cursor.of(shown[0]) if before and shown else None,
        older=Cursor.of(shown[-1]) if len(rows) > PAGE_SIZE else None,
    )


def in_range(messages, span, before: Cursor | None, after: Cursor | None):
    """Return the messages in a time range that are older than the cursor `before`, or newer than `after`.

    At each end only the narrower of two bounds is used, the cursor or the range's own. Example: the list of 2020, on
    a page before a cursor in June.

        1 January                  June                  31 December
        start ├─────────────────────┤ before               ┤ end: dropped, as `before` is narrower

    With both upper bounds SQLite would pick one of them for its index search, perhaps `end`, and read all messages
    from December back to June to find the page.
    """
    start, end = span or (None, None)
    if after:
        if start is None or after.publish_at >= start:
            messages, start = messages.newer_than(after), None
    elif before and (end is None or before.publish_at <= end):
        messages, end = messages.older_than(before), None
    if start:
        messages = messages.filter(publish_at__gte=start)
    return messages.filter(publish_at__lte=end) if end else messages


# Sidebar


class ArchiveSidebar:
    """The sidebar of a list: years, months, days and categories with counts; and the neighbouring periods."""

    def __init__(self, edition, at: datetime, shelf: ArchiveFilter):
        self.at, self.shelf = at, shelf
        self.pending = edition.get_or_compute("pending", lambda: message_counts.pending_messages(at))
        key = "months", shelf.category and shelf.category.pk
        self.counts = edition.get_or_compute(
            key, lambda: message_counts.counts_by_month(at, shelf.category, self.pending)
        )

    @cached_property
    def by_year(self) -> dict[date, int]:
        years: dict[date, int] = defaultdict(int)
        for month, count in self.counts.items():
            years[month.replace(month=1)] += count
        return years

    def years(self) -> list[SidebarEntry]:
        return [self._entry(str(day.year), count, day.year) for day, count in self.by_year.items()]

    def months(self) -> list[SidebarEntry]:
        """Return the months of the list's year; none for a list of all time."""
        found = [(day, count) for day, count in self.counts.items() if day.year == self.shelf.year]
        return [self._entry(date_format(day, "F"), count, day.year, day.month) for day, count in found]

    def days(self) -> list[SidebarEntry]:
        """Return the days of the list's month; none for a longer list."""
        return [self._entry(str(day.day), count, day.year, day.month, day.day) for day, count in self.by_day.items()]

    @cached_property
    def by_day(self) -> dict[date, int]:
        if not self.shelf.month:
            return {}
        return message_counts.counts_by_day(self.at, self.shelf.first.replace(day=1), self.shelf.category, self.pending)

    @property
    def is_duplicate(self) -> bool:
        """Say whether a wider list (the year's, the month's, all categories') has exactly the same messages.

        Only the widest of equal lists is offered to search engines.
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
        return bool(shelf.category) and here == sum(each.count for each in self.by_category)

    def _entry(self, label: str, count: int, *date_parts: int) -> SidebarEntry:
        return sidebar_entry(label, count, ArchiveFilter(self.shelf.category, *date_parts), self.shelf)

    def categories(self) -> list[SidebarEntry]:
        """Return the lists of the same period: all messages, then each category that has any."""
        shelf, total = self.shelf, sum(each.count for each in self.by_category)
        return [
            sidebar_entry(_("All"), total, replace(shelf, category=None), shelf),
            *(sidebar_entry(each.name, each.count, replace(shelf, category=each), shelf) for each in self.by_category),
        ]

    @cached_property
    def by_category(self) -> list[message_counts.CategoryCount]:
        """Return the counts of the list's period by category."""
        shelf = self.shelf
        bounds = (shelf.first, shelf.last) if shelf.year else (date.min, date.max)
        return [] if shelf.is_future(self.at) else message_counts.counts_by_category(self.at, *bounds, self.pending)

    def neighbours(self, messages) -> tuple[ArchiveFilter | None, ArchiveFilter | None]:
        """Return the nearest earlier and later period (year, month or day, as the list's) that has messages."""
        shelf = self.shelf
        if not shelf.year:
            return None, None
        if shelf.day:
            start, end = shelf.time_range
            earlier, later = messages.around(start, start if shelf.is_future(self.at) else end)
        else:
            days = self.counts if shelf.month else self.by_year
            earlier = max((day for day in days if day < shelf.first), default=None)
            later = min((day for day in days if day > shelf.first), default=None)
        return earlier and shelf.containing(earlier), later and shelf.containing(later)


SidebarEntry = dict[str, str]  # not a class: templates read a dict in half the time, and a sidebar has about seventy


def sidebar_entry(label: str, count: int, target: ArchiveFilter, current: ArchiveFilter) -> SidebarEntry:
    """Return an entry in the sidebar of the list `current`: the list `target` and its number of messages.

    The value for `aria-current` is "page" for the list itself and "true" for a period around it.
    """
    aria_current = ""
    if target.url == current.url:
        aria_current = "page"
    elif target.category is current.category:
        parts = zip(target.date_parts, current.date_parts, strict=True)
        aria_current = "true" if all(part in (0, own) for part, own in parts) else ""
    return {"label": label, "count": format_count(count), "url": target.url, "current": aria_current}


def format_count(count: int) -> str:
    """Return a formatted count: 1,234."""
    return number_format(count, force_grouping=True) if count > 999 else str(count)
