"""Makes the golden letters that are PDF or Word files, from the ``source.md`` beside each.

    python -m scripts.make_golden

A source is front matter (``format`` and the case header's values), then ``# SECTION`` headings,
``## request: Decision`` headings, and paragraphs, whose bold start stands between ``**``.
"""

from __future__ import annotations

import io
import re
import zipfile
from dataclasses import dataclass
from pathlib import Path

import docx
from reportlab.lib import pdfencrypt
from reportlab.pdfbase.pdfmetrics import stringWidth
from reportlab.pdfgen.canvas import Canvas

GOLDEN = Path(__file__).resolve().parents[1] / "golden"

LEFT, RIGHT, TOP, BOTTOM = 72.0, 540.0, 732.0, 70.0
SIZE, LEADING, GAP = 12.0, 14.0, 6.0
COLUMNS = (72.0, 180.0, 329.0, 427.0)

HEADER = (
    (("Case Number:", "case_number"),),
    (("Date Assigned:", "date_assigned"), ("Date of Injury:", "date_of_injury")),
    (("Decision Date:", "decision_date"), ("UR Denial Date:", "ur_denial_date")),
    (("Priority:", "priority"), ("Application\nReceived:", "application_received")),
)


@dataclass(frozen=True)
class Letter:
    """A letter's source: its settings and header values, and its blocks of text."""

    values: dict[str, str]
    blocks: list[tuple[str, str, str]]
    """Kind (section, item, text), bold start, and the rest."""


def parse(source: str) -> Letter:
    _, front, body = source.split("---\n", 2)
    values = dict(line.split(": ", 1) for line in front.strip().split("\n"))
    blocks = []
    for block in re.split(r"\n\s*\n", body.strip()):
        text = " ".join(block.split())
        if text.startswith("# "):
            blocks.append(("section", text[2:], ""))
        elif text.startswith("## "):
            blocks.append(("item", text[3:], ""))
        else:
            match = re.match(r"\*\*(.+?)\*\*\s*", text)
            blocks.append(("text", match[1] if match else "", text[match.end() :] if match else text))
    return Letter(values, blocks)


def make_docx(letter: Letter) -> bytes:
    document = docx.Document()
    table = document.add_table(rows=0, cols=4)
    for row in HEADER:
        cells = table.add_row().cells
        for index, (label, name) in enumerate(row):
            cells[2 * index].paragraphs[0].add_run(" ".join(label.split())).bold = True
            cells[2 * index + 1].text = letter.values[name]
    for kind, bold, rest in letter.blocks:
        paragraph = document.add_paragraph(style="Heading 1" if kind == "section" else None)
        if bold:
            paragraph.add_run(bold + (" " if rest else "")).bold = True
        paragraph.add_run(rest)
    raw = io.BytesIO()
    document.save(raw)
    return _with_fixed_dates(raw.getvalue())


def _with_fixed_dates(archive: bytes) -> bytes:
    """The same zip archive whenever it is made."""
    made = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(archive)) as old, zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as new:
        for info in old.infolist():
            new.writestr(zipfile.ZipInfo(info.filename, (2020, 1, 1, 0, 0, 0)), old.read(info), zipfile.ZIP_DEFLATED)
    return made.getvalue()


def make_pdf(letter: Letter) -> bytes:
    pages = _Pages(letter, total="?")
    pages.draw()
    counted = str(pages.canvas.getPageNumber())
    pages = _Pages(letter, total=counted)
    pages.draw()
    pages.canvas.save()
    return pages.raw.getvalue()


class _Pages:
    """A letter drawn line by line, as the form is set: Times, bold headings, a header in columns."""

    def __init__(self, letter: Letter, total: str) -> None:
        self.letter, self.total = letter, total
        self.raw = io.BytesIO()
        encrypt = (
            pdfencrypt.StandardEncryption("", ownerPassword="owner", canCopy=0)
            if "encrypted" in letter.values
            else None
        )
        self.canvas = Canvas(self.raw, pagesize=(612, 792), invariant=1, encrypt=encrypt)
        self.y = TOP

    def draw(self) -> None:
        self._header(apart=self.letter.values.get("header") == "apart")
        for kind, bold, rest in self.letter.blocks:
            self.y -= GAP
            if kind == "section":
                self._line([(bold, True)], centred=True)
            else:
                for line in _wrapped([(bold, True), (rest, False)]):
                    self._line(line)
        self._footer()

    def _header(self, *, apart: bool) -> None:
        drawn = []
        for row in HEADER:
            lines = 1
            for index, (label, name) in enumerate(row):
                for offset, words in enumerate(label.split("\n")):
                    drawn.append((True, COLUMNS[2 * index], self.y - offset * LEADING, words))
                    lines = max(lines, offset + 1)
                drawn.append((False, COLUMNS[2 * index + 1], self.y, self.letter.values[name]))
            self.y -= lines * LEADING
        if apart:
            # All labels first, then all values, from the last one up: an order no reader should trust.
            drawn = [cell for cell in drawn if cell[0]] + [cell for cell in drawn if not cell[0]][::-1]
        for is_label, x, y, words in drawn:
            self.canvas.setFont("Helvetica-Bold" if is_label else "Helvetica", SIZE)
            self.canvas.drawString(x, y, words)
        self.y -= LEADING

    def _line(self, pieces: list[tuple[str, bool]], *, centred: bool = False) -> None:
        if self.y < BOTTOM:
            self._footer()
            self.canvas.showPage()
            self.y = TOP
        x = LEFT
        if centred:
            x = (LEFT + RIGHT - sum(_width(words, bold) for words, bold in pieces)) / 2
        for words, bold in pieces:
            self.canvas.setFont(_font(bold), SIZE)
            self.canvas.drawString(x, self.y, words)
            x += _width(words, bold)
        self.y -= LEADING

    def _footer(self) -> None:
        footer = self.letter.values.get("footer")
        if footer:
            self.canvas.setFont(_font(False), 10)
            page = str(self.canvas.getPageNumber())
            self.canvas.drawString(LEFT, 46, footer.replace("{pages}", self.total).replace("{page}", page))


def _font(bold: bool) -> str:
    return "Times-Bold" if bold else "Times-Roman"


def _width(words: str, bold: bool) -> float:
    return float(stringWidth(words, _font(bold), SIZE))


def _wrapped(pieces: list[tuple[str, bool]]) -> list[list[tuple[str, bool]]]:
    """The words in lines that fit the page, neighbours of one weight joined."""
    lines: list[list[tuple[str, bool]]] = [[]]
    room = RIGHT - LEFT
    for text, bold in pieces:
        for word in text.split():
            width = _width(word + " ", bold)
            if width > room and lines[-1]:
                lines.append([])
                room = RIGHT - LEFT
            line = lines[-1]
            if line and line[-1][1] == bold:
                line[-1] = (line[-1][0] + word + " ", bold)
            else:
                line.append((word + " ", bold))
            room -= width
    return [line for line in lines if line]


def main() -> None:
    for source in sorted(GOLDEN.glob("*/source.md")):
        letter = parse(source.read_text(encoding="utf-8"))
        kind = letter.values["format"]
        made = make_pdf(letter) if kind == "pdf" else make_docx(letter)
        target = source.with_name(f"letter.{kind}")
        target.write_bytes(made)
        print(f"{target.relative_to(GOLDEN.parent)}: {len(made):,} bytes")


if __name__ == "__main__":
    main()
