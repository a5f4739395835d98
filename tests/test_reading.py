from __future__ import annotations

from collections.abc import Callable

import pytest
from docx import Document
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from reportlab.pdfgen.canvas import Canvas

from extractor import Limits, SourceText, read_source
from extractor.errors import ImrError, LimitExceeded, UnreadableInput
from extractor.reading import ocr
from extractor.reading.pdf import boxes
from tests.files import encrypted_pdf, pdf, picture_pdf, word, zip_of
from tests.letters import Letter

LETTER = str(Letter())


def text(data: bytes, name: str = "letter.txt") -> str:
    return read_source(data, name=name).text


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (b"\xef\xbb\xbfCaf\xc3\xa9", "Café"),
        ("“half” ½".encode("cp1252"), "“half” ½"),
        (b"a\x81b", "a\x81b"),
        ("\ufeffäöü".encode("utf-16"), "äöü"),
        ("plain words".encode("utf-16-le"), "plain words"),
        ("plain words".encode("utf-16-be"), "plain words"),
        (b"one\r\ntwo\rthree", "one\ntwo\nthree"),
        ("no\u00a0break “curly” ’".encode(), "no\u00a0break “curly” ’"),
    ],
    ids=[
        "utf8_bom",
        "cp1252",
        "undefined_in_cp1252",
        "utf16_bom",
        "utf16_le",
        "utf16_be",
        "line_ends",
        "characters_kept",
    ],
)
def test_encodings(data: bytes, expected: str) -> None:
    """Bytes of every usual encoding become the characters that their writer saw."""
    assert text(data) == expected


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("### HEADING\nwords", "HEADING\nwords"),
        ("**Label:** words", "Label: words"),
        ("<b>Case Number:</b>\tCM14-0900001\t", "Case Number:\tCM14-0900001\t"),
        ("5 * 3 ** 2 lone", "5 * 3 ** 2 lone"),
        ("pain < 5 & rising > 3", "pain < 5 & rising > 3"),
        ("R&amp;D &lt;5 &nbsp;mg&#174;", "R&D <5 \u00a0mg®"),
        ("a<br>b<br/>c", "a\nb\nc"),
        (
            "| Case Number: | CM14-0900001 |\n|---|---|\n| Priority: | Standard |",
            " Case Number: \t CM14-0900001 \n Priority: \t Standard ",
        ),
        ("____ signature", "____ signature"),
        ("__Label:__ words", "Label: words"),
        ("page one\fpage two", "page one\fpage two"),
    ],
    ids=[
        "heading",
        "bold",
        "tag",
        "stars_are_text",
        "signs_are_text",
        "entities",
        "breaks",
        "table",
        "blanks",
        "underscores",
        "form_feed",
    ],
)
def test_marks_in_text_files(written: str, read: str) -> None:
    """Markdown and HTML marks go, and everything else stays."""
    assert text(written.encode()) == read


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("1\\. MRI \\#30", "1. MRI #30"),
        ("*not* certified", "not certified"),
        ("> quoted", "quoted"),
        ("a_b_c", "a_b_c"),
    ],
    ids=["escapes", "single_stars", "quote", "underscores_in_words"],
)
def test_markdown_only(written: str, read: str) -> None:
    """In a Markdown file, escapes and single stars are marks too."""
    assert text(written.encode(), "letter.md") == read


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("<p>one\n  line</p><p>two</p>", "one line\n\ntwo"),
        (
            "<table><tr><td>Case Number:</td><td>CM14-1</td></tr><tr><td>a</td></tr></table>x",
            "Case Number:\tCM14-1\na\n\nx",
        ),
        ("<title>t</title><style>s</style><script>if (a<b) {}</script><p>words</p>", "words"),
        ("<p>a&nbsp;b &amp; c &#8220;d&#8221;</p>", "a\u00a0b & c “d”"),
        ("<p>never <b>closed", "never closed"),
        ("<p>a<!-- hidden -->b</p>", "ab"),
        ("a<br>b", "a\nb"),
        ("<pre>two\n lines</pre>", "two\n lines"),
    ],
    ids=["white_space", "table", "silent_elements", "entities", "unclosed", "comment", "break", "pre"],
)
def test_html(written: str, read: str) -> None:
    """HTML becomes what a browser shows."""
    assert text(f"<!doctype html><html><body>{written}</body></html>".encode(), "letter.html") == read


def test_html_frames_are_furniture() -> None:
    """Navigation and page footers stay in the source text and in no field."""
    page = '<html><body><nav>Home</nav><p>Words.</p><div id="footer">Archive<div>deep</div></div><p>More.</p></body></html>'
    source = read_source(page.encode(), name="letter.html")
    assert [source.text[a:b].split() for a, b in source.furniture] == [["Home"], ["Archive", "deep"]]


def test_word_keeps_what_word_shows() -> None:
    """Insertions, content controls, tables, breaks and headers are read; deletions are not."""

    def fill(document: Document) -> None:  # type: ignore[valid-type]
        document.sections[0].header.paragraphs[0].text = "header words"
        paragraph = document.add_paragraph("before ")
        for kind, tag, words in (("ins", "t", "inserted"), ("del", "delText", "deleted")):
            change = OxmlElement(f"w:{kind}")
            run = OxmlElement("w:r")
            content = OxmlElement(f"w:{tag}")
            content.text = words
            run.append(content)
            change.append(run)
            paragraph._p.append(change)
        control, content, run, inner = (OxmlElement(f"w:{tag}") for tag in ("sdt", "sdtContent", "r", "t"))
        inner.text = " controlled"
        inner.set(qn("xml:space"), "preserve")
        run.append(inner)
        content.append(run)
        control.append(content)
        paragraph._p.append(control)
        row = document.add_table(rows=1, cols=2).rows[0].cells
        row[0].text, row[1].text = "Case Number:", "CM14-0900001"
        document.add_paragraph("bold").runs[0].bold = True

    source = read_source(word(fill), name="letter.docx")
    assert source.text.split() == "header words before inserted controlled Case Number: CM14-0900001 bold".split()
    assert "Case Number:\tCM14-0900001" in source.text
    assert [source.text[a:b] for a, b in source.emphasis] == ["bold"]


@pytest.mark.parametrize(
    "page",
    [
        "<p>kept <del>gone</del></p>",
        "<p>kept <s>gone</s></p>",
        '<p>kept <span style="display: none">gone</span></p>',
        "<p>kept <span hidden>gone</span></p>",
        "<p>kept <style>gone",
    ],
    ids=["del", "s", "style", "hidden", "unclosed_style"],
)
def test_what_a_page_does_not_show_is_of_no_field(page: str) -> None:
    """Struck and hidden text stays in the source text, where a warning can point at it."""
    source = read_source(f"<html><body>{page}</body></html>".encode(), name="a.html")
    assert source.body.split() == ["kept"]
    assert "gone" in source.text


@pytest.mark.parametrize(("written", "name"), [("kept ~~gone~~", "a.md"), ("kept <del>gone</del>", "a.txt")])
def test_struck_text_in_text_files(written: str, name: str) -> None:
    source = read_source(written.encode(), name=name)
    assert (source.body.split(), source.text) == (["kept"], "kept gone")


@pytest.mark.parametrize(
    "letter",
    [
        LETTER.replace("No red flag", '<div class="sidebar">No red flag</div>'),
        LETTER.replace("is not medically", "is <del>not</del> medically"),
        LETTER.replace(": Upheld", ": <s>Overturned</s> Upheld"),
    ],
    ids=["sidebar", "struck_not", "struck_decision"],
)
def test_what_is_left_out_amid_a_letter_is_told(letter: str) -> None:
    """Struck and marginal words within the letter are a doubt, whatever they say."""
    from extractor import extract

    page = f"<html><body class='menu'>{letter.replace(chr(10), '<br>')}</body></html>"
    result = extract(page.encode(), name="a.html")
    assert "text_in_margin" in {flag.code for flag in result.flags}


def test_waves_in_plain_text_strike_nothing() -> None:
    """Two tildes are a mark in Markdown alone, and on one line alone."""
    assert read_source(b"about ~~5 miles, in ~~10 days", name="a.txt").body == "about ~~5 miles, in ~~10 days"
    assert read_source(b"about ~~5 miles,\nin ~~10 days", name="a.md").body == "about ~~5 miles,\nin ~~10 days"


def test_struck_and_hidden_words_in_word() -> None:
    """Struck and hidden runs, footers and notes belong to no field."""

    def fill(document: Document) -> None:  # type: ignore[valid-type]
        document.sections[0].footer.paragraphs[0].text = "footer"
        paragraph = document.add_paragraph("kept")
        paragraph.add_run(" struck").font.strike = True
        paragraph.add_run(" hidden").font.hidden = True

    source = read_source(word(fill), name="letter.docx")
    assert source.body.split() == ["kept"]
    assert source.text.split() == ["kept", "struck", "hidden", "footer"]


def test_strict_word_documents() -> None:
    """Word's strict form has other namespaces and the same words."""
    xml = '<w:document xmlns:w="http://purl.oclc.org/ooxml/wordprocessingml/main"><w:p><w:r><w:t>words</w:t></w:r></w:p></w:document>'
    assert text(zip_of("word/document.xml", xml.encode()), "a.docx").strip() == "words"


def test_a_lost_byte_does_not_garble_the_rest() -> None:
    """UTF-8 with a damaged byte keeps its other characters, and the loss shows."""
    assert text("“curly” ".encode() + b"\xff end") == "“curly” \ufffd end"


def header_in_rows(canvas: Canvas) -> None:
    canvas.drawString(72, 700, "Date Assigned:  12/01/2016")
    canvas.drawString(329, 700, "Date of Injury:  10/03/2016")
    canvas.drawString(72, 686, "Priority:  Standard")
    canvas.drawString(329, 686, "Application")
    canvas.drawString(329, 672, "Received:")
    canvas.drawString(427, 686, "11/22/2016")


def header_apart(canvas: Canvas) -> None:
    for y, label in ((672, "Received:"), (686, "Application"), (700, "Date of Injury:")):
        canvas.drawString(329, y, label)
    for y, label in ((686, "Priority:"), (700, "Date Assigned:")):
        canvas.drawString(72, y, label)
    for x, y, value in (
        (427, 687, "11/22/2016"),
        (180, 686, "Standard"),
        (427, 701, "10/03/2016"),
        (180, 699, "12/01/2016"),
    ):
        canvas.drawString(x, y, value)


@pytest.mark.parametrize("draw", [header_in_rows, header_apart])
def test_pdf_header_is_read_by_position(draw: Callable[[Canvas], None]) -> None:
    """Whatever order a header table is drawn in, each label is followed by its value."""
    words = " ".join(read_source(pdf(draw), name="letter.pdf").text.split())
    assert (
        words
        == "Date Assigned: 12/01/2016 Date of Injury: 10/03/2016 Priority: Standard Application Received: 11/22/2016"
    )


def test_pdf_glues_nothing() -> None:
    """A date and a word broken at a line end stay as they stand."""

    def draw(canvas: Canvas) -> None:
        canvas.drawString(72, 700, "reported on 11-22-")
        canvas.drawString(72, 686, "16 a loss of range-of-")
        canvas.drawString(72, 672, "motion of the knee")

    assert (
        read_source(pdf(draw), name="letter.pdf").text
        == "reported on 11-22-\n16 a loss of range-of-\nmotion of the knee"
    )


def test_pdf_boxes() -> None:
    """A span's boxes lie where its words were drawn."""

    def draw(canvas: Canvas) -> None:
        canvas.drawString(72, 700, "first page")
        canvas.showPage()
        canvas.drawString(100, 500, "here it stands")
        canvas.drawString(100, 486, "and goes on")

    data = pdf(draw)
    source = read_source(data, name="letter.pdf")
    start = source.text.index("it stands")
    end = source.text.index(" goes on")
    found = boxes(data, source, [(start, end)])
    assert [box[0] for box in found] == [2, 2]
    assert 125 < found[0][1] < 130 and 498 < found[0][2] < 502
    assert 99 < found[1][1] < 102 and 484 < found[1][2] < 488
    assert source.page_of(start) == 2


@pytest.mark.parametrize("rotation", [90, 180, 270])
def test_turned_pages(rotation: int) -> None:
    """A page that is shown turned is read as it is shown."""

    def draw(canvas: Canvas) -> None:
        canvas.setPageRotation(rotation)
        canvas.saveState()
        if rotation == 90:
            canvas.translate(612, 0)
        elif rotation == 180:
            canvas.translate(612, 792)
        else:
            canvas.translate(0, 792)
        canvas.rotate({90: 90, 180: 180, 270: -90}[rotation])
        for y, words in ((500, "first line of the page"), (486, "second line of the page"), (472, "third line")):
            canvas.drawString(60, y, words)
        canvas.restoreState()

    assert (
        read_source(pdf(draw), name="letter.pdf").text == "first line of the page\nsecond line of the page\nthird line"
    )


@pytest.mark.parametrize(
    ("pages", "furniture"),
    [
        (["a.\nPage 1 of 2", "b.\nPage 2 of 2"], ["Page 1 of 2", "Page 2 of 2"]),
        (["a.\n1", "b.\n2", "c.\n3"], ["1", "2", "3"]),
        (["Review Board\na.", "Review Board\nb.", "Review Board\nc."], ["Review Board"] * 3),
        (["the dose was\n30", "it rose to\n60"], []),
        (["so it is denied.", "so it is denied."], []),
        (["See the guidelines,\nPage 22 of 127\nand so on."], []),
        (["as it stands on\npage 303\nof the book."], []),
        (["a.\nPage 1 of 2\nb.\nPage 2 of 2"], ["Page 1 of 2", "Page 2 of 2"]),
        (["a\nb\nc\nd\non\npage 47\nit\nis\nsaid\nso", "x"], []),
        (["show need outside of the\nguideline."] * 3, []),
        (["a\nb\nItem 2\nc", "d\nItem 2\ne\nf", "Item 2\ng\nh"], []),
        (
            ["Final Determination Letter for IMR Case Number CM15-0900001   3\nwords"],
            ["Final Determination Letter for IMR Case Number CM15-0900001   3"],
        ),
    ],
    ids=[
        "page_lines",
        "bare_numbers",
        "running_head",
        "numbers_that_do_not_count",
        "same_sentence",
        "wrapped_citation",
        "cited_page",
        "counted",
        "cited_amid_a_page",
        "amid_a_sentence",
        "other_places",
        "form_footer",
    ],
)
def test_page_headers_and_footers(pages: list[str], furniture: list[str]) -> None:
    """Lines that belong to the page are told from lines of the letter."""
    source = read_source("\f".join(pages).encode(), name="letter.txt")
    assert [source.text[a:b] for a, b in source.furniture] == furniture
    assert source.pages == len(pages)


def test_a_scan_is_refused_with_advice() -> None:
    """Without a text layer there is nothing to read, and the way out is named."""
    with pytest.raises(UnreadableInput, match="--ocr"):
        read_source(picture_pdf(), name="scan.pdf")


def test_a_scan_with_a_stamp_is_a_scan() -> None:
    """A page number drawn on a scanned page does not make it a page with text."""
    import pypdfium2

    image = pypdfium2.PdfDocument(picture_pdf())[0].render(scale=1).to_pil()

    def draw(canvas: Canvas) -> None:
        from reportlab.lib.utils import ImageReader

        for row, line in enumerate(LETTER.split("\n")):
            canvas.drawString(60, 740 - 15 * row, line)
        canvas.showPage()
        canvas.drawImage(ImageReader(image), 0, 0, 612, 792)
        canvas.drawString(280, 30, "Page 2 of 2")

    source = read_source(pdf(draw), name="letter.pdf")
    assert source.pages_without_text == (2,)


def test_ocr_without_tesseract_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    with pytest.raises(UnreadableInput, match="apt install tesseract-ocr"):
        read_source(picture_pdf(), name="scan.pdf", ocr=True)


@pytest.mark.slow
@pytest.mark.skipif(ocr.find_tesseract() is None, reason="the tesseract program is not installed")
def test_a_scan_is_read_by_ocr() -> None:
    """A scanned letter gives its items, says that it was read by OCR, and its words have boxes."""
    from extractor import extract

    data = picture_pdf()
    source = read_source(data, name="scan.pdf", ocr=True)
    result = extract(source)
    assert [issue.decision for issue in result.issues] == ["upheld"]
    assert result.issues[0].request and result.issues[0].request.text == "MRI of the lumbar spine"
    assert result.case.case_number == "CM16-0900001"
    assert "read_by_ocr" in {flag.code for flag in result.flags}
    assert len(boxes(data, source, result.issues[0].request.spans)) == 5


W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'


@pytest.mark.parametrize(
    ("data", "name", "says"),
    [
        (b"", "a.txt", "empty"),
        (b" \n\t\r\n", "a.txt", "empty"),
        (b"\0" * 4096, "a.txt", "empty"),
        (b"<html><body></body></html>", "a.html", "no text"),
        (b"\x7fELF\0\0\0\1\0\0\0\2" * 50, "a.txt", "no text file"),
        (b"%PDF-1.7 nothing else", "a.pdf", "damaged"),
        (pdf(header_in_rows)[:600], "a.pdf", "damaged|no text"),
        (encrypted_pdf(), "a.pdf", "password"),
        (b"words", "a.pdf", "is none"),
        (zip_of("letter.txt", b"words"), "a.zip", "no Word document"),
        (zip_of("word/document.xml", b"<a"), "a.docx", "damaged"),
        (b"PK\x03\x04 cut off", "a.docx", "damaged"),
        (zip_of("word/document.xml", b"<a>" + b" " * (60 << 20) + b"</a>"), "a.docx", "unpacks to far more"),
        (zip_of("word/document.xml", b'<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>'), "a.docx", "damaged"),
        (zip_of("word/document.xml", f"<w:p {W}>".encode() + b"<w:sdt>" * 900 + b"</w:sdt>" * 900 + b"</w:p>"), "a.docx", "nested too deeply"),
        (b"\xd0\xcf\x11\xe0 old", "a.doc", "old Word file"),
        (b"\x89PNG\r\n", "a.png", "picture"),
        (b"{\\rtf1 words}", "a.rtf", "rich text"),
    ],
    ids=[
        "empty", "blank", "zeros", "empty_html", "binary", "no_pdf", "half_a_pdf", "locked_pdf", "text_named_pdf", "zip",
        "broken_xml", "broken_zip", "zip_bomb", "entities", "deep_docx", "old_word", "picture", "rtf",
    ],
)  # fmt: skip
def test_bad_input_is_named(data: bytes, name: str, says: str) -> None:
    """What cannot be read is refused in one line that says why, and holds nothing of the input."""
    with pytest.raises(UnreadableInput, match=says) as refused:
        read_source(data, name=name)
    assert "\n" not in str(refused.value) and len(str(refused.value)) < 200
    assert refused.value.code == 3


def test_deeply_nested_html_is_read() -> None:
    """A hundred thousand open elements cost their length and no more."""
    nested = b"<html><body>" + b"<div><b>" * 100_000 + LETTER.encode() + b"</body></html>"
    assert "MRI of the lumbar spine" in text(nested, "a.html")


@pytest.mark.parametrize(
    ("limits", "data"),
    [(Limits(bytes=100), LETTER.encode()), (Limits(characters=100), LETTER.encode()), (Limits(pages=1), None)],
    ids=["bytes", "characters", "pages"],
)
def test_limits(limits: Limits, data: bytes | None) -> None:
    """A file over a limit is refused, and the message names what to raise."""

    def draw(canvas: Canvas) -> None:
        canvas.drawString(72, 700, "a")
        canvas.showPage()
        canvas.drawString(72, 700, "b")

    two_pages = pdf(draw)
    with pytest.raises(LimitExceeded):
        read_source(data or two_pages, name="a.txt" if data else "a.pdf", limits=limits)


def test_errors_are_one_tree() -> None:
    assert issubclass(LimitExceeded, UnreadableInput) and issubclass(UnreadableInput, ImrError)


def test_offsets_survive_characters_beyond_16_bits() -> None:
    """A span counts code points, whatever a character takes in a file."""
    source = read_source("𝔸𝔹 words".encode("utf-16"), name="a.txt")
    assert isinstance(source, SourceText)
    assert source.slice([(3, 8)]) == "words"
