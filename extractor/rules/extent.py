"""Where the letter proper ends: at a second letter in the same file, at its closing, or with the text."""

from __future__ import annotations

import re
from collections.abc import Iterator

from extractor.layouts import LAYOUTS, Layout
from extractor.layouts.description import wording
from extractor.rules.headings import SENTENCE_END
from extractor.rules.marks import SECTIONS, Hit, decides, starts_line
from extractor.source import Line, SourceText

CASE_NUMBER_LABEL = "Case Number:"
HEADING_LENGTH = 200
CLINICAL = re.compile(r"\b(?:MTUS|ODG|ACOEM|guidelines?|criteria|recommend\w*|indications?|rationale)\b", re.I)
"""A line of capitals with one of these is a heading recited from a guideline, not another text's."""


def second_letter(source: SourceText, layout: Layout, hits: list[Hit]) -> int | None:
    """Where another letter begins behind this one's first rationale, or None."""
    rationales = [hit.end for hit in hits if hit.role == "rationale"]
    first = rationales[0] if rationales else max((hit.end for hit in hits), default=0)
    before = {hit.mark.wording for hit in hits if hit.role in SECTIONS and hit.start < first}
    flat = _flat(source.body[first:])
    wordings = sorted(words for words in before | {CASE_NUMBER_LABEL} if _start(words) in flat)
    starts = []
    if wordings:
        matches = wording(*wordings, any_case=True).finditer(source.body, first)
        starts = [match.start() for match in matches if starts_line(source.body, match.start())]
    starts += [
        match.start()
        for other in LAYOUTS
        for words in other.opening
        if other is not layout
        for match in wording(words).finditer(source.body, first)
        if decides(source.body[match.start() :], other)
    ]
    if not starts:
        return None
    # A letter begins with its header.
    header = source.body.rfind(CASE_NUMBER_LABEL, first, min(starts))
    return header if header >= 0 else min(starts)


def _start(words: str) -> str:
    """A wording's first words, as ``_flat`` would give them."""
    return _flat(" ".join(words.rstrip(":").split()[:4]))


def _flat(text: str) -> str:
    """The text in small letters and single spaces: searched far faster than by a pattern in any case."""
    return " ".join(text.lower().split())


def letter_before(source: SourceText, layout: Layout, hits: list[Hit]) -> bool:
    """Another layout's letter, with decisions of its own, stands in front of this one."""
    first = min(hit.start for hit in hits)
    return any(
        all(wording(words).search(source.body, 0, first) for words in other.opening)
        and decides(source.body[:first], other)
        for other in LAYOUTS
        if other is not layout
    )


def closing(source: SourceText, hits: list[Hit], end: int) -> int:
    """Where the last rationale is over and a closing, or another text, begins; else ``end``."""
    last = max((hit.end for hit in hits if hit.role == "rationale"), default=end)
    marks = {hit.start for hit in hits if hit.role != "closing"}
    closings = {hit.end for hit in hits if hit.role == "closing" and hit.start > last}
    for line, before in _lines(source, last, end):
        if not SENTENCE_END.search(source.body[before.start : before.end]):
            continue
        if any(line.start <= place <= line.end for place in closings):
            return line.start
        if line.start not in marks and _is_foreign_heading(source, line):
            return line.start
    return end


def _lines(source: SourceText, start: int, end: int) -> Iterator[tuple[Line, Line]]:
    """Each line between ``start`` and ``end``, with the line before it."""
    before: Line | None = None
    for line in source.lines:
        if before is not None and start < line.start < end:
            yield line, before
        before = line


def _is_foreign_heading(source: SourceText, line: Line) -> bool:
    """A paragraph of one line in capitals: a rationale has no headings of its own."""
    words = source.body[line.start : line.end]
    if line.gap <= source.usual_gap and not line.after_break:
        return False
    goes_on = source.body[line.end : line.end + HEADING_LENGTH].lstrip()[:1].islower()
    return (
        not goes_on
        and words.isupper()
        and len(words) < HEADING_LENGTH
        and len(words.split()) > 1
        and not CLINICAL.search(words)
    )
