"""An item's heading against what its rationale concludes, and rationales that say nothing about the case."""

from __future__ import annotations

import re
from collections.abc import Iterator

from extractor.consistency.finding import Finding, Letter, finding
from extractor.language.sentences import Sentence
from extractor.language.voices import PERSON
from extractor.schema import Issue
from extractor.taxonomy import Decision

END = (
    r"(?: and (?:medically )?appropriate)?(?: (?:at this time|here|in this (?:case|instance)|"
    rf"for this {PERSON}|"
    r"as requested))?[.]?[\"”]?$"
)
VERDICT = re.compile(
    r"\b(?:is|are|was|were|be)(?P<how>(?:n['’]t)?(?: (?:also|therefore|thus|hereby|considered|deemed|found|determined|"
    rf"indicated|to|be|as|not))*) medically (?:necessary|appropriate|reasonable){END}"
    rf"|\b(?:find|deem|consider|hold)\b[^.;]{{0,120}}?(?: to be| as)?(?P<held>(?: not)?) "
    rf"medically (?:necessary|appropriate|reasonable){END}"
    r"|\bmedical necessity\b(?: (?:of|for) (?:the|this|an?) [^.;,]{0,120}?)? (?:is|has|was|had|can|could)"
    r"(?P<so>(?: ?not)?(?: (?:therefore|thus))?(?: been| be)?(?: not)?) "
    r"(?:established|affirmed|demonstrated|confirmed|substantiated)\b"
    r"|\b(?:denial|non-?certification|determination|decision) (?:(?:is|was|should be|must be) (?:therefore |thus |"
    r"hereby )*(?P<of_denial>reversed|overturned|set aside|upheld|affirmed|correct|sound|justified)\b(?! by)|"
    r"(?P<no_denial>can(?:not| not) be (?:supported|sustained|upheld)))"
    rf"|\b(?P<cannot>can(?:not| not)) be (?:authorized|approved|certified){END}"
    rf"|\b(?:ought to|should|must) be (?P<ought>authorized|approved|certified){END}"
    r"|\b(?P<recommended>non-?certification|certification|denial|approval) is recommended\b"
    r"|\brequests?\b[^.;,]{0,120}\b(?:is|are|was|were)(?P<also>(?: (?:also|therefore|thus|"
    r"hereby))*) (?P<non>not |non-?)"
    rf"(?:certified|supported|approved|warranted){END}"
    rf"|\b(?:is|are|remains?) (?:(?:therefore|thus|hereby) )*(?P<denied>denied){END}"
    rf"|\b(?:the|this) requests?\b[^.;,]{{0,120}} (?:is|are)(?: (?:also|therefore|thus|"
    rf"hereby))* (?:certified|supported|approved|"
    rf"warranted){END}",
    re.I,
)
"""A verdict in words that can mean nothing else, at the end of its sentence."""
OF_REQUEST = re.compile(r"\b(?:request\w*|this|it|medical necessity)\b", re.I)
WORD = re.compile(r"[a-z]{4,}|[A-Z]{3,}", re.I)
DOUBTED = re.compile(
    r"\b(?:no|nor|never|nothing|neither|cannot|could|would|may|might|should|fail\w*|lacks?|lacking|"
    r"insufficient|inadequate|doubt\w*|yet to|"
    r"question|whether|if|unless|until|once|had|little|hardly|rarely|few|why|how|only|partly|part of)\b|n['’]t\b",
    re.I,
)
"""A word in whose reach a verdict is none."""
SOMEBODY_ELSES = re.compile(
    r"\b(?:claims administrator|utilization review\w*|UR|carrier|insurer|adjuster|denial|reviewers?|"
    r"provider|treating|treater|physician|doctor|"
    r"surgeon|guidelines?|mtus|odg|acoem|concurrent|services deemed)\b",
    re.I,
)
"""Whose verdict it is, where it is not the reviewer's on this request."""
FOR = re.compile(r"reversed|overturned|set aside|certification|approval", re.I)
"""What of a denial, or recommended, is a verdict for the request."""
CONDITION = re.compile(
    r"\b(?:if|unless|until|once|when|guidelines?|mtus|odg|acoem|provider|physician['’]s|not)\b", re.I
)
MY_OWN = re.compile(r"\b(?:reversing|i (?:find|deem)|(?:as )?per the|supported by the)\b", re.I)
SUPPORTS = re.compile(
    r"^(?:(?:according to|per|based on) [^,]{0,80}, )?there is (?:an? |clear |adequate |"
    r"sufficient )*rationale (?:provided |given )?to support (?:the|this) request"
    r"|^(?:therefore,? |thus,? |as such,? |hence,? )?(?:the|this) (?:current |"
    r"requested )?request(?: for [^.,;]{0,80})? (?:meets|satisfies) (?:the |all )?(?:\w+ )?(?:criteria|"
    r"guidelines?)\b",
    re.I,
)
"""What only an overturned item's rationale says of the request."""
SPOKEN = frozenset("medic certi suppo appro warra denia denie non nonce decis deter autho".split())
SUPPORTING = frozenset("meets satis suppo".split())
"""Stems without which a sentence gives no verdict, and supports nothing."""


def check(letter: Letter) -> Iterator[Finding]:
    for issue in letter.statement.issues:
        if issue.rationale is None or issue.decision == "unknown":
            continue
        yield from _conclusion(letter, issue)
        yield from _reasoning(letter, issue)


def _conclusion(letter: Letter, issue: Issue) -> Iterator[Finding]:
    """Only where every verdict of the rationale is the opposite one: a letter that tells both judges parts."""
    asked = _words(issue.request.text) if issue.request else set()
    given = [(sentence, verdict) for sentence in letter.of_case(issue) if (verdict := _verdict(sentence, asked))]
    if given and all(verdict != issue.decision for _, verdict in given):
        sentence, spoken = given[-1]
        message = f"the heading says {issue.decision}, the rationale concludes as for {spoken}"
        spans = [*issue.decision_spans, *sentence.spans]
        yield finding("rationale_contradicts_decision", "warning", message, spans, issue)
    elif issue.decision == "upheld":
        for sentence in letter.of_case(issue):
            if _supports(sentence):
                message = "the heading says upheld, a sentence of the rationale supports the request"
                spans = [*issue.decision_spans, *sentence.spans]
                yield finding("rationale_contradicts_decision", "warning", message, spans, issue)
                return


def _words(text: str) -> set[str]:
    return set(WORD.findall(text.lower()))


def _verdict(sentence: Sentence, asked: set[str]) -> Decision | None:
    """The decision that the sentence's last verdict amounts to; None where it is doubted, or is not the reviewer's own
    on the request."""
    if SPOKEN.isdisjoint(sentence.stems):
        return None
    text = sentence.text
    verdict = VERDICT.search(text)
    if verdict is None:
        return None
    for name in ("of_denial", "recommended"):
        if verdict[name]:
            return "overturned" if FOR.match(verdict[name]) else "upheld"
    if verdict["cannot"]:
        return None if CONDITION.search(text.replace(verdict["cannot"], "")) else "upheld"
    if verdict["no_denial"] or verdict["ought"]:
        return None if CONDITION.search(text) else "overturned"
    before = text[: verdict.end()].lower()
    if SOMEBODY_ELSES.search(before) and not MY_OWN.search(text):
        return None
    if not OF_REQUEST.search(before) and asked.isdisjoint(_words(before)):
        return None
    how = (verdict["how"] or verdict["so"] or verdict["held"] or "").lower()
    if verdict["non"] or verdict["denied"] or "not" in how or "n" in how[:2]:
        return "upheld"
    return None if DOUBTED.search(before) or " not " in before else "overturned"


def _supports(sentence: Sentence) -> bool:
    if SUPPORTING.isdisjoint(sentence.stems):
        return False
    found = SUPPORTS.match(sentence.text)
    return found is not None and not DOUBTED.search(sentence.text) and " not " not in sentence.lower


def _reasoning(letter: Letter, issue: Issue) -> Iterator[Finding]:
    assert issue.rationale is not None
    if issue.rationale.reasons:
        return
    roles = {voice.role for voice in letter.told.rationales.get(issue.number, ())}
    if "finding" in roles:
        message = "no reason code fits what the rationale says about the case"
        yield finding("reason_unclassified", "note", message, issue.rationale.spans, issue)
    elif roles:
        message = "the rationale says nothing about the case beyond its verdict"
        yield finding("no_case_specific_reasoning", "note", message, issue.rationale.spans, issue)
