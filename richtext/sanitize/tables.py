"""Table repair: clamps spans and fills short rows, so that the cells make a complete grid.

By the table model of HTML (section 4.9.12), a cell starts in the first free column of its row, and a rowspan occupies
its columns in the rows below. In valid HTML no cells overlap, and each row and column has a cell that starts there.
Here A spans two rows, so D starts in the second column; the cell + is added:

    <tr> <td rowspan="5">A <td>B <td>C            A B C
    <tr> <td>D                                    A D +
"""

from __future__ import annotations

from typing import NamedTuple

MAX_SPAN = 100  # columns that a cell may span


class LaidOutRow(NamedTuple):
    """A row, its cells with their first columns, and all columns that are occupied in it."""

    row: object
    cells: list[tuple[object, int]]
    occupied: set[int]


def repair_table(sections: list) -> list:
    """Return the sections (thead, tbody) of a table as a complete grid; [] for a table without cells."""
    for section in sections:
        section.children = [row for row in section.children if row.children]
    sections = [section for section in sections if section.children]
    for section in sections[1:]:
        section.tag = "tbody"  # only the first one can be a head
    rows = [section.children for section in sections]
    if sections and not normalise_grid(rows):
        for cell in (cell for section in rows for row in section for cell in row.children):
            cell.attributes.pop("colspan", None)
            cell.attributes.pop("rowspan", None)
        normalise_grid(rows)
    return sections


def normalise_grid(sections: list[list]) -> bool:
    """Clamp spans and fill short rows. Return False, with short rows as they were, if a row or column has no cell."""
    grid = [laid_out for rows in sections for laid_out in lay_out_cells(rows)]
    starts = {column for laid_out in grid for _cell, column in laid_out.cells}
    width = max(starts) + 1
    if len(starts) < width or not all(laid_out.cells for laid_out in grid):
        return False
    for row, cells, occupied in grid:
        for cell, column in cells:
            clamp_span(cell, "colspan", width - column)
        missing = width - sum(column < width for column in occupied)
        row.children += [type(row)("td") for _ in range(missing)]
    return True


def lay_out_cells(rows: list) -> list[LaidOutRow]:
    """Give each cell of a section its column, with spans clamped to the free columns and to the rows that are left."""
    grid = []
    covered: dict[int, int] = {}  # by column: how many of the next rows a rowspan still occupies
    for index, row in enumerate(rows):
        occupied = {column for column, count in covered.items() if count}
        covered = {column: count - 1 for column, count in covered.items() if count}
        cells, column = [], 0
        for cell in row.children:
            while column in occupied:
                column += 1
            across = clamp_span(cell, "colspan", free_columns(occupied, column, span_of(cell, "colspan")))
            down = clamp_span(cell, "rowspan", len(rows) - index)
            cells.append((cell, column))
            for filled in range(column, column + across):
                occupied.add(filled)
                covered[filled] = down - 1
            column += across
        grid.append(LaidOutRow(row, cells, occupied))
    return grid


def free_columns(occupied: set[int], column: int, most: int) -> int:
    """Return how many columns are free from `column` on, at most `most`."""
    return next((count for count in range(1, most) if column + count in occupied), most)


def span_of(cell, name: str) -> int:
    return int(cell.attributes.get(name, 1))


def clamp_span(cell, name: str, limit: int) -> int:
    """Clamp the span of a cell to `limit` and return it."""
    span = min(span_of(cell, name), limit)
    if span > 1:
        cell.attributes[name] = str(span)
    else:
        cell.attributes.pop(name, None)
    return span
