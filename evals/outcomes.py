"""The one table that every figure derives from: letter, item, field, and what became of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

from extractor.source import Span

Verdict = Literal["correct", "wrong", "missing", "invented", "absent"]
"""``absent``: the letter does not state it, and nothing was read."""
Mistake = Literal[
    "missing", "invented", "split", "merged", "wrong_determination", "guidelines_swapped", "wrong_page", "wrong_source",
    "ungrounded", "absent_filled", "span_too_long", "span_too_short", "wrong_side", "wrong_value", "failed",
]  # fmt: skip
"""What kind of error a row that is not right is."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """One row: a field of an item, or of the letter as a whole (``gold_item`` and ``predicted_item`` are None)."""

    letter: str
    field: str
    verdict: Verdict
    gold_item: int | None = None
    """The item's number in the annotation; None for a field of the letter, and for an item that is not there."""
    predicted_item: int | None = None
    gold: Any = None
    predicted: Any = None
    gold_spans: Sequence[Span] = ()
    predicted_spans: Sequence[Span] = ()
    similarity: float = 0.0
    """0 to 1: 1 where right; of a text otherwise the overlap of the two places (Dice, by characters)."""
    mistakes: tuple[Mistake, ...] = ()

    @property
    def right(self) -> bool:
        return self.verdict in ("correct", "absent")

    @property
    def matched(self) -> bool:
        """The row does not tell of an item that has no partner."""
        return (self.gold_item is None) == (self.predicted_item is None)
