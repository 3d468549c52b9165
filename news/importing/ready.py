"""Lines made ready to be written: all that takes long and needs no database."""

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
    """A line whose text is clean and read for the search, and which has its slug."""

    line: Line
    digest: bytes  # of the line as it was given
    text: Text | None  # None: it has pictures, which are taken into the site first
    words: frozenset[str]  # of the text, those that no line before it had

    def with_body(self, body: str) -> Ready:
        """Return it with another body that has the same words."""
        return replace(self, line=replace(self.line, body=body))


def all_ready(lines: Iterable[Line], with_pictures: bool = False) -> Iterator[Ready]:
    """Yield lines made ready. `with_pictures`, a body that has some is left as it is."""
    met = Met()
    for line in lines:
        waits = with_pictures and "<img" in line.body.lower()
        slug = line.slug or (slug_of(line.headline) if line.publish_at else "")
        clean = replace(line, slug=slug, body=line.body if waits else text_for_here(line.body))
        text = None if waits else text_of(clean.headline, clean.lead, clean.body)
        yield Ready(clean, line.digest, text, frozenset(met.new(set(text.words.split())) if text else ()))


def text_for_here(html: str) -> str:
    """Return a text as it is kept; where it has pictures of other sites, their words are in their places."""
    return cleaned(prepared(html, keep_pictures=False)[0])
