"""A model's wording of the reviewer's reasons: each sentence in a fixed one's place, if it passes every check.

A model is shown the reasons only, each with the sentences of the letter that state it. Nothing else of a summary is
ever worded by one.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import count
from typing import TYPE_CHECKING

from extractor.schema import Span
from extractor.summary.checks import Letter
from extractor.summary.guarded import refused
from extractor.summary.schema import Section, Sentence
from extractor.summary.wording import abbreviations
from extractor.units import Unit, Units

if TYPE_CHECKING:
    from extractor.model.answer import Reworded, Rewording

UNWORDED = ("why.quote", "why.quote_again", "why.unknown")
"""Fixed sentences that stand where no plain words are known: a model may say several in their place."""
STANDING_IN = (*UNWORDED, "why.letter")
MOST = {True: 3, False: 1}
LANGUAGES = {"en": "English", "es": "Spanish"}


@dataclass(frozen=True)
class Slot:
    """A fixed sentence that a model may better, and the units of the letter that state the reason."""

    number: int
    fixed: Sentence
    units: tuple[Unit, ...]

    @property
    def unworded(self) -> bool:
        return self.fixed.name in UNWORDED


def slots(sections: Sequence[Section], units: Units) -> list[Slot]:
    """The reasons of a summary, in order."""
    numbers = count(1)
    return [
        Slot(next(numbers), sentence, tuple(unit for unit in units.units if _overlap(unit.spans, sentence.spans)))
        for section in sections
        if section.name == "why"
        for before, sentence in zip([None, *section.sentences], section.sentences, strict=False)
        if sentence.name.startswith("reason.")
        or (sentence.name in UNWORDED and (before is None or before.name != sentence.name))
    ]


def shown(slots: Sequence[Slot]) -> str:
    """The reasons as a model is shown them."""
    return "\n\n".join(
        f"slot {slot.number}\n" + "\n".join(f"{unit.number}|{unit.text}" for unit in slot.units) for slot in slots
    )


def problems(answer: Rewording, slots: Sequence[Slot], letter: Letter) -> list[str]:
    """What of the answer does not pass, as it is told to the model that is asked again."""
    by_number = {slot.number: slot for slot in slots}
    found = []
    for one in answer.sentences:
        slot = by_number.get(one.slot)
        failed = "there is no such slot" if slot is None else _worded(one, slot, letter)[1]
        if failed:
            found.append(f"slot {one.slot}: this does not hold: {failed}")
    return found


def reword(sections: Sequence[Section], answer: Rewording, units: Units, letter: Letter) -> None:
    """Puts the sentences that pass in their places; where none does, the fixed one says which check failed."""
    for slot in slots(sections, units):
        better, failed = [], None
        for one in [one for one in answer.sentences if one.slot == slot.number][: MOST[slot.unworded]]:
            sentence, wrong = _worded(one, slot, letter)
            failed = failed or wrong
            if wrong is None:
                better.append(sentence)
        section = next(section for section in sections if any(one is slot.fixed for one in section.sentences))
        at = next(at for at, one in enumerate(section.sentences) if one is slot.fixed)
        if better:
            end = at + 1
            while slot.unworded and end < len(section.sentences) and section.sentences[end].name in STANDING_IN:
                end += 1
            section.sentences[at:end] = better
        else:
            slot.fixed.refused = failed


def _worded(one: Reworded, slot: Slot, letter: Letter) -> tuple[Sentence, str | None]:
    """The sentence at the places that it cites, and the check that it fails."""
    numbers = _numbers(one.units)
    cited = [unit for unit in slot.units if unit.number in numbers]
    spans: list[Span] = [span for unit in cited for span in unit.spans]
    text = " ".join(one.text.split())
    sentence = Sentence(
        text=text, by="model", name=slot.fixed.name, issues=slot.fixed.issues, spans=spans, names=abbreviations(text)
    )
    if len(cited) != 1 or len(numbers) != 1:
        return sentence, "its units"
    return sentence, refused(sentence, letter)


def _numbers(units: str) -> set[int]:
    found: set[int] = set()
    for part in units.split(","):
        first, _, last = part.partition("-")
        found.update(range(int(first), min(int(last or first), int(first) + 50) + 1))
    return found


def _overlap(one: Sequence[Span], other: Sequence[Span]) -> bool:
    return any(start < end2 and start2 < end for start, end in one for start2, end2 in other)
