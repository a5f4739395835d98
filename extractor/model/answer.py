"""What a model answers: where each thing stands, in pointers, and closed lists for what must be judged.

A *pointer* names units, and where the thing is less than a unit its words: ``12``, ``12-15``, ``12|the words``.
The answer holds no other text.  Every string and list has a bound, so that decoding ends.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from functools import cache
from typing import Annotated, Any, get_args

from pydantic import BaseModel, ConfigDict, Field

from extractor.taxonomy import REASONS, CitationSource, RationaleRole, RecordState, ReviewOutcome

_UNITS = r"[0-9]{1,4}(-[0-9]{1,4})?(,[0-9]{1,4}(-[0-9]{1,4})?){0,9}"
QUOTE = ".{1,400}"
NARROW_QUOTE, NARROW_LIST = r'[^"\\]{1,60}', 2
"""llama.cpp's grammar lets a dot end the string and go on: a quotation mark is named, so that none is written."""
_POINTER = rf"[0-9]{{1,4}}(-[0-9]{{1,4}})?(\|{QUOTE})?"
Unit = Annotated[int, Field(ge=1, le=9999)]
Units = Annotated[str, Field(pattern=rf"^{_UNITS}$", max_length=80)]
"""Whole units: ``12``, ``12-15``, ``12-15,18``."""
Pointer = Annotated[str, Field(pattern=rf"^{_POINTER}$", max_length=410)]
"""Units, or the words within them that count."""


def _judged(choices: Iterable[str], place: str) -> str:
    return rf"^({'|'.join(choices)}) {place}$"


# What is judged is one line: the choice, then where it is read.
Decided = Annotated[str, Field(pattern=r"^((upheld|overturned|unknown) [0-9]{1,4}|unknown)$", max_length=20)]
"""``upheld 30``: the decision, and the unit of its word."""
Kind = Annotated[str, Field(pattern=r"^[a-z_]{1,40}/[a-z_]{1,40}$", max_length=81)]
"""``category/subcategory``."""
Citation = Annotated[str, Field(pattern=_judged(get_args(CitationSource), _POINTER), max_length=420)]
"""``ODG 57|Official Disability Guidelines``: the document's source, and its title."""
Role = Annotated[str, Field(pattern=_judged(get_args(RationaleRole), _UNITS), max_length=100)]
"""``finding 60-62``: who speaks, and where."""
Reason = Annotated[
    str, Field(pattern=_judged(REASONS, rf"({'|'.join(get_args(RecordState))}|none) {_UNITS}"), max_length=160)
]
"""``required_finding_not_shown not_documented 63``: the code, what the records show, and where it is said."""


class Part(BaseModel):
    """A strict model: unknown keys are refused, and every key must be there."""

    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True)

    @classmethod
    def model_json_schema(cls, *args: Any, **kwargs: Any) -> dict[str, Any]:
        """Made once and copied: instructor asks for it with every question."""
        if args or kwargs:
            return super().model_json_schema(*args, **kwargs)
        if cls not in _SCHEMAS:
            _SCHEMAS[cls] = json.dumps(super().model_json_schema())
        copied: dict[str, Any] = json.loads(_SCHEMAS[cls])
        return copied


_SCHEMAS: dict[type[Part], str] = {}


class CaseAnswer(Part):
    """The unit in which each fact of the case header stands; the program reads the value there."""

    case_number: Unit | None
    date_assigned: Unit | None
    date_of_injury: Unit | None
    decision_date: Unit | None
    ur_denial_date: Unit | None
    application_received: Unit | None
    priority: Unit | None


class ReviewerAnswer(Part):
    specialties: Annotated[list[Pointer], Field(max_length=12)]
    subspecialties: Annotated[list[Pointer], Field(max_length=12)]
    licensed_in: Annotated[list[Pointer], Field(max_length=60)]


class PatientAnswer(Part):
    age: Unit | None
    sex: Unit | None


class ReviewAnswer(Part):
    """The utilization review, as the summary tells it."""

    units: Units
    outcome: ReviewOutcome | None


class SummaryAnswer(Part):
    text: Pointer
    diagnoses: Annotated[list[Pointer], Field(max_length=60)]
    treatment_to_date: Annotated[list[Pointer], Field(max_length=60)]
    medications: Annotated[list[Pointer], Field(max_length=60)]


class GuidelineAnswer(Part):
    text: Pointer
    citations: Annotated[list[Citation], Field(max_length=20)]


class IssueAnswer(Part):
    request: Pointer | None
    original_request: Pointer | None
    authorized: Pointer | None
    decision: Decided
    kind: Kind
    administrator: GuidelineAnswer | None
    reviewer: GuidelineAnswer | None
    rationale: Pointer | None
    parts: Annotated[list[Role], Field(max_length=30)]
    reasons: Annotated[list[Reason], Field(max_length=8)]


class Answer(Part):
    """The whole letter."""

    case: CaseAnswer
    reviewer: ReviewerAnswer
    patient: PatientAnswer
    clinical_summary: SummaryAnswer | None
    utilization_review: ReviewAnswer | None
    records: Annotated[list[Pointer], Field(max_length=80)]
    issues: Annotated[list[IssueAnswer], Field(max_length=60)]


class ItemReasons(Part):
    """Why one item was decided so."""

    item: Annotated[int, Field(ge=1, le=999)]
    reasons: Annotated[list[Reason], Field(max_length=8)]


class ReasonsAnswer(Part):
    """The reasons of the items that were shown."""

    items: Annotated[list[ItemReasons], Field(max_length=60)]


class Reworded(Part):
    """One reason in plain words."""

    slot: Annotated[int, Field(ge=1, le=200)]
    """Which of the reasons that were shown."""
    text: Annotated[str, Field(min_length=3, max_length=240)]
    units: Units


class Rewording(Part):
    """The reasons of a letter in plain words."""

    sentences: Annotated[list[Reworded], Field(max_length=200)]


def joined(parts: Sequence[Answer]) -> Answer:
    """One answer of those to a letter's parts: the first one's but for the items, which all of them give."""
    issues: dict[str, IssueAnswer] = {}
    for part in parts:
        for issue in part.issues:
            named = issue.decision != "unknown"
            issues.setdefault(issue.decision if named else f"unknown {len(issues)}", issue)
    return parts[0].model_copy(update={"issues": list(issues.values())})


NOT_SENT = frozenset({"title", "description", "maxLength"})
"""Keys of the schema that tell the model nothing: lengths stand in the patterns, which decoders know better."""


@cache
def response_schema(form: type[Part] = Answer, *, narrow: bool = False) -> dict[str, Any]:
    """The JSON Schema that the answer is asked for by: every key required, no other allowed, every list bounded.
    ``narrow`` bounds lists and quotes so closely that a model which fills them all ends all the same."""
    schema = _without(form.model_json_schema(), NOT_SENT)
    assert isinstance(schema, dict)
    return _narrowed(schema) if narrow else schema


def _narrowed(schema: Any) -> Any:
    if isinstance(schema, list):
        return [_narrowed(entry) for entry in schema]
    if not isinstance(schema, dict):
        return schema
    kept = {key: _narrowed(value) for key, value in schema.items()}
    if "maxItems" in kept:
        kept["maxItems"] = min(kept["maxItems"], NARROW_LIST)
    if "pattern" in kept:
        kept["pattern"] = kept["pattern"].replace(QUOTE, NARROW_QUOTE)
    return kept


def _without(schema: Any, keys: frozenset[str]) -> Any:
    if isinstance(schema, list):
        return [_without(entry, keys) for entry in schema]
    if not isinstance(schema, dict):
        return schema
    kept = {}
    for key, value in schema.items():
        if key in ("properties", "$defs"):  # here keys are names of fields
            kept[key] = {name: _without(entry, keys) for name, entry in value.items()}
        elif key not in keys:
            kept[key] = _without(value, keys)
    return kept
