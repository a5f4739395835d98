"""Numbers and sides of a request that do not fit each other."""

from __future__ import annotations

import re
from collections.abc import Iterator

from extractor.consistency.finding import Finding, Letter, finding
from extractor.language.numbers import FIGURE, figures, in_figures, number
from extractor.schema import Details, Issue, Text, Value

TIMES = rf"(?P<times>{FIGURE}|once|twice)(?:(?:-| to )(?P<most>{FIGURE}))?"
WEEKLY = re.compile(
    rf"^{TIMES}(?: ?(?:x|times?|visits?|sessions?))?(?: ?/ ?| (?:per|a|an|each|every) | ?x ?)(?P<per>week|wk|day)$",
    re.I,
)
LATIN = {"daily": 1, "qd": 1, "bid": 2, "tid": 3, "qid": 4}
DAILY = re.compile(rf"^(?:{TIMES}(?: times?)? (?:a day|daily|per day)|(?P<latin>daily|[qbt]\.?(?:i\.?)?d\.?))$", re.I)
LENGTH = re.compile(
    rf"^(?P<times>{FIGURE})(?:(?:-| to )(?P<most>{FIGURE}))?[ -](?P<unit>days?|weeks?|wks?|months?)$", re.I
)
DAYS = {"day": 1, "week": 7, "wk": 7, "month": 30}
TOLD_TWICE = re.compile(
    r"(?<![/.\d-])\b(?P<one>\d{1,4}\x00*)(?: (?:tablets?|tabs|capsules?|pills|visits|sessions|treatments))? ?"
    r"\(#?(?P<other>\d{1,4}\x00*)\)",
    re.I,
)
"""A number and another in brackets, in a text that :func:`figures` made: what was in words ends in a zero character."""
BOTH = re.compile(r"\bbilateral(?:ly)?\b|\bboth\b", re.I)
ONE_ONLY = re.compile(r"\b(?:left|right)(?: [a-z]+){0,3} only\b", re.I)
BOTH_OF_ONE = re.compile(
    r"\b(?P<side>left|right) (?P<part>[a-z]+)\b(?:(?! and )[^,;&/]){0,80}\b(?:of|to|on|for) the "
    r"(?!(?P=side))(?:left|right) (?P=part)\b",
    re.I,
)
"""One part of one side and then of the other, as if it were the same."""
ONE_SIDE = re.compile(r"\b(?:left|right)\b", re.I)
SEVERAL = re.compile(
    r"[,;(+&]|\b(?:with|and|plus|first|then|followed by|after|greater|worse|x-? ?rays?|films?|views?|radiographs?)\b",
    re.I,
)
"""What makes a request one of several things, or of one side after the other."""
PHASED = re.compile(r"\b(?:then|followed by|eval\w*|initial|first|plus|additional|with|prn|as needed|up to)\b", re.I)
"""What makes one frequency for one duration not the whole of it."""
PIECE = r"(?:tablets?|tabs?|capsules?|caps?|pills?)"
NOT_BY_ONE = re.compile(
    rf"\b(?:(?!1 )(?:{FIGURE}|\d-\d)) ?{PIECE}\b|\b{FIGURE} (?:po )?(?:daily|a day|per day)\b|"
    rf"\b(?:dose ?pa(?:ck|k)|"
    r"gel|cream|lotion|ointment|patch(?:es)?|spray|drops|solution|suspension|taper)\b",
    re.I,
)
"""A dose of more than one piece, or of what is not counted in pieces."""
MULTIPLIED = re.compile(r"\b(?:less|minus|remaining|balance|refills?)\b", re.I)
"""What makes the remainder no plain difference."""
NONE = ("", (0.0, 0.0, 0.0))


def check(letter: Letter) -> Iterator[Finding]:
    for issue in letter.statement.issues:
        if issue.request is None:
            continue
        yield from _remainder(issue)
        for text, details in _parts(issue):
            yield from _sides(issue, text, details)
            yield from _told_twice(issue, text)
            yield from _product(issue, text, details)


def _parts(issue: Issue) -> Iterator[tuple[Text, Details]]:
    """The disputed part, and the others where they read otherwise."""
    assert issue.request is not None
    if issue.details:
        yield issue.request, issue.details
    for part in (issue.original_request, issue.authorized):
        if part and part.details and part.text.lower() != issue.request.text.lower():
            yield part, part.details


def _remainder(issue: Issue) -> Iterator[Finding]:
    """Original less authorised is what is left, where all three state the same kind of amount of the same thing."""
    original, authorized, request = issue.original_request, issue.authorized, issue.request
    if original is None or authorized is None or request is None or _letters(original) == _letters(request):
        return  # no partial approval, or the whole request stays in dispute
    three = [details for details in (original.details, authorized.details, issue.details) if details]
    if len(three) < 3 or not _same_thing(three):
        return
    name, (whole, granted, left) = _amounts(three)
    multiplied = any(MULTIPLIED.search(part.text) for part in (original, authorized, request))
    if not name or (multiplied and name != "refills"):
        return
    remainder = max(whole - granted, 0)
    if left == remainder or (name == "refills" and left == remainder - 1):
        return  # what is left of refills may count the first filling, or not
    message = f"{whole:g} {name} requested less {granted:g} authorised leave {remainder:g}, the heading leaves {left:g}"
    spans = [*original.spans, *authorized.spans, *request.spans]
    yield finding("partial_approval_inconsistent", "warning", message, spans, issue)


def _amounts(three: list[Details]) -> tuple[str, tuple[float, float, float]]:
    """The kind of amount that all three state in one unit, and the three amounts; no kind where there is none."""
    refills = [details.refills.value for details in three if details.refills]
    if len(refills) == 3 and len({str(d.quantity.value) for d in three if d.quantity}) == 1:
        amounts = [float(count) for count in refills if isinstance(count, int)]
        return ("refills", (amounts[0], amounts[1], amounts[2])) if len(amounts) == 3 else NONE
    visits = [count for details in three if (count := _visits(details)) is not None]
    if len(visits) == 3:
        return "sessions", (visits[0], visits[1], visits[2])
    if len({_frequency(details) for details in three}) == 1:
        for name in ("quantity", "duration"):
            told = [amount for details in three if (amount := _amount(getattr(details, name)))]
            if len(told) == 3 and len({unit for _, unit in told}) == 1:
                return name, (told[0][0], told[1][0], told[2][0])
    return NONE


def _visits(details: Details) -> float | None:
    """The sessions that the details state, or that their frequency and duration give."""
    if details.sessions:
        return float(details.sessions.value) if isinstance(details.sessions.value, int) else None
    least, most = _expected(details) or (0, 1)
    return float(least) if least == most else None


def _frequency(details: Details) -> str:
    return str(details.frequency.value).lower() if details.frequency else ""


def _letters(text: Text) -> str:
    return re.sub(r"\W+", "", text.text).lower()


def _same_thing(three: list[Details]) -> bool:
    """They name one treatment for the same parts, in longer words or shorter: what differs there does not subtract."""
    named = [_words(details) for details in three]
    longest = max(named, key=len)
    parts = [{(part.part.lower(), part.side) for part in details.body_parts} for details in three]
    strengths = {str(details.strength.value).lower() for details in three if details.strength}
    return (
        all(named[:1] + named[2:])
        and all(words <= longest for words in named)
        and len(strengths) < 2
        and all(found == parts[0] or not found for found in parts)
    )


def _words(details: Details) -> set[str]:
    treatment = details.treatment or details.drug
    return {word.rstrip("s") for word in re.findall(r"[a-z]{3,}", str(treatment.value).lower())} if treatment else set()


def _amount(value: Value | None) -> tuple[float, str] | None:
    """A number with its unit; None for a range."""
    if value is None:
        return None
    if isinstance(value.value, int | float):
        return value.value, ""
    match = re.match(rf"^(?P<count>{FIGURE})[ -]?(?P<unit>[a-z]*)$", in_figures(value.value), re.I)
    count = number(match["count"]) if match else None
    return (count, match["unit"].lower().rstrip("s")) if match and count is not None else None


def _sides(issue: Issue, text: Text, details: Details) -> Iterator[Finding]:
    """Both sides and one side, said of one thing at one part."""
    both = BOTH.search(text.text)
    sides = {match.group().lower() for match in ONE_SIDE.finditer(text.text)}
    parts = {part.part.lower() for part in details.body_parts if part.level is None}
    one_and_both = len(sides) == 1 and len(parts) <= 1 and not SEVERAL.search(text.text)
    if both and (one_and_both or ONE_ONLY.search(text.text)):
        message = "the request says both sides and one side of one part"
        yield finding("request_self_contradicts", "warning", message, text.spans, issue)
    elif BOTH_OF_ONE.search(text.text):
        message = "the request says left and right of one part"
        yield finding("request_self_contradicts", "warning", message, text.spans, issue)


def _told_twice(issue: Issue, text: Text) -> Iterator[Finding]:
    """A number in words and the same in figures are one number."""
    for match in TOLD_TWICE.finditer(figures(text.text)):
        one, other = match["one"].rstrip("\0"), match["other"].rstrip("\0")
        in_words = [told for told in match.groups() if told.endswith("\0")]
        if len(in_words) == 1 and int(one) != int(other):
            message = "a number in words and its figure differ"
            yield finding("request_self_contradicts", "warning", message, text.spans, issue)
            return


def _product(issue: Issue, text: Text, details: Details) -> Iterator[Finding]:
    """So many times a week for so many weeks are so many sessions; so many a day for so many days so many pieces."""
    stated = details.sessions or details.quantity
    expected = _expected(details)
    if stated is None or not isinstance(stated.value, int) or expected is None:
        return
    if PHASED.search(text.text) or NOT_BY_ONE.search(in_figures(text.text)):
        return
    least, most = expected
    if not least <= stated.value <= most:
        given = str(least) if least == most else f"{least} to {most}"
        message = f"the request states {stated.value}, its frequency and duration give {given}"
        yield finding("quantity_disagrees", "warning", message, text.spans, issue)


def _expected(details: Details) -> tuple[int, int] | None:
    """The least and the most times that the frequency and the duration give; None where they give no whole number."""
    if details.frequency is None or details.duration is None:
        return None
    length = LENGTH.match(in_figures(str(details.duration.value)))
    frequency = in_figures(str(details.frequency.value))
    often = WEEKLY.match(frequency) or DAILY.match(frequency)
    if length is None or often is None:
        return None
    times, counts, unit = _range(often), _range(length), length["unit"].lower().rstrip("s")
    if times is None or counts is None:
        return None
    per = 1 if often.re is DAILY or often["per"].lower() == "day" else 7
    if per == 7 and unit in ("day", "month"):
        return None  # months are no whole number of weeks
    least, most = (one * count * DAYS[unit] // per for one, count in zip(times, counts, strict=True))
    return least, most


def _range(match: re.Match[str]) -> tuple[int, int] | None:
    """From how many to how many."""
    if match.re is DAILY and match["latin"]:
        times = LATIN.get(match["latin"].lower().replace(".", ""))
        return (times, times) if times else None
    least = {"once": 1, "twice": 2}.get(match["times"].lower()) or number(match["times"])
    most = number(match["most"]) if match["most"] else least
    return (least, most) if isinstance(least, int) and isinstance(most, int) else None
