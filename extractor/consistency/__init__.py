"""The letter held against itself: each finding names the two places that do not agree.

A plain mistake of fact is one of the grounds of appeal (Labor Code 4610.6(h)), so precision goes first: a finding
is raised only where the letter states both sides of it, and silence is never a conflict.  Warnings are doubts about
what the letter says; notes are worth a look and leave the status alone.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from extractor.consistency import absence, amounts, case_dates, decisions, guidance, places
from extractor.consistency.finding import Finding, Letter
from extractor.language.told import Told
from extractor.schema import Statement

__all__ = ["CHECKS", "Finding", "Letter", "check"]

CHECKS: tuple[Callable[[Letter], Iterator[Finding]], ...] = (
    decisions.check,
    case_dates.check,
    places.check,
    absence.check,
    amounts.check,
    guidance.check,
)
"""Every check; a new one is a new module, or a new function in one."""


def check(statement: Statement, told: Told) -> Iterator[Finding]:
    """Where the letter contradicts itself. Each finding names its item, or None for the letter."""
    letter = Letter(statement, told)
    for checks in CHECKS:
        yield from checks(letter)
