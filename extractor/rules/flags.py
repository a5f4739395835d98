"""The doubts that a reading by rules raises, each with the places it speaks of."""

from __future__ import annotations

import re
from itertools import pairwise

from extractor.layouts import Known, Layout
from extractor.layouts.description import Role
from extractor.rules import partial
from extractor.rules.anatomy import Anatomy, Item
from extractor.rules.case import CaseReading
from extractor.rules.headings import CONCLUDING, VERDICT
from extractor.rules.marks import SECTIONS
from extractor.schema import Case, Flag, Issue, Statement
from extractor.source import SourceText, Span
from extractor.taxonomy import FlagCode

ENDED = re.compile(
    rf"(?:[.!?:;…)\]\"'”’]|{CONCLUDING}|\bthis\s{{1,3}}time|\babove|\bN/A|\d|\d\s?(?:mg|ml|mcg|%)|\S\.\w{{2,5}}(?:/\S*)?)$",
    re.I,
)
"""How a whole text ends; a rationale's or a summary's full stop is now and then missing."""
THE_REQUEST = re.compile(r"\bthe\s+request\s+(?:for|is)\b", re.I)
LONG_REQUEST = 350
"""The longest request of a published letter has some 200 characters; a partial approval's heading is longer."""
TAIL_LENGTH = 40
"""How many characters at a text's end tell whether it ends."""
UNREADABLE_SHARE = 0.005
"""Above this share of control and private characters the text is damaged."""
TO_SOFTWARE = re.compile(
    r"\b(?:ignore|disregard|forget|override)\s(?:(?:all|any|the|your|these|previous|prior|above|earlier|preceding)\s){1,4}"
    r"(?:instructions?|prompts?|rules|messages?|directions)\b"
    r"|\b(?:system|developer)\sprompt\b|\byou\sare\s(?:now\s)?(?:an?\s)?(?:AI|artificial|language\smodel|chatbot|assistant)\b"
    r"|\bas\san?\s(?:AI|language\smodel)\b|\b(?:dear|attention|note\sto)\s(?:AI|LLM|language\smodel|chatbot|GPT)\b"
    r"|\b(?:respond|reply|answer|output)\s(?:only\s)?(?:with|in)\s(?:the\s)?(?:following\s)?JSON\b"
    r"|\b(?:mark|report|classify|return|output)\s(?:all|every|each)\s(?:of\sthe\s)?(?:items?|decisions?|issues?)\sas\b"
    r"|</?(?:letter|system|instructions?|assistant)>|\[/?INST\]|<\|(?:im_start|im_end|system|user|assistant)\|>",
    re.I,
)
"""What no reviewer writes to a worker."""
HINTS = ("instruction", "prompt", "json", "language model", "chatbot", "you are", "assistant", " ai", "llm", "gpt",
         "override", "disregard", "ignore", "forget", "items as", "decisions as", "issues as", "item as", "decision as",
         "issue as", "<letter", "</", "<system", "inst]", "<|")  # fmt: skip
"""Without one of these, the pattern need not be tried."""
DAMAGED = re.compile(r"[\x00-\x08\x0b\x0e-\x1f\x7f-\x9f\ue000-\uf8ff]")
ORDER = ("date_of_injury", "ur_denial_date", "application_received", "date_assigned", "decision_date")
"""A case's dates, in the order in which a case goes (8 CCR 9792.6.1 and following)."""
LABELS: dict[Role, tuple[FlagCode, str]] = {
    "request": ("request_missing", "the request"),
    "claims_administrator_guideline": ("guideline_missing", "the claims administrator's guideline"),
    "reviewer_guideline": ("guideline_missing", "the reviewer's guideline"),
    "rationale": ("rationale_missing", "the rationale"),
}


def warning(code: FlagCode, message: str, spans: list[Span] | None = None) -> Flag:
    return Flag(code=code, level="warning", message=message, spans=spans or [])


def note(code: FlagCode, message: str, spans: list[Span] | None = None) -> Flag:
    return Flag(code=code, level="note", message=message, spans=spans or [])


def issue_flags(source: SourceText, layout: Layout, item: Item, issue: Issue) -> list[Flag]:
    """What one item lacks, and what in it is in doubt."""
    flags = []
    place = item.decided_at() or (issue.request.spans if issue.request else [])
    expected = {mark.role for mark in layout.marks} | {"request"}
    for role, (code, what) in LABELS.items():
        if role in expected and getattr(issue, role) is None:
            flags.append(warning(code, f"item {issue.number}: {what} was not found", place))
    if item.contradicted:
        message = f"item {issue.number}: the letter states more than one decision"
        flags.append(warning("decision_contradicted", message, item.decided_at()))
    elif issue.decision == "unknown":
        flags.append(warning("decision_unknown", f"item {issue.number}: no decision stands in its heading", place))
    if item.other_requests:
        message = f"item {issue.number}: the letter tells another request under the same number"
        flags.append(warning("issue_missing", message, item.other_requests))
    flags += _heading_flags(source, layout, item, issue)
    rationale = item.fields.get("rationale")
    if rationale and (cut := _cut_off(source, rationale)):
        flags.append(warning("truncated_letter", f"item {issue.number}: the rationale breaks off", [cut]))
    return flags


def _heading_flags(source: SourceText, layout: Layout, item: Item, issue: Issue) -> list[Flag]:
    """Doubts about where a request begins, and whether all of a partial approval was understood."""
    heading = item.fields.get("request")
    if heading is None or issue.request is None or layout.partial is None:
        return []
    partly = partial.tells_of_one(source, heading, layout.partial)
    if partly and issue.authorized is None:
        message = f"item {issue.number}: the heading tells of a partial approval that was not understood"
        return [warning("partial_approval_unread", message, source.spans(*heading))]
    told = issue.original_request or issue.request
    request = told.text
    if VERDICT.search(request) or THE_REQUEST.search(request) or (not partly and len(request) > LONG_REQUEST):
        message = f"item {issue.number}: the request may hold words of the rationale before it"
        return [warning("request_doubtful", message, told.spans)]
    return []


def letter_flags(anatomy: Anatomy, statement: Statement, case: CaseReading) -> list[Flag]:
    """What is missing or in doubt in the letter as a whole."""
    return [
        *_layout_flags(anatomy),
        *_case_flags(anatomy, case),
        *_section_flags(anatomy, statement),
        *_coverage_flags(anatomy),
        *_truncation_flags(anatomy),
        *_quality_flags(anatomy),
        *_instructions(anatomy),
    ]


def _instructions(anatomy: Anatomy) -> list[Flag]:
    """Words that address software, wherever they stand: hidden text too."""
    text = anatomy.source.text
    lowered = text.lower()
    hinted = any(hint in lowered for hint in HINTS)
    places = [match.span() for match in TO_SOFTWARE.finditer(text)] if hinted else []
    message = "the letter's text addresses the software that reads it; it was not obeyed"
    return [warning("suspicious_instructions", message, places)] if places else []


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
    if disordered := _disordered(case.case):
        flags.append(
            warning(
                "case_dates_disordered",
                "dates of the case header are not in the order in which a case goes",
                disordered,
            )
        )
    return flags


def _disordered(case: Case) -> list[Span]:
    """The first two dates of the header that stand in the wrong order, or nothing."""
    stated = [(name, value) for name in ORDER if (value := getattr(case, name)) is not None]
    for (name, value), (later, after) in pairwise(stated):
        if value > after:
            return [*case.evidence[name], *case.evidence[later]]
    return []


def _section_flags(anatomy: Anatomy, statement: Statement) -> list[Flag]:
    flags = []
    wordings = {mark.role: mark.wording for mark in reversed(anatomy.layout.marks) if mark.role in SECTIONS}
    missing = [f"'{words}'" for role, words in wordings.items() if role not in ("documents", *anatomy.sections)]
    if missing:
        flags.append(warning("section_missing", f"headings of the form were not found: {', '.join(missing)}"))
    if statement.clinical_summary is None:
        flags.append(warning("summary_missing", "the clinical case summary was not found"))
    if not (statement.reviewer.specialties and statement.reviewer.licensed_in):
        flags.append(warning("reviewer_missing", "the reviewer's credentials were not found, or not all of them"))
    return flags


def _coverage_flags(anatomy: Anatomy) -> list[Flag]:
    flags = []
    uncovered = list(anatomy.uncovered())
    if uncovered:
        flags.append(warning("uncovered_text", "text among the disputed items belongs to no field", uncovered))
    after = anatomy.source.trim(anatomy.end, len(anatomy.source.text))
    if after[0] < after[1] and not anatomy.other_letters:
        body = anatomy.source.body
        more = anatomy.layout.item_words.search(body, *after) or VERDICT.search(body, *after)
        flag = warning if more else note
        flags.append(flag("text_after_letter", "text after the letter's end was left out", [after]))
    source = anatomy.source
    inside = source.trim(anatomy.hits[0].start, anatomy.end)
    aside = frozenset(source.aside)
    margins = [
        span
        for span in source.furniture
        if anatomy.layout.item_words.search(source.text, *span) or (span in aside and _overlap(span, inside))
    ]
    if margins:
        flags.append(warning("text_in_margin", "struck, hidden or marginal text stands within the letter", margins))
    if labels := anatomy.unmatched_labels():
        flags.append(warning("issue_missing", "a label of the form stands more often than there are items", labels))
    if anatomy.stray_decisions:
        flags.append(warning("issue_missing", "a decision word heads no item that was found", anatomy.stray_decisions))
    if anatomy.other_letters:
        others = [(start, end) for start, end in anatomy.other_letters if start < end]
        flags.append(warning("several_letters", "the file holds another letter, which was not read; split it", others))
    return flags


def _overlap(span: Span, other: Span) -> bool:
    return span[0] < other[1] and other[0] < span[1]


def _truncation_flags(anatomy: Anatomy) -> list[Flag]:
    summary = anatomy.sections.get("summary")
    cut = _cut_off(anatomy.source, summary) if summary else None
    return [warning("truncated_letter", "the clinical case summary breaks off", [cut])] if cut else []


def _cut_off(source: SourceText, span: Span) -> Span | None:
    """The last line of a text that ends like no text, or None."""
    start, end = source.trim(*span)
    words = source.body[max(start, end - TAIL_LENGTH) : end]
    if not words or ENDED.search(words):
        return None
    return max(start, end - TAIL_LENGTH), end


def _quality_flags(anatomy: Anatomy) -> list[Flag]:
    source, flags = anatomy.source, []
    misread = [
        (hit.start, hit.end)
        for hit in anatomy.hits
        if hit.misread and _is_misspelt(anatomy.layout, source.body[hit.start : hit.end], hit.mark.wording)
    ]
    damaged = "\ufffd" in source.text or len(DAMAGED.findall(source.text)) > UNREADABLE_SHARE * len(source.text)
    if misread or damaged:
        flags.append(
            warning("low_text_quality", "words of the form are misspelt, as by poor OCR; check every text", misread)
        )
    if source.read_by_ocr:
        flags.append(warning("read_by_ocr", "pages without a text layer were read by OCR; check every text"))
    if source.pages_without_text:
        pages = ", ".join(map(str, source.pages_without_text))
        flags.append(
            warning(
                "page_without_text", f"pages {pages} show a picture without a text layer; read the letter with --ocr"
            )
        )
    return flags


def _is_misspelt(layout: Layout, found: str, wording: str) -> bool:
    """The found words differ from the form's by more than case, spacing and marks."""
    letters = re.sub(r"\W", "", found).lower()
    if "{word}" in wording:
        if found[:1] not in ":;.,":
            return True  # without its colon, the word may be a sentence's
        return not any(letters.endswith(re.sub(r"\W", "", word).lower()) for word in layout.decisions)
    return letters != re.sub(r"\W", "", wording).lower()
