"""What an answer of pointers costs, beside one that retypes the letter.

    python -m evals.cost [FOLDER of other letters]

The baseline is what instructor's documentation would lead one to write: a schema that asks for the same fields as
strings, with the same instructions but for what only pointers need, and no examples.  Both answers are rendered from
the same annotation, so that no model's skill comes in; response schemas count on both sides.  Tokens are counted by
the pieces that byte-pair tokenizers cut text into before they merge (words, runs of up to three digits, marks), long
words in parts.
"""

from __future__ import annotations

import json
import re
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from evals.clean import clean_answer
from evals.planted import golden_and
from extractor.model.answer import response_schema
from extractor.model.prompts import prompts
from extractor.model.reading import constant
from extractor.pipeline import extract
from extractor.schema import Issue, Statement
from extractor.source import SourceText
from extractor.units import cut

PIECE = re.compile(r" ?[^\W\d_]+|\d{1,3}| ?[^\s\w]+_?|_|\s+")
LONG_WORD = 7
"""A word of more letters is usually more than one token."""
TEXT = {"type": "string"}
MAYBE = {"anyOf": [{"type": "string"}, {"type": "null"}]}
POINTING = re.compile(r"^A pointer names.*?\n(?=What the letter)", re.S | re.M)
"""What of the instructions only pointers need."""


@dataclass
class Sums:
    """Over all letters."""

    prompt_characters: int = 0
    prompt_tokens: int = 0
    completion_tokens: int = 0

    def add(self, prompt: str, completion: str) -> None:
        self.prompt_characters += len(prompt)
        self.prompt_tokens += tokens(prompt)
        self.completion_tokens += tokens(completion)

    @property
    def total(self) -> int:
        return self.prompt_tokens + self.completion_tokens


def tokens(text: str) -> int:
    """About how many tokens the text is."""
    return sum(1 + (len(piece) - 1) // LONG_WORD for piece in PIECE.findall(text))


def measure(folder: Path | None = None) -> tuple[Sums, Sums]:
    """The sums of pointers and of the baseline."""
    ours, baseline = Sums(), Sums()
    prompt = prompts()["extract"]
    system, _ = prompt.render(**{**constant(), "examples": ""}, letter="")
    plain = POINTING.sub("", system)
    for _, source, annotation in golden_and(folder):
        units, read = cut(source), extract(source)
        system, user = prompt.render(**constant(), letter=units.text)
        ours.add(system + user + _json(response_schema()), _json(clean_answer(annotation, read, units)))
        letter = "<letter>\n" + source.body + "\n</letter>"
        baseline.add(plain + letter + _json(BASELINE), _json(retyped(annotation, read, source)))
    return ours, baseline


def _json(data: Any) -> str:
    return json.dumps(data, separators=(",", ":"), ensure_ascii=False)


def _object(**fields: Any) -> dict[str, Any]:
    return {"type": "object", "properties": fields, "required": list(fields), "additionalProperties": False}


def _list(entry: Any) -> dict[str, Any]:
    return {"type": "array", "items": entry}


_GUIDELINE = _object(
    text=TEXT, citations=_list(_object(source=TEXT, title=TEXT, section=MAYBE, pages=MAYBE, year=MAYBE))
)
BASELINE = _object(
    case=_object(
        case_number=MAYBE, date_assigned=MAYBE, date_of_injury=MAYBE, decision_date=MAYBE, ur_denial_date=MAYBE,
        application_received=MAYBE, priority=MAYBE,
    ),
    reviewer=_object(specialties=_list(TEXT), subspecialties=_list(TEXT), licensed_in=_list(TEXT)),
    patient=_object(age=MAYBE, sex=MAYBE),
    clinical_summary=_object(text=TEXT, diagnoses=_list(TEXT), treatment_to_date=_list(TEXT), medications=_list(TEXT)),
    utilization_review=_object(date=MAYBE, outcome=MAYBE, text=MAYBE),
    records=_list(_object(date=TEXT, description=TEXT)),
    issues=_list(
        _object(
            request=TEXT, original_request=MAYBE, authorized=MAYBE, decision=TEXT, category=TEXT, subcategory=TEXT,
            claims_administrator_guideline=_GUIDELINE, reviewer_guideline=_GUIDELINE, rationale=TEXT,
            parts=_list(_object(role=TEXT, text=TEXT)),
            reasons=_list(_object(code=TEXT, record_state=MAYBE, quote=TEXT)),
        )
    ),
)  # fmt: skip


def retyped(annotation: Statement, read: Statement, source: SourceText) -> dict[str, Any]:
    """The annotation as the baseline's schema has it; places that annotations lack are the rules'."""
    summary = annotation.clinical_summary
    review = annotation.utilization_review
    return {
        "case": annotation.case.model_dump(mode="json", exclude={"evidence"}),
        "reviewer": annotation.reviewer.model_dump(mode="json", exclude={"evidence"}),
        "patient": annotation.patient.model_dump(mode="json", exclude={"evidence"}),
        "clinical_summary": summary
        and {
            "text": summary.text,
            **{
                name: [entry.text for entry in getattr(summary, name)]
                for name in ("diagnoses", "treatment_to_date", "medications")
            },
        },
        "utilization_review": review
        and {
            "date": str(review.date),
            "outcome": review.outcome,
            "text": source.slice(read.utilization_review.spans) if read.utilization_review else None,
        },
        "records": [{"date": str(record.date), "description": record.description} for record in annotation.records],
        "issues": [_issue(stated, mine, source) for stated, mine in zip(annotation.issues, read.issues, strict=True)],
    }


def _issue(stated: Issue, read: Issue, source: SourceText) -> dict[str, Any]:
    rationale = stated.rationale
    parts = read.rationale.parts if read.rationale else []
    last = source.slice(parts[-1].spans) if parts else ""
    quotes = {reason.code: source.slice(reason.spans) for reason in (read.rationale.reasons if read.rationale else [])}
    return {
        **{
            name: getattr(stated, name) and getattr(stated, name).text
            for name in ("request", "original_request", "authorized")
        },
        **{name: getattr(stated, name) for name in ("decision", "category", "subcategory")},
        **{
            name: getattr(stated, name)
            and {
                "text": getattr(stated, name).text,
                "citations": [
                    citation.model_dump(mode="json", include={"source", "title", "section", "pages", "year"})
                    for citation in getattr(stated, name).citations
                ],
            }
            for name in ("claims_administrator_guideline", "reviewer_guideline")
        },
        "rationale": rationale and rationale.text,
        "parts": [{"role": part.role, "text": source.slice(part.spans)} for part in parts],
        "reasons": [
            {"code": reason.code, "record_state": reason.record_state, "quote": quotes.get(reason.code, last)}
            for reason in (rationale.reasons if rationale else [])
        ],
    }


def main() -> None:
    """Prints the sums and their ratios."""
    ours, baseline = measure(Path(sys.argv[1]) if len(sys.argv) > 1 else None)
    print(f"{'':20}{'pointers':>12}{'retyped':>12}{'ratio':>8}")
    for name in ("prompt_characters", "prompt_tokens", "completion_tokens", "total"):
        mine, theirs = getattr(ours, name), getattr(baseline, name)
        print(f"{name.replace('_', ' '):20}{mine:>12,}{theirs:>12,}{mine / theirs:>8.2f}")


if __name__ == "__main__":
    main()
