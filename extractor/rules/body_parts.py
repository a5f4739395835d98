"""The parts of the body that a request is for, each with its side and its level of the spine."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from extractor.language.folded import Folded
from extractor.lexicon import anatomy
from extractor.rules.kind import Kind
from extractor.schema import BodyPart
from extractor.source import Span

SPECIALIST = re.compile(r"^(?: replacement| and [a-z]+)? (?:specialists?|surgeons?|doctors?|scooters?|therapy)\b", re.I)
DONE_ALONG = re.compile(
    r"^(?:[/ ]\w+)? (?:repair|tenodesis|tenotomy|tenodynovitis|tenosynovitis|debridement|release|decompression)\b", re.I
)
PLACED = re.compile(rf"(?:\b(?:of|to|for|at|on|in|and)|,)(?: the)?(?: (?:{anatomy.SIDE}))? $", re.I)
"""What stands before the part that surgery is done on."""
MIDLINE = ("neck", "upper_back", "low_back", "back", "abdomen", "head")
LISTED = re.compile(r"(?:[,&/–\s-]|\b(?:and|or|the)\b)*+", re.I)
SIDE_BEHIND = re.compile(
    rf"[ ,(-]{{1,3}}$|(?: [a-z]+){{0,4}}(?: at)?(?:,? (?:and )?(?:{anatomy.LEVEL}))*,? on the $", re.I
)
"""What may stand between a part and its side: ``knee (left)``, ``facet blocks at C4 and C5 on the right``."""
TOKEN = re.compile(rf"(?<![\w-])(?P<side>{anatomy.SIDE})(?![\w])|(?P<level>(?<![\w])(?:{anatomy.LEVEL}))", re.I)
"""A side, or a level of the spine."""


COMPARED = re.compile(
    r"(?:left|right) (?:(?:is )?(?:greater|worse|more) than|>)|(?<=than )(?:left|right)|(?<=> )(?:left|"
    r"right)",
    re.I,
)
"""A side that is only the worse one."""
SPINAL = ("neck", "upper_back", "low_back", "back", "joint")
QUALIFIES = re.compile(
    r"\W*+(?:(?>the|sided?|total|partial|medial|lateral|distal|proximal|upper|lower|anterior|posterior|hinged|custom|"
    rf"{anatomy.LEVEL}|and|at)\b\W*+)*+",
    re.I,
)
"""What may stand between a side and its part."""
HYPHENED = re.compile(r"-(?:held|to-)")
"""What makes another word of a part: ``hand-held``."""
Found = re.Match[str]


@dataclass(frozen=True, slots=True)
class Placed:
    """A body part with where its name stands in the folded request."""

    part: BodyPart
    span: Span


def read_body_parts(folded: Folded, kind: Kind) -> list[Placed]:
    """Every part once, in order; with several levels, one entry each."""
    text = folded.text
    parts = [part for part in anatomy.find_parts(text) if _asked_for(text, part, kind)]
    marks = [m for m in TOKEN.finditer(text) if not any(p.start() < m.end() and m.start() < p.end() for p in parts)]
    sides = [mark for mark in marks if mark.lastgroup == "side" and not COMPARED.match(text, mark.start())]
    levels = [mark for mark in marks if mark.lastgroup == "level"]
    placed = list(_with_levels(folded, _with_sides(text, parts, sides), sides, levels))
    first = {(p.part.part.lower(), p.part.side, p.part.level): p for p in reversed(placed)}
    return [p for p in placed if first[p.part.part.lower(), p.part.side, p.part.level] is p]


def _with_sides(text: str, parts: list[Found], sides: list[Found]) -> list[tuple[Found, Found | None]]:
    """Each part with its side: its own, or the one of the part before it in a list."""
    sided: list[tuple[Found, Found | None]] = []
    for part in parts:
        before, carried = sided[-1] if sided else (None, None)
        side = _own_side(text, part, before, sides)
        if (
            side is None
            and before
            and part.lastgroup not in MIDLINE
            and LISTED.fullmatch(text, before.end(), part.start())
        ):
            side = carried
        sided.append((part, side))
    return sided


def _own_side(text: str, part: Found, before: Found | None, sides: list[Found]) -> Found | None:
    floor = before.end() if before else 0
    ahead = [side for side in sides if floor <= side.start() and side.end() <= part.start()]
    if ahead and QUALIFIES.fullmatch(text, ahead[-1].end(), part.start()):
        return ahead[-1]
    behind = next((side for side in sides if side.start() > part.end()), None)
    if behind and SIDE_BEHIND.match(text[part.end() : behind.start()]) and not _part_at(text, behind.end() + 1):
        return behind
    return None


def _part_at(text: str, at: int) -> bool:
    return anatomy.parts().match(text, at) is not None


def _with_levels(
    folded: Folded, sided: list[tuple[Found, Found | None]], sides: list[Found], levels: list[Found]
) -> Iterator[Placed]:
    """Levels go with the nearest part of the spine; a level alone is its own part."""
    spinal = [part for part, _ in sided if part.lastgroup in SPINAL]
    owner = min(spinal, key=lambda part: abs(part.start() - levels[0].start())) if spinal and levels else None
    for part, side in sided:
        for level in levels if part is owner else [None]:
            yield _placed(folded, part, side, level)
    if owner is None:
        for level in levels:
            before = [side for side in sides if side.end() <= level.start()]
            yield _placed(folded, level, before[-1] if before else None, level)


def _asked_for(text: str, part: Found, kind: Kind) -> bool:
    """The part is what the request is for: not a part in a specialist's title, or in what is done along."""
    behind = text[part.end() : part.end() + 40]
    if SPECIALIST.match(behind) or HYPHENED.match(behind) or (part.start() >= kind.end and DONE_ALONG.match(behind)):
        return False
    if kind.category == "evaluation_management" and kind.start <= part.start() < kind.end:
        return False
    return not (kind.category == "surgery" and part.start() > kind.end and not PLACED.search(text[: part.start()]))


def _placed(folded: Folded, part: Found, side: Found | None, level: Found | None) -> Placed:
    places = sorted({match.span() for match in (side, part, level) if match})
    entry = BodyPart(
        part=part.group(),
        side=anatomy.side_of(side.group()) if side else None,
        level=level.group() if level else None,
        spans=[span for place in places for span in folded.spans(*place)],
    )
    return Placed(entry, part.span())
