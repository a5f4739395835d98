"""Guidelines against the request and the rationale, and rationales used twice: notes, not warnings."""

from __future__ import annotations

import re
from collections.abc import Iterator

from extractor.consistency.finding import Finding, Letter, finding
from extractor.lexicon.anatomy import SPINE, near
from extractor.lexicon.guidelines import MTUS_GUIDES, ODG_CHAPTERS
from extractor.schema import Citation, Issue

REGIONS_BY_GUIDE = {guide.name: guide.regions for guide in MTUS_GUIDES}
ODG_RELIED_ON = re.compile(r"\b(?:ODG|Official Disability Guidelines?)\b")
SILENT = re.compile(
    r"\b(?:silent|(?:does|do|did) not (?:specifically )?(?:address|discuss|mention|speak)|no mention|not addressed)\b",
    re.I,
)


def check(letter: Letter) -> Iterator[Finding]:
    for issue in letter.statement.issues:
        yield from _chapters(letter, issue)
        yield from _uncited(letter, issue)
    yield from _reused(letter)


def _chapters(letter: Letter, issue: Issue) -> Iterator[Finding]:
    asked = letter.regions[issue.number] - {"back", "joint"}
    for guideline in (issue.claims_administrator_guideline, issue.reviewer_guideline):
        for citation in guideline.citations if guideline else ():
            regions = _regions(citation)
            if asked and regions and issue.request and not any(_covers(regions, one) for one in asked):
                message = f"{citation.canonical_title}: a chapter for another body part is cited"
                spans = [*issue.request.spans, *citation.spans]
                yield finding("guideline_of_other_body_part", "note", message, spans, issue)


def _covers(regions: set[str], asked: str) -> bool:
    """The chapter is for the region, or for one that complaints of the region go through; of the spine,
    only the thoracic part stands in two chapters."""
    if asked in SPINE:
        return asked in regions or (asked == "upper_back" and bool(regions & SPINE))
    return any(near(asked, region) for region in regions)


def _regions(citation: Citation) -> set[str]:
    """The regions of the body that the cited chapter is for; none where it is for the whole body."""
    if citation.source == "ODG":
        words = (citation.section or "").lower()
        named = [regions for chapter, regions in ODG_CHAPTERS.items() if re.search(rf"\b{chapter}\b", words)]
        first = next((regions for chapter, regions in ODG_CHAPTERS.items() if words.startswith(chapter)), ())
        return {region for regions in named for region in regions} if first else set()
    return set(REGIONS_BY_GUIDE.get(citation.canonical_title or "", ()))


def _uncited(letter: Letter, issue: Issue) -> Iterator[Finding]:
    """The ODG relied on in the rationale, with no word of it in the reviewer's guideline paragraph."""
    guideline = issue.reviewer_guideline
    if guideline is None or any(citation.source == "ODG" for citation in guideline.citations):
        return
    for voice in letter.told.rationales.get(issue.number, ()):
        if "odg" not in voice.sentence.stems and "offic" not in voice.sentence.stems:
            continue
        named = ODG_RELIED_ON.search(voice.sentence.text)
        if named and not SILENT.search(voice.sentence.text):
            message = "the rationale relies on the Official Disability Guidelines, which are not cited"
            spans = [*guideline.spans, *voice.sentence.spans_of(*named.span())]
            yield finding("guideline_uncited", "note", message, spans, issue)
            return


def _reused(letter: Letter) -> Iterator[Finding]:
    rationales = {issue.number: issue.rationale for issue in letter.statement.issues}
    for issue in letter.statement.issues:
        if issue.shares_rationale_with and issue.rationale:
            others = ", ".join(map(str, issue.shares_rationale_with))
            shared = rationales.get(issue.shares_rationale_with[0])
            spans = [*issue.rationale.spans, *(shared.spans if shared else [])]
            yield finding("rationale_reused", "note", f"the rationale is that of item {others} too", spans, issue)
