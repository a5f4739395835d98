"""How far an item's confidence can be believed.

    python -m evals.calibration

Clean answers, three in ten of them spoiled by one of the mock's content errors, walk the whole way; then each item's
confidence is held against whether its decision and its texts are the annotation's.  Shares carry Wilson intervals.
The golden letters are what the confidence was set by; published letters are measured in the tests marked ``real``.
"""

from __future__ import annotations

import copy
import random
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import pairwise, zip_longest

from evals.clean import clean_answer
from evals.intervals import wilson
from evals.planted import TEXTS, golden_and, walk
from extractor.model.mock.scenarios import CONTENT, SCENARIOS, Reply
from extractor.pipeline import extract
from extractor.schema import Issue, Statement
from extractor.source import SourceText
from extractor.units import cut

SPOILED = 0.3
SURE = 0.95
"""At this confidence and above no human look is asked for."""


@dataclass(frozen=True)
class Judged:
    """One item: its confidence, and what of it is right."""

    confidence: float
    decision: bool
    texts: int
    texts_right: int


@dataclass(frozen=True)
class Known:
    """A letter, the statement that clean answers point at, and what its items truly say."""

    name: str
    source: SourceText
    stated: Statement
    truth: list[Issue]


def golden() -> Iterator[Known]:
    """The golden letters with their annotations."""
    for name, source, annotation in golden_and(None):
        yield Known(name, source, annotation, annotation.issues)


def measure(known: Iterable[Known], seeds: int = 3) -> list[Judged]:
    """Every item of every letter, ``seeds`` times; one that was not found is counted as wrong, and sure."""
    return [judged for letter in known for seed in range(seeds) for judged in _run(letter, seed)]


def _run(letter: Known, seed: int) -> Iterator[Judged]:
    units = cut(letter.source)
    draw = random.Random(f"{seed} {letter.name}")  # noqa: S311 - no secret
    reply = Reply(copy.deepcopy(clean_answer(letter.stated, extract(letter.source), units)), units.text)
    if draw.random() < SPOILED:
        SCENARIOS[draw.choice(CONTENT)](reply, draw)
    result, _ = walk(reply.answer, letter.source, units)
    for issue, truth in zip_longest(result.issues, letter.truth):
        yield _judge(issue, truth)


def _judge(issue: Issue | None, truth: Issue | None) -> Judged:
    if issue is None or truth is None:
        return Judged(1.0, False, 0, 0)
    wanted = [getattr(truth, name) for name in TEXTS]
    found = [getattr(issue, name) for name in TEXTS]
    pairs = [(one, other) for one, other in zip(wanted, found, strict=True) if one or other]
    right = sum(
        bool(one and other and "".join(one.text.split()) == "".join(other.text.split())) for one, other in pairs
    )
    return Judged(issue.confidence or 0.0, issue.decision == truth.decision, len(pairs), right)


def main() -> None:
    """Prints the table of the golden letters."""
    show(measure(golden()))


def show(items: list[Judged]) -> None:
    """Prints the table of these items."""
    print(f"{'confidence':>12}{'items':>8}{'decisions right':>28}{'texts right':>28}")
    edges = [0.0, 0.5, 0.7, 0.82, 0.9, SURE, 0.97, 1.01]
    for low, high in pairwise(edges):
        _row(f"{low:.2f}-{min(high, 1):.2f}", [item for item in items if low <= item.confidence < high])
    sure = [item for item in items if item.confidence >= SURE]
    _row(f">={SURE:.2f}", sure)
    low, high = wilson(len(sure), len(items))
    share = f"{len(sure) / len(items):.1%}; {low:.3f} to {high:.3f}"
    print(f"at {SURE} and above: {len(sure)} of {len(items)} items ({share})")


def _row(title: str, items: list[Judged]) -> None:
    if items:
        decisions = _share(sum(item.decision for item in items), len(items))
        texts = _share(sum(item.texts_right for item in items), sum(item.texts for item in items))
        print(f"{title:>12}{len(items):>8}{decisions:>28}{texts:>28}")


def _share(right: int, total: int) -> str:
    low, high = wilson(right, total)
    return f"{right}/{total} {low:.3f}-{high:.3f}"


if __name__ == "__main__":
    main()
