"""Anchors: each paragraph and heading of a text has an id made of its first words, so that it can be cited.

An edit elsewhere in the text leaves it as it is, and so does one further on in the paragraph. They are made when a page
is rendered: nothing is stored, so imports, versions and comparisons know only the text.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from hashlib import blake2b

from richtext.text import one_line

WORDS = 6  # that an anchor is made of
SHOWN = 8  # words by which a list calls a passage
PASSAGE = re.compile(r'<(p|h[2-4])((?: [a-z]+="[^"]*")*)>(.*?)</\1>', re.DOTALL)
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

    Of several that begin alike the first has the name; the others are named by all of their words, and those that are
    alike altogether by their number.
    """
    taken: set[str] = set()
    for passage in PASSAGE.finditer(html):
        words = LETTERS.findall(unicodedata.normalize("NFKC", one_line(passage[3])).casefold())
        name = digest(words[:WORDS]) if words else ""
        if name in taken:
            name = whole = digest(words)
            number = 1
            while name in taken:
                number += 1
                name = f"{whole}-{number}"
        taken |= {name} - {""}
        yield name


def digest(words: list[str]) -> str:
    """Return a name for words; whatever is kept in other people's footnotes hangs on it, so it never changes."""
    return "p-" + blake2b(" ".join(words).encode(), digest_size=4).hexdigest()
