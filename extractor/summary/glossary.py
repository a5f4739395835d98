"""Everyday words for the terms of these letters: the lines of ``terms/``, each one term or the words for a kind."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from typing import Any

from extractor.summary.schema import Language

TOKEN = re.compile(r"[A-Za-z0-9]+(?:['’][a-z]+)?")
MOST = 8
"""Words of the longest spelling."""
PILL = re.compile(r"\b(?:pills?|pastillas?)\b", re.I)
NO_PILL = re.compile(
    r"\b(?:lotions?|gels?|creams?|ointments?|topicals?|compound\w*|patch(?:es)?|sprays?|solutions?|suspensions?|liquids?|"
    r"elixir|syrup|drops|films?|powder|inject\w*|intra\w+|iv|im|transdermal|suppositor\w+)\b|"
    r"\d ?(?:g|gms?|grams?|ml|cc)\b|%",
    re.I,
)
"""Words of a request for what is no pill."""
CAPITALS = 4
"""A spelling in capitals of up to so many letters is found in capitals only: PT is not pt, nor US us."""


@dataclass(frozen=True, eq=False)
class Term:
    """A term, however letters spell it."""

    id: str
    kind: str
    """``care``, ``medicine``, ``test``, ``injection``, ``surgery``, ``device``, ``body``, ``guideline`` or ``word``."""
    words: dict[str, str]
    """By language: a noun phrase without article; of a part of the body in Spanish with it."""
    what: dict[str, str] = field(default_factory=dict)
    """By language: what it is, in one short sentence. Empty where the words say it."""
    both: dict[str, str] = field(default_factory=dict)
    """Of a part that the body has twice."""
    gender: str = ""
    paired: bool = False


@dataclass(frozen=True)
class Found:
    """A term in a text, at ``text[start:end]``."""

    term: Term
    start: int
    end: int


class Glossary:
    """All terms, by spelling, and the fallback for each subcategory of treatments."""

    def __init__(self) -> None:
        self.terms: dict[str, Term] = {}
        self.subcategories: dict[str, dict[str, str]] = {}
        """What a request of each subcategory is, where its own words are not known."""
        self._spelled: dict[str, list[tuple[str, Term]]] = {}
        for file in files("extractor.summary").joinpath("terms").iterdir():
            for line in file.read_text(encoding="utf-8").splitlines():
                self._add(json.loads(line))

    def _add(self, entry: dict[str, Any]) -> None:
        if "subcategory" in entry:
            self.subcategories[entry["subcategory"]] = entry
        else:
            term = Term(
                entry["id"], entry["kind"],
                {"en": entry["en"], "es": entry["es"]},
                {name: entry[f"{name}_what"] for name in ("en", "es") if entry.get(f"{name}_what")},
                {name: entry[f"{name}_both"] for name in ("en", "es") if entry.get(f"{name}_both")},
                entry.get("es_gender", ""), entry.get("paired", False),
            )  # fmt: skip
            self.terms[term.id] = term
            for spelling in entry["match"]:
                self._spelled.setdefault(_key(spelling), []).append((spelling, term))

    def find(self, text: str) -> Iterator[Found]:
        """The terms of a text, in order: the longest spelling at each place, none within another."""
        tokens = list(TOKEN.finditer(text))
        at = 0
        while at < len(tokens):
            length, found = self._at(tokens, at)
            if found:
                yield found
            at += length

    def within(self, text: str) -> Iterator[Term]:
        """Every term that stands anywhere in the text, also within another: ``lumbar`` in ``lumbar support``."""
        tokens = list(TOKEN.finditer(text))
        for at in range(len(tokens)):
            for length in range(1, min(MOST, len(tokens) - at) + 1):
                if term := self._spelled_by(tokens[at : at + length]):
                    yield term

    def _at(self, tokens: list[re.Match[str]], at: int) -> tuple[int, Found | None]:
        for length in range(min(MOST, len(tokens) - at), 0, -1):
            part = tokens[at : at + length]
            if term := self._spelled_by(part):
                return length, Found(term, part[0].start(), part[-1].end())
        return 1, None

    def _spelled_by(self, tokens: list[re.Match[str]]) -> Term | None:
        for spelling, term in self._spelled.get(" ".join(token.group().lower() for token in tokens), ()):
            if not _in_capitals(spelling) or "".join(token.group() for token in tokens).isupper():
                return term
        return None


@cache
def glossary() -> Glossary:
    """The glossary."""
    return Glossary()


def what(term: Term, language: Language, asked: str) -> str | None:
    """What the term is; None where the words asked for it in another form: a cream is not explained as a pill."""
    told = term.what.get(language)
    return None if told and PILL.search(told) and NO_PILL.search(asked) else told


def _key(spelling: str) -> str:
    # Most spellings are plain words already.
    plain = spelling.isascii() and spelling.replace(" ", "").isalnum()
    return (spelling if plain else " ".join(TOKEN.findall(spelling))).lower()


def _in_capitals(spelling: str) -> bool:
    letters = [character for character in spelling if character.isalpha()]
    return len(letters) <= CAPITALS and all(character.isupper() for character in letters)
