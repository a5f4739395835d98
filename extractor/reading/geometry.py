"""From pieces of text on a page to lines in reading order, by where the pieces stand.

A PDF draws its text in any order: all labels of a table before all values, or a footer first.  So
order is taken from position alone: pieces on one height are a row, rows run down the page, and a
table cell that wraps is read to its end before the next cell of its row begins.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from statistics import median

SAME_ROW = 0.5
"""Pieces are on one row when they overlap by this share of the lower one's height."""
WRAPPED_CELL_GAP = 1.6
"""A wrapped cell's next line lies within this many line heights."""
CELL_GAP = 1.2
"""Pieces further apart than this many line heights are cells of a table row."""
PARAGRAPH_GAP = 1.35
"""A row further down than this many times the page's usual line pitch starts a paragraph."""


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of text on one line; the box in points, y upwards."""

    left: float
    bottom: float
    right: float
    top: float
    text: str
    char: int
    """Index of the first character in the page's text layer; -1 for OCR."""
    bold: bool = False

    @property
    def height(self) -> float:
        return max(self.top - self.bottom, 1.0)


@dataclass(frozen=True, slots=True)
class Placed:
    """A piece in reading order, with what goes before it: nothing, a space, a tab, or line ends."""

    before: str
    piece: Piece


def in_reading_order(pieces: list[Piece]) -> list[Placed]:
    rows = _rows(pieces)
    pitches = [a[0].bottom - b[0].bottom for a, b in pairwise(rows)]
    pitch = median(p for p in pitches) if pitches else 0.0
    placed: list[Placed] = []
    at = 0
    while at < len(rows):
        gap = rows[at - 1][0].bottom - rows[at][0].bottom if at else 0.0
        before = "" if not at else "\n\n" if pitch and gap > PARAGRAPH_GAP * pitch else "\n"
        cells, used = _cells(rows, at)
        for cell in cells:
            for index, piece in enumerate(cell):
                placed.append(Placed(before if index == 0 else _between(cell[index - 1], piece), piece))
                before = "\t"
        at += used
    return placed


def _rows(pieces: list[Piece]) -> list[list[Piece]]:
    rows: list[list[Piece]] = []
    for piece in sorted(pieces, key=lambda p: (-(p.top + p.bottom), p.left)):
        if rows:
            anchor = rows[-1][0]
            overlap = min(anchor.top, piece.top) - max(anchor.bottom, piece.bottom)
            if overlap >= SAME_ROW * min(anchor.height, piece.height):
                rows[-1].append(piece)
                continue
        rows.append([piece])
    for row in rows:
        row.sort(key=lambda p: p.left)
    return rows


def _cells(rows: list[list[Piece]], at: int) -> tuple[list[list[Piece]], int]:
    """The cells of a table row with their wrapped lines, and how many rows they take."""
    cells = [[rows[at][0]]]
    for piece in rows[at][1:]:
        if piece.left - cells[-1][-1].right > CELL_GAP * piece.height:
            cells.append([piece])
        else:
            cells[-1].append(piece)
    used = 1
    while len(cells) > 1 and at + used < len(rows):
        row = rows[at + used]
        upper = rows[at + used - 1][0]
        homes = [_home(cells, piece) for piece in row]
        # The first cell's column is the margin: what stands there is a row of its own.
        if any(home < 1 for home in homes) or upper.bottom - row[0].bottom > WRAPPED_CELL_GAP * upper.height:
            break
        for home, piece in zip(homes, row, strict=True):
            cells[home].append(piece)
        used += 1
    return cells, used


def _home(cells: list[list[Piece]], piece: Piece) -> int:
    """Which cell's column the piece stands in; -1 for none."""
    for index, cell in enumerate(cells):
        if abs(cell[0].left - piece.left) < 0.4 * piece.height:
            return index
    return -1


def _between(last: Piece, piece: Piece) -> str:
    overlap = min(last.top, piece.top) - max(last.bottom, piece.bottom)
    if overlap < SAME_ROW * min(last.height, piece.height):
        return "\n"
    if last.text.endswith((" ", "\t")) or piece.left - last.right < 0.12 * piece.height:
        return ""
    return " "
