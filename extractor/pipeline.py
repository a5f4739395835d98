"""The whole way of a letter, from a file to a checked result."""

from __future__ import annotations

import datetime as dt
import time
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from extractor.consistency import check
from extractor.errors import NotADetermination
from extractor.limits import DEFAULT_LIMITS, Limits
from extractor.reading import load, read
from extractor.rules.letter import Reading, read_letter
from extractor.schema import Determination, Flag, Issue, Provenance, Source, Tokens
from extractor.source import SourceText
from extractor.taxonomy import Status
from extractor.version import VERSION

if TYPE_CHECKING:
    from collections.abc import Coroutine, Sequence

    from extractor.model.answer import ReasonsAnswer
    from extractor.model.reading import Reader, Told
    from extractor.summary.schema import Language, Summary
    from extractor.units import Units

__all__ = ["aextract", "extract", "read_source"]
_Given = TypeVar("_Given")


def extract(
    letter: str | Path | bytes | SourceText,
    *,
    name: str | None = None,
    ocr: bool = False,
    limits: Limits = DEFAULT_LIMITS,
    model: str | Reader | None = None,
) -> Determination:
    """Reads one determination letter: by rules, without a network; with ``model``, by a language model too.

    ``letter`` is a path, a file's bytes, or a source text that was read already; ``name`` is what the
    result calls it.  With ``ocr``, PDF pages without a text layer are read by tesseract.
    ``model`` is ``provider/model`` (its answers are kept on disk) or a Reader; passing one is the consent that the
    letter goes to that provider.
    Spans of the result point into the text that :func:`read_source` gives.
    Raises UnreadableInput, NotADetermination, UnknownModel.  A model that fails raises nothing: the result is the
    rules', and a flag says so.

    >>> extract(Path("letter.pdf")).issues[0].decision  # doctest: +SKIP
    'upheld'
    """
    source = letter if isinstance(letter, SourceText) else read_source(letter, name=name, ocr=ocr, limits=limits)
    if model not in (None, "none"):
        return _waited_for(aextract(source, model=model))
    return by_rules(source).determination()


def summarize(
    letter: str | Path | bytes | SourceText,
    *,
    language: Language = "en",
    name: str | None = None,
    ocr: bool = False,
    limits: Limits = DEFAULT_LIMITS,
    model: str | None = None,
    today: dt.date | None = None,
) -> Summary:
    """One letter told in plain words to the person it is about; arguments as of :func:`extract`.

    ``today`` (else the clock's) tells how old the letter is.
    Raises what :func:`extract` does, and NoSafeSummary where a check fails that nothing mends.
    """
    source = letter if isinstance(letter, SourceText) else read_source(letter, name=name, ocr=ocr, limits=limits)
    if model not in (None, "none"):
        return _waited_for(asummarize(source, language=language, model=model, today=today))
    from extractor.summary.tell import tell

    return tell(extract(source), source, language, today)


async def asummarize(
    source: SourceText, *, language: Language = "en", model: str | Reader, today: dt.date | None = None
) -> Summary:
    """As :func:`summarize`, by a model, for use in an event loop."""
    from extractor.model.cache import open_cache
    from extractor.model.reading import Reader
    from extractor.model.settings import ModelSettings
    from extractor.summary.tell import atell

    reader = model if isinstance(model, Reader) else Reader(ModelSettings(model), cache=open_cache())
    try:
        determination = await aextract(source, model=reader)
        return await atell(determination, source, language, reader, today)
    finally:
        if reader is not model:
            await reader.close()


async def aextract(
    letter: str | Path | bytes | SourceText,
    *,
    name: str | None = None,
    ocr: bool = False,
    limits: Limits = DEFAULT_LIMITS,
    model: str | Reader | None = None,
) -> Determination:
    """As :func:`extract`, for use in an event loop: many letters can wait for their answers side by side."""
    source = letter if isinstance(letter, SourceText) else read_source(letter, name=name, ocr=ocr, limits=limits)
    read = by_rules(source)
    if model in (None, "none"):
        return read.determination()
    from extractor.model.cache import open_cache
    from extractor.model.reading import Reader
    from extractor.model.settings import ModelSettings

    if isinstance(model, Reader):
        return await by_model(read, model)
    reader = Reader(ModelSettings(str(model)), cache=open_cache())
    try:
        return await by_model(read, reader)
    finally:
        await reader.close()


@dataclass(frozen=True)
class ReadLetter:
    """A letter as the rules read it. It can be handed from process to process."""

    source: SourceText
    reading: Reading
    seconds: float
    """How long the rules took."""

    def determination(self) -> Determination:
        """The rules' result. Leaves the reading as it is."""
        return _determination(self.source, self.reading, Provenance(version=VERSION, seconds=self.seconds))


def by_rules(source: SourceText) -> ReadLetter:
    """Raises NotADetermination."""
    started = time.perf_counter()
    reading = _read_letter(source)
    return ReadLetter(source, reading, time.perf_counter() - started)


async def by_model(read: ReadLetter, reader: Reader, *, reasons_of: Sequence[int] = ()) -> Determination:
    """The result by both; what the model says is written into ``read``.

    With ``reasons_of`` the model is asked about nothing but the reasons of these items.
    """
    from extractor.model.usage import cost

    started = time.perf_counter()
    told = await _ask(reader, read.source, read.reading, reasons_of)
    price = cost(reader.settings.model, told.usage)
    provenance = Provenance(
        version=VERSION,
        model=reader.settings.model,
        prompt=told.prompt,
        prompt_sha256=told.sent,
        cache=told.cache,
        attempts=told.usage.attempts,
        tokens=Tokens(prompt=told.usage.prompt, completion=told.usage.completion, cached=told.usage.cached),
        cost_usd=0.0 if told.cache == "hit" else price and price * reader.settings.price_share,
        seconds=read.seconds + time.perf_counter() - started,
    )
    return _determination(read.source, read.reading, provenance)


async def _ask(reader: Reader, source: SourceText, reading: Reading, reasons_of: Sequence[int]) -> Told[Any]:
    """The model's reading beside the rules', which it confirms, completes and doubts."""
    from extractor.crosscheck import crosscheck
    from extractor.grounding import ground
    from extractor.units import cut

    units = cut(source)
    told: Told[Any]
    if reasons_of:
        told = await _ask_reasons(reader, units, [reading.statement.issues[number - 1] for number in reasons_of])
    else:
        told = await reader.read(units, lambda answer: ground(answer, units).problems)
        if told.answer is not None:
            reading.flags.extend(crosscheck(source, reading.statement, ground(told.answer, units)))
    if told.failure is not None:
        reading.flags.append(
            Flag(code="model_failed", level="warning", message=f"{told.failure}; this is the rules' reading alone")
        )
    return told


async def _ask_reasons(reader: Reader, units: Units, issues: Sequence[Issue]) -> Told[ReasonsAnswer]:
    """The reasons of these items, by the model, beside the rules'."""
    from extractor.crosscheck import add_reasons
    from extractor.grounding import ground_reasons

    shown = "\n\n".join(
        f"item {issue.number}, {issue.decision}: {issue.request.text if issue.request else ''}\n{units.within(spans)}"
        for issue in issues
        if (spans := issue.rationale.spans if issue.rationale else [])
    )
    told = await reader.reasons(units.source, shown, lambda answer: ground_reasons(answer, units, issues)[1])
    if told.answer is not None:
        found, _ = ground_reasons(told.answer, units, issues)
        for issue in issues:
            add_reasons(issue, found.get(issue.number, ()))
    return told


def _determination(source: SourceText, reading: Reading, provenance: Provenance) -> Determination:
    started = time.perf_counter()
    numbers = {issue.number for issue in reading.statement.issues}
    found: defaultdict[int | None, list[Flag]] = defaultdict(list)
    for finding in check(reading.statement, reading.told):
        found[finding.issue if finding.issue in numbers else None].append(finding.flag)
    issues = [
        issue.model_copy(update={"flags": [*issue.flags, *found[issue.number]]}) for issue in reading.statement.issues
    ]
    of_letter = [*reading.flags, *found[None]]
    provenance.seconds = round(source.seconds + provenance.seconds + time.perf_counter() - started, 4)
    return Determination(
        **{**dict(reading.statement), "issues": issues},
        status=_status([*of_letter, *(flag for issue in issues for flag in issue.flags)]),
        source=_source(source, reading),
        flags=of_letter,
        provenance=provenance,
    )


def _read_letter(source: SourceText) -> Reading:
    try:
        return read_letter(source)
    except NotADetermination as error:
        if not source.pages_without_text:
            raise
        pages = ", ".join(map(str, source.pages_without_text))
        raise NotADetermination(f"{error}; but pages {pages} have no text layer: read it with --ocr") from None


def read_source(
    letter: str | Path | bytes, *, name: str | None = None, ocr: bool = False, limits: Limits = DEFAULT_LIMITS
) -> SourceText:
    """The source text of a letter: the text that every span of its result points into.

    Raises UnreadableInput.
    """
    if isinstance(letter, bytes):
        return read(letter, name or "letter", ocr=ocr, limits=limits)
    path = Path(letter)
    return read(load(path, limits), name or path.name, ocr=ocr, limits=limits)


def _status(flags: Sequence[Flag]) -> Status:
    """``partial`` where any flag, of the letter or of an item, is a warning."""
    return "partial" if any(flag.level == "warning" for flag in flags) else "complete"


def _source(source: SourceText, reading: Reading) -> Source:
    return Source(
        name=source.name,
        sha256=source.sha256,
        text_sha256=source.text_sha256,
        media_type=source.media_type,
        pages=source.pages,
        layout=reading.layout,
    )


def _waited_for(work: Coroutine[Any, Any, _Given]) -> _Given:
    # Loaded for a model only; in a thread of its own, since the caller may run an event loop already.
    import asyncio
    from concurrent.futures import ThreadPoolExecutor

    with ThreadPoolExecutor(1) as pool:
        return pool.submit(asyncio.run, work).result()
