"""An item's heading against what its rationale concludes, and rationales that say nothing about the case."""

from __future__ import annotations

import re
from collections.abc import Iterator

from extractor.consistency.finding import Finding, Letter, finding
from extractor.language.sentences import Sentence
from extractor.schema import Issue

NECESSARY = r"(?:medically (?:necessary|appropriate|reasonable)|certified)"
VERDICT = re.compile(
    rf"\b(?:is|are|was|were|be|as|deemed|found)\b(?P<not>(?:(?!\b(?:is|are|was|were|"
    rf"be)\b)[^.;,]){{0,40}}?)\b{NECESSARY}\b|\bmedical necessity\b[^.;]{{0,60}}?\b(?:is|has|was|had|"
    rf"cannot|could not)(?P<nor>[^.;]{{0,24}}?)\bestablished\b|\b(?P<non>non-?certified)\b",
    re.I,
)
"""A verdict in words that can mean nothing else."""
NEGATED = re.compile(r"\b(?:not|no|never|cannot|could not|nor|neither|without)\b|n['’]t\b", re.I)
NEGATED_BEFORE = re.compile(
    r"\b(?:no|not|neither|nor|nothing|cannot|whether|if|unless|until|would|could|may|might|should|how|why|"
    r"support|to be|shown to)\b[^.;,]{0,60}$|\b(?:whether|if)\b",
    re.I,
)
SOMEBODY_ELSES = re.compile(
    r"\b(?:claims administrator|utilization review\w*|UR|prior review\w*|previous review\w*|treating|"
    r"provider|physician|guidelines?|mtus|odg|acoem|concurrent|surgery is|services deemed|deemed to be)\b",
    re.I,
)
"""Whose verdict it is, where it is not the reviewer's on this request."""
SPOKEN = frozenset("medic certi".split())
SUPPORTING = frozenset("meets satis suppo".split())
"""Stems without which a sentence gives no verdict, and supports nothing."""
SUPPORTS = re.compile(
    r"^(?!.*\b(?:not|no|if|however|although|while|but|unless)\b).*(?:\bthere is (?:an? |clear |adequate |"
    r"sufficient )*(?:rationale|documentation|evidence)[^.;]{0,30} to support (?:the|this) request|"
    r"\b(?:patient|claimant|applicant|worker|request|mri|study|therapy|treatment)\b[^.;,]{0,60}\b(?:meets|"
    r"satisfies) (?:the |all )?(?:\w+ ){0,3}(?:criteria|guidelines?|indications?))",
    re.I,
)
"""What only an overturned item's rationale says of the request."""


def check(letter: Letter) -> Iterator[Finding]:
    for issue in letter.statement.issues:
        if issue.rationale is None or issue.decision == "unknown":
            continue
        yield from _conclusion(letter, issue)
        yield from _reasoning(letter, issue)


def _conclusion(letter: Letter, issue: Issue) -> Iterator[Finding]:
    verdicts = [(sentence, given) for sentence in letter.of_case(issue) if (given := _verdict(sentence)) is not None]
    spoken = "overturned" if issue.decision == "upheld" else "upheld"
    if verdicts and verdicts[-1][1] != issue.decision:
        message = f"the heading says {issue.decision}, the rationale concludes as for {spoken}"
        yield finding(
            "rationale_contradicts_decision", "warning", message, [*issue.decision_spans, *verdicts[-1][0].spans], issue
        )
        return
    if issue.decision == "upheld":
        for sentence in letter.of_case(issue):
            if not SUPPORTING.isdisjoint(sentence.stems) and SUPPORTS.search(sentence.text):
                message = "the heading says upheld, a sentence of the rationale supports the request"
                yield finding(
                    "rationale_contradicts_decision",
                    "warning",
                    message,
                    [*issue.decision_spans, *sentence.spans],
                    issue,
                )
                return


def _verdict(sentence: Sentence) -> str | None:
    """The decision that the sentence's last verdict amounts to; None where it is not the reviewer's own."""
    if SPOKEN.isdisjoint(sentence.stems):
        return None
    text = sentence.text
    matches = list(VERDICT.finditer(text))
    if not matches:
        return None
    last = matches[-1]
    if SOMEBODY_ELSES.search(text[: last.start()]) and not re.search(
        r"\b(?:therefore|thus|reversing|i (?:find|deem)|as such)\b", text, re.I
    ):
        return None
    if last["non"]:
        return "upheld"
    within = last["not"] if last["not"] is not None else (last["nor"] or "") + last.group()
    if NEGATED.search(within):
        return "upheld"
    return None if NEGATED_BEFORE.search(text[: last.start()]) else "overturned"


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
