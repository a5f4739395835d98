"""Every figure, from outcomes alone. The determination comes first: nine in ten are upheld, so a share says little.

A figure is ``{"value", "low", "high", "n"}``: its 95 % interval, and what it counts over; ``value`` is None where there
is nothing to count.  Intervals are by bootstrap over letters, and Wilson's over letters where all letters agree.
"""

from __future__ import annotations

from array import array
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from evals.intervals import bootstrap, wilson
from evals.outcomes import Outcome

CLASSES = ("upheld", "overturned")
COUNTS = ("correct", "stated", "matched", "predicted", "empty", "unstated")
"""For each field and letter: right values; values that the letter states; those of items that were found; values that
were read; fields that the letter leaves open and that were left open; fields that the letter leaves open."""
Figure = dict[str, Any]


class Scoreboard:
    """The counts of many letters, a letter at a time: a hundred thousand rows need no memory of their own."""

    def __init__(self) -> None:
        self.letters: list[str] = []
        self.failed: list[str] = []
        self.sound = 0
        """Letters whose determinations are all right, and none is invented."""
        self._fields: dict[str, list[array[int]]] = {}
        self._similarity: dict[str, list[float]] = {}
        self._confusion: dict[tuple[str | None, str | None], array[int]] = {}
        self._mistakes: Counter[str] = Counter()

    def add(self, letter: str, rows: Iterable[Outcome]) -> None:
        """Counts one letter's rows."""
        self.letters.append(letter)
        sound = True
        for row in rows:
            for numbers, counted in zip(self._counts(row.field), _counted(row), strict=True):
                numbers[-1] += counted
            self._mistakes.update(row.mistakes)
            if row.field == "refused" and "failed" in row.mistakes:
                self.failed.append(letter)
            if row.field == "decision":
                sound = sound and row.right
                place = (row.gold, row.predicted)
                cells = self._confusion.setdefault(place, array("I"))
                _fill(cells, len(self.letters))
                cells[-1] += 1
            if row.gold_spans:
                sums = self._similarity.setdefault(row.field, [0.0, 0])
                sums[0] += row.similarity
                sums[1] += 1
        self.sound += sound

    def _counts(self, name: str) -> list[array[int]]:
        """The field's counts, with a number for every letter so far."""
        counts = self._fields.setdefault(name, [array("I") for _ in COUNTS])
        for numbers in counts:
            _fill(numbers, len(self.letters))
        return counts

    def figures(self) -> dict[str, Any]:
        """All figures, as JSON data."""
        low, high = wilson(self.sound, len(self.letters))
        return {
            "letters": {
                "n": len(self.letters),
                "failed": self.failed,
                "all_determinations_right": _figure(
                    self.sound / len(self.letters) if self.letters else None, (low, high), len(self.letters)
                ),
            },
            "determinations": self._determinations(),
            "fields": {name: self._field(name) for name in self._fields},
            "mistakes": dict(self._mistakes.most_common()),
        }

    def _determinations(self) -> dict[str, Any]:
        def count(keep: Callable[[str | None, str | None], bool]) -> int:
            return sum(sum(cells) for place, cells in self._confusion.items() if keep(*place))

        stated = count(lambda gold, predicted: gold is not None)
        return {
            "n": stated,
            "wrong": count(lambda gold, predicted: gold is not None and predicted is not None and gold != predicted),
            "missing": count(lambda gold, predicted: gold is not None and predicted is None),
            "invented": count(lambda gold, predicted: gold is None and predicted is not None),
            "recall": {name: self._ratio(*self._of_class(name)[:2]) for name in CLASSES},
            "macro_f1": self._macro_f1(),
            "confusion": [
                {"gold": gold, "predicted": predicted, "n": sum(cells)}
                for (gold, predicted), cells in sorted(self._confusion.items(), key=lambda entry: str(entry[0]))
            ],
        }

    def _cells(self, keep: Callable[[str | None, str | None], bool]) -> list[int]:
        """A number for each letter."""
        sums = [0] * len(self.letters)
        for place, cells in self._confusion.items():
            if keep(*place):
                for at, number in enumerate(cells):
                    sums[at] += number
        return sums

    def _of_class(self, name: str) -> list[list[int]]:
        """How many were right, stated and read as of this class."""
        return [
            self._cells(lambda gold, predicted: gold == predicted == name),
            self._cells(lambda gold, predicted: gold == name),
            self._cells(lambda gold, predicted: predicted == name),
        ]

    def _macro_f1(self) -> Figure:
        """The mean of both classes' F1."""
        counts = [cells for name in CLASSES for cells in self._of_class(name)]

        def figure(sums: Sequence[float]) -> float | None:
            scores = [_f1(*sums[at : at + 3]) for at in range(0, len(sums), 3)]
            known = [score for score in scores if score is not None]
            return sum(known) / len(known) if known else None

        return self._of(figure, counts, n=sum(map(sum, counts[1::3])))

    def _field(self, name: str) -> dict[str, Any]:
        by = dict(zip(COUNTS, self._counts(name), strict=True))
        total, n = self._similarity.get(name, [0.0, 0])
        return {
            "recall": self._ratio(by["correct"], by["stated"]),
            "recall_of_items_found": self._ratio(by["correct"], by["matched"]),
            "precision": self._ratio(by["correct"], by["predicted"]),
            "f1": self._of(lambda sums: _f1(*sums), [by["correct"], by["stated"], by["predicted"]]),
            "left_empty": self._ratio(by["empty"], by["unstated"]),
            "similarity": {"value": total / n if n else None, "n": int(n)},
        }

    def _ratio(self, part: Sequence[int], whole: Sequence[int]) -> Figure:
        return self._of(lambda sums: sums[0] / sums[1] if sums[1] else None, [part, whole])

    def _of(
        self, figure: Callable[[Sequence[float]], float | None], counts: Sequence[Sequence[int]], n: int | None = None
    ) -> Figure:
        """A figure of the counts' sums with its interval; ``n`` is what it counts over: the sum of the second."""
        value = figure([sum(numbers) for numbers in counts])
        n = sum(counts[1]) if n is None else n
        if value is None:
            return _figure(None, None, n)
        if value in (0.0, 1.0):
            # No resample of letters that all agree could differ: their number says how sure that is.
            letters = sum(1 for number in counts[1] if number)
            return _figure(value, wilson(letters if value else 0, letters), n)
        return _figure(value, bootstrap(figure, counts), n)


def _counted(row: Outcome) -> tuple[int, int, int, int, int, int]:
    """What the row adds to each of ``COUNTS``."""
    stated = row.verdict in ("correct", "wrong", "missing")
    return (
        row.verdict == "correct",
        stated,
        stated and row.matched,
        row.verdict in ("correct", "wrong", "invented"),
        row.verdict == "absent",
        row.verdict == "absent" or "absent_filled" in row.mistakes,
    )


def _f1(right: float, stated: float, predicted: float) -> float | None:
    return 2 * right / (stated + predicted) if stated + predicted else None


def _figure(value: float | None, interval: tuple[float, float] | None, n: int) -> Figure:
    low, high = interval or (None, None)
    return {"value": value, "low": low, "high": high, "n": int(n)}


def _fill(numbers: array[int], length: int) -> None:
    numbers.extend([0] * (length - len(numbers)))
