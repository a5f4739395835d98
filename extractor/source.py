"""The source text of a letter: the one text that every span of a result points into."""

from __future__ import annotations

import hashlib
from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property

Span = tuple[int, int]
"""``[start, end)``, in Unicode code points of the source text."""

PAGE_BREAK = "\f"
WRAPPED, UNWRAPPED_SHARE = 250, 0.3
"""No page is so wide: a text with this share of its characters in longer lines is not wrapped."""


@dataclass(frozen=True, slots=True)
class Line:
    """A line that is not blank and no page header or footer, without its outer white space."""

    start: int
    end: int
    gap: int
    """How many line ends lie between this line and the one before it."""
    after_break: bool
    """A page break or a page header or footer lies between this line and the one before it."""


@dataclass(frozen=True, slots=True)
class Glyphs:
    """Where a stretch of the source text was drawn on a PDF page."""

    start: int
    end: int
    page: int
    """Index of the page, from 0."""
    char: int
    """Index of the first character in the page's text layer; -1 where the page was read by OCR."""
    box: tuple[float, float, float, float] | None = None
    """For OCR: left, bottom, right, top, in points from the page's lower left corner."""


@dataclass(frozen=True)
class SourceText:
    """The text of one file, with what the reader knows of its pages and its type."""

    text: str
    name: str
    media_type: str
    sha256: str
    page_starts: tuple[int, ...] = (0,)
    furniture: tuple[Span, ...] = ()
    """Page headers and footers: part of the text, of no field."""
    emphasis: tuple[Span, ...] = ()
    """What stands in bold or in a heading."""
    glyphs: tuple[Glyphs, ...] = ()
    """For PDF: where the text was drawn, in source order."""
    read_by_ocr: bool = False
    seconds: float = field(default=0.0, compare=False)
    """How long the reading took."""
    aside: tuple[Span, ...] = ()
    """Of the furniture, what the file itself takes out of its text: struck or hidden words, navigation,
    notes."""
    pages_without_text: tuple[int, ...] = ()
    """Page numbers, from 1, that show a picture but have no text."""

    @property
    def pages(self) -> int:
        return len(self.page_starts)

    @cached_property
    def text_sha256(self) -> str:
        return hashlib.sha256(self.text.encode("utf-8", "surrogatepass")).hexdigest()

    def page_of(self, offset: int) -> int:
        """The number of the page, from 1, on which the character at ``offset`` stands."""
        return max(1, bisect_right(self.page_starts, offset))

    @cached_property
    def body(self) -> str:
        """The text with page headers and footers blanked out; every offset stays what it was."""
        parts, at = [], 0
        for start, end in self.furniture:
            parts += [self.text[at:start], " " * (end - start)]
            at = end
        return "".join([*parts, self.text[at:]])

    @cached_property
    def lines(self) -> Sequence[Line]:
        return tuple(self._lines())

    @cached_property
    def usual_gap(self) -> int:
        """How many line ends usually lie between two lines: 2 in a double-spaced letter."""
        gaps = Counter(line.gap for line in self.lines if line.gap)
        return gaps.most_common(1)[0][0] if gaps else 1

    @cached_property
    def one_paragraph_a_line(self) -> bool:
        """Lines are not wrapped: every line end ends a paragraph."""
        lengths = [line.end - line.start for line in self.lines]
        return sum(length for length in lengths if length > WRAPPED) > UNWRAPPED_SHARE * sum(lengths)

    def _lines(self) -> Iterator[Line]:
        furniture = iter([*self.furniture, (len(self.text) + 1, len(self.text) + 1)])
        next_furniture = next(furniture)
        at, gap, after_break = 0, 0, False
        for raw in self.body.split("\n"):
            end = at + len(raw)
            while next_furniture[0] < end:
                after_break = True
                next_furniture = next(furniture)
            content = raw.strip()
            if PAGE_BREAK in raw:
                after_break = True
            if content:
                start = at + len(raw) - len(raw.lstrip())
                yield Line(start, start + len(content), gap, after_break)
                gap, after_break = 0, False
            gap += 1
            at = end + 1

    def trim(self, start: int, end: int) -> Span:
        """The span without white space at its ends."""
        piece = self.body[start:end]
        stripped = piece.strip()
        start += len(piece) - len(piece.lstrip())
        return start, start + len(stripped)

    def spans(self, start: int, end: int) -> list[Span]:
        """The stretch as spans: without outer white space, and cut where page headers stand."""
        if not self.furniture:
            left, right = self.trim(start, end)
            return [(left, right)] if left < right else []
        pieces, at = [], start
        for left, right in self.furniture[bisect_right(self._furniture_ends, start) :]:
            if left >= end:
                break
            pieces.append((at, left))
            at = right
        pieces.append((at, end))
        trimmed = (self.trim(*piece) for piece in pieces if piece[0] < piece[1])
        return [(left, right) for left, right in trimmed if left < right]

    @cached_property
    def _furniture_ends(self) -> list[int]:
        return [end for _, end in self.furniture]

    def slice(self, spans: Iterable[Span]) -> str:
        """The words at ``spans``, joined, white space folded."""
        return fold(" ".join(self.text[start:end] for start, end in spans))


def fold(text: str) -> str:
    """The text with every run of white space as one space."""
    return " ".join(text.split())
