"""The reviewer's credentials, in the two forms that letters give them: a sentence, or two lists."""

from __future__ import annotations

import re

from extractor.layouts import Layout
from extractor.layouts.description import Credentials, wording
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

NAMES = re.compile(r",|;")
STATES = re.compile(r",|;|&")
PROSE_NAMES = re.compile(r"\s{0,9}(?:,\s{0,9}and|,|;|\band)\s{1,9}|,", re.I)
PROSE_STATES = re.compile(r"\s{0,9}(?:,\s{0,9}and|,|;|&|\band)\s{1,9}|,", re.I)
"""What parts the names of a list: specialties hold "&", states do not; in prose "and" parts names too."""
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
    """A list ends with its paragraph: whatever follows in the section is no name."""
    blank = re.compile(r"\n[ \t]{0,99}\n").search(source.body, start, end)
    if blank is None or not source.body[start : blank.start()].strip():
        return end
    rest = source.body[start:end].strip()
    return end if "\n" not in rest or rest.count(".") == 0 else blank.start()


def _prose(source: SourceText, form: Credentials, region: Span) -> dict[str, list[Span]]:
    """``Board Certified in A and B, has a subspecialty in C and is licensed to practice in D``."""
    body = source.body
    anchors: list[tuple[int, int, str]] = []
    wordings = (
        ("specialties", form.specialties),
        ("subspecialties", form.subspecialties),
        ("licensed_in", form.states),
    )
    for name, choices in wordings:
        for words in choices:
            match = wording(words, any_case=True).search(body, *region)
            if match:
                anchors.append((*match.span(), name))
                break
    anchors.sort()
    found: dict[str, list[Span]] = {}
    for (_, start, name), after in zip(anchors, [*anchors[1:], None], strict=False):
        sentence = SENTENCE_END.search(body, start, region[1])
        end = sentence.start() if sentence else region[1]
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
    """The name without a leading or trailing "and", "a", or full stop."""
    words = source.body[start:end]
    lead = re.match(r"(?:\s|[.,:])*(?:(?:and|an?|the|has)\s+)*", words, re.I)
    start += lead.end() if lead else 0
    tail = re.search(r"(?:[\s.,]|\band\b|\bis\b|\bhas\b|\ba\b)*$", source.body[start:end])
    return source.trim(start, start + tail.start() if tail else end)
