"""Near-duplicate rationales: reviewers reuse their texts, so equal words of two letters are one observation, not two.

Broder's sketches (On the resemblance and containment of documents, 1997): of each text the smallest hashes of its runs
of five words are kept; how many of them two texts share estimates how many of all their runs they share.
"""

from __future__ import annotations

import re
import zlib
from array import array

RUN, SKETCH = 5, 32
"""Words of a run, hashes of a sketch."""
ALIKE = 0.8
"""From this share of common runs on two texts are one."""
PROBES = 4
"""Two texts so alike share one of their so many smallest hashes with a chance of 1 - 0.2^4 = 99.8 %."""
WORD = re.compile(r"[a-z]+")


class Clusters:
    """Numbers texts, equal for near duplicates."""

    def __init__(self) -> None:
        self._by_hash: dict[int, list[int]] = {}
        self._sketches: list[array[int]] = []
        self._parents: list[int] = []
        self._by_text: dict[int, int] = {}

    def add(self, text: str) -> int:
        """The text's index, for :meth:`number` when all texts are added."""
        words = WORD.findall(text.lower())
        runs = {" ".join(words[at : at + RUN]) for at in range(max(1, len(words) - RUN + 1))}
        sketch = array("Q", sorted({_hash(run) for run in runs})[:SKETCH])
        exact = hash(sketch.tobytes())
        index = len(self._parents)
        self._parents.append(self._by_text.get(exact, index))
        if exact in self._by_text:
            self._sketches.append(array("Q"))
            return index
        self._by_text[exact] = index
        self._sketches.append(sketch)
        for one in {other for probe in sketch[:PROBES] for other in self._by_hash.get(probe, ())}:
            if _share(sketch, self._sketches[one]) >= ALIKE:
                self._join(index, one)
        for probe in sketch[:PROBES]:
            self._by_hash.setdefault(probe, []).append(index)
        return index

    def number(self, index: int) -> int:
        """The number of the text's cluster: that of its first text."""
        while self._parents[index] != index:
            index = self._parents[index] = self._parents[self._parents[index]]
        return index

    def _join(self, one: int, other: int) -> None:
        first, second = sorted((self.number(one), self.number(other)))
        self._parents[second] = first


def _hash(run: str) -> int:
    data = run.encode()
    return zlib.crc32(data) << 32 | zlib.adler32(data)


def _share(one: array[int], other: array[int]) -> float:
    """Of the runs that either has, those that both have, by the smallest hashes of both together."""
    smallest = sorted({*one, *other})[:SKETCH]
    both = {*one} & {*other}
    return sum(value in both for value in smallest) / len(smallest) if smallest else 1.0
