"""Two runs over the same letters, paired: what flipped, whether that can be chance, and how each figure moved."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from evals.intervals import Interval, bootstrap, mcnemar
from evals.outcomes import Outcome

Counts = dict[str, tuple[int, int]]
"""Field to how many of its stated values were right, and how many are stated or invented."""


@dataclass
class Tally:
    """What of a run is compared: for each letter its determinations and its counts."""

    determinations: dict[str, dict[str, bool]] = field(default_factory=dict)
    """Letter to item to whether its determination is right; an item that the letter has not stands as ``+number``."""
    counts: dict[str, Counts] = field(default_factory=dict)

    def add(self, letter: str, rows: Iterable[Outcome]) -> None:
        decided, counts = self.determinations.setdefault(letter, {}), self.counts.setdefault(letter, {})
        for row in rows:
            if row.field == "decision":
                decided[f"+{row.predicted_item}" if row.gold_item is None else str(row.gold_item)] = row.right
            right, of = counts.get(row.field, (0, 0))
            counts[row.field] = (right + (row.verdict == "correct"), of + (row.verdict != "absent"))


@dataclass(frozen=True)
class Move:
    """How one field moved: its share of right values before and after, and the interval of the difference."""

    before: float
    after: float
    interval: Interval | None

    @property
    def worse(self) -> bool:
        """The difference lies wholly below none."""
        return self.interval is not None and self.interval[1] < 0


@dataclass(frozen=True)
class Comparison:
    broken: list[str]
    """``letter item`` whose determination was right and no longer is."""
    mended: list[str]
    chance: float
    """Of so uneven a split of the flips (McNemar, exact)."""
    fields: dict[str, Move]
    only_before: list[str]
    """Letters without a partner."""
    only_after: list[str]

    def worse(self) -> list[str]:
        """Fields that fell for certain."""
        return [name for name, move in self.fields.items() if move.worse]

    def as_json(self) -> dict[str, Any]:
        return {
            "broken": self.broken, "mended": self.mended, "mcnemar_p": self.chance,
            "only_before": self.only_before, "only_after": self.only_after,
            "fields": {
                name: {"before": move.before, "after": move.after, "difference": move.interval}
                for name, move in self.fields.items()
            },
        }  # fmt: skip


def compare(before: Tally, after: Tally) -> Comparison:
    """Paired by letter; letters of one run alone are named and left out."""
    shared = [letter for letter in before.counts if letter in after.counts]
    broken: list[str] = []
    mended: list[str] = []
    for letter in shared:
        was, now = before.determinations[letter], after.determinations[letter]
        for item in sorted({*was, *now}):
            # An invented item that is gone is a mistake mended, one that came is a determination broken.
            one, other = was.get(item, item.startswith("+")), now.get(item, item.startswith("+"))
            if one != other:
                (broken if one else mended).append(f"{letter} item {item}")
    return Comparison(
        broken, mended, mcnemar(len(broken), len(mended)), _moves(before.counts, after.counts, shared),
        [letter for letter in before.counts if letter not in after.counts],
        [letter for letter in after.counts if letter not in before.counts],
    )  # fmt: skip


def _moves(before: Mapping[str, Counts], after: Mapping[str, Counts], letters: list[str]) -> dict[str, Move]:
    names = dict.fromkeys(name for letter in letters for name in (*before[letter], *after[letter]))
    moves = {}
    for name in names:
        pairs = [(*before[letter].get(name, (0, 0)), *after[letter].get(name, (0, 0))) for letter in letters]
        columns = list(zip(*pairs, strict=True))
        sums = [sum(column) for column in columns]
        if not (sums[1] and sums[3]):
            continue
        same = all(pair[:2] == pair[2:] for pair in pairs)
        interval = (0.0, 0.0) if same else bootstrap(_difference, columns)
        moves[name] = Move(sums[0] / sums[1], sums[2] / sums[3], interval)
    return moves


def _difference(sums: Any) -> float | None:
    return sums[2] / sums[3] - sums[0] / sums[1] if sums[1] and sums[3] else None
