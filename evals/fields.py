"""Every scored field with its comparator, and the outcomes of one letter.

What nobody annotated is not scored: a key that an annotation leaves out says nothing, one that it gives as ``null``
or ``[]`` says that the letter does not state it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from pydantic import BaseModel

from evals.align import Alignment, align, overlap
from evals.golden import Annotation, Refusal
from evals.outcomes import Mistake, Outcome
from evals.places import locate
from extractor.schema import Citation, Details, Determination, Flag, Issue, Statement, Text
from extractor.source import SourceText
from extractor.taxonomy import FlagCode

CONTRADICTIONS: frozenset[FlagCode] = frozenset({
    "rationale_contradicts_decision", "injury_date_contradicted", "review_date_contradicted", "side_contradicted",
    "body_part_contradicted", "absence_contradicted", "duration_contradicted", "partial_approval_inconsistent",
    "request_self_contradicts", "quantity_disagrees",
})  # fmt: skip
"""Flags that annotations tell of: where a letter contradicts itself."""


@dataclass(frozen=True)
class Scalar:
    """One value, the same or not."""

    mistake: Mistake = "wrong_value"
    """What it is called where it is wrong."""


@dataclass(frozen=True)
class Verbatim:
    """Words of the letter: the same but for white space."""


@dataclass(frozen=True)
class Entries:
    """A list in which order does not count: each entry is found by its key, and its parts are compared apart."""

    key: Callable[[Any], Any]
    parts: dict[str, Mistake] | None = None


def letters_of(text: str | None) -> str:
    """The text without its white space, which does not count."""
    return "".join((text or "").split())


def plain(value: Any) -> Any:
    """A detail's value: case and the punctuation around it do not count."""
    return value.lower().strip(" ,.") if isinstance(value, str) else value


WORDS = Entries(lambda text: letters_of(text.text))
NAMES = Entries(letters_of)
CITATIONS = Entries(
    lambda one: (one.source, letters_of(one.title)),
    {"section": "wrong_value", "pages": "wrong_page", "year": "wrong_value"},
)
BODY_PARTS = Entries(lambda one: one.part.lower(), {"side": "wrong_side", "level": "wrong_value"})
VALUES = Entries(lambda one: plain(one.value))

LETTER: dict[str, Scalar | Verbatim | Entries] = {
    **{
        f"case.{name}": Scalar()
        for name in (
            "case_number", "date_assigned", "date_of_injury", "decision_date", "ur_denial_date",
            "application_received", "priority",
        )
    },
    "reviewer.specialties": NAMES,
    "reviewer.subspecialties": NAMES,
    "reviewer.licensed_in": NAMES,
    "patient.age": Scalar(),
    "patient.sex": Scalar(),
    "clinical_summary": Verbatim(),
    "clinical_summary.diagnoses": WORDS,
    "clinical_summary.treatment_to_date": WORDS,
    "clinical_summary.medications": WORDS,
    "utilization_review.date": Scalar(),
    "utilization_review.outcome": Scalar(),
    "records": Entries(lambda record: (record.date, letters_of(record.description))),
}  # fmt: skip
_DETAILS: dict[str, Scalar | Verbatim | Entries] = {
    **{
        name: Scalar()
        for name in (
            "treatment", "drug", "strength", "quantity", "refills", "sessions", "frequency", "duration", "acquisition",
        )
    },
    "body_parts": BODY_PARTS,
    "dates_of_service": VALUES,
    "codes": VALUES,
}  # fmt: skip
ITEM: dict[str, Scalar | Verbatim | Entries] = {
    "decision": Scalar("wrong_determination"),
    "request": Verbatim(),
    "original_request": Verbatim(),
    "authorized": Verbatim(),
    "category": Scalar(),
    "subcategory": Scalar(),
    **{
        f"{place}details.{name}": how
        for place in ("", "original_request.", "authorized.")
        for name, how in _DETAILS.items()
    },
    "timing": Scalar(),
    "depends_on": Scalar(),
    "notices": Entries(lambda notice: notice.code),
    "claims_administrator_guideline": Verbatim(),
    "claims_administrator_guideline.basis": Scalar(),
    "claims_administrator_guideline.citations": CITATIONS,
    "reviewer_guideline": Verbatim(),
    "reviewer_guideline.basis": Scalar(),
    "reviewer_guideline.citations": CITATIONS,
    "rationale": Verbatim(),
    "rationale.reasons": Entries(lambda reason: reason.code, {"record_state": "wrong_value"}),
}
"""By path in the schema. One more field is one more line."""

NOT_ANNOTATED = object()


def score(
    letter: str, gold: Annotation | Refusal, predicted: Statement | int, source: SourceText | None
) -> list[Outcome]:
    """Every row of one letter. ``predicted`` is a statement, or the exit code of a letter that failed.

    ``source`` is None where the letter cannot be read at all.
    """
    code = predicted if isinstance(predicted, int) else None
    refused = gold.error if isinstance(gold, Refusal) else None
    rows = [_scalar("refused", refused, code, Scalar())]
    if code is not None and refused is None:
        rows[0] = replace(rows[0], mistakes=("failed",))
    if isinstance(gold, Annotation):
        stated = locate(gold, source) if source else gold
        rows += _Letter(stated, None if isinstance(predicted, int) else predicted, source).rows()
    elif not isinstance(predicted, int):
        rows += [
            Outcome(
                "", "decision", "invented", predicted_item=issue.number, predicted=issue.decision,
                mistakes=("invented",),
            )
            for issue in predicted.issues if issue.decision != "unknown"
        ]  # fmt: skip
    return [replace(row, letter=letter) for row in rows]


class _Letter:
    def __init__(self, gold: Annotation, predicted: Statement | None, source: SourceText | None) -> None:
        self._gold = gold
        self._predicted = predicted
        self._source = source

    def rows(self) -> Iterator[Outcome]:
        for path, how in LETTER.items():
            yield from self._field(path, how, self._gold, self._predicted)
        yield from self._findings()
        gold = self._gold.issues
        predicted = self._predicted.issues if self._predicted else []
        pairs = align(gold, predicted)
        for at, issue in enumerate(gold):
            other = predicted[pairs.pairs[at]] if at in pairs.pairs else None
            yield from self._item(issue, other, "merged" if at in pairs.merged else "missing")
        yield from self._extra(predicted, pairs)

    def _item(self, issue: Issue, other: Issue | None, why: Mistake) -> Iterator[Outcome]:
        found = other.number if other else None
        if self._predicted is None:
            why = "failed"
        yield Outcome(
            "", "item", "correct" if other else "missing", issue.number, found,
            similarity=1.0 if other else 0.0, mistakes=() if other else (why,),
        )  # fmt: skip
        swapped = other is not None and _swapped(issue, other)
        for path, how in ITEM.items():
            for row in self._field(path, how, issue, other):
                if other is None and row.gold is None:
                    continue  # of an item that was not found, what the letter does not state was not got right either
                row = replace(row, gold_item=issue.number, predicted_item=found)
                if path == "decision" and other:
                    row = replace(row, predicted_spans=tuple(other.decision_spans))
                if not row.right and other is None:
                    row = replace(row, mistakes=(why,))
                elif row.verdict == "wrong" and swapped and path.endswith("_guideline"):
                    row = replace(row, mistakes=("guidelines_swapped",))
                yield row

    def _extra(self, predicted: Sequence[Issue], pairs: Alignment) -> Iterator[Outcome]:
        """Items that the letter has not, with the determinations that they invent."""
        taken = set(pairs.pairs.values())
        for to, issue in enumerate(predicted):
            if to in taken:
                continue
            why: Mistake = "split" if to in pairs.split else "invented"
            yield Outcome("", "item", "invented", None, issue.number, mistakes=(why,))
            if issue.decision != "unknown":
                yield Outcome(
                    "", "decision", "invented", None, issue.number, predicted=issue.decision,
                    predicted_spans=tuple(issue.decision_spans), mistakes=(why,),
                )  # fmt: skip

    def _findings(self) -> Iterator[Outcome]:
        """Where the letter contradicts itself, against the warnings that say so, or what another annotator says."""
        if "findings" not in self._gold.model_fields_set:
            return
        wanted = [(slip.code, slip.issue) for slip in self._gold.findings]
        if isinstance(self._predicted, Annotation):
            said = [(slip.code, slip.issue) for slip in self._predicted.findings]
            yield from _entries("flags", wanted, said, Entries(lambda pair: pair))
        if isinstance(self._predicted, Determination):
            places: list[tuple[int | None, list[Flag]]] = [(None, self._predicted.flags)]
            places += [(issue.number, issue.flags) for issue in self._predicted.issues]
            told = [(flag.code, at) for at, flags in places for flag in flags if flag.level == "warning"]
            found = [pair for pair in dict.fromkeys(told) if pair[0] in CONTRADICTIONS]
            yield from _entries("flags", wanted, found, Entries(lambda pair: pair))

    def _field(
        self, path: str, how: Scalar | Verbatim | Entries, gold: BaseModel, predicted: BaseModel | None
    ) -> Iterator[Outcome]:
        want = _annotated(gold, path)
        if want is NOT_ANNOTATED:
            return
        got = _value(predicted, path)
        if path == "decision":
            want, got = (None if value == "unknown" else value for value in (want, got))
        if isinstance(how, Entries):
            yield from _entries(path, want or [], got or [], how)
        elif isinstance(how, Verbatim):
            yield self._verbatim(path, want, got)
        else:
            yield _scalar(path, plain(_bare(want)), plain(_bare(got)), how)

    def _verbatim(self, path: str, want: Text | None, got: Text | None) -> Outcome:
        row = _scalar(path, want and want.text, got and got.text, Scalar(), letters_of)
        if got is None:
            return replace(row, gold_spans=tuple(want.spans) if want else ())
        ungrounded = self._source is not None and self._source.slice(got.spans) != got.text
        mistakes = row.mistakes
        if want and row.verdict == "wrong":
            row = replace(row, similarity=overlap(want.spans, got.spans))
            one, other = letters_of(want.text), letters_of(got.text)
            mistakes = ("span_too_long",) if one in other else ("span_too_short",) if other in one else ("wrong_value",)
        return replace(
            row, gold_spans=tuple(want.spans) if want else (), predicted_spans=tuple(got.spans),
            mistakes=(*mistakes, "ungrounded") if ungrounded else mistakes,
        )  # fmt: skip


def _annotated(model: Any, path: str) -> Any:
    """What the annotation says at the path, or that it says nothing."""
    at = model
    for name in path.split("."):
        # Details are annotated as a whole: of those given, a key that is left out is not stated.
        if at is None or (name not in at.model_fields_set and not isinstance(at, Details)):
            return NOT_ANNOTATED
        at = getattr(at, name)
    return at


def _value(model: Any, path: str) -> Any:
    at = model
    for name in path.split("."):
        at = getattr(at, name) if at is not None else None
    return at


def _bare(value: Any) -> Any:
    return value.value if hasattr(value, "value") else value


def _swapped(gold: Issue, predicted: Issue) -> bool:
    """Each guideline stands where the other belongs."""
    texts = [
        letters_of(text.text if text else None)
        for text in (
            gold.claims_administrator_guideline, gold.reviewer_guideline,
            predicted.reviewer_guideline, predicted.claims_administrator_guideline,
        )
    ]  # fmt: skip
    return texts[:2] == texts[2:] and texts[0] != texts[1]


def _scalar(path: str, want: Any, got: Any, how: Scalar, key: Callable[[Any], Any] = lambda value: value) -> Outcome:
    if want is None or got is None:
        if want is got:
            return Outcome("", path, "absent", similarity=1.0)
        if want is None:
            return Outcome("", path, "invented", predicted=got, mistakes=("absent_filled",))
        return Outcome("", path, "missing", gold=want, mistakes=("missing",))
    if key(want) == key(got):
        return Outcome("", path, "correct", gold=want, predicted=got, similarity=1.0)
    return Outcome("", path, "wrong", gold=want, predicted=got, mistakes=(how.mistake,))


def _entries(path: str, want: Sequence[Any], got: Sequence[Any], how: Entries) -> Iterator[Outcome]:
    """A row for each entry, and for each part of those that both have."""
    if not want and not got:
        yield Outcome("", path, "absent", similarity=1.0)
        return
    left = list(got)
    unmatched: list[Any] = []
    # Of several entries with one key, those with the same parts go together.
    for exact in (True, False):
        for entry in want if exact else list(unmatched):
            keys = [other for other in left if how.key(other) == how.key(entry)]
            same = [other for other in keys if _parts(other, how) == _parts(entry, how)]
            other = next(iter(same if exact else keys), None)
            if other is None:
                if exact:
                    unmatched.append(entry)
                continue
            left.remove(other)
            if not exact:
                unmatched.remove(entry)
            yield Outcome(
                "", path, "correct", gold=_shown(entry), predicted=_shown(other), similarity=1.0,
                predicted_spans=tuple(getattr(other, "spans", ())),
            )  # fmt: skip
            for name, mistake in (how.parts or {}).items():
                one, two = getattr(entry, name), getattr(other, name)
                yield _scalar(f"{path}.{name}", one, two, Scalar(mistake), lambda value: letters_of(str(value)))
    for entry in unmatched:
        other = _by_another_source(entry, left)
        if other is None:
            yield Outcome(
                "", path, "missing", gold=_shown(entry), gold_spans=tuple(getattr(entry, "spans", ())),
                mistakes=("missing",),
            )  # fmt: skip
        else:
            left.remove(other)
            yield Outcome(
                "", path, "wrong", gold=_shown(entry), predicted=_shown(other), mistakes=("wrong_source",),
                predicted_spans=tuple(other.spans),
            )  # fmt: skip
    for other in left:
        yield Outcome(
            "", path, "invented", predicted=_shown(other), predicted_spans=tuple(getattr(other, "spans", ())),
            mistakes=("invented",) if want else ("absent_filled",),
        )  # fmt: skip


def _parts(entry: Any, how: Entries) -> list[Any]:
    return [letters_of(str(getattr(entry, name))) for name in how.parts or ()]


def _by_another_source(entry: Any, left: Sequence[Any]) -> Any:
    """The same document, cited as of another source."""
    if not isinstance(entry, Citation):
        return None
    return next((other for other in left if letters_of(other.title) == letters_of(entry.title)), None)


def _shown(entry: Any) -> Any:
    """The entry as it is told: without its places."""
    return entry.model_dump(mode="json", exclude={"spans"}) if isinstance(entry, BaseModel) else entry
