"""How easy a summary is to read, over its own sentences: the letter's words are left out, names count as easy ones.

English: the Flesch-Kincaid grade (Kincaid and others, 1975).  Spanish: perspicuity by Szigriszt (1993), whose scale
INFLESZ (Barrio, 2008) calls 65 to 80 "bastante fácil".  English syllables and the common words are textstat's; those of
the words that the program itself uses stand in ``vocabulary.json`` (``python -m scripts.vocabulary``), since loading
a pronouncing dictionary takes longer than reading a letter.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Sequence
from functools import cache
from importlib.resources import files

from extractor.summary.schema import Language, Reading, Sentence
from extractor.summary.words import WORD

GRADE = 6.0
"""English: the highest grade."""
PERSPICUITY = 65.0
"""Spanish: the least score."""
LEFT_OUT = 0.25
"""At most such a share of the words are the letter's own."""
NAME_SYLLABLES = 2
COMMON = 5000
"""Words of the list that count as common."""
SILENT_U = re.compile(r"([qg])u([eéií])")
STRONG, WEAK = "aeoáéóíú", "iuü"
NUCLEUS = re.compile(
    rf"[{WEAK}]?[{STRONG}](?:[{WEAK}](?![{STRONG}])|y(?![{STRONG}{WEAK}]))?|[{WEAK}]{{1,2}}|(?<![aeou])y\b"
)
"""A Spanish syllable's vowels: one strong vowel with the weak ones beside it, or weak ones alone."""
PASSIVE = {
    "en": re.compile(
        r"\b(?:is|are|was|were|be|been|being)\s+(?:not\s+|already\s+|ever\s+)?"
        r"(?:\w+ed|done|made|put|given|shown|seen|found|known|sent|told|said|kept|set)\b", re.I,
    ),
    "es": re.compile(
        r"\b(?:es|son|fue|fueron|era|eran|sea|sean|sido|estaba|estaban)\s+(?:ya\s+|no\s+)?\w+[ai]d[oa]s?\b", re.I
    ),
}  # fmt: skip


def reading(sentences: Iterable[Sentence], language: Language) -> Reading:
    """The figures of these sentences together."""
    told = list(sentences)
    own = [sentence for sentence in told if sentence.by != "letter"]
    syllables = [count for sentence in own for count in _counts(sentence, language)]
    quoted = sum(len(WORD.findall(sentence.text)) for sentence in told if sentence.by == "letter")
    words, n = len(syllables), len(own)
    plain = [word for sentence in own for word in _words(_without_names(sentence))]
    return Reading(
        score=round(score(sum(syllables), words, n, language), 2),
        words=words,
        sentences=n,
        words_a_sentence=round(words / n, 2) if n else 0.0,
        uncommon=round(sum(uncommon(word, language) for word in plain) / max(1, len(plain)), 4),
        passive=round(sum(bool(PASSIVE[language].search(sentence.text)) for sentence in own) / max(1, n), 4),
        left_out=round(quoted / max(1, quoted + words), 4),
    )


def score(syllables: int, words: int, sentences: int, language: Language) -> float:
    """Grade or perspicuity; that of nothing is easy."""
    if not words or not sentences:
        return 0.0 if language == "en" else 100.0
    if language == "en":
        return 0.39 * words / sentences + 11.8 * syllables / words - 15.59
    return 206.835 - 62.3 * syllables / words - words / sentences


def easy(reading: Reading, language: Language) -> bool:
    """Whether the summary may be shown."""
    return reading.score <= GRADE if language == "en" else reading.score >= PERSPICUITY


def _counts(sentence: Sentence, language: Language) -> list[int]:
    """The syllables of each word; a name is one word of two."""
    named = sum(sentence.text.count(name) for name in sentence.names)
    return [NAME_SYLLABLES] * named + [syllables(word, language) for word in _words(_without_names(sentence))]


def _without_names(sentence: Sentence) -> str:
    text = sentence.text
    for name in sorted(sentence.names, key=len, reverse=True):
        text = text.replace(name, " ")
    return text


def _words(text: str) -> Sequence[str]:
    return [word.lower() for word in WORD.findall(text)]


def syllables(word: str, language: Language) -> int:
    """As textstat counts them; a number in figures is one."""
    if word.isdigit():
        return 1
    if language == "es":
        return spanish_syllables(word)
    known = _known()[language].get(word)
    return abs(known) if known is not None else counted(word)


def uncommon(word: str, language: Language) -> bool:
    """Outside the list of common words: Dale's and Chall's in English, the most frequent ones in Spanish."""
    if word.isdigit():
        return False
    known = _known()[language].get(word)
    return known < 0 if known is not None else word not in common(language)


def ours(word: str, language: Language) -> bool:
    """A word that the program's own texts use."""
    return word in _known()[language]


@cache
def counted(word: str) -> int:
    """An English word's syllables, by textstat itself."""
    import textstat

    textstat.set_lang("en_US")
    return max(1, int(textstat.syllable_count(word)))


@cache
def spanish_syllables(word: str) -> int:
    """Spanish spelling tells them: a vowel each, but for silent u and diphthongs. textstat counts places for a hyphen,
    which are fewer: it has two in ``ayuda`` and one in ``día``."""
    word = SILENT_U.sub(r"\1\2", word.lower())
    return max(1, len(NUCLEUS.findall(word)))


@cache
def common(language: Language) -> frozenset[str]:
    """Textstat's list of common words."""
    listed = files("textstat").joinpath("resources", language, "easy_words.txt").read_text(encoding="utf-8")
    return frozenset(word.strip().lower() for word in listed.splitlines()[:COMMON])


@cache
def _known() -> dict[str, dict[str, int]]:
    """By language and word, its syllables; below zero where it is uncommon."""
    raw: dict[str, dict[str, int]] = json.loads(
        files("extractor.summary").joinpath("vocabulary.json").read_text(encoding="utf-8")
    )
    return raw
