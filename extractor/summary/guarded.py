"""The checks that a model's sentence passes before it takes a fixed one's place. In doubt it does not.

A bag of right words can say anything: so the sentence has a closed frame ("The records did not show …"), and what
fills it is, word by word, all that one clause of the letter states or denies outright ("There is no evidence of …"), in
a sentence in which nothing doubts, limits or passes on what it says.  In Spanish the words are the glossary's for the
terms of that clause, in its order.  This takes few sentences; those that it takes say what the letter says.
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
            r"(?:shows?|showed|lists?|listed|describes?|described|mentions?|mentioned) "
            r"(?P<rest>.+)\."
        ),
        True: re.compile(
            r"The (?:records?|reports?|notes?|exams?|guide) (?:do|did|does) not (?:show|list|describe|mention) "
            r"(?P<rest>.+)\."
        ),
    },
    "es": {
        False: re.compile(
            r"(?:El expediente|El informe|El examen|La guía|Los informes|Las notas|Los exámenes) "
            r"(?:muestran?|mostró|mostraron|menciona|mencionan|describe|describen) (?P<rest>.+)\."
        ),
        True: re.compile(
            r"(?:El expediente|El informe|El examen|La guía|Los informes|Las notas|Los exámenes) no "
            r"(?:muestran?|mostró|mostraron|menciona|mencionan|describe|describen) (?P<rest>.+)\."
        ),
    },
}
"""By whether they say not: who tells, and what. None tells of the expert, the care or the worker."""
REPORTER = (
    r"(?:records?|reports?|notes?|exam(?:ination)?s?|mris?|x-?rays?|films?|imaging|charts?|documentation|guidelines?)"
)
SAYING = r"(?:show\w*|reveal\w*|demonstrat\w*|document\w*|describ\w*|list\w*|mention\w*|note[ds]?|found)"
STATED = [re.compile(rf"(?:the |this |his |her |an? )?(?:\w+ ){{0,2}}{REPORTER} {SAYING} (?P<fill>.+)", re.I)]
"""What states something outright: who tells, and behind the verb what."""
DENIED = [
    re.compile(r"(?:in this case )?there (?:is|was|are|were) no (?P<fill>.+)", re.I),
    re.compile(rf"(?:the |this )?(?:\w+ ){{0,2}}{REPORTER} (?:do|does|did) not {SAYING} (?P<fill>.+)", re.I),
    re.compile(rf"(?:the |this )?(?:\w+ ){{0,2}}{REPORTER} {SAYING} no (?P<fill>.+)", re.I),
    re.compile(rf"no (?P<fill>.+?) (?:is|are|was|were) {SAYING}", re.I),
]
"""What denies something outright."""
AHEAD = re.compile(
    r"^(?:(?:any|clear|objective|documented|evidence of|documentation of|record of|indication of|mention of|"
    r"signs? of) )+",
    re.I,
)
BEHIND = re.compile(
    r"(?: (?:documented|noted|provided|reported|on record|on file|on exam(?:ination)?|at this time|"
    r"in the (?:medical )?(?:records?|reports?|notes?)(?: provided| reviewed| submitted)?))+$",
    re.I,
)
"""What may stand around the thing that is told, and be left out."""
ARTICLES: dict[Language, frozenset[str]] = {
    "en": frozenset("a an any the your his her".split()),
    "es": frozenset("un una el la los las del de en su sus ningún ninguna".split()),
}
CLAUSE = re.compile(
    r"[,;:.()/&–—]| - |\b(?:and|but|or|nor|although|though|while|whereas|however|because|since|as|so|that|which|who|"
    r"when|if|until|unless|than|before|after|despite|except|including|due to|versus|with|plus|then|yet)\b",
    re.I,
)
"""Where one statement of the letter ends and another begins."""
NOT = re.compile(r"\b(?:not|no|without|never|lacks?|lacked|lacking|absence|absent|none|neither|nor)\b|n['’]t\b", re.I)
TURNING = re.compile(
    r"\b(?:doubt|longer|only|just|rules? out|ruled out|exclud\w+|resolv\w+|heal\w+|ineffective|unsuccessful|"
    r"discontinu\w+|ceas\w+|intact|normal|full|negative|denie[sd]|deny|denying|free|cannot|fail\w*|except|unremarkable|"
    r"unchanged|stopp\w+|hardly|rarely|5/5|possibl[ey]|questionable|suspect\w*|alleg\w*|claim\w*|reportedly|would|could|"
    r"might|may|should|whether|instead|rather|declin\w+|planned|scheduled|requested|referred|await\w*|unable|missed|"
    r"missing|cancel\w*|postpon\w*|insufficient|inadequate|devoid|probable|suggest\w*|concern|evaluate|risk|option|history|"
    r"prior|previous\w*|gone|controlled|false|incorrect|stat(?:e|es|ed)|denial|utilization|ur|if|when|unless|however|"
    r"but|although|later|first|then|yet|sister|brother|girlfriend|candidates?|reserved|recommended|indicated|criteria|"
    r"up to|at least|of \d+|left (?:work|the)|(?:right|left)[- ]hand(?:ed)?)\b",
    re.I,
)
"""What doubts, limits, turns round or passes on a statement: a sentence with any of it is not retold."""
NOT_A_MATTER = re.compile(
    r"\b(?:depress\w*|anxi\w*|mental\w*|psych\w*|suicid\w*|stress\w*|mood|panic|ptsd|addict\w*|abus\w*|alcohol\w*|beers?|"
    r"drunk|illicit|marijuana|cannabis|cocaine|heroin|smok\w*|tobacco|drugs?|drogas?|obes\w*|overweight|weigh\w*|bmi|fat|"
    r"hiv|hepatitis|jail|divorc\w*|wife|husband|spouse|marri\w*|child\w*|son|daughter|mother|father|famil\w*|pregnan\w*|"
    r"insurers?|employers?|dollars?|ow(?:e|es|ed)|program|summary|ignore|instruct\w*|www|http\w*|malinger\w*|"
    r"exaggerat\w*|noncomplian\w*|refus\w*|fault|blame\w*|sad\w*|grief|bipolar|prison|drink\w*|wine|pounds?|overdose|"
    r"methadone|sister|brother|girlfriend|boyfriend|temper|fear\w*|talk therapy|tristeza|preocupaci\w*|estrés|ánimo|"
    r"salud mental|peso|approv\w*|certif\w*|authori[sz]\w*|allow\w*|denie[sd]|deny|"
    r"need\w*|necess\w*|doctors?|company|page)\b",
    re.I,
)
"""What is told of nobody by a model, wherever it stands: mind, drug use, weight, family, blame, and planted text."""
ENDINGS = ("'s", "ing", "ies", "ed", "es", "s", "y", "e")
DERIVING = ("ment", "ness", "ation", "tion", "ion", "al", "able", "ful", "ive", "ity")
GUIDE = re.compile(r"\b(?:guidelines?|mtus|odg|acoem)\b", re.I)
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
    """What fills the frame is all that one clause of the letter's sentence states, or denies, outright."""
    told = _rest(sentence.text, letter.language)
    if told is None:
        return False
    negated, rest = told
    whole = " ".join(figures(letter.cited(sentence)).replace("\0", "").split())
    if TURNING.search(whole) or NOT_A_MATTER.search(whole) or (NOT.search(whole) and not negated):
        return False
    if ("guid" in sentence.text.split()[1].lower() or "guía" in sentence.text) != bool(GUIDE.search(whole)):
        return False
    same = _same if letter.language == "en" else _same_terms
    return any(same(rest, fill) for clause in _clauses(whole) for fill in _stated(clause, negated=negated))


def _clauses(text: str) -> list[str]:
    """The statements of a sentence."""
    return [part.strip() for part in CLAUSE.split(text) if part.strip()]


def _stated(clause: str, *, negated: bool) -> Iterator[str]:
    """What the clause states, or denies."""
    if len(NOT.findall(clause)) != negated:
        return
    for form in DENIED if negated else STATED:
        found = form.fullmatch(clause)
        if found:
            yield BEHIND.sub("", AHEAD.sub("", found["fill"]))


def _same(rest: str, fill: str) -> bool:
    """Word by word, articles aside; a term may be told by the glossary's words for it."""
    if re.search(r"\b[A-Z][a-z]", rest):  # a capital that is no abbreviation's: somebody's name
        return False
    ways = ((lower(rest), lower(fill)), (_marked(rest, "en", plain=True), _marked(fill, "en", plain=False)))
    return any(_alike(*(_telling(words, "en") for words in way)) for way in ways)


def _telling(words: list[str], language: Language) -> list[str]:
    return [word for word in words if word not in ARTICLES[language]]


def _alike(wanted: list[str], there: list[str]) -> bool:
    return bool(wanted) and list(map(_stem, wanted)) == list(map(_stem, there)) and all(map(_plain_word, wanted))


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
        name = " ".join(word for word in lower(term.words[language]) if word not in ARTICLES[language])
        spelled = [name] if plain else []
        if not plain:
            spelled = [" ".join(lower(text[one.start : one.end])) for one in glossary().find(text) if one.term is term]
        for spelling in spelled:
            if spelling and f" {spelling} " in marked:
                marked = marked.replace(f" {spelling} ", f" term\0{name.replace(' ', '_')} ")
    return [word.replace("\0", " ") for word in marked.split()]


def _same_terms(rest: str, fill: str) -> bool:
    """Nothing but the glossary's words for the terms of the fill, all of them and in its order, and its sides."""
    covered, at, left = fill, -1, f" {' '.join(lower(rest))} "
    for one in glossary().find(fill):
        names = [" ".join(lower(words)) for words in (one.term.words["es"], one.term.words["es"].partition(" (")[0])]
        place = next((left.find(f" {name} ") for name in names if f" {name} " in left), -1)
        if place <= at:
            return False
        name = next(name for name in names if f" {name} " in left)
        at = place
        left = left.replace(f" {name} ", " " + "_" * len(name) + " ", 1)
        covered = covered.replace(fill[one.start : one.end], " ")
    for side, spanish in (("left", "izquierd[oa]"), ("right", "derech[oa]")):
        if re.search(rf"\b{side}\b", fill, re.I):
            left, covered = re.sub(rf"\b{spanish}\b", " ", left), re.sub(rf"\b{side}\b", " ", covered, flags=re.I)
    small = ARTICLES["en"] | {"of", "in", "on", "for", "to"}
    nothing_else = all(set(word) == {"_"} or word in ARTICLES["es"] for word in left.split())
    return at >= 0 and nothing_else and all(word in small for word in lower(covered))


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
