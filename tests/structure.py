"""Comparing a result with what a careful reader wrote down, and a result with its source text."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from pydantic import BaseModel

from evals.fields import score
from evals.golden import Annotation
from extractor.language import dates
from extractor.language.numbers import number
from extractor.schema import BodyPart, Citation, Determination, Record, Text, Value
from extractor.source import SourceText

CASE = ("case_number", "date_assigned", "date_of_injury", "decision_date", "ur_denial_date", "application_received",
        "priority")  # fmt: skip
TEXTS = (
    "request",
    "original_request",
    "authorized",
    "claims_administrator_guideline",
    "reviewer_guideline",
    "rationale",
)
GUIDELINES = ("claims_administrator_guideline", "reviewer_guideline")


def squeezed(text: str | None) -> str:
    """The text without white space, which does not count."""
    return "".join((text or "").split())


MEASURED = ("rationale.reasons", "records", "clinical_summary.")
"""Fields that rules alone do not always find: they are measured (imr eval), not asserted."""


def mismatches(got: Determination, want: Annotation, source: SourceText) -> list[str]:
    """Where a reading differs from the annotation, a line each."""
    wrong = [
        f"{row.field} of item {row.gold_item or row.predicted_item}: got {row.predicted!r:.200}, want {row.gold!r:.200}"
        for row in score("", want, got, source)
        if row.mistakes and not row.field.startswith(MEASURED)
    ]
    if (got.outcome, [issue.number for issue in got.issues]) != (want.outcome, [i.number for i in want.issues]):
        wrong.append("outcome or numbers of the items")
    return wrong


def text_of(text: Text | None) -> str:
    return squeezed(text.text) if text else ""


def false_spans(result: Determination, source: SourceText) -> list[str]:
    """Every place of the result whose spans do not hold what it says; empty for a sound result."""
    return [*_false_spans(result, source, "result"), *_false_evidence(result, source)]


def _false_evidence(result: Determination, source: SourceText) -> Iterator[str]:
    """Typed values that cannot be read again from where they are said to stand, or have no such place."""
    for name in CASE:
        value, spans = getattr(result.case, name), result.case.evidence.get(name, [])
        words = source.slice(spans)
        if name == "case_number":
            again: Any = squeezed(words) or None
        else:
            again = words.lower() or None if name == "priority" else dates.parse(words) if words else None
        if value != again:
            yield f"case.{name}: {value!r} is not {words!r}"
    for name in ("specialties", "subspecialties", "licensed_in"):
        spans = result.reviewer.evidence.get(name, [])
        if getattr(result.reviewer, name) != [source.slice(source.spans(*span)) for span in spans]:
            yield f"reviewer.{name} is not its evidence"
    patient, evidence = result.patient, result.patient.evidence
    if patient.age is not None:
        words = source.slice(evidence.get("age", []))
        if not words or (words.isdigit() and int(words) != patient.age):  # or in words ("fifty-two")
            yield f"patient.age: {patient.age} is not {words!r}"
    if patient.sex is not None:
        word = source.slice(evidence.get("sex", [])).lower().rstrip(".")
        female = word in ("female", "woman", "lady", "girl", "f", "she", "her", "hers", "ms", "mrs")
        male = word in ("male", "man", "gentleman", "boy", "m", "he", "him", "his", "mr")
        if (patient.sex == "female") != female or (patient.sex == "male") != male:
            yield f"patient.sex: {patient.sex} is not {word!r}"
    for issue in result.issues:
        word = re.sub(r"[^a-z]", "", source.slice(issue.decision_spans).lower())
        if issue.decision != "unknown" and not word:
            yield f"issue {issue.number}: the decision stands nowhere"
        if (issue.decision == "upheld" and word == "overturned") or (
            issue.decision == "overturned" and word == "upheld"
        ):
            yield f"issue {issue.number}: {issue.decision} is not {word!r}"


def _false_values(value: Value | BodyPart | Citation | Record, source: SourceText, place: str) -> Iterator[str]:
    """Values that are not the words at their spans, nor what those words mean."""
    words = source.slice(value.spans)
    if isinstance(value, Value):
        digits = words.translate(str.maketrans("lI|O", "1110"))
        meant = {words, number(words), number(digits)} | ({0} if words.lower() in ("no", "zero") else set())
        sound = value.value in meant or (value.value in ("rental", "purchase") and value.value[:4] in words.lower())
    elif isinstance(value, BodyPart):
        sound = value.part in words and (value.level or "") in words
    elif isinstance(value, Citation):
        own = squeezed(value.title) in squeezed(words) or value.title == value.canonical_title
        sound = own and all(squeezed(part) in squeezed(words) for part in (value.section, value.pages) if part)
    else:
        sound = all(word in words for word in (value.description or "").split())
    if not sound:
        yield f"{place}: {value.model_dump(exclude={'spans'})!r} is not {words!r}"


def _false_spans(value: Any, source: SourceText, place: str) -> Iterator[str]:
    if isinstance(value, Text) and (source.slice(value.spans) != value.text or not value.spans):
        yield f"{place}: text is not its spans"
    if isinstance(value, Value | BodyPart | Citation | Record):
        yield from _false_values(value, source, place)
    if isinstance(value, BaseModel):
        for name in type(value).model_fields:
            yield from _false_spans(getattr(value, name), source, f"{place}.{name}")
    elif isinstance(value, list):
        for index, entry in enumerate(value):
            if isinstance(entry, tuple):
                start, end = entry
                if not 0 <= start < end <= len(source.text) or not source.text[start:end].strip():
                    yield f"{place}[{index}]: {entry} is no stretch of the text"
            else:
                yield from _false_spans(entry, source, f"{place}[{index}]")
    elif isinstance(value, dict):
        for name, entry in value.items():
            yield from _false_spans(entry, source, f"{place}.{name}")
