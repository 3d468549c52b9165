"""Paragraph anchors: ids of paragraphs and headings, computed from their words, so that passages can be cited.

An id has two hashes (p-14eef070-4a2b076e): of the first words and of all words. Edits elsewhere in the text do not
change it. After an edit later in the same paragraph, site.js still finds the passage by the first hash.

Anchors are added when a page is rendered and never stored.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterator
from hashlib import blake2b

from richtext.text import one_line

WORDS = 6  # in the first hash of an anchor
SHOWN = 8  # words of a passage in a list
PASSAGE = re.compile(r'<(p|h[2-4])((?: [a-z]+="[^"]*")*+)>((?:[^<]++|<(?!/?(?:p|h[2-4])[ >]))*+)</\1>')
LETTERS = re.compile(r"\w+")


def anchored(html: str) -> str:
    """Return clean or rendered rich text with an id on each passage that has words."""
    names = names_of(html)

    def with_id(found):
        name = next(names)
        return f'<{found[1]} id="{name}"{found[2]}>{found[3]}</{found[1]}>' if name else found[0]

    return PASSAGE.sub(with_id, html)


def passages(html: str) -> list[tuple[str, str]]:
    """Return (anchor, first words) for each passage of a text, in order."""
    entries = []
    for name, passage in zip(names_of(html), PASSAGE.finditer(html), strict=True):
        if name:
            words = one_line(passage[3]).split()
            entries.append((name, " ".join(words[:SHOWN]) + ("…" if len(words) > SHOWN else "")))
    return entries


def names_of(html: str) -> Iterator[str]:
    """Yield the anchor of each passage, "" for one without words. Identical passages get a number."""
    taken: Counter[str] = Counter()
    for passage in PASSAGE.finditer(html):
        words = LETTERS.findall(unicodedata.normalize("NFKC", one_line(passage[3])).casefold())
        name = f"p-{digest(words[:WORDS])}-{digest(words)}" if words else ""
        taken[name] += 1
        yield f"{name}-{taken[name]}" if name and taken[name] > 1 else name


def digest(words: list[str]) -> str:
    """Return the hash of words. It must never change: published citations contain it."""
    return blake2b(" ".join(words).encode(), digest_size=4).hexdigest()
