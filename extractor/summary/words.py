"""Words and dates of the languages that summaries are written in."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator

from extractor.summary.schema import Language

WORD = re.compile(r"[^\W_]+(?:['’-][^\W_]+)*")
MONTHS: dict[Language, tuple[str, ...]] = {
    "en": ("January", "February", "March", "April", "May", "June", "July", "August", "September", "October",
           "November", "December"),
    "es": ("enero", "febrero", "marzo", "abril", "mayo", "junio", "julio", "agosto", "septiembre", "octubre",
           "noviembre", "diciembre"),
}  # fmt: skip
DATES: dict[Language, re.Pattern[str]] = {
    "en": re.compile(rf"\b(?P<month>{'|'.join(MONTHS['en'])}) (?P<day>\d{{1,2}}), (?P<year>\d{{4}})\b"),
    "es": re.compile(rf"\b(?P<day>\d{{1,2}}) de (?P<month>{'|'.join(MONTHS['es'])}) de (?P<year>\d{{4}})\b"),
}


def date(day: dt.date, language: Language) -> str:
    """The date with its month as a word: figures mean two days to two readers."""
    month = MONTHS[language][day.month - 1]
    return f"{month} {day.day}, {day.year}" if language == "en" else f"{day.day} de {month} de {day.year}"


def dates(text: str, language: Language) -> Iterator[tuple[str, dt.date]]:
    """The dates of a text as :func:`date` writes them, and the days that they name."""
    for match in DATES[language].finditer(text):
        month = MONTHS[language].index(match["month"]) + 1
        yield match.group(), dt.date(int(match["year"]), month, int(match["day"]))
