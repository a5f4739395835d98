"""How sure a rate is: the bootstrap by letter, worked out instead of drawn.

Items of one letter share a patient, a reviewer and often a text, so a resample takes letters, never items.  Of a group
of items a letter matters only by two numbers, its items and how many of them were overturned: letters alike in both
are counted together.  Letters that decide one case again share all of this too: they come here as one letter.

A letter stands in a resample as often as a Poisson draw of mean 1 says (Hanley and MacGibbon 2006, Creating
non-parametric bootstrap samples using Poisson frequencies, Comput. Methods Programs Biomed. 83:57-62), which is what a
draw of all letters is to the few that have items in the group.  A resampled rate is below r exactly when the sum over
letters of ``drawn * (overturned - r * items)`` is below 0.  The cumulants of that sum are plain sums over letters, and
its quantiles follow from the first three (Cornish and Fisher 1938; of the bootstrap: Hall 1992, The Bootstrap and
Edgeworth Expansion, section 3).  So the percentile interval of endlessly many resamples is solved for, in microseconds,
and the same tables give the same interval to the last digit.  Tests hold it against letters that are drawn: from twenty
letters on both agree within two hundredths.
"""

from __future__ import annotations

from collections.abc import Mapping
from math import sqrt

Z = 1.959964
"""Of a 95 % interval."""
STEPS, NEAR = 60, 1e-9
"""The solution is stepped up to until it moves by less."""

Interval = tuple[float, float]
Letters = Mapping[tuple[int, int], int]
"""How many letters hold so many items of a group, more than none, and of them so many overturned."""


def interval(letters: Letters) -> Interval:
    """The 95 % interval of the share of items overturned.

    Where every letter has the same share, resampling has nothing to vary: Wilson's interval by letter stands instead.

    >>> [round(bound, 2) for bound in interval({(1, 0): 80, (1, 1): 20})]
    [0.12, 0.28]
    >>> [round(bound, 2) for bound in interval({(4, 0): 20, (4, 4): 5})]
    [0.05, 0.37]
    """
    shares = [overturned / items for items, overturned in letters]
    least, most = min(shares), max(shares)
    if least == most:
        return wilson(least, sum(letters.values()))
    sums = _sums(letters)
    return _bound(sums, -Z, least, most), _bound(sums, Z, least, most)


def wilson(share: float, total: int) -> Interval:
    """The 95 % interval of a share of so many independent ones (Wilson 1927).

    >>> [round(bound, 3) for bound in wilson(0.99, 100)]
    [0.946, 0.998]
    """
    square = Z * Z
    middle = (share + square / (2 * total)) / (1 + square / total)
    half = Z * sqrt(share * (1 - share) / total + square / (4 * total * total)) / (1 + square / total)
    # Of none and of all the bounds are exact, but not in floating point.
    return middle - half if share > 0 else 0.0, middle + half if share < 1 else 1.0


def _sums(letters: Letters) -> tuple[int, ...]:
    """Over all letters: items, overturned, and their products up to the third power. Whole numbers: in any order."""
    n = k = nn = nk = kk = nnn = nnk = nkk = kkk = 0
    for (items, overturned), count in letters.items():
        of_items, of_overturned = count * items, count * overturned
        n += of_items
        k += of_overturned
        nn += of_items * items
        nk += of_items * overturned
        kk += of_overturned * overturned
        nnn += of_items * items * items
        nnk += of_items * items * overturned
        nkk += of_items * overturned * overturned
        kkk += of_overturned * overturned * overturned
    return n, k, nn, nk, kk, nnn, nnk, nkk, kkk


def _bound(sums: tuple[int, ...], z: float, least: float, most: float) -> float:
    """Where the resampled rate's quantile lies; no resample leaves the range of the letters' own shares."""
    n, k, nn, nk, kk, nnn, nnk, nkk, kkk = sums
    rate = k / n
    for _ in range(STEPS):
        variance = kk - rate * (2 * nk - rate * nn)
        skewness = (kkk - rate * (3 * nkk - rate * (3 * nnk - rate * nnn))) / variance**1.5
        quantile = z + skewness * (z * z - 1) / 6
        before, rate = rate, min(most, max(least, (k + sqrt(variance) * quantile) / n))
        if abs(rate - before) < NEAR:
            break
    return rate
