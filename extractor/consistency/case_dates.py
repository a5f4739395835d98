"""Dates that the summary states otherwise than the header, uses longer than the injury is old, late records."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator

from extractor.consistency.finding import Finding, Letter, finding
from extractor.language import dates
from extractor.language.numbers import NUMBER, number
from extractor.language.sentences import Sentence
from extractor.schema import Issue
from extractor.source import Span

A_DATE = f"(?P<date>{dates.NUMERIC % ('', '')}|{dates.WORDED})"
INJURY = re.compile(
    rf"\b(?:date of (?:the )?(?:industrial |work )?injury|injury date|DOI)\b(?: of| is| was| on|:|"
    rf",)*(?: listed as| noted as| reported as)? ?\(?{A_DATE}"
    rf"|\b(?:injur(?:y|ed|ies)|accident|hurt|fell|incident)\b(?: (?:that occurred|which occurred|sustained|"
    rf"occurring|occurred|dated|is|was|at work|himself|herself))?,?(?: on| of|"
    rf" dated)(?: or about)? {A_DATE.replace('<date>', '<other>').replace('separator', 'between')}",
    re.I,
)
"""An injury's date, said to be that; not every date on which something happened."""
OTHER_INJURY = re.compile(
    r"\b(?:prior|previous|earlier|another|other|non-?industrial|different|second|separate|subsequent|"
    r"pre-?existing|history of|private)\b|\bold (?:injury|claim)\b",
    re.I,
)
REVIEW = re.compile(r"\b(?:utilization review\w*|prior review|UR)\b(?! department)", re.I)
CLOSE = dt.timedelta(days=400)
"""A date of injury further away is another injury's, unless only its year differs."""

LENGTH = re.compile(
    rf"(?P<often>(?:for|over|at least|more than|nearly|about|almost|past|close to|past the last|after|been|"
    rf"has|had)\b[ a-z]{{0,24}}?\b(?P<value>{NUMBER})(?: or more)?[ -](?P<unit>weeks?|months?|years?)\b|"
    rf"\b(?P<ahead>{NUMBER})[ -](?P<of>weeks?|months?|years?)(?: or more)? of\b)",
    re.I,
)
IN_USE = re.compile(
    r"\b(?:taking|taken|takes|took|using|used|uses|on (?:chronic|long|this|the|said|opioid)|"
    r"chronic \w+ treatment|prescribed|been on|treated with|therapy|treatment with|has had|receiving|"
    r"received|course)\b",
    re.I,
)
NOT_THIS_USE = re.compile(
    r"\b(?:prior to|before|non-?industrial|hypertension|diabetes|history|would|should|recommend\w*|"
    r"guidelines?|may|could|up to|request\w*|every|next|see (?:him|her) through|old|age|additional|"
    r"limited to|lisinopril|metformin|atorvastatin|levothyroxine)\b",
    re.I,
)
INJURED = frozenset("injur doi accid hurt fell incid".split())
UNITS = frozenset("week weeks month year years".split())
"""Stems without which a sentence states no date of injury, and no length."""
DAY = re.compile(rf"{dates.NUMERIC % ('', '')}|{dates.WORDED}", re.I)
DAYS = {"week": 7.0, "month": 30.4, "year": 365.25}
CLAUSE = 200
"""How many characters of a clause before and behind a length are looked at."""
SLACK = 1.1
"""Lengths are told in round numbers."""


def check(letter: Letter) -> Iterator[Finding]:
    yield from _injury(letter)
    yield from _review(letter)
    for issue in letter.statement.issues:
        yield from _lengths(letter, issue)
    yield from _late_records(letter)


def _injury(letter: Letter) -> Iterator[Finding]:
    stated = letter.statement.case.date_of_injury
    if stated is None:
        return
    told = [(day, spans, sentence) for sentence in letter.told.summary for day, spans in _injury_dates(sentence)]
    for day, spans, _ in told:
        if day != stated and (abs(day - stated) < CLOSE or (day.month, day.day) == (stated.month, stated.day)):
            message = f"the header dates the injury {stated}, the summary {day}"
            places = [*letter.statement.case.evidence.get("date_of_injury", []), *spans]
            yield finding("injury_date_contradicted", "warning", message, places)
            return


def _injury_dates(sentence: Sentence) -> Iterator[tuple[dt.date, list[Span]]]:
    if not sentence.dated or INJURED.isdisjoint(sentence.stems):
        return
    for match in INJURY.finditer(sentence.text):
        group = "date" if match["date"] else "other"
        clause = re.split(r"[,;] ", sentence.text[max(0, match.start() - 60) : match.start()])[-1]
        day = dates.parse(match[group])
        if day and not OTHER_INJURY.search(clause) and not OTHER_INJURY.search(match.group()):
            yield day, sentence.spans_of(*match.span(group))


def _review(letter: Letter) -> Iterator[Finding]:
    stated = letter.statement.case.ur_denial_date
    review = letter.statement.utilization_review
    if stated is None or review is None or review.date is None or review.date == stated:
        return
    told = [
        (found, sentence.spans_of(*match.span()))
        for sentence in letter.told.summary
        if sentence.dated and REVIEW.search(sentence.text)
        for match in DAY.finditer(sentence.text)
        if (found := dates.parse(match.group())) is not None
    ]
    if any(found == stated for found, _ in told):
        return  # the summary tells of several reviews
    spans = next((place for found, place in told if found == review.date), review.spans)
    message = f"the header dates the utilization review {stated}, the summary {review.date}"
    places = [*letter.statement.case.evidence.get("ur_denial_date", []), *spans]
    yield finding("review_date_contradicted", "warning", message, places)


def _lengths(letter: Letter, issue: Issue) -> Iterator[Finding]:
    case = letter.statement.case
    if case.date_of_injury is None or case.decision_date is None:
        return
    since = (case.decision_date - case.date_of_injury).days
    if since <= 0:
        return
    for sentence in letter.of_case(issue):
        if UNITS.isdisjoint(sentence.stems):
            continue
        for match in LENGTH.finditer(sentence.text):
            clause = _clause(sentence.text, match.span())
            value = number(match["value"] or match["ahead"])
            unit = (match["unit"] or match["of"]).lower().rstrip("s")
            if value is None or not IN_USE.search(clause) or NOT_THIS_USE.search(clause):
                continue
            if value * DAYS[unit] > since * SLACK + 14:
                message = (
                    f"the rationale tells of {value:g} {unit}s, "
                    f"the injury is {round(since / DAYS['month'])} months old "
                    "at the decision; earlier use is possible"
                )
                places = [*case.evidence.get("date_of_injury", []), *sentence.spans_of(*match.span())]
                yield finding("duration_contradicted", "warning", message, places, issue)
                return


def _clause(text: str, span: Span) -> str:
    floor, end = max(0, span[0] - CLAUSE), min(len(text), span[1] + CLAUSE)
    start = max(floor, *(text.rfind(mark, floor, span[0]) + 1 for mark in (", ", "; ", "(")))
    if not IN_USE.search(text, start, span[1]):
        start = max(floor, *(text.rfind(mark, floor, max(start - 1, 0)) + 1 for mark in (", ", "; ", "(")))
    ends = [at for mark in (", and ", "; ", ", which ", ", but ") if (at := text.find(mark, span[1], end)) >= 0]
    return text[start : min(ends, default=end)]


def _late_records(letter: Letter) -> Iterator[Finding]:
    reviewed = letter.statement.case.ur_denial_date
    if reviewed is None:
        return
    late = [record for record in letter.statement.records if record.date > reviewed]
    if late:
        message = f"{len(late)} record(s) dated after the utilization review of {reviewed}"
        spans = [
            *letter.statement.case.evidence.get("ur_denial_date", []),
            *(span for record in late for span in record.spans),
        ]
        yield finding("record_after_review", "note", message, spans)
