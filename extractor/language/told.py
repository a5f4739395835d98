"""What a letter tells, sentence by sentence, read once and used by everything that asks what was said."""

from __future__ import annotations

from dataclasses import dataclass, field

from extractor.language.sentences import Sentence
from extractor.language.voices import Voiced


@dataclass
class Told:
    """The sentences of the summary, and of each item's rationale with who speaks in them."""

    summary: list[Sentence] = field(default_factory=list)
    rationales: dict[int, list[Voiced]] = field(default_factory=dict)
