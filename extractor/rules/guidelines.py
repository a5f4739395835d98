"""What a guideline paragraph says that a decision is based on."""

from __future__ import annotations

import re

from extractor.taxonomy import Basis

NONE_CITED = re.compile(r"\bdid\s{1,300}not\s{1,300}cite\s{1,300}any\s{1,300}(?:medical\s{1,300})?evidence\b", re.I)
OUTSIDE = re.compile(
    r"\bnot\s{1,300}(?:a\s{1,300})?part\s{1,300}of\s{1,300}the\s{1,300}(?:MTUS\b|Medical\s{1,300}Treatment\s{1,300}Utilization\s{1,300}Schedule(?:\s{1,300}\(MTUS\))?)"
    r"|\boutside\s{1,300}(?:of\s{1,300})?the\s{1,300}MTUS\b(?:\s{1,300}Guidelines?)?|\bdid\s{1,300}not\s{1,300}base\s{1,300}(?:their|its|his/her)\s{1,300}decision\s{1,300}on\s{1,300}the\s{1,300}MTUS\b",
    re.I,
)
NON_MTUS = re.compile(r"\bNon\s?[-‐‑–]?\s{0,3}MTUS\b", re.I)
SILENT = re.compile(
    r"\bMTUS\s{1,300}(?:is\s{1,300}silent|does\s{1,300}not\s{1,300}(?:specifically\s{1,300})?(?:address|discuss|mention))\b|\bno\s{1,300}section\s{1,300}of\s{1,300}the\s{1,300}MTUS\s{1,300}(?:was|is)\s{1,300}applicable\b",
    re.I,
)
MTUS = re.compile(r"\b(?:MTUS|Medical\s{1,300}Treatment\s{1,300}Utilization\s{1,300}Schedule)\b", re.I)
OTHER = re.compile(r"\b(?:ODG|Official\s{1,300}Disability\s{1,300}Guidelines?|ACOEM)\b", re.I)


def read_basis(paragraph: str) -> Basis | None:
    """``mtus``, ``non_mtus`` or ``both`` by what is cited; ``none_cited`` where the paragraph says
    that nothing was; None where it says nothing of the kind."""
    if NONE_CITED.search(paragraph) and not OTHER.search(paragraph) and not NON_MTUS.search(paragraph):
        return "none_cited"
    outside = bool(NON_MTUS.search(paragraph) or OUTSIDE.search(paragraph))
    inside = bool(MTUS.search(SILENT.sub(" ", OUTSIDE.sub(" ", NON_MTUS.sub(" ", paragraph)))))
    if inside or outside:
        return "both" if inside and outside else "mtus" if inside else "non_mtus"
    if NONE_CITED.search(paragraph):
        return "none_cited"
    return "non_mtus" if OTHER.search(paragraph) else None
