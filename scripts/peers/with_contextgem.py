"""contextgem with an asyncio semaphore, as its documentation leads one to write it.

    python with_contextgem.py LETTERS OUT

Two JSON concepts hold what all are scored by; contextgem asks for both in one call.  Prints one line of JSON: how many
letters were finished, and what the others died of.
"""

from __future__ import annotations

import asyncio
import json
import os
import sys
from collections import Counter
from pathlib import Path
from typing import Any, Literal

from contextgem import (  # type: ignore[import-not-found,unused-ignore]
    Document,
    DocumentLLM,
    JsonObjectConcept,
)

SLOTS = 16
MAYBE = str | None


def concepts() -> list[Any]:
    """What is asked of each letter."""
    return [
        JsonObjectConcept(
            name="Case",
            description="The case's number and the dates of its header as YYYY-MM-DD",
            structure={
                "case_number": MAYBE,
                "date_assigned": MAYBE,
                "date_of_injury": MAYBE,
                "decision_date": MAYBE,
                "ur_denial_date": MAYBE,
                "application_received": MAYBE,
            },
            singular_occurrence=True,
        ),
        JsonObjectConcept(
            name="Disputed items",
            description="Each disputed item in the letter's order: its request as the heading words it, without the "
            "decision; the decision; the whole text of both guidelines and of the decision rationale, verbatim, "
            "without their labels",
            structure={
                "request": str,
                "decision": Literal["upheld", "overturned", "unknown"],
                "claims_administrator_guideline": MAYBE,
                "reviewer_guideline": MAYBE,
                "rationale": MAYBE,
            },
        ),
    ]


async def run(letters: list[Path], out: Path) -> dict[str, Any]:
    """Asks about all letters and writes what is finished, a line each."""
    llm = DocumentLLM(
        model="openai/gpt-4o", api_key=os.environ["OPENAI_API_KEY"], api_base=os.environ["OPENAI_BASE_URL"]
    )
    slots = asyncio.Semaphore(SLOTS)

    async def one(path: Path) -> dict[str, Any]:
        async with slots:
            document = Document(raw_text=path.read_text(encoding="utf-8"))
            document.add_concepts(concepts())
            await llm.extract_all_async(document)
            case, items = (
                [item.value for item in document.get_concept_by_name(name).extracted_items]
                for name in ("Case", "Disputed items")
            )
            return {"name": path.stem, "case": case[0], "items": items}

    died: Counter[str] = Counter()
    done = await asyncio.gather(*map(one, letters), return_exceptions=True)
    with out.open("w", encoding="utf-8") as file:
        for result in done:
            if isinstance(result, BaseException):
                died[type(result).__name__] += 1
            else:
                file.write(json.dumps(result) + "\n")
    return {"finished": len(letters) - died.total(), "died": died}


def main() -> None:
    """All letters of the folder."""
    print(json.dumps(asyncio.run(run(sorted(Path(sys.argv[1]).glob("*.txt")), Path(sys.argv[2])))))


if __name__ == "__main__":
    main()
