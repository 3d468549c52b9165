"""Search of published texts for the press desk: the words in the index, without counts and suggestions."""

from __future__ import annotations

from datetime import datetime

from editions.edition import Edition
from search.limits import SearchTimeout
from search.params import SearchParams
from search.query_parser import InvalidQuery
from search.service import newest_ids


def find_messages(typed: str, at: datetime, limit: int) -> list[int]:
    """Return the ids of published messages that a search finds, the newest first.

    A search that is refused, or that takes too long, finds none: the list still searches headlines and leads.
    """
    try:
        return newest_ids(SearchParams(q=typed), at, Edition.current(at), limit)
    except (InvalidQuery, SearchTimeout):
        return []
