"""Phrase search on engines that know words but not their order: matches are checked against their texts."""

from __future__ import annotations

from functools import reduce
from operator import or_

from django.db.models import Q, Value
from django.db.models.functions import StrIndex

from search.engines import COUNT_LIMIT, Engine, KeyRange, Match, MatchedRow, count_facets
from search.models import SearchDocument

MAX_CHECKED = 10_000  # matches whose texts are checked for a phrase, the newest first
TEXTS_IN_MEMORY = 20  # texts in memory
STATEMENT_SIZE = 500  # entries in a statement


class PhraseFilteringEngine:
    """An engine whose rows are filtered by the phrases of a search."""

    def __init__(self, engine: Engine, found):
        self.words_engine, self.found = engine, found
        self.has_phrases: dict[int, bool] = {}  # by message id

    def rows(self, match: Match, span: KeyRange, limit: int, *, reverse: bool = False) -> list[MatchedRow]:
        rows = self.words_engine.rows(match, span, MAX_CHECKED + 1, reverse=reverse)
        if len(rows) > MAX_CHECKED:
            self.found.phrase_limit = MAX_CHECKED
        self._check([row.message_id for row in rows[:MAX_CHECKED] if row.message_id not in self.has_phrases])
        return [row for row in rows[:MAX_CHECKED] if self.has_phrases.get(row.message_id)][:limit]

    def _check(self, pks: list[int]) -> None:
        """Record which messages have the phrases. Texts are not loaded together: they may have many megabytes."""
        matching = filter_in_python if self.words_engine.connection.vendor == "sqlite" else filter_in_database
        for start in range(0, len(pks), STATEMENT_SIZE):
            batch = pks[start : start + STATEMENT_SIZE]
            having = matching(SearchDocument.objects.filter(message_id__in=batch), self.found.query.phrases)
            self.has_phrases |= {pk: pk in having for pk in batch}

    def count(self, match: Match, span: KeyRange) -> int:
        return len(self.rows(match, span, COUNT_LIMIT + 1))

    def counts(self, matches: list[tuple[Match, KeyRange]]) -> list[int]:
        return [self.count(match, span) for match, span in matches]

    def facets(self, match: Match, span: KeyRange, years: list[int]):
        return count_facets(self.rows(match, span, MAX_CHECKED), years)


def filter_in_database(entries, phrases) -> set[int]:
    """Return the ids of messages that have the phrases; PostgreSQL compares, so no text is transferred."""
    for number, term in enumerate(phrases):
        positions = {f"p{number}_{n}": StrIndex("words", Value(text)) for n, text in enumerate(term.needles)}
        has_any = reduce(or_, (Q(**{f"{name}__gt": 0}) for name in positions))
        entries = entries.alias(**positions).filter(~has_any if term.excluded else has_any)
    return set(entries.values_list("message_id", flat=True))


def filter_in_python(entries, phrases) -> set[int]:
    """Return the ids of messages that have the phrases; SQLite's `instr` is slower than Python's `in`."""
    tests = [(term.needles, not term.excluded) for term in phrases]
    rows = entries.values_list("message_id", "words").iterator(chunk_size=TEXTS_IN_MEMORY)
    return {
        pk
        for pk, text in rows
        if all(any(needle in text for needle in needles) is expected for needles, expected in tests)
    }
