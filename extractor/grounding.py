"""From a model's pointers to what the letter states: the program slices the words out, and reads the values there.

Nothing that a model wrote reaches a result but a choice from a closed list, beside the place that it is read from.
What does not stand where the answer says is left out, and told as a problem: by the answer's own field names and the
numbers of units, without a word of the letter.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar, cast

from extractor.language import dates
from extractor.language.folded import Folded
from extractor.language.sentences import sentences
from extractor.layouts import decision_in
from extractor.model.answer import Answer, GuidelineAnswer, IssueAnswer, ReasonsAnswer
from extractor.rules.case import read_fact
from extractor.rules.citations import read_citations
from extractor.rules.guidelines import read_basis
from extractor.rules.letter import outcome
from extractor.rules.patient import read_patient
from extractor.rules.records import read_utilization_review
from extractor.schema import (
    Case,
    Citation,
    ClinicalSummary,
    Guideline,
    Issue,
    Patient,
    Rationale,
    RationalePart,
    Reason,
    Record,
    Request,
    Reviewer,
    Statement,
    Text,
    UtilizationReview,
)
from extractor.source import Span
from extractor.taxonomy import (
    SUBCATEGORIES,
    Category,
    CitationSource,
    Decision,
    RationaleRole,
    ReasonCode,
    RecordState,
)
from extractor.units import NoSuchPlace, Units

T = TypeVar("T", bound=Text)
CASE_FIELDS = (
    "case_number", "date_assigned", "date_of_injury", "decision_date", "ur_denial_date", "application_received",
    "priority",
)  # fmt: skip


@dataclass
class Grounded:
    """What the answer states of the letter, and what of it stands nowhere."""

    statement: Statement
    problems: list[str] = field(default_factory=list)
    """One line each: the answer's field, and what is wrong with it."""
    misjudged: dict[int, Decision] = field(default_factory=dict)
    """Items, by number, whose decision the answer names otherwise than the words it points at."""


def ground(answer: Answer, units: Units) -> Grounded:
    """Reads the letter where the answer points."""
    return _Grounding(units).read(answer)


def ground_reasons(
    answer: ReasonsAnswer, units: Units, issues: Sequence[Issue]
) -> tuple[dict[int, list[Reason]], list[str]]:
    """By the number of each item its reasons, where the answer points; and what of the answer stands nowhere."""
    grounding = _Grounding(units)
    found = {}
    rationales = {issue.number: issue.rationale for issue in issues}
    for at, said in enumerate(answer.items):
        rationale = rationales.get(said.item)
        if rationale is None:
            grounding.problems.append(f"items[{at}]: item {said.item} was not shown")
        else:
            found[said.item] = [*grounding.reasons(rationale, said.reasons, f"items[{at}]")]
    return found, grounding.problems


class _Grounding:
    def __init__(self, units: Units) -> None:
        self._units = units
        self._source = units.source
        self.problems: list[str] = []
        self._misjudged: dict[int, Decision] = {}
        self._used: list[tuple[int, int, str]] = []
        """Stretches that belong to one field alone."""

    def read(self, answer: Answer) -> Grounded:
        case = self._case(answer)
        summary = self._summary(answer)
        issues = [self._issue(number, issue, case) for number, issue in enumerate(answer.issues, 1)]
        for issue, said in zip(issues, answer.issues, strict=True):
            self._judge(issue, said)
        statement = Statement(
            case=case,
            reviewer=self._reviewer(answer),
            patient=self._patient(answer),
            clinical_summary=summary,
            utilization_review=self._review(answer),
            outcome=outcome([issue.decision for issue in issues]),
            issues=issues,
            records=[*self._records(answer)],
        )
        self._in_order(issues)
        return Grounded(statement, self.problems, self._misjudged)

    def _wrong(self, where: str, what: str) -> None:
        self.problems.append(f"{where}: {what}")

    def _spans(self, pointer: str | int | None, where: str) -> list[Span]:
        """Where the pointer leads; nothing where it leads nowhere."""
        if pointer is None:
            return []
        try:
            return self._units.spans(str(pointer))
        except NoSuchPlace as error:
            self._wrong(where, str(error))
            return []

    def _name(self, pointer: str, where: str) -> list[Span]:
        """Where a name stands: it is no longer than a unit."""
        if "-" in pointer.partition("|")[0]:
            self._wrong(where, "a name stands within one unit")
            return []
        return self._spans(pointer, where)

    def _ranges(self, ranges: str, where: str) -> list[Span]:
        """Where the whole units stand."""
        return [span for part in ranges.split(",") for span in self._spans(part, where)]

    def _text(self, kind: type[T], pointer: str | None, where: str, *, alone: bool = False) -> T | None:
        spans = self._spans(pointer, where)
        if not spans:
            return None
        if alone:
            start, end = spans[0][0], spans[-1][1]
            other = next((name for left, right, name in self._used if left < end and start < right), None)
            if other:
                self._wrong(where, f"it overlaps {other}")
                return None
            self._used.append((start, end, where))
        return kind(text=self._source.slice(spans), spans=spans)

    def _case(self, answer: Answer) -> Case:
        facts: dict[str, Any] = {}
        evidence: dict[str, list[Span]] = {}
        for name in CASE_FIELDS:
            unit = getattr(answer.case, name)
            spans = self._spans(unit, f"case.{name}")
            if not spans:
                continue
            read = read_fact(name, self._source, spans)
            if read is None:
                self._wrong(f"case.{name}", f"no such value stands in unit {unit}")
            else:
                facts[name], evidence[name] = read
        return Case(**facts, evidence=evidence)

    def _reviewer(self, answer: Answer) -> Reviewer:
        names: dict[str, list[str]] = {}
        evidence: dict[str, list[Span]] = {}
        for name in ("specialties", "subspecialties", "licensed_in"):
            for index, pointer in enumerate(getattr(answer.reviewer, name)):
                spans = self._name(pointer, f"reviewer.{name}[{index}]")
                if spans:
                    names.setdefault(name, []).append(self._source.slice(spans))
                    evidence.setdefault(name, []).append((spans[0][0], spans[-1][1]))
        return Reviewer(
            specialties=names.get("specialties", []),
            subspecialties=names.get("subspecialties", []),
            licensed_in=names.get("licensed_in", []),
            evidence=evidence,
        )

    def _patient(self, answer: Answer) -> Patient:
        facts: dict[str, Any] = {}
        evidence: dict[str, list[Span]] = {}
        for name in ("age", "sex"):
            unit = getattr(answer.patient, name)
            spans = self._spans(unit, f"patient.{name}")
            if not spans:
                continue
            read = read_patient(self._source, (spans[0][0], spans[-1][1]))
            value = getattr(read, name)
            if value is None:
                self._wrong(f"patient.{name}", f"unit {unit} does not tell it")
            else:
                facts[name], evidence[name] = value, read.evidence[name]
        return Patient(**facts, evidence=evidence)

    def _summary(self, answer: Answer) -> ClinicalSummary | None:
        said = answer.clinical_summary
        if said is None:
            return None
        summary = self._text(ClinicalSummary, said.text, "clinical_summary.text", alone=True)
        if summary is None:
            return None
        for name in ("diagnoses", "treatment_to_date", "medications"):
            entries = [
                self._text(Text, pointer, f"clinical_summary.{name}[{index}]")
                for index, pointer in enumerate(getattr(said, name))
            ]
            setattr(summary, name, [entry for entry in entries if entry])
        return summary

    def _review(self, answer: Answer) -> UtilizationReview | None:
        said = answer.utilization_review
        if said is None:
            return None
        spans = self._ranges(said.units, "utilization_review.units")
        if not spans:
            return None
        read = read_utilization_review(sentences(self._source, spans))
        if read is None or read.outcome != said.outcome:
            self._wrong("utilization_review.outcome", "the words there do not say so")
        return UtilizationReview(date=read.date, outcome=read.outcome, spans=spans) if read else None

    def _records(self, answer: Answer) -> Iterator[Record]:
        for index, pointer in enumerate(answer.records):
            where = f"records[{index}]"
            spans = self._name(pointer, where)
            if not spans:
                continue
            dated = self._date_beside(spans, pointer)
            if dated is None:
                self._wrong(where, "no date stands beside it")
                continue
            day, place = dated
            apart = [span for span in place if not any(start <= span[0] < end for start, end in spans)]
            yield Record(date=day, description=self._source.slice(spans), spans=sorted([*spans, *apart]))

    def _date_beside(self, spans: list[Span], pointer: str) -> tuple[Any, list[Span]] | None:
        """The date nearest to the words, in the unit that they stand in."""
        folded = Folded(self._source, self._units.spans(pointer.partition("|")[0]))
        found = []
        for match in dates.DATE.finditer(folded.text):
            day, place = dates.parse(match.group()), folded.spans(*match.span())
            if day:
                distance = max(spans[0][0] - place[-1][1], place[0][0] - spans[-1][1], 0)
                found.append((distance, day, place))
        return min(found)[1:] if found else None

    def _issue(self, number: int, said: IssueAnswer, case: Case) -> Issue:
        where = f"issues[{number - 1}]"
        judged, _, unit = said.decision.partition(" ")
        decided = self._spans(unit or None, f"{where}.decision")
        decision = decision_in(self._source.slice(decided)) if decided else "unknown"
        if decision != judged:
            self._wrong(f"{where}.decision", f"the words there say '{decision}'; point at the decision's own words")
            self._misjudged[number] = cast(Decision, judged)
        return Issue(
            number=number,
            request=self._text(Text, said.request, f"{where}.request", alone=True),
            original_request=self._text(Request, said.original_request, f"{where}.original_request", alone=True),
            authorized=self._text(Request, said.authorized, f"{where}.authorized", alone=True),
            decision=decision,
            decision_spans=decided,
            claims_administrator_guideline=self._guideline(said.administrator, f"{where}.administrator", case),
            reviewer_guideline=self._guideline(said.reviewer, f"{where}.reviewer", case),
            rationale=self._text(Rationale, said.rationale, f"{where}.rationale", alone=True),
        )

    def _guideline(self, said: GuidelineAnswer | None, where: str, case: Case) -> Guideline | None:
        guideline = self._text(Guideline, said.text, f"{where}.text", alone=True) if said else None
        if said is None or guideline is None:
            return None
        guideline.basis = read_basis(guideline.text)
        known = read_citations(self._source, guideline.spans, case.decision_date)
        start, end = guideline.spans[0][0], guideline.spans[-1][1]
        for index, citation in enumerate(said.citations):
            source, _, title = citation.partition(" ")
            spans = self._spans(title, f"{where}.citations[{index}]")
            if not spans:
                continue
            if not (start <= spans[0][0] and spans[-1][1] <= end):
                self._wrong(f"{where}.citations[{index}]", "it does not stand in the guideline's text")
                continue
            guideline.citations.append(self._citation(cast(CitationSource, source), spans, known))
        return guideline

    def _citation(self, source: CitationSource, spans: list[Span], known: list[Citation]) -> Citation:
        """The document named at the spans, with the section, pages and year that stand behind it there."""
        title = self._source.slice(spans)
        for citation in known:
            if citation.spans and citation.spans[0][0] <= spans[0][0] and spans[-1][1] <= citation.spans[-1][1]:
                same = citation.title is None or _letters(title) in _letters(citation.title) or source == "ODG"
                named = citation.title if same else title
                return citation.model_copy(update={"source": source, "title": named})
        return Citation(source=source, title=title, spans=spans)

    def _judge(self, issue: Issue, said: IssueAnswer) -> None:
        """What the model judges, where it says what it judges by."""
        where = f"issues[{issue.number - 1}]"
        category, _, subcategory = said.kind.partition("/")
        if subcategory in SUBCATEGORIES.get(cast(Category, category), ()):
            issue.category, issue.subcategory = cast(Category, category), subcategory
        else:
            self._wrong(f"{where}.kind", "there is no such category, or no such subcategory of it")
            issue.category = issue.subcategory = None
        if issue.rationale is None:
            return
        start, end = issue.rationale.spans[0][0], issue.rationale.spans[-1][1]
        for index, part in enumerate(said.parts):
            role, _, units = part.partition(" ")
            spans = self._within(self._ranges(units, f"{where}.parts[{index}]"), start, end)
            if spans:
                issue.rationale.parts.append(RationalePart(role=cast(RationaleRole, role), spans=spans))
        issue.rationale.reasons += self.reasons(issue.rationale, said.reasons, where)

    def reasons(self, rationale: Rationale, said: Sequence[str], where: str) -> Iterator[Reason]:
        """The reasons that stand in the rationale."""
        start, end = rationale.spans[0][0], rationale.spans[-1][1]
        for index, reason in enumerate(said):
            code, state, units = reason.split(" ")
            spans = self._within(self._ranges(units, f"{where}.reasons[{index}]"), start, end)
            if spans:
                shown = None if state == "none" else cast(RecordState, state)
                yield Reason(code=cast(ReasonCode, code), record_state=shown, spans=spans)
            else:
                self._wrong(f"{where}.reasons[{index}]", "its units do not stand in the item's rationale")

    @staticmethod
    def _within(spans: list[Span], start: int, end: int) -> list[Span]:
        return [span for span in spans if start <= span[0] and span[1] <= end]

    def _in_order(self, issues: list[Issue]) -> None:
        """Items stand in the letter's order, each part behind the one before it."""
        last = 0
        for issue in issues:
            start = issue.decision_spans[0][0] if issue.decision_spans else last
            if start < last:
                self._wrong(f"issues[{issue.number - 1}]", "it stands before the item ahead of it; keep the order")
            last = max(last, start)


def _letters(text: str) -> str:
    return re.sub(r"[\W_]+", "", text.lower())
