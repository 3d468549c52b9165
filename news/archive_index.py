"""The index of a list in the archive: categories, years, months and days with counts; and the neighbouring periods."""

from __future__ import annotations

from calendar import monthrange
from collections import Counter, defaultdict
from dataclasses import replace
from datetime import date, datetime
from functools import cached_property

from django.utils.formats import date_format, number_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from news import message_counts
from news.archive import ArchiveFilter
from news.message_counts import CategoryCount, DeliveryCount
from news.models import Message

BAR_HEIGHT = 36  # pixels of the highest bar in a row


class ArchiveIndex:
    """The index of a list. A count says how many messages the list that it links to has."""

    def __init__(self, edition, at: datetime, shelf: ArchiveFilter):
        self.at, self.shelf = at, shelf
        self.pending = edition.get_or_compute("pending", lambda: message_counts.pending_messages(at))
        key = "months", shelf.category and shelf.category.pk
        self.counts = edition.get_or_compute(
            key, lambda: message_counts.counts_by_month(at, shelf.category, self.pending)
        )

    # Counts

    @cached_property
    def by_year(self) -> dict[date, int]:
        years: dict[date, int] = defaultdict(int)
        for month, count in self.counts.items():
            years[month.replace(month=1)] += count
        return years

    @cached_property
    def published_by_day(self) -> dict[date, int]:
        """Return the number of messages published by day of the list's month; empty for a longer list."""
        if not self.shelf.month:
            return {}
        return message_counts.counts_by_day(self.at, self.shelf.first.replace(day=1), self.shelf.category, self.pending)

    @cached_property
    def deliveries(self) -> list[DeliveryCount]:
        """Return the numbers of messages delivered by category and day of the list's month."""
        if not self.shelf.month:
            return []
        first = self.shelf.first.replace(day=1)
        return message_counts.count_deliveries(self.at, first, replace(self.shelf, day=0).last)

    def deliveries_in_list(self) -> list[DeliveryCount]:
        """Return those of the list's category."""
        category = self.shelf.category
        return [each for each in self.deliveries if category is None or each.category.pk == category.pk]

    @cached_property
    def delivered(self) -> int:
        """Return the number of messages delivered on the day of the list."""
        return sum(each.count for each in self.deliveries_in_list() if each.day == self.shelf.first)

    @cached_property
    def delivered_and_published(self) -> int:
        """Return how many of these were published on the same day."""
        return sum(each.published for each in self.deliveries_in_list() if each.day == self.shelf.first)

    @cached_property
    def by_day(self) -> dict[date, int]:
        """Return the number of messages published or delivered by day of the list's month, without empty days."""
        days = Counter(self.published_by_day)
        for each in self.deliveries_in_list():
            days[each.day] += each.count - each.published
        return {day: count for day, count in days.items() if count}

    @cached_property
    def by_category(self) -> list[CategoryCount]:
        """Return the counts of the list's period by category, in the menu's order."""
        shelf = self.shelf
        bounds = (shelf.first, shelf.last) if shelf.year else (date.min, date.max)
        found = [] if shelf.is_future(self.at) else message_counts.counts_by_category(self.at, *bounds, self.pending)
        if not shelf.day:
            return found
        merged = {each.pk: each for each in found}
        for each in self.deliveries:
            if each.day == shelf.first and each.count > each.published:
                known = merged.get(each.category.pk, each.category)
                merged[known.pk] = known._replace(count=known.count + each.count - each.published)
        return sorted(merged.values(), key=lambda each: (each.order, each.name, each.pk))

    def count_of(self, shelf: ArchiveFilter) -> int:
        """Return the number of messages in this list, or in a longer one of its category that contains it."""
        if shelf.day:
            return self.by_day.get(shelf.first, 0)
        if shelf.month:
            return self.counts.get(shelf.first, 0)
        return self.by_year.get(shelf.first, 0) if shelf.year else sum(self.counts.values())

    @property
    def summary(self) -> str:
        """Return how many messages the list has; for a day, how many were published and how many delivered on it."""
        delivered = self.delivered if self.shelf.day else 0
        published = self.published_by_day.get(self.shelf.first, 0) if delivered else self.count_of(self.shelf)
        if not delivered:
            if self.shelf.day:
                text = ngettext(
                    "%(count)s message published on this day", "%(count)s messages published on this day", published
                )
                return text % {"count": format_count(published)}
            return count_messages(published)
        if not published:
            text = ngettext(
                "%(count)s message delivered on this day", "%(count)s messages delivered on this day", delivered
            )
            return text % {"count": format_count(delivered)}
        numbers = {"published": format_count(published), "delivered": format_count(delivered)}
        text = _("%(published)s published, %(delivered)s delivered on this day") % numbers
        if both := self.delivered_and_published:
            return _("%(counts)s, %(both)s of them both") % {"counts": text, "both": format_count(both)}
        return text

    @property
    def is_duplicate(self) -> bool:
        """Say whether a wider list (the year's, the month's, all categories') has exactly the same messages.

        Only the widest of equal lists is offered to search engines. What was delivered on a day is on its page only.
        """
        shelf = self.shelf
        if not shelf.year:
            return False
        here = self.count_of(shelf)
        wider = [each for each in shelf.ancestors() if each.category is shelf.category and each.year][:-1]
        if not (shelf.day and self.delivered) and here in (self.count_of(each) for each in wider):
            return True
        return bool(shelf.category) and here == sum(each.count for each in self.by_category)

    # Entries

    def years(self) -> list[IndexEntry]:
        """Return the years that have messages, the earliest first."""
        return with_bars(self._entry(str(day.year), count, day.year) for day, count in sorted(self.by_year.items()))

    def months(self) -> list[IndexEntry]:
        """Return the twelve months of the list's year; none for a list of all time or an empty year."""
        year = self.shelf.year
        if not year or date(year, 1, 1) not in self.by_year:
            return []
        days = (date(year, month, 1) for month in range(1, 13))
        return with_bars(self._entry(date_format(day, "F"), self.counts.get(day, 0), year, day.month) for day in days)

    def days(self) -> list[IndexEntry]:
        """Return all days of the list's month; none for a longer list or an empty month."""
        if not self.by_day:
            return []
        year, month, _day = self.shelf.date_parts
        days = (date(year, month, number) for number in range(1, monthrange(year, month)[1] + 1))
        return with_bars(self._entry(str(day.day), self.by_day.get(day, 0), year, month, day.day) for day in days)

    def categories(self) -> list[IndexEntry]:
        """Return the lists of the same period: all messages, then each category that has any."""
        shelf, total = self.shelf, sum(each.count for each in self.by_category)
        return [
            index_entry(_("All"), total, replace(shelf, category=None), shelf),
            *(index_entry(each.name, each.count, replace(shelf, category=each), shelf) for each in self.by_category),
        ]

    def _entry(self, label: str, count: int, *date_parts: int) -> IndexEntry:
        return index_entry(label, count, ArchiveFilter(self.shelf.category, *date_parts), self.shelf)

    # Other lists

    def breadcrumbs(self) -> list[tuple[str, str]]:
        """Return names and URLs of the lists that contain this one and have messages, the widest first; itself last.

        A day may have no month: its speeches were published in another one.
        """
        *wider, shelf = self.shelf.ancestors()
        steps = [each for each in wider if not each.year or self.count_of(each)]
        return [(each.period or each.name, each.url) for each in [*steps, shelf]]

    def neighbours(self) -> tuple[ArchiveFilter | None, ArchiveFilter | None]:
        """Return the nearest earlier and later period (year, month or day, as the list's) that has messages."""
        shelf = self.shelf
        if not shelf.year:
            return None, None
        if shelf.day:
            span = (shelf.time_range[0],) * 2 if shelf.is_future(self.at) else shelf.time_range
            earlier, later = Message.objects.published(self.at).days_around(shelf.first, span, shelf.category)
        else:
            days = self.counts if shelf.month else self.by_year
            earlier = max((day for day in days if day < shelf.first), default=None)
            later = min((day for day in days if day > shelf.first), default=None)
        return earlier and shelf.containing(earlier), later and shelf.containing(later)


IndexEntry = dict[str, str | int]  # not a class: templates read a dict in half the time, and an index has about seventy


def index_entry(label: str, count: int, target: ArchiveFilter, current: ArchiveFilter) -> IndexEntry:
    """Return an entry in the index of the list `current`: the list `target` and its number of messages.

    The value for `aria-current` is "page" for the list itself and "true" for a period around it. An empty list has no
    URL.
    """
    aria_current = ""
    if target.url == current.url:
        aria_current = "page"
    elif target.category is current.category:
        parts = zip(target.date_parts, current.date_parts, strict=True)
        aria_current = "true" if all(part in (0, own) for part, own in parts) else ""
    return {
        "label": label,
        "number": count,
        "count": format_count(count),
        "messages": count_messages(count),
        "url": target.url if count else "",
        "current": aria_current,
    }


def with_bars(entries) -> list[IndexEntry]:
    """Return the entries of a row with the heights of their bars in pixels."""
    entries = list(entries)
    highest = max((entry["number"] for entry in entries), default=0)
    for entry in entries:
        entry["height"] = max(2, round(BAR_HEIGHT * entry["number"] / highest)) if entry["number"] else 0
    return entries


def format_count(count: int) -> str:
    """Return a formatted count: 1,234."""
    return number_format(count, force_grouping=True) if count > 999 else str(count)


def count_messages(count: int) -> str:
    """Return a count with its noun: 1,234 messages."""
    return ngettext("%(count)s message", "%(count)s messages", count) % {"count": format_count(count)}
