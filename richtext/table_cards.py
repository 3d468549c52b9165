"""Tables as cards on narrow screens: each cell gets the heading of its column as a label, which the styles show.

A row becomes a card whose title is its own heading. Only for simple tables: one row of column headings, no spans.
"""

from __future__ import annotations

from html import escape

from richtext.plaintext import inline_text
from richtext.sanitize.tokens import TOKEN

MAX_COLUMNS = 6  # with more, a card is longer than a screen


def label_tables(html: str) -> str:
    """Return clean rich text in which simple tables have `data-cards`, and their cells `data-label`."""
    parts = html.split("<table")
    return parts[0] + "".join(label_table(f"<table{part}") for part in parts[1:])


def label_table(html: str) -> str:
    """Return the HTML of a table, with what follows it, with labels; unchanged if it is not simple."""
    table, end, rest = html.partition("</table>")
    headings, rows = read_cells(table)
    if not end or not headings or not rows or any(len(row) != len(headings) for row in rows):
        return html
    pieces, position = ['<table data-cards=""'], len("<table")
    for row in rows:
        for (tag, start), heading in zip(row, headings, strict=True):
            if tag == "td" and heading:
                pieces += [table[position:start], f' data-label="{escape(heading)}"']
                position = start
    return "".join([*pieces, table[position:], end, rest])


def read_cells(table: str) -> tuple[list[str], list[list[tuple[str, int]]]]:
    """Return the column headings of a table, and for each other row the tag of its cells and where their names end.

    Both are empty for a table that is not simple.
    """
    rows: list[list[tuple[str, int]]] = []
    headings: list[str] = []
    in_head, heading_starts = False, 0
    for token in TOKEN.finditer(table):
        closes, tag, attributes = token.groups()
        if tag == "thead":
            in_head = not closes
        elif tag == "tr" and not closes and not in_head:
            rows.append([])
        elif tag == "tr" and not closes and headings:
            return [], []  # a second row of headings
        elif tag in ("th", "td") and not closes:
            if "span=" in attributes or (not in_head and not rows):
                return [], []
            heading_starts = token.end()
            if not in_head:
                rows[-1].append((tag, token.start() + 1 + len(tag)))
        elif tag == "th" and in_head:
            headings.append(inline_text(table[heading_starts : token.start()]))
    return (headings, rows) if 2 <= len(headings) <= MAX_COLUMNS else ([], [])
