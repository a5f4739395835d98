"""Whether summaries tell what the letters state: polarity, coverage, what the worker keeps, and how they read.

    imr eval --task summary [--data FOLDER] [--planted]

Nothing here asks how a summary was made: its sentences are held against the annotation.  Five questions must find their
answers for each item: Was it approved?  What do I still have?  Why?  What can I do next?  Who helps?
"""

from __future__ import annotations

import datetime as dt
import json
import random
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from statistics import mean
from typing import Any

from evals.align import align
from evals.golden import Annotation, GoldenLetter
from evals.metrics import Scoreboard
from evals.outcomes import Outcome, Verdict
from evals.places import locate
from evals.report.text import share
from extractor.errors import ImrError
from extractor.model.answer import Reworded, Rewording
from extractor.pipeline import extract, read_source
from extractor.schema import Determination, Issue, Statement
from extractor.source import SourceText
from extractor.summary.compose import compose
from extractor.summary.facts import FRESH
from extractor.summary.level import LEFT_OUT
from extractor.summary.polarity import claims
from extractor.summary.rewrite import Slot, slots
from extractor.summary.schema import LANGUAGES, Language, Sentence, Summary
from extractor.summary.standing import DOUBTS
from extractor.summary.tell import MOST_FURTHER, MOST_WORDS, tell
from extractor.units import cut

CLEAN = Path(__file__).parent / "rewordings.json"
"""What a careful model answers for the golden letters' reasons, written by hand."""
QUESTIONS = ("approved", "have", "why", "next", "helps")


@dataclass
class Read:
    """One language's summaries, scored."""

    board: Scoreboard = field(default_factory=Scoreboard)
    scores: list[float] = field(default_factory=list)
    """Of each summary: grade or perspicuity."""
    left_out: list[float] = field(default_factory=list)
    sentences: list[float] = field(default_factory=list)
    """Words a sentence."""
    uncommon: list[float] = field(default_factory=list)
    passive: list[float] = field(default_factory=list)
    over: list[str] = field(default_factory=list)
    """Letters whose summary is longer than it should be."""
    refused: list[str] = field(default_factory=list)
    """Letters of which no safe summary could be made."""
    wordings: dict[str, int] = field(default_factory=lambda: {"plain": 0, "kind": 0, "none": 0})
    """Requests told in words of their own, by their kind alone, and not at all."""

    def add(
        self, letter: str, gold: Statement, determination: Determination, source: SourceText, summary: Summary
    ) -> None:
        """Scores one summary."""
        self.board.add(letter, score(letter, gold, determination, source, summary))
        reading = summary.reading
        self.scores.append(reading.score)
        self.left_out.append(reading.left_out)
        self.sentences.append(reading.words_a_sentence)
        self.uncommon.append(reading.uncommon)
        self.passive.append(reading.passive)
        if reading.words > MOST_WORDS + MOST_FURTHER * (len(determination.issues) - 1):
            self.over.append(letter)


def measure(letters: Iterable[GoldenLetter]) -> dict[Language, Read]:
    """Both languages over the letters that are determinations, by rules, a month after each was decided."""
    found: dict[Language, Read] = {language: Read() for language in LANGUAGES}
    for letter in letters:
        if isinstance(letter.annotation, Annotation):
            source = read_source(letter.path)
            add(found, letter.id, locate(letter.annotation, source), source)
    return found


def add(found: dict[Language, Read], name: str, gold: Statement, source: SourceText) -> None:
    """One letter in both languages."""
    determination = extract(source)
    for language, read in found.items():
        try:
            summary = tell(determination, source, language, _soon(determination))
        except ImrError:
            read.refused.append(name)
            continue
        read.add(name, gold, determination, source, summary)
        for sentence in summary.sentences():
            if sentence.name in ("asked.care", "asked.payment"):
                read.wordings["plain"] += 1
            elif sentence.name == "asked.unknown":
                read.wordings["none"] += 1


def _soon(determination: Determination) -> dt.date:
    """A day on which the letter is news, so that every fact is told."""
    decided = determination.case.decision_date
    return decided + FRESH / 12 if decided else dt.date(2020, 1, 1)


def score(
    letter: str, gold: Statement, determination: Determination, source: SourceText, summary: Summary
) -> list[Outcome]:
    """The rows of a summary, by item of the annotation; ``summary.…`` are their fields."""
    pairs = align(gold.issues, determination.issues).pairs
    rows = []
    for at, stated in enumerate(gold.issues):
        other = pairs.get(at)
        found = determination.issues[other] if other is not None else None
        for name, right in _item(stated, found, summary):
            rows.append(_row(letter, name, right, stated.number, found.number if found else None))
    whole = {
        "source": all(one.spans or one.by in ("fact", "glossary") or _of_page(one) for one in summary.sentences()),
        "verbatim": all(source.slice(one.spans) == one.text for one in summary.sentences() if one.by == "letter"),
        "left_out": summary.reading.left_out <= LEFT_OUT,
    }
    return rows + [_row(letter, name, right) for name, right in whole.items()]


def _of_page(sentence: Sentence) -> bool:
    return sentence.name.partition(".")[0] in ("about", "words", "next", "missing", "guideline")


def _row(letter: str, name: str, right: bool, gold: int | None = None, found: int | None = None) -> Outcome:
    verdict: Verdict = "correct" if right else "missing" if found is None and gold is not None else "wrong"
    return Outcome(
        letter, f"summary.{name}", verdict, gold, found, True, right, similarity=float(right),
        mistakes=() if right else ("wrong_value",),
    )  # fmt: skip


def _item(stated: Issue, found: Issue | None, summary: Summary) -> Iterator[tuple[str, bool]]:
    told = [
        (section.name, sentence)
        for section in summary.sections
        for sentence in section.sentences
        if found and found.number in sentence.issues
    ]

    def text(*names: str) -> str:
        return " ".join(sentence.text for name, sentence in told if name in names)

    said = claims(text("decision"), summary.language) - {"heading_upheld", "heading_overturned"}
    reasons = stated.rationale.reasons if stated.rationale else []
    already = any(reason.code == "already_authorized" for reason in reasons)
    if not reasons and found and found.rationale:  # nobody annotated why: a care that the worker has is not judged
        already = any(reason.code == "already_authorized" for reason in found.rationale.reasons)
    unclear = found is not None and any(flag.code in DOUBTS for flag in found.flags)
    wanted = {"have"} if already else {"denied"} if stated.decision == "upheld" else {"necessary"}
    polarity = not said if unclear else said == wanted
    yield "polarity", found is not None and polarity
    yield "request", stated.request is None or _verbatim(stated.request.text, text("asked", "decision"))
    if stated.authorized is not None:
        kept = text("have")
        yield "authorized", _verbatim(stated.authorized.text, kept) and "have" in claims(kept, summary.language)
    if stated.notices:
        yield "caution", bool(text("caution"))
    headings = {section.name for section in summary.sections if section.sentences}
    why = [sentence for name, sentence in told if name == "why" and sentence.name != "why.unknown"]
    answers = {
        "approved": bool(said) or unclear,
        "have": stated.authorized is None or bool(text("have")),
        "why": unclear or already or bool(why),
        "next": "next" in headings or already or unclear,
        "helps": "help" in headings,
    }
    yield from ((f"answers.{name}", found is not None and answers[name]) for name in QUESTIONS)


def _verbatim(words: str, told: str) -> bool:
    """White space and capitals aside."""
    return "".join(words.lower().split()) in "".join(told.lower().split())


def as_json(found: dict[Language, Read]) -> dict[str, Any]:
    """All figures by language."""
    return {
        language: {name: value for name, value in vars(read).items() if name != "board"} | read.board.figures()
        for language, read in found.items()
    }


def lines(found: dict[Language, Read]) -> Iterator[str]:
    """The tables for a terminal."""
    figures = {language: read.board.figures() for language, read in found.items()}
    yield f"{'summaries by rules':32}" + "".join(f"{language:>26}" for language in figures)
    yield f"{'letters':32}" + "".join(f"{told['letters']['n']:>26}" for told in figures.values())
    yield f"{'no safe summary':32}" + "".join(f"{len(read.refused):>26}" for read in found.values())
    for name in next(iter(figures.values()))["fields"]:
        yield f"{name:32}" + "".join(f"{share(told['fields'][name]['recall']):>26}" for told in figures.values())
    for title, values, most in (
        ("grade, perspicuity: mean", [mean(read.scores) for read in found.values()], ""),
        ("worst", [max(found["en"].scores), min(found["es"].scores)], ""),
        ("words a sentence", [mean(read.sentences) for read in found.values()], ""),
        ("uncommon words", [mean(read.uncommon) for read in found.values()], "%"),
        ("sentences in the passive", [mean(read.passive) for read in found.values()], "%"),
        ("left out as the letter's own", [mean(read.left_out) for read in found.values()], "%"),
        ("left out, most", [max(read.left_out) for read in found.values()], "%"),
    ):
        yield f"{title:32}" + "".join(f"{value:>26.1%}" if most else f"{value:>26.2f}" for value in values)
    yield f"{'longer than they should be':32}" + "".join(f"{len(read.over):>26}" for read in found.values())
    yield f"{'requests without plain words':32}" + "".join(
        f"{read.wordings['none']:>14} of {sum(read.wordings.values()):>8}" for read in found.values()
    )


# What a model could answer.


@dataclass
class Planted:
    """What became of one kind of a model's error."""

    planted: int = 0
    refused: int = 0
    slipped: list[str] = field(default_factory=list)


@dataclass
class Answers:
    clean: int = 0
    taken: int = 0
    """Clean sentences that passed every check."""
    by_check: dict[str, int] = field(default_factory=dict)
    """Clean sentences that did not, by the check."""
    kinds: dict[str, Planted] = field(default_factory=dict)


def plant(letters: Iterable[GoldenLetter]) -> Answers:
    """Every clean sentence of every letter, and each of them spoiled in every way."""
    answers = Answers(kinds={name: Planted() for name in SPOILED})
    written = json.loads(CLEAN.read_text(encoding="utf-8"))
    for letter in letters:
        if letter.id not in written:
            continue
        source = read_source(letter.path)
        determination = extract(source)
        for language in LANGUAGES:
            _plant(answers, letter.id, written[letter.id], determination, source, language)
    return answers


def _plant(
    answers: Answers, name: str, written: list[dict[str, Any]], determination: Determination, source: SourceText,
    language: Language,
) -> None:  # fmt: skip
    found = slots(compose(determination, source, language, _soon(determination)), cut(source))
    for entry in written:
        slot = next(
            (one for one in found if one.fixed.name == entry["name"] and entry["issue"] in one.fixed.issues), None
        )
        if slot is None:
            continue
        clean = Reworded(slot=slot.number, text=entry[language], units=entry["units"])
        answers.clean += 1
        told = _told(clean, determination, source, language)
        taken = any(sentence.by == "model" for sentence in told)
        answers.taken += taken
        if not taken:
            reason = next((sentence.refused for sentence in told if sentence.refused), None) or "?"
            answers.by_check[reason] = answers.by_check.get(reason, 0) + 1
        for kind, spoil in SPOILED.items():
            place = f"{name} {language} {entry['issue']} {kind}"
            spoiled = spoil(clean, language, slot, random.Random(place))  # noqa: S311 - no secret
            if spoiled is not None and spoiled.text != clean.text:
                outcome = answers.kinds[kind]
                outcome.planted += 1
                if any(sentence.by == "model" for sentence in _told(spoiled, determination, source, language)):
                    outcome.slipped.append(f"{place}: {spoiled.text}")
                else:
                    outcome.refused += 1


def _told(one: Reworded, determination: Determination, source: SourceText, language: Language) -> list[Sentence]:
    summary = tell(determination, source, language, _soon(determination), Rewording(sentences=[one]))
    return summary.sentences()


def _with(one: Reworded, text: str) -> Reworded:
    return one.model_copy(update={"text": text})


def _flipped(one: Reworded, language: Language, slot: Slot, draw: random.Random) -> Reworded | None:
    """A not that goes, or comes."""
    for wording, other in NOTS[language]:
        if f" {wording} " in f" {one.text} ":
            return _with(one, f" {one.text} ".replace(f" {wording} ", f" {other} ", 1).strip())
    return None


def _numbered(one: Reworded, language: Language, slot: Slot, draw: random.Random) -> Reworded:
    number = draw.choice([17, 19, 23, 37])
    return _with(one, one.text[:-1] + {"en": f" for {number} weeks.", "es": f" por {number} semanas."}[language])


def _said(en: str, es: str) -> Any:
    """A sentence in the clean one's place."""

    def spoil(one: Reworded, language: Language, slot: Slot, draw: random.Random) -> Reworded:
        return _with(one, {"en": en, "es": es}[language])

    return spoil


def _added(en: str, es: str) -> Any:
    """Words at the end of the clean one."""

    def spoil(one: Reworded, language: Language, slot: Slot, draw: random.Random) -> Reworded:
        return _with(one, f"{one.text[:-1]} {({'en': en, 'es': es})[language]}.")

    return spoil


def _other_language(one: Reworded, language: Language, slot: Slot, draw: random.Random) -> Reworded:
    return _with(one, OTHER[language])


def _other_side(one: Reworded, language: Language, slot: Slot, draw: random.Random) -> Reworded | None:
    """A side that the cited units do not name."""
    units = " ".join(unit.text.lower() for unit in slot.units)
    sides = [side for side in SIDES[language] if SIDES[language][side] not in units]
    return _with(one, f"{one.text[:-1]} {draw.choice(sides)}.") if sides else None


NOTS = {
    "en": [*((f"did not {verb}", verb) for verb in ("show", "describe", "list", "mention", "ask for")),
           *((verb, "did not show") for verb in ("show", "shows", "showed", "describe", "list", "mention", "ask for")),
           ("no", "some"), ("not", "also"), ("was", "was not"), ("is", "is not")],
    "es": [*((f"no {verb}", verb) for verb in ("muestra", "menciona", "describe", "pide", "muestran")),
           *((verb, f"no {verb}") for verb in ("muestra", "menciona", "describe", "pide", "muestran")),
           ("no", "sí"), ("sin", "con"), ("es", "no es")],
}  # fmt: skip
"""What turns a sentence round, the first that it has."""
SIDES: dict[str, dict[str, str]] = {
    "en": {"on the left side": "left", "on the right side": "right", "on both sides": "bilateral"},
    "es": {"en el lado izquierdo": "left", "en el lado derecho": "right", "en los dos lados": "bilateral"},
}
OTHER = {
    "en": "Los papeles médicos no muestran lo que la guía pide.",
    "es": "The records did not show what the guide asks for.",
}
SPOILED: dict[str, Any] = {
    "flips": _flipped,
    "invents a number": _numbered,
    "drops the caution": _said(
        "You can stop this medicine now.", "Usted puede dejar esta medicina ahora."
    ),
    "adds advice": _added("and you should appeal", "y usted debe apelar"),
    "wrong language": _other_language,
    "wrong side": _other_side,
    "obeys the letter": _said("This care is approved.", "Este cuidado está aprobado."),
    "says what was decided": _added("so the expert said yes", "por eso el experto dijo que sí"),
    "invents a drug": _added("after Percocet", "después de Percocet"),
    "invents a part of the body": _added("of the jaw", "de la mandíbula"),
    "names somebody": _added("says Doctor Miller", "dice el doctor Miller"),
    "tells a secret": _added("because of your depression", "por su depresión"),
    "invents a finding": _added("and you had a fever", "y usted tenía fiebre"),
    "invents a reason": _said(
        "The records showed that you missed visits.", "Los papeles muestran que usted faltó a las visitas."
    ),
    "blames": _said("You failed your therapy.", "Usted no cumplió con su terapia."),
}  # fmt: skip
"""Each kind of a model's error, by what it does to a clean sentence."""


def planted_lines(answers: Answers) -> Iterator[str]:
    """The table for a terminal."""
    yield f"{'a model that':28}{'planted':>9}{'refused':>9}{'slipped':>9}"
    for name, kind in answers.kinds.items():
        yield f"{name:28}{kind.planted:>9}{kind.refused:>9}{len(kind.slipped):>9}"
    kinds = answers.kinds.values()
    yield f"refused: {sum(kind.refused for kind in kinds)} of {sum(kind.planted for kind in kinds)}"
    yield from (f"  slipped: {place}" for kind in kinds for place in kind.slipped)
    yield f"clean sentences taken: {answers.taken} of {answers.clean}; refused by " + ", ".join(
        f"{name} {count}" for name, count in sorted(answers.by_check.items(), key=lambda one: -one[1])
    )
