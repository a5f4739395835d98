"""The answer that a careful model would give to a letter, rendered from its annotation.

Annotations hold texts, not places.  So the letter is read by rules too, and lends its places wherever its text is the
annotation's; what it does not share is searched for in the letter.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from extractor.language.folded import Folded
from extractor.schema import Citation, Guideline, Issue, Record, Statement, Text
from extractor.source import Span
from extractor.units import Units


def clean_answer(annotation: Statement, read: Statement, units: Units) -> dict[str, Any]:
    """The answer as JSON data, for :class:`extractor.model.answer.Answer`.

    ``read`` is the rules' statement of the same letter, with spans.
    """
    return _Rendering(units).letter(annotation, read)


class _Rendering:
    def __init__(self, units: Units) -> None:
        self._units = units
        self._source = units.source

    def letter(self, annotation: Statement, read: Statement) -> dict[str, Any]:
        summary = self._found(annotation.clinical_summary, read.clinical_summary)
        told = Folded(self._source, summary) if summary else None
        lists = ("diagnoses", "treatment_to_date", "medications")
        stated = annotation.clinical_summary
        return {
            "case": {name: self._unit(read.case.evidence.get(name)) for name in _CASE},
            "reviewer": {
                name: [self._units.pointer([span]) for span in read.reviewer.evidence.get(name, [])]
                for name in ("specialties", "subspecialties", "licensed_in")
            },
            "patient": {name: self._unit(read.patient.evidence.get(name)) for name in ("age", "sex")},
            "clinical_summary": {
                "text": self._units.pointer(summary),
                **{name: [*self._quoted(told, getattr(stated, name))] for name in lists},
            }
            if summary and stated and told
            else None,
            "utilization_review": self._review(annotation, read),
            "records": [*self._records(annotation.records, read.records)],
            "issues": [self._issue(issue, mine) for issue, mine in zip(annotation.issues, read.issues, strict=True)],
        }

    def _unit(self, spans: Sequence[Span] | None) -> int | None:
        return int(self._units.pointer(spans).partition("|")[0].partition("-")[0]) if spans else None

    def _whole(self, spans: Sequence[Span]) -> str:
        """The units that hold the spans, whole: ``12-15,18``."""
        numbers = sorted({number for span in spans for number in _range(self._units.pointer([span]))})
        runs: list[list[int]] = []
        for number in numbers:
            if runs and number == runs[-1][1] + 1:
                runs[-1][1] = number
            else:
                runs.append([number, number])
        return ",".join(str(first) if first == last else f"{first}-{last}" for first, last in runs)

    def _found(self, stated: Text | None, read: Text | None) -> list[Span]:
        """Where the annotated text stands."""
        if stated is None:
            return []
        if read is not None and _letters(read.text) == _letters(stated.text):
            return read.spans
        return self._searched(stated.text)

    def _searched(self, text: str) -> list[Span]:
        """The first place of the words in the letter, white space aside."""
        body = self._source.body
        places = [at for at, character in enumerate(body) if not character.isspace()]
        at = "".join(body[place] for place in places).find("".join(text.split()))
        length = len("".join(text.split()))
        return self._source.spans(places[at], places[at + length - 1] + 1) if at >= 0 and length else []

    def _pointer(self, stated: Text | None, read: Text | None) -> str | None:
        spans = self._found(stated, read)
        return self._units.pointer(spans) if spans else None

    def _quoted(self, told: Folded | None, entries: Sequence[Text]) -> Iterator[str]:
        for entry in entries:
            at = told.text.find(" ".join(entry.text.split())) if told else -1
            if told and at >= 0:
                yield self._units.pointer(told.spans(at, at + len(" ".join(entry.text.split()))))

    def _review(self, annotation: Statement, read: Statement) -> dict[str, Any] | None:
        stated, mine = annotation.utilization_review, read.utilization_review
        if stated is None or mine is None:
            return None
        return {"units": self._whole(mine.spans), "outcome": stated.outcome}

    def _records(self, stated: Sequence[Record], read: Sequence[Record]) -> Iterator[str]:
        for record in stated:
            mine = next((r for r in read if r.date == record.date and r.description == record.description), None)
            if mine:
                name = Folded(self._source, mine.spans)
                at = name.text.find(record.description or "\0")
                if at >= 0:
                    yield self._units.pointer(name.spans(at, at + len(record.description or "")))

    def _issue(self, stated: Issue, read: Issue) -> dict[str, Any]:
        rationale = self._found(stated.rationale, read.rationale)
        reasons = []
        for reason in stated.rationale.reasons if stated.rationale else []:
            said = (
                next((r.spans for r in read.rationale.reasons if r.code == reason.code), None)
                if read.rationale
                else None
            )
            spans = said or rationale[-1:]
            reasons.append(f"{reason.code} {reason.record_state or 'none'} {self._whole(spans)}")
        return {
            "request": self._pointer(stated.request, read.request),
            "original_request": self._pointer(stated.original_request, read.original_request),
            "authorized": self._pointer(stated.authorized, read.authorized),
            "decision": f"{stated.decision} {self._unit(read.decision_spans)}",
            "kind": f"{stated.category or 'other'}/{stated.subcategory or 'other'}",
            "administrator": self._guideline(
                stated.claims_administrator_guideline, read.claims_administrator_guideline
            ),
            "reviewer": self._guideline(stated.reviewer_guideline, read.reviewer_guideline),
            "rationale": self._units.pointer(rationale) if rationale else None,
            "parts": [
                f"{part.role} {self._whole(part.spans)}" for part in (read.rationale.parts if read.rationale else [])
            ][:30],
            "reasons": reasons[:8],
        }

    def _guideline(self, stated: Guideline | None, read: Guideline | None) -> dict[str, Any] | None:
        spans = self._found(stated, read)
        if stated is None or not spans:
            return None
        citations = []
        known = list(read.citations) if read else []
        for citation in stated.citations:
            pointer = self._title(citation, known, spans)
            if pointer:
                citations.append(f"{citation.source} {pointer}")
        return {"text": self._units.pointer(spans), "citations": citations}

    def _title(self, citation: Citation, known: list[Citation], spans: list[Span]) -> str | None:
        """Where the document's title stands: of several citations of one document, each its own place."""
        named = [
            c for c in known if (c.source, _letters(c.title or "")) == (citation.source, _letters(citation.title or ""))
        ]
        places = [c for c in named if (c.section, c.pages) == (citation.section, citation.pages)]
        mine = next(iter(places or named), None)
        place = Folded(self._source, mine.spans if mine else spans)
        if mine:
            known.remove(mine)
        at = place.text.find(citation.title or "\0")
        if at >= 0:
            return self._units.pointer(place.spans(at, at + len(citation.title or "")))
        # A title that the paragraph gives by a short form or not at all: the words that stand for it.
        return self._units.pointer(place.spans(0, min(len(place.text), 60))) if mine else None


_CASE = (
    "case_number", "date_assigned", "date_of_injury", "decision_date", "ur_denial_date", "application_received",
    "priority",
)  # fmt: skip


def _range(pointer: str) -> range:
    first, _, last = pointer.partition("|")[0].partition("-")
    return range(int(first), int(last or first) + 1)


def _letters(text: str) -> str:
    return "".join(character for character in text.lower() if character.isalnum())
