"""HTML, as browsers show it: white space folded, blocks on lines of their own."""

from __future__ import annotations

import re
from html.parser import HTMLParser

from extractor.reading.draft import Draft

SILENT = frozenset({"script", "style", "head", "title"})
PARAGRAPHS = frozenset(
    "address article aside blockquote center dd div dl dt fieldset figure footer form h1 h2 h3 h4 h5 h6 "
    "header hr main nav ol p pre section table ul".split()
)
LINES = frozenset({"br", "li", "tr", "caption"})
CELLS = frozenset({"td", "th"})
BOLD = frozenset({"b", "strong", "h1", "h2", "h3", "h4", "h5", "h6", "th"})
ASIDE = frozenset(
    {"nav", "footer", "navbar", "menu", "sidebar", "breadcrumb", "breadcrumbs", "navigation", "contentinfo"}
)
"""Tags, and ids, classes and roles, of what frames a page and is no part of its text."""
STRUCK = frozenset({"del", "s", "strike"})
"""Tags of deleted text."""
HIDDEN = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden|line-through", re.I)
VOID = frozenset("area base br col embed hr img input link meta source track wbr".split())
WHITE = re.compile(r"[ \t\n\f]+")


def read(text: str) -> Draft:
    """The draft of an HTML page's text."""
    parser = _Reader()
    parser.feed(_without_unclosed(text))
    parser.close()
    return parser.finish()


def _without_unclosed(text: str) -> str:
    """The text with what opens a tag or comment that is never closed written as the words it is.

    HTMLParser looks for the end of each anew, to the end of the text: thousands of them would cost
    their number squared (CPython issue 135462).
    """
    for opening, closing in (("<!--", "-->"), ("<", ">")):
        last = text.rfind(closing) + 1
        text = text[:last] + text[last:].replace(opening, "&lt;" + opening[1:])
    return text


class _Reader(HTMLParser):
    """Event by event: nesting costs nothing, and what is never closed is closed at the end."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.draft = Draft("text/html")
        self.open: dict[str, int] = {}
        self.aside_from = -1
        self.aside_tag = ""
        self.aside_depth = 0
        self.pending = ""
        self.unshown: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._break(tag)
        if tag in VOID:
            return
        if tag == "body" or (tag in PARAGRAPHS and self.open.get("head")):
            self.open.pop("head", None)
            self.unshown.clear()
        self.open[tag] = self.open.get(tag, 0) + 1
        if self.aside_from < 0 and _is_aside(tag, attrs):
            self.aside_from, self.aside_tag, self.aside_depth = self.draft.length, tag, self.open[tag]

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._break(tag)

    def handle_endtag(self, tag: str) -> None:
        if self.open.get(tag, 0):
            self.open[tag] -= 1
            if tag in SILENT:
                self.unshown.clear()
        if tag == self.aside_tag and self.open.get(tag, 0) < self.aside_depth:
            self._close_aside()
        if tag not in CELLS:
            self._break(tag)

    def handle_data(self, data: str) -> None:
        if self._inside(SILENT):
            self.unshown.append(data)
            return
        if not self.open.get("pre"):
            data = WHITE.sub(" ", data)
        if not data.strip(" \t\n\f"):
            self.pending = self.pending or data[:1]
            return
        if data[0] == " ":
            self.pending = self.pending or " "
            data = data[1:]
        trailing = data.endswith(" ") and not self.open.get("pre")
        if self.draft.length:
            self.draft.add(self.pending)
        self.pending = " " if trailing else ""
        self.draft.add(data.rstrip(" ") if trailing else data, bold=self._inside(BOLD))

    def finish(self) -> Draft:
        self._close_aside()
        if self.cdata_elem:
            # HTMLParser drops what it was still reading as a script or style.
            self.unshown.append(self.rawdata)
        if self.unshown:
            # A script or style that is never closed swallows the page: its text is kept, as no field's.
            start = self.draft.length
            self.draft.add("\n" + "".join(self.unshown))
            self.draft.aside.append((start, self.draft.length))
        return self.draft

    def _inside(self, tags: frozenset[str]) -> bool:
        return any(self.open.get(tag, 0) for tag in tags)

    def _close_aside(self) -> None:
        if 0 <= self.aside_from < self.draft.length:
            self.draft.aside.append((self.aside_from, self.draft.length))
        self.aside_from, self.aside_tag = -1, ""

    def _break(self, tag: str) -> None:
        if tag in PARAGRAPHS:
            self.pending = "\n\n"
        elif tag in LINES and self.pending != "\n\n":
            self.pending = "\n\n" if tag == "br" and self.pending == "\n" else "\n"
        elif tag in CELLS and "\n" not in self.pending:
            self.pending = "\t"


def _is_aside(tag: str, attrs: list[tuple[str, str | None]]) -> bool:
    if tag in ("html", "body"):
        return False
    if tag in STRUCK:
        return True
    names = {tag}
    for attribute, value in attrs:
        if attribute == "hidden" or (attribute == "style" and value and HIDDEN.search(value)):
            return True
        if attribute in ("id", "class", "role") and value:
            names.update(value.lower().split())
    return not ASIDE.isdisjoint(names)
