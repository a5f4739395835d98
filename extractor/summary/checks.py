"""The checks that every summary passes before it is shown, apart from how it was made.

A sentence is held against the places of the letter that it rests on, and the whole against the letter: a wrong summary
is refused.  Messages name the check and the sentence's template; nothing of the letter.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator
from functools import cache

from extractor.errors import NoSafeSummary
from extractor.language.dates import DATE, parse
from extractor.language.numbers import figures
from extractor.schema import Determination, Issue
from extractor.source import SourceText
from extractor.summary.facts import facts
from extractor.summary.glossary import glossary
from extractor.summary.level import easy
from extractor.summary.phrases import phrases, sentences
from extractor.summary.polarity import claims, holds
from extractor.summary.schema import Language, Sentence, Summary
from extractor.summary.standing import standing
from extractor.summary.words import MONTHS, WORD, dates

FORBIDDEN: dict[Language, re.Pattern[str]] = {
    "en": re.compile(
        r"\byour claim (?:was|is|has been) (?:denied|rejected|closed)|\byou (?:do not|don't) need\b|\byou failed\b|"
        r"\byou will not owe\b|\byou (?:should|must|have to) (?:appeal|file|stop|start|take)\b|\bchances? (?:of|are)\b|"
        r"\blikely to (?:win|lose)\b|\bstop taking\b|\bstart taking\b|\bthe doctor (?:said|agreed|denied|decided)\b|"
        r"\bnothing was approved\b|\bdeadline is\b",
        re.I,
    ),
    "es": re.compile(
        r"\bsu reclamo fue (?:negado|rechazado|denegado)|\busted no necesita\b|\busted no cumplió\b|\busted falló\b|"
        r"\bno deberá\b|\busted debe (?:apelar|dejar|tomar)\b|\bprobabilidad\w* de ganar\b|\bdeje de tomar\b|"
        r"\bempiece a tomar\b|\bel doctor (?:dijo|decidió|negó)\b|\bconfirmado\b|\brevocado\b|"
        r"\b(?:tú|tu|tus|tienes|puedes|debes)\b|\bnada fue aprobado\b",
        re.I,
    ),
}  # fmt: skip
IDENTIFIER = re.compile(
    r"\bCM\d\d-?\d+|\b\d{3}-\d\d-\d{4}\b|\b\d{6,}\b|\S+@\S+|\b\d{3}[-. ]\d{3}[-. ]\d{4}\b|\bDr\.? [A-Z]"
)
NUMBER = re.compile(r"\d+(?:\.\d+)?")
SIDES: dict[Language, dict[str, re.Pattern[str]]] = {
    "en": {
        "left": re.compile(r"\bleft (?!out\b)", re.I), "right": re.compile(r"\bright\b", re.I),
        "bilateral": re.compile(r"\bboth\b(?! the)", re.I),
    },
    "es": {
        "left": re.compile(r"\bizquierd[oa]s?\b", re.I), "right": re.compile(r"\bderech[oa]s?\b", re.I),
        "bilateral": re.compile(r"\b(?:l[oa]s dos|amb[oa]s)\b", re.I),
    },
}  # fmt: skip
SIDE_IN_LETTER = {
    "left": re.compile(r"\b(?:left|lt)\b", re.I), "right": re.compile(r"\b(?:right|rt)\b", re.I),
    "bilateral": re.compile(r"\b(?:bilateral(?:ly)?|both|b/l)\b|\bleft and right\b|\bright and left\b", re.I),
}  # fmt: skip
PAGE = ("about", "words", "next", "missing", "guideline")
"""Sentences of these templates speak of the page itself, or of what is nowhere in the letter: they need no place."""


class Letter:
    """What a summary is held against."""

    def __init__(self, determination: Determination, source: SourceText, language: Language) -> None:
        self.determination, self.source, self.language = determination, source, language
        self.issues = {issue.number: issue for issue in determination.issues}

    def cited(self, sentence: Sentence) -> str:
        """The letter's words that the sentence rests on."""
        return "\n".join(self.source.text[start:end] for start, end in sentence.spans)

    def of(self, sentence: Sentence) -> list[Issue]:
        """The items that it speaks of."""
        return [self.issues[number] for number in sentence.issues]


def check(summary: Summary, determination: Determination, source: SourceText) -> None:
    """Notes with every sentence the checks that it passed. Raises NoSafeSummary at the first that fails."""
    letter = Letter(determination, source, summary.language)
    for sentence in summary.sentences():
        failed = failing(sentence, letter)
        if failed:
            raise NoSafeSummary(f"no safe summary can be made: {failed} does not hold of '{sentence.name}'")
    for name, missing in (("coverage", _uncovered(summary, letter)), ("reading level", not _easy(summary))):
        if missing:
            raise NoSafeSummary(f"no safe summary can be made: {name} does not hold")


def failing(sentence: Sentence, letter: Letter) -> str | None:
    """The first check that the sentence fails; None where it passes all, which are then noted with it, behind those of
    another kind."""
    passed = []
    for name, holds_of in CHECKS.items():
        if not holds_of(sentence, letter):
            return name
        passed.append(name)
    sentence.checks = [*(name for name in sentence.checks if name not in CHECKS), *passed]
    return None


def _has_place(sentence: Sentence, letter: Letter) -> bool:
    """A sentence about the letter rests on places of it, or on a fact, or on what a word means."""
    inside = all(0 <= start < end <= len(letter.source.text) for start, end in sentence.spans)
    known = all(number in letter.issues for number in sentence.issues)
    unread = known and any(issue.decision == "unknown" for issue in letter.of(sentence))
    free = sentence.by in ("fact", "glossary") or sentence.name.startswith(PAGE) or unread
    return inside and known and (bool(sentence.spans) or free)


def _as_written(sentence: Sentence, letter: Letter) -> bool:
    """The letter's words are a slice of it; a fact and a meaning are told as they stand in their files."""
    if sentence.by == "letter":
        return letter.source.slice(sentence.spans) == sentence.text
    if sentence.by == "fact":
        fact = next((fact for fact in facts() if fact.id == sentence.name), None)
        return fact is not None and sentence.text in sentences(fact.text[letter.language])
    if sentence.by == "glossary":
        term = glossary().terms.get(sentence.name)
        return term is not None and sentence.text.endswith(term.what.get(letter.language, "\0"))
    return True


def _polarity(sentence: Sentence, letter: Letter) -> bool:
    """What it claims of a decision is what the letter states, of each item that it speaks of."""
    if sentence.by in ("letter", "fact", "glossary"):
        return True
    found = claims(sentence.text, letter.language)
    if sentence.name in ("decided.many", "decided.partly", "decided.partly_counted"):
        return _counts_hold(sentence, letter)
    if sentence.name.startswith("why.follows"):
        found -= {"denied"} if all(issue.decision == "upheld" for issue in letter.of(sentence)) else set()
    return all(holds(claim, issue) for claim in found for issue in letter.of(sentence))


def _counts_hold(sentence: Sentence, letter: Letter) -> bool:
    """Each part of the sentence that counts items counts those that the letter states so."""
    issues = letter.of(sentence)
    if len(issues) == 1:
        return all(holds(claim, issues[0]) for claim in claims(sentence.text, letter.language))
    parts = re.split(r", (?:and |y )?|: | and (?=\d)", sentence.text.rstrip("."))
    told: Counter[str] = Counter()
    for part in parts:
        numbers = [int(number) for number in NUMBER.findall(part)]
        found = claims(part, letter.language)
        if len(found) == 1 and len(numbers) == 1:
            told[next(iter(found))] += numbers[0]
    denied = sum(holds("denied", issue) for issue in issues)
    necessary = sum(holds("necessary", issue) for issue in issues)
    clear = [issue for issue in issues if standing(issue) != "unclear"]
    have = sum(holds("have", issue) and not holds("necessary", issue) for issue in clear)
    both = sum(holds("denied", issue) and holds("have", issue) for issue in clear)
    return (told["denied"], told["necessary"], told["have"]) == (denied - both, necessary, have)


def _numbers(sentence: Sentence, letter: Letter) -> bool:
    """Every number stands at the places cited, or was counted; every date is one that stands there."""
    if sentence.by in ("letter", "fact", "glossary"):
        return True
    cited = letter.cited(sentence)
    text = sentence.text
    days = {parse(match.group()) for match in DATE.finditer(cited)}
    for written, day in dates(text, letter.language):
        if day not in days:
            return False
        text = text.replace(written, " ")
    fixed = phrases().get(sentence.name, {}).get(letter.language, "")
    known = numbers(figures(cited)) | numbers(cited) | numbers(fixed)
    return numbers(text) <= known | set(map(float, sentence.counted))


def numbers(text: str) -> set[float]:
    """The numbers in figures, by their value: 12.00 is 12."""
    return {float(number) for number in NUMBER.findall(text)}


def _sides(sentence: Sentence, letter: Letter) -> bool:
    """A side that it names stands at the places cited."""
    if sentence.by in ("letter", "fact", "glossary"):
        return True
    text, cited = sentence.text, letter.cited(sentence)
    fixed = phrases().get(sentence.name, {}).get(letter.language, "")
    return all(
        SIDE_IN_LETTER[side].search(cited)
        for side, pattern in SIDES[letter.language].items()
        if pattern.search(text) and not pattern.search(fixed)
    )


def _words(sentence: Sentence, letter: Letter) -> bool:
    """Beside the template's words there are only the letter's, and the glossary's for what stands at the places."""
    if sentence.by != "template":
        return True
    wordings = [text for name, text in phrases()[sentence.name].items() if name.startswith(letter.language)]
    fixed = {word for text in wordings for word in lower(text)}
    filled = {word for word in lower(sentence.text) if word not in fixed and not word.isdigit()}
    if not filled:
        return True
    filled -= _of_templates(sentence.name.partition(".")[0], letter.language)
    for issue in letter.of(sentence):
        kind = glossary().subcategories.get(issue.subcategory or "")
        filled -= set(lower(kind[letter.language])) if kind else set()
    return not filled or filled <= licensed(letter.cited(sentence), letter.language)


FILLED_BY = {"decided": ("count.", "list."), "guideline": ("guideline.source.", "wording."), "caution": ("wording.",)}
"""Templates that fill others in; all others are filled in by wordings."""


@cache
def _of_templates(name: str, language: Language) -> frozenset[str]:
    """The words of those that fill in a template, and of what they are filled in with: sides and months, which have
    checks of their own."""
    joining = " ".join(
        text
        for other, wordings in phrases().items()
        if other.startswith(FILLED_BY.get(name, ("wording.", "amount.")))
        for key, text in wordings.items()
        if key.startswith(language)
    )
    return frozenset(lower(f"{joining} {OF_ALL[language]} {' '.join(MONTHS[language])}"))


OF_ALL: dict[Language, str] = {
    "en": "your left right both", "es": "izquierdo izquierda derecho derecha los las dos",
}  # fmt: skip
"""Sides, and what goes with them: they have a check of their own."""


def licensed(cited: str, language: Language) -> set[str]:
    """The letter's words at these places, and the glossary's for them."""
    allowed = set(lower(cited))
    for term in glossary().within(cited):
        for words in (term.words, term.what, term.both):
            allowed.update(lower(words.get(language, "")))
    return allowed


def lower(text: str) -> list[str]:
    """The words of a text."""
    return [word.lower() for word in WORD.findall(text)]


def _phrases_allowed(sentence: Sentence, letter: Letter) -> bool:
    """No forbidden phrase; the letter's own words are its own."""
    return sentence.by == "letter" or not FORBIDDEN[letter.language].search(sentence.text)


def _nameless(sentence: Sentence, letter: Letter) -> bool:
    """No number or name of a person or a case."""
    if sentence.by == "letter":
        return True
    case = letter.determination.case.case_number
    return not IDENTIFIER.search(sentence.text) and not (case and case in sentence.text)


CHECKS: dict[str, Callable[[Sentence, Letter], bool]] = {
    "has its place": _has_place,
    "as written": _as_written,
    "polarity": _polarity,
    "numbers and dates": _numbers,
    "sides": _sides,
    "words": _words,
    "phrases": _phrases_allowed,
    "no name": _nameless,
}
"""Each check by its name, as results tell it."""


def _uncovered(summary: Summary, letter: Letter) -> list[str]:
    """What should be told and is not."""
    return list(_gaps(summary, letter))


def _gaps(summary: Summary, letter: Letter) -> Iterator[str]:
    told: dict[str, set[int]] = {}
    for section in summary.sections:
        for sentence in section.sentences:
            told.setdefault(section.name, set()).update(sentence.issues)
            told.setdefault(sentence.name, set()).update(sentence.issues)
    for issue in letter.determination.issues:
        number = issue.number
        for name in ("decided", "asked", "decision"):
            if number not in told.get(name, ()):
                yield f"{name} {number}"
        if issue.request is not None and number not in told.get("asked.letter", ()):
            yield f"the letter's words {number}"
        if issue.authorized is not None and number not in told.get("have.letter", ()):
            yield f"have {number}"
        for notice in issue.notices:
            if number not in told.get(f"caution.{notice.code}", ()):
                yield f"{notice.code} {number}"
    for name in ("help", "about"):
        if name not in told:
            yield name


def _easy(summary: Summary) -> bool:
    return easy(summary.reading, summary.language)
