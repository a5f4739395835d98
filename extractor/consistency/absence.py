"""What a rationale calls absent, against what the summary dates or records."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from extractor.consistency.finding import Finding, Letter, finding
from extractor.language import dates
from extractor.language.sentences import Sentence
from extractor.lexicon.anatomy import find_parts, near
from extractor.schema import Issue

DATED = re.compile(rf"{dates.NUMERIC % ('', '')}|{dates.WORDED}", re.I)
DENIED_BEFORE = re.compile(
    r"\b(?:no|not any|neither|nor|lack of|lacks?|lacking|absence of|without(?: any)?|(?:did|does|do|has|"
    r"have) not (?:include|contain|have|provide|reveal|show|document)\w*)(?: (?:evidence to support|"
    r"documentation|evidence|record|mention|signs?|findings?|complaints?|reports?)(?: of| that (?:he|she|"
    r"the patient) had)?)?"
    r"(?: (?:a|an|any|clear|signed|such|dated|obvious|neurological|neurologic|motor|muscle|acute|palpable|"
    r"clinical|radicular|or|and|nor|of)|,? (?:[a-z-]+ ){0,4}?[a-z-]+(?:,| or| and| nor)(?: an?)?){0,4} $",
    re.I,
)
"""A denial right before what is denied, or before a list that it stands in."""
SPEAKS = re.compile(
    r"^(?: \w+)? (?:says?|said|mention\w*|describ\w+|explain\w*|state[sd]?|notes?|address\w*|tells?|"
    r"show\w*|gives?|contain\w*|records?|lists?|that|which|accounts?|is|are|was|were|could|can|will|would|"
    r"has|have)\b",
    re.I,
)
"""What follows where the words are the sentence's subject, and there."""
QUALIFIED = re.compile(
    r"\b(?:recent|updated?|new|repeat|additional|current|official|actual|since|after|before|prior to|"
    r"second|other|further|more|plan\w*|discussion|need|indication|indicat\w+ for|request\w* for|"
    r"significant|severe|progressive|definitive|unequivocal|equivocal|objective|lasting|serious|"
    r"follow-?up|copy|interpretation|"
    r"results?|reason|explanation|rationale|why|formal|worsening|change|at the (?:specified|requested)|"
    r"corroborat\w+|supporting|response|trial|benefit|fail\w*|improvement|to warrant|quantit\w+|"
    r"confirm\w*|consistent|suggest\w*|evidence that)\b",
    re.I,
)
"""Words by which the absence is narrower than what the summary records."""
NEGATED = re.compile(
    r"\b(?:no|not|without|denie[sd]|denying|negative|absent|nor|neither|normal|none|never|intact|resolved|"
    r"denial|ruled out|rule out)\b",
    re.I,
)


DENYING = frozenset("no not neith nor lack lacks lacki absen witho missi".split())
"""Stems without which a sentence denies nothing."""


def _stems(words: str) -> frozenset[str]:
    return frozenset(words.split())


@dataclass(frozen=True, slots=True)
class Document:
    """A kind of document: how it is called, and how the summary names one with a date."""

    stems: frozenset[str]
    """Stems of its names."""
    called: re.Pattern[str]
    of_region: bool = False


DOCUMENTS = (
    Document(_stems("rfa reque"), re.compile(r"\b(?:RFA|requests? for authorization)\b", re.I)),
    Document(
        _stems("urine uds drug"),
        re.compile(r"\burine (?:drug )?(?:screen\w*|test\w*|toxicology)|\bUDS\b|\bdrug screens?\b", re.I),
    ),
    Document(
        _stems("x xray xrays rays ray radio plain"),
        re.compile(r"\b(?:x-? ?rays?|radiographs?|plain films?)\b", re.I),
        of_region=True,
    ),
    Document(_stems("mri mris"), re.compile(r"\bMRI'?s?\b", re.I), of_region=True),
    Document(_stems("ct"), re.compile(r"\bCT(?: scans?)?\b"), of_region=True),
    Document(
        _stems("emg emgs ncv ncvs ncs elect"),
        re.compile(r"\b(?:EMGs?|NC[SV]s?|electrodiagnostic (?:stud\w+|test\w*))\b", re.I),
    ),
    Document(_stems("psych"), re.compile(r"\bpsychological evaluation\b", re.I)),
    Document(_stems("agree contr"), re.compile(r"\b(?:opioid|pain|treatment|narcotic) (?:agreement|contract)\b", re.I)),
)


@dataclass(frozen=True, slots=True)
class Sign:
    """A clinical finding: how a rationale denies it, and how a summary records it."""

    stems: frozenset[str]
    denied: re.Pattern[str]
    recorded: re.Pattern[str]


WEAK = (
    r"\bweakness\b|\b(?:strength|motor|extension|flexion|abduction|grip|eversion|dorsiflexion|"
    r"muscles?)\b[^.;,]{0,40}\b[0-4][+-]? ?(?:/|out of) ?5\b|\bdecreased (?:motor )?strength\b|"
    r"\b[34][+-]?/5\b"
)
NUMB = r"\b(?:numbness|tingling|paresthesias?|pins and needles)\b"
LESS_FELT = (
    r"\b(?:decreased|diminished|reduced|loss of|impaired|altered) (?:\w+ ){0,3}sensation\b|"
    r"\bsensation (?:was |is )?(?:decreased|diminished|reduced)\b|\bhypoesthesia\b|\bsensory (?:loss|"
    r"deficit)\b"
)
RAISED = (
    r"\b(?:positive (?:\w+ ){0,2}straight[- ]leg|straight[- ]leg[- ]rais\w+ (?:test(?:ing)? )?(?:was |"
    r"is )?positive|positive SLR|SLR (?:was |is )?positive|positive Spurling)"
)
SIGNS = (
    Sign(_stems("weakn"), re.compile(r"\b(?:weakness)\b", re.I), re.compile(WEAK, re.I)),
    Sign(
        _stems("numbn tingl pares"),
        re.compile(r"\b(?:numbness|tingling|paresthesias?)\b", re.I),
        re.compile(NUMB, re.I),
    ),
    Sign(
        _stems("radic radia"),
        re.compile(r"\bradicular (?:complaints?|symptoms?|pain)\b|\bradiating (?:pain|symptoms)\b", re.I),
        re.compile(rf"{NUMB}|\bradiat(?:es|ed|ing)\b", re.I),
    ),
    Sign(
        _stems("neuro nerve senso focal radic"),
        re.compile(
            r"\b(?:neurolog\w+ (?:deficits?|abnormalit\w+|findings|compromise|dysfunction)|"
            r"nerve (?:root )?(?:compromise|dysfunction)|sensory (?:loss|deficits?)|focal deficits?|"
            r"findings of radiculopathy)\b",
            re.I,
        ),
        re.compile(
            rf"{LESS_FELT}|\bdecreased (?:motor )?strength\b|\bweakness (?:of|in|on)\b|\b(?:absent|decreased|"
            rf"diminished) (?:\w+ )?reflex|{RAISED}",
            re.I,
        ),
    ),
    Sign(_stems("spasm"), re.compile(r"\bspasms?\b", re.I), re.compile(r"\bspasms?\b", re.I)),
    Sign(
        _stems("swell effus"),
        re.compile(r"\b(?:swelling|effusion)\b", re.I),
        re.compile(r"\b(?:swelling|effusion)\b", re.I),
    ),
    Sign(
        _stems("insta givin"),
        re.compile(r"\b(?:instability|giving way)\b", re.I),
        re.compile(r"\b(?:instability|giving way|gives way)\b", re.I),
    ),
    Sign(
        _stems("locki catch"),
        re.compile(r"\b(?:locking|catching)\b", re.I),
        re.compile(r"\b(?:locking|catching)\b", re.I),
    ),
    Sign(_stems("atrop"), re.compile(r"\batrophy\b", re.I), re.compile(r"\batrophy\b", re.I)),
)
LIMBS = {"neck": {"arm", "elbow", "wrist_hand", "shoulder"}, "low_back": {"leg", "knee", "ankle_foot", "hip"}}
"""Where a root's signs show."""


def check(letter: Letter) -> Iterator[Finding]:
    for issue in letter.statement.issues:
        for sentence in letter.of_case(issue):
            found = _documents(letter, issue, sentence) or _signs(letter, issue, sentence)
            if found:
                yield found
                break


def _documents(letter: Letter, issue: Issue, sentence: Sentence) -> Finding | None:
    if DENYING.isdisjoint(sentence.stems):
        return None
    for document in DOCUMENTS:
        if document.stems.isdisjoint(sentence.stems):
            continue
        for match in document.called.finditer(sentence.text):
            if not _denied(sentence.text, match):
                continue
            for other in letter.told.summary:
                named = document.called.search(other.text)
                if named is None or not _dated(other.text, named):
                    continue
                if document.of_region and not _same_region(letter, issue, other.text):
                    continue
                return _finding(issue, sentence, match, other, named, "document")
    return None


def _signs(letter: Letter, issue: Issue, sentence: Sentence) -> Finding | None:
    if DENYING.isdisjoint(sentence.stems):
        return None
    for sign in SIGNS:
        if sign.stems.isdisjoint(sentence.stems):
            continue
        for match in sign.denied.finditer(sentence.text):
            if not _denied(sentence.text, match):
                continue
            for other in letter.told.summary:
                for named in sign.recorded.finditer(other.text):
                    clause = _clause(other.text, named)
                    if NEGATED.search(clause) or not _same_region(letter, issue, clause, sentence.text):
                        continue
                    return _finding(issue, sentence, match, other, named, "finding")
    return None


def _finding(
    issue: Issue, sentence: Sentence, match: re.Match[str], other: Sentence, named: re.Match[str], what: str
) -> Finding:
    message = f"the rationale calls a {what} absent that the summary records"
    spans = [*sentence.spans_of(*match.span()), *other.spans_of(*named.span())]
    return finding("absence_contradicted", "warning", message, spans, issue)


def _denied(text: str, match: re.Match[str]) -> bool:
    """The words are called absent as such, without a word that narrows what is absent."""
    behind = text[match.end() : match.end() + 40]
    denial = DENIED_BEFORE.search(text[max(0, match.start() - 90) : match.start()])
    if denial is None:
        said = re.match(
            r"(?: \w+)? (?:was|were|is|are|has been|have been) (?:not (?:provided|submitted|documented|present|"
            r"found|in)|absent|missing)",
            behind,
            re.I,
        )
        return said is not None and not QUALIFIED.search(text[max(0, match.start() - 40) : match.start()])
    return not QUALIFIED.search(denial.group() + "… " + behind[:25]) and not SPEAKS.match(behind)


def _dated(text: str, named: re.Match[str]) -> bool:
    """A date stands with the document, in its own clause, and nothing denies it."""
    clause = _clause(text, named)
    return DATED.search(clause) is not None and not NEGATED.search(clause[: clause.find(named.group()) + 1])


def _clause(text: str, match: re.Match[str]) -> str:
    start = max(text.rfind(mark, 0, match.start()) for mark in ("; ", ", but ", ", and ", " but ")) + 1
    ends = [at for mark in ("; ", ", but ", ", and ") if (at := text.find(mark, match.end())) >= 0]
    return text[max(start, 0) : min(ends, default=len(text))]


def _same_region(letter: Letter, issue: Issue, text: str, denied: str = "") -> bool:
    """The summary's words are about a region that the request, or the denial itself, is about."""
    asked = {str(part.lastgroup) for part in find_parts(denied)} or letter.regions[issue.number]
    told = {str(part.lastgroup) for part in find_parts(text)}
    if not asked or not told:
        return False
    limbs = set().union(*(LIMBS.get(region, set()) for region in asked))
    return bool(told & (asked | limbs)) or any(near(one, other) for one in told for other in asked)
