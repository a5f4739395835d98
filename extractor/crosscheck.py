"""Two readings of one letter, by rules and by a model, held against each other.

``TABLE`` says who wins where they disagree, and which flag that raises.  The heading's decision word, found
verbatim by the rules, outranks any model; where the rules found nothing, a text that the model pointed at stands.
Each item's ``confidence`` follows from what agrees (``confidence_of``).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from extractor.grounding import Grounded
from extractor.rules.meaning import explain_request
from extractor.schema import Citation, Flag, Guideline, Issue, Reason, Statement, Text
from extractor.source import SourceText, Span
from extractor.taxonomy import Decision, FlagCode, Level


@dataclass(frozen=True)
class Rule:
    """What happens where the readings of a field differ."""

    flag: FlagCode
    level: Level
    winner: Literal["rules", "rules, else model", "both"]
    """``rules, else model``: the model's stands only where the rules found nothing."""


TABLE: dict[str, Rule] = {
    "decision": Rule("decision_disagrees", "warning", "rules"),
    "items that only the rules find": Rule("issue_unconfirmed", "warning", "rules"),
    "items that only the model finds": Rule("issue_extra", "warning", "rules"),
    "request and its parts, guidelines, rationale, summary": Rule("text_disagrees", "warning", "rules, else model"),
    "citations": Rule("citation_disagrees", "warning", "rules, else model"),
    "facts of case, reviewer and patient": Rule("fact_disagrees", "warning", "rules, else model"),
    "category": Rule("category_disagrees", "note", "rules"),
    "records, reasons, review that only the model finds": Rule("model_alone", "note", "both"),
    "diagnoses, treatment, medications": Rule("model_alone", "note", "rules, else model"),
}
"""Who wins, and what is flagged. ``both``: what either finds in the letter stands."""

TEXTS = (
    "request", "original_request", "authorized", "claims_administrator_guideline", "reviewer_guideline", "rationale",
)  # fmt: skip
NO_LETTERS = re.compile(r"[\W_]+")
AGREED = 0.99
"""Decision and all texts of an item are the same in both readings, and nothing about it is in doubt."""
TEXT_DIFFERS = 0.85
CITATION_DIFFERS = 0.95
DOUBTED = 0.8
"""The rules themselves doubt something of the item."""
UNCONFIRMED = 0.6
DECISION_DIFFERS = 0.3


def crosscheck(source: SourceText, rules: Statement, model: Grounded) -> list[Flag]:
    """Completes and doubts the rules' statement by the model's, in place; gives the flags of the letter as a whole."""
    flags: list[Flag] = []
    said = model.statement
    pairs = _pairs(rules.issues, said.issues)
    for issue in rules.issues:
        other = pairs.get(issue.number)
        if other is None:
            issue.flags.append(
                _flag(
                    "items that only the rules find", f"item {issue.number}: not in the model's answer", _places(issue)
                )
            )
            issue.confidence = min(UNCONFIRMED, confidence_of(issue))
            continue
        found = [*_compare(issue, other, model.misjudged.get(other.number, other.decision))]
        issue.flags += found
        issue.confidence = confidence_of(issue)
        _complete(source, issue, other)
    matched = {id(other) for other in pairs.values()}
    for other in said.issues:
        if id(other) not in matched:
            message = "the model reports an item that the rules did not find"
            flags.append(_flag("items that only the model finds", message, _places(other)))
    flags += _facts(rules, said)
    flags += _summary(rules, said)
    flags += _only_the_models(rules, said)
    if model.problems:
        flags.append(
            Flag(
                code="evidence_missing", level="note",
                message=f"{len(model.problems)} value(s) of the model's answer stand nowhere in the letter",
            )
        )  # fmt: skip
    return flags


def confidence_of(issue: Issue) -> float:
    """From 0 to 1, by what the two readings agree on: the lowest that any flag of the item allows."""
    codes = {flag.code for flag in issue.flags if flag.level == "warning"}
    limits = {
        "decision_disagrees": DECISION_DIFFERS,
        "decision_unknown": DECISION_DIFFERS,
        "decision_contradicted": DECISION_DIFFERS,
        "issue_unconfirmed": UNCONFIRMED,
        "text_disagrees": TEXT_DIFFERS,
        "citation_disagrees": CITATION_DIFFERS,
    }
    return min([limits.get(code, DOUBTED) for code in codes], default=AGREED)


def _flag(entry: str, message: str, spans: Sequence[Span]) -> Flag:
    rule = TABLE[entry]
    return Flag(code=rule.flag, level=rule.level, message=message, spans=list(dict.fromkeys(spans)))


def _places(issue: Issue) -> list[Span]:
    texts = [issue.request, issue.rationale]
    return issue.decision_spans or [span for text in texts if text for span in text.spans[:1]]


def _pairs(rules: list[Issue], said: list[Issue]) -> dict[int, Issue]:
    """The model's item for each of the rules', by number: the one that is decided at the same place, else the one
    whose rationale or request is the same."""
    pairs: dict[int, Issue] = {}
    left = list(said)
    for places in (_decided, _reasoned, _asked):
        for issue in rules:
            if issue.number in pairs:
                continue
            other = next((one for one in left if _overlap(places(issue), places(one))), None)
            if other is not None:
                pairs[issue.number] = other
                left.remove(other)
    return pairs


def _decided(issue: Issue) -> list[Span]:
    return issue.decision_spans


def _reasoned(issue: Issue) -> list[Span]:
    return issue.rationale.spans if issue.rationale else []


def _asked(issue: Issue) -> list[Span]:
    return issue.request.spans if issue.request else []


def _overlap(one: list[Span], other: list[Span]) -> bool:
    return any(left[0] < right[1] and right[0] < left[1] for left in one for right in other)


def _compare(issue: Issue, other: Issue, judged: Decision) -> Iterator[Flag]:
    where = f"item {issue.number}: "
    if judged != issue.decision:
        message = f"{where}the heading says {issue.decision}, the model's answer {judged}"
        yield _flag("decision", message, [*issue.decision_spans, *other.decision_spans])
    for name in TEXTS:
        mine, theirs = getattr(issue, name), getattr(other, name)
        if not _same_text(mine, theirs):
            message = f"{where}model and rules find the {name.replace('_', ' ')} at different places"
            yield _flag("request and its parts, guidelines, rationale, summary", message, _both(mine, theirs))
    for name in ("claims_administrator_guideline", "reviewer_guideline"):
        mine, theirs = getattr(issue, name), getattr(other, name)
        if mine and theirs and _same_text(mine, theirs) and _documents(mine) != _documents(theirs):
            message = f"{where}model and rules find different documents in the {name.replace('_', ' ')}"
            yield _flag("citations", message, mine.spans)
    if other.category and issue.category and other.category != issue.category:
        message = f"{where}{issue.category} by the rules, {other.category} by the model"
        yield _flag("category", message, issue.request.spans if issue.request else [])


def _same_text(mine: Text | None, theirs: Text | None) -> bool:
    if mine is None or theirs is None:
        return mine is theirs
    if mine.spans == theirs.spans:
        return True
    return _letters(mine.text) == _letters(theirs.text) and _overlap(mine.spans, theirs.spans)


def _both(mine: Text | None, theirs: Text | None) -> list[Span]:
    return [span for text in (mine, theirs) if text for span in text.spans]


def _documents(guideline: Guideline) -> set[tuple[str, str]]:
    return {(citation.source, _letters(citation.title or "")) for citation in guideline.citations}


def _letters(text: str) -> str:
    return NO_LETTERS.sub("", text.lower())


def _complete(source: SourceText, issue: Issue, other: Issue) -> None:
    """What the rules did not find and the model did, in the letter."""
    for name in TEXTS:
        if getattr(issue, name) is None and getattr(other, name) is not None:
            setattr(issue, name, getattr(other, name))
            if name == "request":
                explain_request(source, issue)
                issue.category, issue.subcategory = other.category, other.subcategory
    for name in ("claims_administrator_guideline", "reviewer_guideline"):
        mine, theirs = getattr(issue, name), getattr(other, name)
        if mine and theirs and not mine.citations and _overlap(mine.spans, theirs.spans):
            mine.citations = _within(theirs.citations, mine)
    if other.rationale and issue.rationale is not other.rationale:
        add_reasons(issue, other.rationale.reasons)


def add_reasons(issue: Issue, reasons: Sequence[Reason]) -> None:
    """The reasons that only the model finds, where the rationale does not merely recite a guideline."""
    if issue.rationale is None:
        return
    recited = [
        span
        for part in issue.rationale.parts
        if part.role in ("guideline_text", "criterion", "notice")
        for span in part.spans
    ]
    known = {reason.code for reason in issue.rationale.reasons}
    added = [
        reason
        for reason in reasons
        if reason.code not in known
        and not _overlap(reason.spans, recited)
        and _overlap(reason.spans, issue.rationale.spans)
    ]
    if added:
        issue.rationale.reasons += added
        spans = [span for reason in added for span in reason.spans]
        message = f"item {issue.number}: reasons found by the model alone"
        issue.flags.append(_flag("records, reasons, review that only the model finds", message, spans))


def _within(citations: list[Citation], guideline: Guideline) -> list[Citation]:
    return [citation for citation in citations if _overlap(citation.spans, guideline.spans)]


def _facts(rules: Statement, said: Statement) -> Iterator[Flag]:
    for part in ("case", "reviewer", "patient"):
        mine, theirs = getattr(rules, part), getattr(said, part)
        for name in type(mine).model_fields:
            if name == "evidence":
                continue
            yield from _fact(mine, theirs, name)


def _fact(mine: Any, theirs: Any, name: str) -> Iterator[Flag]:
    own, other = getattr(mine, name), getattr(theirs, name)
    if own in (None, []) and other not in (None, []):
        setattr(mine, name, other)
        mine.evidence[name] = theirs.evidence.get(name, [])
        message = f"only the model finds the {name.replace('_', ' ')}; look at the place"
        yield _flag("facts of case, reviewer and patient", message, mine.evidence[name])
    elif other not in (None, []) and _comparable(own) != _comparable(other):
        message = f"model and rules read the {name.replace('_', ' ')} differently"
        spans = [*mine.evidence.get(name, []), *theirs.evidence.get(name, [])]
        yield _flag("facts of case, reviewer and patient", message, spans)


def _comparable(value: Any) -> Any:
    return {_letters(name) for name in value} if isinstance(value, list) else value


def _summary(rules: Statement, said: Statement) -> Iterator[Flag]:
    mine, theirs = rules.clinical_summary, said.clinical_summary
    if not _same_text(mine, theirs):
        message = "model and rules find the clinical case summary at different places"
        yield _flag("request and its parts, guidelines, rationale, summary", message, _both(mine, theirs))
    if mine is None:
        rules.clinical_summary = theirs
    elif theirs is not None:
        for name in ("diagnoses", "treatment_to_date", "medications"):
            entries = [entry for entry in getattr(theirs, name) if _overlap(entry.spans, mine.spans)]
            if entries and not getattr(mine, name):
                setattr(mine, name, entries)
                spans = [span for entry in entries for span in entry.spans]
                yield _flag(
                    "diagnoses, treatment, medications", f"{name.replace('_', ' ')}: found by the model alone", spans
                )


def _only_the_models(rules: Statement, said: Statement) -> Iterator[Flag]:
    """Records and the utilization review that the model alone finds: they stand in the letter, and are worth a look."""
    known = rules.records
    extra = [
        record
        for record in said.records
        if not any(record.date == other.date and _overlap(record.spans, other.spans) for other in known)
    ]
    spans = [span for record in extra for span in record.spans]
    rules.records = sorted([*known, *extra], key=lambda record: record.spans[0]) if extra else known
    if rules.utilization_review is None and said.utilization_review is not None:
        rules.utilization_review = said.utilization_review
        spans += said.utilization_review.spans
    if spans:
        yield _flag("records, reasons, review that only the model finds", "found by the model alone", spans)
