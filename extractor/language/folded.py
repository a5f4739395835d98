"""A text of the letter on one line: white space folded, with the way back to where each character stands."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Sequence

from extractor.source import SourceText, Span

UNEVEN = re.compile(r"[^\S ]\s*| \s+")
"""White space that folding changes."""


class Folded:
    """The words at some spans, white space folded, as ``text``; ``spans`` leads back into the source text."""

    __slots__ = ("_at", "_end", "_origin", "_source", "text")

    def __init__(self, source: SourceText, spans: Sequence[Span]) -> None:
        self._source = source
        self._at: list[int] = []
        self._origin: list[int] = []
        pieces: list[str] = []
        length = 0
        for start, end in spans:
            piece = source.text[start:end]
            if length:
                pieces.append(" ")
                length += 1
            at = 0
            for run in UNEVEN.finditer(piece):
                self._at.append(length)
                self._origin.append(start + at)
                pieces += [piece[at : run.start()], " "]
                length += run.start() - at + 1
                at = run.end()
            self._at.append(length)
            self._origin.append(start + at)
            pieces.append(piece[at:])
            length += len(piece) - at
        self.text = "".join(pieces)
        self._end = spans[-1][1] if spans else 0

    def origin(self, at: int) -> int:
        """The offset in the source text of the character at ``at``."""
        segment = bisect_right(self._at, at) - 1
        return min(self._origin[segment] + at - self._at[segment], self._end)

    def spans(self, start: int, end: int) -> list[Span]:
        """Where ``text[start:end]`` stands in the source text."""
        return self._source.spans(self.origin(start), self.origin(end - 1) + 1) if start < end else []
