"""A letter taken apart at its marks: sections, items, and what belongs to neither."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from itertools import pairwise

from extractor.errors import NotADetermination
from extractor.layouts import Layout
from extractor.layouts.description import ITEM_FIELDS, Role, wording
from extractor.rules.headings import start_of_heading
from extractor.rules.marks import SECTIONS, Hit, find_marks
from extractor.source import SourceText, Span
from extractor.taxonomy import Decision

NEXT_TO = 3
"""Between a decision and the label behind it stand at most this many characters that are no blank."""
LAST_WORDS = 200
"""A decision with no label behind it is an item's where the text ends within this many characters."""


@dataclass
class Item:
    """One disputed item: where its parts stand."""

    number: int
    decision: Decision = "unknown"
    decision_span: Span | None = None
    contradicted: list[Span] = field(default_factory=list)
    """Where the letter states this item's decision differently."""
    fields: dict[Role, Span] = field(default_factory=dict)
    start: int = 0


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
    second_letter: Span | None

    @property
    def header(self) -> Span:
        """What stands before the first mark: cover pages and the case header."""
        return 0, self.hits[0].start

    @property
    def region(self) -> Span:
        """The stretch in which every word should belong to an item."""
        start = self.items[0].start
        issues = [hit.end for hit in self.hits if hit.role == "issues" and hit.end <= start]
        if issues:
            start = self.sections["issues"][0]
        return start, self.end

    def uncovered(self) -> Iterator[Span]:
        """Stretches with letters or digits, between the first item and the letter's end, of no field."""
        start, end = self.region
        covered = sorted(
            [span for item in self.items for span in item.fields.values()]
            + [span for item in self.items for span in [item.decision_span] if span]
            + [(hit.start, hit.end) for hit in self.hits]
            + [(hit.end, _after_intro(self.source, hit.end, hit)) for hit in self.hits]
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
    hits, stray = _without_stray_decisions(source, layout, hits)
    hits, second = _first_letter(source, hits)
    hits, end = _before_closing(source, hits, second)
    if layout.request_before_decision:
        hits = _with_headings(source, layout, hits)
    items = _items(layout, hits, end)
    if not items:
        raise NotADetermination(
            "this opens like an IMR determination letter, but breaks off before any disputed item"
        )
    return Anatomy(
        source=source,
        layout=layout,
        sections=_sections(source, hits, end),
        items=items,
        hits=hits,
        end=end,
        stray_decisions=stray,
        second_letter=(second, len(source.text)) if second is not None else None,
    )


def _without_stray_decisions(
    source: SourceText, layout: Layout, hits: list[Hit]
) -> tuple[list[Hit], list[Span]]:
    """The hits without decision words that stand in prose; those that look like an item's are told."""
    if not layout.request_before_decision:
        return hits, []
    kept: list[Hit] = []
    stray: list[Span] = []
    filled: set[Role] = set()
    for index, hit in enumerate(hits):
        if hit.role != "decision":
            filled.update({hit.role}.intersection(ITEM_FIELDS))
            kept.append(hit)
            continue
        after = hits[index + 1] if index + 1 < len(hits) else None
        end = after.start if after else len(source.body)
        between = source.body[hit.end : end]
        labelled = after is not None and after.role in ITEM_FIELDS
        ends_line = source.body[hit.end : hit.end + 200].partition("\n")[0].strip(" .*|~") == ""
        beside = len("".join(between.split())) <= NEXT_TO
        last = after is None or after.role == "closing"
        opens = after is not None and (not filled or after.role in filled)
        if labelled and (beside or (ends_line and opens and not hit.misread)):
            filled = set()
            kept.append(hit)
        elif last and ends_line and "rationale" in filled and len(between.split()) <= LAST_WORDS // 6:
            filled = set()
            kept.append(hit)
        elif ends_line and not hit.misread:
            stray.append((hit.start, hit.end))
    return kept, stray


def _first_letter(source: SourceText, hits: list[Hit]) -> tuple[list[Hit], int | None]:
    """The hits of the first letter, and where a second one in the same file begins."""
    fields = [hit.start for hit in hits if hit.role == "rationale"]
    if not fields:
        return hits, None
    before = {hit.mark.wording for hit in hits if hit.role in SECTIONS and hit.start < fields[0]}
    for hit in hits:
        if hit.role in SECTIONS and hit.start > fields[0] and hit.mark.wording in before:
            header = source.body.rfind("Case Number:", fields[0], hit.start)
            start = header if header >= 0 else hit.start
            return [h for h in hits if h.start < start], start
    return hits, None


def _before_closing(source: SourceText, hits: list[Hit], second: int | None) -> tuple[list[Hit], int]:
    """The hits without closings, and where the letter proper ends."""
    end = len(source.body) if second is None else second
    rationales = [hit.end for hit in hits if hit.role == "rationale"]
    last = max(rationales, default=end)
    closings = [hit.start for hit in hits if hit.role == "closing" and hit.start > last]
    taken = {hit.start for hit in hits}
    closings += [line for line in _foreign_headings(source, last, end) if line not in taken]
    end = min([end, *closings])
    return [hit for hit in hits if hit.role != "closing" and hit.start < end], end


def _foreign_headings(source: SourceText, start: int, end: int) -> Iterator[int]:
    """Where a line of capitals alone opens a paragraph behind the last rationale's first one: a rationale
    has no headings, so another text begins."""
    usual = source.usual_gap
    for line in source.lines:
        if start < line.start < end and (line.gap > usual or line.after_break):
            words = source.body[line.start : line.end]
            if words.isupper() and len(words) < LAST_WORDS and len(words.split()) > 1:
                yield line.start


def _with_headings(source: SourceText, layout: Layout, hits: list[Hit]) -> list[Hit]:
    """The decision hits, each with its request: the heading that the decision word ends."""
    headed: list[Hit] = []
    floor = 0
    for hit in hits:
        if hit.role == "decision":
            intro = _after_intro(source, floor, headed[-1]) if headed else floor
            # Behind the form's fixed sentences nothing but the heading can stand.
            start = intro if intro > floor else start_of_heading(source, floor, hit.start, layout.partial)
            hit = replace(hit, start=min(start, hit.start), request=(min(start, hit.start), hit.start))
        headed.append(hit)
        floor = hit.end
    return headed


def _after_intro(source: SourceText, start: int, hit: Hit) -> int:
    """Behind the form's fixed sentences that follow a mark."""
    for sentence in hit.mark.intro:
        for tolerant in (False, True):
            at = start + len(source.body[start : start + 300]) - len(source.body[start : start + 300].lstrip())
            match = wording(sentence, tolerant=tolerant).match(source.body, at)
            if match:
                return match.end()
    return start


def _items(layout: Layout, hits: list[Hit], end: int) -> list[Item]:
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
        elif hit.role in ITEM_FIELDS and current is not None and before is not None and before.role == hit.role:
            # Two wordings of one label side by side open one field.
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
            current.fields["request"] = hit.request
        if hit.role in ITEM_FIELDS:
            current.fields[hit.role] = (hit.start if hit.mark.keep else hit.end, stop)
        before = hit
    return [items[number] for number in sorted(items)]


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
            sections[hit.role] = (_after_intro(source, hit.end, hit), stop)
    return sections
