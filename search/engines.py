"""Full-text engines, SQLite FTS5 and PostgreSQL GIN, behind one interface: matching rows, their number, their facets.

An engine is given a `Match` (which words) and a `Span` (which keys). Words are folded to letters and digits, so user
input cannot reach either engine's query syntax. Results come in the order of their keys, the newest first; neither
engine ranks.
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

from search.limits import search_deadline, search_slot
from search.models import SearchDocument

COUNT_LIMIT = 10_000  # matches are counted exactly up to this number
TIMEOUT_SECONDS = 5.0  # seconds for all statements of a search together

Clause = tuple[str, ...]  # alternative words: one of them is enough


@dataclass(frozen=True)
class Match:
    """The condition for an entry: a word of each clause in `all`, no word of `none`, not every clause in `not_all`."""

    all: tuple[Clause, ...]
    none: Clause = ()
    not_all: tuple[Clause, ...] = ()

    def with_all(self, *clauses: Clause) -> Match:
        return replace(self, all=(*self.all, *clauses))


@dataclass(frozen=True)
class KeyRange:
    """Keys from the newest to the oldest, both included, without those in `scheduled`, which are not public yet."""

    newest: int
    oldest: int
    scheduled: tuple[int, ...] = ()

    def narrowed(self, newest: int, oldest: int) -> KeyRange:
        return replace(self, newest=max(self.newest, newest), oldest=min(self.oldest, oldest))


class MatchedRow(NamedTuple):
    """A match without its text."""

    key: int
    message_id: int
    category_id: int
    source: str


COLUMNS = "key, message_id, category_id, source"
FacetCell = tuple[int, str, int]  # category, source, index of the year


class Engine:
    """The interface of both engines, and the query expression, whose operators are all that differs in it."""

    AND: str
    OR: str
    AND_NOT: str
    QUOTED: str  # a word in the engine's quotes

    estimated_total = 0  # about how many matches there are; the caller sets it

    def __init__(self, connection):
        self.connection = connection

    def rows(self, match: Match, span: KeyRange, limit: int, *, reverse: bool = False) -> list[MatchedRow]:
        """Return the first matches of a span; with `reverse` the last ones, the oldest first."""
        raise NotImplementedError

    def count(self, match: Match, span: KeyRange) -> int:
        """Return the number of matches; COUNT_LIMIT + 1 means more than COUNT_LIMIT."""
        raise NotImplementedError

    def counts(self, matches: list[tuple[Match, KeyRange]]) -> list[int]:
        """Return the number of each of several matches."""
        return [self.count(match, span) for match, span in matches]

    def existing_words(self, words: list[str], span: KeyRange) -> list[str]:
        """Return those of `words` that an entry of the span contains, in their order."""
        raise NotImplementedError

    def facets(self, match: Match, span: KeyRange, years: list[int]) -> Counter[FacetCell] | None:
        """Return the matches counted by category, source and year; None where that would take too long.

        `years` are the oldest keys of the years, the newest year first.
        """
        raise NotImplementedError

    def newest_by_source(self, sources: list[str], span: KeyRange) -> dict[str, int]:
        """Return the id of the newest message of each source that has one in the span.

        SEARCH search_document USING INDEX search_document_source (source=? AND key>? AND key<?): one step each.
        """
        hidden = f"AND key NOT IN ({', '.join(['%s'] * len(span.scheduled))})" if span.scheduled else ""
        newest = (
            "SELECT message_id FROM search_document WHERE search_document.source = given.source "  # noqa: S608
            f"AND key BETWEEN %s AND %s {hidden} ORDER BY key LIMIT 1"
        )
        given, values = self.sources_table(sources)
        sql = f"SELECT source, ({newest}) FROM {given}"  # noqa: S608
        rows = self.fetch(sql, [span.newest, span.oldest, *span.scheduled, values])
        return {source: pk for source, pk in rows if pk is not None}

    def sources_table(self, sources: list[str]) -> tuple[str, object]:
        """Return the SQL of a table `given` with a row for each source, and its argument."""
        raise NotImplementedError

    def expression(self, match: Match) -> str:
        """Return the match in the engine's query language."""
        text = self._all_of(match.all)
        if match.none:
            text = f"({text}){self.AND_NOT}{self._any_of(match.none)}"
        if match.not_all:
            text = f"({text}){self.AND_NOT}({self._all_of(match.not_all)})"
        return text

    def _all_of(self, clauses: tuple[Clause, ...]) -> str:
        return self.AND.join(map(self._any_of, clauses))

    def _any_of(self, words: Clause) -> str:
        return f"({self.OR.join(self.QUOTED.format(word) for word in words)})"

    def fetch(self, sql: str, arguments) -> list[tuple]:
        with self.connection.cursor() as cursor:
            cursor.execute(sql, arguments)
            return cursor.fetchall()


class SqliteEngine(Engine):
    """FTS5: walks the rowids of a word in order and stops at a limit, so that common words cost no more than rare ones.

    The rowid of the full-text table is the key of the entry.
    """

    AND, OR, AND_NOT, QUOTED = " AND ", " OR ", " NOT ", '"{}"'

    FOUND = "FROM search_fulltext WHERE search_fulltext MATCH {expression} AND rowid BETWEEN %s AND %s{hidden}"

    def rows(self, match, span, limit, *, reverse=False):
        # EXPLAIN QUERY PLAN:
        #   CO-ROUTINE found
        #     SCAN search_fulltext VIRTUAL TABLE INDEX 64:M2><    (by rowid, so that LIMIT stops it: no sorting here)
        #   SEARCH search_document USING COVERING INDEX search_document_counted (key=?)
        #   USE TEMP B-TREE FOR ORDER BY                     (of at most `limit` rows)
        # CROSS JOIN fixes this order of the tables. INDEXED BY keeps SQLite from the table itself, whose rows contain
        # the whole text.
        order = "DESC" if reverse else "ASC"
        found, arguments = self._from_matches(match, span)
        keys = f"SELECT rowid {found} ORDER BY rowid {order} LIMIT %s"
        sql = (
            f"SELECT {COLUMNS} FROM ({keys}) AS found CROSS JOIN search_document INDEXED BY search_document_counted "  # noqa: S608
            f"ON key = found.rowid ORDER BY key {order}"
        )
        return [MatchedRow(*row) for row in self.fetch(sql, [*arguments, limit])]

    def count(self, match, span):
        return self.counts([(match, span)])[0]

    def counts(self, matches):
        # One statement, one scalar subquery for each match; each stops after COUNT_LIMIT + 1 rowids.
        parts, arguments = [], []
        for match, span in matches:
            found, values = self._from_matches(match, span)
            parts.append(f"(SELECT count(*) FROM (SELECT 1 {found} LIMIT {COUNT_LIMIT + 1}))")  # noqa: S608
            arguments += values
        return list(self.fetch(f"SELECT {', '.join(parts)}", arguments)[0]) if parts else []

    def existing_words(self, words, span):
        found, arguments = self._from("'\"' || value || '\"'", span)
        sql = f"SELECT value FROM json_each(%s) WHERE EXISTS (SELECT 1 {found}) ORDER BY key"  # noqa: S608
        return [row[0] for row in self.fetch(sql, [json.dumps(words), *arguments])]

    def facets(self, match, span, years):
        if self.count(match, span) > COUNT_LIMIT:
            return None
        return count_facets(self.rows(match, span, COUNT_LIMIT), years)

    def sources_table(self, sources):
        return "(SELECT value AS source FROM json_each(%s)) AS given", json.dumps(sources)

    def _from_matches(self, match: Match, span: KeyRange) -> tuple[str, list]:
        """Return the FROM and WHERE of a match in a span, and the arguments."""
        found, arguments = self._from("%s", span)
        return found, [self.expression(match), *arguments]

    def _from(self, expression: str, span: KeyRange) -> tuple[str, list]:
        marks = ", ".join(["%s"] * len(span.scheduled))
        hidden = f" AND rowid NOT IN ({marks})" if span.scheduled else ""
        return self.FOUND.format(expression=expression, hidden=hidden), [span.newest, span.oldest, *span.scheduled]


class PostgresqlEngine(Engine):
    """A tsvector column with a GIN index, which finds all matches of an expression or none.

    A page of common words would need all of them sorted. So the newest entries are filtered first (`WALK`); only where
    they have too few matches is the index used (`GATHER`).
    """

    AND, OR, AND_NOT, QUOTED = " & ", " | ", " & !", "'{}'"

    COMMON = 20_000  # matches: with more than that, WALK is tried first
    WALKED = 3_000  # entries that WALK reads

    # Bitmap Heap Scan on search_document / Bitmap Index Scan on search_document_vector (vector @@ …).
    # The planner does not know that a vector is stored outside its row (TOAST) and is slow to read; by its statistics
    # it would rather walk the primary key and test each vector. `key + 0` hides the bounds from that index.
    FOUND = "vector @@ %s::tsquery AND key + 0 BETWEEN %s AND %s AND key <> ALL(%s)"
    # Index Scan using search_document_pkey (key BETWEEN …), Limit 3000, then Filter (vector @@ …).
    WALK = (
        f"SELECT {COLUMNS} FROM (SELECT {COLUMNS}, vector FROM search_document "  # noqa: S608
        f"WHERE key BETWEEN %s AND %s AND key <> ALL(%s) ORDER BY key {{order}} LIMIT {WALKED}) AS near "
        "WHERE vector @@ %s::tsquery ORDER BY key {order} LIMIT %s"
    )
    # FOUND, then a top-N heapsort. OFFSET 0 keeps the planner from pushing ORDER BY and LIMIT into the subquery, where
    # it would walk the primary key again.
    GATHER = (
        f"SELECT {COLUMNS} FROM (SELECT {COLUMNS} FROM search_document WHERE {FOUND} OFFSET 0) AS found "  # noqa: S608
        "ORDER BY key {order} LIMIT %s"
    )

    def rows(self, match, span, limit, *, reverse=False):
        order = "DESC" if reverse else "ASC"
        expression, keys = self.expression(match), self._keys(span)
        found = []
        if self.estimated_total > self.COMMON and limit <= self.WALKED:
            found = self.fetch(self.WALK.format(order=order), [*keys, expression, limit])
        if len(found) < limit:
            found = self.fetch(self.GATHER.format(order=order), [expression, *keys, limit])
        return [MatchedRow(*row) for row in found]

    def count(self, match, span):
        sql = (
            f"SELECT count(*) FROM (SELECT 1 FROM search_document WHERE {self.FOUND} LIMIT {COUNT_LIMIT + 1}) AS found"  # noqa: S608
        )
        return self.fetch(sql, [self.expression(match), *self._keys(span)])[0][0]

    def existing_words(self, words, span):
        found = self.FOUND.replace("%s::tsquery", "quote_literal(word)::tsquery")
        sql = (
            "SELECT word FROM unnest(%s::text[]) WITH ORDINALITY AS given(word, number) "  # noqa: S608
            f"WHERE EXISTS (SELECT 1 FROM search_document WHERE {found}) ORDER BY number"
        )
        return [row[0] for row in self.fetch(sql, [words, *self._keys(span)])]

    def facets(self, match, span, years):
        # HashAggregate over FOUND. Vectors are outside the rows, so a row read here is narrow.
        sql = (
            "SELECT category_id, source, width_bucket(key - 1, %s::bigint[]), count(*) "  # noqa: S608
            f"FROM search_document WHERE {self.FOUND} GROUP BY 1, 2, 3"
        )
        rows = self.fetch(sql, [years, self.expression(match), *self._keys(span)])
        return Counter({(category, source, year): count for category, source, year, count in rows})

    def sources_table(self, sources):
        return "unnest(%s::text[]) AS given(source)", sources

    def _keys(self, span: KeyRange) -> list:
        return [span.newest, span.oldest, list(span.scheduled)]


def count_facets(rows: list[MatchedRow], years: list[int]) -> Counter[FacetCell]:
    """Return rows counted by category, source and year; see `Engine.facets`."""
    return Counter((row.category_id, row.source, bisect_right(years, row.key - 1)) for row in rows)


@contextmanager
def open_engine() -> Iterator[Engine]:
    """Yield the database's engine for one search of at most PATIENCE seconds.

    Raise TooLong where it takes longer, Busy where this process already runs as many searches as it may.
    """
    connection = connections[router.db_for_read(SearchDocument)]
    with search_slot(), search_deadline(connection, TIMEOUT_SECONDS):
        yield engine_for(connection)


def engine_for(connection) -> Engine:
    """Return the engine of a database connection, without limits."""
    return PostgresqlEngine(connection) if connection.vendor == "postgresql" else SqliteEngine(connection)
