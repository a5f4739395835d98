"""What a guideline paragraph says that a decision is based on."""

from __future__ import annotations

import re

from extractor.taxonomy import Basis

NONE_CITED = re.compile(r"\bdid\s+not\s+cite\s+any\s+(?:medical\s+)?evidence\b", re.I)
OUTSIDE = re.compile(
    r"\boutside\s+(?:of\s+)?the\s+MTUS\b(?:\s+Guidelines?)?|\bdid\s+not\s+base\s+(?:their|its|his/her)\s+decision\s+on\s+the\s+MTUS\b",
    re.I,
)
NON_MTUS = re.compile(r"\bNon\s?[-‐‑–]?\s{0,3}MTUS\b", re.I)
MTUS = re.compile(r"\b(?:MTUS|Medical\s+Treatment\s+Utilization\s+Schedule)\b", re.I)
OTHER = re.compile(r"\b(?:ODG|Official\s+Disability\s+Guidelines?|ACOEM)\b", re.I)


def read_basis(paragraph: str) -> Basis | None:
    """``mtus``, ``non_mtus`` or ``both`` by what is cited; ``none_cited`` where the paragraph says
    that nothing was; None where it says nothing of the kind."""
    outside = bool(NON_MTUS.search(paragraph) or OUTSIDE.search(paragraph))
    inside = bool(MTUS.search(OUTSIDE.sub(" ", NON_MTUS.sub(" ", paragraph))))
    if inside or outside:
        return "both" if inside and outside else "mtus" if inside else "non_mtus"
    if NONE_CITED.search(paragraph):
        return "none_cited"
    return "non_mtus" if OTHER.search(paragraph) else None
