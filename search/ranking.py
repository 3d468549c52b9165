"""Relevance ranking in three tiers, and keyset paging over the tiers in both directions.

By relevance, messages with all words in the headline come first, then those with all words in headline and lead, then
the rest; within a tier the newest come first. Each tier is an expression of its own, and no message is in two of them,
so the list is the tiers one after the other:

      tier 1: headline             tier 2: headline + lead        tier 3: anywhere
    ┌───────────────────────────┬──────────────────────────────┬──────────────────────────────┐
    │ keys 10  25  31  40       │ keys 12  13  50              │ keys 11  20  22  60  61      │
    └───────────────────────────┴──────────────────────────────┴──────────────────────────────┘
      newest → oldest              newest → oldest                newest → oldest

A place in the list is (tier, key), written `2.13` in a URL. The page after `2.13` is the rest of tier 2 (keys > 13),
then tier 3 from its start, until the page is full. The page before `2.13` is read backwards: keys < 13 of tier 2 in
descending order, then tier 1 from its end. By date there is one tier, number 0.
"""

from __future__ import annotations

from typing import NamedTuple

from search.documents import IN_HEADLINE, IN_HEADLINE_OR_LEAD
from search.engines import Clause, KeyRange, Match, MatchedRow

PAGE_SIZE = 20
LAST_KEY = 1 << 62  # higher than every key


class ResultCursor(NamedTuple):
    """A cursor of a results list: the tier, then the key of the message in it."""

    tier: int
    key: int

    def __str__(self) -> str:
        return f"{self.tier}.{self.key}"


def ranking_tiers(match: Match, clauses: tuple[Clause, ...]) -> dict[int, Match]:
    """Return the expressions of the three tiers of `match`, which asks for the words in `clauses`."""
    headline, above_text = (
        tuple(tuple(mark + word for word in clause) for clause in clauses)
        for mark in (IN_HEADLINE, IN_HEADLINE_OR_LEAD)
    )
    return {
        1: match.with_all(*headline),
        2: Match((*match.all, *above_text), match.none, not_all=headline),
        3: Match(match.all, match.none, not_all=above_text),
    }


class Pager:
    """Pages of a list that consists of tiers."""

    def __init__(self, engine, tiers: dict[int, Match], span: KeyRange):
        self.engine, self.tiers, self.span = engine, tiers, span

    def page(
        self, before: ResultCursor | None, after: ResultCursor | None
    ) -> tuple[list[MatchedRow], ResultCursor | None, ResultCursor | None]:
        """Return the page after the place `before` (in the list's order), or ending at `after`, or the first one.

        With it return the cursors of the newer and of the older page, None where there is none.
        """
        if after:
            found = self.rows(after, PAGE_SIZE + 1, reverse=True)
            if len(found) >= PAGE_SIZE:
                shown = found[:PAGE_SIZE][::-1]
                newer = shown[0][0] if len(found) > PAGE_SIZE else None
                return [row for _place, row in shown], newer, shown[-1][0]
            # Fewer than a page come before it: return the whole first page instead.
        found = self.rows(before, PAGE_SIZE + 1)
        shown = found[:PAGE_SIZE]
        newer = shown[0][0] if before and shown else None
        older = shown[-1][0] if len(found) > PAGE_SIZE else None
        return [row for _place, row in shown], newer, older

    def rows(
        self, start: ResultCursor | None, limit: int, *, reverse: bool = False
    ) -> list[tuple[ResultCursor, MatchedRow]]:
        """Return the matches after a place; with `reverse` those before it, the nearest first."""
        found: list[tuple[ResultCursor, MatchedRow]] = []
        for tier in sorted(self.tiers, reverse=reverse):
            span = self.span
            if start and start.tier == tier:
                span = span.narrowed(-1, start.key - 1) if reverse else span.narrowed(start.key + 1, LAST_KEY)
            elif start and (tier > start.tier) == reverse:
                continue  # this whole tier is on the other side of the place
            rows = self.engine.rows(self.tiers[tier], span, limit - len(found), reverse=reverse)
            found += [(ResultCursor(tier, row.key), row) for row in rows]
            if len(found) >= limit:
                break
        return found
