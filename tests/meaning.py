"""What a letter says, compared with what a careful reader wrote down."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from extractor.schema import Citation, Details, Guideline, Issue, Statement
from tests.structure import GUIDELINES, squeezed

VALUES = ("treatment", "drug", "strength", "quantity", "refills", "sessions", "frequency", "duration", "acquisition")
LISTS = ("dates_of_service", "codes")


def misreadings(got: Statement, want: Statement) -> list[str]:
    """Where two readings of a letter's meaning differ, a line each; reasons are measured, not compared here."""
    return [
        f"{place}: got {left!r:.200}, want {right!r:.200}" for place, left, right in _pairs(got, want) if left != right
    ]


def _pairs(got: Statement, want: Statement) -> Iterator[tuple[str, Any, Any]]:
    for name in ("date", "outcome"):
        pair = [getattr(reading.utilization_review, name, None) for reading in (got, want)]
        yield f"utilization review {name}", *pair
    for left, right in zip(got.issues, want.issues, strict=False):
        place = f"issue {right.number}"
        for name in ("category", "subcategory", "timing", "depends_on"):
            yield f"{place} {name}", getattr(left, name), getattr(right, name)
        yield f"{place} notices", [notice.code for notice in left.notices], [notice.code for notice in right.notices]
        for name in GUIDELINES:
            yield f"{place} {name} citations", cited(getattr(left, name)), cited(getattr(right, name))
        for kind, values, expected in asked(left, right):
            yield f"{place} {kind}", values, expected


def asked(got: Issue, want: Issue) -> Iterator[tuple[str, Any, Any]]:
    """The details of the request and of its parts: what kind of detail, got, wanted."""
    for name in ("request", "original_request", "authorized"):
        left, right = _details(got, name), _details(want, name)
        for field in (*VALUES, *LISTS, "body_parts"):
            yield f"{name} {field}", detail(left, field), detail(right, field)


def _details(issue: Issue, name: str) -> Details | None:
    if name == "request":
        return issue.details
    part = getattr(issue, name)
    return part.details if part else None


def detail(details: Details | None, field: str) -> list[Any]:
    """The values of one kind of detail, case and punctuation folded; empty where there is none."""
    if details is None:
        return []
    if field == "body_parts":
        return [(part.part.lower(), part.side, (part.level or "").lower()) for part in details.body_parts]
    value = getattr(details, field)
    values = value if isinstance(value, list) else [value] if value else []
    return [entry.value.lower().strip(" ,.") if isinstance(entry.value, str) else entry.value for entry in values]


def cited(guideline: Guideline | None) -> list[tuple[Any, ...]]:
    return [citation(entry) for entry in guideline.citations] if guideline else []


def citation(entry: Citation) -> tuple[Any, ...]:
    return entry.source, squeezed(entry.title), squeezed(entry.section), squeezed(entry.pages), entry.year
