"""Reads a data set by rules, by a model, and by both together, and scores every letter; failures do not stop it."""

from __future__ import annotations

import asyncio
import hashlib
from collections import deque
from collections.abc import AsyncIterator, Iterable, Sequence
from dataclasses import dataclass, field
from itertools import chain
from typing import Any

from evals.fields import score
from evals.golden import Annotation, GoldenLetter, Refusal
from evals.outcomes import Outcome
from evals.places import locate
from extractor.errors import ImrError, ModelFailed
from extractor.grounding import ground
from extractor.model.answer import Answer
from extractor.model.reading import Reader, Told
from extractor.pipeline import aextract, extract, read_source
from extractor.schema import Statement
from extractor.source import SourceText
from extractor.units import Units, cut

COLUMNS = ("rules", "model", "combined", "always_upheld")
"""Rules alone, the model alone, both as users get them, and the baseline that calls every item upheld."""
SLOTS = 16
"""Letters that wait for a model side by side; the local one takes one, since a letter's time runs while it waits."""
INTERNAL = 1
"""The code of a letter that met a fault of ours."""


@dataclass
class LetterRun:
    """One letter, read once: its rows by column, and what that took."""

    letter: str
    repeat: int
    rows: dict[str, list[Outcome]]
    seconds: float = 0.0
    """From bytes to result, the model's time included."""
    cached: bool = False
    attempts: int = 0
    tokens: int = 0
    cost_usd: float | None = 0.0
    model_failed: str | None = None
    """How the model failed, where it did."""
    confidence: list[tuple[float, bool]] = field(default_factory=list)
    """Of each item that both readings know: how sure, and whether its decision is right."""


class Listening(Reader):
    """A reader that keeps what the model said, so that it can be scored alone."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.heard: dict[str, Told[Answer]] = {}

    async def read(self, units: Units, examine: Any) -> Told[Answer]:
        told = await super().read(units, examine)
        self.heard[units.source.text_sha256] = told
        return told


async def evaluate(letters: Sequence[GoldenLetter], readers: Sequence[Listening | None]) -> AsyncIterator[LetterRun]:
    """Every letter once for each reader (None: by rules), in order. Raises DamagedAnnotation."""
    todo: Iterable[tuple[GoldenLetter, int]] = chain.from_iterable(
        ((letter, repeat) for letter in letters) for repeat in range(len(readers))
    )
    waiting: deque[asyncio.Task[LetterRun]] = deque()
    for letter, repeat in todo:
        waiting.append(asyncio.create_task(_read(letter, readers[repeat], repeat)))
        if len(waiting) >= _slots(readers[repeat]):
            yield await waiting.popleft()
    while waiting:
        yield await waiting.popleft()


def _slots(reader: Listening | None) -> int:
    return SLOTS if reader is not None and reader.settings.provider != "local" else 1


async def _read(letter: GoldenLetter, reader: Listening | None, repeat: int) -> LetterRun:
    gold = letter.annotation
    source: SourceText | None = None
    rules: Statement | int
    run = LetterRun(letter.id, repeat, {})
    try:
        source = read_source(letter.path)
        found = extract(source)
        rules, run.seconds = found, found.provenance.seconds
    except ImrError as error:
        rules = error.code
    except Exception:  # a fault of ours is this letter's failure, not the run's
        rules = INTERNAL
    run.rows["rules"] = score(letter.id, gold, rules, source)
    run.rows["always_upheld"] = _always_upheld(letter.id, gold, source)
    if reader is not None:
        await _ask(run, gold, source, reader, rules)
    return run


async def _ask(
    run: LetterRun, gold: Annotation | Refusal, source: SourceText | None, reader: Listening, rules: Statement | int
) -> None:
    if source is None or isinstance(rules, int):
        run.rows["model"] = run.rows["combined"] = run.rows["rules"]
        return
    result = await aextract(source, model=reader)
    told = reader.heard.pop(source.text_sha256)
    said: Statement | int = ground(told.answer, cut(source)).statement if told.answer else ModelFailed.code
    run.rows["model"] = score(run.letter, gold, said, source)
    run.rows["combined"] = score(run.letter, gold, result, source)
    run.cached = told.cache == "hit"
    run.attempts = told.usage.attempts
    run.tokens = told.usage.prompt + told.usage.completion
    run.seconds, run.cost_usd = result.provenance.seconds, result.provenance.cost_usd
    run.model_failed = told.failure.kind if told.failure else None
    sure = {issue.number: issue.confidence for issue in result.issues}
    for row in run.rows["combined"]:
        confidence = sure.get(row.predicted_item) if row.predicted_item is not None else None
        if row.field == "decision" and confidence is not None:
            run.confidence.append((confidence, row.right))


def _always_upheld(letter: str, gold: Annotation | Refusal, source: SourceText | None) -> list[Outcome]:
    """The rows of determinations, where every item of the letter is called upheld."""
    if isinstance(gold, Refusal):
        return []
    stated = locate(gold, source) if source else gold
    issues = [issue.model_copy(update={"decision": "upheld"}) for issue in stated.issues]
    rows = score(letter, gold, Statement(outcome="all_upheld", issues=issues), source)
    return [row for row in rows if row.field in ("item", "decision")]


def fingerprint(letters: Iterable[GoldenLetter]) -> str:
    """SHA-256 of the data: every letter and annotation, by name."""
    digest = hashlib.sha256()
    for letter in letters:
        for path in (letter.path, letter.folder / "annotation.json"):
            digest.update(f"{letter.id}/{path.name}\0".encode() + hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()
