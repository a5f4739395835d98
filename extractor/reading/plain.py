"""Plain text and Markdown. Text files carry Markdown and HTML marks too: both are read alike."""

from __future__ import annotations

import codecs
import re
from html import unescape

from extractor.errors import UnreadableInput
from extractor.reading.draft import Draft

BOMS = (
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)

BOLD_TAGS = "b|strong|h[1-6]"
MARK = re.compile(
    rf"""
      (?P<bold><(?:/?(?:{BOLD_TAGS})(?:\s[^<>\n]{{0,200}})?>))
    | (?P<line><(?:/?(?:p|div|tr|table|tbody|thead|ul|ol|li|br|hr)(?:\s[^<>\n]{{0,200}})?/?>))
    | (?P<cell><(?:/?(?:td|th)(?:\s[^<>\n]{{0,200}})?>))
    | (?P<tag><(?:/?(?:i|em|u|span|font|a|sup|sub|center|body|html|code)(?:\s[^<>\n]{{0,200}})?>))
    | (?P<entity>&(?:\#\d{{1,7}}|\#[xX][0-9a-fA-F]{{1,6}}|[A-Za-z][A-Za-z0-9]{{1,30}});)
    | (?P<heading>(?:(?<=\n)|(?<=\n[ ])|(?<=\n[ ]{{2}})|(?<=\n[ ]{{3}})|\A)\#{{1,6}}[ \t]+)
    | (?P<struck></?(?:del|s|strike)>)
    | (?P<wave>~~(?P<waved>[^~\n]{{1,300}})~~)
    | (?P<stars>\*{{2,3}}|(?<!_)__(?!_))
    """,
    re.X,
)
SIGNS = re.compile(r"[<&*_#~]")
"""What every mark begins with: the search for marks runs from one such sign to the next."""
PARAGRAPH = re.compile(r"\n[ \t]{0,99}\n")
STARS = (re.compile(r"\*{2,3}"), re.compile(r"(?<!_)__(?!_)"))
QUOTE = re.compile(r"^[ \t]{0,3}(?:>[ \t]?)+", re.M)
ESCAPE = re.compile(r"\\([\\`*_{}\[\]()#+\-.!|>~<&])")
RULE_ROW = re.compile(r"^[ \t]*\|?(?:[ \t]*:?-{2,}:?[ \t]*\|)+(?:[ \t]*:?-{2,}:?)?[ \t]*$\n?", re.M)
TABLE_ROW = re.compile(r"^[ \t]*\|(.*)\|[ \t]*$", re.M)
SINGLE_EMPHASIS = re.compile(r"(?<![\w*_\\])([*_])(?=[^\s*_])([^*_\n]{1,300})(?<=[^\s*_])\1(?![\w*_])")


def decode(data: bytes) -> str:
    """The text of the bytes, without BOM, with line feeds as line ends. Raises UnreadableInput."""
    text = _decode(data)
    if text.count("\0") > len(text) // 100:
        raise UnreadableInput("this is no text file, nor a format that is read (txt, md, html, pdf, docx)")
    return text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")


def _decode(data: bytes) -> str:
    for bom, encoding in BOMS:
        if data.startswith(bom):
            return data.decode(encoding, "replace")
    sample = data[:4096]
    if len(sample) >= 8:
        # UTF-16 without a BOM: Latin letters have a zero in every second byte.
        even, odd = sample[0::2].count(0), sample[1::2].count(0)
        if odd > len(sample) // 4 and even <= len(sample) // 50:
            return data.decode("utf-16-le", "replace")
        if even > len(sample) // 4 and odd <= len(sample) // 50:
            return data.decode("utf-16-be", "replace")
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        damaged = data.decode("utf-8", "replace")
        if len(damaged) - len(damaged.encode("ascii", "ignore")) > damaged.count("\ufffd"):
            # Some characters are sound UTF-8, which cp1252 never forms by chance: a few bytes were lost.
            return damaged
        # cp1252 leaves five bytes undefined; Latin-1 gives those as control characters.
        return "".join(data[i : i + 65536].decode("cp1252", "imr_latin1") for i in range(0, len(data), 65536))


def _as_latin1(error: UnicodeError) -> tuple[str, int]:
    assert isinstance(error, UnicodeDecodeError)
    return error.object[error.start : error.end].decode("latin-1"), error.end


codecs.register_error("imr_latin1", _as_latin1)


def read(text: str, *, markdown: bool) -> Draft:
    """The draft of a text without its marks. ``markdown`` also resolves escapes and single stars."""
    if markdown:
        text = QUOTE.sub("", text)
    if "|" in text:
        text = RULE_ROW.sub("", text)
        text = TABLE_ROW.sub(lambda row: row[1].replace("|", "\t"), text)
    reader = _Reader(text, markdown=markdown)
    reader.read()
    return reader.draft


class _Reader:
    """One pass over a text, from mark to mark."""

    def __init__(self, text: str, *, markdown: bool) -> None:
        self.text, self.markdown = text, markdown
        self.draft = Draft("text/markdown" if markdown else "text/plain")
        self.stars = _paired_stars(text) if "**" in text or "__" in text else {}
        self.bold_depth = 0
        self.in_heading = False
        self.struck_from: int | None = None

    def read(self) -> None:
        at = 0
        for sign in SIGNS.finditer(self.text):
            mark = MARK.match(self.text, sign.start()) if sign.start() >= at else None
            if mark is None or (mark.lastgroup == "stars" and mark.start() not in self.stars):
                continue
            self._add(self.text[at : mark.start()])
            self._take(mark)
            at = mark.end()
        self._add(self.text[at:])

    def _take(self, mark: re.Match[str]) -> None:
        """What a mark does to the text behind it."""
        match mark.lastgroup:
            case "bold":
                self.bold_depth = max(0, self.bold_depth + (-1 if mark[0].startswith("</") else 1))
            case "stars":
                self.bold_depth = max(0, self.bold_depth + self.stars[mark.start()])
            case "heading":
                self.in_heading = True
            case "struck" if not mark[0].startswith(("</", "~~")):
                self.struck_from = self.draft.length
            case "struck" if mark[0].startswith("</") and self.struck_from is not None:
                self.draft.aside.append((self.struck_from, self.draft.length))
                self.struck_from = None
            case "wave" if self.markdown:
                start = self.draft.length
                self._add(mark["waved"])
                self.draft.aside.append((start, self.draft.length))
            case "wave":
                self._add(mark[0])
            case "line":
                self._add("\n")
            case "cell":
                self._add("\t")
            case "entity":
                self._add(_entity(mark[0]))

    def _add(self, piece: str) -> None:
        if self.markdown:
            piece = ESCAPE.sub(r"\1", SINGLE_EMPHASIS.sub(r"\2", piece))
        if self.in_heading and "\n" in piece:
            head, newline, rest = piece.partition("\n")
            self.draft.add(head, bold=True)
            self.in_heading = False
            piece = newline + rest
        self.draft.add(piece, bold=self.in_heading or self.bold_depth > 0)


def _entity(words: str) -> str:
    """The character that an HTML entity stands for; a line break or control stays a space."""
    character = unescape(words)
    return " " if character in "\r\0\f" else character


def _paired_stars(text: str) -> dict[int, int]:
    """Where ``**`` or ``__`` opens (+1) and closes (-1) bold: pairs of one paragraph; a lone one is text."""
    paired: dict[int, int] = {}
    for token in STARS:
        hits: list[int] = []
        for sign in [*token.finditer(text), None]:
            if hits and (sign is None or PARAGRAPH.search(text, hits[-1], sign.start())):
                if len(hits) % 2 == 0:
                    paired.update({hit: 1 if index % 2 == 0 else -1 for index, hit in enumerate(hits)})
                hits = []
            if sign is not None:
                hits.append(sign.start())
    return paired
