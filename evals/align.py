"""Which predicted item is which annotated one: by where it stands and what was asked for, never by what was decided."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from extractor.schema import Issue, Text
from extractor.source import Span

LEAST = 0.3
"""Below this share of common characters two requests are two items."""
IDENTITY = ("original_request", "authorized", "request")
"""What an item is known by: all of its heading that was asked for."""
TIE = 1e-6
"""Outweighs no difference of texts; among equals the order decides."""


@dataclass(frozen=True)
class Alignment:
    """Pairs of indices; ``split``: gold items that further predicted items share; ``merged``: the other way round."""

    pairs: dict[int, int]
    """Gold index to predicted index."""
    split: dict[int, int] = field(default_factory=dict)
    """Unpaired predicted index to the gold item that it is a piece of."""
    merged: dict[int, int] = field(default_factory=dict)
    """Unpaired gold index to the predicted item that holds it."""


def align(gold: Sequence[Issue], predicted: Sequence[Issue]) -> Alignment:
    """The pairing with the greatest similarity in all."""
    table = [[alike(one, other) for other in predicted] for one in gold]
    chosen = assign([[value - TIE * abs(at - to) for to, value in enumerate(row)] for at, row in enumerate(table)])
    pairs = {at: to for at, to in chosen if table[at][to] >= LEAST}
    taken = set(pairs.values())
    split = {
        to: at for to, other in enumerate(predicted) if to not in taken
        for at, one in enumerate(gold) if at in pairs and _inside(other, one)
    }  # fmt: skip
    merged = {
        at: to for at, one in enumerate(gold) if at not in pairs
        for to, other in enumerate(predicted) if to in taken and _inside(one, other)
    }  # fmt: skip
    return Alignment(pairs, split, merged)


def alike(one: Issue, other: Issue) -> float:
    """0 to 1: how far two items ask for the same at the same place. Half of it is the place, half the words."""
    # Of a partial approval's heading a reader may have found the part in dispute alone.
    words = max(
        _common(_words(_texts(one)), _words(_texts(other))), _common(*(_words([i.request]) for i in (one, other)))
    )
    return (overlap(_extent(one), _extent(other)) + words) / 2


def overlap(one: Sequence[Span], other: Sequence[Span]) -> float:
    """The share of characters that two places have in common (Dice)."""
    total = _length(one) + _length(other)
    return 2 * _shared(one, other) / total if total else 0.0


def _length(spans: Sequence[Span]) -> int:
    return sum(end - start for start, end in spans)


def _shared(one: Sequence[Span], other: Sequence[Span]) -> int:
    """How many characters stand in both places."""
    return sum(max(0, min(a[1], b[1]) - max(a[0], b[0])) for a in one for b in other)


def _extent(issue: Issue) -> list[Span]:
    """From where the item begins to where it ends."""
    texts = [*_texts(issue), issue.claims_administrator_guideline, issue.reviewer_guideline, issue.rationale]
    spans = [span for text in texts if text for span in text.spans]
    return [(min(start for start, _ in spans), max(end for _, end in spans))] if spans else []


def _texts(issue: Issue) -> list[Text]:
    return [text for name in IDENTITY if (text := getattr(issue, name))]


def _words(texts: Sequence[Text | None]) -> list[str]:
    return " ".join(text.text for text in texts if text).lower().split()


def _common(one: list[str], other: list[str]) -> float:
    """The share of words that two requests have in common (Dice)."""
    left = list(other)
    common = 0
    for word in one:
        if word in left:
            left.remove(word)
            common += 1
    return 2 * common / (len(one) + len(other)) if one or other else 0.0


def _inside(piece: Issue, whole: Issue) -> bool:
    """Half of the piece's request or rationale lies in the whole's."""
    return any(
        inner and outer and inner.spans and 2 * _shared(inner.spans, outer.spans) >= _length(inner.spans)
        for inner, outer in ((piece.request, whole.request), (piece.rationale, whole.rationale))
    )


def assign(table: list[list[float]]) -> list[tuple[int, int]]:
    """The row and column of each pair, so that their values are the greatest in sum (Kuhn 1955, by shortest paths).

    A library for this alone would weigh more than the program.
    """
    if not table or not table[0]:
        return []
    if len(table) > len(table[0]):
        return sorted((at, to) for to, at in assign([list(column) for column in zip(*table, strict=True)]))
    rows, columns = len(table), len(table[0])
    row_price, column_price = [0.0] * (rows + 1), [0.0] * (columns + 1)
    owner = [0] * (columns + 1)  # the row of each column, from 1; column 0 is where a row waits
    for row in range(1, rows + 1):
        owner[0], at = row, 0
        least, seen, before = [float("inf")] * (columns + 1), [False] * (columns + 1), [0] * (columns + 1)
        while owner[at]:
            seen[at] = True
            free = [to for to in range(1, columns + 1) if not seen[to]]
            for to in free:
                price = -table[owner[at] - 1][to - 1] - row_price[owner[at]] - column_price[to]
                if price < least[to]:
                    least[to], before[to] = price, at
            nearest = min(free, key=least.__getitem__)
            step = least[nearest]
            for to in range(columns + 1):
                if seen[to]:
                    row_price[owner[to]] += step
                    column_price[to] -= step
                else:
                    least[to] -= step
            at = nearest
        while at:
            owner[at] = owner[before[at]]
            at = before[at]
    return sorted((owner[to] - 1, to - 1) for to in range(1, columns + 1) if owner[to])
