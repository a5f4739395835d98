"""What a format's reader hands back: text in the making, with where pages and bold words stand."""

from __future__ import annotations

from dataclasses import dataclass, field

from extractor.source import PAGE_BREAK, Glyphs, Span


@dataclass
class Draft:
    """Text that grows at its end."""

    media_type: str
    parts: list[str] = field(default_factory=list)
    length: int = 0
    emphasis: list[Span] = field(default_factory=list)
    aside: list[Span] = field(default_factory=list)
    """What the file itself takes out of its text: struck or hidden words, navigation, notes, footers."""
    glyphs: list[Glyphs] = field(default_factory=list)
    read_by_ocr: bool = False
    pages_without_text: list[int] = field(default_factory=list)

    @property
    def text(self) -> str:
        if len(self.parts) > 1:
            self.parts = ["".join(self.parts)]
        return self.parts[0] if self.parts else ""

    @property
    def page_starts(self) -> tuple[int, ...]:
        starts, text = [0], self.text
        last = len(text.rstrip())
        at = text.find(PAGE_BREAK)
        while 0 <= at < last:
            starts.append(at + 1)
            at = text.find(PAGE_BREAK, at + 1)
        return tuple(starts)

    def add(self, text: str, *, bold: bool = False) -> None:
        if not text:
            return
        if bold and text.strip():
            self.mark_bold(self.length, self.length + len(text))
        self.parts.append(text)
        self.length += len(text)

    def mark_bold(self, start: int, end: int) -> None:
        """Mark a stretch as bold; one that follows a marked one directly is joined to it."""
        if self.emphasis and self.emphasis[-1][1] == start:
            self.emphasis[-1] = (self.emphasis[-1][0], end)
        else:
            self.emphasis.append((start, end))
