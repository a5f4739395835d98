"""How far two annotators agree, by the aligner and the comparators that score readings; Cohen's kappa for each code."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from evals.align import align
from evals.fields import score
from evals.golden import Annotation, golden_letters
from evals.metrics import Scoreboard
from evals.places import locate
from evals.report.text import share
from extractor.errors import ImrError
from extractor.pipeline import read_source
from extractor.taxonomy import REASONS


class NothingShared(ImrError):
    """No letter is annotated in both folders."""

    code = 3


@dataclass
class Agreement:
    """Fields as if the one annotator scored the other, and for each reason code how often both, one or none gave it."""

    board: Scoreboard = field(default_factory=Scoreboard)
    both: Counter[str] = field(default_factory=Counter)
    first_alone: Counter[str] = field(default_factory=Counter)
    second_alone: Counter[str] = field(default_factory=Counter)
    items: int = 0

    def kappa(self, code: str) -> float | None:
        """Cohen's kappa (1960) of a code over all items that both have; None where neither ever gave it, or both
        always did."""
        both, one, other = self.both[code], self.first_alone[code], self.second_alone[code]
        seen = (self.items - one - other) / self.items if self.items else 0.0
        first, second = (both + one) / max(1, self.items), (both + other) / max(1, self.items)
        chance = first * second + (1 - first) * (1 - second)
        return (seen - chance) / (1 - chance) if chance < 1 else None


def measure(first: Path, second: Path) -> Agreement:
    """The letters that stand in both folders; each is read from the first. Raises NothingShared."""
    others = {letter.id: letter.annotation for letter in golden_letters(second)}
    found = Agreement()
    for letter in golden_letters(first):
        one, other = letter.annotation, others.get(letter.id)
        if not isinstance(one, Annotation) or not isinstance(other, Annotation):
            continue
        source = read_source(letter.path)
        placed = locate(other, source)
        found.board.add(letter.id, score(letter.id, one, placed, source))
        own = locate(one, source)
        for at, to in align(own.issues, placed.issues).pairs.items():
            found.items += 1
            left, right = (
                {reason.code for reason in issue.rationale.reasons} if issue.rationale else set()
                for issue in (own.issues[at], placed.issues[to])
            )
            found.both.update(left & right)
            found.first_alone.update(left - right)
            found.second_alone.update(right - left)
    if not found.board.letters:
        raise NothingShared(f"no letter is annotated in both {first} and {second}")
    return found


def lines(found: Agreement) -> Iterator[str]:
    """The agreement as Markdown tables."""
    figures = found.board.figures()
    yield f"{len(found.board.letters)} letters, {found.items} items in both."
    yield ""
    yield "| field | F1 | alike in what is left empty |"
    yield "| --- | --- | --- |"
    for name, told in figures["fields"].items():
        if told["f1"]["value"] is not None and name != "refused":
            empty = told["left_empty"]
            yield f"| `{name}` | {share(told['f1'])} | {share(empty) if empty['n'] else ''} |"
    yield ""
    yield "| reason | both | first alone | second alone | kappa |"
    yield "| --- | --- | --- | --- | --- |"
    for code in REASONS:
        kappa = found.kappa(code)
        if kappa is not None:
            yield (
                f"| `{code}` | {found.both[code]} | {found.first_alone[code]} | {found.second_alone[code]} "
                f"| {kappa:.2f} |"
            )
