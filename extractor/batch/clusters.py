"""Near-duplicate rationales: reviewers reuse their texts, so equal words of two letters are one observation, not two.

Broder's sketches (On the resemblance and containment of documents, 1997): of each text the smallest hashes of its runs
of three words are kept; how many of them two texts share estimates how many of all their runs they share. Only a text
that is like none before it keeps its sketch; each later text is compared with a few of those, however many there are.
"""

from __future__ import annotations

import re
import zlib
from array import array
from collections import Counter

RUN, SKETCH = 3, 64
"""Words of a run, hashes of a sketch."""
ALIKE = 0.6
"""From this share of common runs on two texts are one: three quarters of each, or three words of a hundred others."""
CLAIMS = 6
"""Hashes that a kept sketch is found by. A text so alike has three quarters of them, and none once in 4^6 = 4,096."""
LOOKS = 3
"""Kept sketches, those with most hashes in common, that a text is compared with."""
WORD = re.compile(r"[a-z]+")


class Clusters:
    """Numbers texts, equal for near duplicates."""

    def __init__(self) -> None:
        self._by_words: dict[int, int] = {}
        self._by_hash: dict[int, int] = {}
        self._sketches: list[array[int]] = []
        self._parents: list[int] = []

    def add(self, text: str) -> int:
        """The text's cluster so far, for :meth:`number` when all texts are added: a later one may join two clusters."""
        words = WORD.findall(text.lower())
        exact = hash(" ".join(words))
        if exact not in self._by_words:
            self._by_words[exact] = self._place(_sketch(words))
        return self._by_words[exact]

    def number(self, index: int) -> int:
        """The cluster's number: they count from 0 in the order of their first texts; joined ones have the first's."""
        while self._parents[index] != index:
            index = self._parents[index] = self._parents[self._parents[index]]
        return index

    def _place(self, sketch: array[int]) -> int:
        votes = Counter(self._by_hash[one] for one in sketch if one in self._by_hash)
        looks = [one for one, _ in votes.most_common(LOOKS)]
        alike = sorted(self.number(one) for one in looks if _share(sketch, self._sketches[one]) >= ALIKE)
        if alike:
            for one in alike:
                self._parents[one] = alike[0]
            return alike[0]
        index = len(self._parents)
        self._parents.append(index)
        self._sketches.append(sketch)
        # Runs that many texts have tell none of them apart: hashes that are nobody's yet come first.
        for one in sorted(sketch, key=self._by_hash.__contains__)[:CLAIMS]:
            self._by_hash[one] = index
        return index


def _sketch(words: list[str]) -> array[int]:
    runs = zip(*(words[at:] for at in range(RUN)), strict=False) if len(words) > RUN else [words]
    return array("I", sorted({zlib.crc32(" ".join(run).encode()) for run in runs})[:SKETCH])


def _share(one: array[int], other: array[int]) -> float:
    """Of the runs that either has, those that both have, by the smallest hashes of both together."""
    smallest = sorted({*one, *other})[:SKETCH]
    both = {*one} & {*other}
    return sum(value in both for value in smallest) / len(smallest)
