"""Scanned pages, read by the tesseract program where it is installed."""

from __future__ import annotations

import shutil
import subprocess

import pypdfium2

from extractor.errors import UnreadableInput
from extractor.reading.geometry import Piece

DPI = 300
"""The resolution that tesseract's documentation asks for."""
ADVICE = "install tesseract (Debian: apt install tesseract-ocr) to read scans with --ocr"
WORD = "5"
"""The level of a word in tesseract's TSV."""


def find_tesseract() -> str | None:
    """The path of the tesseract program, or None where it is not installed."""
    return shutil.which("tesseract")


def read_page(page: pypdfium2.PdfPage, seconds: float = 120.0) -> list[Piece]:
    """The words of a page's picture, a piece each. Raises UnreadableInput."""
    program = find_tesseract()
    if program is None:
        raise UnreadableInput(f"the PDF has no text layer; {ADVICE}")
    bitmap = page.render(scale=DPI / 72, grayscale=True)
    rows = bytes(bitmap.buffer)
    picture = b"".join(rows[row * bitmap.stride : row * bitmap.stride + bitmap.width] for row in range(bitmap.height))
    image = b"P5 %d %d 255\n" % (bitmap.width, bitmap.height) + picture
    try:
        run = subprocess.run(  # noqa: S603  the program's own path, and no word of the input in its arguments
            [program, "stdin", "stdout", "--dpi", str(DPI), "--psm", "4", "-l", "eng", "tsv"],
            input=image,
            capture_output=True,
            timeout=seconds,
            check=True,
        )
    except subprocess.TimeoutExpired:
        raise UnreadableInput(f"tesseract took over {seconds:g} seconds for a page") from None
    except (subprocess.CalledProcessError, OSError) as error:
        raise UnreadableInput(f"tesseract failed ({type(error).__name__})") from None
    return _words(run.stdout.decode("utf-8", "replace"), bitmap.height)


def _words(tsv: str, height: int) -> list[Piece]:
    """One piece a word; its height is its line's, so that words of one line share a row."""
    scale = 72 / DPI
    pieces: list[Piece] = []
    line = (0, 0)
    for row in tsv.splitlines()[1:]:
        cells = row.split("\t")
        if len(cells) < 12:
            continue
        left, top, width, tall = (int(cell) for cell in cells[6:10])
        if cells[0] == "4":
            line = (top, top + tall)
        if cells[0] == WORD and cells[11].strip():
            pieces.append(
                Piece(
                    left * scale,
                    (height - line[1]) * scale,
                    (left + width) * scale,
                    (height - line[0]) * scale,
                    cells[11],
                    -1,
                )
            )
    return pieces
