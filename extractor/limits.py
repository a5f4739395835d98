"""How much of the machine one letter may take."""

from __future__ import annotations

from dataclasses import dataclass

from extractor.errors import LimitExceeded

MIB = 1 << 20


@dataclass(frozen=True)
class Limits:
    """Limits on one input.

    A real letter has 1 to 15 pages and under 100,000 characters: the defaults leave ample room for
    letters bound into a case file, and stop what only a hostile or wrong file reaches.
    """

    bytes: int = 50 * MIB
    pages: int = 300
    characters: int = 2_000_000

    def check_bytes(self, size: int) -> None:
        if size > self.bytes:
            raise LimitExceeded(f"the input is larger than {self.bytes / MIB:.3g} MB; raise --max-mb if it is a letter")

    def check_pages(self, pages: int) -> None:
        if pages > self.pages:
            raise LimitExceeded(
                f"the input has {pages} pages, more than {self.pages}; raise --max-pages if it is a letter"
            )

    def check_characters(self, characters: int) -> None:
        if characters > self.characters:
            raise LimitExceeded(f"the input holds more than {self.characters:,} characters of text; this is no letter")


DEFAULT_LIMITS = Limits()
