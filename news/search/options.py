"""The filters beside the results of a search, with their counts."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from functools import cached_property

from news.search.engines import MANY, Cell
from news.search.wanted import year_keys

MOST_SOURCES = 10
MOST_REMEMBERED = 50  # searches
SAMPLE = 100  # messages, the newest: whose sources are offered where there are too many to count


@dataclass
class Option:
    """A filter to choose, or the one that is chosen."""

    label: str
    count: int
    address: str
    is_chosen: bool = False
    without: str = ""  # the address that takes it back

    @property
    def is_many(self) -> bool:
        return self.count > MANY


class Options:
    """The filters beside the results. A filter's counts heed the others: they say what choosing it would give."""

    def __init__(self, question):
        self.question, self.wanted = question, question.wanted
        self.years_at = [year_keys(year)[1] for year in question.years]
        self.cells = self.cells_of(question.edition)
        question.asked.total = self.cells.total() if self.cells is not None else MANY
        self.total = self.count()

    def cells_of(self, edition) -> Counter[Cell] | None:
        """Return the matches by category, source and year; those of very many are counted once for an edition."""
        kept = edition.get_or_compute("cells", dict)
        key = self.question.words, self.question.found.query.phrases, self.wanted.since, self.wanted.until
        if key in kept:
            return kept[key]
        span = self.question.span(year=None)
        cells = self.question.engine.cells(self.question.words, span, self.years_at or [0])
        if cells is not None and cells.total() > MANY and len(kept) < MOST_REMEMBERED:
            kept[key] = cells
        return cells

    def count(self, **but) -> int:
        """Return how many messages a search with other filters finds."""
        if self.cells is None:
            return self.question.count(**but)
        return min(sum(self.by(None, **but).values()), MANY + 1)

    def by(self, place: int | None, **but) -> Counter:
        """Return the counts by category (0), source (1) or year (2) that a search with other filters has."""
        wanted = self.wanted.but(**but)
        category = next((each.pk for each in self.question.categories if each.slug == wanted.category), 0)
        counts: Counter = Counter()
        for cell, count in self.cells.items():
            year = self.question.years[cell[2]] if cell[2] < len(self.question.years) else None
            if (
                (not wanted.category or cell[0] == category)
                and (not wanted.source or cell[1] == wanted.source)
                and (not wanted.year or year == wanted.year)
            ):
                counts[None if place is None else year if place == 2 else cell[place]] += count
        return counts

    def each(self, place: int, name: str, values: dict) -> Counter:
        """Return the counts of a filter's values: from the cells, or counted in one statement where these are too many.

        The latter are remembered for the edition: the pages of one search, and both its orders, have the same.
        """
        if self.cells is not None:
            found = self.by(place, **{name: None})
            return Counter({value: found[key] for key, value in values.items()})
        kept = self.question.edition.get_or_compute("facet counts", dict)
        filters = self.wanted.but(q="", sort="", **{name: None})
        key = name, self.question.words, self.question.found.query.phrases, filters
        counts = kept.get(key)
        if counts is None:
            numbers = self.question.counts([{name: value} for value in values.values()])
            counts = Counter(dict(zip(values.values(), numbers, strict=True)))
            if len(kept) >= MOST_REMEMBERED:
                kept.clear()
            kept[key] = counts
        return counts

    @cached_property
    def categories(self) -> list[Option]:
        slugs = {category.pk: category.slug for category in self.question.categories}
        labels = {category.slug: category.name for category in self.question.categories}
        return self.listed("category", self.each(0, "category", slugs), labels)

    @cached_property
    def years(self) -> list[Option]:
        years = {year: year for year in self.question.years}
        return self.listed("year", self.each(2, "year", years), {year: str(year) for year in years})

    @cached_property
    def sources(self) -> list[Option]:
        """Return the ten commonest; among more than MANY messages, the ten commonest of the newest SAMPLE."""
        common = self.common_sources()
        named = sorted(common, key=lambda source: (-common[source], source))[:MOST_SOURCES]
        if self.wanted.source and self.wanted.source not in named:
            named.append(self.wanted.source)
        counts = self.each(1, "source", {source: source for source in named})
        return self.listed("source", counts, self.question.source_names(named))

    def common_sources(self) -> Counter:
        """Return sources with what decides which of them are offered."""
        many = self.count(source="") > MANY
        if self.cells is not None and not many:
            common = self.by(1, source="")
        else:
            match, span = self.question.match(source=""), self.question.span()
            common = Counter(row.source for row in self.question.engine.rows(match, span, SAMPLE if many else MANY))
        common.pop("", None)
        return common

    def listed(self, name: str, counts: Counter, labels: dict) -> list[Option]:
        """Return the values that find something, and the chosen one, in the order of `labels`."""
        wanted, chosen = self.wanted, getattr(self.wanted, name)
        without = wanted.but(**{name: None}).address
        return [
            Option(label, min(counts[value], MANY + 1), wanted.but(**{name: value}).address, value == chosen, without)
            for value, label in labels.items()
            if counts[value] or value == chosen
        ]
