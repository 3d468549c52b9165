"""Preparation of lines for writing: sanitising, slug and search text, all without the database."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from news.slugs import make_slug_text
from richtext.fields import sanitize_once
from search.documents import IndexedText, index_text
from search.indexer import SeenWords
from transfer.importer.bodies import converted_with_notes
from transfer.importer.jsonl import MessageRecord


@dataclass(frozen=True, slots=True)
class PreparedRecord:
    """A line with clean body, slug and search text."""

    line: MessageRecord
    digest: bytes  # of the original line
    text: IndexedText | None  # None until its images are stored
    words: frozenset[str]  # of the text that no line before has

    def with_body(self, body: str) -> PreparedRecord:
        """Return a copy with another body with the same words."""
        return replace(self, line=replace(self.line, body=body))


def prepared_records(lines: Iterable[MessageRecord], with_pictures: bool = False) -> Iterator[PreparedRecord]:
    """Yield prepared lines. `with_pictures`: leave a body with images unchanged for now."""
    seen = SeenWords()
    for line in lines:
        has_images = with_pictures and "<img" in line.body.lower()
        slug = line.slug or (make_slug_text(line.headline) if line.publish_at else "")
        clean = replace(line, slug=slug, body=line.body if has_images else sanitised_body(line.body))
        text = None if has_images else index_text(clean.headline, clean.lead, clean.body)
        yield PreparedRecord(clean, line.digest, text, frozenset(seen.new(set(text.words.split())) if text else ()))


def sanitised_body(html: str) -> str:
    """Return a sanitised body; alternative texts replace the images of other sites."""
    return sanitize_once(converted_with_notes(html, keep_pictures=False)[0])
