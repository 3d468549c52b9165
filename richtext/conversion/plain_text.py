"""HTML without blocks: paragraphs for typed plain text, and a table around bare rows."""

from __future__ import annotations

import re

BLOCK = re.compile(
    r"<(?:p|div|br|h[1-6]|ul|ol|li|table|tr|td|blockquote|figure|pre|section|article|hr|dl|center|form|iframe|img|"
    r"video|audio|object)\b",
    re.IGNORECASE,
)
ROW = re.compile(r"<(?:tr|td|th|tbody|thead)\b", re.IGNORECASE)
EMPTY_LINE = re.compile(r"\n[ \t]*+\n\s*+")


def has_no_blocks(html: str) -> bool:
    """Return whether a text has no block elements, so that its line breaks are meant as such."""
    return not BLOCK.search(html)


def to_paragraphs(text: str) -> str:
    """Return a text as HTML: empty lines separate paragraphs, other line breaks become `<br>`."""
    parts = EMPTY_LINE.split(text.replace("\r\n", "\n").replace("\r", "\n").strip())
    return "\n".join(f"<p>{part.strip().replace(chr(10), '<br>')}</p>" for part in parts if part.strip())


def wrap_bare_rows(html: str) -> str:
    """Return HTML that starts within a table, as copied cells do, with a table around it."""
    found = ROW.search(html)
    if not found or re.search(r"<table\b", html[: found.start()], re.IGNORECASE):
        return html
    return f"{html[: found.start()]}<table>{html[found.start() :]}</table>"
