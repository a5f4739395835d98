"""Word documents. Read from the document's own XML: python-docx leaves out what tracked changes
inserted and what stands in content controls, and nothing of a letter may be lost silently."""

from __future__ import annotations

import io
import zipfile
import zlib
from xml.etree.ElementTree import Element, ParseError

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import fromstring

from extractor.errors import LimitExceeded, UnreadableInput
from extractor.limits import Limits
from extractor.reading.draft import Draft
from extractor.source import PAGE_BREAK

MEDIA_TYPE = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
SKIPPED = frozenset({"pPr", "rPr", "sectPr", "del", "moveFrom", "Fallback"})
"""Properties, what tracked changes took away, and the older copy of what stands beside it."""
SIGNS = {"tab": "\t", "ptab": "\t", "noBreakHyphen": "\u2011", "br": "\n", "cr": "\n"}
SYMBOLS = {"B3": "≥", "A3": "≤", "B0": "°", "B1": "±", "B7": "•", "B4": "×", "A5": "∞", "6D": "μ"}
"""Characters that Word draws in its Symbol font; any other shows as a damaged character."""
STRUCK = ("strike", "dstrike", "vanish")
"""Run properties of text that is struck out or hidden."""
DOCUMENT = "word/document.xml"
MAX_DEPTH = 200
"""Word nests a letter's text some twenty elements deep."""
XML_PER_BYTE = 400
"""A part that unpacks to more than this many times its packed size is no text: Word's XML packs to
about a tenth."""


def read(data: bytes, limits: Limits) -> Draft:
    """The draft of a Word document's text: headers, body, then footers and notes. Raises UnreadableInput."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            names = archive.namelist()
            if DOCUMENT not in names:
                raise UnreadableInput("this is a zip archive, but no Word document; unpack it first")
            headers = sorted(n for n in names if n.startswith("word/header"))
            margins = sorted(n for n in names if n.startswith(("word/footer", "word/footnotes", "word/endnotes")))
            draft = Draft(MEDIA_TYPE)
            for name in [*headers, DOCUMENT, *margins]:
                start = draft.length
                _walk(_part(archive, name, limits), draft, bold=False, depth=0)
                if name in margins and draft.length > start:
                    draft.aside.append((start, draft.length))
    except (
        zipfile.BadZipFile,
        zlib.error,
        EOFError,
        ParseError,
        DefusedXmlException,
        NotImplementedError,
        ValueError,
        LookupError,
        OSError,
    ):
        raise UnreadableInput("the Word document is damaged and cannot be read; get it anew") from None
    except RuntimeError:
        raise UnreadableInput("the Word document is encrypted; save it without a password") from None
    return draft


def _part(archive: zipfile.ZipFile, name: str, limits: Limits) -> Element:
    info = archive.getinfo(name)
    allowed = min(4 * limits.bytes, 65536 + XML_PER_BYTE * info.compress_size)
    with archive.open(info) as part:
        xml = part.read(allowed + 1)
    if len(xml) > allowed:
        raise LimitExceeded("the Word document unpacks to far more than a letter; it may be hostile")
    root: Element = fromstring(xml, forbid_dtd=True)
    return root


def _walk(element: Element, draft: Draft, *, bold: bool, depth: int) -> None:
    if depth > MAX_DEPTH:
        raise UnreadableInput("the Word document is nested too deeply to be a letter; it may be hostile")
    tag = _name(element)
    if tag in SKIPPED:
        return
    if tag == "t":
        draft.add(element.text or "", bold=bold)
    elif tag in SIGNS:
        draft.add(SIGNS[tag] if tag != "br" or _get(element, "type") != "page" else PAGE_BREAK)
    elif tag == "sym":
        draft.add(SYMBOLS.get((_get(element, "char") or "").upper()[-2:], "\ufffd"))
    elif tag == "altChunk":
        raise UnreadableInput("the Word document holds another file within it; save it anew from Word")
    else:
        start = draft.length
        properties = {_name(entry): entry for child in element[:1] if _name(child) in ("rPr", "pPr") for entry in child}
        if tag == "r":
            bold = bold or _is_on(properties.get("b"))
        elif tag == "p":
            bold = "pStyle" in properties and (_get(properties["pStyle"], "val") or "").lower().startswith("heading")
        for child in element:
            _walk(child, draft, bold=bold, depth=depth + 1)
            if _name(child) == "p":
                # In a table, a line is a row: paragraphs end lines only within their cell.
                last = child is element[-1]
                draft.add("\n\n" if tag != "tc" else "" if last else "\n")
        if tag == "tc":
            draft.add("\t")
        elif tag == "tr":
            draft.add("\n")
        elif tag == "r" and draft.length > start and any(_is_on(properties.get(name)) for name in STRUCK):
            draft.aside.append((start, draft.length))


def _name(element: Element) -> str:
    """The tag without its namespace, which Word has in two forms (transitional and strict)."""
    return str(element.tag).rpartition("}")[2]


def _get(element: Element, attribute: str) -> str | None:
    for name, value in element.items():
        if name.rpartition("}")[2] == attribute:
            return value
    return None


def _is_on(toggle: Element | None) -> bool:
    return toggle is not None and (_get(toggle, "val") or "true") not in ("false", "0", "off")
