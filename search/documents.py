"""Index entries built from messages: the sort key, the words, and the marks for headline, category and source.

Nothing here queries the database.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import NamedTuple

from core.cursors import EPOCH
from richtext.plaintext import plain_text
from search.models import SearchDocument
from search.tokenizer import split_words

# The sort key

LAST_SECOND = int((datetime(9999, 12, 31, tzinfo=UTC) - EPOCH).total_seconds())
ID_BITS = 16  # bits: messages of the same second are ordered by id, the higher first


def sort_key(at: datetime, pk: int) -> int:
    """Return the key of a message: the newer the message, the lower the key."""
    return lowest_key(at) + (~pk & (1 << ID_BITS) - 1)


def lowest_key(at: datetime) -> int:
    """Return the lowest key that a message of this second can have; newer messages have lower keys."""
    return LAST_SECOND - whole_seconds(at) << ID_BITS


def highest_key(at: datetime) -> int:
    """Return the highest key that a message of this second can have; older messages have higher keys."""
    return lowest_key(at) + (1 << ID_BITS) - 1


def whole_seconds(at: datetime) -> int:
    """Return the whole seconds since the epoch, rounded down."""
    delta = at - EPOCH
    return delta.days * 86_400 + delta.seconds


# The words of an entry. A mark begins with a character that no word contains.

IN_HEADLINE, IN_HEADLINE_OR_LEAD, FACT_MARK = (
    "¹",
    "²",
    "§",
)  # word in the headline; in headline or lead; category or source
MAX_WORDS_BYTES, MAX_MARKS_BYTES = 850_000, 150_000  # bytes: a tsvector can hold 1 MB


class IndexedText(NamedTuple):
    """The part of an entry that comes from the text: slow to make, but possible before the message has an id."""

    words: str
    marks: str


def index_text(headline, lead, body) -> IndexedText:
    """Return the words and marks of a text."""
    parts = [split_words(headline), split_words(lead), split_words(plain_text(body))]
    marks = [IN_HEADLINE + word for word in set(parts[0])]
    marks += [IN_HEADLINE_OR_LEAD + word for word in {*parts[0], *parts[1]}]
    return IndexedText(
        words=truncate_words(f" {' | '.join(' '.join(part) for part in parts)} ", MAX_WORDS_BYTES),
        marks=truncate_words(" ".join(sorted(marks)), MAX_MARKS_BYTES),
    )


def document_from_message(pk: int, headline, lead, body, category, source, at) -> SearchDocument:
    """Return the index entry of a message."""
    return document_from_text(index_text(headline, lead, body), pk, category, source, at)


def document_from_text(text: IndexedText, pk: int, category: int, source: str, at: datetime) -> SearchDocument:
    """Return the index entry of the message with this text."""
    source = source_slug(source)
    facts = [category_mark(category), *([source_mark(source)] if source else [])]
    return SearchDocument(
        message_id=pk,
        key=sort_key(at, pk),
        category_id=category,
        source=source,
        words=text.words,
        marks=" ".join([*facts, text.marks]),
    )


def truncate_words(text: str, limit: int) -> str:
    """Return as many whole words of a text as fit into `limit` bytes: nearly always all of them."""
    if len(text) * 4 <= limit or len(text.encode()) <= limit:
        return text
    return text.encode()[:limit].decode(errors="ignore").rpartition(" ")[0] + " "


def source_slug(name: str) -> str:
    """Return a source's slug, the same however its name is written."""
    return "-".join(split_words(name))[:200]


def source_mark(source: str) -> str:
    return f"{FACT_MARK}s{source.replace('-', '·')}"


def category_mark(pk: int) -> str:
    return f"{FACT_MARK}c{pk}"
