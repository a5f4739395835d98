"""What each item says: the kind of thing asked for, its details, the reasons, and how items hang together."""

from __future__ import annotations

import re
from collections import defaultdict
from functools import cached_property
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
from extractor.taxonomy import Decision

OPIOID = re.compile(r"\b(?:opioids?|opiates?|narcotics?)\b", re.I)
AROUND_SURGERY = re.compile(r"^\W*(?:associated surgical|pre-?op|post-?op|assistant surgeon|surgical assistant)", re.I)
AT_ONCE = frozenset("abrup sudde once cold".split())
"""Stems without which a sentence warns of no abrupt end."""
ITEM_NUMBER = re.compile(r"\bitem (?P<number>\d{1,2})\b", re.I)
NO_MARKS = str.maketrans(dict.fromkeys(map(chr, (code for code in range(128) if not chr(code).isalpha()))))
"""What may differ between two uses of one rationale, beside sides and the request's own words."""
FEW = 3
"""So many items tell whether there is one beside the item itself, or several."""


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
    alike: defaultdict[tuple[str, ...], list[int]] = defaultdict(list)
    for number, essence in written.items():
        alike[essence].append(number)
    for issue in issues:
        sharing = alike[essence] if (essence := written.get(issue.number, ())) else []
        issue.shares_rationale_with = [number for number in sharing if number != issue.number]
    decided = {decision: _Decided(issues, decision) for decision in {issue.decision for issue in issues}}
    for issue in issues:
        issue.depends_on = _main_item(issue, decided[issue.decision], told)


def _essence(issue: Issue, voiced: list[Voiced]) -> tuple[str, ...]:
    """The rationale without its verdict, the request's words, sides and levels."""
    request = issue.request.text.lower() if issue.request else ""
    said = [
        voice.sentence.lower.replace(request, "") if request else voice.sentence.lower
        for voice in voiced
        if voice.role != "conclusion"
    ]
    return tuple(words.replace("left", "").replace("right", "").translate(NO_MARKS) for words in said)


class _Decided:
    """The items that were decided alike, in their order, by what another item may name one of them by.

    Built once for all of them: a letter may have thousands, and each may depend on another.
    """

    def __init__(self, issues: list[Issue], decision: Decision) -> None:
        self._issues = {issue.number: issue for issue in issues if issue.decision == decision}
        self.surgeries = [
            number
            for number, issue in self._issues.items()
            if issue.category == "surgery" and issue.subcategory != SURGICAL_ITEM
        ]
        self._surgical = frozenset(self.surgeries)

    def has(self, number: int) -> bool:
        return number in self._issues

    def is_surgery(self, number: int) -> bool:
        return number in self._surgical

    def surgeries_of(self, named: set[str]) -> set[int]:
        """The surgeries whose requests name one of the regions; of many the first few."""
        return {number for region in named for number in self._by_region[region][:FEW]}

    def treated(self, words: str) -> set[int]:
        """The items, no surgery, with a long word of their treatment in the words; of many the first few."""
        return {number for word, numbers in self._by_word.items() if word in words for number in numbers[:FEW]}

    @cached_property
    def _by_region(self) -> defaultdict[str, list[int]]:
        found: defaultdict[str, list[int]] = defaultdict(list)
        for number in self.surgeries:
            request = self._issues[number].request
            for region in regions(request.text if request else ""):
                found[region].append(number)
        return found

    @cached_property
    def _by_word(self) -> defaultdict[str, list[int]]:
        found: defaultdict[str, list[int]] = defaultdict(list)
        for number, issue in self._issues.items():
            if issue.category != "surgery" and issue.details and issue.details.treatment:
                for word in set(str(issue.details.treatment.value).lower().split()):
                    if len(word) > 6:
                        found[word].append(number)
        return found


def _main_item(issue: Issue, decided: _Decided, told: Told) -> int | None:
    """The number of the item that decides this one, and was ``decided`` as it was: the one that its reason names, or
    the surgery whose rationale it shares; None where it could be either of two."""
    if issue.rationale is None or issue.request is None:
        return None
    follows = next((reason for reason in issue.rationale.reasons if reason.code == "follows_main_service"), None)
    if follows is None:
        around = AROUND_SURGERY.match(issue.request.text) or ASSOCIATED.match(issue.request.text)
        return next(filter(decided.is_surgery, issue.shares_rationale_with), None) if around else None
    voiced = [voice.sentence for voice in told.rationales[issue.number] if voice.sentence.spans[0] in follows.spans]
    words = " ".join(sentence.lower for sentence in voiced)
    numbered = ITEM_NUMBER.search(words)
    if numbered and int(numbered["number"]) != issue.number and decided.has(int(numbered["number"])):
        return int(numbered["number"])
    if treated := decided.treated(words) - {issue.number}:
        return min(treated)
    surgeries = {*decided.surgeries[:FEW]} - {issue.number}
    if len(surgeries) > 1:  # the one of the part that the sentence names
        surgeries = decided.surgeries_of(regions(words)) - {issue.number}
    return surgeries.pop() if len(surgeries) == 1 else None
