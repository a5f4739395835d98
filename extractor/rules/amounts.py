"""How much, how often and how long: the numbers of a request, each taken once.

A number that one value has taken is no other value's: the three of "three days a week" is no duration.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from extractor.language.folded import Folded
from extractor.language.numbers import FIGURE, figures, number
from extractor.lexicon.medicines import medicine
from extractor.rules.kind import SHARE, Kind
from extractor.schema import Value
from extractor.source import Span

RANGE = rf"{FIGURE}(?: ?(?:-|–|to|or) ?{FIGURE})?"
PERIOD = r"(?:weeks?|wks?|days?|months?|mos?\b|hours?|hrs?|nights?|years?)"
DOSE = r"(?:tablets?|capsules?|caps?|tabs?|patch(?:es)?|pills?|hours?|sprays?|drops?)"
OFTEN = (
    rf"(?:{RANGE} ?(?:x|times?|visits?|sessions?|treatments?|days?|hours?|hrs?|tablets?|capsules?)(?: ?/ ?|"
    rf" (?:per|a|an|each|every|in a) | )"
    rf"(?:week|wk|day|month|night|hour|quarter|year)\b|{RANGE} ?(?:/| per ) ?(?:week|wk|day|month)\b|"
    rf"\d(?:-\d)? ?x ?(?:week|wk)\b"
    rf"|(?:(?:once|twice|thrice|{RANGE} ?(?:times?|x))(?: ?[-/]? ?(?:a|per|each|every) ?| ?[-/] ?| )"
    rf"(?:daily|day|week|weekly|wk|month|monthly|night|quarter|year)|(?:{RANGE} {DOSE} )?(?:daily|weekly|nightly))\b)"
)
FREQUENCY = re.compile(
    rf"(?<![\w.-])(?:up to )?(?:{OFTEN}|{FIGURE} hours? on,?(?: and)? {FIGURE} hours? off"
    rf"|\b(?:q ?day|q\.?d|b\.?i\.?d|t\.?i\.?d|q\.?i\.?d|qhs|q ?\d+(?:-\d+)? ?h(?:rs?|ours?)?|qam|qpm|qod)\b\.?"
    rf"|every (?:other day|{RANGE}? ?{PERIOD}|night|day|week|month)|at bedtime)(?:,? (?:as needed|prn|at bedtime))?",
    re.I,
)
AND_SO_OFTEN = re.compile(r"(?:,| and|, and| x)? ")
"""Between "four hours a day" and "three days a week"."""
DURATION = re.compile(
    rf"(?<![\w.-])(?<!\bin )(?P<value>(?:{RANGE}[ -]?|\d{{1,2}})(?:weeks?|wks?|days?|months?|years?|"
    rf"yrs?))(?![\w/]| (?:inpatient|hospital) stay)",
    re.I,
)
COUNTED = r"(?:sessions?|visits?|treatments?|appointments?|encounters?)"
SESSIONS = re.compile(
    rf"(?<![\w.#-])(?P<value>{RANGE}) ?(?:(?:additional|more|further|initial|supervised|total|"
    rf"follow[- ]?up) )*{COUNTED}\b",
    re.I,
)
SESSIONS_AHEAD = re.compile(rf"^\W*(?P<value>{RANGE}) (?:[\w/-]+ ){{1,5}}{COUNTED}\b", re.I)
SESSIONS_APART = re.compile(rf"(?<![\w.#-])(?P<value>{RANGE}) (?:[\w/-]+ ){{0,4}}{COUNTED}\b", re.I)
"""Counts of sessions wherever they stand: two that differ are for different parts."""
SESSIONS_BEHIND = re.compile(rf"\b{COUNTED},? ?(?:x ?|times )?(?P<value>{FIGURE})(?! ?[\w/%])", re.I)
TIMES = re.compile(
    rf"(?<![\w/])(?<! \d )(?:x ?|times )(?P<value>{FIGURE})(?!\w| ?(?:[-–/]|to \d|{PERIOD}|times|per |a (?:week|"
    rf"day)|x\b|refills?))"
    rf"|\bseries of (?P<series>{FIGURE})|(?<![\w.-])(?P<ten>{FIGURE}) times(?! ?(?:a\b|per|each|every|/|"
    rf"daily|weekly|monthly))",
    re.I,
)
UNIT = (
    r"(?:tablets?|tabs?|capsules?|caps?|patch(?:es)?|pills?|bottles?|tubes?|box(?:es)?|grams?|gms?|gm|g|"
    r"mls?|cc|oz|ounces?|pairs?|"
    r"vials?|pack(?:et)?s?|doses?|sets?|syringes?|units)"
)
HASH = re.compile(
    rf"(?<!tooth )(?<!teeth )# ?\(?(?P<value>\d(?:[\d,]*\d)?|[lIO|\d]{{2,4}}\b)\)?(?P<unit> ?{UNIT}\b)?", re.I
)
CODEINE = re.compile(r"\b(?:tylenol|apap|acetaminophen|codeine)\b[\w/ -]{0,20}$", re.I)
"""Behind these, #1 to #4 are strengths of codeine and no count."""
QUANTITY = re.compile(rf"\b(?:quantity|qty|count|disp(?:ense)?)\.?(?: of|:)? ?#? ?(?P<value>{FIGURE})", re.I)
MEASURED = re.compile(
    rf"(?<![\w./-])(?P<value>(?:\d[\d,.]*|{FIGURE}) ?{UNIT})\b(?!/| (?:every|daily|a day|twice|once|"
    rf"by mouth|po|q|each|per|at|three times|two times)\b)",
    re.I,
)
IN_BRACKETS = re.compile(rf", (?P<value>{FIGURE})$", re.I)
HOURS = re.compile(rf"(?P<value>{FIGURE} hours)$", re.I)
TRIPS = re.compile(rf"(?<![\w.-])(?P<value>{FIGURE}) (?:round[- ])?trips\b", re.I)
COUNT_AHEAD = re.compile(
    rf"^\W*(?P<value>{FIGURE}) (?!{PERIOD}|x(?!-)\b|times|to |or |%|mg|of |panel|views?\b|lead\b|"
    rf"drug\b)(?=[A-Za-z])",
    re.I,
)
COUNT_OF = re.compile(rf"^(?:purchase|rental) of (?P<value>{FIGURE}) (?=[A-Za-z])", re.I)
REFILLS = re.compile(
    rf"(?:\b|(?<=x))(?:(?P<value>{FIGURE}|no|zero) (?:additional )?(?:refills?|RFs?)|refills?(?: ?[x:#]|"
    rf" times)? ?(?P<behind>{FIGURE}))\b",
    re.I,
)
STRENGTH = re.compile(
    r"(?<![\w.#/])\d[\d,.]*(?: ?[-/] ?\d[\d.]*)* ?(?:mg|mcg|µg|meq|iu|%|units)(?: ?/ ?\d*\.?\d* ?(?:ml|mg|"
    r"mcg|hr|hour|h|g|gm)\b)?(?![\w])",
    re.I,
)
COMPOUND_BASE = re.compile(
    r",? (?:in )?(?:an? )?(?:\w+ )?(?:cream |lotion |gel )?base\b|,? in \w+ (?:cream|base)\b", re.I
)
COUNTED_BY_VISIT = ("psych_services", "home_health", "evaluation_management", "surgery")
VISITS = re.compile(r"\bvisits?\b", re.I)
THERAPY = re.compile(r"\btherapy\b", re.I)
OCR_DIGITS = str.maketrans("lI|O,", "1110_")
COUNTED_AT_ALL = re.compile(r"\d|\bno refills?\b", re.I)
OFTEN_OR_COUNTED = re.compile(
    rf"{COUNTED_AT_ALL.pattern}|daily|nightly|weekly|every|once|twice|bedtime|\b[qbt]\.?[idh]", re.I
)
"""A quick look: most requests count nothing."""


class Values:
    """The values found in a request's words, and which stretches of them are taken."""

    def __init__(self, folded: Folded) -> None:
        self.text = folded.text
        self.figures = figures(folded.text)
        """The text with its numbers in figures: what the patterns read."""
        self.found: dict[str, Value] = {}
        self.taken: list[Span] = []
        self._folded = folded

    def take(self, name: str, span: Span, value: str | int | float | None = None) -> None:
        """The words at the span, or what they mean, are this value."""
        self.taken.append(span)
        words = self.text[slice(*span)]
        self.found[name] = Value(value=words if value is None else value, spans=self._folded.spans(*span))

    def words(self, match: re.Match[str], group: str) -> str:
        """The request's own words where the group matched."""
        return self.text[slice(*match.span(group))]

    def free(self, pattern: re.Pattern[str]) -> Iterator[re.Match[str]]:
        """The pattern's matches of which no other value has taken a part."""
        for match in pattern.finditer(self.figures):
            if not any(match.start() < end and start < match.end() for start, end in self.taken):
                yield match


def read_amounts(values: Values, kind: Kind) -> None:
    """Frequency, duration, refills, sessions and quantity, in this order."""
    text = values.figures
    frequency = FREQUENCY.search(text) if OFTEN_OR_COUNTED.search(text) else None
    if frequency:
        more = AND_SO_OFTEN.match(text, frequency.end())
        further = FREQUENCY.match(text, more.end()) if more else None
        values.take("frequency", (frequency.start(), (further or frequency).end()))
    if not COUNTED_AT_ALL.search(text):
        return
    for match in values.free(DURATION):
        values.take("duration", match.span("value"))
        break
    _refills(values)
    if not kind.medicine:
        _sessions(values, kind)
    _quantity(values, kind)


def _refills(values: Values) -> None:
    for match in values.free(REFILLS):
        group = "value" if match["value"] else "behind"
        words = values.words(match, group).lower()
        values.take("refills", match.span(group), 0 if words in ("no", "zero") else number(words))
        values.taken.append(match.span())
        return


def _sessions(values: Values, kind: Kind) -> None:
    """The count of sessions; none where two counts are for different parts."""
    if kind.category == "transportation":
        return
    apart = list(values.free(SESSIONS_APART))
    if len({_count(values.words(match, "value")) for match in apart}) > 1 and not any(
        "total" in match.group() for match in apart
    ):
        values.taken += [match.span() for match in apart]
        return
    patterns = [SESSIONS, SESSIONS_AHEAD, SESSIONS_BEHIND]
    if _comes_in_sessions(values.text, kind):
        patterns += [TIMES, QUANTITY]
    for pattern in patterns:
        for match in values.free(pattern):
            group = str(match.lastgroup)
            values.take("sessions", match.span(group), _count(values.words(match, group)))
            return


def _comes_in_sessions(text: str, kind: Kind) -> bool:
    """A bare count, "x 12", is of sessions."""
    if kind.category == "rehabilitation" or kind.subcategory == "psych_therapies":
        return True
    visits = VISITS.search(text, kind.start, kind.end) is not None
    therapy = THERAPY.search(text) is not None
    return kind.category in COUNTED_BY_VISIT and (visits or therapy)


def _quantity(values: Values, kind: Kind) -> None:
    """The count of anything else: a number alone, or with its unit as it stands."""
    patterns = [HASH, QUANTITY, MEASURED]
    if kind.category == "programs":
        patterns.append(HOURS)
    patterns += [IN_BRACKETS, COUNT_OF] if kind.medicine else [TRIPS, TIMES, COUNT_OF, COUNT_AHEAD]
    for pattern in patterns:
        for match in values.free(pattern):
            if pattern is HASH and CODEINE.search(values.text[: match.start()]) and match["value"] in "1234":
                continue
            if pattern is HASH:
                with_unit = bool(match["unit"])
                span = (match.start("value"), match.end()) if with_unit else match.span("value")
                values.take("quantity", span, None if with_unit else _count(match["value"].translate(OCR_DIGITS)))
            elif pattern in (MEASURED, HOURS):
                values.take("quantity", match.span("value"))
            else:
                group = str(match.lastgroup)
                values.take("quantity", match.span(group), _count(values.words(match, group)))
            return


def _count(words: str) -> int | float | str:
    """The number; a range as it stands."""
    value = number(words)
    if isinstance(value, float) and value.is_integer():
        return int(value)
    return words if value is None else value


def read_medicine(values: Values, kind: Kind) -> None:
    """The medicine's name with its strength; of a compound, its ingredients with their shares."""
    text = values.text
    shares = list(SHARE.finditer(text))
    if len(shares) > 1:
        base = COMPOUND_BASE.match(text, shares[-1].end())
        values.take("drug", (shares[0].start(), base.end() if base else shares[-1].end()))
        return
    if kind.subcategory == "topical_compounds":
        several = list(medicine().finditer(text))
        if len(several) > 1:
            values.take("drug", (several[0].start(), several[-1].end()))
            return
    values.take("drug", (kind.start, kind.end))
    for match in values.free(STRENGTH):
        if match.start() >= kind.end:
            values.take("strength", match.span())
            return
