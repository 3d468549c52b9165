"""An entry of the index is made: its place among all, and its words. Nothing here asks the database."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import NamedTuple

from news.cursors import EPOCH
from news.search.models import Entry
from news.search.text import words
from richtext.text import plain_text

# The place of an entry

LAST = int((datetime(9999, 12, 31, tzinfo=UTC) - EPOCH).total_seconds())
TIES = 16  # bits: messages of the same second stand by their ids, the higher first


def key_of(at: datetime, pk: int) -> int:
    """Return the place of a message: the newer, the lower."""
    return first_key(at) + (~pk & (1 << TIES) - 1)


def first_key(at: datetime) -> int:
    """Return the lowest key that a message of this second can have; the newer ones are below it."""
    return LAST - second_of(at) << TIES


def last_key(at: datetime) -> int:
    """Return the highest key that a message of this second can have; the older ones are above it."""
    return first_key(at) + (1 << TIES) - 1


def second_of(at: datetime) -> int:
    """Return the seconds since the epoch, the begun one not counted."""
    delta = at - EPOCH
    return delta.days * 86_400 + delta.seconds


# The words of an entry. What is no word begins with a character that no word has.

IN_HEADLINE, ABOVE_TEXT, FACT = "¹", "²", "§"  # a word in the headline; in headline or lead; a category, a source
LONGEST, MOST_MARKS = 850_000, 150_000  # bytes: a tsvector holds a megabyte


class Text(NamedTuple):
    """What an entry has of a message's text: what takes long, and can be made before the message has its place."""

    words: str
    marks: str


def text_of(headline, lead, body) -> Text:
    """Return what the search knows of a text."""
    parts = [words(headline), words(lead), words(plain_text(body))]
    marks = [IN_HEADLINE + word for word in set(parts[0])]
    marks += [ABOVE_TEXT + word for word in {*parts[0], *parts[1]}]
    return Text(
        words=cut(f" {' | '.join(' '.join(part) for part in parts)} ", LONGEST),
        marks=cut(" ".join(sorted(marks)), MOST_MARKS),
    )


def entry_of(pk: int, headline, lead, body, category, source, at) -> Entry:
    """Return the entry of a message."""
    return placed(text_of(headline, lead, body), pk, category, source, at)


def placed(text: Text, pk: int, category: int, source: str, at: datetime) -> Entry:
    """Return the entry of the message whose text this is."""
    source = source_key(source)
    facts = [category_mark(category), *([source_mark(source)] if source else [])]
    return Entry(
        message_id=pk,
        key=key_of(at, pk),
        category_id=category,
        source=source,
        words=text.words,
        marks=" ".join([*facts, text.marks]),
    )


def cut(text: str, most: int) -> str:
    """Return as many whole words of a text as fit into so many bytes: nearly always all of them."""
    if len(text) * 4 <= most or len(text.encode()) <= most:
        return text
    return text.encode()[:most].decode(errors="ignore").rpartition(" ")[0] + " "


def source_key(name: str) -> str:
    """Return what stands for a source in addresses: one, however its name is written."""
    return "-".join(words(name))[:200]


def source_mark(source: str) -> str:
    return f"{FACT}s{source.replace('-', '·')}"


def category_mark(pk: int) -> str:
    return f"{FACT}c{pk}"
