"""Paragraph anchors: ids of paragraphs and headings, computed from their words, so that passages can be cited.

An id has two hashes (p-14eef070-4a2b076e): of the first words and of all words. Edits elsewhere in the text do not
change it. After an edit later in the same paragraph, message.js still finds the passage by the first hash.

Anchors are added when a page is rendered and never stored.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Collection, Iterator
from hashlib import blake2b

from richtext.plaintext import inline_text

PREFIX_WORDS = 6  # in the first hash of an anchor
PREFIX_LENGTH = 10  # characters of an anchor that identify its passage: p-14eef070
LABEL_WORDS = 8  # words of a passage in a list
# Without a possessive group, which Python before 3.11.5 matches wrongly (cpython issue 106052). Linear: the text
# of a paragraph ends at the next tag of a paragraph or heading.
PASSAGE = re.compile(
    r'<(p|h[2-4])((?: [a-z]++="[^"]*+")*)>([^<]*+(?:<(?!/?(?:p|h[2-4])[ >])[^<]*+)*)</\1>',
)
WORD = re.compile(r"\w+")


def add_anchors(html: str) -> str:
    """Return clean or rendered rich text with an id on each passage that has words."""
    names = anchor_names(html)

    def with_id(found):
        name = next(names)
        return f'<{found[1]} id="{name}"{found[2]}>{found[3]}</{found[1]}>' if name else found[0]

    return PASSAGE.sub(with_id, html)


def list_passages(html: str) -> list[tuple[str, str]]:
    """Return (anchor, first words) for each passage of a text, in order."""
    entries = []
    for name, passage in zip(anchor_names(html), PASSAGE.finditer(html), strict=True):
        if name:
            words = inline_text(passage[3]).split()
            entries.append((name, " ".join(words[:LABEL_WORDS]) + ("…" if len(words) > LABEL_WORDS else "")))
    return entries


def list_headings(html: str) -> list[tuple[str, str]]:
    """Return (anchor, text) for each heading of the second level that has words, in order."""
    return [
        (name, inline_text(passage[3]))
        for name, passage in zip(anchor_names(html), PASSAGE.finditer(html), strict=True)
        if name and passage[1] == "h2"
    ]


def anchor_names(html: str) -> Iterator[str]:
    """Yield the anchor of each passage, "" for one without words. Identical passages get a number."""
    taken: Counter[str] = Counter()
    for passage in PASSAGE.finditer(html):
        words = WORD.findall(unicodedata.normalize("NFKC", inline_text(passage[3])).casefold())
        name = f"p-{words_digest(words[:PREFIX_WORDS])}-{words_digest(words)}" if words else ""
        taken[name] += 1
        yield f"{name}-{taken[name]}" if name and taken[name] > 1 else name


def words_digest(words: list[str]) -> str:
    """Return the hash of words. It must never change: published citations contain it."""
    return blake2b(" ".join(words).encode(), digest_size=4).hexdigest()


def has_passage(name: str, anchors: Collection[str]) -> bool:
    """Return whether an anchor identifies a passage: by its whole name, or by its first half."""
    return name in anchors or any(
        len(name) >= PREFIX_LENGTH and one.startswith(name[:PREFIX_LENGTH]) for one in anchors
    )
