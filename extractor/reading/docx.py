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
from extractor.reading.draft import Draft
from extractor.reading.limits import Limits
from extractor.source import PAGE_BREAK

MEDIA_TYPE = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
MC = "{http://schemas.openxmlformats.org/markup-compatibility/2006}"
DOCUMENT = "word/document.xml"
MAX_DEPTH = 200
"""Word nests a letter's text some twenty elements deep."""
XML_PER_BYTE = 400
"""A part that unpacks to more than this many times its packed size is no text: Word's XML packs to
about a tenth."""


def read(data: bytes, limits: Limits) -> Draft:
    """The draft of a Word document's text: headers, body, footers. Raises UnreadableInput."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            names = archive.namelist()
            if DOCUMENT not in names:
                raise UnreadableInput("this is a zip archive, but no Word document; unpack it first")
            headers = [n for n in names if n.startswith("word/header")]
            footers = [n for n in names if n.startswith("word/footer")]
            draft = Draft(MEDIA_TYPE)
            for name in [*sorted(headers), DOCUMENT, *sorted(footers)]:
                start = draft.length
                _walk(_part(archive, name, limits), draft, bold=False, depth=0)
                if name in footers and draft.length > start:
                    draft.aside.append((start, draft.length))
    except (
        zipfile.BadZipFile, zlib.error, EOFError, ParseError, DefusedXmlException, NotImplementedError,
        ValueError, LookupError, OSError,
    ) as error:
        raise UnreadableInput(f"the Word document is damaged ({type(error).__name__})") from None
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
    tag = element.tag
    if tag == W + "t":
        draft.add(element.text or "", bold=bold)
    elif tag in (W + "tab", W + "ptab"):
        draft.add("\t")
    elif tag == W + "noBreakHyphen":
        draft.add("\u2011")
    elif tag == W + "br" and element.get(W + "type") == "page":
        draft.add(PAGE_BREAK)
    elif tag in (W + "br", W + "cr"):
        draft.add("\n")
    elif tag in (W + "pPr", W + "rPr", W + "del", W + "moveFrom", MC + "Fallback"):
        return
    else:
        if tag == W + "r":
            bold = bold or _is_on(element.find(f"{W}rPr/{W}b"))
        elif tag == W + "p":
            style = element.find(f"{W}pPr/{W}pStyle")
            bold = style is not None and (style.get(W + "val") or "").lower().startswith("heading")
        for child in element:
            _walk(child, draft, bold=bold, depth=depth + 1)
            if child.tag == W + "p":
                # In a table, a line is a row: paragraphs end lines only within their cell.
                in_cell = tag == W + "tc"
                last = child is element[-1]
                draft.add("\n\n" if not in_cell else "" if last else "\n")
        if tag == W + "tc":
            draft.add("\t")
        elif tag == W + "tr":
            draft.add("\n")


def _is_on(toggle: Element | None) -> bool:
    return toggle is not None and toggle.get(W + "val", "true") not in ("false", "0", "off")
