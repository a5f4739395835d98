"""Letters whose contents are known, and what a model that makes no mistake would answer, in each peer's form.

All answers are rendered from the same annotation, so that no model's skill comes in.
"""

from __future__ import annotations

import datetime as dt
import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from evals.clean import clean_answer
from evals.cost import retyped, tokens
from evals.golden import Annotation, golden_letters
from extractor import Determination, extract, read_source
from extractor.schema import Issue
from extractor.source import SourceText
from extractor.units import cut

FACTS = (
    "case_number", "date_assigned", "date_of_injury", "decision_date", "ur_denial_date", "application_received",
)  # fmt: skip
ITEM = ("request", "decision", "claims_administrator_guideline", "reviewer_guideline", "rationale")
"""Of each disputed item; with the facts, the fields that every peer is asked for and scored by."""
CASE_NUMBER = re.compile(r"\bCM\d\d-\d{7}\b")
CONCEPT = re.compile(r"<concept_id>(\w+)</concept_id>\s*<concept_name>([^<]+)</concept_name>")


@dataclass(frozen=True)
class Letter:
    """A golden letter under a case number of its own."""

    name: str
    """Its file's, without the ending."""
    number: str
    source: SourceText
    annotation: Annotation

    @cached_property
    def read(self) -> Determination:
        """What the rules read: annotations hold texts, and this their places."""
        return extract(self.source)

    @cached_property
    def fields(self) -> dict[str, Any]:
        """The case's facts and the items, as ``FACTS`` and ``ITEM`` name them."""
        case = self.annotation.case.model_dump(mode="json", include=set(FACTS))
        return {"case": {name: case[name] for name in FACTS}, "items": [*map(_item, self.annotation.issues)]}


def _item(issue: Issue) -> dict[str, Any]:
    texts = {name: getattr(issue, name) for name in ITEM if name != "decision"}
    stated = {name: text and " ".join(text.text.split()) for name, text in texts.items()}
    return {name: issue.decision if name == "decision" else stated[name] for name in ITEM}


def letters(count: int) -> list[Letter]:
    """So many, the golden ones that name their case in turn, no two alike."""
    golden = [
        (read_source(letter.path).text, letter.annotation)
        for letter in golden_letters()
        if isinstance(letter.annotation, Annotation) and letter.annotation.case.case_number
    ]
    return [_numbered(*golden[at % len(golden)], at) for at in range(count)]


def _numbered(text: str, annotation: Annotation, at: int) -> Letter:
    former = str(annotation.case.case_number)
    number = f"{former[:5]}{5_000_000 + at}"
    case = annotation.case.model_copy(update={"case_number": number})
    source = read_source(text.replace(former, number).encode(), name=f"{number}.txt")
    return Letter(f"{at:04}-{number}", number, source, annotation.model_copy(update={"case": case}))


def write(known: list[Letter], folder: Path) -> Path:
    """The letters as files, in the golden letters' order."""
    folder.mkdir()
    for letter in known:
        (folder / f"{letter.name}.txt").write_text(letter.source.text, encoding="utf-8")
    return folder


def pointers(letter: Letter, prompt: str) -> Any:
    """Numbers of units: the form of this project."""
    return clean_answer(letter.annotation, letter.read, cut(letter.source))


def all_fields(letter: Letter, prompt: str) -> Any:
    """All fields that this project has, retyped."""
    return retyped(letter.annotation, letter.read, letter.source)


def few_fields(letter: Letter, prompt: str) -> Any:
    """The fields that all are scored by, retyped."""
    return letter.fields


def spans(letter: Letter, prompt: str) -> Any:
    """langextract's: one entry for each text, with its class, and the item that it belongs to as an attribute."""
    found: list[dict[str, Any]] = []
    for name, value in letter.fields["case"].items():
        if value is not None:
            words = value if name == "case_number" else f"{dt.date.fromisoformat(value):%m/%d/%Y}"
            found.append({name: words, f"{name}_attributes": {}})
    for number, (item, read) in enumerate(zip(letter.fields["items"], letter.read.issues, strict=True), 1):
        for name, text in item.items():
            attributes = {"item": str(number)}
            if name == "decision":
                attributes["decision"] = text
                text = " ".join(letter.source.slice(read.decision_spans).split()).strip(": ")
            if text is not None:
                found.append({name: text, f"{name}_attributes": attributes})
    return {"extractions": found}


def concepts(letter: Letter, prompt: str) -> Any:
    """contextgem's: a list of values for each concept that the prompt names."""
    values = {"Case": [letter.fields["case"]], "Disputed items": letter.fields["items"]}
    return [{"concept_id": number, "extracted_items": values[name]} for number, name in CONCEPT.findall(prompt)]


Form = Callable[[Letter, str], Any]


class Answers:
    """One form's answers, looked up by the case number in the prompt."""

    def __init__(self, form: Form, known: list[Letter]) -> None:
        self._form = form
        self._known = {letter.number: letter for letter in known}
        self._kept: dict[str, tuple[str, int]] = {}

    def asked_about(self, prompt: str) -> str | None:
        """The letter's number; None where the prompt holds no known one."""
        return next((number for number in CASE_NUMBER.findall(prompt) if number in self._known), None)

    def answer(self, number: str, prompt: str) -> tuple[str, int]:
        """The answer, and how many tokens it is."""
        if number not in self._kept:
            said = self._form(self._known[number], prompt)
            text = _json(said)
            self._kept[number] = text, tokens(text)
        return self._kept[number]


def without_parts(known: list[Letter]) -> float:
    """Tokens of all pointers, of those of all fields retyped, where neither tells who speaks in a rationale."""
    sums = []
    for form in (pointers, all_fields):
        said = [form(letter, "") for letter in known]
        for answer in said:
            for issue in answer["issues"]:
                del issue["parts"]
        sums.append(sum(tokens(_json(answer)) for answer in said))
    return sums[0] / sums[1]


def _json(said: Any) -> str:
    """Without white space: the least that a model must write."""
    return json.dumps(said, separators=(",", ":"), ensure_ascii=False)


def scored(known: list[Letter], found: dict[str, Any]) -> tuple[int, int, int]:
    """Of the letters that were found: fields that are right, white space aside, all fields, and of the wrong ones those
    that stand in an item with a warning."""
    right = total = warned = 0
    for letter in known:
        for wanted, has, warning in _pairs(letter.fields, found[letter.name]) if letter.name in found else ():
            total += 1
            right += _plain(wanted) == _plain(has)
            warned += warning and _plain(wanted) != _plain(has)
    return right, total, warned


def _pairs(wanted: dict[str, Any], has: dict[str, Any]) -> Iterator[tuple[Any, Any, bool]]:
    for name in FACTS:
        yield wanted["case"][name], has["case"].get(name), False
    for one, other in zip(wanted["items"], has["items"] + [{}] * len(wanted["items"]), strict=False):
        for name in ITEM:
            yield one[name], other.get(name), other.get("warned", False)


def _plain(value: Any) -> Any:
    return " ".join(value.split()) if isinstance(value, str) else value
