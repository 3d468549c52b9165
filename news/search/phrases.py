"""Phrase search on engines that know words but not their order: matches are checked against their texts."""

from __future__ import annotations

from functools import reduce
from operator import or_

from django.db.models import Q, Value
from django.db.models.functions import StrIndex

from news.search.engines import MANY, Engine, Match, Row, Span, spread
from news.search.models import Entry

LOOKED = 10_000  # matches whose texts are checked for a phrase, the newest first
AT_ONCE = 20  # texts in memory
BATCH = 500  # entries in a statement


class Checked:
    """An engine whose rows are filtered by the phrases of a search."""

    def __init__(self, engine: Engine, found):
        self.words_engine, self.found = engine, found
        self.has_phrases: dict[int, bool] = {}  # by message id

    def rows(self, match: Match, span: Span, limit: int, *, reverse: bool = False) -> list[Row]:
        rows = self.words_engine.rows(match, span, LOOKED + 1, reverse=reverse)
        if len(rows) > LOOKED:
            self.found.phrase_limit = LOOKED
        self._check([row.message_id for row in rows[:LOOKED] if row.message_id not in self.has_phrases])
        return [row for row in rows[:LOOKED] if self.has_phrases.get(row.message_id)][:limit]

    def _check(self, pks: list[int]) -> None:
        """Record which messages have the phrases. Texts are not loaded together: they may have many megabytes."""
        matching = having_in_python if self.words_engine.connection.vendor == "sqlite" else having_in_database
        for start in range(0, len(pks), BATCH):
            batch = pks[start : start + BATCH]
            having = matching(Entry.objects.filter(message_id__in=batch), self.found.query.phrases)
            self.has_phrases |= {pk: pk in having for pk in batch}

    def count(self, match: Match, span: Span) -> int:
        return len(self.rows(match, span, MANY + 1))

    def counts(self, matches: list[tuple[Match, Span]]) -> list[int]:
        return [self.count(match, span) for match, span in matches]

    def facets(self, match: Match, span: Span, years: list[int]):
        return spread(self.rows(match, span, LOOKED), years)


def having_in_database(entries, phrases) -> set[int]:
    """Return the ids of messages that have the phrases; PostgreSQL compares, so no text is transferred."""
    for number, term in enumerate(phrases):
        positions = {f"p{number}_{n}": StrIndex("words", Value(text)) for n, text in enumerate(term.needles)}
        has_any = reduce(or_, (Q(**{f"{name}__gt": 0}) for name in positions))
        entries = entries.alias(**positions).filter(~has_any if term.excluded else has_any)
    return set(entries.values_list("message_id", flat=True))


def having_in_python(entries, phrases) -> set[int]:
    """Return the ids of messages that have the phrases; SQLite's `instr` is slower than Python's `in`."""
    tests = [(term.needles, not term.excluded) for term in phrases]
    rows = entries.values_list("message_id", "words").iterator(chunk_size=AT_ONCE)
    return {
        pk
        for pk, text in rows
        if all(any(needle in text for needle in needles) is expected for needles, expected in tests)
    }
