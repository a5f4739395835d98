"""The facts of the case, from the letter's header."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from extractor.language import dates
from extractor.layouts import Layout
from extractor.layouts.description import worded
from extractor.schema import Case
from extractor.source import SourceText, Span

CASE_NUMBER = r"\bC[A-Z]\s?\d{2}\s?-\s?\d{4,8}\b"
PRIORITIES = ("standard", "expedited")
VALUE = "{value}"
BETWEEN = re.compile(r"[\s|:\u200b\ufeff]*")
"""What may stand between a label and its value."""
RANGE = re.compile(r"[\s|:,\u200b\ufeff–-]*(?:(?:to|through|thru|and)[\s\u200b]*)?", re.I)
"""What may stand between two values: a case can state a first and a last date of injury."""

KINDS = {"case_number": "number", "priority": "priority"}
"""What kind of value each field takes; the others take dates."""


@dataclass(frozen=True)
class CaseReading:
    case: Case
    unreadable: list[Span]
    """Labels whose value is there, but is no date or number of its kind."""
    disagreeing: dict[str, list[Span]]
    """Fields that the letter states twice, differently."""


@dataclass(frozen=True, slots=True)
class _Token:
    start: int
    end: int
    field: str | None = None
    """For a label: its field."""
    kind: str | None = None
    """For a value: its kind."""
    value: Span | None = None
    """For a label with its value inside ("Application 11/21/2016 Received:")."""


def read_case(source: SourceText, layout: Layout, end: int) -> CaseReading:
    """The case facts stated before ``end``; where one is stated twice, the last one counts."""
    tokens = _tokens(source.body, layout, end)
    found: dict[str, list[Span]] = {}
    for label, value in _pairs(source.body, tokens):
        found.setdefault(label, []).append(value)
    facts: dict[str, Any] = {}
    evidence: dict[str, list[Span]] = {}
    disagreeing: dict[str, list[Span]] = {}
    unreadable: list[Span] = []
    for name, values in found.items():
        read = [(_value(name, source.body[slice(*span)]), span) for span in values]
        unreadable += [span for value, span in read if value is None]
        known = [(value, span) for value, span in read if value is not None]
        if known:
            facts[name], span = known[-1]
            evidence[name] = source.spans(*span)
        if len({value for value, _ in known}) > 1:
            disagreeing[name] = [span for _, span in known]
    return CaseReading(Case(**facts, evidence=evidence), unreadable, disagreeing)


def read_fact(name: str, source: SourceText, spans: list[Span]) -> tuple[Any, list[Span]] | None:
    """The value of the case's field ``name`` that stands within the spans, with its place; None where none does."""
    start, end = spans[0][0], spans[-1][1]
    pattern = {"number": CASE_NUMBER, "priority": rf"\b(?:{'|'.join(PRIORITIES)})\b"}.get(KINDS.get(name, ""))
    match = (re.compile(pattern, re.I) if pattern else dates.DATE).search(source.body, start, end)
    value = _value(name, match.group()) if match else None
    return None if match is None or value is None else (value, source.spans(*match.span()))


def _value(name: str, words: str) -> Any:
    kind = KINDS.get(name, "date")
    if kind == "date":
        return dates.parse(words)
    if kind == "number":
        return "".join(words.split())
    return words.lower()


@cache
def _pattern(labels: tuple[tuple[str, tuple[str, ...]], ...]) -> re.Pattern[str]:
    """Labels and values, each a group by the name of its field or kind."""
    alternatives = []
    for name, wordings in labels:
        plain = "|".join(worded(wording, tolerant=True) for wording in wordings if VALUE not in wording)
        alternatives.append(f"(?P<{name}>{plain})")
        for wording in wordings:
            if VALUE in wording:
                before, after = (worded(part, tolerant=True) for part in wording.split(VALUE))
                alternatives.append(f"(?P<in_{name}>{before}(?P<v_{name}>{dates.NUMERIC % ('_in', '_in')}){after})")
    alternatives.append(f"(?P<number>{CASE_NUMBER})")
    alternatives.append(rf"(?P<priority_word>\b(?:{'|'.join(PRIORITIES)})\b)")
    alternatives.append(f"(?P<date>{dates.NUMERIC % ('', '')}|{dates.WORDED})")
    return re.compile("|".join(alternatives), re.I)


def _tokens(body: str, layout: Layout, end: int) -> list[_Token]:
    labels: Mapping[str, tuple[str, ...]] = layout.case_labels
    tokens = []
    for match in _pattern(tuple(labels.items())).finditer(body, 0, end):
        group = match.lastgroup or ""
        if group in labels:
            tokens.append(_Token(*match.span(), field=group))
        elif group.startswith("in_"):
            name = group[3:]
            tokens.append(_Token(*match.span(), field=name, value=match.span(f"v_{name}")))
        else:
            kind = {"number": "number", "priority_word": "priority"}.get(group, "date")
            tokens.append(_Token(*match.span(), kind=kind))
    return tokens


def _pairs(body: str, tokens: list[_Token]) -> list[tuple[str, Span]]:
    """Each label with its value. Labels that stand together before their values are paired in order,
    where they are as many and of the same kinds."""
    pairs: list[tuple[str, Span]] = []
    at = 0
    while at < len(tokens):
        token = tokens[at]
        if token.field is None:
            at += 1
            continue
        if token.value is not None:
            pairs.append((token.field, token.value))
            at += 1
            continue
        labels = _run(body, tokens, at, labels=True)
        values = _run(body, tokens, at + len(labels), labels=False)
        kinds = [KINDS.get(label.field or "", "date") for label in labels]
        by_kind = _by_kind(labels, values) if len(labels) > 1 else []
        if by_kind:
            pairs += by_kind
        elif values and labels[-1].end <= values[0].start and _side_by_side(body, labels, values[0]):
            # Of several values the first counts, which goes last.
            own = [(value.start, value.end) for value in values if value.kind == kinds[-1]]
            pairs += [(labels[-1].field or "", span) for span in reversed(own)]
        at += len(labels) + len(values)
    return pairs


def _by_kind(labels: list[_Token], values: list[_Token]) -> list[tuple[str, Span]]:
    """Labels and values that stand apart, paired in order within each kind of value; a kind with more
    labels than values, or fewer, is left out: any of them may be the one that lacks its value."""
    pairs = []
    for kind in {value.kind for value in values}:
        wanting = [label.field or "" for label in labels if KINDS.get(label.field or "", "date") == kind]
        own = [(value.start, value.end) for value in values if value.kind == kind]
        if len(wanting) == len(own):
            pairs += list(zip(wanting, own, strict=True))
    return pairs


def _side_by_side(body: str, labels: list[_Token], value: _Token) -> bool:
    """The value follows the label directly; behind several labels, on the last one's line: on a line of
    its own it may be any one's."""
    between = body[labels[-1].end : value.start]
    return BETWEEN.fullmatch(between) is not None and (len(labels) == 1 or "\n" not in between)


def _run(body: str, tokens: list[_Token], at: int, *, labels: bool) -> list[_Token]:
    """The labels, or the values, that stand together from ``at`` on with nothing but blanks between."""
    run: list[_Token] = []
    for token in tokens[at:]:
        if (token.field is not None) != labels or token.value is not None:
            break
        between = body[run[-1].end : token.start] if run else ""
        if not (BETWEEN if labels else RANGE).fullmatch(between):
            break
        run.append(token)
    return run
