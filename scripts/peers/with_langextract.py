"""google langextract, a letter a call in sixteen threads, as its documentation leads one to write it.

    python with_langextract.py LETTERS OUT

Each letter is sent whole (``max_char_buffer``): at the default of 1,000 characters a rationale is cut in two.  A letter
a call loses fewer letters under faults than one call for all, which ends with the first one that fails.  Prints one
line of JSON: how many letters were finished, and what the others died of.
"""

from __future__ import annotations

import datetime as dt
import json
import os
import sys
import warnings
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import langextract as lx  # type: ignore[import-not-found,unused-ignore]

SLOTS = 16
FACTS = (
    "case_number", "date_assigned", "date_of_injury", "decision_date", "ur_denial_date", "application_received",
)  # fmt: skip
ITEM = ("request", "claims_administrator_guideline", "reviewer_guideline", "rationale")
PROMPT = """
Extract from this Final Determination Letter, in order of appearance and in its exact words: the case number and the
dates of its header, and of each disputed item the request (its heading without the decision), the decision, the whole
text of the claims administrator's guideline, of the reviewer's guideline and of the decision rationale. The attribute
"item" is the item's number in the letter; the attribute "decision" is upheld or overturned.
"""
EXAMPLE = """Case Number: CM14-0990017
Date Assigned: 08/11/2014 Date of Injury: 02/05/2013
Decision Date: 09/19/2014 UR Denial Date: 06/30/2014
Application Received: 07/14/2014
Hand therapy 6 visits: Upheld
Claims Administrator guideline: Decision based on MTUS Chronic Pain Treatment Guidelines Page(s): 98-99.
MAXIMUS guideline: Decision based on MTUS Chronic Pain Treatment Guidelines Page(s): 99.
Decision rationale: No note tells what 24 visits brought. The visits are not medically necessary."""
EXTRACTIONS = (
    ("case_number", "CM14-0990017"),
    ("date_assigned", "08/11/2014"),
    ("date_of_injury", "02/05/2013"),
    ("decision_date", "09/19/2014"),
    ("ur_denial_date", "06/30/2014"),
    ("application_received", "07/14/2014"),
    ("request", "Hand therapy 6 visits"),
    ("decision", "Upheld"),
    (
        "claims_administrator_guideline",
        "Decision based on MTUS Chronic Pain Treatment Guidelines Page(s): 98-99.",
    ),
    ("reviewer_guideline", "Decision based on MTUS Chronic Pain Treatment Guidelines Page(s): 99."),
    ("rationale", "No note tells what 24 visits brought. The visits are not medically necessary."),
)


def example() -> Any:
    """The one example that the prompt shows."""
    extractions = []
    for name, text in EXTRACTIONS:
        attributes = {} if name in FACTS else {"item": "1"}
        if name == "decision":
            attributes["decision"] = "upheld"
        extractions.append(lx.data.Extraction(extraction_class=name, extraction_text=text, attributes=attributes))
    return lx.data.ExampleData(text=EXAMPLE, extractions=extractions)


def fields(extractions: list[Any]) -> dict[str, Any]:
    """The entries as the case's facts and its items."""
    case: dict[str, str | None] = dict.fromkeys(FACTS)
    items: dict[str, dict[str, Any]] = {}
    for entry in extractions:
        name, text = entry.extraction_class, entry.extraction_text
        if name in FACTS:
            case[name] = text if name == "case_number" else dt.datetime.strptime(text, "%m/%d/%Y").date().isoformat()
        else:
            attributes = entry.attributes or {}
            item = items.setdefault(str(attributes.get("item")), dict.fromkeys((*ITEM, "decision")))
            item[name] = attributes.get("decision") if name == "decision" else text
    return {"case": case, "items": [items[number] for number in sorted(items, key=int)]}


def main() -> None:
    """All letters of the folder."""
    warnings.simplefilter("ignore")
    letters = sorted(Path(sys.argv[1]).glob("*.txt"))
    config = lx.factory.ModelConfig(
        model_id="gpt-4o",
        provider="OpenAILanguageModel",
        provider_kwargs={"base_url": os.environ["OPENAI_BASE_URL"], "api_key": os.environ["OPENAI_API_KEY"]},
    )

    def one(path: Path) -> dict[str, Any] | str:
        text = path.read_text(encoding="utf-8")
        try:
            document = lx.extract(
                text_or_documents=text,
                prompt_description=PROMPT,
                examples=[example()],
                config=config,
                max_char_buffer=2 * len(text),
                show_progress=False,
            )
        except Exception as error:
            return type(getattr(error, "original", None) or error).__name__
        return {"name": path.stem, **fields(document.extractions)}

    with ThreadPoolExecutor(SLOTS) as threads:
        done = list(threads.map(one, letters))
    died = Counter(result for result in done if isinstance(result, str))
    lines = [json.dumps(result) + "\n" for result in done if not isinstance(result, str)]
    Path(sys.argv[2]).write_text("".join(lines), encoding="utf-8")
    print(json.dumps({"finished": len(lines), "died": died}))


if __name__ == "__main__":
    main()
