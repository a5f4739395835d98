"""Age and sex of the injured worker, where the clinical case summary states them."""

from __future__ import annotations

import re

from extractor.schema import Patient
from extractor.source import SourceText, Span
from extractor.taxonomy import Sex

SEX: dict[str, Sex] = {
    "male": "male", "man": "male", "gentleman": "male", "boy": "male",
    "female": "female", "woman": "female", "lady": "female", "girl": "female",
}  # fmt: skip
INITIAL: dict[str, Sex] = {"m": "male", "f": "female"}

AGE = re.compile(
    r"\b(?P<age>\d{1,3})[\s-]{0,3}(?:years?|yrs?|y)[\s./-]{0,3}(?:of\s+age|old|o)\b\.?"
    r"(?:(?P<between>[^.;\n:]{0,3}(?:[\w/'’&,-]+\s{1,3}){0,7}?)\b(?P<sex>male|female|gentleman|man|woman|lady|boy|girl|[MF])\b)?",
    re.I,
)
AGED = re.compile(r"\b(?:age|aged|age of|age:)\s{1,3}(?P<age>\d{1,3})\b", re.I)
SEX_WORD = re.compile(r"\b(?P<sex>male|female|gentleman|man|woman|lady)\b", re.I)
RELATIVES = re.compile(
    r"^[\s,]*(?:son|daughter|child|wife|husband|spouse|brother|sister|mother|father|niece|nephew|infant|baby)\b",
    re.I,
)
PRONOUN = re.compile(r"\b(?:(?P<male>he|him|his)|(?P<female>she|her|hers))\b", re.I)
SOMEBODY_ELSE = re.compile(
    r"\b(?:Dr|doctors?|physicians?|providers?|surgeons?|therapists?|psychologists?|reviewers?|attorneys?|adjusters?|"
    r"wife|husband|spouse|son|daughter|mother|father|brother|sister|supervisor|co-?worker)\b",
    re.I,
)
"""Whom a pronoun later in the sentence may mean instead."""
SENTENCE_END = re.compile(r"(?<!\bDr)(?<!\bMr)(?<!\bMs)[.!?]\s")
OPENING = 400
"""The person is introduced within the summary's first characters; a sex word further down may be
about somebody else."""
PLAUSIBLE_AGE = range(14, 100)
"""Minors of 14 and 15 work under permit (California Labor Code 1290 and following)."""


def read_patient(source: SourceText, region: Span | None) -> Patient:
    """Age and sex stated in the region; None for what it does not state."""
    if region is None:
        return Patient()
    facts: dict[str, object] = {}
    evidence: dict[str, list[Span]] = {}
    for match in AGE.finditer(source.body, *region):
        if int(match["age"]) not in PLAUSIBLE_AGE or RELATIVES.match(source.body[match.end() : match.end() + 20]):
            continue
        facts["age"], evidence["age"] = int(match["age"]), [match.span("age")]
        word = match["sex"]
        if word and (len(word) > 1 or word.isupper()):
            facts["sex"] = SEX.get(word.lower()) or INITIAL[word.lower()]
            evidence["sex"] = [match.span("sex")]
        break
    else:
        aged = AGED.search(source.body, region[0], min(region[1], region[0] + OPENING))
        if aged and int(aged["age"]) in PLAUSIBLE_AGE:
            facts["age"], evidence["age"] = int(aged["age"]), [aged.span("age")]
    if "sex" not in facts:
        word_match = SEX_WORD.search(source.body, region[0], min(region[1], region[0] + OPENING))
        if word_match:
            facts["sex"] = SEX[word_match["sex"].lower()]
            evidence["sex"] = [word_match.span("sex")]
        else:
            pronouns = [m for m in PRONOUN.finditer(source.body, *region) if _is_of_the_patient(source.body, m)]
            kinds = {match.lastgroup for match in pronouns}
            if len(kinds) == 1:
                facts["sex"], evidence["sex"] = kinds.pop(), [pronouns[0].span()]
    return Patient(**facts, evidence=evidence)  # type: ignore[arg-type]


def _is_of_the_patient(body: str, pronoun: re.Match[str]) -> bool:
    sentence = SENTENCE_END.split(body[max(0, pronoun.start() - 300) : pronoun.start()])[-1]
    return not SOMEBODY_ELSE.search(sentence)
