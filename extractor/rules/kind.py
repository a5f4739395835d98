"""What kind of thing a request asks for: category and subcategory, from the words of the request."""

from __future__ import annotations

import re
from dataclasses import dataclass

from extractor.lexicon.medicines import FORMS, TOPICAL_FORMS, class_of, find_medicine
from extractor.lexicon.services import find_service
from extractor.taxonomy import Category

ASSOCIATED = re.compile(r"^\W*associated surgical (?:service|item|request|procedure)s?\b", re.I)
LABEL = re.compile(
    r"^\W*(?:associated surgical (?:service|item|request|procedure)s?|durable medical equipment|dme)\b ?[:-] ?", re.I
)
"""A label before what is asked for."""
SHARE = re.compile(r"\b[A-Za-z][\w-]+ (?:HCL |sodium )?\d[\d.]* ?%", re.I)
"""An ingredient with its share: two of them, or one that calls itself a compound, make a compound."""
COMPOUND = re.compile(r"\bcompound(?:ed)?\b", re.I)
DOSED = re.compile(
    r"^\W*(?P<name>[A-Z][A-Za-z-]+(?: [A-Za-z-]+){0,2}?)®?,? \(?\d[\d.,/-]* ?(?:mg|mcg|%|units?/ml)", re.I
)
"""A name with its strength is a medicine, though no list knows it."""
FORMED = re.compile(rf"^\W*(?P<name>[A-Z][a-z]{{3,}}(?: (?:{FORMS})))\b", re.I)
"""A name with the form of a medicine is one, too."""
INJECTED = re.compile(r"\binjections?\b", re.I)
INJECTED_CLASSES = ("viscosupplementation",)
INJECTED_MEDICINES = re.compile(
    r"\b(?:kenalog|depo-?medrol|methylprednisolone|dexamethasone|toradol|ketorolac|lidocaine|vitamin b-?12)\b", re.I
)
"""Given as an injection, these are asked for as a procedure."""
SURGICAL_ITEM = "adjunct_surgical_services"


@dataclass(frozen=True, slots=True)
class Kind:
    """What is asked for: a medicine, a service, or a thing; ``start`` and ``end`` are where it is named."""

    category: Category
    subcategory: str
    start: int
    end: int
    medicine: bool = False


def read_kind(words: str) -> Kind:
    """The kind of the request with these words; ``other`` where no list knows anything in it."""
    named = _named(words)
    if ASSOCIATED.match(words):
        start, end = (named.start, named.end) if named else (0, 0)
        return Kind("surgery", SURGICAL_ITEM, start, end, medicine=bool(named and named.medicine))
    return named or Kind("other", "other", 0, 0)


def _named(words: str) -> Kind | None:
    label = LABEL.match(words)
    floor = label.end() if label else 0
    drug, found = find_medicine(words, floor), find_service(words, floor)
    if drug and (found is None or drug.start() <= found[1]):
        return _medicine(words, drug.start(), drug.end(), class_of(drug["name"].lower()))
    dosed = DOSED.match(words[floor:])
    if dosed and (found is None or found[1] >= floor + dosed.end("name")):
        return _medicine(words, floor + dosed.start("name"), floor + dosed.end("name"), None)
    formed = FORMED.match(words[floor:])
    if formed and found is None:
        return _medicine(words, floor + formed.start("name"), floor + formed.end("name"), None)
    if found is None:
        compound = COMPOUND.search(words, floor)
        return Kind("pharmaceuticals", "topical_compounds", *compound.span(), medicine=True) if compound else None
    kind, start, end = found
    return Kind(kind.category, kind.subcategory, start, end)


def _medicine(words: str, start: int, end: int, subcategory: str | None) -> Kind:
    if INJECTED.search(words) and (subcategory in INJECTED_CLASSES or INJECTED_MEDICINES.search(words, start)):
        return Kind("injections", "injection", start, end)
    shares = len(SHARE.findall(words))
    topical = TOPICAL_FORMS.search(words)
    if shares > 1 or (COMPOUND.search(words) and (shares or topical)):
        subcategory = "topical_compounds"
    elif topical and subcategory in ("nsaids", "muscle_relaxants", "anti_epilepsy_drugs", "antidepressants", None):
        subcategory = "topical_analgesics"
    return Kind("pharmaceuticals", subcategory or "other_pharmaceuticals", start, end, medicine=True)
