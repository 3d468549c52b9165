"""Rich text read as plain text: for leads, descriptions, feeds and search."""

from __future__ import annotations

import re
from html import unescape

PARAGRAPH = re.compile(r"<p(?:\s[^>]*)?>(.*?)</p>", re.DOTALL)
BREAK = re.compile(r"<br\b[^>]*>")
BLOCK = re.compile(r"</?(?:p|h[1-6]|blockquote|ul|ol|li|figure|figcaption|table|caption|tr|td|th|hr|br|div)\b[^>]*>")
TAG = re.compile(r"<[^>]*>")


def plain_text(html: str) -> str:
    """Return the words of `html`, a block on each line."""
    # White space in the mark-up is one space; only blocks make lines.
    lines = BLOCK.sub("\0", html).split("\0")
    return "\n".join(text for line in lines if (text := one_line(line)))


def first_paragraph(html: str) -> str:
    """Return the words of the first paragraph that has any, whole; of the first block, where there is no paragraph."""
    paragraphs = (one_line(found) for found in PARAGRAPH.findall(html))
    return next(filter(None, paragraphs), "") or plain_text(html).partition("\n")[0]


def words(html: str) -> int:
    """Return how many words a text has."""
    return len(plain_text(html).split())


def one_line(html: str) -> str:
    """Return the text of mark-up that has no blocks in it, on one line."""
    return " ".join(unescape(TAG.sub("", BREAK.sub(" ", html))).split())
