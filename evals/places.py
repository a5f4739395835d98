"""Where an annotation's texts stand in its letter.

Annotations hold texts, and white space does not count; results hold places too.  An item's texts are looked for in the
order of the form, behind the item before it, so that words which stand twice are found where they belong.
"""

from __future__ import annotations

from functools import cached_property
from typing import TypeVar

from extractor.schema import Issue, Statement, Text
from extractor.source import SourceText, Span

S = TypeVar("S", bound=Statement)
BEHIND_HEADING = ("claims_administrator_guideline", "reviewer_guideline", "rationale")
IN_HEADING = ("original_request", "authorized", "request")


def locate(stated: S, source: SourceText) -> S:
    """A copy of the annotation whose texts have their spans; one that stands nowhere in the letter has none."""
    placed = stated.model_copy(deep=True)
    letter = _Letters(source)
    if placed.clinical_summary:
        summary = placed.clinical_summary
        start, end = letter.place(summary, 0, None)
        for entry in (*summary.diagnoses, *summary.treatment_to_date, *summary.medications):
            letter.place(entry, start, end or None)
    at = 0
    for issue in placed.issues:
        at = _item(issue, letter, at)
    return placed


def _item(issue: Issue, letter: _Letters, at: int) -> int:
    """Places the item's texts, which stand behind ``at``; where the item ends."""
    first, last = None, at
    for name in BEHIND_HEADING:
        text = getattr(issue, name)
        if text is None:
            continue
        start, end = letter.place(text, last, None)
        if end:
            first, last = start if first is None else first, end
    heading = [text for name in IN_HEADING if (text := getattr(issue, name))]
    before = first
    for text in reversed(heading):  # the request stands last in its heading
        start, end = letter.place(text, at, before, backwards=True)
        before = start if end else before
        last = max(last, end)
    return last


class _Letters:
    """The letter without its white space, and the way back."""

    def __init__(self, source: SourceText) -> None:
        self._source = source

    @cached_property
    def _origin(self) -> list[int]:
        return [at for at, character in enumerate(self._source.body) if not character.isspace()]

    @cached_property
    def _all(self) -> str:
        return "".join(self._source.body.split())

    def place(self, text: Text, start: int, end: int | None, *, backwards: bool = False) -> Span:
        """Gives the text its spans, of its first place between ``start`` and ``end`` (or its last), else of any;
        where it stands here, or ``(0, 0)``."""
        words = "".join(text.text.split())
        if not words:
            return 0, 0
        at = self._all.rfind(words, start, end) if backwards else self._all.find(words, start, end)
        if at < 0:
            at = self._all.find(words)
        if at < 0:
            return 0, 0
        text.spans = self._source.spans(self._origin[at], self._origin[at + len(words) - 1] + 1)
        return at, at + len(words)
