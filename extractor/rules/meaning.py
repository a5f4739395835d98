"""What each item says: the kind of thing asked for, its details, the reasons, and how items hang together."""

from __future__ import annotations

import re
from itertools import groupby
from operator import attrgetter

from extractor.language.folded import Folded
from extractor.language.sentences import sentences
from extractor.language.told import Told
from extractor.language.voices import Voiced, voices, warns
from extractor.lexicon.anatomy import regions
from extractor.lexicon.medicines import class_of, find_medicine, medicine
from extractor.rules.details import read_details, read_timing
from extractor.rules.kind import ASSOCIATED, SURGICAL_ITEM, read_kind
from extractor.rules.reasons import read_reasons
from extractor.schema import Issue, Notice, RationalePart
from extractor.source import SourceText

OPIOID = re.compile(r"\b(?:opioids?|opiates?|narcotics?)\b", re.I)
AROUND_SURGERY = re.compile(r"^\W*(?:associated surgical|pre-?op|post-?op|assistant surgeon|surgical assistant)", re.I)
AT_ONCE = frozenset("abrup sudde once cold".split())
"""Stems without which a sentence warns of no abrupt end."""
ITEM_NUMBER = re.compile(r"\bitem (?P<number>\d{1,2})\b", re.I)
NO_MARKS = str.maketrans(dict.fromkeys(map(chr, (code for code in range(128) if not chr(code).isalpha()))))
"""What may differ between two uses of one rationale, beside sides and the request's own words."""


def explain(source: SourceText, issues: list[Issue], told: Told) -> None:
    """Fills in what each item's request and rationale say; the rationales' sentences go into ``told``."""
    for issue in issues:
        explain_request(source, issue)
        if issue.rationale:
            told.rationales[issue.number] = voices(sentences(source, issue.rationale.spans))
            _explain_rationale(issue, told.rationales[issue.number])
    _relate(issues, told)


def explain_request(source: SourceText, issue: Issue) -> None:
    """Fills in what the item's request says, and its original and authorised parts."""
    for part in (issue.original_request, issue.authorized):
        if part:
            part.details = read_details(Folded(source, part.spans))
    if issue.request is None:
        return
    folded = Folded(source, issue.request.spans)
    kind = read_kind(folded.text)
    issue.category, issue.subcategory = kind.category, kind.subcategory
    issue.details = read_details(folded, kind)
    issue.timing = read_timing(folded.text)


def _explain_rationale(issue: Issue, voiced: list[Voiced]) -> None:
    assert issue.rationale is not None
    for role, run in groupby(voiced, key=attrgetter("role")):
        said = [voice.sentence for voice in run]
        spans = said[0].folded.spans(said[0].start, said[-1].end)
        issue.rationale.parts.append(RationalePart(role=role, spans=spans))
    main = issue.category == "surgery" and issue.subcategory != SURGICAL_ITEM
    issue.rationale.reasons = read_reasons(voiced, issue.decision, issue.category, main_surgery=main)
    issue.notices = _notices(issue, voiced)


def _notices(issue: Issue, voiced: list[Voiced]) -> list[Notice]:
    """The caution against stopping opioids abruptly, with the sentences that go on with it."""
    drug = str(issue.details.drug.value) if issue.details and issue.details.drug else ""
    named = medicine().search(drug)
    about_opioids = bool(named and class_of(named["name"].lower()) == "opioids")
    spans = []
    warned = False
    for voice in voiced:
        text = voice.sentence.text
        warning = None if AT_ONCE.isdisjoint(voice.sentence.stems) else warns(text)
        if warning and (about_opioids or OPIOID.search(text)) and not _of_another_drug(text, warning.start()):
            warned = True
            spans += voice.sentence.spans
        elif voice.role == "notice":
            spans += voice.sentence.spans
    return [Notice(code="opioid_no_abrupt_stop", spans=spans)] if warned else []


def _of_another_drug(text: str, start: int) -> bool:
    """The medicine named with the warning is no opioid."""
    named = find_medicine(text, start)
    return named is not None and class_of(named["name"].lower()) != "opioids"


def _relate(issues: list[Issue], told: Told) -> None:
    """Which items share a rationale, and which stands or falls with which."""
    several = [issue for issue in issues if issue.rationale] if len(issues) > 1 else []
    written = {issue.number: _essence(issue, told.rationales[issue.number]) for issue in several}
    for issue in issues:
        essence = written.get(issue.number)
        issue.shares_rationale_with = [
            number for number, other in written.items() if number != issue.number and essence and other == essence
        ]
    for issue in issues:
        issue.depends_on = _main_item(issue, issues, told)


def _essence(issue: Issue, voiced: list[Voiced]) -> tuple[str, ...]:
    """The rationale without its verdict, the request's words, sides and levels."""
    request = issue.request.text.lower() if issue.request else ""
    said = [
        voice.sentence.lower.replace(request, "") if request else voice.sentence.lower
        for voice in voiced
        if voice.role != "conclusion"
    ]
    return tuple(words.replace("left", "").replace("right", "").translate(NO_MARKS) for words in said)


def _main_item(issue: Issue, issues: list[Issue], told: Told) -> int | None:
    """The number of the item that decides this one, and was decided as it was: the one that its reason names, or
    the surgery whose rationale it shares; None where it could be either of two."""
    if issue.rationale is None or issue.request is None:
        return None
    follows = next((reason for reason in issue.rationale.reasons if reason.code == "follows_main_service"), None)
    others = [other for other in issues if other.number != issue.number and other.decision == issue.decision]
    surgeries = [o for o in others if o.category == "surgery" and o.subcategory != SURGICAL_ITEM]
    if follows is None:
        around = AROUND_SURGERY.match(issue.request.text) or ASSOCIATED.match(issue.request.text)
        shared = [other.number for other in surgeries if other.number in issue.shares_rationale_with]
        return shared[0] if around and shared else None
    voiced = [voice.sentence for voice in told.rationales[issue.number] if voice.sentence.spans[0] in follows.spans]
    words = " ".join(sentence.lower for sentence in voiced)
    numbered = ITEM_NUMBER.search(words)
    if numbered and any(other.number == int(numbered["number"]) for other in others):
        return int(numbered["number"])
    for other in others:
        treatment = str(other.details.treatment.value).lower() if other.details and other.details.treatment else ""
        if (
            treatment
            and other.category != "surgery"
            and any(word in words for word in treatment.split() if len(word) > 6)
        ):
            return other.number
    if len(surgeries) > 1:  # the one of the part that the sentence names
        named = regions(words)
        surgeries = [
            surgery for surgery in surgeries if named & regions(surgery.request.text if surgery.request else "")
        ]
    return surgeries[0].number if len(surgeries) == 1 else None
