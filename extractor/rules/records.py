"""The dated records that a letter names, and the utilization review as its summary tells it."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable

from extractor.language import dates
from extractor.language.dates import A_DATE, DATE
from extractor.language.sentences import Sentence
from extractor.schema import Record, UtilizationReview
from extractor.source import Span
from extractor.taxonomy import ReviewOutcome

STUDY = (
    r"MRI'?s?(?: (?:scans?|arthrograms?))?|MR arthrograms?|CT(?: scans?)?|[Xx]-? ?rays?|[Rr]adiographs?|"
    r"[Pp]lain films?|[Ff]ilms|EMGs?(?:/NC[SV]s?)?|NC[SV]s?|[Ee]lectrodiagnostic (?:stud(?:y|ies)|testing|"
    r"tests?)|"
    r"[Nn]erve conduction stud(?:y|ies)|[Uu]ltrasounds?|[Bb]one scans?|[Uu]rine drug (?:screens?|tests?|"
    r"testing)|[Uu]rine (?:toxicology|screens?)|[Ll]aboratory (?:tests?|studies)|[Ee]chocardiogram|"
    r"[Mm]yelogram|[Dd]iscogram|[Ss]leep study|EKG|[Ss]cans?"
)
PAPER = (
    r"[Rr]eports?|[Nn]otes?|[Ll]etters?|RFAs?(?: forms?)?|[Rr]equests? for [Aa]uthorization|"
    r"[Ee]valuations?|[Ee]xaminations?|[Rr]e-?evaluations?|[Rr]e-?examinations?|[Cc]onsultations?|"
    r"[Cc]onsult|[Vv]isits?|PR-?2s?|[Ww]orksheets?|"
    r"[Qq]uestionnaires?|[Pp]rescriptions?|[Rr]ecords?|[Ll]og|[Dd]ischarge summary|[Ff]orms?|"
    r"[Aa]ssessments?|[Aa]ppointments?|AME|QME"
)
NOUN = rf"(?<![\w-])(?:{STUDY}|{PAPER})(?![\w-])"
OF_WHAT = (
    r"(?: \([^()]{1,40}\))?(?: (?:of|from|for) (?:the |his |her |an? )?(?!(?:20|"
    r"19)\d\d)(?:[A-Za-z'’-]+)(?:[ /][a-zA-Z'’-]+){0,4}?)?(?: with(?:out)? contrast)?"
)
JOINS = (
    r"(?:,? (?:of|from|on|for|in|dated|date|followed|signed|written|completed|performed|obtained|taken|"
    r"done|conducted|collected|issued|submitted)|,? (?:was|were|is|are|also|had been) (?:also )?(?:dated|"
    r"performed|obtained|taken|done|completed|conducted|collected|signed|written|issued|made))?"
    r"(?: (?:on|of|dated))?,?(?: the)? ?\(?"
)
A_NOUN = re.compile(NOUN)
A_PAPER = re.compile(rf"(?<![\w-])(?:{PAPER})(?![\w-])")
TO_DATE = re.compile(rf"(?P<name>{OF_WHAT}){JOINS}")
"""What may stand between a record's noun and its date; the first part of it belongs to the record's name."""
AFTER = re.compile(
    rf"^,? (?:an? |the |his |"
    rf"her )?(?P<name>(?:[a-z'’-]+ ){{0,3}}?{NOUN}(?: of the (?:[a-z]+)(?: [a-z]+){{0,2}})?)(?![\w-])"
)
AGAIN = re.compile(r"(?:[,&\s]|\b(?:and|or|again on)\b)*+")
"""Between two dates of one kind of record."""
RANGE_OF_DATES = re.compile(r"\d (?:to|-|–|through) $")
RANGE_AHEAD = re.compile(r" ?(?:to|-|–|through) \d")
"""From one date to another: no record's date."""
SMALL = frozenset(
    """the a an his her their its this that these those in on of per by from and or to at with for was were is
    are be been has had have also as after before since until during under when where which who whose shows
    showed show reveals revealed review reviewed copy include includes including there he she it they both
    all any no not dated states stated notes noted according via then later earlier subsequent recent most
    latest based submitted provided records injured worker claimant patient applicant""".split()
)
"""Words at which a record's name begins, going back from its noun."""
REVIEW = re.compile(
    r"\b(?:[Uu]tilization [Rr]eview|[Pp]rior (?:utilization )?review|UR|[Uu]tilization [Rr]eviewer|"
    r"[Pp]eer [Rr]eview(?:er)?)\b|\b[Cc]laims [Aa]dministrator(?:['’]s (?:physician )?(?:advisor|reviewer))?"
    r"(?= (?:denied|modified|non-? ?certified)\b)"
)
NO_RECORD = re.compile(
    r"\b(?:injury|accident|work status|between)\b|\bsurgery$|\b(?:visits|treatments|sessions) of\b|"
    r"^(?:medical )?records\b",
    re.I,
)
FILMS = frozenset("films film x-ray x-rays xray xrays radiograph radiographs plain".split())
"""Names of one kind of picture."""
LONG_FORM = re.compile(r"^requests? for authorization$|^rfas?(?: forms?)?$", re.I)
DENIED_RECORD = re.compile(r"\b(?:no|not|without|neither|nor|any)(?: an?| the| such)? $", re.I)
"""A record that there is not."""
YET_TO_COME = re.compile(
    r",? (?:was|were|is|are|had been|has been) (?:requested|ordered|denied|recommended|scheduled|"
    r"non-?certified|certified|"
    r"approved|pending|planned|asked for|prescribed)\b",
    re.I,
)
"""What was asked for on that day, and is no record of it."""
GENERIC = re.compile(r"^(?:reports?|notes?|visits?|records?|examinations?|evaluations?|appointments?)$", re.I)

DENIED = re.compile(
    r"\b(?:denied|denies|non-? ?certif\w+|not certif\w+|not (?:medically )?necessary|not approved|refused|turned down|"
    r"declined|disapproved|denial|adverse)\b",
    re.I,
)
NO_OUTCOME = re.compile(
    r"\b(?:not|never)(?: been)? (?:denied|modified|non-? ?certified)\b|"
    r"\b(?:patient|claimant|applicant|worker|employee|he|she)(?: has| had)? den(?:ied|ies)\b|"
    r""
    r"\bdenied (?:use|having|any|chest|pain|numbness|fever|drug|alcohol)\b|"
    r"\bmodified (?:duty|duties|work|activit\w+|diet|job)\b",
    re.I,
)
"""Words of an outcome that tell of none: the worker's own denials, modified work."""
MODIFIED = re.compile(
    r"\bmodif\w+|\b(?:partially|in part) (?:certified|approved|authori[sz]ed)|\bpartial(?:ly)? (?:certif\w+|approv\w+)",
    re.I,
)

GRANTED = re.compile(r"\b(?:certified|approved|authori[sz]ed)\b", re.I)
"""What a review that is not under dispute did."""

DATE_BEHIND = re.compile(
    rf"^(?:'s| report| determination| decision| denial| letter| physician| process| ?\((?:UR|"
    rf"[^()\d]{{1,30}})\))*,?(?: was| is)?(?: dated| of| on| from| performed on| in a report dated|"
    rf" issued)?(?: the)?,? ?\(?{A_DATE}",
    re.I,
)
DATE_AHEAD = re.compile(
    rf"(?:^|, |\b(?:on|of|dated|the|denied|modified|certified) ){A_DATE},?"
    r"(?: the| a)? ?(?:denied|modified|non-certified)? ?(?:by )?$",
    re.I,
)
DATE_WITH_VERB = re.compile(
    rf"\b(?:denied|modified|non-? ?certified|certified|looked at|considered|made|"
    rf"issued|determined|dated|completed|performed|decision)\b[^.;]{{0,160}}? "
    rf"(?:on|dated|of) {A_DATE}(?! (?:report|note|visit|RFA|request))",
    re.I,
)
"""Where the review's date stands: behind its name, ahead of it, or with what it decided."""


def read_records(summary: list[Sentence], rationales: Iterable[list[Sentence]]) -> list[Record]:
    """Every dated record that the sentences name, once each, in order of appearance."""
    found: list[Record] = []
    of_day: dict[dt.date, list[Record]] = {}
    for group in (summary, *rationales):
        for sentence in group:
            for record in _in_sentence(sentence):
                known = of_day.setdefault(record.date, [])
                if not any(_same(record, other) for other in known):
                    known.append(record)
                    found.append(record)
    return found


def _in_sentence(sentence: Sentence) -> Iterable[Record]:
    text = sentence.text
    if not sentence.dated:
        return
    before: tuple[str, Span, int] | None = None
    at = 0
    for match in DATE.finditer(text):
        day = dates.parse(match.group())
        if RANGE_OF_DATES.search(text[max(0, match.start() - 4) : match.start()]) or RANGE_AHEAD.match(
            text, match.end()
        ):
            at, before = match.end(), None
            continue
        named = _named_before(text, at, match.start()) or _named_behind(text, match.end())
        if named is None and before and AGAIN.fullmatch(text, before[2], match.start()):
            named = before[:2]
        if day and named and not REVIEW.match(text[match.end() : match.end() + 30].lstrip(" ,")):
            name, place = named
            spans = sorted([*sentence.spans_of(*place), *sentence.spans_of(*match.span())])
            yield Record(date=day, description=name, spans=spans)
            before = (name, place, match.end())
        else:
            before = None
        at = match.end()


def _named_before(text: str, floor: int, end: int) -> tuple[str, Span] | None:
    start = max(floor, end - 120)
    if floor < start:
        start = text.find(" ", start, end) + 1
    for noun in reversed(list(A_NOUN.finditer(text, start, end))):
        joined = TO_DATE.fullmatch(text, noun.end(), end)
        if joined:
            return _named(text, start, noun.span(), joined.end("name"))
    return None


def _named_behind(text: str, start: int) -> tuple[str, Span] | None:
    match = AFTER.match(text[start : start + 80])
    if match is None:
        return None
    if YET_TO_COME.match(text, start + match.end("name")):
        return None
    noun = A_NOUN.search(text, start + match.start("name"))
    return _named(text, start + match.start("name"), noun.span(), start + match.end("name")) if noun else None


def _named(text: str, floor: int, noun: Span, end: int) -> tuple[str, Span] | None:
    """The record's name: its noun with up to five words before it, back to a small word; None for what is no record."""
    words = text[floor : noun[0]].split(" ")
    start = noun[0]
    for word in reversed(words[-6:-1]):
        if word.strip('"“(').lower() in SMALL or word.endswith((",", ";", ":", ")", ".")) or not word:
            break
        start -= len(word) + 1
        if word[0] in '("“':
            break
    start += len(text[start:end]) - len(text[start:end].lstrip(' ,("“'))
    name = text[start:end].rstrip(" ,(")
    if DENIED_RECORD.search(text[max(0, start - 20) : start]):
        return None
    if not name or REVIEW.search(name) or NO_RECORD.search(name) or REVIEW.search(text[max(0, start - 22) : start]):
        return None
    return name, (start, start + len(name))


def _same(one: Record, other: Record) -> bool:
    """Whether two records of one day are one."""
    left, right = (one.description or "").lower(), (other.description or "").lower()
    if LONG_FORM.match(left) or LONG_FORM.match(right):
        return bool(LONG_FORM.match(left) and LONG_FORM.match(right))
    heads = [set(re.findall(r"[a-z-]+", words)) for words in (left, right)]
    if all(head & FILMS for head in heads):
        return True
    return bool(heads[0] & heads[1] - SMALL) or any(GENERIC.match(words) for words in (left, right))


def read_utilization_review(summary: list[Sentence]) -> UtilizationReview | None:
    """What the summary tells of the claims administrator's review; None where it tells nothing of it."""
    told: list[tuple[ReviewOutcome | None, dt.date | None, Sentence]] = []
    for sentence in summary:
        review = REVIEW.search(sentence.text)
        if review is None:
            continue
        words = NO_OUTCOME.sub(" ", sentence.text)
        review = REVIEW.search(words)
        outcome: ReviewOutcome | None = (
            "modified" if MODIFIED.search(words) else "denied" if DENIED.search(words) else None
        )
        day = _review_date(words, review.span()) if review else None
        if outcome or (day and not GRANTED.search(words)):
            told.append((outcome, day, sentence))
    if not told:
        return None
    outcomes = [outcome for outcome, _, _ in told if outcome]
    days = [day for outcome, day, _ in told if day and (outcome or not outcomes)] or [day for _, day, _ in told if day]
    return UtilizationReview(
        date=days[0] if days else None,
        outcome="modified" if "modified" in outcomes else outcomes[0] if outcomes else None,
        spans=[span for _, _, sentence in told for span in sentence.spans],
    )


def _review_date(text: str, review: Span) -> dt.date | None:
    """The review's own date: next to its name, or with its verb."""
    for pattern, place in (
        (DATE_BEHIND, text[review[1] :]),
        (DATE_AHEAD, text[: review[0]]),
        (DATE_WITH_VERB, text[review[1] :]),
    ):
        found = pattern.search(place)
        if found:
            before = place[max(0, found.start("date") - 30) : found.start("date")]
            named = A_PAPER if before.endswith(" on ") else A_NOUN  # a study is denied on a day; a report is of a day
            if pattern is DATE_WITH_VERB and named.search(before):
                return None  # the date of a paper that the review went by
            return dates.parse(found["date"])
    return None
