"""One letter read by rules: every part found by the form, sliced out of the source text."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeVar

from extractor.language.sentences import sentences
from extractor.language.told import Told
from extractor.rules import partial
from extractor.rules.anatomy import Anatomy, Item, dissect
from extractor.rules.case import read_case
from extractor.rules.citations import read_citations
from extractor.rules.flags import issue_flags, letter_flags
from extractor.rules.guidelines import read_basis
from extractor.rules.history import read_history
from extractor.rules.meaning import explain
from extractor.rules.patient import read_patient
from extractor.rules.records import read_records, read_utilization_review
from extractor.rules.reviewer import read_reviewer
from extractor.schema import (
    Case,
    ClinicalSummary,
    Flag,
    Guideline,
    Issue,
    Rationale,
    Request,
    Statement,
    Text,
)
from extractor.source import SourceText, Span
from extractor.taxonomy import Decision, Outcome

T = TypeVar("T", bound=Text)


@dataclass(frozen=True)
class Reading:
    """What the rules found, the layout they know the letter by, and their doubts."""

    statement: Statement
    layout: str
    flags: list[Flag]
    told: Told


def read_letter(source: SourceText) -> Reading:
    """Reads the letter by rules. Raises NotADetermination where it is no such letter."""
    anatomy = dissect(source)
    summary = anatomy.sections.get("summary")
    case = read_case(source, anatomy.layout, _header_end(anatomy))
    issues = [_issue(anatomy, item, case.case) for item in anatomy.items]
    clinical_summary = _text(ClinicalSummary, source, summary)
    told = Told(sentences(source, clinical_summary.spans) if clinical_summary else [])
    if clinical_summary:
        for name, entries in read_history(told.summary).items():
            setattr(clinical_summary, name, entries)
    explain(source, issues, told)
    statement = Statement(
        case=case.case,
        reviewer=read_reviewer(source, anatomy.layout, anatomy.sections.get("reviewer")),
        patient=read_patient(source, summary),
        clinical_summary=clinical_summary,
        utilization_review=read_utilization_review(told.summary),
        outcome=outcome([issue.decision for issue in issues]),
        issues=issues,
        records=read_records(
            told.summary, ([voice.sentence for voice in told.rationales.get(issue.number, [])] for issue in issues)
        ),
    )
    return Reading(statement, anatomy.layout.name, letter_flags(anatomy, statement, case), told)


def outcome(decisions: list[Decision]) -> Outcome:
    """The letter's outcome from its items' decisions."""
    kinds = set(decisions)
    if not kinds or "unknown" in kinds:
        return "undetermined"
    if len(kinds) > 1:
        return "mixed"
    return "all_upheld" if kinds == {"upheld"} else "all_overturned"


def _header_end(anatomy: Anatomy) -> int:
    """The case's facts stand before the reviewer's credentials and the clinical summary: before the last
    such heading that goes before the items, since a cover page may name it too."""
    first = anatomy.items[0].start
    ends = []
    for role in ("reviewer", "summary"):
        starts = [hit.start for hit in anatomy.hits if hit.role == role]
        ends += [max([start for start in starts if start < first], default=min(starts))] if starts else []
    return min(ends, default=max(first, anatomy.hits[0].start))


def _issue(anatomy: Anatomy, item: Item, case: Case) -> Issue:
    source, layout = anatomy.source, anatomy.layout
    heading = item.fields.get("request")
    parts = partial.split(source, heading, layout.partial) if heading and layout.partial else None
    issue = Issue(
        number=item.number,
        request=_text(Text, source, parts.disputed if parts else heading),
        original_request=_text(Request, source, parts.original if parts else None),
        authorized=_text(Request, source, parts.authorized if parts else None),
        decision=item.decision,
        decision_spans=[span for place in item.decided_at() for span in source.spans(*place)],
        claims_administrator_guideline=_guideline(source, item.fields.get("claims_administrator_guideline"), case),
        reviewer_guideline=_guideline(source, item.fields.get("reviewer_guideline"), case),
        rationale=_text(Rationale, source, item.fields.get("rationale")),
    )
    issue.flags = issue_flags(source, layout, item, issue)
    return issue


def _guideline(source: SourceText, span: Span | None, case: Case) -> Guideline | None:
    guideline = _text(Guideline, source, span)
    if guideline is not None:
        guideline.basis = read_basis(guideline.text)
        guideline.citations = read_citations(source, guideline.spans, case.decision_date)
    return guideline


def _text(kind: type[T], source: SourceText, span: Span | None) -> T | None:
    """The stretch as a text with its spans, or None where there is no word in it."""
    spans = source.spans(*span) if span else []
    return kind(text=source.slice(spans), spans=spans) if spans else None
