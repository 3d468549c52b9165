"""Rich text read as plain text: for leads, descriptions, feeds and search."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import unescape

BREAK = re.compile(r"<br\b[^<>]*>")
BLOCK = re.compile(r"</?(?:p|h[1-6]|blockquote|ul|ol|li|figure|figcaption|table|caption|tr|td|th|hr|br|div)\b[^<>]*>")
TAG = re.compile(r"<[^<>]*>")


def plain_text(html: str) -> str:
    """Return the words of `html`, a block on each line."""
    # White space in the mark-up is one space; only blocks make lines.
    lines = BLOCK.sub("\0", html).split("\0")
    return "\n".join(text for line in lines if (text := one_line(line)))


def first_paragraph(html: str) -> str:
    """Return the words of the first paragraph that has any, whole; of the first block, where there is no paragraph."""
    found = map(one_line, paragraphs(html))
    return next(filter(None, found), "") or plain_text(html).partition("\n")[0]


def paragraphs(html: str) -> Iterator[str]:
    """Yield the mark-up inside of each paragraph, in order."""
    for part in html.split("<p")[1:]:
        opening, _mark, rest = part.partition(">")
        if not opening or opening[0].isspace():
            yield rest.partition("</p>")[0]


def words(html: str) -> int:
    """Return how many words a text has."""
    return len(plain_text(html).split())


def one_line(html: str) -> str:
    """Return the text of mark-up that has no blocks in it, on one line."""
    return " ".join(unescape(TAG.sub("", BREAK.sub(" ", html))).split())
