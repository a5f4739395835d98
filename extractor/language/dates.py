"""Dates as letters write them: ``10/13/2016``, ``10-13-16``, ``October 13, 2016``, broken at line ends."""

from __future__ import annotations

import datetime as dt
import re

MONTHS = ("january", "february", "march", "april", "may", "june", "july", "august", "september",
          "october", "november", "december")  # fmt: skip
DIGIT = r"[\dlIO|]"
"""A digit, or what OCR reads for a 1 or a 0."""
GAP = r"\s{0,3}"
NUMERIC = (
    rf"(?<![\w/-]){DIGIT}{{1,2}}{GAP}(?P<separator%s>[/-]){GAP}{DIGIT}{{1,2}}{GAP}(?P=separator%s){GAP}"
    rf"(?:{DIGIT}{{4}}|{DIGIT}{{2}})(?![\w/])"
)
"""A date in figures; ``%s`` is what to append to the group's name, so that a pattern can hold several."""
WORDED = (
    rf"\b(?:{'|'.join(month[:3] for month in MONTHS)})[a-z]{{0,6}}\.?\s{{1,3}}"
    r"\d{1,2}(?:st|nd|rd|th)?,?\s{1,3}\d{4}\b"
)

DATE = re.compile(rf"{NUMERIC % ('', '')}|{WORDED}", re.I)
"""A date of either form."""
A_DATE = f"(?P<date>{NUMERIC % ('', '')}|{WORDED})"
"""The same for use in a pattern, once; its group is ``date``."""
HINT = re.compile(rf"{DIGIT} ?[/-] ?{DIGIT}|\d(?:st|nd|rd|th)?,? (?:19|20)\d")
CENTURY_PIVOT = 40
"""Two-digit years up to this are of the 2000s: injuries on record reach back to the 1950s."""


def has_date(text: str) -> bool:
    """Whether a date can stand in the text: a quick look, before any pattern is tried."""
    return HINT.search(text) is not None


def parse(words: str) -> dt.date | None:
    """The date that the words name, month first as in the United States; None where there is no such day."""
    if words[:1].isalpha() and words[:3].lower() in {m[:3] for m in MONTHS}:
        month = next(i for i, m in enumerate(MONTHS, 1) if words[:3].lower() == m[:3])
        numbers = re.findall(r"\d+", words)
        return _date(int(numbers[1]), month, int(numbers[0]))
    digits = re.sub(r"\s+", "", words).translate(str.maketrans("lLiI|oO", "1111100"))
    month, day, year = (int(number) for number in re.split(r"[/-]", digits))
    if year < 100:
        year += 2000 if year <= CENTURY_PIVOT else 1900
    return _date(year, month, day)


def _date(year: int, month: int, day: int) -> dt.date | None:
    try:
        return dt.date(year, month, day)
    except ValueError:
        return None
