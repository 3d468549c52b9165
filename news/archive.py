"""The archive: a page of a long list by keyset, and the index of years and months beside it."""

from __future__ import annotations

from calendar import monthrange
from collections import defaultdict
from dataclasses import dataclass
from datetime import date, datetime, time

from django.urls import reverse
from django.utils import timezone

from news import tally
from news.cursors import Cursor

PAGE = 20


@dataclass
class Page:
    """One page of a list, and the cursors of its neighbours, None where there is none."""

    rows: list
    newer: Cursor | None = None
    older: Cursor | None = None


def page_of(messages, *, before: Cursor | None = None, after: Cursor | None = None) -> Page:
    """Return the page of `messages` that begins behind `before`, or ends ahead of `after`, or the first one.

    One more row than fits tells whether the list goes on; links stay right while new messages arrive at its head.
    """
    if after:
        rows = list(messages.newer_than(after).order_by("publish_at", "id")[: PAGE + 1])
        if len(rows) >= PAGE:
            shown = rows[:PAGE][::-1]
            return Page(shown, Cursor.of(shown[0]) if len(rows) > PAGE else None, Cursor.of(shown[-1]))
        # Fewer than a page are newer: the head of the list, whole, is the page that is wanted.
        before = None
    rows = list((messages.older_than(before) if before else messages)[: PAGE + 1])
    shown = rows[:PAGE]
    return Page(
        shown,
        newer=Cursor.of(shown[0]) if before and shown else None,
        older=Cursor.of(shown[-1]) if len(rows) > PAGE else None,
    )


def span_of(year: int, month: int | None) -> tuple[datetime, datetime]:
    """Return the first and the last moment of a year in the host's zone, or of a month of it."""
    last = month or 12
    first_day, last_day = date(year, month or 1, 1), date(year, last, monthrange(year, last)[1])
    zone = timezone.get_default_timezone()
    return datetime.combine(first_day, time.min, zone), datetime.combine(last_day, time.max, zone)


def index_of(edition, at, category, year: int | None) -> dict:
    """Return the quiet index: the years with their counts, and the months of `year` with theirs."""
    months = edition.remember(("months", category and category.pk), lambda: tally.months(at, category))
    years: dict[int, int] = defaultdict(int)
    for month, count in months.items():
        years[month.year] += count
    return {
        "total": sum(years.values()),
        "years": [{"year": key, "count": count, "url": address(category, key)} for key, count in years.items()],
        "months": [
            {"month": month, "count": count, "url": address(category, month.year, month.month)}
            for month, count in months.items()
            if month.year == year
        ],
    }


def address(category, year: int | None = None, month: int | None = None) -> str:
    """Return the address of a list: of all messages or a category's, of all time or of a year or month."""
    name = "month" if month else "year" if year else ""
    if category:
        name = f"category_{name}" if name else "category"
    arguments = [category.slug] if category else []
    return reverse(name or "messages", args=[*arguments, *(part for part in (year, month) if part)])
