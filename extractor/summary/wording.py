"""What was asked for, in everyday words: from the request's own parts and the glossary, nothing else.

The letter's words always stand beside: where the plain ones tell less, nothing is lost.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from extractor.language.numbers import FIGURE, in_figures, number
from extractor.lexicon.anatomy import LEVEL, SIDE
from extractor.schema import BodyPart, Details, Span, Text
from extractor.summary.glossary import Found, Term, glossary
from extractor.summary.phrases import phrase
from extractor.summary.schema import Language

ASKED_FOR = ("care", "medicine", "test", "injection", "surgery", "device")
"""Kinds of terms that can be asked for."""
HEADS = ("care", "test")
"""What is named last where it is about something else: ``spine surgery consultation``."""
JOINED = re.compile(r"\)?\s*(?:/|,|&|\+|,?\s+and(?:/or)?\s+|\s+with\s+)\s*")
"""Between two things that are asked for together."""
SIDES = {
    ("left", "m"): "izquierdo", ("left", "f"): "izquierda", ("right", "m"): "derecho", ("right", "f"): "derecha",
}  # fmt: skip
MOST_PARTS = 4
"""Of the body; of more of them, the letter's words tell."""
TURNED = re.compile(
    r"^no\b|\b(?:wean\w*|taper\w*|discontinu\w*|remov(?:al|e|ing)|stop(?:ping)?|(?:is|are) not|not requested|"
    r"denial|denied)\b",
    re.I,
)
"""What a request can be about beside the care itself: its end, or another."""
ENDS = re.compile(r"remov|wean|taper|detox")
"""Terms that are about just that."""
COUNTED_APART = re.compile(
    r"\b(?:up to|of \d+|completed|used|then)\b|"
    r"\b\d+\D{1,30}(?:visits?|sessions?)\b.*\b\d+\D{1,30}(?:visits?|sessions?)\b",
    re.I,
)
"""A request with more than one count, or with one of something else."""
SIDE_WRITTEN = re.compile(rf"\b(?:{SIDE})(?!\w)", re.I)
DONE_TO = ("test", "surgery")
"""Kinds of care that a part of the body has done to it, rather than done for it."""
OFTEN = re.compile(
    rf"(?P<n>once|twice|{FIGURE})(?: ?times?| ?x)? (?:a|per|each|every) (?P<unit>day|week|month)|daily", re.I
)
LONG = re.compile(rf"(?P<n>{FIGURE})[ -](?P<unit>day|week|month)s?", re.I)
VOWEL = re.compile(r"[aeiou]", re.I)


@dataclass(frozen=True)
class Worded:
    """A plain wording. ``terms`` are the glossary's in it; ``known`` is False where only its kind is."""

    text: str
    spans: list[Span]
    names: list[str]
    terms: list[Term]
    known: bool


def worded(request: Text, details: Details | None, subcategory: str | None, language: Language) -> Worded | None:
    """The wording; None where neither the request's words nor its kind are known."""
    details = details or Details()
    found = _asked_for(request, details)
    if TURNED.search(request.text) and not any(ENDS.search(one.term.id) for one in found):
        return None
    if details.drug is not None:
        return _medicine(request, details, [one.term for one in found], subcategory, language)
    if not found:
        kind = glossary().subcategories.get(subcategory or "")
        return Worded(kind[language], request.spans, [], [], known=False) if kind and subcategory != "other" else None
    terms = [one.term for one in found]
    care = terms[0].words[language]
    for term in terms[1:]:
        care = phrase("wording.and", language, first=care, last=term.words[language])
    sessions = details.sessions.value if details.sessions and not COUNTED_APART.search(request.text) else None
    if isinstance(sessions, int) and terms[0].kind == "care":
        care = phrase("wording.visit" if sessions == 1 else "wording.visits", language, n=sessions, care=care)
    if _several(request, found) and not _placed_first(request, details, found):
        return Worded(care, request.spans, abbreviations(care), terms, known=True)
    if len(SIDE_WRITTEN.findall(request.text)) > sum(part.side is not None for part in details.body_parts):
        return Worded(care, request.spans, abbreviations(care), terms, known=True)  # a side that belongs nowhere
    named = " ".join(str(details.treatment.value).lower().split()) if details.treatment else ""
    parts = [part for part in details.body_parts if part.side or part.part.lower() not in named]
    care = ", ".join(filter(None, (_placed(care, parts, terms[0].kind, language), _timed(request, details, language))))
    return Worded(care, request.spans, abbreviations(care), terms, known=True)


def _asked_for(request: Text, details: Details) -> list[Found]:
    """The term that the request names as its treatment, and those joined to it; else the first of the request."""
    named = details.drug or details.treatment
    for text in filter(None, (str(named.value) if named else "", request.text)):
        terms = [one for one in glossary().find(text) if one.term.kind in ASKED_FOR]
        if terms:
            kept = terms[:1]
            for one in terms[1:]:
                between = text[kept[-1].end : one.start]
                if between.isspace() and one.term.kind in HEADS and kept[-1].term.kind not in HEADS:
                    kept[-1] = one  # a consultation about a surgery is no surgery
                    continue
                if not JOINED.fullmatch(between) or one.term.id in [other.term.id for other in kept]:
                    break
                kept.append(one)
            return kept[:2]
    return []


def _several(request: Text, found: Sequence[Found]) -> bool:
    """The request names more than the plain words do: its amounts and places may be the other one's."""
    named = {one.term.id for one in glossary().find(request.text) if one.term.kind in ASKED_FOR}
    return bool(named - {one.term.id for one in found})


def _placed_first(request: Text, details: Details, found: Sequence[Found]) -> bool:
    """The one part of the body stands in front of all that is asked for, and so belongs to it."""
    parts = {part.part.lower() for part in details.body_parts}
    at = request.text.lower().find(next(iter(parts), "\0"))
    first = min((one.start for one in glossary().find(request.text) if one.term.kind in ASKED_FOR), default=0)
    return len(parts) == 1 and 0 <= at < first


def _medicine(
    request: Text, details: Details, terms: Sequence[Term], subcategory: str | None, language: Language
) -> Worded | None:
    """The drug's own name and dose, untouched, and what it is."""
    assert details.drug is not None
    several = len({one.term.id for one in glossary().find(request.text) if one.term.kind == "medicine"}) > 1
    strength, quantity = (None, None) if several else (details.strength, details.quantity)
    drug = " ".join(str(value.value) for value in (details.drug, strength) if value)
    kind = terms[0].words if terms else glossary().subcategories.get(subcategory or "")
    if kind is None:
        return None
    care = kind[language]
    variant = "vowel" if VOWEL.match(care) else ""
    name = drug
    if quantity and isinstance(quantity.value, int) and quantity.value > 1:
        drug = phrase("amount.quantity", language, drug=drug, n=quantity.value)
    text = phrase("wording.medicine", language, variant=variant, drug=drug, care=care)
    return Worded(text, request.spans, [name, *abbreviations(care)], list(terms), known=bool(terms))


def _timed(request: Text, details: Details, language: Language) -> str:
    """How often and for how long, where the request says it plainly."""
    if COUNTED_APART.search(request.text):
        return ""
    told = []
    often = OFTEN.fullmatch(in_figures(str(details.frequency.value).lower())) if details.frequency else None
    if often and often["unit"]:
        times = {"once": 1, "twice": 2}.get(often["n"]) or number(often["n"])
        if isinstance(times, int):
            told.append(phrase(f"amount.a_{often['unit']}", language, variant="one" if times == 1 else "", n=times))
    elif often:
        told.append(phrase("amount.daily", language))
    long = LONG.fullmatch(in_figures(str(details.duration.value).lower())) if details.duration else None
    length = number(long["n"]) if long else None
    if long and isinstance(length, int):
        told.append(phrase(f"amount.{long['unit']}s", language, variant="one" if length == 1 else "", n=length))
    return " ".join(told)


def _placed(care: str, parts: Sequence[BodyPart], kind: str, language: Language) -> str:
    """With the parts of the body that the request names and the glossary knows."""
    told = [found for part in parts if (found := _part(part, language))]
    told = list(dict.fromkeys(told))
    if not told or len(told) > MOST_PARTS or len(told) < len({part.part.lower() for part in parts}):
        return care
    body = told[0] if len(told) == 1 else phrase(
        "wording.and", language, first=", ".join(told[:-1]), last=told[-1]
    )  # fmt: skip
    told_of = phrase("wording.of_body" if kind in DONE_TO else "wording.for_body", language, care=care, body=body)
    return told_of.replace(" de el ", " del ")


def _part(part: BodyPart, language: Language) -> str | None:
    if re.fullmatch(LEVEL, part.part, re.I):
        region = phrase(f"wording.level_{part.part[0].upper()}", language, level=part.part)
        return phrase(f"wording.on_{part.side}", language, body=region) if part.side else region
    term = next((one.term for one in glossary().find(part.part) if one.term.kind == "body"), None)
    if term is None or (part.side and not term.paired):
        return None
    words = term.words[language]
    several = term.both.get(language)
    if part.side == "bilateral":
        return several
    if part.side is None and several and part.part.lower().endswith("s"):
        return several.replace("both ", "your ").replace(" dos ", " ")
    if language == "en":
        return " ".join(filter(None, ("your", part.side, words)))
    return " ".join(filter(None, (words, part.side and SIDES[part.side, term.gender or "m"])))


def abbreviations(text: str) -> list[str]:
    """Names in capitals, which stay as they are."""
    return re.findall(r"\b[A-Z][0-9][A-Z0-9-]*\b|\b[A-Z]{2,}[A-Z0-9]*\b", text)
