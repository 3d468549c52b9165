"""The archive: lists of messages by category and date, and their pages by keyset."""

from __future__ import annotations

from calendar import monthrange
from dataclasses import dataclass, replace
from datetime import date, datetime, time
from urllib.parse import urlencode

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from core.cursors import Cursor
from core.timezones import local_date
from news import slugs

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
    def heading(self) -> str:
        """Return the heading of the list's page: the name, or the day alone on the page of a day."""
        return self.period if self.day and not self.category else self.name

    @property
    def url(self) -> str:
        # Not by `reverse`, which is slow: the index of a list has about seventy of these.
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

    def ancestors(self) -> list[ArchiveFilter]:
        """Return the lists that contain this one, the widest first and itself last."""
        steps = [ArchiveFilter()] + [self.undated] * bool(self.category)
        steps += [replace(self, month=0, day=0)] * bool(self.year) + [replace(self, day=0)] * bool(self.month)
        return steps + [self] * bool(self.day)


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

OLDEST = "oldest"  # the value of `order`; without it a list begins with the newest message
DELIVERED = "delivered"  # the value of `list`: of a day's page, only the messages that were delivered on it


@dataclass(frozen=True)
class ListPosition:
    """A page of a list, as in the query of its URL: the order of the list, and a cursor."""

    before: Cursor | None = None  # the page is older than this
    after: Cursor | None = None  # the page is newer than this
    order: str = ""
    section: str = ""

    @classmethod
    def parse(cls, params) -> ListPosition:
        """Return the position in query parameters; raise ValueError for an unknown order or section, or no cursor."""
        order, section = params.get("order", ""), params.get("list", "")
        if order not in ("", OLDEST) or section not in ("", DELIVERED):
            raise ValueError("unknown order or list")
        before, after = (Cursor.parse(text) if (text := params.get(name)) else None for name in ("before", "after"))
        return cls(None if after else before, after, order, section)

    @property
    def is_oldest_first(self) -> bool:
        return self.order == OLDEST

    @property
    def is_first_page(self) -> bool:
        return not (self.before or self.after)

    @property
    def leads_back(self) -> bool:
        """Say whether the link to this page was one to the page before."""
        return bool(self.before if self.is_oldest_first else self.after)

    @property
    def start(self) -> ListPosition:
        """Return the first page of the same list."""
        return replace(self, before=None, after=None)

    @property
    def query(self) -> str:
        """Return the query of the URL with its question mark, or an empty text.

        Its parameters are in the order of `@per_edition`, so that a page has one URL.
        """
        pairs = {"before": self.before, "after": self.after, "list": self.section, "order": self.order}
        query = urlencode({name: str(value) for name, value in pairs.items() if value})
        return f"?{query}" if query else ""


@dataclass
class Page:
    """A page of a list, and the cursors of the newer and the older page, None where there is none."""

    rows: list
    newer: Cursor | None = None
    older: Cursor | None = None

    def links(self, url: str, here: ListPosition) -> list[dict[str, str]]:
        """Return the links to the previous and the next page of the list: rel, url and text."""
        pages = []
        if self.newer:
            pages.append((replace(here, before=None, after=self.newer), _("Newer messages")))
        if self.older:
            pages.append((replace(here, before=self.older, after=None), _("Older messages")))
        links = [
            {"rel": "prev" if page.leads_back else "next", "url": f"{url}{page.query}", "text": text}
            for page, text in pages
        ]
        return links[::-1] if here.is_oldest_first else links


def get_page(
    messages, *, span=None, before: Cursor | None = None, after: Cursor | None = None, oldest_first: bool = False
) -> Page:
    """Return the page of `messages` that is older than the cursor `before`, or newer than `after`, or the first.

    `span` is the time range of the list. One more row than a page is fetched, to know whether there is another page.
    Keyset links stay correct while messages appear and disappear: an offset would shift, a cursor does not.
    """
    messages = in_range(messages, span, before, after)
    ascending = bool(after) or (oldest_first and not before)  # the direction in which the rows are read
    rows = list((messages.order_by("publish_at", "id") if ascending else messages)[: PAGE_SIZE + 1])
    has_more = len(rows) > PAGE_SIZE
    rows = rows[:PAGE_SIZE][:: -1 if ascending else 1]
    return Page(
        rows[::-1] if oldest_first else rows,
        newer=Cursor.of(rows[0]) if rows and (has_more if ascending else before) else None,
        older=Cursor.of(rows[-1]) if rows and (after if ascending else has_more) else None,
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
