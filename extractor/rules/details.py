"""What exactly a request asks for: the thing or medicine, how much, how often, how long, of which part of the body.

Only what stands there: a frequency and a duration are not multiplied, a side is not guessed.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from extractor.language.dates import DATE
from extractor.language.folded import Folded
from extractor.rules.amounts import Values, read_amounts, read_medicine
from extractor.rules.body_parts import read_body_parts
from extractor.rules.kind import Kind, read_kind
from extractor.rules.treatment import find_treatment
from extractor.schema import Details, Value
from extractor.source import Span
from extractor.taxonomy import Timing

ACQUISITION = re.compile(r"\b(?P<rental>rental|rent(?:ed)?)\b|\b(?P<purchase>purchased?|buy)\b", re.I)
CODE = re.compile(
    r"\b(?:CPT|HCPCS|NDC|ICD-?(?:9|10)?)(?: codes?)?[:# ]{0,3}(?P<codes>[A-Z]?\d[\w.]{2,6}(?:(?:, ?| and |"
    r" & |/)[A-Z]?\d[\w.]{2,6})*)|\((?P<bare>[A-V]\d{4})\)",
    re.I,
)
ONE_CODE = re.compile(r"[A-Z]?\d[\w.]{2,6}", re.I)
NO_SERVICE_DATE = re.compile(r"\b(?:rfa|report|dated|updated|request(?:ed)?)[ :]*(?:on |of )?$", re.I)
BETWEEN = re.compile(r"\b(?:between|through|valid|expir\w+)\b|/\d{2,4} (?:to|-|–) \d{1,2}/", re.I)
"""A window in which care is to be given, and no date on which it was."""
RETROSPECTIVE = re.compile(
    r"\bretro(?:spective(?:ly)?)?\b|\bDOS\b|\bdates? of service\b|\b(?:performed|rendered|dispensed|"
    r"provided|done|given)\b.{0,30}? on \d",
    re.I,
)
LONGEST = 2000
"""A request of more characters is none; a flag says so already, and its details are not looked for."""


def read_details(folded: Folded, kind: Kind | None = None) -> Details:
    """The details that the request states; each value with where it stands."""
    text = folded.text
    if len(text) > LONGEST:
        return Details()
    kind = kind or read_kind(text)
    values = Values(folded)
    given, codes = list(_service_dates(text)), list(_codes(text))
    values.taken += [match.span() for match in DATE.finditer(text)] + codes
    read_amounts(values, kind)
    acquired = {match.lastgroup: match for match in ACQUISITION.finditer(text)}
    if len(acquired) == 1:
        ((name, match),) = acquired.items()
        values.take("acquisition", match.span(), name)
    parts = read_body_parts(folded, kind)
    if kind.medicine:
        read_medicine(values, kind)
    elif named := find_treatment(values, kind, parts):
        values.take("treatment", named)
    return Details(
        **values.found,
        body_parts=[placed.part for placed in parts],
        dates_of_service=[Value(value=text[slice(*span)], spans=folded.spans(*span)) for span in given],
        codes=[Value(value=text[slice(*span)], spans=folded.spans(*span)) for span in codes],
    )


def read_timing(text: str) -> Timing:
    """``retrospective`` for care that was already given."""
    return "retrospective" if RETROSPECTIVE.search(text) else "prospective"


def _service_dates(text: str) -> Iterator[Span]:
    """Dates on which care was given: none of a window in which it is to be given."""
    if BETWEEN.search(text) and not RETROSPECTIVE.search(text):
        return
    for match in DATE.finditer(text):
        if not NO_SERVICE_DATE.search(text[: match.start()]):
            yield match.span()


def _codes(text: str) -> Iterator[Span]:
    for match in CODE.finditer(text):
        for code in ONE_CODE.finditer(text, *match.span("codes" if match["codes"] else "bare")):
            yield code.span()
