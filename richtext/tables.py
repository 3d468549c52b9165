"""Tables whose cells make a whole grid: no hole, no overlap, no column or row without a cell of its own."""

from __future__ import annotations

WIDEST = 100  # columns that a cell may span


def mended(sections: list) -> list:
    """Return the sections (thead, tbody) of a table with their rows made to fit; none if they hold no cell."""
    for section in sections:
        section.children = [row for row in section.children if row.children]
    sections = [section for section in sections if section.children]
    for section in sections[1:]:
        section.tag = "tbody"  # a head stands first, once
    rows = [section.children for section in sections]
    if sections and not fits(rows):
        for cell in (cell for section in rows for row in section for cell in row.children):
            cell.attributes.pop("colspan", None)
            cell.attributes.pop("rowspan", None)
        fits(rows)
    return sections


def fits(sections: list[list]) -> bool:
    """Lay the cells out, cut spans to their room, fill short rows; say whether each row and column has a cell."""
    laid = []  # for each row, its cells with their columns and the columns that it fills
    begun = set()
    for rows in sections:
        reaches: dict[int, int] = {}  # column: how many rows below a cell from above still takes
        for index, row in enumerate(rows):
            taken = {column for column, reach in reaches.items() if reach}
            reaches = {column: reach - 1 for column, reach in reaches.items() if reach}
            cells, column = [], 0
            for cell in row.children:
                while column in taken:
                    column += 1
                room = next((room for room in range(1, WIDEST) if column + room in taken), WIDEST)
                across = cut(cell, "colspan", room)
                down = cut(cell, "rowspan", len(rows) - index)
                cells.append((cell, column))
                begun.add(column)
                for filled in range(column, column + across):
                    taken.add(filled)
                    reaches[filled] = down - 1
                column += across
            laid.append((row, cells, taken))
    width = max(begun) + 1
    if len(begun) < width or not all(cells for _, cells, _ in laid):
        return False
    for row, cells, taken in laid:
        for cell, column in cells:
            cut(cell, "colspan", width - column)
        row.children += [type(row)("td") for _ in range(width - len(taken & set(range(width))))]
    return True


def cut(cell, name: str, room: int) -> int:
    """Return how far a cell spans, after cutting its span to `room`."""
    span = min(int(cell.attributes.get(name, 1)), room)
    if span > 1:
        cell.attributes[name] = str(span)
    else:
        cell.attributes.pop(name, None)
    return span
