"""The sentences of a text, each on one line, with the way back to where it stands."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from extractor.language.folded import Folded
from extractor.source import SourceText, Span

ABBREVIATIONS = ("No", "Nos", "Dr", "Mr", "Ms", "Mrs", "vs", "approx", "hrs", "mg", "St", "Inc", "M.D", "e.g", "i.e", "et al", "Fig", "pp", "cf")
END = re.compile(
    "".join(rf"(?<!\b{re.escape(word)})" for word in ABBREVIATIONS)
    + r"""[.!?]["'”’)\]]{0,3} (?=["“'(\[]{0,2}[A-Z0-9])"""
)


@dataclass(frozen=True)
class Sentence:
    """One sentence: ``text`` is ``folded.text[start:end]``."""

    folded: Folded
    start: int
    end: int

    @cached_property
    def text(self) -> str:
        return self.folded.text[self.start : self.end]

    @cached_property
    def lower(self) -> str:
        return self.text.lower()

    @property
    def spans(self) -> list[Span]:
        """Where the sentence stands in the source text."""
        return self.folded.spans(self.start, self.end)

    def spans_of(self, start: int, end: int) -> list[Span]:
        """Where ``text[start:end]`` stands in the source text."""
        return self.folded.spans(self.start + start, self.start + end)


def sentences(source: SourceText, spans: Sequence[Span]) -> list[Sentence]:
    """The sentences of the text at ``spans``, in order."""
    folded = Folded(source, spans)
    found, at = [], 0
    for end in END.finditer(folded.text):
        found.append(Sentence(folded, at, end.end() - 1))
        at = end.end()
    if at < len(folded.text):
        found.append(Sentence(folded, at, len(folded.text)))
    return found
