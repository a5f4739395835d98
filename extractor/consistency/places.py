"""The side and the body part of a request against what its rationale says about this case."""

from __future__ import annotations

import re
from collections.abc import Iterator

from extractor.consistency.finding import Finding, Letter, finding
from extractor.language.sentences import Sentence
from extractor.lexicon.anatomy import find_parts, near, parts
from extractor.lexicon.services import find_services
from extractor.schema import Issue
from extractor.source import Span

SIDED = re.compile(
    r"\b(?P<side>left|right)(?:[- ]sided)? (?:(?:lateral|medial|upper|lower|distal|proximal|anterior|"
    r"posterior|outer|inner) )?(?=(?P<part>[a-z]))",
    re.I,
)
BOTH = re.compile(r"\bbilateral\w*|\bboth\b|\beither (?:side|knee|shoulder|ankle|hip|hand|wrist|elbow)\b", re.I)
BOTH_SIDES = frozenset("bilat both eithe".split())
ELSEWHERE = re.compile(
    r"\b(?:(?:prior|previous|earlier|old) (?:\w+ ){0,3}(?:left|right|mri|x-?ray|injury|sprain|surgery|"
    r"claim|stud\w+|visit|arthroscopy|fracture|problem|pain)|history of|uninjured|contralateral|opposite|"
    r"unaffected|compar\w+|other (?:side|knee|shoulder|ankle|hip|hand|wrist|elbow|leg|arm|foot)|normal|"
    r"non-?industrial|already|(?:in|of|since|from) (?:19|20)\d\d|healed|asymptomatic|painless|stable|"
    r"full strength|"
    r"handed(?:ness)?|hand dominant|dominant|lead|leading)\b",
    re.I,
)
"""What makes another side or part no contradiction: told of before, of the sound side, in passing."""
ASKED = re.compile(
    r"\b(?:request\w*|criteria for|to warrant|would warrant|warrants?|to support|would support|need for|"
    r"sought|proposed|in question|in dispute|necessity (?:of|for))\b",
    re.I,
)
ASKING = frozenset("reque crite warra suppo need sough propo quest dispu neces".split())
"""Stems without which a sentence does not speak of the request."""
SPINE = frozenset({"neck", "upper_back", "low_back"})
REFERRED = re.compile(r"\b(?:radiat\w+|radicul\w+|referred|down (?:the|his|her)|into (?:the|his|her))\b", re.I)


def check(letter: Letter) -> Iterator[Finding]:
    for issue in letter.statement.issues:
        if issue.details is None or issue.request is None:
            continue
        yield from _side(letter, issue)
        yield from _part(letter, issue)


def _side(letter: Letter, issue: Issue) -> Iterator[Finding]:
    assert issue.details is not None and issue.request is not None
    sides = {part.side for part in issue.details.body_parts if part.side}
    regions = letter.regions[issue.number]
    if len(sides) != 1 or "bilateral" in sides or not regions:
        return
    (side,) = sides
    other = "right" if side == "left" else "left"
    for sentence in letter.of_case(issue):
        if other not in sentence.stems:
            continue
        text = sentence.text
        named = [
            (match, span) for match, span, region in _sided(sentence) if match == other and _touches(region, regions)
        ]
        if (
            not named
            or ELSEWHERE.search(text)
            or BOTH.search(text)
            or any(match == side for match, _, _ in _sided(sentence))
        ):
            continue
        if re.search(
            rf"\b(?:on|of|to) (?:the |his |her )?{side}\b|\b{side}[- ]sided?\b", text, re.I
        ) or _other_side_told(letter, other, regions):
            continue
        message = f"the request is of the {side} side, a sentence of the rationale tells of the {other}"
        yield finding("side_contradicted", "warning", message, [*issue.request.spans, *named[0][1]], issue)
        return


def _sided(sentence: Sentence) -> Iterator[tuple[str, list[Span], str]]:
    """Each side with the part that it is said of."""
    for match in SIDED.finditer(sentence.text):
        part = parts().match(sentence.text, match.start("part"))
        if part:
            yield match["side"].lower(), sentence.spans_of(match.start(), part.end()), str(part.lastgroup)


def _other_side_told(letter: Letter, other: str, regions: set[str]) -> bool:
    """The summary tells of a complaint on the other side, too."""
    for sentence in letter.told.summary:
        text = sentence.text
        if (BOTH_SIDES.isdisjoint(sentence.stems) and other not in sentence.stems) or ELSEWHERE.search(text):
            continue
        if BOTH.search(text) and any(_touches(str(part.lastgroup), regions) for part in find_parts(text)):
            return True
        if any(side == other and _touches(region, regions) for side, _, region in _sided(sentence)):
            return True
    return any(
        part.side in (other, "bilateral")
        for issue in letter.statement.issues
        if issue.details
        for part in issue.details.body_parts
    )


def _touches(region: str, regions: set[str]) -> bool:
    return any(near(region, asked) for asked in regions)


def _part(letter: Letter, issue: Issue) -> Iterator[Finding]:
    """The request named with another body part: "the requested MRI of the right knee" for an ankle."""
    assert issue.details is not None and issue.request is not None
    regions = letter.regions[issue.number]
    if not regions or issue.category not in ("diagnostic_testing", "injections", "surgery", "rehabilitation", "dmepos"):
        return
    elsewhere = set().union(*(found for number, found in letter.regions.items() if number != issue.number))
    for sentence in letter.of_case(issue):
        text = sentence.text
        if ASKING.isdisjoint(sentence.stems) or not ASKED.search(text):
            continue
        named = list(find_parts(text))
        if not any(_elsewhere(str(part.lastgroup), regions) for part in named) or ELSEWHERE.search(text):
            continue
        for region, start, end in _asked_part(text, issue):
            own = any(not _elsewhere(str(part.lastgroup), regions) for part in named)
            if _elsewhere(region, regions) and region not in elsewhere and not own:
                message = "the request and a sentence of the rationale name different body parts"
                yield finding(
                    "body_part_contradicted",
                    "warning",
                    message,
                    [*issue.request.spans, *sentence.spans_of(start, end)],
                    issue,
                )
                return


def _elsewhere(region: str, regions: set[str]) -> bool:
    """Neither the region nor a neighbour of one that the request names; levels of the spine are told apart."""
    if region == "joint":
        return False
    if region in SPINE and regions & SPINE:
        return region not in regions and "back" not in regions
    return not _touches(region, regions)


def _asked_part(text: str, issue: Issue) -> Iterator[tuple[str, int, int]]:
    """Parts that stand right at a service of the request's own kind: ``shoulder MRI``, ``MRI of the knee``."""
    assert issue.category is not None and issue.subcategory is not None
    for found in find_services(text, issue.category, issue.subcategory):
        behind = re.compile(r"(?: \([^)]*\))?(?: of| to| for)(?: the)?(?: left| right| bilateral)? ", re.I).match(
            text, found.end()
        )
        part = parts().match(text, behind.end()) if behind else None
        if part:
            yield str(part.lastgroup), found.start(), part.end()
        before = [
            p for p in find_parts(text, max(0, found.start() - 30), found.start()) if found.start() - p.end() == 1
        ]
        if before:
            yield str(before[-1].lastgroup), before[-1].start(), found.end()
