"""The messages for search engines: parts of the sitemap, each a span of months with about PART messages.

The spans come from the tally and the rows of one from the list's own index, so neither grows dear with the archive.
Which months a part has follows from the tally: a crawler that asks for one that is no more reads the index again.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.db.models import Max
from django.db.models.functions import TruncMonth
from django.utils import timezone

from editions.moments import local_date
from news import tally
from news.archive import span_of
from news.models import Message

PART = 10_000  # messages; a month that has more is a part of its own
MOST = 50_000  # that a part may have (sitemaps.org)
NEWS = 1000  # that a news sitemap may have


@dataclass(frozen=True)
class Span:
    """A part: the months from the first to the last, both included."""

    first: date
    last: date

    @property
    def name(self) -> str:
        return f"{self.first:%Y-%m}"

    @property
    def moments(self) -> tuple[datetime, datetime]:
        return span_of(self.first.year, self.first.month)[0], span_of(self.last.year, self.last.month)[1]


def spans(months: dict[date, int]) -> list[Span]:
    """Return the parts, the oldest first: from the oldest month on, so that the past stays as it is."""
    found: list[Span] = []
    size = 0
    for month, count in sorted(months.items()):
        if found and size + count <= PART:
            found[-1], size = Span(found[-1].first, month), size + count
        else:
            found.append(Span(month, month))
            size = count
    return found


def parts(edition, at: datetime) -> list[Span]:
    """Return the parts of the sitemap at the moment `at`."""
    return spans(edition.remember(("months", None), lambda: tally.months(at)))


def last_changes(found: list[Span], at: datetime) -> Iterator[tuple[Span, datetime]]:
    """Yield each part with the moment when an address last came into it, went out of it, or changed."""
    later: dict[date, datetime] = {}
    for field, rows in (("revised_at", Message.objects.published(at)), ("withdrawn_at", Message.objects.withdrawn())):
        # Few rows have either, and both have an index.
        rows = rows.filter(**{f"{field}__isnull": False}).order_by()
        rows = rows.values(month=TruncMonth("day")).annotate(last=Max(field))
        for month, moment in rows.values_list("month", "last"):
            later[month] = max(moment, later.get(month, moment))
    for span in found:
        newest = Message.objects.published(at).filter(publish_at__range=span.moments)
        moment = newest.values_list("publish_at", flat=True).first()
        moments = [moment, *(last for month, last in later.items() if span.first <= month <= span.last)]
        if moment:
            yield span, max(moments)


def addresses(span: Span, at: datetime):
    """Return the messages of a part, as much of them as a sitemap tells."""
    rows = Message.objects.published(at).filter(publish_at__range=span.moments)
    return rows.only("day", "slug", "publish_at", "revised_at")[:MOST]


def latest(at: datetime):
    """Return the messages of today and yesterday, which is what a news sitemap may tell of.

    Bounded by a midnight of the host's, at which the edition turns anyway.
    """
    zone = timezone.get_default_timezone()
    since = datetime.combine(local_date(at, zone) - timedelta(days=1), time.min, zone)
    return Message.objects.published(at).filter(publish_at__gte=since)[:NEWS]
