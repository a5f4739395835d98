"""From a file to one source text: a module for each format, chosen by what the bytes are.

A new format is one more module whose ``read`` gives a Draft, and its place in ``_draft``.
"""

from __future__ import annotations

import hashlib
import time
from pathlib import Path

from extractor.errors import UnreadableInput
from extractor.limits import DEFAULT_LIMITS, Limits
from extractor.reading.draft import Draft
from extractor.reading.furniture import find_furniture
from extractor.source import SourceText

__all__ = ["load", "read"]

HTML_START = (b"<!doctype html", b"<html", b"<?xml", b"<head", b"<body")
FOREIGN = {
    b"\xd0\xcf\x11\xe0": "an old Word file (.doc); save it as .docx or PDF",
    b"{\\rtf": "a rich text file; save it as .docx or PDF",
    b"\x89PNG": "a picture; make it a PDF and read it with --ocr",
    b"\xff\xd8\xff": "a picture; make it a PDF and read it with --ocr",
    b"II*\x00": "a picture; make it a PDF and read it with --ocr",
    b"MM\x00*": "a picture; make it a PDF and read it with --ocr",
    b"\x1f\x8b": "a compressed file; unpack it first",
}


def load(path: Path, limits: Limits = DEFAULT_LIMITS) -> bytes:
    """The bytes of the file. Raises UnreadableInput where there are none to be had."""
    try:
        if path.is_dir():
            raise UnreadableInput("this is a folder; name the letters in it")
        if not path.is_file():
            raise UnreadableInput("this is no regular file" if path.exists() else "there is no such file")
        with path.open("rb") as file:
            data = file.read(limits.bytes + 1)
    except OSError as error:
        raise UnreadableInput(f"the file cannot be opened ({error.strerror or 'unknown reason'})") from None
    limits.check_bytes(len(data))
    return data


def read(data: bytes, name: str, *, ocr: bool = False, limits: Limits = DEFAULT_LIMITS) -> SourceText:
    """The source text of a letter's bytes.

    ``name`` is what the result calls the source; its ending helps only where the bytes leave the
    format open.  With ``ocr``, PDF pages without a text layer are read by tesseract.
    Raises UnreadableInput.
    """
    started = time.perf_counter()
    limits.check_bytes(len(data))
    if not data.strip(b"\0 \t\r\n\f\xef\xbb\xbf"):
        raise UnreadableInput("the input is empty")
    draft = _draft(data, name, ocr, limits)
    limits.check_characters(len(draft.text))
    if not draft.text.strip():
        raise UnreadableInput("the input holds no text")
    return SourceText(
        text=draft.text,
        name=name,
        media_type=draft.media_type,
        sha256=hashlib.sha256(data).hexdigest(),
        page_starts=draft.page_starts,
        furniture=find_furniture(draft),
        emphasis=tuple(draft.emphasis),
        glyphs=tuple(draft.glyphs),
        read_by_ocr=draft.read_by_ocr,
        seconds=time.perf_counter() - started,
        aside=tuple(draft.aside),
        pages_without_text=tuple(draft.pages_without_text),
    )


def _draft(data: bytes, name: str, ocr: bool, limits: Limits) -> Draft:
    # Imported here, so that reading a text file never pays for the PDF library.
    suffix = Path(name).suffix.lower()
    for magic, what in FOREIGN.items():
        if data.startswith(magic):
            raise UnreadableInput(f"this is {what}")
    if b"%PDF-" in data[:1024]:
        from extractor.reading import pdf

        return pdf.read(data, limits, ocr=ocr)
    if data.startswith(b"PK\x03\x04"):
        from extractor.reading import docx

        return docx.read(data, limits)
    if suffix in (".pdf", ".docx"):
        raise UnreadableInput(f"the file is named {suffix}, but is none; it may be damaged")
    from extractor.reading import plain

    text = plain.decode(data)
    if suffix in (".html", ".htm") or text[:2048].lstrip().lower().startswith(
        tuple(start.decode() for start in HTML_START)
    ):
        from extractor.reading import html

        return html.read(text)
    return plain.read(text, markdown=suffix in (".md", ".markdown"))
