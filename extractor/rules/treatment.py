"""Where a request names its treatment: behind what counts and places it, before what limits it."""

from __future__ import annotations

import re

from extractor.language.numbers import FIGURE
from extractor.lexicon import anatomy
from extractor.rules.amounts import COUNTED, PERIOD, Values
from extractor.rules.body_parts import Placed
from extractor.rules.ends import without_tail
from extractor.rules.kind import Kind
from extractor.source import Span

AHEAD = re.compile(
    r"(?:(?:associated surgical (?:service|item)s?|durable medical equipment|dme|"
    r"retro(?:spective)?(?: (?:request|review))?(?: (?:for|of))?|associated surgical|"
    r"post-?op(?:erative)?(?=:)|request(?:ed)?(?: for)?|(?:purchase|rental) of|referral (?:for|"
    r"to)(?= (?:an? )?(?:initial )?(?:consult|eval))|(?:ultrasound|image|ct)[- ]guided|"
    rf"{anatomy.LEVEL}(?:,? (?:and |& )?{anatomy.LEVEL})*|continued?|continuation of|additional|"
    rf"initial(?! (?:consult|eval))|further|random|"
    rf"(?:CPT|HCPCS)(?: codes?)? [A-Z]?\d{{4,5}}|{FIGURE} to {FIGURE} (?:week|day|month)s?|an?|the|"
    rf"{FIGURE} pairs? of|series of (?>{FIGURE})|{COUNTED} of|(?>{FIGURE})(?: additional| more|"
    rf" further)*(?: {COUNTED} of)?(?! ?[-/]? ?(?:{PERIOD}|x(?!-)\b|times|to \d))|{anatomy.SIDE})(?:[:,]| |"
    rf"$) ?)+",
    re.I,
)
"""What stands before the name of a treatment."""
AND = re.compile(r"(?:and|&|of(?: an?| the)?) ", re.I)
REFERRED = re.compile(r"referral (?:for|to) ", re.I)
EQUIPMENT = re.compile(
    r"^(?:spine |back |sacral |hinged |custom |unloader |functional |stabilizing )?"
    r"(?:support|pillow|brac(?:e|es|ing)|collar|orthos[ie]s|splints?|sleeves?|"
    r"immobili[sz]er|traction|corset|scooter|sling|boots?|wrap|belt|pads?)\b",
    re.I,
)
STRUCTURE = re.compile(
    rf"{anatomy.REGIONS['joint']}|sacroiliac joints?|SI joints?|(?:carpal|cubital|tarsal) tunnels?|"
    rf"rotator cuffs?|menisc(?:us|i)",
    re.I,
)
"""What is treated, rather than where: part of the treatment's name."""
TREATMENT_ENDS = re.compile(
    rf"(?: \(| (?:without|with(?:out)? and without|with) (?:\w+ )?(?:contrast|dye|gadolinium|electrodes)|"
    rf" with and without"
    rf"| under | (?:for|to|of|at|on|in|over|from|upon) (?=(?:the |a |his |her |an )?(?:{anatomy.SIDE})?\b)"
    rf"| into (?=the |a )| with (?:possible|fluoro\w*|ultrasound|\d)| to(?:/| and )from| series of|"
    rf" \d+ ?x ?\d+|,? (?:times|x) ?\d| (?:sessions?|visits?|treatments)\b|,? (?:qty|quantity|as|per|"
    rf"including|until|after|if|via|only)\b| ?[-–] (?=\w)|[;:]|\.(?= |$)|,? rental\b|,? purchase\b|,? #)",
    re.I,
)
NAMED_OF = re.compile(
    r"^ (?:of (?!the\b|both\b|left\b|right\b|bilateral\b)|to (?=ortho|neuro|surg|spec)|with an? )", re.I
)
BRACKETED = re.compile(r" \([^)]*\) ?(?:and |with |/|& )")
"""An expansion within the name: ``electromyography (EMG) and nerve conduction studies``."""
DONE_TOO = re.compile(
    r", (?:and |& )?(?:possible |with |vs\.? |(?:[\w/-]+ ){0,4}[\w/-]*(?:ectomy|plasty|otomy|scopy|repair|release|"
    r"decompression|fusion|debridement|resection|tenodesis|graft\w*|instrumentation|reconstruction)\b)"
)
"""Another step of the same surgery."""
LINKS = frozenset(
    "of to for the and at on in with over x times a an left right bilateral bilaterally both lt rt".split()
)
"""Words that end no name."""


def find_treatment(values: Values, kind: Kind, parts: list[Placed]) -> Span | None:
    """The stretch that names the treatment; None where no list knows one."""
    if kind.end == 0:
        return None
    text, taken = values.figures, values.taken
    start = _start(text, kind, taken, parts)
    end = without_tail(text, start, _end(text, start, kind, taken, parts), LINKS)
    return (start, end) if start < end else None


def _start(text: str, kind: Kind, taken: list[Span], parts: list[Placed]) -> int:
    """Behind counts, labels, sides and body parts; a body part in the name of a thing stays."""
    start = 0
    while True:
        ahead = AHEAD.match(text, start)
        limit = ahead.end() if ahead and REFERRED.match(text, start) else kind.start
        part = next((p for p in parts if p.span[0] == start and not STRUCTURE.fullmatch(p.part.part)), None)
        if ahead and start < ahead.end() <= limit:
            after = ahead.end()
        elif value := next((end for left, end in taken if left == start and end < kind.end), None):
            after = value
        elif part and part.span[1] < kind.end and not EQUIPMENT.match(text[part.span[1] :].lstrip()):
            after = part.span[1]
        else:
            return start
        start = after + len(text[after:]) - len(text[after:].lstrip(" ,-/"))
        joined = AND.match(text, start)
        start = joined.end() if joined and joined.end() <= kind.start else start


def _end(text: str, start: int, kind: Kind, taken: list[Span], parts: list[Placed]) -> int:
    """Before what places, counts or limits it; in surgery, its further steps belong to it."""
    ends = [left for left, _ in taken if left >= kind.end] + [p.span[0] for p in parts if p.span[0] >= kind.end]
    end = min(ends, default=len(text))
    for stop in TREATMENT_ENDS.finditer(text, max(start, kind.end), end):
        placed = any(stop.end() <= p.span[0] <= stop.end() + 14 for p in parts)
        if not BRACKETED.match(text, stop.start()) and (placed or not NAMED_OF.match(text[stop.start() :])):
            end = stop.start()
            break
    comma = text.find(",", kind.end, end)
    while comma >= 0 and kind.category == "surgery" and DONE_TOO.match(text, comma):
        comma = text.find(",", comma + 1, end)
    return comma if comma >= 0 else end
