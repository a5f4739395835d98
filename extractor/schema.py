"""The result of reading one letter, as pydantic models. Unknown keys are refused.

Every text is cut out of the source text: ``spans`` are ``[start, end)`` offsets in Unicode code
points into the text that ``imr text LETTER`` prints, and ``text`` is those spans joined, with
white space folded, and nothing else.  A value that the letter does not state is ``None``.
"""

from __future__ import annotations

import datetime as dt
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from extractor.taxonomy import (
    Basis,
    Category,
    CitationSource,
    Decision,
    FlagCode,
    Level,
    NoticeCode,
    Outcome,
    Priority,
    RationaleRole,
    ReasonCode,
    RecordState,
    ReviewOutcome,
    Sex,
    Side,
    Status,
    Timing,
)

SCHEMA_VERSION = "1.0"

Span = tuple[int, int]
Evidence = dict[str, list[Span]]


class Model(BaseModel):
    model_config = ConfigDict(
        extra="forbid",
        defer_build=True,  # importing the models is part of every command's start
        json_schema_serialization_defaults_required=True,
    )


class Text(Model):
    """Words of the letter and where they stand."""

    text: str
    spans: list[Span] = []


class Value(Model):
    """A value read off the letter: numbers as numbers, units as written."""

    value: str | int | float
    spans: list[Span] = []


class Flag(Model):
    """A doubt, with the places it speaks of (both, where two disagree)."""

    code: FlagCode
    level: Level
    message: str
    spans: list[Span] = []


class Case(Model):
    """The letter's header. ``evidence`` maps each stated field to where its value stands."""

    case_number: str | None = None
    date_assigned: dt.date | None = None
    date_of_injury: dt.date | None = None
    decision_date: dt.date | None = None
    ur_denial_date: dt.date | None = None
    application_received: dt.date | None = None
    priority: Priority | None = None
    evidence: Evidence = {}


class Reviewer(Model):
    """The reviewer's credentials; the name is confidential by law (Labor Code 4610.6(f))."""

    specialties: list[str] = []
    subspecialties: list[str] = []
    licensed_in: list[str] = []
    evidence: Evidence = {}
    """One span for each name of a list, in the list's order."""


class Patient(Model):
    """The injured worker, as the clinical case summary states it."""

    age: int | None = None
    sex: Sex | None = None
    evidence: Evidence = {}


class ClinicalSummary(Text):
    diagnoses: list[Text] = []
    treatment_to_date: list[Text] = []
    medications: list[Text] = []


class UtilizationReview(Model):
    """The claims administrator's decision, as the clinical case summary tells it."""

    date: dt.date | None = None
    outcome: ReviewOutcome | None = None
    spans: list[Span] = []


class BodyPart(Model):
    part: str
    side: Side | None = None
    level: str | None = None
    """A spinal level or joint, as written: ``L5-S1``."""
    spans: list[Span] = []


class Details(Model):
    """What exactly was asked for."""

    treatment: Value | None = None
    drug: Value | None = None
    strength: Value | None = None
    quantity: Value | None = None
    refills: Value | None = None
    sessions: Value | None = None
    frequency: Value | None = None
    duration: Value | None = None
    acquisition: Value | None = None
    """``rental`` or ``purchase``."""
    body_parts: list[BodyPart] = []
    dates_of_service: list[Value] = []
    codes: list[Value] = []


class Request(Text):
    """A part of the request that is told beside the disputed one."""

    details: Details | None = None


class Citation(Model):
    """A document that a decision relied on. ``source`` is what the letter cites it as."""

    source: CitationSource
    title: str | None = None
    """As written, without its year; for the Official Disability Guidelines always that name."""
    canonical_title: str | None = None
    """The name as published, from the project's list; ``None`` for a work that the list does not know."""
    section: str | None = None
    pages: str | None = None
    year: int | None = None
    spans: list[Span] = []


class Guideline(Text):
    """The paragraph that names what a decision relied on."""

    basis: Basis | None = None
    citations: list[Citation] = []


class RationalePart(Model):
    role: RationaleRole
    spans: list[Span] = []


class Reason(Model):
    code: ReasonCode
    record_state: RecordState | None = None
    spans: list[Span] = []


class Notice(Model):
    code: NoticeCode
    spans: list[Span] = []


class Rationale(Text):
    parts: list[RationalePart] = []
    reasons: list[Reason] = []


class Issue(Model):
    """One disputed item. ``upheld``: the denial stands; ``overturned``: found medically necessary.

    Of a partial approval ``request`` is the part in dispute; the worker keeps ``authorized``.
    """

    number: int = Field(ge=1)
    request: Text | None = None
    original_request: Request | None = None
    authorized: Request | None = None
    decision: Decision
    decision_spans: list[Span] = []
    """Where the decision's word stands; every such place where the letter states more than one."""
    category: Category | None = None
    subcategory: str | None = None
    details: Details | None = None
    timing: Timing | None = None
    depends_on: int | None = None
    notices: list[Notice] = []
    claims_administrator_guideline: Guideline | None = None
    reviewer_guideline: Guideline | None = None
    rationale: Rationale | None = None
    shares_rationale_with: list[int] = []
    confidence: float | None = None
    """0 to 1; ``None`` where there is no second reading to compare with."""
    flags: list[Flag] = []


class Record(Model):
    """A dated record that the letter names."""

    date: dt.date
    description: str | None = None
    spans: list[Span] = []


class Statement(Model):
    """What one letter states: the part that a reader of the letter could write down."""

    schema_version: str = SCHEMA_VERSION
    case: Case = Case()
    reviewer: Reviewer = Reviewer()
    patient: Patient = Patient()
    clinical_summary: ClinicalSummary | None = None
    utilization_review: UtilizationReview | None = None
    outcome: Outcome
    issues: list[Issue]
    records: list[Record] = []


class Source(Model):
    """The file that was read. ``sha256`` is of its bytes, ``text_sha256`` of the source text."""

    name: str
    sha256: str | None = None
    text_sha256: str | None = None
    media_type: str | None = None
    pages: int | None = None
    layout: str | None = None


class Tokens(Model):
    prompt: int = 0
    completion: int = 0
    cached: int = 0


class Provenance(Model):
    """What made the result. ``seconds`` is the wall time from bytes to result."""

    version: str
    model: str = "none"
    prompt: str | None = None
    """The prompt's ``name@version``."""
    prompt_sha256: str | None = None
    """Of what was sent."""
    cache: str = "off"
    tokens: Tokens = Tokens()
    cost_usd: float | None = None
    attempts: int = 0
    seconds: float = 0.0


class Determination(Statement):
    """The result for one letter.

    ``complete``: all that a letter holds was found and nothing is in doubt. ``partial``: a flag of
    level ``warning`` says what is missing or disputed.
    """

    status: Status
    source: Source
    flags: list[Flag] = []
    provenance: Provenance


class ErrorReport(Model):
    code: int
    """The exit code of this failure."""
    message: str


class Failure(Model):
    """What stands in a Determination's place where a letter could not be read."""

    status: Literal["failed"] = "failed"
    source: Source
    error: ErrorReport
