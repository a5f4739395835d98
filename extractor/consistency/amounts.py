"""Numbers and sides of a request that do not fit each other."""

from __future__ import annotations

import re
from collections.abc import Iterator

from extractor.consistency.finding import Finding, Letter, finding
from extractor.language.numbers import NUMBER, number
from extractor.schema import Details, Issue, Text, Value

WEEKLY = re.compile(
    rf"^(?P<times>{NUMBER}|once|twice)(?: ?(?:x|times?|visits?|sessions?))?(?: ?/ ?| (?:per|a|an|each|"
    rf"every) | ?x ?)(?P<per>week|wk|day)$",
    re.I,
)
DAILY = re.compile(rf"^(?:(?P<times>{NUMBER}|once|twice)(?: times?)? (?:a day|daily|per day)|(?P<each>daily))$", re.I)
LENGTH = re.compile(rf"^(?P<count>{NUMBER})[ -](?P<unit>days?|weeks?|wks?|months?)$", re.I)
DAYS = {"day": 1, "week": 7, "wk": 7, "month": 30}
BOTH = re.compile(r"\bbilateral(?:ly)?\b|\bboth\b", re.I)
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
    rf"\b(?:(?!1 |one )(?:{NUMBER}|\d-\d)) ?{PIECE}\b|\b{NUMBER} (?:po )?(?:daily|a day|per day)\b|"
    rf"\b(?:dose ?pa(?:ck|k)|"
    r"gel|cream|lotion|ointment|patch(?:es)?|spray|drops|solution|suspension|taper)\b",
    re.I,
)
"""A dose of more than one piece, or of what is not counted in pieces."""
MULTIPLIED = re.compile(r"\b(?:less|minus|remaining|balance|refills?)\b", re.I)
"""What makes the remainder no plain difference."""


def check(letter: Letter) -> Iterator[Finding]:
    for issue in letter.statement.issues:
        if issue.request is None:
            continue
        yield from _remainder(issue)
        for text, details in _parts(issue):
            yield from _sides(issue, text, details)
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
    if (
        len(three) < 3
        or not _same_thing(three)
        or any(MULTIPLIED.search(p.text) for p in (original, authorized, request))
    ):
        return
    for name in ("sessions", "quantity", "duration"):
        amounts = [amount for details in three if (amount := _amount(getattr(details, name)))]
        if len(amounts) < 3 or len({unit for _, unit in amounts}) > 1:
            continue
        whole, granted, left = (amount for amount, _ in amounts)
        if max(whole - granted, 0) != left:
            message = (
                f"{whole:g} requested less {granted:g} authorised leave {max(whole - granted, 0):g}, the heading "
                f"leaves {left:g} in dispute"
            )
            spans = [*original.spans, *authorized.spans, *request.spans]
            yield finding("partial_approval_inconsistent", "warning", message, spans, issue)
        return


def _letters(text: Text) -> str:
    return re.sub(r"\W+", "", text.text).lower()


def _same_thing(three: list[Details]) -> bool:
    """They name one treatment for the same parts: what differs there does not subtract."""
    named = {
        tuple(str(value.value).lower() if value else "" for value in (d.treatment or d.drug, d.strength, d.frequency))
        for d in three
    }
    parts = [{(part.part.lower(), part.side) for part in details.body_parts} for details in three]
    return len(named) == 1 and all(found == parts[0] or not found for found in parts)


def _amount(value: Value | None) -> tuple[float, str] | None:
    """A number with its unit; None for a range."""
    if value is None:
        return None
    if isinstance(value.value, int | float):
        return value.value, ""
    match = re.match(rf"^(?P<count>{NUMBER})[ -]?(?P<unit>[a-z]*)$", value.value, re.I)
    count = number(match["count"]) if match else None
    return (count, match["unit"].lower().rstrip("s")) if match and count is not None else None


def _sides(issue: Issue, text: Text, details: Details) -> Iterator[Finding]:
    """Both sides and one side, said of one thing at one part."""
    both = BOTH.search(text.text)
    sides = {match.group().lower() for match in ONE_SIDE.finditer(text.text)}
    parts = {part.part.lower() for part in details.body_parts if part.level is None}
    if both and len(sides) == 1 and len(parts) <= 1 and not SEVERAL.search(text.text):
        message = "the request says both sides and one side of one part"
        yield finding("request_self_contradicts", "warning", message, text.spans, issue)


def _product(issue: Issue, text: Text, details: Details) -> Iterator[Finding]:
    """So many times a week for so many weeks are so many sessions; so many a day for so many days so many pieces."""
    stated = details.sessions or details.quantity
    if stated is None or not isinstance(stated.value, int) or details.frequency is None or details.duration is None:
        return
    length = LENGTH.match(str(details.duration.value))
    often = WEEKLY.match(str(details.frequency.value)) or DAILY.match(str(details.frequency.value))
    if length is None or often is None or PHASED.search(text.text) or NOT_BY_ONE.search(text.text):
        return
    times = _times(often)
    count = number(length["count"])
    if times is None or count is None or not isinstance(count, int):
        return
    days = count * DAYS[length["unit"].lower().rstrip("s")]
    per = 1 if often.re is DAILY or often["per"].lower() == "day" else 7
    if per == 7 and length["unit"].lower().startswith(("day", "month")):
        return  # months are no whole number of weeks
    expected = times * days // per
    if stated.value != expected:
        message = f"the request states {stated.value}, its frequency and duration give {expected}"
        yield finding("quantity_disagrees", "warning", message, text.spans, issue)


def _times(often: re.Match[str]) -> int | None:
    if often.re is DAILY and often["each"]:
        return 1
    words = often["times"].lower()
    value = {"once": 1, "twice": 2}.get(words) or number(words)
    return value if isinstance(value, int) else None
