"""Search parameters: a query string parsed into words, filters, order and cursor, and written in one canonical form."""

from __future__ import annotations

import dataclasses
import re
from dataclasses import dataclass, fields
from datetime import date
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.translation import gettext as _

from news.archive import datetime_range, period_range
from search.documents import highest_key, lowest_key, source_slug
from search.query_parser import MAX_LENGTH, too_long_error
from search.ranking import LAST_KEY, ResultCursor

CURSOR_PATTERN = re.compile(r"([0-3])\.([0-9]{1,17})")
YEAR_PATTERN = re.compile("[1-9][0-9]{3}")
DAY_PATTERN = re.compile("[0-9]{4}-[0-9]{2}-[0-9]{2}")
MAX_TYPED = 4 * MAX_LENGTH  # characters, spaces included, that are read of the search box
MAX_SOURCE, MAX_CATEGORY = 300, 50


@dataclass(frozen=True)
class SearchParams:
    """The parameters of a search. `errors` has a sentence for each that is not valid."""

    q: str = ""
    sort: str = ""  # "date"; empty: by relevance
    category: str = ""  # a slug
    year: int | None = None
    since: date | None = None
    until: date | None = None
    source: str = ""  # a slug
    before: ResultCursor | None = None  # cursor: show the page after this place
    after: ResultCursor | None = None  # cursor: show the page that ends at this place
    errors: tuple[str, ...] = ()

    @classmethod
    def from_query(cls, query) -> SearchParams:
        """Return the parameters of a query string, given as a dict."""
        query = {name: value for name, value in query.items() if name in PARAMETERS}
        errors: list[str] = []
        since, until = (_parse_day(query.get(name, ""), errors) for name in ("from", "to"))
        if since and until and since > until:
            errors.append(_("The first day is after the last day. Change one of the two."))
        year = query.get("year", "")
        cursors = [_parse_cursor(query.get(name, "")) for name in ("before", "after")]
        sort = "date" if query.get("sort") == "date" else ""
        typed = " ".join(query.get("q", "")[:MAX_TYPED].split())
        if len(typed) > MAX_LENGTH:
            errors.append(too_long_error())
        before, after = (cursor if cursor and (cursor.tier == 0) == bool(sort) else None for cursor in cursors)
        return cls(
            q=typed[: MAX_LENGTH + 1],  # one more than allowed, so that the query is refused
            sort=sort,
            category=query.get("category", "")[:MAX_CATEGORY],
            year=int(year) if YEAR_PATTERN.fullmatch(year) else None,
            since=since,
            until=until,
            source=source_slug(query.get("source", "")[:MAX_SOURCE]),
            before=before,
            after=after if not before else None,
            errors=tuple(errors),
        )

    @property
    def query_string(self) -> str:
        """Return the canonical query string: each search has one."""
        values = {
            **{field.name: getattr(self, field.name) for field in fields(self)},
            "from": self.since,
            "to": self.until,
        }
        return urlencode([(name, str(values[name])) for name in PARAMETERS if values[name]])

    @property
    def url(self) -> str:
        query = self.query_string
        return reverse("search") + (f"?{query}" if query else "")

    @property
    def is_filtered(self) -> bool:
        return bool(self.category or self.year or self.since or self.until or self.source)

    @property
    def field_value(self) -> str:
        """Return the value of the search box, cut to its maximum length."""
        return self.q[:MAX_LENGTH]

    @property
    def for_feed(self) -> SearchParams:
        """Return the parameters of the search's feed, which has an order of its own and begins at the newest."""
        return self.replace(sort="")

    @property
    def feed_url(self) -> str:
        return f"{reverse('search_feed')}?{self.for_feed.query_string}"

    def replace(self, **changes) -> SearchParams:
        """Return these parameters with changes, at the first page and without errors."""
        return dataclasses.replace(self, **{"before": None, "after": None, "errors": ()} | changes)

    def key_range(self) -> tuple[int, int]:
        """Return the newest and the oldest key of the requested days."""
        newest = lowest_key(datetime_range(self.until, self.until)[1]) if self.until else -1
        oldest = highest_key(datetime_range(self.since, self.since)[0]) if self.since else LAST_KEY
        return newest, oldest


PARAMETERS = ("q", "sort", "category", "year", "from", "to", "source", "before", "after")
FEED_PARAMETERS = ("q", "category", "year", "from", "to", "source")


def key_range_of_year(year: int) -> tuple[int, int]:
    """Return the newest and the oldest key of a year in the host's time zone."""
    first, last = period_range(year, None)
    return lowest_key(last), highest_key(first)


def _parse_day(text: str, errors: list[str]) -> date | None:
    if not text:
        return None
    try:
        if DAY_PATTERN.fullmatch(text) and 1001 <= (day := date.fromisoformat(text)).year <= 9998:
            return day
    except ValueError:
        pass
    errors.append(_("“%s” is not a valid date. Enter a date as YYYY-MM-DD, for example 2018-03-04.") % text[:30])
    return None


def _parse_cursor(text: str) -> ResultCursor | None:
    parts = CURSOR_PATTERN.fullmatch(text)
    return ResultCursor(int(parts[1]), int(parts[2])) if parts else None
