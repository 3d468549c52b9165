"""Sitemaps of the messages, split into files of about PART messages by date.

The split is computed from the message counts, and a file's rows come from the index of the lists, so the cost does not
grow with the archive. A file covers whole months. Only a month with too many messages is split by days, and a day with
too many into numbered pieces. When counts change, a file may disappear; crawlers then read the sitemap index again.
"""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from itertools import pairwise

from django.db.models import Count, Max
from django.utils import timezone

from core.timezones import local_date
from news import message_counts
from news.archive import datetime_range, period_range
from news.models import Message

MAX_URLS = 10_000  # messages; sitemaps.org would take 50,000
MAX_NEWS = 1000  # messages: the maximum of a news sitemap


@dataclass(frozen=True)
class SitemapFile:
    """A sitemap file: the days from `first` to `last`, both included, or a piece of one day."""

    first: date
    last: date
    piece: int = 1

    @property
    def name(self) -> str:
        if self.piece > 1:
            return f"{self.first:%Y-%m-%d}-{self.piece}"
        return f"{self.first:%Y-%m}" if self.first.day == 1 else f"{self.first:%Y-%m-%d}"

    @property
    def time_range(self) -> tuple[datetime, datetime]:
        return datetime_range(self.first, self.last)


def group_dates(counts: dict[date, int]) -> Iterator[tuple[date, date, int]]:
    """Yield runs of neighbouring dates with at most PART messages together: the first date, the last, the number."""
    first = last = None
    size = 0
    for key, count in sorted(counts.items()):
        if first and size + count > MAX_URLS:
            yield first, last, size
            first, size = None, 0
        first, last, size = first or key, key, size + count
    if first:
        yield first, last, size


def split_months(months: dict[date, int], days_of) -> Iterator[SitemapFile]:
    """Yield the files, the oldest first, so that older files stay the same as messages are added.

    `days_of` returns the number of messages by day of a month; it is called only for months that must be split.
    """
    for first, last, size in group_dates(months):
        if size <= MAX_URLS:
            yield SitemapFile(first, last.replace(day=monthrange(last.year, last.month)[1]))
            continue
        for number, (day, end, count) in enumerate(group_dates(days_of(first))):
            whole = SitemapFile(day.replace(day=1) if not number else day, end)
            yield whole
            yield from (replace(whole, first=day, piece=piece) for piece in range(2, -(-count // MAX_URLS) + 1))


def sitemap_files(edition, at: datetime) -> list[SitemapFile]:
    """Return the sitemap files at the time `at`, cached with the edition."""

    def days_of(month):
        rows = Message.objects.published(at).filter(publish_at__range=period_range(month.year, month.month))
        return dict(rows.order_by().values_list("day").annotate(count=Count("pk")))

    months = edition.get_or_compute(("months", None), lambda: message_counts.counts_by_month(at))
    return edition.get_or_compute("sitemap", lambda: list(close_gaps(split_months(months, days_of))))


def close_gaps(found: Iterable[SitemapFile]) -> Iterator[SitemapFile]:
    """Yield the files, each extended to the day before the next one, so that every day is in one.

    Otherwise a month whose messages were all withdrawn would be in none, and nothing would report the change.
    """
    for span, following in pairwise([*found, None]):
        if following and following.first > span.last:
            span = replace(span, last=following.first - timedelta(days=1))
        yield span


def last_changes(found: list[SitemapFile], at: datetime) -> Iterator[tuple[SitemapFile, datetime]]:
    """Yield each file with the time when a URL in it was last added, removed or changed."""
    later: dict[date, datetime] = {}
    for field, rows in (("revised_at", Message.objects.published(at)), ("withdrawn_at", Message.objects.withdrawn())):
        # Few rows have either date, and both columns are indexed.
        rows = rows.filter(**{f"{field}__isnull": False}).order_by().values_list("day").annotate(last=Max(field))
        for day, changed in rows:
            later[day] = max(changed, later.get(day, changed))
    for span in found:
        newest = Message.objects.published(at).filter(publish_at__range=span.time_range)
        published = newest.values_list("publish_at", flat=True).first()
        if published:
            changes = [last for day, last in later.items() if span.first <= day <= span.last]
            yield span, max([published, *changes])


def messages_in_file(span: SitemapFile, at: datetime):
    """Return the messages of a file, with the columns that a sitemap needs.

    The pieces of a day begin at its first message, so that a full piece stays the same.
    """
    rows = Message.objects.published(at).filter(publish_at__range=span.time_range).order_by("publish_at", "id")
    rows = rows.only("day", "slug", "publish_at", "revised_at")
    return rows[(span.piece - 1) * MAX_URLS : span.piece * MAX_URLS]


def news_messages(at: datetime):
    """Return the messages of today and yesterday, as news sitemaps require (the last two days).

    The bound is a midnight in the host's time zone, when the edition changes anyway.
    """
    zone = timezone.get_default_timezone()
    since = datetime.combine(local_date(at, zone) - timedelta(days=1), time.min, zone)
    return Message.objects.published(at).filter(publish_at__gte=since)[:MAX_NEWS]
