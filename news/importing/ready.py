"""Preparation of lines for writing: sanitising, slug and search text, all without the database."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from news.addresses import slug_of
from news.importing.bodies import prepared
from news.importing.lines import Line
from news.search.entries import Text, text_of
from news.search.index import Met
from richtext.fields import cleaned


@dataclass(frozen=True, slots=True)
class Ready:
    """A line with clean body, slug and search text."""

    line: Line
    digest: bytes  # of the original line
    text: Text | None  # None until its images are stored
    words: frozenset[str]  # of the text that no line before has

    def with_body(self, body: str) -> Ready:
        """Return a copy with another body with the same words."""
        return replace(self, line=replace(self.line, body=body))


def all_ready(lines: Iterable[Line], with_pictures: bool = False) -> Iterator[Ready]:
    """Yield prepared lines. `with_pictures`: leave a body with images unchanged for now."""
    seen = Met()
    for line in lines:
        has_images = with_pictures and "<img" in line.body.lower()
        slug = line.slug or (slug_of(line.headline) if line.publish_at else "")
        clean = replace(line, slug=slug, body=line.body if has_images else text_for_here(line.body))
        text = None if has_images else text_of(clean.headline, clean.lead, clean.body)
        yield Ready(clean, line.digest, text, frozenset(seen.new(set(text.words.split())) if text else ()))


def text_for_here(html: str) -> str:
    """Return a sanitised body; alternative texts replace the images of other sites."""
    return cleaned(prepared(html, keep_pictures=False)[0])
