"""Text search of the list of messages: the search app registers the finder of words in the texts."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

MAX_FOUND = 300  # messages, the newest

_finders: list[Callable[[str, datetime, int], list[int]]] = []


def register(find: Callable[[str, datetime, int], list[int]]) -> None:
    """Register a function that returns the ids of published messages with these words, the newest first."""
    if find not in _finders:
        _finders.append(find)


def find_in_texts(typed: str, at: datetime) -> list[int]:
    """Return the ids of published messages with these words in headline, lead or text, at most MAX_FOUND."""
    return [pk for find in _finders for pk in find(typed, at, MAX_FOUND)]
