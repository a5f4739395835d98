"""The reviewer's credentials, in the two forms that letters give them: a sentence, or two lists."""

from __future__ import annotations

import re
from bisect import bisect_right

from extractor.layouts import Layout
from extractor.layouts.description import Credentials, wording
from extractor.rules.ends import without_tail
from extractor.schema import Reviewer
from extractor.source import SourceText, Span

JOINED = (
    "Allergy and Immunology",
    "Anesthesiology and Pain",
    "Colon and Rectal",
    "Diagnostic and Interventional",
    "Foot and Ankle",
    "Geriatric and",
    "Hand and Upper",
    "Hospice and Palliative",
    "Obstetrics and Gynecology",
    "Oral and Maxillofacial",
    "Physical Medicine and Rehab",
    "Plastic and Reconstructive",
    "Psychiatry and Neurology",
    "Public Health and General",
    "Thoracic and Cardi",
    "Undersea and Hyperbaric",
)
"""Names of specialties (American Board of Medical Specialties) that hold an "and" of their own."""

LEAD = re.compile(r"[\s.,:]*(?:(?:and|an?|the|has)\s+)*", re.I)
TAIL = frozenset({"and", "is", "has", "a"})
NAMES = re.compile(r",|;")
STATES = re.compile(r",|;|&")
PROSE_NAMES = re.compile(r"\s{0,9}(?:,\s{0,9}and|,|;|\band)\s{1,9}|,", re.I)
PROSE_STATES = re.compile(r"\s{0,9}(?:,\s{0,9}and|,|;|&|\band)\s{1,9}|,", re.I)
"""What parts the names of a list: specialties hold "&", states do not; in prose "and" parts names too."""
SENTENCE = re.compile(r"(?:The|This|He|She|MAXIMUS|They)\b")
SENTENCE_END = re.compile(r"\.(?:\s|$)|\bHe/she\b")


def read_reviewer(source: SourceText, layout: Layout, region: Span | None) -> Reviewer:
    """The credentials stated in the region; empty lists for what it does not state."""
    if region is None:
        return Reviewer()
    found = _lists(source, layout.credentials, region) or _prose(source, layout.credentials, region)
    names = {name: [source.slice(source.spans(*span)) for span in spans] for name, spans in found.items()}
    return Reviewer(**names, evidence={name: spans for name, spans in found.items() if spans})


def _lists(source: SourceText, form: Credentials, region: Span) -> dict[str, list[Span]] | None:
    """``State(s) of Licensure: A, B`` and ``Certification(s)/Specialty: C, D``."""
    hits = {}
    for name, labels in (("licensed_in", form.state_labels), ("specialties", form.specialty_labels)):
        for tolerant in (False, True):
            match = wording(*labels, tolerant=tolerant, any_case=True).search(source.body, *region)
            if match:
                hits[name] = match.span()
                break
    if not hits:
        return None
    found = {}
    for name, (_, start) in hits.items():
        ends = [left for left, _ in hits.values() if left >= start]
        end = _paragraph_end(source, start, min([region[1], *ends]))
        found[name] = _split(source, start, end, STATES if name == "licensed_in" else NAMES)
    return found


def _paragraph_end(source: SourceText, start: int, end: int) -> int:
    """A list ends with its paragraph, or before a line that begins a sentence."""
    for line in source.lines[bisect_right(source.lines, start, key=lambda line: line.start) :]:
        if line.start >= end:
            break
        apart = line.gap > source.usual_gap and source.body[start : line.start].strip()
        if apart or SENTENCE.match(source.body, line.start):
            return line.start
    return end


def _prose(source: SourceText, form: Credentials, region: Span) -> dict[str, list[Span]]:
    """``Board Certified in A and B, has a subspecialty in C and is licensed to practice in D``."""
    body = source.body
    anchors: list[tuple[int, int, str]] = []
    licensed = wording(*form.states, any_case=True).search(body, *region)
    # A title ("is a Psychologist") is looked for in the sentence on the licence alone: the words are common.
    sentence = (
        max((m.end() for m in SENTENCE_END.finditer(body, region[0], licensed.start())), default=region[0])
        if licensed
        else region[1]
    )
    wordings = (
        ("specialties", form.specialties, region[0]),
        ("specialties", form.titles, sentence),
        ("subspecialties", form.subspecialties, region[0]),
        ("licensed_in", form.states, region[0]),
    )
    for name, choices, begin in wordings:
        match = wording(*choices, any_case=True).search(body, begin, region[1])
        if match and name not in [known for *_, known in anchors]:
            anchors.append((*match.span(), name))
    anchors.sort()
    found: dict[str, list[Span]] = {}
    for (_, start, name), after in zip(anchors, [*anchors[1:], None], strict=False):
        stop = SENTENCE_END.search(body, start, region[1])
        end = stop.start() if stop else region[1]
        if after is not None:
            end = min(end, after[0])
        found[name] = _split(source, start, end, PROSE_STATES if name == "licensed_in" else PROSE_NAMES)
    return found


def _split(source: SourceText, start: int, end: int, separator: re.Pattern[str]) -> list[Span]:
    """The names of a list, each as a span; names that hold an "and" of their own stay whole."""
    body = source.body
    kept = [match.span() for match in wording(*JOINED, any_case=True).finditer(body, start, end)]
    cuts = [
        match.span()
        for match in separator.finditer(body, start, end)
        if not any(left < match.start() and match.end() <= right + 1 for left, right in kept)
    ]
    names, at = [], start
    for left, right in [*cuts, (end, end)]:
        span = _name(source, at, left)
        if span[0] < span[1]:
            names.append(span)
        at = right
    return names


def _name(source: SourceText, start: int, end: int) -> Span:
    """The name without articles, "and" and points around it."""
    lead = LEAD.match(source.body, start, end)
    start = lead.end() if lead else start
    return source.trim(start, without_tail(source.body, start, end, TAIL))
