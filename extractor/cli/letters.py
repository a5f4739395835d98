"""What a worker process does with one letter: read it, and put the result in the form asked for."""

from __future__ import annotations

import traceback
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from extractor.errors import ImrError, UnreadableInput

if TYPE_CHECKING:
    from extractor.schema import Determination
    from extractor.source import SourceText


@dataclass(frozen=True)
class Task:
    """One letter, and what to make of it: ``view``, ``json``, ``jsonl`` or ``text``."""

    action: str
    name: str
    """What messages call it: the path as given."""
    path: str | None
    """None where ``data`` holds standard input."""
    data: bytes | None
    ocr: bool
    max_bytes: int
    max_pages: int
    width: int
    model: str | None = None
    attempts: int = 1
    """How often a model out of reach is tried."""
    record: str | None = None
    """Where the model's answers are put on record."""
    redact: bool = False
    """Persons' names and numbers are taken out of what is sent."""
    cache: bool = False
    """The model's answers are kept on disk."""


@dataclass(frozen=True)
class Answer:
    """What to print for one letter. ``code`` is its exit code; ``error`` one line, or None."""

    name: str
    code: int
    out: str | None = None
    error: str | None = None
    notes: tuple[str, ...] = ()
    """What the person who runs the program should know, a line each."""
    interrupted: bool = False


def perform(task: Task) -> Answer:
    """The answer to a task. Never raises: an error becomes the answer, without the letter's text."""
    try:
        notes: list[str] = []
        return Answer(task.name, 0, out=_result(task, notes), notes=tuple(notes))
    except ImrError as error:
        return failed(task, error.code, str(error))
    except MemoryError:
        return failed(
            task, UnreadableInput.code, "this needs more memory than allowed; raise --max-memory-mb if it is a letter"
        )
    except Exception as error:
        place = traceback.extract_tb(error.__traceback__)[-1]
        where = f"{Path(place.filename).name}, line {place.lineno}"
        return failed(
            task, 1, f"internal error ({type(error).__name__} in {where}); please report it without the letter"
        )


def failed(task: Task, code: int, message: str) -> Answer:
    """The answer for a letter that gave no result; for JSON it has a document of its own."""
    out = None
    if task.action in ("json", "jsonl"):
        from extractor.schema import ErrorReport, Failure, Source

        failure = Failure(
            source=Source(name=Path(task.name).name or task.name), error=ErrorReport(code=code, message=message)
        )
        out = failure.model_dump_json(indent=2 if task.action == "json" else None)
    return Answer(" ".join(task.name.split()), code, out=out, error=message)


def _result(task: Task, notes: list[str]) -> str:
    from extractor.limits import Limits
    from extractor.pipeline import extract, read_source

    limits = Limits(bytes=task.max_bytes, pages=task.max_pages)
    letter = task.data if task.path is None else Path(task.path)
    assert letter is not None
    source = read_source(letter, name=Path(task.name).name or task.name, ocr=task.ocr, limits=limits)
    if task.action == "text":
        return source.text
    determination = _with_model(source, task, notes) if task.model else extract(source)
    if task.action == "view":
        from extractor.cli.view import view

        return view(determination, source, task.width)
    return determination.model_dump_json(indent=2 if task.action == "json" else None)


def _with_model(source: SourceText, task: Task, notes: list[str]) -> Determination:
    import asyncio

    from extractor.model.cache import Cache
    from extractor.model.reading import Reader
    from extractor.model.settings import ModelSettings, Patience
    from extractor.pipeline import aextract

    assert task.model is not None
    cache = Cache() if task.cache else None
    settings = ModelSettings(
        task.model, redact=task.redact, record=task.record, patience=Patience(attempts=task.attempts)
    )
    reader = Reader(settings, cache=cache)

    async def read() -> Determination:
        try:
            return await aextract(source, model=reader)
        finally:
            await reader.close()

    try:
        return asyncio.run(read())
    finally:
        if cache is not None:
            notes += cache.warnings
            cache.close()
