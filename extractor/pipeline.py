"""The whole way of a letter, from a file to a checked result."""

from __future__ import annotations

import time
from pathlib import Path

from extractor.consistency import check
from extractor.errors import NotADetermination
from extractor.limits import DEFAULT_LIMITS, Limits
from extractor.reading import load, read
from extractor.rules.letter import Reading, read_letter
from extractor.schema import Determination, Flag, Provenance, Source
from extractor.source import SourceText
from extractor.taxonomy import Status
from extractor.version import VERSION

__all__ = ["extract", "read_source"]


def extract(
    letter: str | Path | bytes | SourceText,
    *,
    name: str | None = None,
    ocr: bool = False,
    limits: Limits = DEFAULT_LIMITS,
) -> Determination:
    """Reads one determination letter by rules, without a model and without a network.

    ``letter`` is a path, a file's bytes, or a source text that was read already; ``name`` is what the
    result calls it.  With ``ocr``, PDF pages without a text layer are read by tesseract.
    Spans of the result point into the text that :func:`read_source` gives.
    Raises UnreadableInput and NotADetermination.

    >>> extract(Path("letter.pdf")).issues[0].decision  # doctest: +SKIP
    'upheld'
    """
    source = letter if isinstance(letter, SourceText) else read_source(letter, name=name, ocr=ocr, limits=limits)
    started = time.perf_counter()
    reading = _read_letter(source)
    for finding in check(reading.statement, reading.told):
        owner = next((issue for issue in reading.statement.issues if issue.number == finding.issue), reading)
        owner.flags.append(finding.flag)
    return Determination(
        **dict(reading.statement),
        status=_status(reading),
        source=_source(source, reading),
        flags=reading.flags,
        provenance=Provenance(version=VERSION, seconds=round(source.seconds + time.perf_counter() - started, 4)),
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


def _status(reading: Reading) -> Status:
    """``partial`` where any flag, of the letter or of an item, is a warning."""
    flags: list[Flag] = [*reading.flags, *(flag for issue in reading.statement.issues for flag in issue.flags)]
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
