"""The figures as one long tidy CSV: a figure's table, group and value, then its numbers; empty where it has none."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from typing import Any

from extractor.analysis import names
from extractor.analysis.stats import Rate, Row, Statistics

NUMBERS = (
    "letters", "issues", "overturned", "rate", "low", "high", "letters_overturned", "letter_rate", "letter_low",
    "letter_high",
)  # fmt: skip
COLUMNS = ("table", "group", "value", "alone", *NUMBERS, "number")
"""``rate`` with its 95 % interval is per item; ``alone`` says whether items that depend on another or were authorised
already are left out; ``letter_rate`` is of letters with at least one overturned item; ``number`` is what is neither:
days, citations, tokens, dollars."""
FORMULA = ("=", "+", "-", "@", "\t", "\r")
"""What a spreadsheet would take for a formula."""


def as_csv(figures: Statistics) -> str:
    """The CSV, with its heading line."""
    out = io.StringIO()
    writer = csv.DictWriter(out, COLUMNS, restval="", lineterminator="\n")
    writer.writeheader()
    for row in _rows(figures):
        writer.writerow({name: _cell(value) for name, value in row.items()})
    return out.getvalue()


def _rows(figures: Statistics) -> Iterator[dict[str, Any]]:
    yield from _counts(figures)
    if figures.overall:
        yield from _rate("rates", "all", "", figures.overall)
    for kind, rows in figures.rates.items():
        for row in rows:
            yield from _rate("rates", kind, row.name, row)
    for row in figures.agreement:
        yield from _rate("rates", "agreement", row.name, row)
    for one in figures.guidelines:
        for side in ("administrator", "reviewer"):
            yield _number("guidelines", side, names.guideline(one), getattr(one, side))
    for spent in figures.days:
        yield {"table": "days", "group": spent.name, "value": "letters", "letters": spent.letters}
        for name in ("lower", "median", "upper"):
            yield _number("days", spent.name, name, getattr(spent, name))
    for name, number in figures.totals.items():
        yield _number("totals", "reading", name, number)


def _counts(figures: Statistics) -> Iterator[dict[str, Any]]:
    for name, number in figures.letters.items():
        yield {"table": "counts", "group": "letters", "value": name, "letters": number}
    for name, number in figures.issues.items():
        yield {"table": "counts", "group": "issues", "value": name, "issues": number}
    for name, number in figures.rationales.items():
        yield _number("counts", "rationales", name, number)
    if figures.rationales["issues"]:
        share = figures.rationales["issues_shared"] / figures.rationales["issues"]
        yield _number("counts", "rationales", "share_shared", round(share, 6))


def _rate(table: str, group: str, value: str, row: Row) -> Iterator[dict[str, Any]]:
    for alone, rate in (("false", row.all), ("true", row.alone)):
        if rate:
            yield {"table": table, "group": group, "value": value, "alone": alone, **_numbers(rate)}


def _numbers(rate: Rate) -> dict[str, Any]:
    found = {name: getattr(rate, name) for name in NUMBERS}
    return {name: round(value, 6) if isinstance(value, float) else value for name, value in found.items()}


def _number(table: str, group: str, value: str, number: float) -> dict[str, Any]:
    return {"table": table, "group": group, "value": value, "number": number}


def _cell(value: object) -> object:
    """Words of a letter could be a formula; numbers are none."""
    return f"'{value}" if isinstance(value, str) and value.startswith(FORMULA) else value
