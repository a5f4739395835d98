"""Syllables of the words that the program itself uses in its summaries, and which of them are uncommon, by textstat.

python -m scripts.vocabulary [--check]
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path

from extractor.summary.facts import facts
from extractor.summary.glossary import glossary
from extractor.summary.level import common, counted, spanish_syllables
from extractor.summary.phrases import phrases
from extractor.summary.schema import LANGUAGES, Language
from extractor.summary.words import MONTHS, WORD

FILE = Path(__file__).resolve().parents[1] / "extractor" / "summary" / "vocabulary.json"


def texts(language: Language) -> Iterator[str]:
    """Everything that the program can say by itself."""
    for wordings in phrases().values():
        yield from (text for name, text in wordings.items() if name.startswith(language))
    yield from (fact.text[language] for fact in facts())
    for term in glossary().terms.values():
        yield from (words[language] for words in (term.words, term.what, term.both) if language in words)
    yield from (words[language] for words in glossary().subcategories.values())
    yield " ".join(MONTHS[language])
    yield {"en": "left right your", "es": "izquierdo izquierda derecho derecha"}[language]


def vocabulary() -> dict[str, dict[str, int]]:
    """By language and word, its syllables; below zero where it is uncommon."""
    made: dict[str, dict[str, int]] = {}
    for language in LANGUAGES:
        words = {word.lower() for text in texts(language) for word in WORD.findall(text) if not word.isdigit()}
        syllables = counted if language == "en" else spanish_syllables
        made[language] = {word: syllables(word) * (1 if word in common(language) else -1) for word in sorted(words)}
    return made


def main() -> int:
    made = json.dumps(vocabulary(), ensure_ascii=False, indent=0, sort_keys=True) + "\n"
    if "--check" not in sys.argv:
        FILE.write_text(made, encoding="utf-8")
        return 0
    if FILE.read_text(encoding="utf-8") == made:
        return 0
    print(f"{FILE.name} does not hold the words of the summaries; run: make readme", file=sys.stderr)
    return 1


if __name__ == "__main__":
    raise SystemExit(main())
