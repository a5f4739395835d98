"""Dates that the summary states otherwise than the header, uses longer than the injury is old, late records."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator
from itertools import islice

from extractor.consistency.finding import Finding, Letter, finding
from extractor.language import dates
from extractor.language.dates import A_DATE, DATE
from extractor.language.numbers import NUMBER, number
from extractor.language.sentences import Sentence
from extractor.schema import Issue
from extractor.source import Span

OTHER_DATE = A_DATE.replace("<date>", "<other>").replace("separator", "between")
THIRD_DATE = A_DATE.replace("<date>", "<third>").replace("separator", "between_them")
INJURY = re.compile(
    r"\b(?:date of (?:the )?(?:industrial |work )?injury|injury date|DOI)\b(?: of| is| was| on|:|,)*"
    rf"(?: (?:listed|noted|reported|documented|given) (?:as|to be))? ?\(?{A_DATE}"
    r"|\b(?:(?:sustained|suffered|incurred|involved in)\b[^.;]{0,60}\b(?:injur(?:y|ies)|accident)\b[^.;]{0,30}? on"
    r"|(?:since|from|after) (?:the|his|her) (?:industrial |work )?injury (?:of|on)"
    r"|(?:industrial|work|work-related) (?:injury|accident) (?:of|on|dated|(?:occurred|took place|happened) on)"
    r"|(?:patient|claimant|applicant|"
    r"worker|he|she) was "
    rf"injured (?:at work )?on) {OTHER_DATE}"
    rf"|^On {THIRD_DATE},? while (?:at work|working|on duty)\b",
    re.I,
)
"""An injury's date, said to be that; not every date on which something happened."""
HAPPENED = (
    r"(?:injured|hurt|fell|slipped|tripped|twisted|strained|sprained|fractured|broke|lacerated|crushed|"
    r"wrenched|was (?:struck|hit|injured|hurt|pulled|crushed|rear-ended|burned|involved))"
)
PRESENTED = re.compile(
    rf"\b(?:injur(?:y|ed)|accident|hurt)\b,?(?: (?:that|which|was|occurred|took place|happened|dated|sustained|"
    rf"of|on|at work))+ {A_DATE}|\bwho,? (?:on {OTHER_DATE},? (?:had )?{HAPPENED}\b|"
    rf"{HAPPENED}\b[^.;,]{{0,80}}? on {THIRD_DATE})",
    re.I,
)
"""The same where the person is presented: "a 44 year old baker who fell on 10/03/2016"."""
PRESENTS = re.compile(r"\b\d\d[- ]year[- ]old\b|\b\d\d ?-?y(?:/?o|r old)\b", re.I)
OTHER_INJURY = re.compile(
    r"\b(?:prior|previous\w*|earlier|another|other|later|non-?industrial|different|second|separate|"
    r"subsequent|new|re-?injur\w+|pre-?existing|history|"
    r"private|claims|continuous|cumulative|old (?:injury|claim))\b",
    re.I,
)
"""In a sentence with one of these, a date may be another injury's."""
RANGE = re.compile(r" ?(?:-|–|to|through) ?\d")
"""From one date to another: an injury that came about over time."""
REVIEW = re.compile(
    r"\b(?:utilization review\w*|prior review|UR)\b(?! department)|"
    r"\bclaims administrator(?:['’]s (?:physician )?(?:advisor|reviewer))? (?:denied|modified|non-? ?certified)\b",
    re.I,
)
DENIAL = re.compile(
    r"\b(?:den(?:y|ied|ies|ial)|non-? ?certif\w+|not certif\w+|modif\w+|not (?:medically )?necessary|adverse|refused|"
    r"turned down)\b",
    re.I,
)
GRANTED = re.compile(
    r"(?<!non-)(?<!non- )(?<!not )\b(?:certified|approved|authori[sz]ed|received)\b|\bon appeal\b", re.I
)
CLOSE = dt.timedelta(days=400)
"""A date of injury further away is another injury's, unless only its year differs."""

LENGTH = re.compile(
    rf"\b(?:for|over|at least|more than|nearly|about|almost|past)(?: (?:at least|more than|over|upwards of|the last|"
    rf"the past|the|some|nearly|about|almost))? "
    rf"(?P<value>{NUMBER})(?: or more)?[ -](?P<unit>weeks?|months?|years?)\b",
    re.I,
)
SINCE = re.compile(
    r"\bsince (?:at least |about |early |late |mid-?)?(?:[A-Z][a-z]+ (?:of )?)?(?P<year>(?:19|20)\d\d)\b(?![/-])"
)
MEDICINE = (
    r"(?:a|one|the|this|that|these|said|his|her) (?:\w+ )?(?:tablets?|pills?|capsules?|medications?|"
    r"medicines?|drugs?|opioids?|patch(?:es)?)"
)
IN_USE = re.compile(
    rf"(?:\b(?:patient|claimant|applicant|worker|iw|he|she|employee|individual)\b|, (?:and|who)) "
    rf"(?:has|have|had|was)(?: now)?(?: been)?"
    rf"(?: \w+)? ?(?:on|taking|taken|using|used|treated with|prescribed|maintained on) "
    rf"(?P<what>{MEDICINE}|it|chronic opioid\w* (?:treatment|therapy)|(?:chronic |long-term )?opioids?|[\w-]+)"
    rf"(?: [a-z]+){{0,3}},? ?$|"
    rf"\b(?P<that>{MEDICINE}|[\w-]+) (?:has|have) (?:now )?been "
    rf"(?:in use|used|taken|prescribed|continued|refilled|part of)(?: [a-z]+){{0,6}},? ?$",
    re.I,
)
"""Who takes what, right before for how long."""
USED_BEHIND = re.compile(
    rf"^ (?:that|in which) (?:he|she|the \w+) (?:has|have|had)(?: been)? (?:on|taking|taken|used|using) "
    rf"(?P<what>{MEDICINE}|it|[\w-]+)",
    re.I,
)
"""The same behind it: "over the four years that she has been on gabapentin"."""
ITSELF = re.compile(rf"^(?:{MEDICINE}|it|(?:chronic |long-term )?opioids?\b.*|chronic opioid.*)$", re.I)
NOT_THIS_USE = re.compile(
    r"\b(?:prior|previous\w*|before|non-?industrial|hypertension|diabetes|history|would|should|"
    r"recommend\w*|guidelines?|may|could|up to|those|users|"
    r"stud(?:y|ies)|if|when|(?:in|since) (?:19|20)\d\d)\b",
    re.I,
)
BEFORE_INJURY = re.compile(r"\b(?:before|prior to|predat\w+|preced\w+) (?:the|this|his|her) (?:\w+ )?injur", re.I)
"""Earlier use is told as such."""
INJURED = frozenset("injur doi accid hurt fell incid while".split())
UNITS = frozenset("week weeks month year years".split())
"""Stems without which a sentence states no date of injury, and no length."""
DAYS = {"week": 7.0, "month": 30.4, "year": 365.25}
REACH = 160
"""How many characters before a length are looked at."""
CLAUSE_END = re.compile(r"[,;.]|$")
MOST = 40
"""So many lengths of a sentence are looked at."""
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
    told = [entry for sentence in letter.told.summary for entry in _injury_dates(sentence)]
    labelled = [day for day, _, how in told if how == "labelled"]
    presented = [day for day, _, how in told if how == "presented"]
    for day, spans, how in told:
        near = abs(day - stated) < CLOSE or (day.month, day.day) == (stated.month, stated.day)
        agreed = stated in labelled or (how == "presented" and stated in presented)
        if day != stated and near and (how == "in passing" or not agreed):
            message = f"the header dates the injury {stated}, the summary {day}"
            places = [*letter.statement.case.evidence.get("date_of_injury", []), *spans]
            yield finding("injury_date_contradicted", "warning", message, places)
            return


def _injury_dates(sentence: Sentence) -> Iterator[tuple[dt.date, list[Span], str]]:
    """Each date of injury with its place, and how it is told: ``labelled`` as the date of injury, ``in passing``
    ("since the injury of"), or where the person is ``presented``."""
    if not sentence.dated or OTHER_INJURY.search(sentence.text):
        return
    found = [] if INJURED.isdisjoint(sentence.stems) else list(INJURY.finditer(sentence.text))
    presents = not found and PRESENTS.search(sentence.text) is not None
    for match in found or (PRESENTED.finditer(sentence.text) if presents else ()):
        group = next(name for name, day in match.groupdict().items() if day and name in ("date", "other", "third"))
        day = dates.parse(match[group])
        if day and not RANGE.match(sentence.text, match.end()):
            passing = match.group().lower().startswith(("since", "from", "after"))
            how = "presented" if presents else "in passing" if passing else "labelled"
            yield day, sentence.spans_of(*match.span(group)), how


def _review(letter: Letter) -> Iterator[Finding]:
    stated = letter.statement.case.ur_denial_date
    review = letter.statement.utilization_review
    if stated is None or review is None or review.date is None or review.date == stated:
        return
    told = [
        (found, sentence.spans_of(*match.span()), sentence.text)
        for sentence in letter.told.summary
        if sentence.dated and REVIEW.search(sentence.text)
        for match in DATE.finditer(sentence.text)
        if (found := dates.parse(match.group())) is not None
    ]
    if any(found == stated for found, _, _ in told):
        return  # the summary tells of several reviews
    spans = next((place for found, place, text in told if found == review.date and _is_denial(text)), None)
    if spans is None:
        return
    message = f"the header dates the utilization review {stated}, the summary {review.date}"
    places = [*letter.statement.case.evidence.get("ur_denial_date", []), *spans]
    yield finding("review_date_contradicted", "warning", message, places)


def _is_denial(text: str) -> bool:
    """The sentence tells of a denial or a modification, and of nothing granted or received."""
    return DENIAL.search(text) is not None and not GRANTED.search(text)


def _lengths(letter: Letter, issue: Issue) -> Iterator[Finding]:
    case = letter.statement.case
    injured, decided = case.date_of_injury, case.decision_date
    if injured is None or decided is None or injured >= decided:
        return
    since = (decided - injured).days
    for sentence in letter.of_case(issue):
        text = sentence.text
        told = "" if UNITS.isdisjoint(sentence.stems) else text
        for match in islice(LENGTH.finditer(told), MOST):
            value, unit = number(match["value"]), match["unit"].lower().rstrip("s")
            longer = value is not None and value * DAYS[unit] > since * SLACK + 14
            if longer and _of_this_use(text, match, issue):
                age = f"the injury is {round(since / DAYS['month'])} months old at the decision"
                yield _longer(letter, issue, f"{value:g} {unit}s, {age}", sentence, match)
                return
        for match in islice(SINCE.finditer(text if "since" in sentence.stems else ""), MOST):
            if int(match["year"]) < injured.year and _of_this_use(text, match, issue):
                yield _longer(letter, issue, f"use {match.group()}, the injury is of {injured.year}", sentence, match)
                return


def _longer(letter: Letter, issue: Issue, how: str, sentence: Sentence, match: re.Match[str]) -> Finding:
    message = f"the rationale tells of {how}; earlier use is possible"
    places = [*letter.statement.case.evidence.get("date_of_injury", []), *sentence.spans_of(*match.span())]
    return finding("duration_contradicted", "warning", message, places, issue)


def _of_this_use(text: str, length: re.Match[str], issue: Issue) -> bool:
    """The length is told of the use of the medicine asked for, and of this use."""
    before = text[max(0, length.start() - REACH) : length.start()]
    end = CLAUSE_END.search(text, length.end())
    used = IN_USE.search(before) or USED_BEHIND.match(text[length.end() : length.end() + REACH])
    if used is None or not _is_asked_for(next(filter(None, used.groups())), issue):
        return False
    behind = text[length.end() : end.start() if end else None][:REACH]
    return NOT_THIS_USE.search(before + behind) is None and BEFORE_INJURY.search(text) is None


def _is_asked_for(what: str, issue: Issue) -> bool:
    """What is taken is the medicine asked for, by its name or as "this medication"."""
    drug = str(issue.details.drug.value).lower() if issue.details and issue.details.drug else ""
    return bool(drug) and (ITSELF.match(what) is not None or what.lower() in drug)


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
