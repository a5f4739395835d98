"""The side and the body part of a request against what its rationale says about this case."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterator
from functools import cached_property
from itertools import islice

from extractor.consistency.finding import Finding, Letter, finding
from extractor.language.sentences import Sentence
from extractor.lexicon import anatomy
from extractor.lexicon.anatomy import SPINE, find_parts, near, parts
from extractor.lexicon.services import find_services
from extractor.schema import Issue
from extractor.source import Span

SIDED = re.compile(
    r"\b(?P<side>left|right)(?:[- ]sided)? (?:(?:lateral|medial|upper|lower|distal|proximal|anterior|"
    r"posterior|outer|inner) )?(?=(?P<part>[a-z]))",
    re.I,
)
BOTH = re.compile(
    r"\bbilateral\w*|\bboth\b(?! guidelines)|\beither (?:side|knee|shoulder|ankle|hip|hand|wrist|elbow)\b", re.I
)
BOTH_SIDES = frozenset("bilat both eithe".split())
BOTH_OF = frozenset(("left", "right"))
"""The two sides, which are their own stems."""
ELSEWHERE = re.compile(
    r"\b(?:(?:prior|previous|earlier|old) (?:\w+ ){0,3}(?:left|right|mri|x-?ray|injury|sprain|surgery|"
    r"claim|stud\w+|visit|arthroscopy|fracture|problem|pain)|history of|uninjured|contralateral|opposite|"
    r"unaffected|compar\w+|other (?:side|knee|shoulder|ankle|hip|hand|wrist|elbow|leg|arm|foot)|normal|"
    r"non-?industrial|already|(?:in|of|since|from) (?:19|20)\d\d|healed|asymptomatic|painless|healthy|sound|stable|"
    r"full strength|handed(?:ness)?|hand dominant|dominant|lead|leading|also|as well|too|now|ago|last year|"
    r"earlier|replac\w+|underwent|completed|overcompensat\w+|compensat\w+|not (?:part|in dispute|at issue)|"
    r"authori[sz]ed|certified|approved|lean\w*|weight on|"
    r"(?:has|had|shows?|showed|with) no|without|released|recovered|good (?:result|outcome))\b",
    re.I,
)
"""What makes another side or part no contradiction: told of before, of the sound side, in passing."""
ASKED = re.compile(
    r"\b(?:the (?:requested|proposed)|requests? for(?: an?| the)?|criteria for(?: an?| the)?|warrant(?:s|ed)?"
    r"(?: an?| the)?|in support of(?: an?| the)?)(?: left| right| bilateral)? $",
    re.I,
)
"""What stands right before the request's own treatment."""
JUDGED = re.compile(
    r"^(?:[^.,;]{0,40}? )?(?:is|are) (?:therefore |thus |also )?(?:not (?:medically )?(?:necessary|needed|supported|"
    r"warranted|indicated|certified|appropriate)|medically (?:necessary|appropriate))\b",
    re.I,
)
"""What stands right behind it."""
ASKING = frozenset("reque crite warra suppo propo neces neede indic certi appro".split())
"""Stems without which a sentence does not speak of the request."""
OF_PART = re.compile(
    r"(?: series)?(?: \([^)]{0,60}\))?(?: of| to| for)(?: the)?(?: left| right| bilateral| both)? ", re.I
)
WORD = re.compile(r"[a-z]{5,}|\d{1,2}[-/]\d{1,2}[-/]\d{2,4}")
COMMON = 3
"""So many words in common tie a sentence of the rationale to one of the summary."""
NO_TIE = frozenset(
    "patient claimant applicant worker injured right shoulder ankle wrist elbow there which their about after".split()
)
OF_A_PART = ("diagnostic_testing", "injections", "surgery", "rehabilitation", "dmepos", "evaluation_management")
"""Categories of care that is given to a part of the body."""
PLAIN_REGIONS = SPINE | {"shoulder", "elbow", "wrist_hand", "hip", "knee", "ankle_foot"}
"""Regions that no care of another one speaks of in passing."""
AILING = re.compile(
    r"\b(?:pain\w*|tender\w*|stiff\w*|swell\w*|swollen|spasm\w*|limit\w*|weak\w*|derangement|fragment|tears?|torn|"
    r"fracture\w*|arthritis|osteoarthritis|locking|instab\w*|injections?|surgery|arthroscop\w*)\b",
    re.I,
)
"""What is wrong with a part, or is to be done to it."""
IN_PASSING = re.compile(
    r"\b(?:mtus|odg|acoem|guidelines?|chapter|criteria|risk|request\w*|visits|reflex\w*|cane|crutch\w*|numbness|"
    r"radiat\w+|sensation|braces?)\b",
    re.I,
)
"""In a sentence with one of these, another part is no mistake: recited, asked for otherwise, or where a nerve leads."""
MOST = 40
"""So many of a kind are looked at: sides and services of a sentence, sentences of the summary."""


class Sides:
    """What the letter says of the left and of the right, read once for all its items."""

    def __init__(self, letter: Letter) -> None:
        self._summary = letter.told.summary
        self._issues = letter.statement.issues
        self._words: dict[int, set[str]] = {}

    @cached_property
    def asked(self) -> set[str | None]:
        """The sides that any request names."""
        return {part.side for issue in self._issues if issue.details for part in issue.details.body_parts}

    def knows(self, side: str, regions: set[str]) -> bool:
        """The summary names the side at one of the regions, however it comes to speak of it."""
        return any(_touches(region, regions) for region in self._named[side])

    def tells(self, side: str, regions: set[str]) -> bool:
        """The summary tells of a complaint on the side at one of the regions."""
        return any(_touches(region, regions) for region in self._ailing[side])

    def words(self, side: str, regions: set[str]) -> list[set[str]]:
        """The words of each of the first sentences of the summary that name the side at one of the regions."""
        places = {at for region, where in self._named[side].items() if _touches(region, regions) for at in where}
        return [self._words_of(at) for at in sorted(places)[:MOST]]

    def _words_of(self, at: int) -> set[str]:
        if at not in self._words:
            self._words[at] = set(WORD.findall(self._summary[at].lower)) - NO_TIE
        return self._words[at]

    @cached_property
    def _named(self) -> dict[str, dict[str, list[int]]]:
        """For each side and region the first sentences of the summary that name the side there."""
        named: dict[str, dict[str, list[int]]] = {side: defaultdict(list) for side in BOTH_OF}
        for at, sentence in enumerate(self._summary):
            if BOTH_OF.isdisjoint(sentence.stems):
                continue
            for side, region in {(side, region) for side, _, region in _sided(sentence) if side in sentence.stems}:
                if len(named[side][region]) < MOST:
                    named[side][region].append(at)
        return named

    @cached_property
    def _ailing(self) -> dict[str, set[str]]:
        """For each side the regions that the summary tells of complaints of."""
        ailing: dict[str, set[str]] = {side: set() for side in BOTH_OF}
        for sentence in self._summary:
            told = BOTH_OF & sentence.stems if BOTH_SIDES.isdisjoint(sentence.stems) else BOTH_OF
            if not told or ELSEWHERE.search(sentence.text):
                continue
            if BOTH.search(sentence.text):
                for side in told:
                    ailing[side] |= anatomy.regions(sentence.text)
            for side, _, region in _sided(sentence):
                if side in told:
                    ailing[side].add(region)
        return ailing


def check(letter: Letter) -> Iterator[Finding]:
    sides = Sides(letter)
    for issue in letter.statement.issues:
        if issue.details is None or issue.request is None:
            continue
        yield from _side(letter, issue, sides)
        found = [*_part(letter, issue)] or [*_foreign_part(letter, issue)]
        yield from found


def _side(letter: Letter, issue: Issue, told: Sides) -> Iterator[Finding]:
    assert issue.details is not None and issue.request is not None
    sides = {part.side for part in issue.details.body_parts if part.side}
    regions = letter.regions[issue.number]
    if len(sides) != 1 or "bilateral" in sides or not regions:
        return
    (side,) = sides
    other = "right" if side == "left" else "left"
    for sentence in letter.of_case(issue):
        text = sentence.text
        if other not in sentence.stems or ELSEWHERE.search(text) or BOTH.search(text):
            continue
        named = list(_sided(sentence))
        own = any(match == side for match, _, _ in named) or re.search(
            rf"\b(?:on|of|to) (?:the |his |her )?{side}\b|\b{side}[- ]sided?\b", text, re.I
        )
        places = [spans for match, spans, region in named if match == other and _touches(region, regions)]
        if not places or own or not told.asked.isdisjoint((other, "bilateral")):
            continue
        as_asked = any(_touches(region, regions) for region, _, _ in _asked_parts(sentence, issue))
        if not as_asked and told.tells(other, regions):
            return
        own_side = told.words(side, regions)
        same = any(region in regions for match, _, region in named if match == other)
        same = same and bool(own_side) and not told.knows(other, regions)
        if not as_asked and not same and not _is_of_request(issue, sentence, own_side):
            continue
        message = f"the request is of the {side} side, a sentence of the rationale tells of the {other}"
        yield finding("side_contradicted", "warning", message, [*issue.request.spans, *places[0]], issue)
        return


def _sided(sentence: Sentence) -> Iterator[tuple[str, list[Span], str]]:
    """Each side with the part that it is said of."""
    for match in islice(SIDED.finditer(sentence.text), MOST):
        part = parts().match(sentence.text, match.start("part"))
        if part:
            yield match["side"].lower(), sentence.spans_of(match.start(), part.end()), str(part.lastgroup)


def _is_of_request(issue: Issue, sentence: Sentence, own_side: list[set[str]]) -> bool:
    """The sentence is about what the request is about: it tells of care on its date of service, or says again what
    the summary says of the request's own side."""
    assert issue.details is not None
    days = [_one_separator(str(day.value)) for day in issue.details.dates_of_service]
    if any(day in _one_separator(sentence.text) for day in days):
        return True
    words = set(WORD.findall(sentence.lower))
    return any(len(words & told) >= COMMON for told in own_side)


def _one_separator(text: str) -> str:
    return text.replace("/", "-")


def _touches(region: str, regions: set[str]) -> bool:
    return any(near(region, asked) for asked in regions)


def _part(letter: Letter, issue: Issue) -> Iterator[Finding]:
    """The request named with another body part: "the requested MRI of the right knee" for an ankle."""
    assert issue.details is not None and issue.request is not None
    regions = letter.regions[issue.number]
    if not regions or issue.category not in OF_A_PART:
        return
    others = letter.askers - Counter(regions)
    for sentence in letter.of_case(issue):
        if ASKING.isdisjoint(sentence.stems) or ELSEWHERE.search(sentence.text):
            continue
        named = anatomy.regions(sentence.text)
        if not named or not all(_elsewhere(region, regions) for region in named):
            continue
        for region, start, end in _asked_parts(sentence, issue):
            if region not in others:
                message = "the request and a sentence of the rationale name different body parts"
                spans = [*issue.request.spans, *sentence.spans_of(start, end)]
                yield finding("body_part_contradicted", "warning", message, spans, issue)
                return


def _foreign_part(letter: Letter, issue: Issue) -> Iterator[Finding]:
    """A finding of a part of which neither the summary nor any request tells."""
    assert issue.request is not None
    regions = letter.regions[issue.number]
    if not regions & letter.told_regions or issue.category not in OF_A_PART:
        return
    for sentence in letter.of_case(issue):
        named = anatomy.regions(sentence.text)
        if (
            not named
            or not named <= PLAIN_REGIONS
            or not AILING.search(sentence.text)
            or ELSEWHERE.search(sentence.text)
            or IN_PASSING.search(sentence.text)
        ):
            continue
        known = regions | letter.told_regions | letter.asked_regions
        if any(_touches(region, known) if region not in SPINE else known & {region, "back"} for region in named):
            continue
        place = next(find_parts(sentence.text))
        message = "a sentence of the rationale tells of a body part that neither the request nor the summary names"
        spans = [*issue.request.spans, *sentence.spans_of(*place.span())]
        yield finding("body_part_contradicted", "warning", message, spans, issue)
        return


def _elsewhere(region: str, regions: set[str]) -> bool:
    """Neither the region nor a neighbour of one that the request names; levels of the spine are told apart."""
    if region == "joint":
        return False
    if region in SPINE and regions & SPINE:
        return region not in regions and "back" not in regions
    return not _touches(region, regions)


def _asked_parts(sentence: Sentence, issue: Issue) -> Iterator[tuple[str, int, int]]:
    """Parts at a service of the request's own kind that is spoken of as asked for, with where they stand:
    ``criteria for a shoulder MRI``, ``the MRI of the knee is not supported``."""
    if issue.category is None or issue.subcategory is None or ASKING.isdisjoint(sentence.stems):
        return
    text = sentence.text
    for found in islice(find_services(text, issue.category, issue.subcategory), MOST):
        behind = OF_PART.match(text, found.end())
        part = parts().match(text, behind.end()) if behind else None
        ahead = next(
            (p for p in find_parts(text, max(0, found.start() - 30), found.start()) if found.start() - p.end() == 1),
            None,
        )
        for place, start, end in (
            (part, found.start(), part.end() if part else 0),
            (ahead, ahead.start() if ahead else 0, found.end()),
        ):
            asked = ASKED.search(text, max(0, start - 60), start) or JUDGED.match(text[end : end + 80])
            if place is not None and asked:
                yield str(place.lastgroup), start, end
