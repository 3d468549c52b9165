"""Index entries built from messages: the sort key, the words, and the marks for headline, category and source.

Nothing here queries the database.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import NamedTuple

from news.cursors import EPOCH
from news.search.models import Entry
from news.search.text import words
from richtext.text import plain_text

# The sort key

LAST = int((datetime(9999, 12, 31, tzinfo=UTC) - EPOCH).total_seconds())
TIES = 16  # bits: messages of the same second are ordered by id, the higher first


def key_of(at: datetime, pk: int) -> int:
    """Return the key of a message: the newer the message, the lower the key."""
    return first_key(at) + (~pk & (1 << TIES) - 1)


def first_key(at: datetime) -> int:
    """Return the lowest key that a message of this second can have; newer messages have lower keys."""
    return LAST - second_of(at) << TIES


def last_key(at: datetime) -> int:
    """Return the highest key that a message of this second can have; older messages have higher keys."""
    return first_key(at) + (1 << TIES) - 1


def second_of(at: datetime) -> int:
    """Return the whole seconds since the epoch, rounded down."""
    delta = at - EPOCH
    return delta.days * 86_400 + delta.seconds


# The words of an entry. A mark begins with a character that no word contains.

IN_HEADLINE, ABOVE_TEXT, FACT = "¹", "²", "§"  # word in the headline; in headline or lead; category or source
LONGEST, MOST_MARKS = 850_000, 150_000  # bytes: a tsvector can hold 1 MB


class Text(NamedTuple):
    """The part of an entry that comes from the text: slow to make, but possible before the message has an id."""

    words: str
    marks: str


def text_of(headline, lead, body) -> Text:
    """Return the words and marks of a text."""
    parts = [words(headline), words(lead), words(plain_text(body))]
    marks = [IN_HEADLINE + word for word in set(parts[0])]
    marks += [ABOVE_TEXT + word for word in {*parts[0], *parts[1]}]
    return Text(
        words=cut(f" {' | '.join(' '.join(part) for part in parts)} ", LONGEST),
        marks=cut(" ".join(sorted(marks)), MOST_MARKS),
    )


def entry_of(pk: int, headline, lead, body, category, source, at) -> Entry:
    """Return the index entry of a message."""
    return placed(text_of(headline, lead, body), pk, category, source, at)


def placed(text: Text, pk: int, category: int, source: str, at: datetime) -> Entry:
    """Return the index entry of the message with this text."""
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


def cut(text: str, limit: int) -> str:
    """Return as many whole words of a text as fit into `limit` bytes: nearly always all of them."""
    if len(text) * 4 <= limit or len(text.encode()) <= limit:
        return text
    return text.encode()[:limit].decode(errors="ignore").rpartition(" ")[0] + " "


def source_key(name: str) -> str:
    """Return a source's slug, the same however its name is written."""
    return "-".join(words(name))[:200]


def source_mark(source: str) -> str:
    return f"{FACT}s{source.replace('-', '·')}"


def category_mark(pk: int) -> str:
    return f"{FACT}c{pk}"
