"""The source text cut into numbered units, so that a model can say where a thing stands without retyping it.

A unit is a heading, a label, a value of the case header, a sentence, or an entry of a list.  Breaks stand around
the labels of every known layout and before decision words, at paragraphs, where bold begins and ends, and behind
sentences; what a page repeats belongs to no unit.  A *pointer* names units, and where a field is less than a unit,
its words: ``12``, ``12-15``, ``12|the words``.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

from extractor.language.folded import Folded
from extractor.language.sentences import sentences
from extractor.layouts import LAYOUTS, Layout, decision_in
from extractor.layouts.description import wording
from extractor.source import SourceText, Span

UNITS_VERSION = 1
"""Part of every cached answer's key: other units, other numbers."""
ALONE = 2
"""Words of a unit that is a heading's decision: the word, and perhaps its colon."""
BARE = 60
"""A unit of a decision word and little else is no longer."""
LONGEST = 600
"""A sentence of more characters is cut at its semicolons, so that a pointer stays narrow."""
ENTRY = re.compile(r"^(?:\(?\d{1,2}[.)]|[-*•·▪◦])\s")
"""How a line begins that is an entry of a list."""
SEMICOLON = re.compile(r";\s{1,3}")
POINTER = re.compile(r"(?P<first>[0-9]{1,4})(?:-(?P<last>[0-9]{1,4}))?(?:\|(?P<quote>.+))?", re.S)


class NoSuchPlace(ValueError):
    """A pointer names a unit that the letter has not, or words that do not stand there."""


@dataclass(frozen=True, slots=True)
class Unit:
    """One numbered piece of the letter."""

    number: int
    spans: tuple[Span, ...]
    text: str
    """Its words on one line."""


@dataclass(frozen=True)
class Units:
    """All units of a letter, numbered from 1."""

    source: SourceText
    units: tuple[Unit, ...]

    def __len__(self) -> int:
        return len(self.units)

    @cached_property
    def text(self) -> str:
        """The letter as a model is shown it: a unit a line, its number in front."""
        return "\n".join(f"{unit.number}|{unit.text}" for unit in self.units)

    @cached_property
    def parts(self) -> list[str]:
        """The letter in parts, for a model that cannot take it whole: what goes before the items, then each item
        with what stands around it. Every unit keeps its number; one part where no items can be told apart."""
        short = [unit for unit in self.units if len(unit.text) <= BARE and decision_in(unit.text) != "unknown"]
        # A heading's word stands alone; where none does, the layout decides in sentences, as rationales do.
        decided = [unit.number for unit in short if len(unit.text.split()) <= ALONE] or [unit.number for unit in short]
        if not decided:
            return [self.text]
        edges = [0, *decided, len(self.units) + 1]
        around = [(edges[at - 1], edges[at + 1]) for at in range(1, len(edges) - 1)]
        return [self._shown(0, decided[0]), *(self._shown(after, before) for after, before in around)]

    def _shown(self, after: int, before: int) -> str:
        return "\n".join(f"{unit.number}|{unit.text}" for unit in self.units[after : before - 1])

    def within(self, spans: Sequence[Span]) -> str:
        """The units that stand within this stretch, as a model is shown them."""
        start, end = spans[0][0], spans[-1][1]
        inside = (unit for unit in self.units if unit.spans[0][0] >= start and unit.spans[-1][1] <= end)
        return "\n".join(f"{unit.number}|{unit.text}" for unit in inside)

    def spans(self, pointer: str) -> list[Span]:
        """Where the words stand that the pointer names. Raises NoSuchPlace."""
        match = POINTER.fullmatch(pointer)
        if match is None:
            raise NoSuchPlace("this is no pointer; write 12, 12-15 or 12|words of unit 12")
        first = int(match["first"])
        last = int(match["last"] or first)
        if not 1 <= first <= last <= len(self.units):
            raise NoSuchPlace(f"there are no units {first}-{last}; the letter has 1 to {len(self.units)}")
        spans = self.source.spans(self.units[first - 1].spans[0][0], self.units[last - 1].spans[-1][1])
        return self._quoted(spans, match["quote"], first, last) if match["quote"] else spans

    def _quoted(self, spans: Sequence[Span], quote: str, first: int, last: int) -> list[Span]:
        folded = Folded(self.source, spans)
        words = " ".join(quote.split())
        at = folded.text.find(words) if words else -1
        if at < 0:
            raise NoSuchPlace(f"the words after | do not stand in unit {first if first == last else f'{first}-{last}'}")
        return folded.spans(at, at + len(words))

    def pointer(self, spans: Sequence[Span]) -> str:
        """The shortest pointer that names the words at ``spans``: what a careful model would answer.

        Raises NoSuchPlace where the words belong to no unit.
        """
        start, end = spans[0][0], spans[-1][1]
        touched = [unit for unit in self.units if unit.spans[0][0] < end and start < unit.spans[-1][1]]
        if not touched:
            raise NoSuchPlace("no unit holds these words")
        first, last = touched[0], touched[-1]
        name = str(first.number) if first is last else f"{first.number}-{last.number}"
        if start <= first.spans[0][0] and last.spans[-1][1] <= end:
            return name
        return f"{name}|{self.source.slice(spans)}"


def cut(source: SourceText) -> Units:
    """The letter's units, in order; every character that is no white space and no page furniture is in one."""
    units: list[Unit] = []
    for start, end in _pieces(source):
        for sentence in sentences(source, source.spans(start, end)):
            for left, right in _short(sentence.text):
                units.append(Unit(len(units) + 1, tuple(sentence.spans_of(left, right)), sentence.text[left:right]))
    return Units(source, tuple(units))


def _pieces(source: SourceText) -> Iterator[Span]:
    """The stretches between breaks of the form."""
    marks = sorted([*_marks(source.body), *_labels(source.body)])
    places = {0, len(source.text), *(place for mark in marks for place in mark)}
    others = {*_paragraphs(source), *(place for span in source.emphasis for place in span)}
    within = [range(start + 1, end) for start, end in marks]
    places |= {place for place in others if _at_word(source.body, place) and not any(place in mark for mark in within)}
    for start, end in pairwise(sorted(places)):
        if source.body[start:end].strip():
            yield start, end


def _marks(body: str) -> Iterator[Span]:
    """The headings, labels and decision words of any layout."""
    for layout in LAYOUTS:
        found = list(layout.exact.finditer(body))
        if _misread(layout, found):
            found += [m for m in layout.tolerant.finditer(body) if layout.marks[layout.mark_index(m)].role != "closing"]
        for match in found:
            if _at_word(body, match.start()) and _at_word(body, match.end()):
                yield match.span()
            for name, words in match.groupdict().items():
                if words and name.startswith("request"):
                    yield match.span(name)


def _labels(body: str) -> Iterator[Span]:
    """The labels of the case header."""
    every = {words for layout in LAYOUTS for wordings in layout.case_labels.values() for words in wordings}
    for match in wording(*sorted(words for words in every if "{" not in words), any_case=True).finditer(body):
        yield match.span()


def _misread(layout: Layout, found: list[re.Match[str]]) -> bool:
    """The labels of an item stand unequally often, or not at all under the layout's headings: on a poor copy some
    are misread."""
    count = Counter(layout.marks[layout.mark_index(match)].role for match in found)
    labels = [count[role] for role in ("claims_administrator_guideline", "reviewer_guideline", "rationale")]
    return bool(found) and (max(labels) != min(labels) or max(labels) == 0)


def _paragraphs(source: SourceText) -> Iterator[int]:
    usual = source.usual_gap
    for line in source.lines:
        apart = (line.gap > usual or source.one_paragraph_a_line) and not line.after_break
        if apart or ENTRY.match(source.body[line.start : line.end]):
            yield line.start


def _at_word(body: str, place: int) -> bool:
    """No word goes on across the place: bold within a word breaks nothing."""
    return not (body[place - 1 : place].isalnum() and body[place : place + 1].isalnum())


def _short(text: str) -> Iterator[Span]:
    """The sentence, or where it is very long its parts."""
    at = 0
    if len(text) > LONGEST:
        for semicolon in SEMICOLON.finditer(text):
            if semicolon.end() - at > LONGEST // 4:
                yield at, semicolon.start() + 1
                at = semicolon.end()
    yield at, len(text)
