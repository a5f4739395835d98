"""What exactly a request asks for: how much, how often, how long, and of which part of the body.

Only what stands there: a frequency and a duration are not multiplied, a side is not guessed.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from extractor.language import dates
from extractor.language.folded import Folded
from extractor.language.numbers import NUMBER, NUMBER_WORDS, number
from extractor.lexicon import anatomy
from extractor.lexicon.medicines import medicine
from extractor.rules.kind import ASSOCIATED, SHARE, Kind, read_kind
from extractor.schema import BodyPart, Details, Value
from extractor.source import Span
from extractor.taxonomy import Timing

RANGE = rf"{NUMBER}(?: ?(?:-|–|to|or) ?{NUMBER})?"
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
    rf"(?<![\w.-])(?:up to )?(?:{OFTEN}|{NUMBER} hours? on,?(?: and)? {NUMBER} hours? off"
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
SESSIONS_BEHIND = re.compile(rf"\b{COUNTED},? ?(?:x ?|times )?(?P<value>{NUMBER})(?! ?[\w/%])", re.I)
TIMES = re.compile(
    rf"(?<![\w/])(?:x ?|times )(?P<value>{NUMBER})(?!\w| ?(?:[-–/]|to \d|{PERIOD}|times|per |a (?:week|"
    rf"day)|x\b|refills?))"
    rf"|\bseries of (?P<series>{NUMBER})|(?<![\w.-])(?P<ten>{NUMBER}) times(?! ?(?:a\b|per|each|every|/|"
    rf"daily|weekly|monthly))",
    re.I,
)
UNIT = (
    r"(?:tablets?|tabs?|capsules?|caps?|patch(?:es)?|pills?|bottles?|tubes?|box(?:es)?|grams?|gms?|gm|g|"
    r"mls?|cc|oz|ounces?|pairs?|"
    r"vials?|packets?|doses?|sets?|syringes?|units)"
)
HASH = re.compile(rf"(?<!tooth )(?<!teeth )# ?\(?(?P<value>\d[\d,]*|[lIO|\d]{{2,4}}\b)\)?(?P<unit> ?{UNIT}\b)?", re.I)
QUANTITY = re.compile(rf"\b(?:quantity|qty|count|disp(?:ense)?)\.?(?: of|:)? ?#? ?(?P<value>{NUMBER})", re.I)
MEASURED = re.compile(
    rf"(?<![\w./-])(?P<value>(?:\d[\d,.]*|{NUMBER}) ?{UNIT})\b(?!/| (?:every|daily|a day|twice|once|"
    rf"by mouth|po|q|each|per|at|three times|two times)\b)",
    re.I,
)
IN_BRACKETS = re.compile(rf", (?P<value>{NUMBER})$", re.I)
HOURS = re.compile(rf"(?P<value>{NUMBER} hours)$", re.I)
TRIPS = re.compile(rf"(?<![\w.-])(?P<value>{NUMBER}) (?:round[- ])?trips\b", re.I)
COUNT_AHEAD = re.compile(rf"^\W*(?P<value>{NUMBER}) (?!{PERIOD}|x(?!-)\b|times|to |or |%|mg|of )(?=[A-Za-z])", re.I)
COUNT_OF = re.compile(rf"^(?:purchase|rental) of (?P<value>{NUMBER}) (?=[A-Za-z])", re.I)
REFILLS = re.compile(
    rf"(?:\b|(?<=x))(?:(?P<value>{NUMBER}|no|zero) (?:additional )?(?:refills?|RFs?)|refills?(?: ?[x:#]|"
    rf" times)? ?(?P<behind>{NUMBER}))\b",
    re.I,
)
STRENGTH = re.compile(
    r"(?<![\w.#/])\d[\d,.]*(?: ?[-/] ?\d[\d.]*)* ?(?:mg|mcg|µg|meq|iu|%|units)(?: ?/ ?\d*\.?\d* ?(?:ml|mg|"
    r"mcg|hr|hour|h|g|gm)\b)?(?![\w])",
    re.I,
)
ACQUISITION = re.compile(r"\b(?P<rental>rental|rent(?:ed)?)\b|\b(?P<purchase>purchased?|buy)\b", re.I)
CODE = re.compile(
    r"\b(?:CPT|HCPCS|NDC|ICD-?(?:9|10)?)(?: codes?)?[:# ]{0,3}(?P<codes>[A-Z]?\d[\w.]{2,6}(?:(?:, ?| and |"
    r" & |/)[A-Z]?\d[\w.]{2,6})*)|\((?P<bare>[A-V]\d{4})\)",
    re.I,
)
ONE_CODE = re.compile(r"[A-Z]?\d[\w.]{2,6}", re.I)
DATE = re.compile(rf"{dates.NUMERIC % ('', '')}|{dates.WORDED}", re.I)
NO_SERVICE_DATE = re.compile(r"\b(?:rfa|report|dated|updated|request(?:ed)?)[ :]*(?:on |of )?$", re.I)
BETWEEN = re.compile(r"\b(?:between|through|valid|expir\w+)\b", re.I)
"""A window in which care is to be given, and no date on which it was."""
RETROSPECTIVE = re.compile(
    r"\bretro(?:spective(?:ly)?)?\b|\bDOS\b|\bdates? of service\b|\b(?:performed|rendered|dispensed|"
    r"provided|done|given)\b.{0,30}? on \d",
    re.I,
)

AHEAD = re.compile(
    r"(?:(?:associated surgical (?:service|item)s?|durable medical equipment|dme|"
    r"retro(?:spective)?(?: (?:request|review))?(?: (?:for|of))?|associated surgical|"
    r"post-?op(?:erative)?(?=:)|request(?:ed)?(?: for)?|(?:purchase|rental) of|referral (?:for|"
    r"to)(?= (?:an? )?(?:initial )?(?:consult|eval))|(?:ultrasound|image|ct)[- ]guided|"
    rf"{anatomy.LEVEL}(?:,? (?:and |& )?{anatomy.LEVEL})*|continued?|continuation of|additional|"
    rf"initial(?! (?:consult|eval))|further|random|"
    rf"(?:CPT|HCPCS)(?: codes?)? [A-Z]?\d{{4,5}}|{NUMBER} to {NUMBER} (?:week|day|month)s?|an?|the|"
    rf"one pair of|{COUNTED} of|{NUMBER}(?: additional| more|"
    rf" further)*(?: {COUNTED} of)?(?! ?[-/]? ?(?:{PERIOD}|x(?!-)\b|times|to \d))|{anatomy.SIDE})(?:[:,]| |"
    rf"$) ?)+",
    re.I,
)
"""What stands before the name of a treatment."""
REFERRED = re.compile(r"referral (?:for|to) ", re.I)
EQUIPMENT = re.compile(
    r"^(?:spine |back |sacral )?(?:support|pillow|brac(?:e|es|ing)|collar|orthos[ie]s|splints?|sleeves?|"
    r"immobili[sz]er|traction|corset|scooter|sling|boots?|wrap|belt|pads?)\b",
    re.I,
)
STRUCTURE = re.compile(
    rf"{anatomy.REGIONS['joint']}|sacroiliac joints?|SI joints?|(?:carpal|cubital|tarsal) tunnels?|"
    rf"rotator cuffs?|menisc(?:us|i)",
    re.I,
)
"""What is treated, rather than where: part of the treatment's name."""
SPECIALIST = re.compile(r"^(?: replacement| and [a-z]+)? (?:specialists?|surgeons?|doctors?|scooters?|therapy)\b", re.I)
DONE_ALONG = re.compile(
    r"^(?:[/ ]\w+)? (?:repair|tenodesis|tenotomy|tenodynovitis|tenosynovitis|debridement|release|decompression)\b", re.I
)
PLACED = re.compile(rf"(?:\b(?:of|to|for|at|on|in|and)|,)(?: the)?(?: (?:{anatomy.SIDE}))? $", re.I)
"""What stands before the part that surgery is done on."""
MIDLINE = ("neck", "upper_back", "low_back", "back", "abdomen", "head")
LISTED = re.compile(r"^(?:,| and|,? and/or| &| or|/|, and| the| -|–|\s)*$", re.I)
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
MODIFIES = re.compile(r"^(?:\w+ )?(?:surg|procedure)", re.I)


COUNTED_AT_ALL = re.compile(rf"\d|\b(?:no refills?|{'|'.join(NUMBER_WORDS)})\b", re.I)
OFTEN_OR_COUNTED = re.compile(
    rf"{COUNTED_AT_ALL.pattern}|daily|nightly|weekly|every|once|twice|bedtime|\b[qbt]\.?[idh]", re.I
)
"""A quick look: most requests count nothing."""


LONGEST = 2000
"""A request of more characters is none; a flag says so already, and its details are not looked for."""


def read_details(folded: Folded, kind: Kind | None = None) -> Details:
    """The details that the request states; each value with where it stands."""
    text = folded.text
    if len(text) > LONGEST:
        return Details()
    kind = kind or read_kind(text)
    taken: list[Span] = []
    found: dict[str, Any] = {}

    def take(name: str, start: int, end: int, value: str | int | float | None = None) -> None:
        taken.append((start, end))
        found[name] = Value(value=text[start:end] if value is None else value, spans=folded.spans(start, end))

    between = BETWEEN.search(text) is not None and not RETROSPECTIVE.search(text)
    services = [] if between else [m for m in DATE.finditer(text) if not NO_SERVICE_DATE.search(text[: m.start()])]
    taken += [match.span() for match in services]
    codes = list(_codes(text))
    taken += codes
    frequency = FREQUENCY.search(text) if OFTEN_OR_COUNTED.search(text) else None
    if frequency:
        more = AND_SO_OFTEN.match(text, frequency.end())
        further = FREQUENCY.match(text, more.end()) if more else None
        take("frequency", frequency.start(), further.end() if further else frequency.end())
    if COUNTED_AT_ALL.search(text):
        for match in DURATION.finditer(text):
            if not _overlaps(match.span(), taken):
                take("duration", *match.span("value"))
                break
        _counts(text, kind, taken, take)
    acquired = {match.lastgroup: match for match in ACQUISITION.finditer(text)}
    if len(acquired) == 1:
        ((name, match),) = acquired.items()
        take("acquisition", *match.span(), str(name))
    body_parts = list(_body_parts(folded, kind))
    if kind.medicine:
        _medicine(text, kind, taken, take)
    else:
        named = _treatment(text, kind, taken, body_parts)
        if named:
            take("treatment", *named)
    return Details(
        **found,
        body_parts=[part for part, _ in body_parts],
        dates_of_service=[Value(value=m.group(), spans=folded.spans(*m.span())) for m in services],
        codes=[Value(value=text[slice(*span)], spans=folded.spans(*span)) for span in codes],
    )


def read_timing(text: str) -> Timing:
    """``retrospective`` for care that was already given."""
    return "retrospective" if RETROSPECTIVE.search(text) else "prospective"


def _overlaps(span: Span, taken: list[Span]) -> bool:
    return any(span[0] < end and start < span[1] for start, end in taken)


def _codes(text: str) -> Iterator[Span]:
    for match in CODE.finditer(text):
        group = "codes" if match["codes"] else "bare"
        for code in ONE_CODE.finditer(text, *match.span(group)):
            yield code.span()


def _counts(text: str, kind: Kind, taken: list[Span], take: Any) -> None:
    """Refills, sessions and quantity: each the first count of its kind that no other value has taken."""

    def free(pattern: re.Pattern[str], *, at_start: bool = False) -> list[re.Match[str]]:
        floor = label.end() if at_start and (label := ASSOCIATED.match(text)) else 0
        matches = [pattern.match(text[floor:])] if at_start and not floor else pattern.finditer(text, floor)
        return [m for m in matches if m and not _overlaps(m.span(), taken)]

    for match in free(REFILLS)[:1]:
        group = "value" if match["value"] else "behind"
        words = match[group]
        take("refills", *match.span(group), 0 if words.lower() in ("no", "zero") else number(words))
        taken.append(match.span())
    visits = re.search(r"\bvisits?\b", text[kind.start : kind.end]) is not None
    counted = not kind.medicine and (
        kind.category in ("rehabilitation", "psych_services", "home_health", "evaluation_management")
        or kind.category == "surgery"
    )
    sessions = free(SESSIONS_APART)
    if len({_count(m["value"]) for m in sessions}) > 1 and not any("total" in m.group() for m in sessions):
        taken += [m.span() for m in sessions]
    elif not kind.medicine:
        therapy = (
            kind.category == "rehabilitation"
            or kind.subcategory == "psych_therapies"
            or re.search(r"\btherapy\b", text, re.I) is not None
        )
        alone = [TIMES, QUANTITY] if counted and (therapy or visits) else []
        for pattern in (SESSIONS, SESSIONS_AHEAD, SESSIONS_BEHIND, *alone) if kind.category != "transportation" else ():
            first = next(iter(free(pattern)), None)
            if first:
                group = str(first.lastgroup)
                take("sessions", *first.span(group), _count(first[group]))
                break
    programs = [HOURS] if kind.category == "programs" else []
    for pattern in (
        HASH,
        QUANTITY,
        MEASURED,
        *programs,
        *([IN_BRACKETS] if kind.medicine else []),
        TRIPS,
        TIMES,
        COUNT_OF,
        COUNT_AHEAD,
    ):
        match = next(iter(free(pattern)), None)
        if match is None or (pattern in (TIMES, COUNT_AHEAD) and kind.medicine):
            continue
        if pattern is HASH and match["unit"]:
            take("quantity", match.start("value"), match.end())
        elif pattern in (MEASURED, HOURS):
            take("quantity", *match.span("value"))
        else:
            group = str(match.lastgroup)
            value = match[group].translate(OCR_DIGITS) if pattern is HASH else match[group]
            take("quantity", *match.span(group), _count(value))
        break


OCR_DIGITS = str.maketrans("lI|O,", "1110_")


def _count(words: str) -> int | float | str:
    """The number; a range as it stands."""
    value = number(words)
    if isinstance(value, float) and value.is_integer():
        return int(value)
    return words if value is None else value


def _medicine(text: str, kind: Kind, taken: list[Span], take: Any) -> None:
    shares = list(SHARE.finditer(text))
    if kind.subcategory == "topical_compounds" and len(shares) < 2:
        several = list(medicine().finditer(text))
        if len(several) > 1:
            take("drug", several[0].start(), several[-1].end())
            return
    if len(shares) > 1:
        end = shares[-1].end()
        base = re.match(
            r",? (?:in )?(?:an? )?(?:\w+ )?(?:cream |lotion |gel )?base\b|,? in \w+ (?:cream|base)\b", text[end:], re.I
        )
        take("drug", shares[0].start(), end + (base.end() if base else 0))
        return
    take("drug", kind.start, kind.end)
    for match in STRENGTH.finditer(text, kind.end):
        if not _overlaps(match.span(), taken):
            take("strength", *match.span())
            break


def _treatment(text: str, kind: Kind, taken: list[Span], parts: list[tuple[BodyPart, Span]]) -> Span | None:
    """Where the treatment is named: from behind what counts and places it, to what limits it."""
    if kind.end == 0:
        return None
    start = 0
    while True:
        ahead = AHEAD.match(text, start)
        if ahead and start < ahead.end() <= max(kind.start, (REFERRED.match(text, start) and ahead.end()) or 0):
            start = ahead.end()
            continue
        often = next((end for left, end in taken if left == start and end < kind.end), None)
        if often:
            start = often + len(text[often:]) - len(text[often:].lstrip(" ,"))
            continue
        part = next((span for found, span in parts if span[0] == start and not STRUCTURE.fullmatch(found.part)), None)
        if part and part[1] < kind.end and not EQUIPMENT.match(text[part[1] :].lstrip()):
            start = part[1] + len(text[part[1] :]) - len(text[part[1] :].lstrip(" ,-/"))
            continue
        break
    end = len(text)
    for stop in TREATMENT_ENDS.finditer(text, max(start, kind.end)):
        rest = text[stop.start() :]
        if NAMED_OF.match(rest) and not _part_follows(text, stop.end(), parts):
            continue
        if stop.group() == " (" and re.match(r" \([^)]*\) ?(?:and |with |/|& )", rest):
            continue
        end = stop.start()
        break
    for left, _ in sorted(taken):
        if left >= kind.end:
            end = min(end, left)
    for _, (left, _) in parts:
        if left >= kind.end:
            end = min(end, left)
    comma = text.find(",", kind.end, end)
    while comma >= 0:
        if not (
            kind.category == "surgery"
            and re.match(
                r", (?:and |& )?(?:possible |with |vs\.? |(?:[\w/-]+ ){0,4}[\w/-]*(?:ectomy|plasty|otomy|scopy|repair|"
                r"release|decompression|fusion|debridement|resection|tenodesis|graft\w*|instrumentation|"
                r"reconstruction)\b)",
                text[comma:],
            )
        ):
            end = comma
            break
        comma = text.find(",", comma + 1, end)
    words = re.sub(
        rf"(?:[\s,:;–-]|\b(?:of|to|for|the|and|at|on|in|with|over|x|times|an?|{anatomy.SIDE})(?=\W*$))+$",
        "",
        text[start:end],
        flags=re.I,
    )
    return (start, start + len(words)) if words else None


def _part_follows(text: str, at: int, parts: list[tuple[BodyPart, Span]]) -> bool:
    return any(at <= left <= at + 14 for _, (left, _) in parts)


SIDE_BEHIND = re.compile(
    rf"[ ,(-]{{1,3}}$|(?: [a-z]+){{0,4}}(?: at)?(?:,? (?:and )?(?:{anatomy.LEVEL}))*,? on the $", re.I
)
"""What may stand between a part and its side: ``knee (left)``, ``facet blocks at C4 and C5 on the right``."""
TOKEN = re.compile(
    rf"(?<![\w-])(?P<side>{anatomy.SIDE})(?![\w])|(?P<level>(?<![\w])(?:{anatomy.LEVEL}))|(?P<stop>;)", re.I
)


def _body_parts(folded: Folded, kind: Kind) -> Iterator[tuple[BodyPart, Span]]:
    """The parts of the body with their sides and levels, each with where it stands in the folded text."""
    text = folded.text
    parts = [m for m in anatomy.find_parts(text) if _asked_for(text, m, kind)]
    marks = [m for m in TOKEN.finditer(text) if not any(p.start() < m.end() and m.start() < p.end() for p in parts)]
    levels = [m for m in marks if m.lastgroup == "level"]
    sides: list[tuple[re.Match[str], re.Match[str] | None]] = []
    for at, part in enumerate(parts):
        sides.append(
            (part, _side_of(text, part, parts[at - 1] if at else None, sides[-1][1] if sides else None, marks))
        )
    spinal = [part for part in parts if part.lastgroup in ("neck", "upper_back", "low_back", "back", "joint")]
    owner = min(spinal, key=lambda p: abs(p.start() - levels[0].start())) if spinal and levels else None
    seen = set()
    for part, side in sides:
        for level in levels if part is owner else [None]:
            entry = _part(folded, part, side, level)
            if (key := (entry.part.lower(), entry.side, entry.level)) not in seen:
                seen.add(key)
                yield entry, part.span()
    if levels and owner is None:
        for level in levels:
            before = [m for m in marks if m.lastgroup == "side" and m.end() <= level.start()]
            yield _part(folded, level, before[-1] if before else None, level), level.span()


def _side_of(
    text: str,
    part: re.Match[str],
    before: re.Match[str] | None,
    carried: re.Match[str] | None,
    marks: list[re.Match[str]],
) -> re.Match[str] | None:
    own = [
        m
        for m in marks
        if m.lastgroup == "side" and m.end() <= part.start() and (before is None or m.start() >= before.end())
    ]
    if own and (
        part.start() - own[-1].end() <= 2
        or re.fullmatch(
            rf"\W*(?:(?:the|sided|side|total|partial|medial|lateral|distal|proximal|upper|lower|anterior|posterior|"
            rf"hinged|custom|{anatomy.LEVEL}|and|,|at)\W*)*",
            text[own[-1].end() : part.start()],
            re.I,
        )
    ):
        return own[-1]
    behind = next((m for m in marks if m.lastgroup == "side" and m.start() > part.end()), None)
    if (
        behind
        and SIDE_BEHIND.match(text[part.end() : behind.start()])
        and not anatomy.parts().match(text, behind.end() + 1)
    ):
        return behind
    if before is not None and carried is not None and part.lastgroup not in MIDLINE:
        between = text[before.end() : part.start()]
        if LISTED.match(between):
            return carried
    return None


def _asked_for(text: str, part: re.Match[str], kind: Kind) -> bool:
    """The part is what the request is for: not a part in a specialist's title, or in what is done along."""
    behind = text[part.end() : part.end() + 40]
    if (
        SPECIALIST.match(behind)
        or (part.start() >= kind.end and DONE_ALONG.match(behind))
        or re.match(r"-(?:held|to-)", behind)
    ):
        return False
    if kind.category == "evaluation_management" and kind.start <= part.start() < kind.end:
        return False
    return not (kind.category == "surgery" and part.start() > kind.end and not PLACED.search(text[: part.start()]))


def _part(folded: Folded, part: re.Match[str], side: re.Match[str] | None, level: re.Match[str] | None) -> BodyPart:
    places = sorted({match.span() for match in (side, part, level) if match})
    return BodyPart(
        part=part.group(),
        side=anatomy.side_of(side.group()) if side else None,  # type: ignore[arg-type]
        level=level.group() if level else None,
        spans=[span for place in places for span in folded.spans(*place)],
    )
