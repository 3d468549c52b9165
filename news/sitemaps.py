"""The messages for search engines: parts of the sitemap, each a span of days with about PART messages.

The spans come from the tally and the rows of one from the list's own index, so neither grows dear with the archive.
Spans are whole months; only a month that is too long is counted by days, and a day that is still too long is cut into
pieces. Where they lie follows from the counts: a crawler that asks for one that is no more reads the index again.
"""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from itertools import pairwise

from django.db.models import Count, Max
from django.utils import timezone

from editions.moments import local_date
from news import tally
from news.archive import moments_of, span_of
from news.models import Message

PART = 10_000  # messages; sitemaps.org would take 50,000
NEWS = 1000  # that a news sitemap may have


@dataclass(frozen=True)
class Span:
    """A part: the days from the first to the last, both included; of a day that is too long, a piece of it."""

    first: date
    last: date
    piece: int = 1

    @property
    def name(self) -> str:
        if self.piece > 1:
            return f"{self.first:%Y-%m-%d}-{self.piece}"
        return f"{self.first:%Y-%m}" if self.first.day == 1 else f"{self.first:%Y-%m-%d}"

    @property
    def moments(self) -> tuple[datetime, datetime]:
        return moments_of(self.first, self.last)


def grouped(counts: dict[date, int]) -> Iterator[tuple[date, date, int]]:
    """Yield the first and the last of neighbouring keys that together have PART messages at most, and how many."""
    first = last = None
    size = 0
    for key, count in sorted(counts.items()):
        if first and size + count > PART:
            yield first, last, size
            first, size = None, 0
        first, last, size = first or key, key, size + count
    if first:
        yield first, last, size


def spans(months: dict[date, int], days_of) -> Iterator[Span]:
    """Yield the parts, the oldest first: from the oldest month on, so that the past stays as it is.

    `days_of` returns how many messages each day of a month has; it is asked for those alone that are too long.
    """
    for first, last, size in grouped(months):
        if size <= PART:
            yield Span(first, last.replace(day=monthrange(last.year, last.month)[1]))
            continue
        for number, (day, end, count) in enumerate(grouped(days_of(first))):
            whole = Span(day.replace(day=1) if not number else day, end)
            yield whole
            yield from (replace(whole, first=day, piece=piece) for piece in range(2, -(-count // PART) + 1))


def parts(edition, at: datetime) -> list[Span]:
    """Return the parts of the sitemap at the moment `at`."""

    def days_of(month):
        rows = Message.objects.published(at).filter(publish_at__range=span_of(month.year, month.month))
        return dict(rows.order_by().values_list("day").annotate(count=Count("pk")))

    months = edition.get_or_compute(("months", None), lambda: tally.months(at))
    return edition.get_or_compute("sitemap", lambda: list(without_gaps(spans(months, days_of))))


def without_gaps(found: Iterable[Span]) -> Iterator[Span]:
    """Yield the parts, each up to the day before the next: where a whole month was withdrawn, one tells of it."""
    for span, following in pairwise([*found, None]):
        if following and following.first > span.last:
            span = replace(span, last=following.first - timedelta(days=1))
        yield span


def last_changes(found: list[Span], at: datetime) -> Iterator[tuple[Span, datetime]]:
    """Yield each part with the moment when an address last came into it, went out of it, or changed."""
    later: dict[date, datetime] = {}
    for field, rows in (("revised_at", Message.objects.published(at)), ("withdrawn_at", Message.objects.withdrawn())):
        # Few rows have either, and both have an index.
        rows = rows.filter(**{f"{field}__isnull": False}).order_by().values_list("day").annotate(last=Max(field))
        for day, moment in rows:
            later[day] = max(moment, later.get(day, moment))
    for span in found:
        newest = Message.objects.published(at).filter(publish_at__range=span.moments)
        moment = newest.values_list("publish_at", flat=True).first()
        moments = [moment, *(last for day, last in later.items() if span.first <= day <= span.last)]
        if moment:
            yield span, max(moments)


def addresses(span: Span, at: datetime):
    """Return the messages of a part, as much of them as a sitemap tells.

    Pieces are cut from the day's first message on, so that one that is full stays as it is.
    """
    rows = Message.objects.published(at).filter(publish_at__range=span.moments).order_by("publish_at", "id")
    rows = rows.only("day", "slug", "publish_at", "revised_at")
    return rows[(span.piece - 1) * PART : span.piece * PART]


def latest(at: datetime):
    """Return the messages of today and yesterday, which is what a news sitemap may tell of.

    Bounded by a midnight of the host's, at which the edition turns anyway.
    """
    zone = timezone.get_default_timezone()
    since = datetime.combine(local_date(at, zone) - timedelta(days=1), time.min, zone)
    return Message.objects.published(at).filter(publish_at__gte=since)[:NEWS]
