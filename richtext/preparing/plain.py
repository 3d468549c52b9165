"""Texts without blocks: the lines of a text that was typed without an editor, and rows that lost their table."""

from __future__ import annotations

import re

BLOCK = re.compile(
    r"<(?:p|div|br|h[1-6]|ul|ol|li|table|tr|td|blockquote|figure|pre|section|article|hr|dl|center|form|iframe|img|"
    r"video|audio|object)\b",
    re.IGNORECASE,
)
ROW = re.compile(r"<(?:tr|td|th|tbody|thead)\b", re.IGNORECASE)
EMPTY_LINE = re.compile(r"\n[ \t]*+\n\s*+")


def is_plain(html: str) -> bool:
    """Say whether a text has no mark-up of lines: its line breaks are then those of the person who typed it."""
    return not BLOCK.search(html)


def paragraphs(text: str) -> str:
    """Return a text with a paragraph for each stretch between empty lines, and a break at each other line's end."""
    parts = EMPTY_LINE.split(text.replace("\r\n", "\n").replace("\r", "\n").strip())
    return "\n".join(f"<p>{part.strip().replace(chr(10), '<br>')}</p>" for part in parts if part.strip())


def with_table(html: str) -> str:
    """Return HTML that begins within a table (as a few copied cells do) with the table around it."""
    found = ROW.search(html)
    if not found or re.search(r"<table\b", html[: found.start()], re.IGNORECASE):
        return html
    return f"{html[: found.start()]}<table>{html[found.start() :]}</table>"
