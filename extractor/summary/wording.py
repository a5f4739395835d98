"""What was asked for, in everyday words: from the request's own parts and the glossary, nothing else.

The letter's words always stand beside: where the plain ones tell less, nothing is lost.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from extractor.schema import BodyPart, Details, Span, Text
from extractor.summary.glossary import Found, Term, glossary
from extractor.summary.phrases import phrase
from extractor.summary.schema import Language

ASKED_FOR = ("care", "medicine", "test", "injection", "surgery", "device")
"""Kinds of terms that can be asked for."""
HEADS = ("care", "test")
"""What is named last where it is about something else: ``spine surgery consultation``."""
JOINED = re.compile(r"\s*(?:/|,|&|\+|,?\s+and(?:/or)?\s+|\s+with\s+)\s*")
"""Between two things that are asked for together."""
SIDES = {
    ("left", "m"): "izquierdo", ("left", "f"): "izquierda", ("right", "m"): "derecho", ("right", "f"): "derecha",
}  # fmt: skip
MOST_PARTS = 4
"""Of the body; of more of them, the letter's words tell."""
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
    if details.drug is not None:
        return _medicine(request, details, [one.term for one in found], subcategory, language)
    if not found:
        kind = glossary().subcategories.get(subcategory or "")
        return Worded(kind[language], request.spans, [], [], known=False) if kind and subcategory != "other" else None
    terms = [one.term for one in found]
    care = terms[0].words[language]
    for term in terms[1:]:
        care = phrase("wording.and", language, first=care, last=term.words[language])
    sessions = details.sessions.value if details.sessions else None
    if isinstance(sessions, int) and terms[0].kind == "care":
        care = phrase("wording.visit" if sessions == 1 else "wording.visits", language, n=sessions, care=care)
    named = " ".join(str(details.treatment.value).lower().split()) if details.treatment else ""
    parts = [part for part in details.body_parts if part.side or part.part.lower() not in named]
    care = _placed(care, parts, language)
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


def _medicine(
    request: Text, details: Details, terms: Sequence[Term], subcategory: str | None, language: Language
) -> Worded | None:
    """The drug's own name and dose, untouched, and what it is."""
    assert details.drug is not None
    drug = " ".join(str(value.value) for value in (details.drug, details.strength) if value)
    kind = terms[0].words if terms else glossary().subcategories.get(subcategory or "")
    if kind is None:
        return None
    care = kind[language]
    variant = "vowel" if VOWEL.match(care) else ""
    text = phrase("wording.medicine", language, variant=variant, drug=drug, care=care)
    return Worded(text, request.spans, [drug, *abbreviations(care)], list(terms), known=bool(terms))


def _placed(care: str, parts: Sequence[BodyPart], language: Language) -> str:
    """With the parts of the body that the request names and the glossary knows."""
    told = [found for part in parts if (found := _part(part, language))]
    told = list(dict.fromkeys(told))
    if not told or len(told) > MOST_PARTS or len(told) < len({part.part.lower() for part in parts}):
        return care
    body = told[0] if len(told) == 1 else phrase(
        "wording.and", language, first=", ".join(told[:-1]), last=told[-1]
    )  # fmt: skip
    return phrase("wording.for_body", language, care=care, body=body)


def _part(part: BodyPart, language: Language) -> str | None:
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
    return re.findall(r"\b[A-Z]{2,}[A-Z0-9]*\b", text)
