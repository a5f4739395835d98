"""The fixed sentences, by name and language."""

from __future__ import annotations

import re
import tomllib
from functools import cache
from importlib.resources import files

from extractor.summary.schema import Language

BREAK = re.compile(r"""(?<=[.!?])(?<!\bNo\.)\s+|(?<=[.!?]["”'])\s+""")


@cache
def phrases() -> dict[str, dict[str, str]]:
    """Name to the wording in each language, and to its plural (``en_many``)."""
    found: dict[str, dict[str, str]] = {}

    def walk(name: str, table: dict[str, object]) -> None:
        words = {key: value for key, value in table.items() if isinstance(value, str)}
        if words:
            found[name] = words
        for key, value in table.items():
            if isinstance(value, dict):
                walk(f"{name}.{key}" if name else key, value)

    walk("", tomllib.loads(files("extractor.summary").joinpath("phrases.toml").read_text(encoding="utf-8")))
    return found


def phrase(name: str, language: Language, *, variant: str = "", **values: object) -> str:
    """The wording, filled in. ``variant`` (``many``, ``vowel``) is taken where the language tells it apart."""
    wordings = phrases()[name]
    wording = wordings.get(f"{language}_{variant}") or wordings[language]
    return wording.format(**values) if values else wording


def reviewed(language: Language) -> bool:
    """A fluent reviewer of this language is named in the file; English is the language it was written in."""
    return language == "en" or bool(phrases().get("review", {}).get(language))


def sentences(text: str) -> list[str]:
    """A fixed text cut into its sentences."""
    return [part for part in BREAK.split(text) if part]
