"""Search facets: the values of the filters beside the results, each with the number of results it would give."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from functools import cached_property

from search.engines import COUNT_LIMIT, FacetCell
from search.params import key_range_of_year

MAX_SOURCES = 10
MAX_CACHED = 50  # searches in the cache of an edition
SAMPLE_SIZE = 100  # messages, the newest, whose sources are offered where all results are too many to count


@dataclass
class CountedLink:
    """A link to a search or list with the number of messages it finds; in a facet, one of its values."""

    label: str
    count: int
    url: str
    is_selected: bool = False
    remove_url: str = ""  # the same search without this filter

    @property
    def is_over_limit(self) -> bool:
        """Say whether there are more than COUNT_LIMIT messages; `count` is then not exact."""
        return self.count > COUNT_LIMIT


class Facets:
    """The facets of a search. The counts of a filter's values take the other filters into account."""

    def __init__(self, question):
        self.question, self.params = question, question.params
        self.oldest_keys = [key_range_of_year(year)[1] for year in question.years]
        self.cells = self._cells(question.edition)
        question.words_engine.estimated_total = self.cells.total() if self.cells is not None else COUNT_LIMIT
        self.total = self.count()

    def _cells(self, edition) -> Counter[FacetCell] | None:
        """Return the matches by category, source and year, for large results cached with the edition; see `facets`."""
        cached = edition.get_or_compute("cells", dict)
        key = self.question.words, self.question.found.query.phrases, self.params.since, self.params.until
        if key in cached:
            return cached[key]
        span = self.question.span(year=None)
        cells = self.question.engine.facets(self.question.words, span, self.oldest_keys or [0])
        if cells is not None and cells.total() > COUNT_LIMIT and len(cached) < MAX_CACHED:
            cached[key] = cells
        return cells

    def count(self, **changes) -> int:
        """Return the number of results with changed filters."""
        if self.cells is None:
            return self.question.count(**changes)
        return min(sum(self._by(None, **changes).values()), COUNT_LIMIT + 1)

    def _by(self, column: int | None, **changes) -> Counter:
        """Return the counts of a search with changed filters by category (0), source (1) or year (2)."""
        params = self.params.replace(**changes)
        category = next((each.pk for each in self.question.categories if each.slug == params.category), 0)
        counts: Counter = Counter()
        for cell, count in self.cells.items():
            year = self.question.years[cell[2]] if cell[2] < len(self.question.years) else None
            if (
                (not params.category or cell[0] == category)
                and (not params.source or cell[1] == params.source)
                and (not params.year or year == params.year)
            ):
                counts[None if column is None else year if column == 2 else cell[column]] += count
        return counts

    def _value_counts(self, column: int, name: str, values: dict) -> Counter:
        """Return the counts of a filter's values: from the cells, or counted in one statement where these are too many.

        The latter are cached with the edition, so that the pages and both orders of a search share them.
        """
        if self.cells is not None:
            found = self._by(column, **{name: None})
            return Counter({value: found[key] for key, value in values.items()})
        cached = self.question.edition.get_or_compute("facet counts", dict)
        filters = self.params.replace(q="", sort="", **{name: None})
        key = name, self.question.words, self.question.found.query.phrases, filters
        counts = cached.get(key)
        if counts is None:
            numbers = self.question.counts([{name: value} for value in values.values()])
            counts = Counter(dict(zip(values.values(), numbers, strict=True)))
            if len(cached) >= MAX_CACHED:
                cached.clear()
            cached[key] = counts
        return counts

    @cached_property
    def categories(self) -> list[CountedLink]:
        slugs = {category.pk: category.slug for category in self.question.categories}
        labels = {category.slug: category.name for category in self.question.categories}
        return self._facet("category", self._value_counts(0, "category", slugs), labels)

    @cached_property
    def years(self) -> list[CountedLink]:
        years = {year: year for year in self.question.years}
        return self._facet("year", self._value_counts(2, "year", years), {year: str(year) for year in years})

    @cached_property
    def sources(self) -> list[CountedLink]:
        """Return the most frequent sources; among more than COUNT_LIMIT results, those of the newest SAMPLE."""
        frequency = self._source_frequency()
        slugs = sorted(frequency, key=lambda source: (-frequency[source], source))[:MAX_SOURCES]
        if self.params.source and self.params.source not in slugs:
            slugs.append(self.params.source)
        counts = self._value_counts(1, "source", {source: source for source in slugs})
        return self._facet("source", counts, self.question.source_names(slugs))

    def _source_frequency(self) -> Counter:
        is_over_limit = self.count(source="") > COUNT_LIMIT
        if self.cells is not None and not is_over_limit:
            frequency = self._by(1, source="")
        else:
            match, span = self.question.match(source=""), self.question.span()
            rows = self.question.engine.rows(match, span, SAMPLE_SIZE if is_over_limit else COUNT_LIMIT)
            frequency = Counter(row.source for row in rows)
        frequency.pop("", None)
        return frequency

    def _facet(self, name: str, counts: Counter, labels: dict) -> list[CountedLink]:
        """Return the values that have results, and the selected one, in the order of `labels`."""
        selected = getattr(self.params, name)
        remove_url = self.params.replace(**{name: None}).url
        return [
            CountedLink(
                label,
                min(counts[value], COUNT_LIMIT + 1),
                self.params.replace(**{name: value}).url,
                value == selected,
                remove_url,
            )
            for value, label in labels.items()
            if counts[value] or value == selected
        ]
