"""Marks of the form that a poor copy shows with letters misread, at the places where the form puts them."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator, Sequence

from extractor.layouts import Layout
from extractor.layouts.description import Mark
from extractor.rules.hits import Hit

LETTERS_AN_ERROR = 6
"""A wording may be misread in one of so many of its letters: then no other wording of the form is as near."""
WORD_LETTERS_AN_ERROR = 4
"""So a decision's word may: *Uphill* is no *Upheld*."""
SHORTEST = 12
"""A wording of fewer letters is too near to other words."""
ADDED = 2
"""So many letters more or fewer may stand there."""
LINE = re.compile(r"(?:\A|(?<=[\n\f]))[ \t\u00a0\u200b|~*.]{0,20}(?=[^\s])")
LAST_WORD = re.compile(r"[:;.,]?\s{0,9}(?P<word>[^\s:;,]{4,14})[\s.:]{0,300}\Z")
"""What stands right before an item's labels: its decision."""


def misread_labels(body: str, layout: Layout) -> Iterator[Hit]:
    """The headings and labels that begin a line, with errors of any kind."""
    from rapidfuzz.distance import Levenshtein  # only a poor copy needs it

    wanted = [
        (mark, "".join(mark.wording.lower().split()).rstrip(":"))
        for mark in layout.marks
        if mark.role not in ("decision", "closing") and "{" not in mark.wording
    ]
    wanted = [(mark, letters) for mark, letters in wanted if len(letters) >= SHORTEST]
    for line in LINE.finditer(body):
        places, letters = _letters(body, line.end(), max(len(words) for _, words in wanted) + ADDED)
        best: tuple[int, int, Mark] | None = None
        for mark, words in wanted:
            allowed = len(words) // LETTERS_AN_ERROR
            for length in range(len(words) - ADDED, len(words) + ADDED + 1):
                errors = Levenshtein.distance(words, letters[:length], score_cutoff=allowed)
                if errors <= allowed and (best is None or errors < best[0]):
                    best = errors, length, mark
        if best is not None:
            end = places[min(best[1], len(places)) - 1] + 1
            while end < len(body) and body[end] in ":;.,":
                end += 1
            yield Hit(line.end(), end, best[2], misread=True)


def misread_decisions(body: str, layout: Layout, hits: Sequence[Hit]) -> Iterator[Hit]:
    """The decision words right before an item's first label, with errors of any kind."""
    from rapidfuzz.distance import Levenshtein

    mark = next((mark for mark in layout.marks if mark.role == "decision"), None)
    if mark is None or not layout.request_before_decision:
        return
    ends = sorted(hit.end for hit in hits if hit.decision)
    for hit in hits:
        if hit.role != "claims_administrator_guideline":
            continue
        start = max(0, hit.start - 320)
        match = LAST_WORD.search(body[start : hit.start])
        if match is None:
            continue
        at = bisect_left(ends, start + match.start("word") + 1)
        if at < len(ends) and ends[at] <= hit.start:
            continue  # it is there as the form prints it
        near = {
            decision
            for word, decision in layout.decisions.items()
            if Levenshtein.distance(
                word.lower(), match["word"].lower(), score_cutoff=len(word) // WORD_LETTERS_AN_ERROR
            )
            <= len(word) // WORD_LETTERS_AN_ERROR
        }
        if len(near) == 1:
            yield Hit(start + match.start(), start + match.end("word"), mark, decision=near.pop(), misread=True)


def _letters(body: str, start: int, count: int) -> tuple[list[int], str]:
    """The next characters that are no white space, in lower case, and where each stands."""
    places: list[int] = []
    at = start
    while len(places) < count and at < len(body) and at < start + 4 * count:
        if not body[at].isspace():
            places.append(at)
        at += 1
    return places, "".join(body[place] for place in places).lower()
