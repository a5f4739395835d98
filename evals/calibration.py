"""How far an item's confidence can be believed.

    python -m evals.calibration [FOLDER of other letters]

Clean answers, three in ten of them spoiled by one of the mock's content errors, walk the whole way; then each item's
confidence is held against whether its decision and its texts are the annotation's.  Shares carry Wilson intervals.
"""

from __future__ import annotations

import copy
import random
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from math import sqrt
from pathlib import Path

from evals.clean import clean_answer
from evals.planted import TEXTS, letters, walk
from extractor.model.mock.scenarios import CONTENT, SCENARIOS, Reply
from extractor.pipeline import extract
from extractor.schema import Issue
from extractor.units import cut

SPOILED = 0.3
SURE = 0.95
"""At this confidence and above no human look is asked for."""
Z = 1.96


@dataclass(frozen=True)
class Judged:
    """One item: its confidence, and what of it is right."""

    confidence: float
    decision: bool
    texts: int
    texts_right: int


def measure(folder: Path | None = None, seeds: int = 3) -> list[Judged]:
    """Every item of every letter, ``seeds`` times."""
    return [judged for seed in range(seeds) for judged in _run(folder, seed)]


def _run(folder: Path | None, seed: int) -> Iterator[Judged]:
    for name, source, annotation in letters(folder):
        units = cut(source)
        draw = random.Random(f"{seed} {name}")  # noqa: S311 - no secret
        reply = Reply(copy.deepcopy(clean_answer(annotation, extract(source), units)), units.text)
        if draw.random() < SPOILED:
            SCENARIOS[draw.choice(CONTENT)](reply, draw)
        result, _ = walk(reply.answer, source, units)
        for issue, stated in zip(result.issues, annotation.issues, strict=False):
            yield _judge(issue, stated)


def _judge(issue: Issue, stated: Issue) -> Judged:
    wanted = [getattr(stated, name) for name in TEXTS]
    found = [getattr(issue, name) for name in TEXTS]
    pairs = [(one, other) for one, other in zip(wanted, found, strict=True) if one or other]
    right = sum(
        bool(one and other and "".join(one.text.split()) == "".join(other.text.split())) for one, other in pairs
    )
    return Judged(issue.confidence or 0.0, issue.decision == stated.decision, len(pairs), right)


def wilson(right: int, total: int) -> tuple[float, float]:
    """The 95 % interval of a share (Wilson 1927).

    >>> [round(bound, 3) for bound in wilson(99, 100)]
    [0.946, 0.998]
    """
    if not total:
        return 0.0, 1.0
    share, square = right / total, Z * Z
    middle = (share + square / (2 * total)) / (1 + square / total)
    half = Z * sqrt(share * (1 - share) / total + square / (4 * total * total)) / (1 + square / total)
    return middle - half, middle + half


def main() -> None:
    """Prints the table."""
    items = measure(Path(sys.argv[1]) if len(sys.argv) > 1 else None)
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
