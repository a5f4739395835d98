"""What becomes of a model's mistakes: clean answers are spoiled, kind by kind, and the whole way is walked.

    imr eval --planted [--data FOLDER]
    python -m evals.planted [FOLDER of other letters]

A planted error is *corrected* where the result still states what the letter does, *flagged* where a warning of the
item or the letter tells of it, and *slipped* where the result is wrong and nothing tells.  Of clean answers, items
that are warned of are counted: false warnings.  Where no answer comes that can be used, the result is corrected if it
is the rules' reading, and slipped if no flag says so.
"""

from __future__ import annotations

import asyncio
import copy
import json
import random
import sys
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from evals.clean import clean_answer
from evals.golden import Annotation, GoldenLetter, golden_letters
from evals.grounded import ungrounded
from extractor.crosscheck import TABLE, crosscheck
from extractor.errors import ImrError
from extractor.grounding import ground
from extractor.model.answer import Answer
from extractor.model.mock import Mock, transport
from extractor.model.mock.scenarios import CONTENT, SCENARIOS, Reply
from extractor.model.reading import Reader
from extractor.model.settings import ModelSettings, Patience
from extractor.pipeline import aextract, extract, read_source
from extractor.schema import Determination, Flag, Statement
from extractor.source import SourceText
from extractor.units import Units, cut

TEXTS = (
    "request", "original_request", "authorized", "claims_administrator_guideline", "reviewer_guideline", "rationale",
)  # fmt: skip
TROUBLE = [name for name in SCENARIOS if name not in CONTENT]
"""Scenarios without an answer that can be used."""
HASTY = ModelSettings("mock", timeout=0.05, patience=Patience(attempts=2, first=0.0, longest=0.0))
"""What hangs is given up at once."""
Clean = tuple[str, SourceText, Statement]
"""A letter's name, its text, and what it states."""


@dataclass
class Kind:
    """What became of one kind of error."""

    planted: int = 0
    corrected: int = 0
    flagged: int = 0
    slipped: list[str] = field(default_factory=list)


@dataclass
class Outcome:
    kinds: dict[str, Kind]
    items: int
    ungrounded: list[str]
    """What results state that stands nowhere in their letters."""
    false_warnings: list[str]
    """Items of clean answers that a warning of model against rules stands on."""


def annotated(letters: Iterable[GoldenLetter]) -> Iterator[Clean]:
    """The letters that are determinations, with their annotations."""
    for letter in letters:
        if isinstance(letter.annotation, Annotation):
            yield letter.id, read_source(letter.path), letter.annotation


def golden_and(folder: Path | None) -> Iterator[Clean]:
    """Every golden letter with its annotation, and the folder's letters with what the rules read."""
    yield from annotated(golden_letters())
    for path in sorted(folder.iterdir()) if folder else ():
        try:
            source = read_source(path)
            yield path.stem, source, extract(source)
        except ImrError:
            continue


def measure(letters: Iterable[Clean], seeds: int = 3) -> Outcome:
    """Every kind of content error in every letter, ``seeds`` times each, and every kind of trouble once."""
    outcome = Outcome({name: Kind() for name in SCENARIOS}, 0, [], [])
    for name, source, annotation in letters:
        units = cut(source)
        answer = clean_answer(annotation, extract(source), units)
        truth, flags = walk(answer, source, units)
        clean = Counter(map(_told, flags))
        outcome.items += len(truth.issues)
        outcome.false_warnings += [
            f"{name} {flag.message} ({flag.code})" for issue in truth.issues for flag in issue.flags if _disagrees(flag)
        ]
        for scenario in CONTENT:
            for seed in range(seeds):
                place = f"{name}:{seed}"
                result = _plant(outcome.kinds[scenario], scenario, place, answer, source, units, truth, clean)
                outcome.ungrounded += [f"{scenario} {place} {field}" for field in ungrounded(result or truth, source)]
        asyncio.run(_trouble(outcome.kinds, name, source))
    return outcome


async def _trouble(kinds: dict[str, Kind], name: str, source: SourceText) -> None:
    """Every kind of trouble, side by side."""
    alone = _stated(extract(source))
    results = await asyncio.gather(*(_unanswered(source, scenario) for scenario in TROUBLE))
    for scenario, result in zip(TROUBLE, results, strict=True):
        kind = kinds[scenario]
        kind.planted += 1
        flagged = any(flag.code == "model_failed" for flag in result.flags)
        kind.flagged += flagged
        kind.corrected += _stated(result) == alone
        if not flagged or _stated(result) != alone:
            kind.slipped.append(name)


async def _unanswered(source: SourceText, scenario: str) -> Determination:
    reader = Reader(HASTY, transport=transport(Mock(scenario)))
    try:
        return await aextract(source, model=reader)
    finally:
        await reader.close()


def _plant(
    kind: Kind, scenario: str, name: str, answer: dict[str, Any], source: SourceText, units: Units,
    truth: Statement, clean: Counter[str],
) -> Statement | None:  # fmt: skip
    """The result that the spoiled answer leads to; None where the letter leaves no room for the error."""
    reply = Reply(copy.deepcopy(answer), units.text)
    SCENARIOS[scenario](reply, random.Random(f"{scenario}:{name}"))  # noqa: S311 - no secret
    if not reply.spoiled:
        return None
    kind.planted += 1
    result, flags = walk(reply.answer, source, units)
    flagged = bool(Counter(map(_told, flags)) - clean)
    corrected = _stated(result) == _stated(truth)
    kind.corrected += corrected
    kind.flagged += flagged
    if not corrected and not flagged:
        kind.slipped.append(name)
    return result


def walk(answer: dict[str, Any], source: SourceText, units: Units) -> tuple[Statement, list[Flag]]:
    """The result that the answer leads to, with all its warnings."""
    result = extract(source)
    flags = crosscheck(source, result, ground(Answer.model_validate(answer), units))
    flags += [flag for issue in result.issues for flag in issue.flags]
    return result, [flag for flag in flags if flag.level == "warning"]


def _told(flag: Flag) -> str:
    return f"{flag.code} {flag.message}"


def _disagrees(flag: Flag) -> bool:
    return flag.level == "warning" and flag.code in {rule.flag for rule in TABLE.values()}


def _stated(statement: Statement) -> str:
    """What the items state: decisions, texts and citations."""
    stated = [[issue.decision, *(_of(getattr(issue, name)) for name in TEXTS)] for issue in statement.issues]
    return json.dumps(stated)


def _of(text: Any) -> Any:
    if text is None:
        return None
    citations = getattr(text, "citations", [])
    return [text.text, [(c.source, c.title, c.section, c.pages, c.year) for c in citations]]


def lines(outcome: Outcome) -> Iterator[str]:
    """The table for a terminal."""
    yield f"{'planted error':20}{'planted':>9}{'corrected':>11}{'flagged':>9}{'slipped':>9}"
    for name, kind in outcome.kinds.items():
        yield f"{name:20}{kind.planted:>9}{kind.corrected:>11}{kind.flagged:>9}{len(kind.slipped):>9}"
    for title, names in (("wrong answers", CONTENT), ("no usable answer", TROUBLE)):
        total = sum(outcome.kinds[name].planted for name in names)
        slipped = sum(len(outcome.kinds[name].slipped) for name in names)
        yield f"{title}, corrected or flagged: {total - slipped} of {total} ({(total - slipped) / max(1, total):.1%})"
    yield f"stated and nowhere in the letter: {len(outcome.ungrounded)}"
    yield from (f"  {name}" for name in outcome.ungrounded)
    yield from (f"  slipped: {name} {letter}" for name, kind in outcome.kinds.items() for letter in kind.slipped)
    yield f"false warnings on clean answers: {len(outcome.false_warnings)} of {outcome.items} items"
    yield from (f"  false warning: {name}" for name in outcome.false_warnings)


def main() -> None:
    """Prints the table."""
    print("\n".join(lines(measure(golden_and(Path(sys.argv[1]) if len(sys.argv) > 1 else None)))))


if __name__ == "__main__":
    main()
