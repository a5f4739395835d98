"""Age and sex of the injured worker, where the clinical case summary states them."""

from __future__ import annotations

import re

from extractor.language.numbers import TENS, WORDS, number
from extractor.schema import Patient
from extractor.source import SourceText, Span
from extractor.taxonomy import Sex

SEX: dict[str, Sex] = {
    "male": "male", "man": "male", "gentleman": "male", "boy": "male", "mr": "male",
    "female": "female", "woman": "female", "lady": "female", "girl": "female", "ms": "female", "mrs": "female",
    "m": "male", "f": "female",
}  # fmt: skip
UNITS, TEENS = WORDS[:9], WORDS[13:19]

HYPHEN = r"\-\u2010-\u2013"
PERSON = "male|female|gentleman|man|woman|lady|boy|girl|worker|patient|employee|applicant|claimant|person|individual"
BETWEEN = (
    rf"(?:(?!(?:in|of|with|to|from|by|for|at|on|who|whom|that|which|and|has|had|was|is)\b)[\w/'’&,{HYPHEN}]+\s{{1,3}})"
)
"""Words between an age and whom it is of: adjectives and trades, no preposition and no verb."""
AGE = re.compile(
    rf"\b(?P<age>\d{{1,3}}|(?:{'|'.join(TENS)})(?:[\s{HYPHEN}]{{1,2}}(?:{'|'.join(UNITS)}))?|{'|'.join(TEENS)})"
    rf"(?:\s\(\d{{1,3}}\))?[\s{HYPHEN}]{{0,3}}"
    rf"(?:(?:years?|yrs?|y)\.?[\s/{HYPHEN}]{{0,3}}(?:\d{{1,2}}\s{{1,3}}months?\s{{1,3}})?(?:of\s+age|old)\b|y[\s./{HYPHEN}]{{0,2}}o\b\.?)"
    rf"(?P<person>[,\s{HYPHEN}]{{0,3}}{BETWEEN}{{0,7}}?\b(?:{PERSON}|[MF])\b)?",
    re.I,
)
AGED = re.compile(r"\b(?:age|aged|age of|age:)\s{1,3}(?P<age>\d{1,3})\b", re.I)
SUBJECT = re.compile(
    rf"\b(?:{PERSON}|IW|he|she|(?:Mr|Ms|Mrs)\.)(?!\w)[^.;]{{0,40}}?(?:,|\b(?:is|was))\s{{1,3}}(?:(?:now|currently|presently)\s{{1,3}})?(?:an?\s{{1,3}})?$",
    re.I,
)
"""What goes before an age that is the patient's, where no person follows it."""
THEN = re.compile(r"[\s,]{1,3}(?:when|at\s+the\s+time)\b", re.I)
"""Behind an age: it was another one then."""
SINCE = re.compile(r"\b(?:since|when|until|once|as|while)\s[^.;]{0,30}$", re.I)
SEX_WORD = re.compile(r"\b(?P<sex>male|female|gentleman|man|woman|lady)\b|\b(?P<title>Mr|Ms|Mrs)\.\s", re.I)
DOCTORS = r"Dr|doctors?|physicians?|providers?|surgeons?|therapists?|psychologists?|reviewers?|attorneys?|adjusters?"
OTHERS = (
    rf"{DOCTORS}|"
    r"wife|husband|spouse|son|daughter|mother|father|brother|sister|supervisor|co-?worker|student|customer|driver|"
    r"inmate|suspect|client|resident|nurse|child|infant|baby|niece|nephew"
)
RELATION = re.compile(
    r"\b(?:(?:his|her|their|has|had|with|by|for|from|against|than|another|['’]s)\s{1,3}(?:an?\s{1,3})?"
    r"|(?!involv|concern|regard)\w+(?:ed|ing)\s{1,3}an?\s{1,3})$",
    re.I,
)
"""Before an age or a sex: somebody else's."""
SOMEBODY_BEHIND = re.compile(rf"\s{{1,3}}(?:\w+\s)?(?:{OTHERS})\b", re.I)
PATIENT_BEHIND = re.compile(r"\s{1,3}(?:\w+\s)?patient\b", re.I)
INTRODUCED = re.compile(r"(?:\bis|\bwas|,)\s{1,3}(?:an?\s{1,3})?$", re.I)
SOMEBODY_BEFORE = re.compile(r"\b(?:by|another|his|her)\s{1,3}(?:an?\s{1,3})?$|\bold\s{1,3}(?:\w+\s{1,3})?$", re.I)
"""Around a word for a sex, what makes it somebody else's: "struck by a man", "a 90 year old woman"."""
SOMEBODY_ELSE = re.compile(rf"\b(?:{OTHERS})\b", re.I)
"""Whom a pronoun later in the sentence may mean instead."""
DOCTOR = re.compile(rf"\b(?:{DOCTORS})\b", re.I)
PRONOUN = re.compile(r"\b(?:(?P<male>he|him|his)|(?P<female>she|her|hers))\b", re.I)
SENTENCE_START = re.compile(r"(?<!\bDr)(?<!\bMr)(?<!\bMs)[.!?]\s")
OPENING = 400
"""The person is introduced within the summary's first characters; a sex word further down may be
about somebody else."""
PLAUSIBLE_AGE = range(14, 100)
"""Minors of 14 and 15 work under permit (California Labor Code 1290 and following)."""


def read_patient(source: SourceText, region: Span | None) -> Patient:
    """Age and sex stated in the region; None for what it does not state."""
    if region is None:
        return Patient()
    age, sex = _age(source.body, region)
    sex = sex or _sex(source.body, region)
    facts: dict[str, object] = {}
    evidence: dict[str, list[Span]] = {}
    if age is not None:
        facts["age"], evidence["age"] = _number(source.body[slice(*age)]), [age]
    if sex is not None:
        word = re.sub(r"\W", "", source.body[slice(*sex)].lower())
        facts["sex"] = SEX.get(word) or ("male" if word in ("he", "him", "his") else "female")
        evidence["sex"] = [sex]
    return Patient(**facts, evidence=evidence)  # type: ignore[arg-type]


def _number(words: str) -> int:
    found = number(re.sub(r"[\W_]+", " ", words).strip())
    return found if isinstance(found, int) else 0


def _age(body: str, region: Span) -> tuple[Span | None, Span | None]:
    """Where the patient's age stands, and the sex where the same phrase tells it."""
    for match in AGE.finditer(body, *region):
        before = body[max(region[0], match.start() - 80) : match.start()]
        after = body[match.end() : match.end() + 30]
        if _number(match["age"]) not in PLAUSIBLE_AGE or RELATION.search(before) or SINCE.search(before):
            continue
        if THEN.match(after) or (SOMEBODY_BEHIND.match(after) and not SUBJECT.search(before)):
            continue
        person = match["person"]
        if person is None:
            if SUBJECT.search(before):
                return match.span("age"), None
            continue
        word = re.search(r"\w+$", person)
        assert word is not None
        start = match.end() - len(word[0])
        is_initial = len(word[0]) == 1 and not word[0].isupper()
        told = word[0].lower() in SEX and not is_initial
        return match.span("age"), _whole_word(body, (start, match.end())) if told else None
    aged = AGED.search(body, region[0], min(region[1], region[0] + OPENING))
    return (aged.span("age") if aged and int(aged["age"]) in PLAUSIBLE_AGE else None), None


def _sex(body: str, region: Span) -> Span | None:
    """Where the patient's sex stands: a word for it, else pronouns that are all of one sex."""
    for match in SEX_WORD.finditer(body, region[0], min(region[1], region[0] + OPENING)):
        after = body[match.end() : match.end() + 30]
        before = body[max(region[0], match.start() - 30) : match.start()]
        another = SOMEBODY_BEHIND.match(after) or (PATIENT_BEHIND.match(after) and not INTRODUCED.search(before))
        if not another and not SOMEBODY_BEFORE.search(before):
            return _whole_word(body, match.span("sex") if match["sex"] else match.span("title"))
    pronouns = [match for match in PRONOUN.finditer(body, *region) if _is_of_the_patient(body, region[0], match)]
    return pronouns[0].span() if len({match.lastgroup for match in pronouns}) == 1 else None


def _whole_word(body: str, span: Span) -> Span:
    """The word with its first half, where a line end broke it ("fe-", "male")."""
    broken = re.search(rf"\bfe[{HYPHEN}]\s{{0,9}}$", body[max(0, span[0] - 12) : span[0]], re.I)
    return (span[0] - len(broken[0]), span[1]) if broken else span


def _is_of_the_patient(body: str, start: int, pronoun: re.Match[str]) -> bool:
    sentences = SENTENCE_START.split(body[max(start, pronoun.start() - 300) : pronoun.start()])
    # A pronoun that begins its sentence may speak of the doctor in the one before.
    first = not sentences[-1].strip() and len(sentences) > 1
    return not SOMEBODY_ELSE.search(sentences[-1]) and not (first and DOCTOR.search(sentences[-2]))
