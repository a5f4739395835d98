"""What a worker process does with one letter: read it, and put the result in the form asked for."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from extractor.errors import UnreadableInput, told
from extractor.workers import Bounds, Workers, cores, why_ended

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine, Iterator, Sequence

    from extractor.source import SourceText
    from extractor.summary.schema import Language

Result = TypeVar("Result")


@dataclass(frozen=True)
class Task:
    """One letter, and what to make of it: ``view``, ``json``, ``jsonl`` or ``text``, or with ``language`` its summary
    as ``plain``, ``markdown``, ``html``, ``explain``, ``json`` or ``jsonl``."""

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
    language: Language | None = None
    """Of the summary; None: the result itself."""


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
    except Exception as error:
        return failed(task, *told(error))


def perform_all(tasks: Sequence[Task], bounds: Bounds) -> Iterator[Answer]:
    """The answers, in the tasks' order, each as soon as those before it are there.

    On Ctrl-C what was finished is given, then an answer that says ``interrupted``.
    """
    ready: dict[int, Answer] = {}
    given = 0
    workers = Workers(_performed, lambda job, how: (job[0], _ended(job[1], how, bounds)), bounds, count=_count(tasks))
    try:
        for _, (index, answer) in workers.results(enumerate(tasks)):
            ready[index] = answer
            while given in ready:
                yield ready.pop(given)
                given += 1
    except KeyboardInterrupt:
        yield from (ready[index] for index in sorted(ready))
        yield Answer("", 130, interrupted=True)
    finally:
        workers.close()


def _count(tasks: Sequence[Task]) -> int:
    return min(len(tasks), cores())


def _performed(job: tuple[int, Task]) -> tuple[int, Answer]:
    return job[0], perform(job[1])


def _ended(task: Task, how: str, bounds: Bounds) -> Answer:
    return failed(task, UnreadableInput.code, why_ended(how, bounds.seconds))


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
    from extractor.pipeline import aextract, extract, read_source

    limits = Limits(bytes=task.max_bytes, pages=task.max_pages)
    letter = task.data if task.path is None else Path(task.path)
    assert letter is not None
    source = read_source(letter, name=Path(task.name).name or task.name, ocr=task.ocr, limits=limits)
    if task.action == "text":
        return source.text
    if task.language:
        return _summary(source, task, notes)
    determination = _with_model(source, task, notes, aextract) if task.model else extract(source)
    if task.action == "view":
        from extractor.cli.view import view

        return view(determination, source, task.width)
    return determination.model_dump_json(indent=2 if task.action == "json" else None)


def _summary(source: SourceText, task: Task, notes: list[str]) -> str:
    import datetime as dt
    from functools import partial

    from extractor.pipeline import asummarize, summarize
    from extractor.summary.facts import stale

    assert task.language is not None
    old = stale(dt.date.today())
    if old:
        oldest = min(fact.as_of for fact in old)
        notes.append(f"facts about the law were last read on {oldest}: have somebody read their sources again")
    if task.model:
        summary = _with_model(source, task, notes, partial(asummarize, language=task.language))
        if summary.model_failed:
            notes.append(f"the model failed ({summary.model_failed}): these are the fixed sentences alone")
    else:
        summary = summarize(source, language=task.language)
    if task.action == "html":
        from extractor.summary.render.page import page

        return page(summary)
    if task.action in ("json", "jsonl"):
        return summary.model_dump_json(indent=2 if task.action == "json" else None)
    from extractor.summary.render.plain import explained, markdown, text

    if task.action == "markdown":
        return markdown(summary)
    return explained(summary, task.width) if task.action == "explain" else text(summary, task.width)


def _with_model(
    source: SourceText, task: Task, notes: list[str], read: Callable[..., Coroutine[Any, Any, Result]]
) -> Result:
    """What ``read`` makes of the letter with the task's model."""
    import asyncio

    from extractor.model.cache import open_cache
    from extractor.model.reading import Reader
    from extractor.model.settings import ModelSettings, Patience

    assert task.model is not None
    cache = open_cache() if task.cache else None
    settings = ModelSettings(
        task.model, redact=task.redact, record=task.record, patience=Patience(attempts=task.attempts)
    )
    reader = Reader(settings, cache=cache)

    async def closing() -> Result:
        try:
            return await read(source, model=reader)
        finally:
            await reader.close()

    try:
        return asyncio.run(closing())
    finally:
        if cache is not None:
            notes += cache.warnings
            cache.close()
