"""Where the letter proper ends: at a second letter in the same file, at its closing, or with the text."""

from __future__ import annotations

import re
from collections.abc import Iterator

from extractor.layouts import LAYOUTS, Layout
from extractor.layouts.description import wording
from extractor.rules.headings import CONCLUDING, CONCLUSION_END, SENTENCE_END, VERDICT
from extractor.rules.hits import Hit
from extractor.rules.marks import SECTIONS, last_decision, starts_line
from extractor.source import Line, SourceText

CASE_NUMBER_LINE = re.compile(r"^[ \t|]{0,20}Case Number:\s{0,9}C[A-Z]\d\d-\d{4,8}[ \t|]{0,99}$", re.M)
CONCLUDES = re.compile(CONCLUDING, re.I)
HEADING_LENGTH = 200
LOOK_AHEAD = 200
CLINICAL = re.compile(r"\b(?:MTUS|ODG|ACOEM|guidelines?|criteria|recommend\w*|indications?|rationale)\b", re.I)
"""A line of capitals with one of these is a heading recited from a guideline, not another text's."""


def second_letter(source: SourceText, layout: Layout, hits: list[Hit]) -> int | None:
    """Where another letter begins behind this one's first rationale, or None.

    One heading alone may be a rationale's words ("Clinical case summary shows …"); two, or a line with
    nothing but a case number, are not.
    """
    body = source.body
    rationales = [hit.end for hit in hits if hit.role == "rationale"]
    first = rationales[0] if rationales else max((hit.end for hit in hits), default=0)
    case_labels = {words for wordings in layout.case_labels.values() for words in wordings if "{" not in words}
    sections = {hit.mark.wording for hit in hits if hit.role in SECTIONS and hit.start < first}
    flat = _flat(body[first:])
    wordings = sorted(words for words in case_labels | sections if _start(words) in flat)
    starts = {
        words: match.start()
        for words in wordings
        for match in [
            next((m for m in wording(words, any_case=True).finditer(body, first) if starts_line(body, m.start())), None)
        ]
        if match
    }
    places = list(starts.values()) if len(starts) > 1 else []
    places += [match.start() for match in CASE_NUMBER_LINE.finditer(body, first)]
    for other in LAYOUTS:
        if other is not layout:
            openings = [m.start() for words in other.opening for m in wording(words).finditer(body, first)]
            if openings and last_decision(body, other) > min(openings):
                places.append(min(openings))
    return min(places, default=None)


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
        and last_decision(source.body[:first], other) >= 0
        for other in LAYOUTS
        if other is not layout
    )


def closing(source: SourceText, hits: list[Hit], end: int) -> int:
    """Where the last rationale is over and a closing, or another text, begins; else ``end``.

    It is over only once it has concluded.  Capitals alone end it only where no verdict follows them.
    """
    body = source.body
    last = max((hit.end for hit in hits if hit.role == "rationale"), default=end)
    marks = {hit.start for hit in hits if hit.role != "closing"}
    closings = [hit.end for hit in hits if hit.role == "closing" and hit.start > last]
    concluded = CONCLUDES.search(body, last, end)
    if concluded is None:
        return end
    verdict = max((match.end() for match in VERDICT.finditer(body, last, end)), default=last)
    for line, before in _lines(source, last, end):
        words = body[before.start : before.end]
        if line.start < concluded.end() or not (SENTENCE_END.search(words) or CONCLUSION_END.search(words)):
            continue
        if any(line.start <= place <= line.end for place in closings):
            return line.start
        if line.start >= verdict and line.start not in marks and _is_foreign_heading(source, line):
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
    goes_on = source.body[line.end : line.end + LOOK_AHEAD].lstrip()[:1].islower()
    return (
        not goes_on
        and words.isupper()
        and len(words) < HEADING_LENGTH
        and len(words.split()) > 1
        and not CLINICAL.search(words)
    )
