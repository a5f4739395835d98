"""Which decision words decide an item, and which only stand in its prose."""

from __future__ import annotations

import re
from dataclasses import dataclass

from extractor.layouts import Layout
from extractor.layouts.description import ITEM_FIELDS, Role
from extractor.rules.hits import Hit
from extractor.source import SourceText, Span

NEXT_TO = 3
"""Between a decision and the label behind it stand at most this many characters that are no blank."""
LAST_WORDS = 30
"""A decision with no label behind it is an item's where the text ends within this many words."""
PROSE = re.compile(r"\b(?:decision|determination|request|denial|outcome|was|were|is|be)\s{0,9}$", re.I)
"""Before a decision word, what makes it a sentence's end and no heading's."""


@dataclass(frozen=True)
class Sorted:
    """The hits without decision words in prose, and those words that may be an item's after all."""

    hits: list[Hit]
    prose: list[Span]
    """Every decision word that was left out."""
    doubtful: list[Span]
    """Of these, the ones that end a line as an item's heading does."""


def sort_decisions(source: SourceText, layout: Layout, hits: list[Hit]) -> Sorted:
    """Keeps the decision words that the form puts at a heading's end: right before the item's labels."""
    if not layout.request_before_decision:
        return Sorted(hits, [], [])
    kept: list[Hit] = []
    prose: list[Span] = []
    doubtful: list[Span] = []
    filled: set[Role] = set()
    for index, hit in enumerate(hits):
        if hit.role != "decision":
            filled.update({hit.role}.intersection(ITEM_FIELDS))
            kept.append(hit)
            continue
        after = hits[index + 1] if index + 1 < len(hits) else None
        if _heads_item(source, hit, after, filled):
            filled = set()
            kept.append(hit)
            continue
        prose.append((hit.start, hit.end))
        if _ends_line(source, hit) and not hit.misread:
            doubtful.append((hit.start, hit.end))
    return Sorted(kept, prose, doubtful)


def _heads_item(source: SourceText, hit: Hit, after: Hit | None, filled: set[Role]) -> bool:
    """``filled`` are the fields found since the decision before."""
    between = source.body[hit.end : after.start if after else len(source.body)]
    if after is not None and after.role in ITEM_FIELDS:
        if len("".join(between.split())) <= NEXT_TO:
            return True
        # Its first label is lost: then the next one begins a row of labels anew.
        return _ends_line(source, hit) and not hit.misread and (not filled or after.role in filled)
    # The text breaks off behind the heading.
    broken_off = after is None or after.role == "closing"
    line = source.body[max(0, hit.start - 200) : hit.start].rpartition("\n")[2]
    if PROSE.search(line):
        return False
    return broken_off and _ends_line(source, hit) and "rationale" in filled and len(between.split()) <= LAST_WORDS


def _ends_line(source: SourceText, hit: Hit) -> bool:
    return source.body[hit.end : hit.end + 200].partition("\n")[0].strip(" \t\u00a0\u200b.*|~") == ""
