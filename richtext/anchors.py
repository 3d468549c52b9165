"""Anchors: each paragraph and heading of a text has an id made of its own words, so that it can be cited.

The id has two halves: one for its first words and one for all of them (p-14eef070-4a2b076e). As nothing but its own
words goes into it, no edit elsewhere moves it, whatever begins alike. After an edit further on in the paragraph the
first half still leads there: site.js finds the passage that begins so.

They are made when a page is rendered: nothing is stored, so imports, versions and comparisons know only the text.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterator
from hashlib import blake2b

from richtext.text import one_line

WORDS = 6  # that an anchor is made of
SHOWN = 8  # words by which a list calls a passage
PASSAGE = re.compile(r'<(p|h[2-4])((?: [a-z]+="[^"]*")*+)>((?:[^<]++|<(?!/?(?:p|h[2-4])[ >]))*+)</\1>')
LETTERS = re.compile(r"\w+")


def anchored(html: str) -> str:
    """Return a clean text, or its prose, with an id on each passage that has words."""
    names = names_of(html)

    def named(found):
        name = next(names)
        return f'<{found[1]} id="{name}"{found[2]}>{found[3]}</{found[1]}>' if name else found[0]

    return PASSAGE.sub(named, html)


def passages(html: str) -> list[tuple[str, str]]:
    """Return the anchors of a text in order, each with the words by which its passage is called."""
    found = []
    for name, passage in zip(names_of(html), PASSAGE.finditer(html), strict=True):
        if name:
            words = one_line(passage[3]).split()
            found.append((name, " ".join(words[:SHOWN]) + ("…" if len(words) > SHOWN else "")))
    return found


def names_of(html: str) -> Iterator[str]:
    """Yield the anchor of each passage; nothing for one without words.

    Passages that are alike altogether are told apart by their number: whichever of them a link means, it says the same.
    """
    taken: Counter[str] = Counter()
    for passage in PASSAGE.finditer(html):
        words = LETTERS.findall(unicodedata.normalize("NFKC", one_line(passage[3])).casefold())
        name = f"p-{digest(words[:WORDS])}-{digest(words)}" if words else ""
        taken[name] += 1
        yield f"{name}-{taken[name]}" if name and taken[name] > 1 else name


def digest(words: list[str]) -> str:
    """Return what stands for words; whatever is kept in other people's footnotes hangs on it, so it never changes."""
    return blake2b(" ".join(words).encode(), digest_size=4).hexdigest()
