"""The checks that a model's sentence passes before it takes a fixed one's place. In doubt it does not.

They know the places that the sentence cites, and hold every word to them: what is decided, what somebody should do, who
somebody is, and what the letter does not speak of cannot be said.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from extractor.language.numbers import IN_WORDS, figures
from extractor.schema import Issue
from extractor.summary.checks import NUMBER, OF_ALL, Letter, failing, lower
from extractor.summary.concepts import CONCEPTS, OPPOSITES, spoken_of, standing_in
from extractor.summary.glossary import glossary
from extractor.summary.level import score, syllables
from extractor.summary.phrases import sentences
from extractor.summary.polarity import DECIDING
from extractor.summary.schema import Language, Sentence
from extractor.summary.words import WORD, free_words

MOST_WORDS = 24
HARDEST = {"en": 8.0, "es": 55.0}
"""A single sentence may be harder than the page: its grade at most, its perspicuity at least."""
NEGATED_IN_LETTER = re.compile(
    r"\b(?:not|no|nor|neither|none|never|without|cannot|lack\w*|absen\w+|fail\w*|insufficient\w*|inadequate\w*|unable|"
    r"unclear|unknown|unremarkable|negative|denie[sd]|deny|denying|free of|declin\w+|rule[sd]? out|rather than|instead|"
    r"little|limited|minimal|few|hardly|un\w+ed|missing|omit\w*|incomplete\w*)\b|n't\b",
    re.I,
)
"""Anything in the letter that turns a statement round: where there is any, the sentence must say so too."""
NEGATED: dict[Language, re.Pattern[str]] = {
    "en": re.compile(
        r"\b(?:not|no|never|none|without|nothing|nor|neither|cannot|missing|left out|lacked)\b|n't\b", re.I
    ),
    "es": re.compile(r"\b(?:no|sin|nunca|ni|ningun[oa]?|ningún|nada|tampoco|falta(?:n|ba|ban)?)\b", re.I),
}
ADVICE: dict[Language, re.Pattern[str]] = {
    "en": re.compile(
        r"\b(?:you (?:can|could|may|might|will|would|need|ought|have to|want)|ask|call|file|appeal|stop|start|take|try|"
        r"keep|avoid|talk|see your|please|let us|we|our|I|me|"
        r"lawyer|attorney|judge|court|sue|pay|owe|win)\b|(?:^|[,;:] |\band )(?:do not|don't|never)\b",
        re.I,
    ),
    "es": re.compile(
        r"\b(?:usted (?:puede|podría|podrá|necesita|tiene que)|pida|pregunte|llame|apele|apelar|deje|dejar|empiece|"
        r"tome|tomar|evite|hable|por favor|nosotros|nuestr[oa]s?|yo|abogad[oa]s?|juez|corte|demand\w+|pag\w+|gan\w+|"
        r"puede|pruebe)\b",
        re.I,
    ),
}
SENSITIVE = re.compile(
    r"\b(?:depress\w*|anxi\w*|mental\w*|psych\w*|suicid\w*|stress\w*|addict\w*|abus\w*|alcohol\w*|drunk|illicit|marijuana|"
    r"cannabis|cocaine|heroin|obes\w*|overweight|weight|bmi|fat|divorc\w*|wife|husband|spouse|marri\w*|child\w*|famil\w*|"
    r"depres\w*|ansi\w*|estrés|adicci\w*|adict\w*|abuso|alcohól\w*|marihuana|cocaína|heroína|obesidad|sobrepeso|peso|"
    r"divorci\w*|espos[oa]|hij[oa]s?|familia\w*|embaraz\w*|pregnan\w*)\b",
    re.I,
)
"""What is told only where the item itself is about it."""
SPANISH_NUMBERS = re.compile(
    r"\b(?:dos|tres|cuatro|cinco|seis|siete|ocho|nueve|diez|once|doce|quince|veinte|treinta|cuarenta|cincuenta|cien|"
    r"doble|triple|mitad)\b",
    re.I,
)
ENDINGS = ("'s", "ing", "ies", "ed", "es", "ly", "s", "y", "e", "o", "a")
NAMELIKE = re.compile(r"(?<!^)(?<![.!?] )(?<!\n)\b[A-Z][a-z]+")


def refused(sentence: Sentence, letter: Letter) -> str | None:
    """The first check that the sentence fails, of these and of those of every sentence; None where it passes all."""
    for name, holds in GUARDS.items():
        if not holds(sentence, letter):
            return name
    sentence.checks = list(GUARDS)
    return failing(sentence, letter)


def _one_sentence(sentence: Sentence, letter: Letter) -> bool:
    text = sentence.text
    return len(sentences(text)) == 1 and text[-1:] == "." and len(WORD.findall(text)) <= MOST_WORDS and "\n" not in text


def _silent_on_decisions(sentence: Sentence, letter: Letter) -> bool:
    return not DECIDING[letter.language].search(sentence.text)


def _no_advice(sentence: Sentence, letter: Letter) -> bool:
    return not ADVICE[letter.language].search(sentence.text)


def _own_words(sentence: Sentence, letter: Letter) -> bool:
    """Each word is one that says nothing of a case, one of the letter's at these places, the glossary's for it, or the
    plain one for something that the letter speaks of there; sides have a check of their own. In Spanish the letter's
    English words are none, but for names of drugs and tests."""
    language, cited = letter.language, letter.cited(sentence)
    stems = {_stem(word) for word in (lower(cited) if language == "en" else _names(cited))}
    glossed = {_stem(word) for word in _glossed(cited, language)}
    text, free = (
        _without_concepts(sentence.text, standing_in(cited), language),
        free_words(language) | set(lower(OF_ALL[language])),
    )
    return all(
        word in free or word.isdigit() or _stem(word) in stems or _stem(word) in glossed
        for word in lower(text)
    )  # fmt: skip


def _without_concepts(text: str, there: set[str], language: Language) -> str:
    """Without the plain words for what the letter speaks of."""
    for name in there:
        text = CONCEPTS[name].plain[language].sub(" ", text)
    return text


def _stem(word: str) -> str:
    """The word without its ending: enough to tell one from another."""
    for ending in ENDINGS:
        if word.endswith(ending) and len(word) > len(ending) + 3:
            return word[: -len(ending)]
    return word


def _glossed(cited: str, language: Language) -> set[str]:
    return {
        word
        for term in glossary().within(cited)
        for words in (term.words, term.what, term.both)
        for word in lower(words.get(language, ""))
    }


def _names(cited: str) -> set[str]:
    """Drugs, and what is written in capitals."""
    drugs = [one for one in glossary().find(cited) if one.term.kind == "medicine"]
    return set(lower(" ".join(cited[one.start : one.end] for one in drugs))) | {
        word.lower() for word in WORD.findall(cited) if word.isupper()
    }


def _numbers(sentence: Sentence, letter: Letter) -> bool:
    """Also those in words."""
    cited = letter.cited(sentence)
    known = {*NUMBER.findall(figures(cited)), *NUMBER.findall(cited)}
    spelled = NUMBER.findall(figures(" ".join(IN_WORDS.findall(sentence.text)))) if letter.language == "en" else []
    said = {*NUMBER.findall(sentence.text), *spelled} - {"1"}
    return said <= known and not (letter.language == "es" and SPANISH_NUMBERS.search(sentence.text))


def _terms(sentence: Sentence, letter: Letter) -> bool:
    """A drug, a part of the body, a test or a treatment that it names stands at the places cited."""
    cited = {term.words[letter.language] for term in glossary().within(letter.cited(sentence))}
    said = [term for term in _named(sentence.text, letter.language) if term not in cited]
    return not said


def _named(text: str, language: Language) -> list[str]:
    """The everyday names of the glossary's terms that the text names, by the letter's words or by their own."""
    named = [one.term.words[language] for one in glossary().find(text) if one.term.kind not in ("word", "guideline")]
    padded = f" {' '.join(lower(text))} "
    for term in glossary().terms.values():
        if term.kind == "body":
            noun = " ".join(word for word in lower(term.words[language]) if word not in ("el", "la", "los", "las"))
            if noun and f" {noun} " in padded:
                named.append(term.words[language])
    return named


def _speaks_of_the_cited(sentence: Sentence, letter: Letter) -> bool:
    """Everything that it speaks of stands there, one thing at least, and none as the opposite."""
    said, there = spoken_of(sentence.text, letter.language), standing_in(letter.cited(sentence))
    opposed = any(
        {one, other} & said and {one, other} & there and not {one, other} & said & there for one, other in OPPOSITES
    )
    return bool(said) and said <= there and not opposed


def _negations(sentence: Sentence, letter: Letter) -> bool:
    """It says not as often as the letter does: of several, nobody could tell which one is gone."""
    said = NEGATED[letter.language].findall(sentence.text)
    return len(said) == len(NEGATED_IN_LETTER.findall(letter.cited(sentence)))


def _discreet(sentence: Sentence, letter: Letter) -> bool:
    """Mind, drug use, weight and family only where the item is about them."""
    found = SENSITIVE.search(sentence.text)
    return found is None or all(_about_mind(issue) for issue in letter.of(sentence))


def _about_mind(issue: Issue) -> bool:
    asked = issue.request.text if issue.request else ""
    return issue.category == "psych_services" or bool(SENSITIVE.search(asked))


def _no_person(sentence: Sentence, letter: Letter) -> bool:
    """A capital within a sentence is a name, unless it is a drug's or a guide's."""
    names = _names(letter.cited(sentence)) | {"california"}
    return all(match.group().lower() in names for match in NAMELIKE.finditer(sentence.text))


def _easy(sentence: Sentence, letter: Letter) -> bool:
    words = lower(sentence.text)
    told = score(sum(syllables(word, letter.language) for word in words), len(words), 1, letter.language)
    return told <= HARDEST["en"] if letter.language == "en" else told >= HARDEST["es"]


GUARDS: dict[str, Callable[[Sentence, Letter], bool]] = {
    "one short sentence": _one_sentence,
    "no decision": _silent_on_decisions,
    "no advice": _no_advice,
    "own words": _own_words,
    "numbers": _numbers,
    "terms": _terms,
    "what is cited": _speaks_of_the_cited,
    "negations": _negations,
    "discreet": _discreet,
    "no person": _no_person,
    "easy": _easy,
}
"""Each check by its name, as results tell it."""
