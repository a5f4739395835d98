"""A letter taken apart at its marks: sections, items, and what belongs to neither."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from itertools import pairwise

from extractor.errors import NotADetermination
from extractor.layouts import Layout
from extractor.layouts.description import ITEM_FIELDS, Mark, Role
from extractor.rules.decisions import sort_decisions
from extractor.rules.extent import HEADING_LENGTH, closing, letter_before, second_letter
from extractor.rules.headings import SENTENCE_END, start_of_heading
from extractor.rules.hits import Hit
from extractor.rules.marks import SECTIONS, find_marks
from extractor.source import SourceText, Span, fold
from extractor.taxonomy import Decision


@dataclass
class Item:
    """One disputed item: where its parts stand."""

    number: int
    decision: Decision = "unknown"
    decision_span: Span | None = None
    contradicted: list[Span] = field(default_factory=list)
    """Where the letter states this item's decision differently."""
    other_requests: list[Span] = field(default_factory=list)
    """Other requests told under this item's number."""
    fields: dict[Role, Span] = field(default_factory=dict)
    start: int = 0

    def decided_at(self) -> list[Span]:
        """Where the decision is stated."""
        places = self.contradicted or ([self.decision_span] if self.decision_span else [])
        return [(start, end) for start, end in places if start < end]


@dataclass
class Anatomy:
    """Where everything of a letter stands. Spans are untrimmed stretches of the source text."""

    source: SourceText
    layout: Layout
    sections: dict[Role, Span]
    items: list[Item]
    hits: list[Hit]
    end: int
    """Where the letter proper ends: at its closing, at a second letter, or with the text."""
    stray_decisions: list[Span]
    """Decision words that head no item."""
    other_letters: list[Span]
    """Other letters in the same file, which were not read."""

    @property
    def region(self) -> Span:
        """The stretch in which every word should belong to an item."""
        start = self.items[0].start
        issues = [hit.end for hit in self.hits if hit.role == "issues" and hit.end <= start]
        if issues:
            start = self.sections["issues"][0]
        return start, self.end

    def unmatched_labels(self) -> list[Span]:
        """Labels that stand more often than there are items with that field."""
        spans = []
        for role in ITEM_FIELDS:
            places = [(hit.start, hit.end) for hit in self.hits if hit.role == role and not hit.mark.keep]
            if len(places) > sum(role in item.fields for item in self.items):
                spans += places
        return spans

    def uncovered(self) -> Iterator[Span]:
        """Stretches with letters or digits, between the first item and the letter's end, of no field."""
        start, end = self.region
        covered = sorted(
            [span for item in self.items for span in item.fields.values()]
            + [span for item in self.items for span in [item.decision_span] if span]
            + [(hit.start, hit.end) for hit in self.hits]
            + [span for role, span in self.sections.items() if role != "issues"]
            + [(hit.end, after.start) for hit, after in pairwise(self.hits) if hit.role == "item"]
        )
        at = start
        for left, right in [*covered, (end, end)]:
            if left > at:
                stretch = self.source.trim(at, min(left, end))
                if any(c.isalnum() for c in self.source.body[slice(*stretch)]):
                    yield stretch
            at = max(at, right)


def dissect(source: SourceText) -> Anatomy:
    """Takes the letter apart. Raises NotADetermination where there is nothing to take apart."""
    layout, hits = find_marks(source)
    preceded = letter_before(source, layout, hits)
    second = second_letter(source, layout, hits)
    end = len(source.body) if second is None else second
    decisions = sort_decisions(source, layout, [hit for hit in hits if hit.start < end])
    end = closing(source, decisions.hits, end)
    hits = [hit for hit in decisions.hits if hit.role != "closing" and hit.start < end]
    if layout.request_before_decision:
        hits = _with_headings(source, layout, hits)
    items = _items(source, layout, hits, end)
    if not items:
        raise NotADetermination("this opens like an IMR determination letter, but breaks off before any disputed item")
    _doubt(items, decisions.prose)
    return Anatomy(
        source=source,
        layout=layout,
        sections=_sections(source, hits, end),
        items=items,
        hits=hits,
        end=end,
        stray_decisions=decisions.doubtful,
        other_letters=[(0, hits[0].start)] * preceded + ([(second, len(source.text))] if second is not None else []),
    )


def _doubt(items: list[Item], prose: list[Span]) -> None:
    """A heading with a second decision word in it decides nothing, whichever word comes last."""
    for item in items:
        heading, decided = item.fields.get("request"), item.decision_span
        if heading is None or decided is None:
            continue
        behind = min((start for role, (start, _) in item.fields.items() if role != "request"), default=decided[1])
        within = prose[bisect_left(prose, (heading[0], 0)) : bisect_left(prose, (behind, 0))]
        if within:
            item.decision, item.contradicted = "unknown", [*within, decided]


def _with_headings(source: SourceText, layout: Layout, hits: list[Hit]) -> list[Hit]:
    """The hits with each item's request: the heading that the decision word, or the first label, ends."""
    headed: list[Hit] = []
    floor = 0
    for hit in hits:
        before = headed[-1] if headed else None
        if hit.role == "decision" or _opens_undecided(before, hit):
            begun = before is not None and before.mark.before_item
            start = floor if begun else start_of_heading(source, floor, hit.start, layout.partial)
            stop = hit.start - len(source.body[start : hit.start]) + len(source.body[start : hit.start].rstrip(DASHES))
            heading = (min(start, hit.start), max(min(start, hit.start), stop))
            if hit.role == "decision":
                hit = replace(hit, start=heading[0], request=heading)
            elif _is_heading(source, *heading):
                headed.append(Hit(*heading, mark=UNDECIDED, request=heading, decision="unknown"))
        headed.append(hit)
        floor = hit.end
    return headed


DASHES = " \t\n\f\u00a0-–—:"
"""What may part a heading from its decision word."""
UNDECIDED = Mark("decision", "")
"""Stands for the decision word that a heading lacks."""


def _opens_undecided(before: Hit | None, hit: Hit) -> bool:
    """The hit is an item's first label, with no decision before it."""
    return before is not None and before.role in ("issues", "rationale") and hit.role in ITEM_FIELDS


def _is_heading(source: SourceText, start: int, end: int) -> bool:
    """The words before a first label are a heading that lacks its decision: no sentence, and not long."""
    words = source.body[start:end].strip()
    return bool(words) and len(words) < HEADING_LENGTH and not SENTENCE_END.search(words)


def _items(source: SourceText, layout: Layout, hits: list[Hit], end: int) -> list[Item]:
    items: dict[int, Item] = {}
    current: Item | None = None

    def begin(number: int | None, start: int) -> Item:
        number = number if number is not None else len(items) + 1
        return items.setdefault(number, Item(number, start=start))

    before: Hit | None = None
    for hit, after in zip(hits, [*hits[1:], None], strict=False):
        stop = after.start if after else end
        if hit.role in ("item", "decision") and (hit.number is not None or layout.opens_item == "decision"):
            current = begin(hit.number, hit.start)
        elif (
            hit.role in ITEM_FIELDS
            and current is not None
            and before is not None
            and before.role == hit.role
            and hit.mark.keep
        ):
            # Two wordings of one label that both belong to its text open one field.
            current.fields[hit.role] = (current.fields[hit.role][0], stop)
            before = hit
            continue
        elif hit.role in ITEM_FIELDS and (current is None or hit.role in current.fields):
            current = begin(None, hit.start)
        elif hit.role in SECTIONS:
            continue
        assert current is not None
        if hit.decision is not None:
            _decide(current, hit)
        if hit.request is not None:
            _ask(source, current, hit.request)
        if hit.role in ITEM_FIELDS:
            current.fields[hit.role] = (hit.start if hit.mark.keep else hit.end, stop)
        before = hit
    return [items[number] for number in sorted(items)]


def _ask(source: SourceText, item: Item, request: Span) -> None:
    """Writes the request into the item; of two that differ the first counts, and the other is kept in doubt."""
    first = item.fields.setdefault("request", request)
    if fold(source.body[slice(*first)]).lower() != fold(source.body[slice(*request)]).lower():
        item.other_requests.append(request)


def _decide(item: Item, hit: Hit) -> None:
    """Writes the hit's decision into the item; a second, different one makes it unknown."""
    span = (hit.request[1] if hit.request else hit.start, hit.end)
    if item.decision_span is not None and item.decision != hit.decision:
        item.contradicted = [item.decision_span, span]
        item.decision = "unknown"
    elif hit.decision is not None and not item.contradicted:
        item.decision = hit.decision
    item.decision_span = span


def _sections(source: SourceText, hits: list[Hit], end: int) -> dict[Role, Span]:
    """Each section's stretch; where a heading stands twice (a cover page names it), the last one
    before the items."""
    sections: dict[Role, Span] = {}
    for hit, after in zip(hits, [*hits[1:], None], strict=False):
        if hit.role in SECTIONS:
            stop = after.start if after else end
            sections[hit.role] = (hit.end, stop)
    return sections
