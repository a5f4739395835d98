"""Files for tests, made in memory: PDFs, Word documents, archives."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable

from docx import Document
from reportlab.pdfgen.canvas import Canvas

from tests.letters import Letter


def pdf(draw: Callable[[Canvas], None], **options: object) -> bytes:
    raw = io.BytesIO()
    canvas = Canvas(raw, pagesize=(612, 792), invariant=1, **options)
    draw(canvas)
    canvas.save()
    return raw.getvalue()


def word(change: Callable[[Document], None]) -> bytes:  # type: ignore[valid-type]
    document = Document()
    change(document)
    raw = io.BytesIO()
    document.save(raw)
    return raw.getvalue()


def picture_pdf() -> bytes:
    """A letter's page as a picture: what a scanner makes."""
    import pypdfium2

    def draw(canvas: Canvas) -> None:
        canvas.setFont("Times-Roman", 12)
        for row, line in enumerate(str(Letter()).split("\n")):
            canvas.drawString(60, 740 - 15 * row, line)

    page = pypdfium2.PdfDocument(pdf(draw))[0]
    image = page.render(scale=3, grayscale=True).to_pil()

    def paste(canvas: Canvas) -> None:
        from reportlab.lib.utils import ImageReader

        canvas.drawImage(ImageReader(image), 0, 0, 612, 792)

    return pdf(paste)


def zip_of(name: str, content: bytes) -> bytes:
    raw = io.BytesIO()
    with zipfile.ZipFile(raw, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(name, content)
    return raw.getvalue()


def encrypted_pdf() -> bytes:
    from reportlab.lib.pdfencrypt import StandardEncryption

    return pdf(lambda c: c.drawString(72, 700, "secret"), encrypt=StandardEncryption("password"))
