"""PDF, by pypdfium2: the text layer in reading order, and where each character stands.

pypdfium2 is not safe for threads: read letters side by side in processes.
"""

from __future__ import annotations

import ctypes
from collections.abc import Callable, Iterable, Iterator
from typing import Any

import pypdfium2
import pypdfium2.raw as pdfium_c

from extractor.errors import UnreadableInput
from extractor.limits import Limits
from extractor.reading.draft import Draft
from extractor.reading.geometry import CELL_GAP, Piece, in_reading_order
from extractor.source import PAGE_BREAK, Glyphs, SourceText, Span

MEDIA_TYPE = "application/pdf"
BROKEN_HYPHEN = "\ufffe"
"""What pdfium gives for a hyphen at a line end, dropping the line end behind it."""
RUNNING_TEXT = (0.27, 0.5)
"""Mean advance over line height of running text (Times 0.34, Helvetica 0.38).  A line outside of it may
hold a gap or a jump back between table cells, and is looked at character by character."""
FEW_CHARACTERS, SCAN_SHARE = 200, 0.4
"""A page with fewer characters, covered to this share by pictures, is a scan: the characters are a stamp or
a page number."""
NO_TEXT_LAYER = "the PDF has no text layer (a scan); read it with --ocr"

Box = tuple[int, float, float, float, float]
"""Page number from 1; then left, bottom, right, top in points, from the page's lower left corner."""
CharBox = tuple[float, float, float, float]


def read(data: bytes, limits: Limits, *, ocr: bool = False) -> Draft:
    """The draft of a PDF's text. Raises UnreadableInput."""
    draft = Draft(MEDIA_TYPE)
    document = _open(data)
    try:
        limits.check_pages(len(document))
        for index in range(len(document)):
            page = _page(document, index)
            text_page = page.get_textpage()
            pieces = _pieces(page, text_page)
            if sum(len(piece.text) for piece in pieces) < FEW_CHARACTERS and _shows_picture(page):
                if ocr:
                    from extractor.reading.ocr import read_page

                    pieces = read_page(page)
                    draft.read_by_ocr = True
                else:
                    draft.pages_without_text.append(index + 1)
            if index:
                draft.add("\n" + PAGE_BREAK)
            _append(draft, pieces, index)
            limits.check_characters(draft.length)
            text_page.close()
            page.close()
    finally:
        document.close()
    if not draft.text.strip() or len(draft.pages_without_text) == len(draft.page_starts):
        raise UnreadableInput("OCR found no text in the PDF" if ocr else NO_TEXT_LAYER)
    return draft


def boxes(data: bytes, source: SourceText, spans: Iterable[Span]) -> list[Box]:
    """Where the spans of a PDF's source text stand on its pages: a box for each stretch of a line.

    ``data`` are the bytes that ``source`` was read from.  Raises UnreadableInput.
    """
    found: list[Box] = []
    document = _open(data)
    try:
        for start, end in spans:
            for glyphs in source.glyphs:
                left, right = max(start, glyphs.start), min(end, glyphs.end)
                if left < right:
                    found += _box(document, glyphs, left, right)
    finally:
        document.close()
    return found


def _box(document: pypdfium2.PdfDocument, glyphs: Glyphs, start: int, end: int) -> list[Box]:
    if glyphs.box is not None:
        return [(glyphs.page + 1, *glyphs.box)]
    page = _page(document, glyphs.page)
    text_page = page.get_textpage()
    first = glyphs.char + start - glyphs.start
    count = text_page.count_rects(first, end - start)
    return [(glyphs.page + 1, *text_page.get_rect(i)) for i in range(count)]


def _open(data: bytes) -> pypdfium2.PdfDocument:
    try:
        return pypdfium2.PdfDocument(data)
    except pypdfium2.PdfiumError as error:
        if error.err_code in (pdfium_c.FPDF_ERR_PASSWORD, pdfium_c.FPDF_ERR_SECURITY):
            raise UnreadableInput("the PDF is encrypted with a password; save it without one") from None
        raise UnreadableInput("the PDF is damaged and cannot be opened; get it anew") from None


def _page(document: pypdfium2.PdfDocument, index: int) -> pypdfium2.PdfPage:
    try:
        return document[index]
    except pypdfium2.PdfiumError:
        raise UnreadableInput(f"page {index + 1} of the PDF is damaged; get the PDF anew") from None


def _shows_picture(page: pypdfium2.PdfPage) -> bool:
    """Pictures cover much of the page: it is a scan."""
    width, height = page.get_size()
    covered = 0.0
    for picture in page.get_objects(filter=[pdfium_c.FPDF_PAGEOBJ_IMAGE], max_depth=3):
        left, bottom, right, top = picture.get_bounds()
        covered += (min(right, width) - max(left, 0)) * (min(top, height) - max(bottom, 0))
    return bool(covered > SCAN_SHARE * width * height)


def _append(draft: Draft, pieces: list[Piece], page: int) -> None:
    bold_before = page > 0 and bool(draft.emphasis) and draft.emphasis[-1][1] >= draft.length - 2
    for placed in in_reading_order(pieces):
        piece = placed.piece
        draft.add(placed.before)
        start = draft.length
        if piece.bold and bold_before:
            draft.mark_bold(draft.emphasis[-1][1], start)
        bold_before = piece.bold
        draft.add(piece.text, bold=piece.bold)
        box = (piece.left, piece.bottom, piece.right, piece.top) if piece.char < 0 else None
        draft.glyphs.append(Glyphs(start, draft.length, page, piece.char, box))


def _pieces(page: pypdfium2.PdfPage, text_page: pypdfium2.PdfTextPage) -> list[Piece]:
    text, lines = _lines(text_page)
    box_of = _char_boxes(text_page, page.get_rotation())
    boxes = [(box_of(start), box_of(end - 1)) for start, end in lines]
    pieces: list[Piece] = []
    for (start, end), (first, last) in zip(lines, boxes, strict=True):
        advance = (last[2] - first[0]) / (end - start) / max(first[3] - first[1], 1.0)
        running = end - start == 1 or RUNNING_TEXT[0] < advance < RUNNING_TEXT[1]
        for left, right in [(start, end)] if running else _cells(box_of, text, start, end):
            pieces += _by_weight(text_page, box_of, text, left, right)
    return pieces


def _lines(text_page: pypdfium2.PdfTextPage) -> tuple[str, list[Span]]:
    """The page's text as pdfium orders it, a character an index, and its lines without outer space."""
    count = text_page.count_chars()
    text = text_page.get_text_range() if count else ""
    if len(text) != count:
        # Characters beyond 16 bits: ask for each one, so that text and index agree.
        text = "".join(_character(text_page, index) for index in range(count))
    lines: list[Span] = []
    start = 0
    for index, character in enumerate(text):
        if character in "\r\n" or character == BROKEN_HYPHEN:
            end = index + (character == BROKEN_HYPHEN)
            _add_line(text, start, end, lines)
            start = index + 1
    _add_line(text, start, count, lines)
    return text, lines


def _add_line(text: str, start: int, end: int, lines: list[Span]) -> None:
    content = text[start:end]
    stripped = content.strip()
    if stripped:
        start += len(content) - len(content.lstrip())
        lines.append((start, start + len(stripped)))


def _character(text_page: pypdfium2.PdfTextPage, index: int) -> str:
    code = pdfium_c.FPDFText_GetUnicode(text_page, index)
    return chr(code) if 0 < code < 0x110000 and not 0xD800 <= code < 0xE000 else "\ufffd"


def _char_boxes(text_page: pypdfium2.PdfTextPage, rotation: int) -> Callable[[int], CharBox]:
    """A function from a character's index to its box as the page is shown: left, bottom, right, top."""

    def box_of(index: int) -> CharBox:
        try:
            left, bottom, right, top = text_page.get_charbox(index, loose=True)
        except pypdfium2.PdfiumError:
            return (0.0, 0.0, 0.0, 0.0)
        if rotation == 90:
            return (bottom, -right, top, -left)
        if rotation == 180:
            return (-right, -top, -left, -bottom)
        if rotation == 270:
            return (-top, left, -bottom, right)
        return (left, bottom, right, top)

    return box_of


def _cells(box_of: Callable[[int], CharBox], text: str, start: int, end: int) -> Iterator[Span]:
    """The line cut where a gap or a jump back lies between two characters."""
    cut = start
    before: CharBox | None = None
    for index in range(start, end):
        if text[index].isspace():
            continue
        box = box_of(index)
        height = max(box[3] - box[1], 1.0)
        if before and not -height < box[0] - before[2] < CELL_GAP * height:
            yield _trimmed(text, cut, index)
            cut = index
        before = box
    yield _trimmed(text, cut, end)


def _trimmed(text: str, start: int, end: int) -> Span:
    return start, start + len(text[start:end].rstrip())


def _by_weight(
    text_page: pypdfium2.PdfTextPage, box_of: Callable[[int], CharBox], text: str, start: int, end: int
) -> Iterator[Piece]:
    """The stretch as pieces of one weight each: a heading is bold up to the decision word on its line."""
    cut, bold = start, _is_bold(text_page, start)
    if _is_bold(text_page, end - 1) != bold:
        for index in range(start + 1, end):
            if not text[index].isspace() and _is_bold(text_page, index) != bold:
                yield _piece(box_of, text, cut, index, bold)
                cut, bold = index, not bold
    yield _piece(box_of, text, cut, end, bold)


def _piece(box_of: Callable[[int], CharBox], text: str, start: int, end: int, bold: bool) -> Piece:
    first, last = box_of(start), box_of(start + len(text[start:end].rstrip()) - 1)
    return Piece(
        left=min(first[0], last[0]),
        bottom=min(first[1], last[1]),
        right=max(first[2], last[2]),
        top=max(first[3], last[3]),
        text=text[start:end].replace(BROKEN_HYPHEN, "-").replace("\0", "\ufffd"),
        char=start,
        bold=bold,
    )


_FONT_NAME = ctypes.create_string_buffer(128)
_FONT_FLAGS = ctypes.c_int()


def _is_bold(text_page: Any, index: int) -> bool:
    if pdfium_c.FPDFText_GetFontWeight(text_page, index) >= 600:
        return True
    length = pdfium_c.FPDFText_GetFontInfo(text_page, index, _FONT_NAME, 128, _FONT_FLAGS)
    return 0 < length <= 128 and b"bold" in _FONT_NAME.value.lower()
