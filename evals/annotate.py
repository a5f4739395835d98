"""``imr annotate``: an empty annotation to fill, a draft to confirm, a finished one checked against its letter."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ValidationError

from evals.fields import letters_of
from evals.golden import Annotation, Refusal
from extractor.errors import ImrError
from extractor.schema import (
    Case,
    ClinicalSummary,
    Determination,
    Issue,
    Patient,
    Reviewer,
    Statement,
    UtilizationReview,
)
from extractor.source import SourceText

NAME = "annotation.json"
LEFT_OUT = frozenset(
    {"evidence", "spans", "decision_spans", "confidence", "flags", "canonical_title", "parts", "schema_version"}
)
"""What annotators do not write: places and doubts are the program's business."""
MUST_STAND: dict[str, tuple[str, ...]] = {
    "case": (
        "case_number", "date_assigned", "date_of_injury", "decision_date", "ur_denial_date", "application_received",
        "priority",
    ),
    "reviewer": ("specialties", "subspecialties", "licensed_in"),
    "patient": ("age", "sex"),
}  # fmt: skip
IN_ITEM = (
    "request", "original_request", "authorized", "decision", "category", "claims_administrator_guideline",
    "reviewer_guideline", "rationale",
)  # fmt: skip
"""Stated or null, never left out: an annotation that says nothing of them scores nothing."""


class Unfinished(ImrError):
    """An annotation that cannot be used as it is."""

    code = 3


def empty() -> dict[str, Any]:
    """An annotation with every key and nothing stated, with one item to copy."""
    issue = Issue(number=1, decision="unknown").model_dump(mode="json", exclude=set(LEFT_OUT))
    return {
        "origin": "written", "annotator": "", "notes": None,
        "case": _bare(Case()), "reviewer": _bare(Reviewer()), "patient": _bare(Patient()),
        "clinical_summary": _bare(ClinicalSummary(text="")), "utilization_review": _bare(UtilizationReview()),
        "outcome": "undetermined", "issues": [issue], "records": [], "findings": [],
    }  # fmt: skip


def draft(read: Determination) -> dict[str, Any]:
    """An annotation filled from a reading; ``unconfirmed`` names every value that somebody has to look at."""
    stated = Statement(**{name: getattr(read, name) for name in Statement.model_fields})
    whole = _without(stated.model_dump(mode="json"))
    values = list(_values(whole, ""))
    return {"origin": "written", "annotator": "", "notes": None, **whole, "findings": [], "unconfirmed": values}


def check(path: Path, source: SourceText) -> Iterator[str]:
    """What is wrong with the annotation, a line each; nothing where it can be used."""
    try:
        raw = json.loads(path.read_text(encoding="utf-8"))
        stated = (Refusal if isinstance(raw, dict) and "error" in raw else Annotation).model_validate(raw)
    except (OSError, UnicodeDecodeError) as error:
        yield f"it cannot be read ({type(error).__name__})"
        return
    except json.JSONDecodeError as error:
        yield f"line {error.lineno}: this is no JSON: {error.msg}"
        return
    except ValidationError as error:
        yield from (
            f"{'.'.join(map(str, entry['loc']))}: {entry['msg']}" for entry in error.errors(include_input=False)
        )
        return
    if not stated.annotator:
        yield "annotator: say who has read the letter"
    if isinstance(stated, Refusal):
        return
    yield from (
        f"{place}: not confirmed yet; look, and take it off the list 'unconfirmed'" for place in stated.unconfirmed
    )
    yield from _left_out(raw)
    words = letters_of(source.body)
    for place, text, spans in _texts(raw):
        if letters_of(text) not in words:
            yield f"{place}: these words do not stand in the letter"
        if spans and source.slice(spans) != " ".join(text.split()):
            yield f"{place}: its spans hold other words"
    numbers = [issue.number for issue in stated.issues]
    if numbers != list(range(1, len(numbers) + 1)):
        yield "issues: number them 1, 2, 3 in the letter's order"
    known = {issue.decision for issue in stated.issues}
    outcome = (
        "undetermined" if "unknown" in known or not known else f"all_{known.pop()}" if len(known) == 1 else "mixed"
    )
    if stated.outcome != outcome:
        yield f"outcome: the items' decisions make it '{outcome}'"


def _left_out(raw: dict[str, Any]) -> Iterator[str]:
    for part, names in MUST_STAND.items():
        for name in names:
            if name not in raw.get(part, {}):
                yield f"{part}.{name}: say what the letter states, or null"
    for at, issue in enumerate(raw.get("issues", [])):
        for name in IN_ITEM:
            if name not in issue:
                yield f"issues.{at}.{name}: say what the letter states, or null"


def _texts(node: Any, place: str = "") -> Iterator[tuple[str, str, list[tuple[int, int]]]]:
    """Every text with its place in the annotation, and its spans where the annotator wrote them."""
    if isinstance(node, dict):
        if isinstance(node.get("text"), str):
            yield place.removeprefix("."), node["text"], [(start, end) for start, end in node.get("spans", [])]
        for name, value in node.items():
            yield from _texts(value, f"{place}.{name}")
    elif isinstance(node, list):
        for at, value in enumerate(node):
            yield from _texts(value, f"{place}.{at}")


def _values(node: Any, place: str) -> Iterator[str]:
    """The path of every stated value."""
    if isinstance(node, dict):
        for name, value in node.items():
            if name != "number":
                yield from _values(value, f"{place}.{name}")
    elif isinstance(node, list):
        for at, value in enumerate(node):
            yield from _values(value, f"{place}.{at}")
    elif node is not None:
        yield place.removeprefix(".")


def _without(node: Any) -> Any:
    """Without what annotators do not write."""
    if isinstance(node, dict):
        return {name: _without(value) for name, value in node.items() if name not in LEFT_OUT}
    return [_without(value) for value in node] if isinstance(node, list) else node


def _bare(model: BaseModel) -> dict[str, Any]:
    return _without(model.model_dump(mode="json"))  # type: ignore[no-any-return]
