"""What is wanted of the search: everything that stands in its address, in one order and one form."""

from __future__ import annotations

import re
from dataclasses import dataclass, fields, replace
from datetime import date
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.translation import gettext as _

from news.archive import moments_of, span_of
from news.search.entries import first_key, last_key, source_key
from news.search.query import LONGEST, too_long

CURSOR = re.compile(r"([0-3])\.([0-9]{1,17})")
YEAR = re.compile("[1-9][0-9]{3}")
DAY = re.compile("[0-9]{4}-[0-9]{2}-[0-9]{2}")
LONGEST_TYPED = 4 * LONGEST  # characters, blanks included, that are read of what somebody typed
LONGEST_SOURCE, LONGEST_CATEGORY = 300, 50


@dataclass(frozen=True)
class Place:
    """A place in the list: by date its tier is 0, by relevance how near the headline the words stand, then the key."""

    tier: int
    key: int

    def __str__(self) -> str:
        return f"{self.tier}.{self.key}"


@dataclass(frozen=True)
class Wanted:
    """A search as its address tells it. Whatever can't be understood has left a sentence in `faults`."""

    q: str = ""
    sort: str = ""  # "date"; empty: by relevance
    category: str = ""  # a slug
    year: int | None = None
    since: date | None = None
    until: date | None = None
    source: str = ""
    before: Place | None = None  # what follows this place is wanted
    after: Place | None = None  # what precedes it
    faults: tuple[str, ...] = ()

    @classmethod
    def read(cls, given) -> Wanted:
        """Return what a query string asks for."""
        given = {name: value for name, value in given.items() if name in KNOWN}
        faults: list[str] = []
        since, until = (_day(given.get(name, ""), faults) for name in ("from", "to"))
        if since and until and since > until:
            faults.append(_("The first day is after the last one: nothing can be between them. Change one of the two."))
        year = given.get("year", "")
        places = [_place(given.get(name, "")) for name in ("before", "after")]
        sort = "date" if given.get("sort") == "date" else ""
        typed = " ".join(given.get("q", "")[:LONGEST_TYPED].split())
        if len(typed) > LONGEST:
            faults.append(too_long())
        before, after = (place if place and (place.tier == 0) == bool(sort) else None for place in places)
        return cls(
            q=typed[: LONGEST + 1],  # so many that it is refused
            sort=sort,
            category=given.get("category", "")[:LONGEST_CATEGORY],
            year=int(year) if YEAR.fullmatch(year) else None,
            since=since,
            until=until,
            source=source_key(given.get("source", "")[:LONGEST_SOURCE]),
            before=before,
            after=after if not before else None,
            faults=tuple(faults),
        )

    @property
    def query_string(self) -> str:
        """Return what stands in its address: each search has one."""
        given = {
            **{field.name: getattr(self, field.name) for field in fields(self)},
            "from": self.since,
            "to": self.until,
        }
        return urlencode([(name, str(given[name])) for name in KNOWN if given[name]])

    @property
    def address(self) -> str:
        query = self.query_string
        return reverse("search") + (f"?{query}" if query else "")

    @property
    def is_filtered(self) -> bool:
        return bool(self.category or self.year or self.since or self.until or self.source)

    @property
    def q_shown(self) -> str:
        """Return as much of what was typed as the field takes."""
        return self.q[:LONGEST]

    @property
    def followed(self) -> Wanted:
        """Return what a feed of this search follows: in its own order, from the newest on."""
        return self.but(sort="")

    @property
    def feed(self) -> str:
        """Return the address of the feed that follows this search."""
        return f"{reverse('search_feed')}?{self.followed.query_string}"

    def but(self, **changes) -> Wanted:
        """Return this search with something else in it, from its first page on."""
        return replace(self, **{"before": None, "after": None, "faults": ()} | changes)

    def days(self) -> tuple[int, int]:
        """Return the newest and the oldest key of the days that are wanted."""
        newest = first_key(moments_of(self.until, self.until)[1]) if self.until else -1
        oldest = last_key(moments_of(self.since, self.since)[0]) if self.since else 1 << 62
        return newest, oldest


KNOWN = ("q", "sort", "category", "year", "from", "to", "source", "before", "after")
FOLLOWED = ("q", "category", "year", "from", "to", "source")


def year_keys(year: int) -> tuple[int, int]:
    """Return the newest and the oldest key of a year of the host's."""
    first, last = span_of(year, None)
    return first_key(last), last_key(first)


def _day(text: str, faults: list[str]) -> date | None:
    if not text:
        return None
    try:
        if DAY.fullmatch(text) and 1001 <= (day := date.fromisoformat(text)).year <= 9998:
            return day
    except ValueError:
        pass
    faults.append(_("“%s” is no date. Write one like 2018-03-04.") % text[:30])
    return None


def _place(text: str) -> Place | None:
    parts = CURSOR.fullmatch(text)
    return Place(int(parts[1]), int(parts[2])) if parts else None
