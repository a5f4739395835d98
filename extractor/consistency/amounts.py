"""Numbers of a request that do not fit each other."""

from __future__ import annotations

import re
from collections.abc import Iterator

from extractor.consistency.finding import Finding, Letter, finding
from extractor.language.numbers import NUMBER, number
from extractor.schema import Details, Issue, Request, Text, Value

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


def check(letter: Letter) -> Iterator[Finding]:
    for issue in letter.statement.issues:
        if issue.request is None:
            continue
        yield from _remainder(issue)
        for text, details in _parts(issue):
            if details:
                yield from _sides(issue, text, details)
                yield from _product(issue, text, details)


def _parts(issue: Issue) -> Iterator[tuple[Text, Details | None]]:
    assert issue.request is not None
    yield issue.request, issue.details
    for part in (issue.original_request, issue.authorized):
        if part and part.text.lower() != issue.request.text.lower():
            yield part, part.details


def _remainder(issue: Issue) -> Iterator[Finding]:
    """Original less authorised is what is left, where all three state the same kind of amount."""
    original, authorized, request = issue.original_request, issue.authorized, issue.request
    assert request is not None
    if original is None or authorized is None or issue.details is None:
        return
    if _words(original) == _words(request):
        return  # the whole request stays in dispute
    for name in ("sessions", "quantity", "duration"):
        amounts = [
            _amount(getattr(details, name))
            for details in (original.details, authorized.details, issue.details)
            if details
        ]
        if len(amounts) < 3 or any(amount is None for amount in amounts):
            continue
        (whole, unit), (granted, unit_2), (left, unit_3) = [amount for amount in amounts if amount]
        if not unit == unit_2 == unit_3 or granted > whole or not _same_thing(original, authorized, issue):
            continue
        if whole - granted != left:
            message = (
                f"{_plain(whole)} requested less {_plain(granted)} authorised leave {_plain(whole - granted)}, the "
                f"heading leaves {_plain(left)} in dispute"
            )
            yield finding(
                "partial_approval_inconsistent",
                "warning",
                message,
                [*original.spans, *authorized.spans, *request.spans],
                issue,
            )
        return


def _words(text: Text) -> str:
    return re.sub(r"\W+", "", text.text).lower()


def _same_thing(original: Request, authorized: Request, issue: Issue) -> bool:
    """The three name one treatment for the same parts: what differs there does not subtract."""
    named = []
    for details in (original.details, authorized.details, issue.details):
        assert details is not None
        what = details.treatment or details.drug
        named.append(
            (
                str(what.value).lower() if what else "",
                str(details.strength.value) if details.strength else "",
                str(details.frequency.value).lower() if details.frequency else "",
            )
        )
    parts = [
        {(p.part.lower(), p.side) for p in details.body_parts}
        for details in (original.details, authorized.details, issue.details)
        if details
    ]
    return len(set(named)) == 1 and all(found == parts[0] or not found for found in parts)


def _amount(value: Value | None) -> tuple[float, str] | None:
    """A number with its unit; None for a range."""
    if value is None:
        return None
    if isinstance(value.value, int | float):
        return value.value, ""
    match = re.match(rf"^(?P<count>{NUMBER})[ -]?(?P<unit>[a-z]*)$", value.value, re.I)
    count = number(match["count"]) if match else None
    return (count, match["unit"].lower().rstrip("s")) if match and count is not None else None


def _plain(amount: float) -> str:
    return f"{amount:g}"


def _sides(issue: Issue, text: Text, details: Details) -> Iterator[Finding]:
    """Both sides and one side, said of one part."""
    if len({part.part.lower() for part in details.body_parts}) > 1 and not any(
        part.level for part in details.body_parts
    ):
        return
    both, one = BOTH.search(text.text), ONE_SIDE.search(text.text)
    sides = {match.group().lower() for match in ONE_SIDE.finditer(text.text)}
    if (
        both
        and one
        and len(sides) == 1
        and len({part.part.lower() for part in details.body_parts if part.level is None}) <= 1
    ):
        message = f"the request says {both.group().lower()!r} and {one.group().lower()!r} of one part"
        yield finding("request_self_contradicts", "warning", message, text.spans, issue)


def _product(issue: Issue, text: Text, details: Details) -> Iterator[Finding]:
    """So many times a week for so many weeks are so many sessions."""
    stated = details.sessions or details.quantity
    if stated is None or not isinstance(stated.value, int) or details.frequency is None or details.duration is None:
        return
    length = LENGTH.match(str(details.duration.value))
    often = WEEKLY.match(str(details.frequency.value)) or DAILY.match(str(details.frequency.value))
    if length is None or often is None:
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
