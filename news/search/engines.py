"""The two full-text engines, asked in the same three ways: the nearest keys, how many there are, how they are spread.

A question is a `Match` and a `Span`. The words in it are folded: letters and digits only, so that neither engine's
syntax can be spoken to. Everything comes in the order of keys, the newest first; neither engine ranks.
"""

from __future__ import annotations

import json
from bisect import bisect_right
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import NamedTuple

from django.db import connections, router

from news.search.limits import TooLong, deadline, slot  # noqa: F401  (callers expect TooLong here)
from news.search.models import Entry

MANY = 10_000  # matches that are counted one by one; above it is "more than"
PATIENCE = 5.0  # seconds that a search may take, all its statements together

Clause = tuple[str, ...]  # words of which one is enough


@dataclass(frozen=True)
class Match:
    """What an entry must have: one word of each clause in `all`, none of those in `none`, not all those in `but`."""

    all: tuple[Clause, ...]
    none: Clause = ()
    but: tuple[Clause, ...] = ()

    def and_all(self, *clauses: Clause) -> Match:
        return replace(self, all=(*self.all, *clauses))


@dataclass(frozen=True)
class Span:
    """Keys from the newest to the oldest, both included, but for those that are not public yet."""

    newest: int
    oldest: int
    ahead: tuple[int, ...] = ()

    def within(self, newest: int, oldest: int) -> Span:
        return replace(self, newest=max(self.newest, newest), oldest=min(self.oldest, oldest))


class Row(NamedTuple):
    """What is known of a match without its text."""

    key: int
    message_id: int
    category_id: int
    source: str


COLUMNS = "key, message_id, category_id, source"
Cell = tuple[int, str, int]  # category, source, number of the year


class Engine:
    """What both have in common."""

    total = 0  # matches, about, as far as is known: the asker says

    def __init__(self, connection):
        self.connection = connection

    def rows(self, match: Match, span: Span, most: int, *, backwards: bool = False) -> list[Row]:
        """Return the first matches of a span, or the last, which come backwards."""
        raise NotImplementedError

    def count(self, match: Match, span: Span) -> int:
        """Return how many matches there are; MANY + 1 stands for more than MANY."""
        raise NotImplementedError

    def counts(self, matches: list[tuple[Match, Span]]) -> list[int]:
        """Return the counts of several matches."""
        return [self.count(match, span) for match, span in matches]

    def known(self, words: list[str], span: Span) -> list[str]:
        """Return those of some words that an entry of the span has, in their order."""
        raise NotImplementedError

    def newest_of(self, sources: list[str], span: Span) -> dict[str, int]:
        """Return the newest message of each source that has one in the span: its index finds each in one step."""
        ahead = f"AND key NOT IN ({', '.join(['%s'] * len(span.ahead))})" if span.ahead else ""
        newest = (
            "SELECT message_id FROM news_entry WHERE news_entry.source = asked.source "  # noqa: S608
            f"AND key BETWEEN %s AND %s {ahead} ORDER BY key LIMIT 1"
        )
        given, values = self.as_rows(sources)
        rows = self.fetch(f"SELECT source, ({newest}) FROM {given}", [span.newest, span.oldest, *span.ahead, values])  # noqa: S608
        return {source: pk for source, pk in rows if pk is not None}

    def as_rows(self, sources: list[str]) -> tuple[str, object]:
        """Return sources as rows of a table `asked`: its SQL, and its argument."""
        raise NotImplementedError

    def cells(self, match: Match, span: Span, years: list[int]) -> Counter[Cell] | None:
        """Return the matches counted by category, source and year; None where that would take too long.

        `years` are the oldest keys of the years, the newest year first.
        """
        raise NotImplementedError

    def fetch(self, sql: str, arguments) -> list[tuple]:
        with self.connection.cursor() as cursor:
            cursor.execute(sql, arguments)
            return cursor.fetchall()


class Sqlite(Engine):
    """FTS5. Its lists of keys are walked in order and stop at a limit, so that common words cost no more."""

    # CROSS JOIN: in this order. The index on entries has all that is wanted of them.
    FOUND = "FROM news_found WHERE news_found MATCH {question} AND rowid BETWEEN %s AND %s{ahead}"

    def rows(self, match, span, most, *, backwards=False):
        way = "DESC" if backwards else "ASC"
        found, arguments = self.found(match, span)
        keys = f"SELECT rowid {found} ORDER BY rowid {way} LIMIT %s"
        sql = (
            f"SELECT {COLUMNS} FROM ({keys}) AS found CROSS JOIN news_entry INDEXED BY news_entry_counted "  # noqa: S608
            f"ON key = found.rowid ORDER BY key {way}"
        )
        return [Row(*row) for row in self.fetch(sql, [*arguments, most])]

    def count(self, match, span):
        return self.counts([(match, span)])[0]

    def counts(self, matches):
        parts, arguments = [], []
        for match, span in matches:
            found, needed = self.found(match, span)
            parts.append(f"(SELECT count(*) FROM (SELECT 1 {found} LIMIT {MANY + 1}))")  # noqa: S608
            arguments += needed
        return list(self.fetch(f"SELECT {', '.join(parts)}", arguments)[0]) if parts else []

    def known(self, words, span):
        found, arguments = self.found_in(span, "'\"' || value || '\"'")
        sql = f"SELECT value FROM json_each(%s) WHERE EXISTS (SELECT 1 {found}) ORDER BY key"  # noqa: S608
        return [row[0] for row in self.fetch(sql, [json.dumps(words), *arguments])]

    def as_rows(self, sources):
        return "(SELECT value AS source FROM json_each(%s)) AS asked", json.dumps(sources)

    def cells(self, match, span, years):
        if self.count(match, span) > MANY:
            return None
        return spread(self.rows(match, span, MANY), years)

    def found(self, match: Match, span: Span) -> tuple[str, list]:
        found, arguments = self.found_in(span)
        return found, [self.question(match), *arguments]

    def found_in(self, span: Span, question: str = "%s") -> tuple[str, list]:
        marks = ", ".join(["%s"] * len(span.ahead))
        ahead = f" AND rowid NOT IN ({marks})" if span.ahead else ""
        return self.FOUND.format(question=question, ahead=ahead), [span.newest, span.oldest, *span.ahead]

    def question(self, match: Match) -> str:
        """Return the match as FTS5 asks for it."""
        question = self.every(match.all)
        if match.none:
            question = f"({question}) NOT {self.either(match.none)}"
        if match.but:
            question = f"({question}) NOT ({self.every(match.but)})"
        return question

    def every(self, clauses) -> str:
        return " AND ".join(map(self.either, clauses))

    def either(self, words: Clause) -> str:
        return "(" + " OR ".join(f'"{word}"' for word in words) + ")"


class Postgresql(Engine):
    """A tsvector with GIN, which finds all or nothing. So the newest entries are walked first, for common words."""

    COMMON = 20_000  # matches, above which that is worth while
    WALKED = 3_000  # entries

    # key + 0, OFFSET 0: each is done as it is meant, by GIN, whatever the planner makes of the statistics. It does not
    # know that a vector lies outside its row, and would rather read all of them.
    FOUND = "vector @@ %s::tsquery AND key + 0 BETWEEN %s AND %s AND key <> ALL(%s)"
    WALK = (
        f"SELECT {COLUMNS} FROM (SELECT {COLUMNS}, vector FROM news_entry "  # noqa: S608
        f"WHERE key BETWEEN %s AND %s AND key <> ALL(%s) ORDER BY key {{way}} LIMIT {WALKED}) AS near "
        "WHERE vector @@ %s::tsquery ORDER BY key {way} LIMIT %s"
    )
    GATHER = (
        f"SELECT {COLUMNS} FROM (SELECT {COLUMNS} FROM news_entry WHERE {FOUND} OFFSET 0) AS found "  # noqa: S608
        "ORDER BY key {way} LIMIT %s"
    )

    def rows(self, match, span, most, *, backwards=False):
        way = "DESC" if backwards else "ASC"
        question, keys = self.question(match), [span.newest, span.oldest, list(span.ahead)]
        found = []
        if self.total > self.COMMON and most <= self.WALKED:
            found = self.fetch(self.WALK.format(way=way), [*keys, question, most])
        if len(found) < most:
            found = self.fetch(self.GATHER.format(way=way), [question, *keys, most])
        return [Row(*row) for row in found]

    def count(self, match, span):
        sql = f"SELECT count(*) FROM (SELECT 1 FROM news_entry WHERE {self.FOUND} LIMIT {MANY + 1}) AS found"  # noqa: S608
        return self.fetch(sql, [self.question(match), span.newest, span.oldest, list(span.ahead)])[0][0]

    def known(self, words, span):
        found = self.FOUND.replace("%s::tsquery", "quote_literal(word)::tsquery")
        sql = (
            "SELECT word FROM unnest(%s::text[]) WITH ORDINALITY AS asked(word, number) "  # noqa: S608
            f"WHERE EXISTS (SELECT 1 FROM news_entry WHERE {found}) ORDER BY number"
        )
        return [row[0] for row in self.fetch(sql, [words, span.newest, span.oldest, list(span.ahead)])]

    def as_rows(self, sources):
        return "unnest(%s::text[]) AS asked(source)", sources

    def cells(self, match, span, years):
        sql = (
            "SELECT category_id, source, width_bucket(key - 1, %s::bigint[]), count(*) "  # noqa: S608
            f"FROM news_entry WHERE {self.FOUND} GROUP BY 1, 2, 3"
        )
        question = self.question(match)
        rows = self.fetch(sql, [years, question, span.newest, span.oldest, list(span.ahead)])
        return Counter({(category, source, year): count for category, source, year, count in rows})

    def question(self, match: Match) -> str:
        """Return the match as a tsquery."""
        parts = [self.every(match.all)]
        parts += [f"!{self.either(match.none)}"] if match.none else []
        parts += [f"!({self.every(match.but)})"] if match.but else []
        return " & ".join(parts)

    def every(self, clauses) -> str:
        return " & ".join(map(self.either, clauses))

    def either(self, words: Clause) -> str:
        return "(" + " | ".join(f"'{word}'" for word in words) + ")"


def spread(rows: list[Row], years: list[int]) -> Counter[Cell]:
    """Count rows by category, source and year."""
    return Counter((row.category_id, row.source, bisect_right(years, row.key - 1)) for row in rows)


@contextmanager
def engine() -> Iterator[Engine]:
    """Give the engine of the database, for a search that may take PATIENCE seconds in all.

    Raise TooLong where it takes longer, Busy where this process has enough other searches to answer.
    """
    connection = connections[router.db_for_read(Entry)]
    with slot(), deadline(connection, PATIENCE):
        yield engine_of(connection)


def engine_of(connection) -> Engine:
    """Return the engine of a database, without any limit."""
    return Postgresql(connection) if connection.vendor == "postgresql" else Sqlite(connection)
