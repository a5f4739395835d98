"""Page headers and footers: lines that belong to the page and to no sentence of the letter."""

from __future__ import annotations

import re
from collections import Counter
from functools import partial

from extractor.reading.draft import Draft
from extractor.source import PAGE_BREAK, Span

EDGE_LINES = 3
"""How many lines at a page's top and bottom can be header or footer."""
REPEATS, MOST = 3, 0.6
"""A line is furniture when it stands at the edge of this many pages, and of this share of them: two pages
can end in the same line of a rationale that is used twice."""
LONGEST = 120
"""A longer line is no header or footer."""

PAGE_LINE = re.compile(
    r"[\s\-–—_|~]*(?:page|pg\.?)[ \t]*(?P<page>[\dlO]{1,4})(?:[ \t]*(?:[o0]f|/)[ \t]*(?P<of>[\dlO]{1,4}))?[\s\-–—_|~]*",
    re.I,
)
"""A page number as OCR may read it, alone on its line; with a full stop behind it, it ends a sentence."""
FORM_FOOTER = re.compile(
    r"[\s|~]*(?:Final Determination Letter for )?IMR Case Number:?[ \t]*[A-Z]{2}\d\d-\d{4,8}"
    r"[ \t|]*(?:page[ \t]*)?\d{0,4}(?:[ \t]*of[ \t]*\d{1,4})?[\s|~]*",
    re.I,
)
"""The footer of mailed letters: the case number with a page number, alone on its line."""
DIGITS = str.maketrans("lO", "10")


def find_furniture(draft: Draft) -> tuple[Span, ...]:
    """The spans of page headers and footers, in order, none overlapping."""
    text = draft.text
    pages = _pages(text)
    found = set(draft.aside) | _page_lines(text, pages)
    for lines in pages:
        found.update(line for line in lines if FORM_FOOTER.fullmatch(text, *line))
    if len(pages) > 1:
        found |= _repeated(text, pages) | _page_numbers(text, pages)
    found |= {stray for lines in pages for stray in _stray_marks(text, lines, found)}
    return _merged(found)


def _page_lines(text: str, pages: list[list[Span]]) -> set[Span]:
    """``Page 2 of 5`` at the edge of its page; in a text without pages, where such lines count up from 1.

    Anywhere else it is a citation that wraps ("see the guidelines, / page 111").
    """
    found = []
    for index, lines in enumerate(pages):
        for place, line in enumerate(lines):
            match = PAGE_LINE.fullmatch(text, *line)
            at_edge = min(place, len(lines) - 1 - place) < EDGE_LINES
            if match and (at_edge or len(pages) == 1):
                number, total = (int(match[name].translate(DIGITS)) if match[name] else 0 for name in ("page", "of"))
                found.append((line, number, total, number - index))
    if len(pages) == 1:
        counts_up = [number for _, number, _, _ in found] == list(range(1, len(found) + 1))
        return {line for line, *_ in found} if counts_up and len({total for _, _, total, _ in found}) == 1 else set()
    # On pages, the numbers go with the pages: all but a misread one lie at the same distance.
    usual = Counter(distance for *_, distance in found).most_common(1)
    return {line for line, _, total, distance in found if distance == usual[0][0] or total}


def _pages(text: str) -> list[list[Span]]:
    """For each page the spans of its lines that are not blank."""
    pages, at = [], 0
    for page in text.split(PAGE_BREAK):
        lines, start = [], at
        for line in page.split("\n"):
            if line.strip():
                left = start + len(line) - len(line.lstrip())
                lines.append((left, left + len(line.strip())))
            start += len(line) + 1
        pages.append(lines)
        at += len(page) + 1
    return pages


def _stray_marks(text: str, lines: list[Span], found: set[Span]) -> list[Span]:
    """Lines of specks beside a header or footer: no letter and no digit, from a poor copy."""
    return [
        line
        for index, line in enumerate(lines)
        if not any(c.isalnum() for c in text[slice(*line)])
        and any(neighbour in found for neighbour in lines[max(0, index - 1) : index + 2])
    ]


def _repeated(text: str, pages: list[list[Span]]) -> set[Span]:
    """Lines that stand at the same place of most pages, alike but for the page's number."""
    found = set()
    for place in [*range(EDGE_LINES), *range(-EDGE_LINES, 0)]:
        keys: dict[str, list[Span]] = {}
        for index, lines in enumerate(pages):
            if -len(lines) <= place < len(lines):
                words = " ".join(text[slice(*lines[place])].split())
                key = re.sub(r"\d{1,9}", partial(_page_or_total, index + 1, len(pages)), words)
                keys.setdefault(key, []).append(lines[place])
        for key, spans in keys.items():
            # A line that ends or goes on with a sentence, or holds a label, is the letter's: items repeat.
            sentence = key.endswith((".", ",", ";", ":")) or key[:1].islower() or len(key) > LONGEST or ":" in key
            if len(spans) >= max(REPEATS, len(pages) * MOST) and not sentence:
                found.update(spans)
    return found


def _page_or_total(page: int, total: int, number: re.Match[str]) -> str:
    """The number, or a sign where it is its page's or the number of pages."""
    return "#" if int(number[0]) in (page, total) else number[0]


def _page_numbers(text: str, pages: list[list[Span]]) -> set[Span]:
    """Bare numbers that end (or head) their pages and count up with them."""
    for edge in (-1, 0):
        numbers = [
            (index, lines[edge], text[slice(*lines[edge])].strip("-–— ")) for index, lines in enumerate(pages) if lines
        ]
        counted = [
            (index - int(words), span)
            for index, span, words in numbers
            if words.isascii() and words.isdigit() and len(words) < 5
        ]
        if len(counted) >= 2 and len({offset for offset, _ in counted}) == 1:
            return {span for _, span in counted}
    return set()


def _merged(spans: set[Span]) -> tuple[Span, ...]:
    merged: list[Span] = []
    for start, end in sorted(spans):
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return tuple(merged)
