"""Plain instructor with an asyncio semaphore, as its documentation leads one to write it.

    python with_instructor.py LETTERS OUT [--all INSTRUCTIONS] [--cache FOLDER]

Without ``--all`` it asks for the few fields that all are scored by; with it, for every field that this project has,
with the same instructions.  Prints one line of JSON: how many letters were finished, and what the others died of.
"""

from __future__ import annotations

import argparse
import asyncio
import json
from collections import Counter
from pathlib import Path
from typing import Any, Literal

import instructor
from pydantic import BaseModel, Field

SLOTS = 16


class Case(BaseModel):
    """The case's facts, dates as YYYY-MM-DD."""

    case_number: str | None
    date_assigned: str | None
    date_of_injury: str | None
    decision_date: str | None
    ur_denial_date: str | None
    application_received: str | None


class Item(BaseModel):
    """One disputed item with its decision."""

    request: str = Field(description="The disputed treatment, as its heading words it, without the decision")
    decision: Literal["upheld", "overturned", "unknown"]
    claims_administrator_guideline: str | None = Field(description="The whole text behind this label")
    reviewer_guideline: str | None = Field(description="The whole text behind this label")
    rationale: str | None = Field(description="The whole decision rationale, verbatim, without the label")


class Letter(BaseModel):
    """What a determination letter states."""

    case: Case
    items: list[Item]


class WholeCase(Case):
    """The case's facts with its priority."""

    priority: str | None


class Reviewer(BaseModel):
    specialties: list[str]
    subspecialties: list[str]
    licensed_in: list[str]


class Patient(BaseModel):
    age: int | None
    sex: str | None


class Summary(BaseModel):
    text: str
    diagnoses: list[str]
    treatment_to_date: list[str]
    medications: list[str]


class Review(BaseModel):
    date: str | None
    outcome: str | None
    text: str | None


class Record(BaseModel):
    date: str
    description: str


class Citation(BaseModel):
    source: str
    title: str | None
    section: str | None
    pages: str | None
    year: int | None


class Guideline(BaseModel):
    text: str
    citations: list[Citation]


class Part(BaseModel):
    role: str
    text: str


class Reason(BaseModel):
    code: str
    record_state: str | None
    quote: str


class Issue(BaseModel):
    request: str | None
    original_request: str | None
    authorized: str | None
    decision: str
    category: str | None
    subcategory: str | None
    claims_administrator_guideline: Guideline | None
    reviewer_guideline: Guideline | None
    rationale: str | None
    parts: list[Part]
    reasons: list[Reason]


class WholeLetter(BaseModel):
    case: WholeCase
    reviewer: Reviewer
    patient: Patient
    clinical_summary: Summary | None
    utilization_review: Review | None
    records: list[Record]
    issues: list[Issue]


SYSTEM = "You read Final Determination Letters of California's Independent Medical Review. Extract what they state."


def few(letter: Letter | WholeLetter) -> dict[str, Any]:
    """The fields that are scored."""
    if isinstance(letter, Letter):
        return letter.model_dump()
    items = [
        {
            "request": issue.request,
            "decision": issue.decision,
            "claims_administrator_guideline": _text(issue.claims_administrator_guideline),
            "reviewer_guideline": _text(issue.reviewer_guideline),
            "rationale": issue.rationale,
        }
        for issue in letter.issues
    ]
    return {"case": letter.case.model_dump(), "items": items}


def _text(guideline: Guideline | None) -> str | None:
    return guideline.text if guideline else None


async def run(letters: list[Path], out: Path, instructions: Path | None, cache: Path | None) -> dict[str, Any]:
    """Asks about all letters and writes what is finished, a line each."""
    options: dict[str, Any] = {}
    if cache:
        from instructor.cache import DiskCache

        options = {"cache": DiskCache(directory=str(cache)), "cache_namespace": "letters"}
    client = instructor.from_provider("openai/gpt-4o", async_client=True, **options)
    form: type[Letter | WholeLetter] = WholeLetter if instructions else Letter
    system = instructions.read_text(encoding="utf-8") if instructions else SYSTEM
    slots = asyncio.Semaphore(SLOTS)

    async def one(path: Path) -> tuple[str, Letter | WholeLetter]:
        async with slots:
            text = path.read_text(encoding="utf-8")
            user = f"<letter>\n{text}\n</letter>"
            messages: list[Any] = [{"role": "system", "content": system}, {"role": "user", "content": user}]
            return path.stem, await client.create(response_model=form, messages=messages)

    died: Counter[str] = Counter()
    done = await asyncio.gather(*map(one, letters), return_exceptions=True)
    with out.open("w", encoding="utf-8") as file:
        for result in done:
            if isinstance(result, BaseException):
                died[type(result.__cause__ or result).__name__] += 1
            else:
                file.write(json.dumps({"name": result[0], **few(result[1])}) + "\n")
    return {"finished": len(letters) - died.total(), "died": died}


def main() -> None:
    """All letters of the folder."""
    parser = argparse.ArgumentParser()
    parser.add_argument("letters", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--all", type=Path, dest="instructions")
    parser.add_argument("--cache", type=Path)
    asked = parser.parse_args()
    letters = sorted(asked.letters.glob("*.txt"))
    print(json.dumps(asyncio.run(run(letters, asked.out, asked.instructions, asked.cache))))


if __name__ == "__main__":
    main()
