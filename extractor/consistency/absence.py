"""What a rationale calls absent, against what the summary dates or records.

Findings come and go, and what is called absent is often less than it seems ("no recent", "no findings of"), so a
denial counts only where it is whole, and a record only where it tells of something done or found on examination.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import islice

from extractor.consistency.finding import Finding, Letter, finding
from extractor.language.dates import DATE
from extractor.language.sentences import Sentence
from extractor.lexicon import anatomy
from extractor.schema import Issue
from extractor.source import Span

DENIED_BEFORE = re.compile(
    r"\b(?:no|not any|neither|nor|lack of|lacks?|lacking|absence of|without(?: any)?|(?:(?:did|does|do|has|"
    r"have) not|never) (?:had|include|contain|have|provide|reveal|show|document|undergone)\w*)"
    r"(?: (?:evidence to support|documentation|evidence|record|mention|signs?|findings?|complaints?|reports?)"
    r"(?: of| that (?:he|she|the patient) had)?)?"
    r"(?: (?:a|an|any|clear|signed|such|dated|obvious|neurological|neurologic|motor|muscle|acute|palpable|"
    r"clinical|radicular|or|and|nor|of)|,? (?:[a-z-]+ ){0,4}?[a-z-]+(?:,| or| and| nor)(?: an?)?){0,4} $",
    re.I,
)
"""A denial right before what is denied, or before a list that it stands in."""
NEVER = re.compile(r"\b(?:has|have|had|was|were) never (?:[a-z]+ ){1,6}$", re.I)
"""What was never done, right before it."""
PURPOSE = re.compile(r" to (?:confirm|support|establish|substantiate) (?:the|this|his|her) \w+", re.I)
"""What for: no narrower an absence."""
DENIED_BEHIND = re.compile(
    r"(?: \w+| (?:of|to) the (?:left |right )?\w+(?: spine)?)? (?:(?:was|were|is|are|has|have)(?: been)? "
    r"(?:(?:not|never)(?: yet)?(?: been)? (?:documented|present|found|in\b|performed|done|obtained|taken|completed|"
    r"carried out|signed)|absent|missing))",
    re.I,
)
ALL_OF_IT = re.compile(
    r"(?=[,;.)]|$| (?:in|on|within|among|available|provided|submitted|documented|noted|recorded|attached|found|and|"
    r"or|nor|has been|have been|was performed|was done|of the (?:left|right)?|to support)\b)",
    re.I,
)
"""What may follow what is called absent, so that nothing narrows it."""
QUALIFIED = re.compile(
    r"\b(?:recent|updated?|new|repeat|additional|current|official|actual|since|after|before|prior to|"
    r"second|other|further|more|plan\w*|discussion|need|indication|indicat\w+ for|request\w* for|"
    r"significant|severe|progressive|definitive|unequivocal|equivocal|objective|lasting|serious|"
    r"follow-?up|copy|interpretation|results?|reason|explanation|rationale|why|formal|worsening|change|at the|"
    r"corroborat\w+|supporting|response|trial|benefit|fail\w*|improvement|to warrant|quantit\w+|"
    r"confirm\w*|consistent|suggest\w*|evidence that|now|at this time|today|dermatom\w+|distribution|pattern)\b",
    re.I,
)
"""Words by which the absence is narrower than what the summary records."""
NEGATED = re.compile(
    r"\b(?:no|not|without|denie[sd]|denying|negative|absent|nor|neither|normal|none|never|intact|denial|ruled out)\b",
    re.I,
)
DONE = re.compile(
    r"\b(?:dated|show\w*|reveal\w*|demonstrat\w+|perform\w*|done|obtained|taken|complet\w+|collected|signed|"
    r"normal|positive|negative|consistent|read as|found)\b",
    re.I,
)
"""What a document that exists did, or what was done to it."""
YET_TO_COME = re.compile(
    r"\b(?:request\w*|order\w*|pending|schedul\w*|advis\w*|recommend\w*|discuss\w*|plan\w*|await\w*|refer\w*|"
    r"den(?:y|ied|ial)|non-?certif\w+|ask(?:s|ed|ing)|consider\w*|propos\w*|need\w*)\b",
    re.I,
)
OTHERWISE_MEANT = re.compile(
    r"\b(?:initial\w*|at first|first visit|right after|at the time|resolv\w+|return\w*|improv\w+|better|due to|"
    r"because|secondary to|from|for|evaluate|possible|possibly|concern\w*|risk|history|prior|previous\w*|past|night|"
    r"carpal tunnel|stocking|only|if|medications?|subsid\w+|gone|cleared|used to|may|might|could|would)\b",
    re.I,
)
"""What makes a sign told of another time, another cause, or none that was found."""

GONE = re.compile(r"\b(?:resolved|absent|gone|disappeared|subsided|cleared|passed|no longer)\b", re.I)
"""What becomes of signs that come and go."""
DENYING = frozenset("no not neith nor never lack lacks lacki absen witho missi".split())
"""Stems without which a sentence denies nothing."""
REACH = 160
"""How many characters of a clause are looked at, before and behind."""
MOST = 40
"""So many records of a kind are compared with: a letter that has more repeats itself."""

Sides = frozenset[str]
Regions = frozenset[str]
LIMBS: dict[str, Regions] = {
    "neck": frozenset({"arm", "elbow", "wrist_hand"}),
    "upper_back": frozenset(),
    "low_back": frozenset({"leg", "knee", "ankle_foot"}),
}
"""Where the signs of a root of each part of the spine show."""
ROOT = re.compile(r"\b(?:(?P<arm>C[4-8])|(?P<leg>L[1-5]|S1))\b")
"""A dermatome, by which a sign is placed without its limb being named."""
SIDE = re.compile(r"\b(?:left|right)\b", re.I)


def _stems(words: str) -> frozenset[str]:
    return frozenset(words.split())


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of document or sign: how a rationale denies it, and how a summary records it."""

    what: str
    stems: frozenset[str]
    """Stems without which a sentence speaks of none."""
    denied: re.Pattern[str]
    recorded: tuple[re.Pattern[str], ...] = ()
    """One pattern for each independent sign; a document is recorded as it is denied."""
    of_region: bool = True
    least: int = 1
    """How many of the signs must be recorded before their absence is a contradiction."""


def _document(stems: str, called: str, *, of_region: bool = False) -> Kind:
    return Kind("document", _stems(stems), re.compile(called, re.I), of_region=of_region)


def _sign(stems: str, called: str, *signs: str, least: int = 1) -> Kind:
    recorded = tuple(re.compile(sign, re.I) for sign in signs)
    return Kind("finding", _stems(stems), re.compile(called, re.I), recorded, least=least)


NUMB = r"\b(?:numbness|tingling|paresthesias?|pins and needles)\b"
WEAK = (
    r"\bweakness\b|\b(?:strength|motor|extension|flexion|abduction|grip|eversion|dorsiflexion|"
    r"muscles?)\b[^.;,]{0,40}\b[0-4][+-]? ?(?:/|out of) ?5\b|\bdecreased (?:motor )?strength\b|\b[34][+-]?/5\b"
)
LESS_FELT = (
    r"\b(?:decreased|diminished|reduced|loss of|impaired|altered)\b[^.;]{0,30}\bsensation\b|"
    r"\bsensation (?:was |is )?(?:decreased|diminished|reduced)\b|\bhypoesthesia\b|\bsensory (?:loss|deficit)\b"
)
LESS_REFLEX = r"\b(?:absent|decreased|diminished) (?:\w+ ){0,2}reflex"
RAISED = (
    r"\bpositive (?:\w+ ){0,2}straight[- ]leg|\bstraight[- ]leg[- ]rais\w+ (?:test(?:ing)? )?(?:was |is )?positive|"
    r"\bpositive SLR|\bSLR (?:was |is )?positive|\bpositive Spurling"
)
KINDS = (
    _document("rfa reque", r"\b(?:RFA|requests? for authorization)\b"),
    _document("urine uds drug", r"\burine (?:drug )?(?:screen\w*|test\w*|toxicology)|\bUDS\b|\bdrug screens?\b"),
    _document("x xray xrays rays ray radio plain", r"\b(?:x-? ?rays?|radiographs?|plain films?)\b", of_region=True),
    _document("mri mris", r"\bMRI'?s?\b", of_region=True),
    _document("ct", r"\bCT scans?\b", of_region=True),
    _document(
        "emg emgs ncv ncvs ncs elect nerve",
        r"\b(?:EMGs?|NC[SV]s?|(?:electrodiagnostic|nerve conduction) (?:stud\w+|test\w*))\b",
        of_region=True,
    ),
    _document("cures", r"\bCURES(?: reports?)?\b"),
    _document("psych", r"\bpsychological evaluation\b"),
    _document("agree contr", r"\b(?:opioid|pain|treatment|narcotic) (?:agreement|contract)\b"),
    _sign("weakn stren motor exten flexi abduc grip evers dorsi muscl", r"\bweakness\b", WEAK),
    _sign("numbn tingl pares pins", r"\b(?:numbness|tingling|paresthesias?)\b", NUMB),
    _sign("radic numbn tingl pares pins", r"\bradicular (?:complaints?|symptoms?)\b", NUMB),
    _sign(
        "neuro nerve senso focal radic decre dimin reduc loss impai alter hypoe weakn absen posit strai slr",
        r"\b(?:neurolog\w+ (?:deficits?|abnormalit\w+|findings|compromise|dysfunction)|nerve (?:root )?"
        r"(?:compromise|dysfunction)|sensory (?:loss|deficits?)|focal deficits?|findings of radiculopathy)\b",
        LESS_FELT,
        r"\bdecreased (?:motor )?strength\b|\bweakness (?:of|in|on)\b",
        LESS_REFLEX,
        RAISED,
        least=2,
    ),
    _sign("atrop", r"\batrophy\b", r"\batrophy\b"),
)


@dataclass(frozen=True, slots=True)
class Recorded:
    """Where the summary records a document or signs, of which parts of the body and on which side."""

    spans: list[Span]
    regions: Regions
    sides: Sides


class Summary:
    """What the summary records, of each kind read once."""

    def __init__(self, sentences: list[Sentence]) -> None:
        self._sentences = sentences
        self._read: dict[int, list[Recorded]] = {}

    def records(self, number: int) -> list[Recorded]:
        """The records of ``KINDS[number]``."""
        if number not in self._read:
            kind = KINDS[number]
            told = [sentence for sentence in self._sentences if not kind.stems.isdisjoint(sentence.stems)]
            gone = bool(kind.recorded) and any(_told_gone(kind, sentence) for sentence in told)
            found = (record for sentence in told for record in _recorded(kind, sentence))
            self._read[number] = [] if gone else list(islice(found, MOST))
        return self._read[number]


def check(letter: Letter) -> Iterator[Finding]:
    summary = Summary(letter.told.summary)
    for issue in letter.statement.issues:
        found = next(_denials(letter, issue, summary), None)
        if found:
            yield found


def _denials(letter: Letter, issue: Issue, summary: Summary) -> Iterator[Finding]:
    """What a sentence of the item's rationale denies and the summary records."""
    for sentence in letter.of_case(issue):
        if DENYING.isdisjoint(sentence.stems):
            continue
        for number, kind in enumerate(KINDS):
            if kind.stems.isdisjoint(sentence.stems):
                continue
            for match in islice(kind.denied.finditer(sentence.text), MOST):
                if not _denied(sentence.text, match):
                    continue
                denial = _Denial(letter, issue, sentence, match)
                for record in summary.records(number):
                    if not kind.of_region or denial.is_of(record):
                        message = f"the rationale calls a {kind.what} absent that the summary records"
                        spans = [*sentence.spans_of(*match.span()), *record.spans]
                        yield finding("absence_contradicted", "warning", message, spans, issue)


def _denied(text: str, match: re.Match[str]) -> bool:
    """The words are called absent as such, without a word that narrows what is absent."""
    before, behind = text[max(0, match.start() - 90) : match.start()], text[match.end() : match.end() + 60]
    behind = PURPOSE.sub("", behind)
    denial = DENIED_BEFORE.search(before) or NEVER.search(before)
    if denial is None:
        return DENIED_BEHIND.match(behind) is not None and not QUALIFIED.search(before[-40:])
    return ALL_OF_IT.match(behind) is not None and not QUALIFIED.search(denial.group() + "… " + behind)


class _Denial:
    """What is called absent, with the parts and the side that it is called absent of."""

    def __init__(self, letter: Letter, issue: Issue, sentence: Sentence, match: re.Match[str]) -> None:
        self._asked = frozenset(letter.regions[issue.number])
        self._words = sentence.text[max(0, match.start() - REACH) : match.end() + REACH]
        self._behind = sentence.text[match.end() : match.end() + REACH]
        self._issue = issue

    @cached_property
    def regions(self) -> Regions:
        """Named with the denial; else those of the request, and where their nerves show."""
        named = _regions(self._words)
        if named:
            return named | frozenset().union(*(LIMBS.get(one, frozenset()) for one in named & LIMBS.keys()))
        return self._asked | frozenset().union(*(LIMBS.get(one, frozenset()) for one in self._asked))

    @cached_property
    def sides(self) -> Sides:
        """Named with the denial; else those of the request."""
        asked = {part.side for part in self._issue.details.body_parts if part.side} if self._issue.details else set()
        return _sides(self._words) or frozenset(asked - {"bilateral"})

    def is_of(self, record: Recorded) -> bool:
        """The record is of a part, and of no other side, than what is called absent."""
        one_side = not self.sides or not record.sides or bool(self.sides & record.sides)
        return one_side and bool(self.regions & record.regions)


def _recorded(kind: Kind, sentence: Sentence) -> Iterator[Recorded]:
    if kind.stems.isdisjoint(sentence.stems):
        return
    if kind.recorded:
        yield from _signs(kind, sentence)
    elif sentence.dated:
        yield from _documents(kind, sentence)


def _documents(kind: Kind, sentence: Sentence) -> Iterator[Recorded]:
    """Documents that exist: dated, and done or shown in the same clause."""
    for match in islice(kind.denied.finditer(sentence.text), MOST):
        before, behind = _around(sentence.text, match)
        clause = f"{before} … {behind}"
        if not DATE.search(clause) or NEGATED.search(before) or YET_TO_COME.search(clause):
            continue
        if DONE.search(clause) or re.match(r"\W{0,3}(?:of|on|from)?\W{0,3}\d", behind):
            yield Recorded(sentence.spans_of(*match.span()), _regions(clause), _sides(clause))


def _signs(kind: Kind, sentence: Sentence) -> Iterator[Recorded]:
    """Signs told as found; where several are needed, the places of all in one sentence."""
    found: list[Recorded] = []
    for sign in kind.recorded:
        for match in islice(sign.finditer(sentence.text), MOST):
            before, behind = _around(sentence.text, match)
            clause = before + match.group() + behind
            if not NEGATED.search(before + " … " + behind) and not OTHERWISE_MEANT.search(clause):
                found.append(Recorded(sentence.spans_of(*match.span()), _regions(clause), _sides(clause)))
                break
    if len(found) >= kind.least:
        yield Recorded(
            [span for one in found for span in one.spans],
            frozenset().union(*(one.regions for one in found)),
            frozenset().union(*(one.sides for one in found)),
        )


def _told_gone(kind: Kind, sentence: Sentence) -> bool:
    """The summary itself tells that the sign went, or came and went."""
    return GONE.search(sentence.text) is not None and kind.denied.search(sentence.text) is not None


def _around(text: str, match: re.Match[str]) -> tuple[str, str]:
    """The words of the match's clause before it, and behind it."""
    floor, end = max(0, match.start() - REACH), min(len(text), match.end() + REACH)
    start = max(floor, *(text.rfind(mark, floor, match.start()) + 1 for mark in ("; ", ", but ", ", and ", " but ")))
    ends = [at for mark in ("; ", ", but ", ", and ") if (at := text.find(mark, match.end(), end)) >= 0]
    return text[start : match.start()], text[match.end() : min(ends, default=end)]


def _regions(text: str) -> Regions:
    """The parts of the body that the words name, or that their dermatomes belong to."""
    roots = {"arm" if root["arm"] else "leg" for root in ROOT.finditer(text)}
    return frozenset(anatomy.regions(text) | roots)


def _sides(text: str) -> Sides:
    return frozenset(match.group().lower() for match in SIDE.finditer(text))
