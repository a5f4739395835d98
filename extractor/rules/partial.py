"""Partial approvals: a heading that tells the original request, the part that the claims
administrator authorised, and the part in dispute."""

from __future__ import annotations

import re
from dataclasses import dataclass

from extractor.layouts.description import PartialApproval, wording
from extractor.rules.ends import without_tail
from extractor.source import SourceText, Span

LINKING = re.compile(r"^[\s,.;:]+(?:of\s{1,9}(?:this|these|that|those|which|it),?\s{1,9})?", re.I)
VERBS = frozenset({"is", "are", "was", "were"})

NOTHING = re.compile(
    r"\b(?:no(?! (?:more|less|fewer|later) than)|none|nothing(?! but)|not one|neither|zero(?![- ]gravity))\b|"
    r"(?<![\d.,])0 (?:visits?|sessions?|treatments?|units?)\b|#0\b",
    re.I,
)
"""What was authorised, where nothing was."""


@dataclass(frozen=True)
class Parts:
    """The three parts of a heading, each a stretch of the source text or None."""

    original: Span | None
    authorized: Span | None
    disputed: Span


def split(source: SourceText, heading: Span, form: PartialApproval) -> Parts | None:
    """The parts of a heading that tells of a partial approval, or None for any other heading."""
    body = source.body
    start, end = heading
    original = _first(body, form.original, start, end)
    if original is None:
        return None
    disputed = _last(body, form.disputed, original[1], end)
    if disputed is None:
        return None
    part = _stripped(source, disputed[1], end)
    if part[0] >= part[1]:
        return None
    return Parts(
        original=_stripped(source, start, original[0]),
        authorized=_authorized(source, form, original[1], disputed[0]),
        disputed=part,
    )


def tells_of_one(source: SourceText, heading: Span, form: PartialApproval) -> bool:
    """The heading speaks of a partial approval, in whatever words."""
    return bool(_all(source.body, form.telling, *heading))


def _authorized(source: SourceText, form: PartialApproval, start: int, end: int) -> Span | None:
    body = source.body
    named_first = _first(body, form.authorized_after, start, end)
    if named_first is not None:
        leaving = _last(body, form.leaving, named_first[1], end)
        part = _stripped(source, named_first[1], leaving[0] if leaving else end)
    else:
        named_last = _last(body, form.authorized_before, start, end)
        if named_last is None:
            return None
        part = _stripped(source, start, named_last[0])
    return None if NOTHING.search(body, *part) else part


def _stripped(source: SourceText, start: int, end: int) -> Span:
    """The stretch without linking punctuation before it and a left-over verb behind it."""
    lead = LINKING.match(source.body[start:end])
    start += lead.end() if lead else 0
    return source.trim(start, without_tail(source.body, start, end, VERBS))


def _first(body: str, wordings: tuple[str, ...], start: int, end: int) -> Span | None:
    return min(_all(body, wordings, start, end), default=None)


def _last(body: str, wordings: tuple[str, ...], start: int, end: int) -> Span | None:
    return max(_all(body, wordings, start, end), default=None)


def _all(body: str, wordings: tuple[str, ...], start: int, end: int) -> list[Span]:
    """Where the wordings stand; only where none does, what OCR may have made of them."""
    for tolerant in (False, True):
        matches = wording(*wordings, tolerant=tolerant, any_case=True).finditer(body, start, end)
        found = [match.span() for match in matches]
        if found:
            return found
    return []
