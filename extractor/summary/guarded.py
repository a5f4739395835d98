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
from extractor.summary.level import common, ours, score, syllables
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
FILLING = re.compile(
    r"^(?:(?:been|be|show\w*|document\w*|mention\w*|describ\w*|report\w*|record\w*|not\w*|list\w*|evidence|signs?|"
    r"documentation|mention|description|any|clear|objective|of|on|for) )+",
    re.I,
)
"""Between a not and what it is about."""
STATED = re.compile(
    r"\b(?:is|are|was|were|has|have|had|show\w*|reveal\w*|demonstrat\w*|document\w*|noted|notes|found|remain\w*|"
    r"record\w*|list\w*|describ\w*)\b",
    re.I,
)
"""A clause with a verb: a word of a list says nothing by itself."""
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
DERIVING = ("ment", "ness", "ation", "tion", "ion", "al", "able", "ful", "ive", "ity")
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
    """Every word of it stands in one clause of the letter's sentence: right behind its one not where the frame has one,
    else in a statement before which nothing is denied, doubted or turned round."""
    told = _rest(sentence.text, letter.language)
    if told is None:
        return False
    negated, rest = told
    holds = _in_order if letter.language == "en" else _by_terms
    whole = " ".join(figures(letter.cited(sentence)).replace("\0", "").split())
    for start, end in _clauses(whole):
        clause = whole[start:end]
        if negated:
            nots = list(NOT.finditer(clause))
            if len(nots) != 1 or TURNING.search(clause):
                continue
            behind = FILLING.sub("", clause[nots[0].end() :].strip())
            if holds(rest, behind, first=True):
                return True
            continue
        sure = STATED.search(clause) and not NOT.search(whole[:end]) and not TURNING.search(whole[:end])
        if sure and holds(rest, clause, first=False):
            return True
    return False


def _clauses(text: str) -> Iterator[tuple[int, int]]:
    """Where the statements of a sentence stand."""
    at = 0
    for edge in CLAUSE.finditer(text):
        yield at, edge.start()
        at = edge.end()
    yield at, len(text)


def _in_order(rest: str, clause: str, *, first: bool) -> bool:
    """The words of the rest in the clause's order, the first of them at its beginning where that is asked; a term may
    be told by the glossary's words for it."""
    ways = ((lower(rest), lower(clause)), (_marked(rest, "en", plain=True), _marked(clause, "en", plain=False)))
    return any(_in_turn(*map(_telling, way), first=first) for way in ways)


def _telling(words: list[str]) -> list[str]:
    return [word for word in words if word not in JOINING["en"]]


def _in_turn(wanted: list[str], there: list[str], *, first: bool) -> bool:
    if not wanted or not there or (first and _stem(wanted[0]) != _stem(there[0])):
        return False
    left = iter(there)
    return all(any(_stem(word) == _stem(other) for other in left) and _plain_word(word) for word in wanted)


def _plain_word(word: str) -> bool:
    """A term, a number, or a word that is common or that our own texts use: no name, and no word of nobody's but
    doctors'."""
    if word.startswith("term ") or NUMBER.fullmatch(word):
        return True
    stems = [word.removesuffix(ending) for ending in ("", *DERIVING) if word.endswith(ending)]
    forms = [form for stem in stems for form in (stem, _stem(stem), f"{_stem(stem)}e", f"{_stem(stem)}y")]
    return any(form in common("en") or ours(form, "en") for form in forms)


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


def _by_terms(rest: str, clause: str, *, first: bool) -> bool:
    """Nothing but the glossary's words for terms of the clause, and the sides that it names; the first term stands at
    its beginning where that is asked."""
    left = f" {' '.join(lower(rest))} "
    told: list[int] = []
    for one in sorted(glossary().find(clause), key=lambda found: -len(found.term.words["es"])):
        for words in (one.term.words["es"], one.term.words["es"].partition(" (")[0]):
            name = " ".join(lower(words))
            if f" {name} " in left:
                left = left.replace(f" {name} ", " ")
                told.append(one.start)
    for side, spanish in (("left", "izquierd[oa]"), ("right", "derech[oa]")):
        if re.search(rf"\b{side}\b", clause, re.I):
            left = re.sub(rf"\b{spanish}\b", " ", left)
    if not told or not all(word in JOINING["es"] for word in left.split()):
        return False
    return not first or all(word in JOINING["en"] for word in lower(clause[: min(told)]))


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
