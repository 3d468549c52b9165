"""Plain text of rich text: for leads, descriptions, feeds and search."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import unescape

from richtext.words import count_words_of

BREAK = re.compile(r"<br\b[^<>]*>")
BLOCK = re.compile(r"</?(?:p|h[1-6]|blockquote|ul|ol|li|figure|figcaption|table|caption|tr|td|th|hr|br|div)\b[^<>]*>")
TAG = re.compile(r"<[^<>]*>")


def plain_text(html: str) -> str:
    """Return the text of `html` with one line per block."""
    lines = BLOCK.sub("\0", html).split("\0")
    return "\n".join(text for line in lines if (text := inline_text(line)))


def first_paragraph(html: str) -> str:
    """Return the text of the first paragraph that is not empty; of the first block if there are no paragraphs."""
    found = map(inline_text, paragraph_html(html))
    return next(filter(None, found), "") or plain_text(html).partition("\n")[0]


def paragraph_html(html: str) -> Iterator[str]:
    """Yield the HTML inside each paragraph."""
    for part in html.split("<p")[1:]:
        opening, _mark, rest = part.partition(">")
        if not opening or opening[0].isspace():
            yield rest.partition("</p>")[0]


def count_words(html: str) -> int:
    """Return the number of words."""
    return count_words_of(plain_text(html))


def inline_text(html: str) -> str:
    """Return the text of HTML without block elements, on one line."""
    return " ".join(unescape(TAG.sub("", BREAK.sub(" ", html))).split())
