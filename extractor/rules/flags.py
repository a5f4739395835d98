"""The doubts that a reading by rules raises, each with the places it speaks of."""

from __future__ import annotations

import re

from extractor.layouts import Known, Layout
from extractor.layouts.description import Role
from extractor.rules.anatomy import Anatomy, Item
from extractor.rules.case import CaseReading
from extractor.schema import Flag, Issue
from extractor.source import SourceText, Span

ENDED = re.compile(r"""(?:[.!?:;…]["'”’)\]]*|\b(?:necessary|appropriate|certified|supported|warranted|indicated|authorized))$""", re.I)
"""How a whole text ends; a rationale's or a summary's full stop is now and then missing."""
UNREADABLE_SHARE = 0.005
"""Above this share of replacement and control characters the text is damaged."""
DAMAGED = re.compile(r"[\ufffd\x00-\x08\x0b\x0e-\x1f\x7f-\x9f\ue000-\uf8ff]")
LABELS: dict[Role, tuple[str, str]] = {
    "request": ("request_missing", "the request"),
    "claims_administrator_guideline": ("guideline_missing", "the claims administrator's guideline"),
    "reviewer_guideline": ("guideline_missing", "the reviewer's guideline"),
    "rationale": ("rationale_missing", "the rationale"),
}


def warning(code: str, message: str, spans: list[Span] | None = None) -> Flag:
    return Flag(code=code, level="warning", message=message, spans=spans or [])


def note(code: str, message: str, spans: list[Span] | None = None) -> Flag:
    return Flag(code=code, level="note", message=message, spans=spans or [])


def issue_flags(layout: Layout, item: Item, issue: Issue) -> list[Flag]:
    """What one item lacks."""
    flags = []
    place = [item.decision_span] if item.decision_span else []
    expected = {mark.role for mark in layout.marks} | {"request"}
    for role, (code, what) in LABELS.items():
        if role in expected and getattr(issue, role) is None:
            flags.append(warning(code, f"item {issue.number}: {what} was not found", place))
    if item.contradicted:
        flags.append(warning("decision_contradicted", f"item {issue.number}: the letter states two decisions", item.contradicted))
    elif issue.decision == "unknown":
        flags.append(warning("decision_unknown", f"item {issue.number}: no decision stands in its heading", place))
    return flags


def letter_flags(anatomy: Anatomy, case: CaseReading) -> list[Flag]:
    """What is missing or in doubt in the letter as a whole."""
    return [
        *_layout_flags(anatomy),
        *_case_flags(anatomy, case),
        *_coverage_flags(anatomy),
        *_truncation_flags(anatomy),
        *_quality_flags(anatomy),
    ]


def _layout_flags(anatomy: Anatomy) -> list[Flag]:
    if anatomy.layout.known is Known.WHOLE:
        return []
    first = anatomy.hits[0]
    return [
        warning(
            "unverified_layout",
            f"the layout '{anatomy.layout.name}' is not well known ({anatomy.layout.known.value}); check the result",
            [(first.start, first.end)],
        )
    ]


def _case_flags(anatomy: Anatomy, case: CaseReading) -> list[Flag]:
    flags = []
    missing = [name for name in anatomy.layout.case_labels if getattr(case.case, name) is None]
    if len(missing) == len(anatomy.layout.case_labels):
        flags.append(warning("case_header_missing", "the letter has no case header"))
    elif missing:
        flags.append(warning("case_field_missing", f"the case header does not state: {', '.join(missing)}"))
    if case.unreadable:
        flags.append(warning("case_field_unreadable", "a date of the case header is no date", case.unreadable))
    for name, spans in case.disagreeing.items():
        flags.append(warning("case_field_disagrees", f"the letter states two values for {name}", spans))
    if "summary" not in anatomy.sections:
        flags.append(warning("summary_missing", "the clinical case summary was not found"))
    return flags


def _coverage_flags(anatomy: Anatomy) -> list[Flag]:
    flags = []
    uncovered = list(anatomy.uncovered())
    if uncovered:
        flags.append(warning("uncovered_text", "text among the disputed items belongs to no field", uncovered))
    after = anatomy.source.trim(anatomy.end, len(anatomy.source.text))
    if after[0] < after[1] and not anatomy.second_letter:
        flags.append(note("text_after_letter", "text after the letter's end was left out", [after]))
    if anatomy.stray_decisions:
        flags.append(
            warning("issue_missing", "a decision word heads no item that was found", anatomy.stray_decisions)
        )
    if anatomy.second_letter:
        flags.append(
            warning("several_letters", "the file holds another letter, which was not read; split it", [anatomy.second_letter])
        )
    return flags


def _truncation_flags(anatomy: Anatomy) -> list[Flag]:
    places = []
    last = anatomy.items[-1]
    for span in (anatomy.sections.get("summary"), last.fields.get("rationale")):
        if span is not None and (cut := _cut_off(anatomy.source, span)):
            places.append(cut)
    if not places:
        return []
    return [warning("truncated_letter", "a text of the letter breaks off", places)]


def _cut_off(source: SourceText, span: Span) -> Span | None:
    """The last line of a text that ends like no text, or None."""
    start, end = source.trim(*span)
    words = source.body[start:end]
    if not words or ENDED.search(words):
        return None
    return max(start, end - 40), end


def _quality_flags(anatomy: Anatomy) -> list[Flag]:
    source, flags = anatomy.source, []
    misread = [(hit.start, hit.end) for hit in anatomy.hits if hit.misread and _is_misspelt(source, hit.start, hit.end, hit.mark.wording)]
    damaged = len(DAMAGED.findall(source.text)) > UNREADABLE_SHARE * len(source.text)
    if misread or damaged:
        flags.append(warning("low_text_quality", "words of the form are misspelt, as by poor OCR; check every text", misread))
    if source.read_by_ocr:
        flags.append(warning("read_by_ocr", "pages without a text layer were read by OCR; check every text"))
    if source.pages_without_text:
        pages = ", ".join(map(str, source.pages_without_text))
        flags.append(warning("page_without_text", f"pages {pages} show a picture without a text layer; read the letter with --ocr"))
    return flags


def _is_misspelt(source: SourceText, start: int, end: int, wording: str) -> bool:
    """The found words differ from the form's by more than case, spacing and marks."""
    if "{" in wording:
        return True
    letters = re.sub(r"\W", "", source.body[start:end]).lower()
    return letters != re.sub(r"\W", "", wording).lower()
