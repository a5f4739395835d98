"""The sentences of a text, each on one line, with the way back to where it stands."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cached_property

from extractor.language.dates import has_date
from extractor.language.folded import Folded
from extractor.source import SourceText, Span

ABBREVIATED = re.compile(r"\b(?:Nos?|Dr|Mrs?|Ms|vs|approx|hrs|mg|St|Inc|M\.D|e\.g|i\.e|et al|Fig|pp|cf)\.$")
END = re.compile(r"""[.!?]["'”’)\]]{0,3} (?=["“'(\[]{0,2}[A-Z0-9])""")
STEM = 5
"""How many letters of a word tell it from the others well enough to try a pattern on its sentence."""
NO_LETTERS = str.maketrans(
    {chr(code): " " for code in range(128) if not chr(code).isalpha()} | dict.fromkeys("“”’‘–—", " ")
)


class Sentence:
    """One sentence: ``text`` is ``folded.text[start:end]``."""

    def __init__(self, folded: Folded, start: int, end: int) -> None:
        self.folded = folded
        self.start = start
        self.end = end
        self.text = folded.text[start:end]

    @cached_property
    def lower(self) -> str:
        return self.text.lower()

    @cached_property
    def stems(self) -> frozenset[str]:
        """The first letters of its words, in lower case: what decides which patterns are worth a try."""
        return frozenset([word[:STEM] for word in self.lower.translate(NO_LETTERS).split()])

    @cached_property
    def dated(self) -> bool:
        """Whether a date can stand in it."""
        return has_date(self.text)

    @cached_property
    def spans(self) -> list[Span]:
        """Where the sentence stands in the source text."""
        return self.folded.spans(self.start, self.end)

    def spans_of(self, start: int, end: int) -> list[Span]:
        """Where ``text[start:end]`` stands in the source text."""
        return self.folded.spans(self.start + start, self.start + end)


def sentences(source: SourceText, spans: Sequence[Span]) -> list[Sentence]:
    """The sentences of the text at ``spans``, in order."""
    folded = Folded(source, spans)
    text = folded.text
    found, at = [], 0
    for end in END.finditer(text):
        point = end.start() + 1
        if text[end.start()] == "." and ABBREVIATED.search(text, max(at, point - 8), point):
            continue
        found.append(Sentence(folded, at, end.end() - 1))
        at = end.end()
    if at < len(text):
        found.append(Sentence(folded, at, len(text)))
    return found
