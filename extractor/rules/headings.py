"""Where a disputed item's heading begins: nothing of the form stands between it and the rationale of
the item before it, so its first line is found by its typography, its paragraph, or its sentences."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise
from operator import itemgetter

from extractor.layouts.description import PartialApproval, wording
from extractor.source import Line, SourceText

SENTENCE_END = re.compile(r"""[.!?]["'”’)\]]*$""")
CONCLUDING = (
    r"\b(?:necessary|appropriate|certified|supported|warranted|indicated|authorized|established|justified|reasonable)"
)
"""The words that a rationale concludes with."""
CONCLUSION_END = re.compile(
    rf"(?:{CONCLUDING}|\b(?:denied|recommended|met|shown|approved|(?:non-?)?certified))(?:\s{{1,3}}at\s{{1,3}}this\s{{1,3}}time)?$",
    re.I,
)
"""A rationale's last words, where its full stop is missing."""
VERDICT = re.compile(
    r"\bmedically\s{1,9}necessary\b|\b(?:request|treatment|item)\s{1,9}is\s{1,9}(?:not\s{1,9})?(?:denied|certified|supported|approved)\b"
    r"|\bnot\s{1,9}(?:medically\s{1,9})?"
    r"(?:necessary|supported|certified|warranted|indicated|established|justified|recommended|met|approved)\b",
    re.I,
)
"""What a rationale concludes, and neither a request nor a closing says."""
ABBREVIATIONS = ("No", "Nos", "Dr", "Mr", "Ms", "vs", "approx", "hrs", "mg", "St", "Inc", "M.D", "e.g", "i.e")
ABBREVIATED = re.compile(rf"\b(?:{'|'.join(map(re.escape, ABBREVIATIONS))})\.$")
NEW_SENTENCE = re.compile(
    "".join(rf"(?<!\b{re.escape(word)})" for word in ABBREVIATIONS)
    + r"""[.!?]["'”’)\]]{0,3}\s{1,3}(?=["“(]?[A-Z0-9])"""
)
LONG_LINE = 300
"""A line of more characters holds a whole paragraph: sentences must tell heading from rationale."""
HEADING_AND_DECISION = 2
"""The decision word may stand on a line of its own between its heading and the first label."""
LONG_PARAGRAPH = 8
"""A paragraph of more lines is a rationale that its next heading follows without a gap."""


def start_of_heading(source: SourceText, floor: int, end: int, partial: PartialApproval | None) -> int:
    """Where the heading that ends at ``end`` begins, at ``floor`` or later."""
    lines = _lines(source, floor, end)
    if not lines:
        return end
    start = _by_emphasis(source, floor, end)
    if start is None:
        start = _by_paragraph(source, lines, apart=_set_apart(source, end))
    if partial is not None:
        start = _with_original(source.body, floor, start, end, partial)
    return start


def _lines(source: SourceText, floor: int, end: int) -> list[Line]:
    clipped = []
    at = max(0, bisect_right(source.lines, floor, key=lambda line: line.start) - 1)
    while at < len(source.lines) and source.lines[at].start < end:
        line = source.lines[at]
        at += 1
        if line.end > floor:
            start, stop = source.trim(max(line.start, floor), min(line.end, end))
            if start < stop:
                # A line that begins before the region has no gap of its own in it.
                gap = line.gap if line.start >= floor else 0
                clipped.append(replace(line, start=start, end=stop, gap=gap))
    return clipped


def _by_emphasis(source: SourceText, floor: int, end: int) -> int | None:
    """The start of the bold stretch that ends the region, or None."""
    last = source.trim(floor, end)[1]
    start: int | None = None
    at = bisect_left(source.emphasis, last, key=itemgetter(0))
    while at > 0:
        at -= 1
        left, right = source.emphasis[at]
        reach = last if start is None else start
        if right < reach and source.body[right:reach].strip(" \t\n\f:"):
            break
        if left <= floor:
            return None
        start = left
    if start is None:
        return None
    # A rationale's last sentence may be bold too: a paragraph between them parts the two.
    lines = _lines(source, start, end)
    for before, line in reversed(list(pairwise(lines))):
        words = source.body[before.start : before.end]
        if (
            line.gap > source.usual_gap
            and not line.after_break
            and SENTENCE_END.search(words)
            and not ABBREVIATED.search(words)
        ):
            return line.start
    return start


def _set_apart(source: SourceText, end: int) -> bool:
    """A gap follows the heading: then one goes before it too, and its sentences may end at line ends."""
    usual = source.usual_gap
    return any(line.gap > usual for line in _following(source, end, HEADING_AND_DECISION))


def _following(source: SourceText, end: int, count: int) -> Sequence[Line]:
    at = bisect_right(source.lines, end, key=lambda line: line.start)
    return source.lines[at : at + count]


def _by_paragraph(source: SourceText, lines: Sequence[Line], *, apart: bool) -> int:
    usual = source.usual_gap
    first = len(lines) - 1
    while first > 0:
        line, before = lines[first], lines[first - 1]
        words, words_before = source.body[line.start : line.end], source.body[before.start : before.end]
        starts_paragraph = (line.gap > usual or source.one_paragraph_a_line) and not line.after_break
        stopped = SENTENCE_END.search(words_before) and not ABBREVIATED.search(words_before)
        # Behind a full stop a small letter begins no sentence, so it may begin a heading.
        continues = words[:1] in ":;," or (words[:1].islower() and not stopped)
        ended = stopped or CONCLUSION_END.search(words_before)
        if starts_paragraph and (ended or not continues or source.one_paragraph_a_line):
            break
        if ended and not continues and (line.after_break or not (apart and _gap_above(lines, first, usual))):
            break
        first -= 1
    return _by_sentence(source, lines[first], alone=len(lines) == 1)


def _gap_above(lines: Sequence[Line], index: int, usual: int) -> bool:
    """A paragraph of a heading's size begins above: its sentences may end at line ends."""
    for above in range(index - 1, max(0, index - LONG_PARAGRAPH), -1):
        if lines[above].gap > usual and not lines[above].after_break:
            return True
    return False


def _by_sentence(source: SourceText, line: Line, *, alone: bool) -> int:
    """Within a line that holds a paragraph, or the whole region, the last sentence's start."""
    if not alone and (line.end - line.start < LONG_LINE or source.one_paragraph_a_line):
        return line.start
    starts = [m.end() for m in NEW_SENTENCE.finditer(source.body, line.start, line.end)]
    return starts[-1] if starts else line.start


def _with_original(body: str, floor: int, start: int, end: int, partial: PartialApproval) -> int:
    """The start moved up to the sentence on the original request, where the heading tells of one."""
    tells = (*partial.disputed, *partial.leaving, *partial.authorized_before, *partial.authorized_after)
    if not wording(*tells).search(body, start, end) or wording(*partial.original).search(body, start, end):
        return start
    originals = list(wording(*partial.original).finditer(body, floor, start))
    if not originals:
        return start
    sentences = [m.end() for m in NEW_SENTENCE.finditer(body, floor, originals[-1].start())]
    return sentences[-1] if sentences else floor
