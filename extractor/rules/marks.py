"""Finding a letter's layout and the marks of its form."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Callable, Iterable, Sequence

from extractor.errors import NotADetermination
from extractor.layouts import LAYOUTS, Layout
from extractor.layouts.description import ITEM_FIELDS, Role, wording
from extractor.rules.hits import Hit
from extractor.rules.misread import misread_decisions, misread_labels
from extractor.source import SourceText

SECTIONS: tuple[Role, ...] = ("reviewer", "summary", "documents", "issues")
LINE_START = 20
"""A mark that must start its line has at most this many blanks and specks before it."""
QUALIFIED = re.compile(
    r"\b(?:not|partially|partly|in part|no longer|previously|formerly|originally|initially)[\s:]{0,9}$", re.I
)
"""Before a decision word, what makes it no decision of the form."""
TOLERANT_LENGTH = 300_000
"""A longer text is not looked at again for misread marks: no letter is that long, and it would take long."""
MIN_ROLES = 2
"""A text with fewer of a layout's identifying headings and labels is no letter of it."""


def find_marks(source: SourceText) -> tuple[Layout, list[Hit]]:
    """The letter's layout and its marks, in order.

    Raises NotADetermination where the text shows no layout's marks.
    """
    body = source.body
    found = _best(body, LAYOUTS, lambda layout: _hits(body, layout, tolerant=False))
    if len(body) <= TOLERANT_LENGTH and (found is None or not _balanced(*found)):
        # Poor copies: a second look that allows for OCR's errors, at the layout that it seems to be.
        layouts = LAYOUTS if found is None else (found[0],)
        noisy = _best(body, layouts, lambda layout: _both(body, layout))
        if found is None or (noisy is not None and len(noisy[1]) > len(found[1])):
            found = noisy
    if found is None:
        raise NotADetermination(_missing(body))
    return found


def _best(body: str, layouts: Sequence[Layout], find: Callable[[Layout], list[Hit]]) -> tuple[Layout, list[Hit]] | None:
    """The layout that explains most of the text, or None."""
    best: tuple[int, Layout, list[Hit]] | None = None
    for layout in layouts:
        hits = find(layout)
        roles = {hit.role for hit in hits}
        if len(roles.intersection(layout.identifying)) < MIN_ROLES or not _has_item(layout, hits):
            continue
        score = _score(body, layout, hits)
        if best is None or score > best[0]:
            best = (score, layout, hits)
        if _whole(layout, hits):
            break
    return None if best is None else best[1:]


def _has_item(layout: Layout, hits: list[Hit]) -> bool:
    roles = {hit.role for hit in hits}
    stated = any(hit.decision or hit.request for hit in hits)
    return stated or len(roles.intersection(ITEM_FIELDS)) >= MIN_ROLES


def _score(body: str, layout: Layout, hits: list[Hit]) -> int:
    wordings = {hit.mark.wording for hit in hits if hit.role != "closing"}
    return len(wordings) + 2 * _opening_found(body, layout)


def _opening_found(body: str, layout: Layout) -> bool:
    return all(wording(words).search(body) for words in layout.opening)


def _whole(layout: Layout, hits: list[Hit]) -> bool:
    """Every wording of the layout stands in the text."""
    found = {hit.mark.wording for hit in hits}
    return all(mark.wording in found for mark in layout.marks if not mark.optional)


def _balanced(layout: Layout, hits: list[Hit]) -> bool:
    """No part of the form is missing, and each label stands as often as a decision does."""
    roles = [hit.role for hit in hits]
    if not _whole(layout, hits):
        return False
    if not layout.request_before_decision:
        return True
    fields = {mark.role for mark in layout.marks}.intersection(ITEM_FIELDS)
    return len({roles.count(role) for role in [*fields, "decision"]}) == 1


def _hits(body: str, layout: Layout, *, tolerant: bool) -> list[Hit]:
    pattern = layout.tolerant if tolerant else layout.exact
    hits = []
    for match in pattern.finditer(body):
        index = layout.mark_index(match)
        mark = layout.marks[index]
        if (mark.line_start or (tolerant and mark.role != "decision")) and not starts_line(body, match.start()):
            continue
        if tolerant and mark.role == "closing":
            continue  # its few letters would be misread anywhere
        groups = match.re.groupindex
        word_is_qualified = mark.role == "decision" and QUALIFIED.search(
            body[max(0, match.start() - 20) : match.start()]
        )
        number = match[f"number{index}"] if f"number{index}" in groups else None
        word = match[f"word{index}"] if f"word{index}" in groups else None
        hits.append(
            Hit(
                start=match.start(),
                end=match.end(),
                mark=mark,
                number=int(number) if number else None,
                request=match.span(f"request{index}") if f"request{index}" in groups else None,
                decision=None if not word else "unknown" if word_is_qualified else layout.decide(word),
                misread=tolerant,
            )
        )
    return hits


def last_decision(body: str, layout: Layout) -> int:
    """Where the last decision stands that is worded as this layout does; -1 for none."""
    return max((hit.start for hit in _hits(body, layout, tolerant=False) if hit.decision), default=-1)


def starts_line(body: str, at: int) -> bool:
    """Nothing but blanks and specks goes before it on its line."""
    before = body[max(0, at - LINE_START) : at]
    line = before[max(before.rfind("\n"), before.rfind("\f")) + 1 :]
    return not line.strip(" \t\u00a0\u200b|~*.") and (len(line) < len(before) or at <= LINE_START)


def _both(body: str, layout: Layout) -> list[Hit]:
    """The exact hits, and between them what only a tolerant eye sees."""
    hits = _hits(body, layout, tolerant=False)
    hits = _with(hits, _hits(body, layout, tolerant=True))
    hits = _with(hits, misread_labels(body, layout))
    return _with(hits, misread_decisions(body, layout, hits))


def _with(hits: list[Hit], others: Iterable[Hit]) -> list[Hit]:
    """The hits, and of the others those that stand between them, in order."""
    starts = [hit.start for hit in hits]

    def free(other: Hit) -> bool:
        at = bisect_left(starts, other.end)
        return at == 0 or hits[at - 1].end <= other.start

    return sorted([*hits, *filter(free, others)], key=lambda hit: hit.start)


def _missing(body: str) -> str:
    """A sentence on what the letter that this text is most like has, and this text lacks."""
    like = max(LAYOUTS, key=lambda layout: _score(body, layout, _hits(body, layout, tolerant=False)))
    wanted = [mark for mark in like.marks if mark.role in ("summary", "issues", "rationale") and len(mark.wording) < 60]
    lacking = [
        f"'{mark.wording}'"
        for mark in wanted
        if "{" not in mark.wording and not wording(mark.wording, any_case=True).search(body)
    ]
    if last_decision(body, like) < 0:
        lacking.append("a disputed item with its decision")
    missing = ", ".join(lacking) if lacking else "a disputed item with its labels"
    return f"this is no IMR determination letter: it lacks {missing}"
