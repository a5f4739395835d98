"""What the letter leaves the worker with, item by item. Nothing here is worded, and no model is asked.

In doubt an item is ``unclear``: then no more is told of it than its heading.  This is more doubtful than the result's
own flags, since whoever reads a summary does not read the letter beside it.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Literal

from extractor.language.numbers import figures
from extractor.schema import Issue, Reason, Text
from extractor.taxonomy import Decision

Standing = Literal["upheld", "partly", "overturned", "already", "unclear"]
"""``partly``: a part was authorised, and the denial of the rest stands. ``already``: the letter says that the same care
was approved before, so the worker has it, whatever the heading's word. ``unclear``: the heading is all that is told."""
STANDINGS: tuple[Standing, ...] = ("overturned", "already", "partly", "upheld", "unclear")
"""What the worker has comes first."""
DOUBTS = ("rationale_contradicts_decision", "decision_disagrees", "decision_contradicted", "decision_unknown")
"""Flags of an item of which no more is told than its heading."""
SENTENCE = re.compile(r"(?<=[.!?])\s+(?=[A-Z\"“(])")
JUDGED = r"(?:medically )?(?:necessary|indicated|warranted|appropriate|supported|reasonable|certified)\b"
NEGATED = re.compile(
    r"\b(?:not|no|nor|never|hardly|without|cannot|lack\w*|insufficient|fail\w*|un\w+ed|non-?certified|neither|none|"
    r"denied|denial|absent|absence|nothing|outside|exceed\w*|inadequate\w*)\b|n['’]t\b",
    re.I,
)
NOT_NECESSARY = re.compile(
    rf"\b(?:not|never|hardly|no longer|cannot be)\b[^.;]{{0,30}}\b{JUDGED}|n['’]t\b[^.;]{{0,30}}\b{JUDGED}", re.I
)
NECESSARY = re.compile(rf"\b(?:is|are|was|were|be|find|found)\b[^.;]{{0,40}}\b{JUDGED}", re.I)
AGREES = re.compile(
    r"\b(?:agree|concur)\w* with\b[^.;]{0,30}\b(?:denial|UR|utilization review|determination)\b|"
    r"\b(?:denial|decision|determination)\b[^.;]{0,15}\bis (?:therefore |thus |hereby )?(?:upheld|affirmed|"
    r"appropriate|proper|supported|correct)\b|\bnon-?certification\b|\bunnecessary\b|\bdoes not meet\b",
    re.I,
)
REVERSES = re.compile(
    r"\b(?:denial|decision|determination)\b[^.;]{0,15}\bis (?:therefore |thus |hereby )?(?:overturned|reversed)\b|"
    r"\brecommend\w*\b[^.;]{0,15}\b(?:authorization|certification|approval)\b",
    re.I,
)
CERTAINLY = re.compile(
    r"\bno doubt\b[^.;]{0,60}\b(?:medically )?necessary|\bdisagree with\b[^.;]{0,30}\b(?:denial|UR|utilization)|"
    r"\bdenial is not (?:supported|appropriate)",
    re.I,
)
LIMITED = re.compile(r"\bonly\b[^.;]{0,40}\bnecessary|\bfor weaning\b|\bone month supply\b", re.I)
ITEM = re.compile(r"\bitems? #?\d+(?: (?:and|&) \d+)?", re.I)
NUMBER = re.compile(r"\b\d+(?:\.\d+)?\b")
IN_PART = re.compile(
    r"\b(?:partial(?:ly)?|in part)\b[^.;]{0,20}\b(?:medically necessary|certified|overturned|approved)\b|"
    r"\brequest is (?:therefore |thus |hereby )?modified\b",
    re.I,
)
AUTHORIZED = re.compile(
    r"\b(?:already|previously|before)\b[^.;]{0,40}\b(?:authori[sz]ed|approved|certified|granted)\b|"
    r"\b(?:authori[sz]ed|approved|certified|granted)\b[^.;]{0,40}\b(?:already|previously|before|twice|again)\b|"
    r"\b(?:has|had|have) been (?:authori[sz]ed|approved|certified)\b|\bwas approved with\b|"
    r"\balready (?:has|have|had)\b[^.;]{0,40}\b(?:authori[sz]ation|approval)\b|"
    r"\bauthori[sz]ation\b[^.;]{0,60}\b(?:on file|in place)\b|\b(?:service|care) is in place\b|"
    r"\bkeeps the \w+ (?:that )?\w+ already has\b",
    re.I,
)
"""The letter says that something was authorised before …"""
NOT_THIS = re.compile(
    r"\b(?:if|whether|nothing|no record|no evidence|states that|claims that|assert\w*|alleg\w*|reports? that|surgery|"
    r"wean\w*|taper\w*|initial|another|different|never|trial|denied|denial|non-?\w*|not (?!medically)|without|done|"
    r"performed|completed|underwent|excess|benefit|gains?)\b",
    re.I,
)
"""… of which it cannot be told that it is what was asked for."""
AGAIN = re.compile(r"\b(?:redundan\w*|duplicat\w*|twice|again|in place|second|already has)\b", re.I)
"""The worker would have it twice over."""
CERTAIN = re.compile(r"\balready (?:been )?(?:authori[sz]ed|approved|certified)\b|\balready \w+ and\b", re.I)
ANEW = re.compile(
    r"\brepeat\w* (?:stud|mri|inject|imag|test|scan|block)\w*|"
    r"\bcontinued (?:use|treatment|therapy|care|medication|visits)|"
    r"\bunderwent\b|\b(?:was|were|been) (?:completed|performed|done)\b|\band performed\b|"
    r"\b(?:no|without|lack of) (?:\w+ ){0,2}(?:benefit|gains?)\b|\bunless\b",
    re.I,
)
"""An earlier course that is asked for anew."""
SAME = re.compile(
    r"\b(?:the|this|these|same) (?:same |current )?(?:request\w*|services?|treatments?|care|items?)\b", re.I
)
WORD = re.compile(r"[a-z]{4,}", re.I)
SIDE = re.compile(r"\b(left|right)\b", re.I)
REMEMBERED = 64
"""Items whose rationale need not be read again: a summary asks for each of them many times."""
GENERAL = frozenset(
    """visit visits session sessions week weeks time times with without evaluation treatment consultation consult brace
    unit therapy injection surgery left right""".split()
)
"""Words that many requests have in common."""


def standing(issue: Issue) -> Standing:
    """The item's standing."""
    if issue.decision == "unknown" or any(flag.code in DOUBTS for flag in issue.flags) or _at_odds(issue):
        return "unclear"
    if issue.decision == "overturned":
        return "overturned"
    if issue.authorized is not None:
        return "partly"
    return "already" if already_authorized(issue) else "upheld"


def already_authorized(issue: Issue) -> bool:
    """Whether the rationale says, in one sentence and without reserve, that just this was authorised before."""
    if issue.decision != "upheld" or not any(reason.code == "already_authorized" for reason in _reasons(issue)):
        return False
    told = issue.rationale.text if issue.rationale else ""
    if not (AGAIN.search(told) or CERTAIN.search(told)) or ANEW.search(told):
        return False
    for sentence in _sentences(issue):
        said = AUTHORIZED.search(sentence)
        if said and not NOT_THIS.search(sentence) and _about(issue.request, sentence, said.end()):
            return True
    return False


def told_reasons(issue: Issue) -> list[Reason]:
    """The reasons that can be told: that care was authorised before only where that is certain."""
    return [reason for reason in _reasons(issue) if reason.code != "already_authorized" or already_authorized(issue)]


def _at_odds(issue: Issue) -> bool:
    """The rationale's last sentence, or any that decides in part, does not go with the heading."""
    if issue.rationale is None:
        return False
    asked = " ".join(text.text for text in (issue.request, issue.original_request) if text)
    return _contradicted(issue.decision, issue.rationale.text, asked)


@lru_cache(maxsize=REMEMBERED)
def _contradicted(decision: Decision, rationale: str, asked: str) -> bool:
    told = SENTENCE.split(rationale)
    last = told[-1]
    if any(IN_PART.search(sentence) for sentence in told[-2:]):
        return True
    if decision == "overturned":
        return bool(NOT_NECESSARY.search(last) or AGREES.search(last)) or _limited(asked, last)
    clauses = re.split(r"[;,]", last)
    judged = [clause for clause in clauses if NECESSARY.search(clause)]
    opposite = bool(judged) and not NEGATED.search(judged[-1])
    return bool(REVERSES.search(last)) or bool(CERTAINLY.search(last)) or (opposite and not NEGATED.search(clauses[0]))


def _limited(asked: str, last: str) -> bool:
    """The conclusion finds less necessary than what was asked for."""
    numbers = {float(number) for number in NUMBER.findall(ITEM.sub(" ", figures(last)))}
    return bool(LIMITED.search(last)) or not numbers <= {float(number) for number in NUMBER.findall(figures(asked))}


def _sentences(issue: Issue) -> list[str]:
    return SENTENCE.split(issue.rationale.text) if issue.rationale else []


def _reasons(issue: Issue) -> list[Reason]:
    return issue.rationale.reasons if issue.rationale else []


def _about(request: Text | None, sentence: str, at: int) -> bool:
    """The sentence names a word of what was asked for, or in front of ``at`` the request itself, and no other side."""
    asked = request.text if request else ""
    sides = {side.lower() for side in SIDE.findall(asked)}
    if sides and not {side.lower() for side in SIDE.findall(sentence)} <= sides:
        return False
    words = {word.lower() for word in WORD.findall(asked)}
    named = re.compile(rf"\b(?:the|this|that|same) (?:{'|'.join(map(re.escape, words)) or 'request'})\b", re.I)
    spoken = {word.lower() for word in WORD.findall(sentence)}
    return bool(SAME.search(sentence[:at]) or named.search(sentence[:at]) or (words - GENERAL) & spoken)
