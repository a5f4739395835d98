"""A mark of the form where it stands in a letter."""

from __future__ import annotations

from dataclasses import dataclass

from extractor.layouts.description import Mark, Role
from extractor.source import Span
from extractor.taxonomy import Decision


@dataclass(frozen=True, slots=True)
class Hit:
    """A mark found in a letter."""

    start: int
    end: int
    mark: Mark
    number: int | None = None
    """The item's number, where the wording holds it."""
    request: Span | None = None
    """The request, where the wording holds it."""
    decision: Decision | None = None
    """The decision, where the wording holds it."""
    misread: bool = False
    """Found only by allowing for OCR's errors."""

    @property
    def role(self) -> Role:
        return self.mark.role
