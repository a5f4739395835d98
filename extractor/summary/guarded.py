"""The checks that a model's sentence passes before it takes a fixed one's place. In doubt it does not.

A bag of right words can say anything: so the sentence has a closed frame ("The records did not show …"), and what
fills it stands in one clause of one sentence of the letter, in the letter's order, with the same not, and nothing
there that turns it round.  In Spanish, whose order is another, what fills the frame is the glossary's words for terms
of that clause.  This takes few sentences; those that it takes say what the letter says.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from extractor.language.numbers import figures
from extractor.summary.checks import Letter, failing, lower
from extractor.summary.glossary import glossary
from extractor.summary.level import common, score, syllables
from extractor.summary.phrases import sentences
from extractor.summary.schema import Language, Sentence
from extractor.summary.words import WORD

MOST_WORDS = 24
HARDEST = {"en": 8.0, "es": 55.0}
"""A single sentence may be harder than the page: its grade at most, its perspicuity at least."""
PLAIN = re.compile(r"[A-Za-zÁÉÍÓÚÑÜáéíóúñü0-9 ,'’%/()-]+\.")
FRAMES: dict[Language, dict[bool, re.Pattern[str]]] = {
    "en": {
        False: re.compile(
            r"The (?:records?|reports?|notes?|exams?|guide) "
            r"(?:shows?|showed|lists?|listed|describes?|described|asks? for|asked for|mentions?|mentioned) "
            r"(?P<rest>.+)\."
        ),
        True: re.compile(
            r"The (?:records?|reports?|notes?|exams?|guide) (?:do|did|does) not (?:show|list|describe|ask for|mention) "
            r"(?P<rest>.+)\."
        ),
    },
    "es": {
        False: re.compile(
            r"(?:El expediente|El informe|El examen|La guía|Los informes|Las notas|Los exámenes) "
            r"(?:muestran?|mostró|mostraron|menciona|mencionan|describe|describen|pide|piden) (?P<rest>.+)\."
        ),
        True: re.compile(
            r"(?:El expediente|El informe|El examen|La guía|Los informes|Las notas|Los exámenes) no "
            r"(?:muestran?|mostró|mostraron|menciona|mencionan|describe|describen|pide|piden) (?P<rest>.+)\."
        ),
    },
}
"""By whether they say not: who tells, and what. None tells of the expert, the care or the worker."""
JOINING: dict[Language, frozenset[str]] = {
    "en": frozenset("a an any the of in on at to for with by from your".split()),
    "es": frozenset("un una el la los las de del en para con por al a su sus ningún ninguna".split()),
}
"""Words that say nothing by themselves."""
CLAUSE = re.compile(
    r"[,;:.()]|\b(?:and|but|or|nor|although|though|while|whereas|however|because|since|as|so|that|which|who|when|if|"
    r"until|unless|than|before|after|despite|except|including|due to|versus|with)\b",
    re.I,
)
"""Where one statement of the letter ends and another begins."""
NOT = re.compile(r"\b(?:not|no|without|never|lacks?|lacked|lacking|absence|absent|none|neither|nor|n['’]t)\b", re.I)
TURNING = re.compile(
    r"\b(?:without contrast|no (?:doubt|longer|more)|not (?:only|just)|rules? out|ruled out|exclud\w+|resolv\w+|"
    r"ineffective|unsuccessful|discontinu\w+|ceas\w+|intact|normal|full|negative|denie[sd]|deny|denying|free|cannot|"
    r"fail\w*|except|unremarkable|unchanged|stopp\w+|improv\w+|reduc\w+|decreas\w+|increas\w+|wors\w+|better|less|"
    r"more|than|little|few|minimal|mild|only|hardly|5/5|possible|possibly|questionable|suspect\w*|alleg\w*|claims?|"
    r"claimed|reportedly|would|could|might|may|should|unless|if|whether|instead|rather|un\w+ed|in\w+ed)\b",
    re.I,
)
"""What changes a statement in a way that a frame does not say."""
NOT_A_MATTER = re.compile(
    r"\b(?:depress\w*|anxi\w*|mental\w*|psych\w*|suicid\w*|stress\w*|mood|panic|ptsd|addict\w*|abus\w*|alcohol\w*|beers?|"
    r"drunk|illicit|marijuana|cannabis|cocaine|heroin|smok\w*|tobacco|drugs?|drogas?|obes\w*|overweight|weigh\w*|bmi|fat|"
    r"hiv|hepatitis|jail|divorc\w*|wife|husband|spouse|marri\w*|child\w*|son|daughter|mother|father|famil\w*|pregnan\w*|"
    r"insurers?|employers?|dollars?|ow(?:e|es|ed)|program|summary|ignore|instruct\w*|www|http\w*|malinger\w*|"
    r"exaggerat\w*|noncomplian\w*|refus\w*|fault|blame\w*)\b",
    re.I,
)
"""What is told of nobody by a model, wherever it stands: mind, drug use, weight, family, blame, and planted text."""
ENDINGS = ("'s", "ing", "ies", "ed", "es", "s", "y", "e")
NUMBER = re.compile(r"[0-9]+(?:\.[0-9]+)?")


def refused(sentence: Sentence, letter: Letter) -> str | None:
    """The first check that the sentence fails, of these and of those of every sentence; None where it passes all."""
    for name, holds in GUARDS.items():
        if not holds(sentence, letter):
            return name
    sentence.checks = list(GUARDS)
    return failing(sentence, letter)


def _one_sentence(sentence: Sentence, letter: Letter) -> bool:
    """Short, and of plain characters."""
    text = sentence.text
    short = len(sentences(text)) == 1 and len(WORD.findall(text)) <= MOST_WORDS
    return short and PLAIN.fullmatch(text) is not None


def _framed(sentence: Sentence, letter: Letter) -> bool:
    return _rest(sentence.text, letter.language) is not None


def _rest(text: str, language: Language) -> tuple[bool, str] | None:
    """Whether the frame says not, and what fills it."""
    for negated, frame in FRAMES[language].items():
        found = frame.fullmatch(text)
        if found and not (found["rest"].startswith("not ") or CLAUSE.search(found["rest"])):
            return negated, found["rest"]
    return None


def _in_one_clause(sentence: Sentence, letter: Letter) -> bool:
    """Every word of it stands in one clause of the letter's sentence, which has a not just where the frame has one, and
    nothing that turns a statement round."""
    told = _rest(sentence.text, letter.language)
    if told is None:
        return False
    negated, rest = told
    whole = letter.cited(sentence)
    if TURNING.search(whole) or len(NOT.findall(whole)) != negated:
        return False
    holds = _in_order if letter.language == "en" else _by_terms
    return any(holds(rest, clause) for clause in _clauses(whole) if not negated or NOT.search(clause))


def _clauses(cited: str) -> Iterator[str]:
    """The statements of the letter at these places."""
    for part in CLAUSE.split(" ".join(figures(cited).replace("\0", "").split())):
        if part and part.strip():
            yield part.strip()


def _in_order(rest: str, clause: str) -> bool:
    """The words of the rest, in the order of the clause, behind its not; a term may be told by the glossary's words."""
    wanted = [word for word in _marked(rest, "en", plain=True) if word not in JOINING["en"]]
    behind = NOT.split(clause)[-1]
    there = iter(_marked(behind, "en", plain=False))
    if not wanted:
        return False
    known = common("en")
    return all(
        any(_stem(word) == _stem(other) for other in there)
        and (word.startswith("term ") or NUMBER.fullmatch(word) or word in known or _stem(word) in known)
        for word in wanted
    )


def _marked(text: str, language: Language, *, plain: bool) -> list[str]:
    """The words of a text, each term of the glossary as one, by the letter's spelling or by its plain words."""
    words = " ".join(lower(text))
    marked = f" {words} "
    terms = [one.term for one in glossary().find(text)] if not plain else list(glossary().terms.values())
    for term in sorted(terms, key=lambda one: -len(one.words[language])):
        name = " ".join(word for word in lower(term.words[language]) if word not in JOINING[language])
        spelled = [name] if plain else []
        if not plain:
            spelled = [" ".join(lower(text[one.start : one.end])) for one in glossary().find(text) if one.term is term]
        for spelling in spelled:
            if spelling and f" {spelling} " in marked:
                marked = marked.replace(f" {spelling} ", f" term\0{name.replace(' ', '_')} ")
    return [word.replace("\0", " ") for word in marked.split()]


def _by_terms(rest: str, clause: str) -> bool:
    """Nothing but the glossary's words for terms of the clause, and the sides that it names."""
    left = f" {' '.join(lower(rest))} "
    found = False
    behind = NOT.split(clause)[-1]
    terms = sorted({one.term for one in glossary().find(behind)}, key=lambda one: -len(one.words["es"]))
    for term in terms:
        for words in (term.words["es"], term.words["es"].partition(" (")[0]):
            name = " ".join(lower(words))
            if f" {name} " in left:
                left, found = left.replace(f" {name} ", " "), True
    for side, spanish in (("left", "izquierd[oa]"), ("right", "derech[oa]")):
        if re.search(rf"\b{side}\b", behind, re.I):
            left = re.sub(rf"\b{spanish}\b", " ", left)
    return found and all(word in JOINING["es"] for word in left.split())


def _stem(word: str) -> str:
    """The word without its ending."""
    if word.startswith("term "):
        return word
    for ending in ENDINGS:
        if word.endswith(ending) and len(word) > len(ending) + 3:
            return word[: -len(ending)]
    return word


def _discreet(sentence: Sentence, letter: Letter) -> bool:
    """Nothing of mind, drug use, weight or family, nor of what a letter may have been planted with."""
    return not NOT_A_MATTER.search(sentence.text)


def _easy(sentence: Sentence, letter: Letter) -> bool:
    words = lower(sentence.text)
    told = score(sum(syllables(word, letter.language) for word in words), len(words), 1, letter.language)
    return told <= HARDEST["en"] if letter.language == "en" else told >= HARDEST["es"]


def _of_few(sentence: Sentence, letter: Letter) -> bool:
    """One unit of the letter, of one side: else nobody could tell what belongs to what."""
    cited = letter.cited(sentence)
    sides = {side.lower() for side in re.findall(r"\b(left|right|bilateral|both)\b", cited, re.I)}
    return len(sides) <= 1 and bool(cited.strip())


GUARDS: dict[str, Callable[[Sentence, Letter], bool]] = {
    "one short sentence": _one_sentence,
    "frame": _framed,
    "one side": _of_few,
    "one clause": _in_one_clause,
    "discreet": _discreet,
    "easy": _easy,
}
"""Each check by its name, as results tell it."""
