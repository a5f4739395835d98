"""How sure a figure is: Wilson's interval for shares of letters, the bootstrap by letter for all that counts items.

Items of one letter are not independent (reviewers reuse their texts), so letters are drawn, never items.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from functools import cache
from math import comb, sqrt
from operator import mul

Z = 1.96
"""Of a 95 % interval."""
RESAMPLES, MOST_DRAWS = 1000, 2_000_000
"""So many resamples; fewer (never under ``LEAST_RESAMPLES``) where the letters are many."""
LEAST_RESAMPLES = 200

Interval = tuple[float, float]


def wilson(right: int, total: int) -> Interval:
    """The 95 % interval of a share (Wilson 1927).

    >>> [round(bound, 3) for bound in wilson(99, 100)]
    [0.946, 0.998]
    """
    if not total:
        return 0.0, 1.0
    share, square = right / total, Z * Z
    middle = (share + square / (2 * total)) / (1 + square / total)
    half = Z * sqrt(share * (1 - share) / total + square / (4 * total * total)) / (1 + square / total)
    # Of none and of all the bounds are exact, but not in floating point.
    return middle - half if right else 0.0, middle + half if right < total else 1.0


@cache
def draws(letters: int) -> list[list[int]]:
    """How often each letter stands in each resample; the same for every figure of as many letters."""
    draw = random.Random(letters)  # noqa: S311 - no secret
    found = []
    for _ in range(max(LEAST_RESAMPLES, min(RESAMPLES, MOST_DRAWS // max(1, letters)))):
        weights = [0] * letters
        for at in draw.choices(range(letters), k=letters):
            weights[at] += 1
        found.append(weights)
    return found


def bootstrap(figure: Callable[[Sequence[float]], float | None], counts: Sequence[Sequence[int]]) -> Interval | None:
    """The 95 % percentile interval of a figure of sums. ``counts`` are lists with a number for each letter; the
    figure is told their sums, and is None where it has no value."""
    values = []
    for weights in draws(len(counts[0])):
        value = figure([sum(map(mul, weights, numbers)) for numbers in counts])
        if value is not None:
            values.append(value)
    if not values:
        return None
    values.sort()
    return values[int(0.025 * len(values))], values[int(0.975 * len(values))]


def mcnemar(only_one: int, only_other: int) -> float:
    """The exact two-sided probability that so uneven a split of the disagreements comes by chance (McNemar 1947).

    >>> mcnemar(0, 5)
    0.0625
    """
    n = only_one + only_other
    tail = sum(comb(n, k) for k in range(min(only_one, only_other) + 1)) / 2**n
    return min(1.0, float(2 * tail))
