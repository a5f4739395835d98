"""A guideline paragraph as citations: which document, which section, pages and year.

A paragraph is cut where a document's name begins; what follows, up to the next name, is that citation's
section, pages and year.  The source is what the letter cites a document as: ACOEM's chapters are MTUS where
they are cited as MTUS, and ACOEM where they are cited as something else.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from itertools import pairwise

from extractor.language.folded import Folded
from extractor.lexicon import guidelines as names
from extractor.schema import Citation
from extractor.source import SourceText, Span
from extractor.taxonomy import CitationSource

YEAR = r"(?:19[6-9]|20\d)\d"
PAGE = r"\d{1,4}(?: ?[-–] ?\d{1,4})?"
PAGES = rf"{PAGE}(?:(?:, ?| and | ?& ?){PAGE}(?![\d-]|\.\d))*(?: of \d{{1,4}})?"
PAGES_LABELLED = re.compile(
    rf"[,;:(]? ?(?:\b|(?<=[a-z)])(?=P))(?:page\(s\)|pages?|pgs?\.|pp?\.):? ?(?P<pages>{PAGES})\)?", re.I
)
SECTION_LABEL = re.compile(r"[,;]? ?\bSections?(?:\(s\))?: ?|[,;]? ?\bSection\(s\) ", re.I)
OPENING = re.compile(r"(?<!\w)(?:[A-Z]|http|www|physical|official)")
NO_CITATION = re.compile(
    r"The (?:Claims Administrator|Expert Reviewer) (?:based (?:their|"
    r"its) decision on recommendation\(s\) outside of the MTUS(?: Guidelines)?|did not (?:base (?:their|"
    r"its) decision on the MTUS|cite any medical evidence for (?:its|their) decision))\.? *"
)
"""Sentences of the form that name no document."""
NOTHING = re.compile(r"(?:none|n/?a|nil|not (?:applicable|cited|provided|stated|given))\b[^.;]{0,30}\.? *", re.I)
"""What stands in place of a list that is empty."""
NOT_USED = re.compile(
    r"\b(?:not|never|nor) (?:use|cite|apply|consult|refer to|rely (?:up)?on|based? (?:\w+ )?on)[a-z]*(?: the)? $", re.I
)
SILENT = re.compile(
    r",? (?:(?:is|are|was|were) (?:also |equally )?silent|(?:does|do|did) not (?:\w+ )?(?:address|"
    r"discuss|mention|apply|cover|"
    r"contain|speak))",
    re.I,
)
"""What is said of a document that was not relied on."""
YEAR_AFTER_TITLE = re.compile(rf",? ?\(?(?:Revised |Rev\. )?(?P<year>{YEAR})\)?(?=[,.;:)\s]|$)")
EDITION_YEAR = re.compile(rf"^,? ?\d{{1,2}}(?:st|nd|rd|th) Edition,? \(?(?P<year>{YEAR})\)?", re.I)

ANOTHER = re.compile(rf", and (?P<title>[A-Z][^,.;:]{{3,120}}?)(?= {YEAR}(?:,|\.|;|$))")
"""A document that no list knows, behind "and" and with its year."""
LEAD = re.compile(r"\bNon ?[-‐‑–]? ?MTUS(?: Citation)?s?\b:?|\bDecision based [o0]n (?:the )?MTUS\b:?,?", re.I)
"""What tells whether the documents that follow are the schedule's."""
END_OF_LIST = re.compile(
    r"\. ?$|\. (?=(?:The (?:Expert|Claims|Professional|patient|claimant|applicant|worker|injured)|"
    r"Decision based|As |In |MTUS |No |There |This |He |She )\b)|\. (?=Decision based)"
    r"|,? (?:which (?:is|are|was|were|spells?|speaks?|says?|does)\b|because\b|since\b|as (?:it|they|the)\b)"
)
"""Where a list of citations ends and a sentence about them begins."""

BOUNDARY = re.compile(r"(?:^|[,;:.]? ?\band (?:on )?(?:the )?|[,;.] ?(?:the )?| the | MTUS,? |[-–] ?| )$", re.I)
REFERENCE = re.compile(
    r"(?<![\w'’-])(?P<authors>(?:[A-Z][\w'’-]{1,40} [A-Z]{1,3}, ){0,9}[A-Z][\w'’-]{1,40} [A-Z]{1,3}(?:,? et al)?\.) "
    r"(?P<title>[^.?]{8,300}[.?])"
)
"""A paper as journals cite it: authors, title, and then where it was published."""
JOURNAL_YEAR = re.compile(rf"\b(?P<year>{YEAR})\s?;\s?(?:\d+)?(?:\(\d+(?:-\d+)?\))?(?::\s?(?P<pages>\d+(?:-\d+)?\b))?")
ACCESSED = re.compile(r",? ?(?:accessed|retrieved)(?: on)? [\w/, -]{4,20}?\d{4}[,;.]? ?", re.I)
ADDRESS = re.compile(
    r"\b[A-Za-z]{3,20}\.(?:gov|com|org)\b(?!/)|(?:https?://|www\.)[^\s,;]+(?:- [^\s,;]+)*[^\s,;.]", re.I
)
"""A web address; a line end after a hyphen leaves a blank in it."""
OTHER_LABEL = re.compile(r"\bOther Medical Treatment Guidelines?(?: or Medical Evidence)?:? ?", re.I)
TITLE_END = re.compile(rf",? \(?{YEAR}\)?(?=[,.;:)]|$)|, | [-–] |: |; |[.?](?: |$)")

SECOND_EDITION = re.compile(r"\b(?:2nd|second) edition\b|\b200[4-7]\b", re.I)
SCHEDULE_TAKES_DATED_ACOEM = dt.date(2017, 12, 1)
"""From this day the schedule adopts ACOEM's guidelines as they are dated (8 CCR 9792.22 and following; DIR)."""


@dataclass(frozen=True, slots=True)
class _Name:
    """A document's name in the paragraph: where, and what it is."""

    start: int
    end: int
    source: CitationSource
    canonical: str | None


@cache
def _schedule() -> re.Pattern[str]:
    return re.compile(f"{names.CHAPTER}(?:{names.any_of(names.MTUS_GUIDES)})", re.I)


@cache
def _others() -> re.Pattern[str]:
    return re.compile(
        rf"(?P<odg>{names.ODG})|(?P<acoem>{names.ACOEM})|(?P<address>{ADDRESS.pattern})|"
        rf"{names.any_of(names.OTHER_GUIDES)}",
        re.I,
    )


def _titles(pattern: re.Pattern[str], text: str, start: int, end: int) -> Iterator[re.Match[str]]:
    """Matches that begin where a title can: at a word with a capital letter, or an address."""
    at = start
    for opening in OPENING.finditer(text, start, end):
        if opening.start() >= at:
            match = pattern.match(text, opening.start(), end)
            if match:
                at = match.end()
                yield match


def read_citations(source: SourceText, spans: list[Span], decided: dt.date | None = None) -> list[Citation]:
    """The documents that the guideline paragraph at ``spans`` cites, in order; ``decided`` is the letter's date."""
    folded = Folded(source, spans)
    text = folded.text
    citations: list[Citation] = []
    leads = list(LEAD.finditer(text))
    edges = [0, *(lead.start() for lead in leads), len(text)]
    if leads and edges[1] > 0:
        citations += _in_prose(folded, 0, edges[1], decided)
    for lead, end in zip(leads, edges[2:], strict=True):
        start = lead.end() + len(text[lead.end() : end]) - len(text[lead.end() : end].lstrip(" ,:"))
        end = _list_end(text, start, end)
        label = OTHER_LABEL.match(text, start, end)
        if NOTHING.fullmatch(text, label.end() if label else start, end):
            continue
        mtus = lead.group().lower().startswith("decision")
        citations += _listed(folded, start, end, mtus=mtus)
    if not leads:
        citations += _in_prose(folded, 0, len(text), decided)
    return citations


def _list_end(text: str, start: int, end: int) -> int:
    """Where the list ends: before a sentence about it, or the next one that tells what was relied on."""
    stop = END_OF_LIST.search(text, start, end)
    return stop.start() if stop else end


def _listed(folded: Folded, start: int, end: int, *, mtus: bool) -> list[Citation]:
    """The citations of a list that says what its documents are."""
    text = folded.text
    if not mtus and ACCESSED.search(text, start, end):
        return _cut(folded, _looked_up(text, start, end), end)
    found = _schedule_names(text, start, end) if mtus else _other_names(text, start, end)
    if not found or found[0].start > start:
        found = [*_unnamed(text, start, found[0].start if found else end, mtus=mtus), *found]
    return _cut(folded, found, end)


def _schedule_names(text: str, start: int, end: int) -> list[_Name]:
    """Names of the schedule's documents; within a list of sections only one that a year, sections or
    pages follow, or that calls itself a guideline, begins a citation of its own."""
    found: list[_Name] = []
    for match in _titles(_schedule(), text, start, end):
        if match.start() > start:
            if not BOUNDARY.search(text[max(start, match.start() - 12) : match.start()]):
                continue
            behind = text[match.end() : min(end, match.end() + 14)]
            own = re.match(rf",? \(?{YEAR}|,? Sections?\b|,? Page", behind, re.I) or re.search(
                r"chapter|guideline", match.group(), re.I
            )
            if not own:
                continue
        guide = names.MTUS_GUIDES[int((match.lastgroup or "g0")[1:])]
        found.append(_Name(*match.span(), "MTUS", guide.name))
    found += _beyond_schedule(text, start, end)
    for match in ANOTHER.finditer(text, start, end):
        if not any(name.start < match.end("title") and match.start("title") < name.end for name in found):
            found.append(_Name(*match.span("title"), "MTUS", None))
    return sorted(found, key=lambda name: name.start)


def _beyond_schedule(text: str, start: int, end: int) -> Iterator[_Name]:
    """The ODG, listed with the schedule's documents though it is none of them."""
    for match in _titles(_others(), text, start, end):
        if match.lastgroup == "odg" and JOINED.search(text, max(start, match.start() - 12), match.start()):
            yield _Name(*match.span(), "ODG", names.ODG_NAME)


def _other_names(text: str, start: int, end: int) -> list[_Name]:
    found: list[_Name] = []
    covered = start
    for match in _titles(_others(), text, start, end):
        if match.start() < covered:
            continue
        kind = match.lastgroup or ""
        before = text[max(start, match.start() - 12) : match.start()]
        if match.start() > start and not BOUNDARY.search(before):
            continue
        if kind == "odg":
            found.append(_Name(*match.span(), "ODG", names.ODG_NAME))
        elif kind == "acoem":
            found.append(_Name(*match.span(), "ACOEM", names.ACOEM_NAME))
        elif kind == "address":
            found.append(_Name(*match.span(), "other", None))
        elif match.start() == start or JOINED.search(before):
            if found and found[-1].source == "other" and ". " in text[found[-1].end : match.start()]:
                continue  # the publisher of the work before
            found.append(_Name(*match.span(), "other", names.OTHER_GUIDES[int(kind[1:])].name))
        covered = match.end()
    for match in ANOTHER.finditer(text, start, end):
        if not any(name.start < match.end("title") and match.start("title") < name.end for name in found):
            found.append(_Name(*match.span("title"), "other", None))
    return sorted(found, key=lambda name: name.start)


def _unnamed(text: str, start: int, end: int, *, mtus: bool) -> list[_Name]:
    """Works that no list knows, before the first known name: their titles end as titles do."""
    label = OTHER_LABEL.match(text, start, end)
    if label:
        start = label.end()
    stop = end - len(text[start:end]) + len(re.sub(r"(?:,? and)? ?(?:the )?[,;]? ?(?:the )?$", "", text[start:end]))
    if not any(c.isalnum() for c in text[start:stop]):
        return []
    if mtus:
        return [_Name(start, _title_end(text, start, stop), "MTUS", None)]
    if end < len(text) and _odg_chapter(text[start:stop]):
        return [_Name(start, start, "ODG", names.ODG_NAME)]  # a chapter before the ODG is named
    papers = list(_papers(text, start, stop))
    if papers or not (text[start].isupper() or text[start].isdigit()):
        return papers
    return [_Name(start, _title_end(text, start, stop), "other", None)]


def _odg_chapter(words: str) -> bool:
    return any(words.lower().startswith(chapter) for chapter in names.ODG_CHAPTERS)


def _papers(text: str, start: int, end: int) -> Iterator[_Name]:
    """Papers as journals cite them; the name of each is its title."""
    for paper in REFERENCE.finditer(text, start, end):
        yield _Name(paper.start("title"), paper.end("title") - (paper["title"][-1] == "."), "other", None)


def _looked_up(text: str, start: int, end: int) -> list[_Name]:
    """Works that each end with the day on which they were looked up."""
    works = []
    edges = [start, *(match.end() for match in ACCESSED.finditer(text, start, end)), end]
    for left, right in pairwise(edges):
        if any(c.isalpha() for c in text[left:right]):
            works += list(_papers(text, left, right)) or [_Name(left, _title_end(text, left, right), "other", None)]
    return works


def _title_end(text: str, start: int, end: int) -> int:
    stop = TITLE_END.search(text, start, end)
    if stop is None:
        return end
    return (
        stop.end()
        if stop.group().startswith("?") and stop.end() == end
        else stop.start() + stop.group().startswith("?")
    )


JOINED = re.compile(r"(?:\band|[,;]) ?(?:the )?$")
"""What stands before another document of a list."""
JOINT = re.compile(r"(?:,? and(?: on)?(?: the)?|,)?(?: Other Medical Treatment Guidelines?)? ?$")
"""What joins a citation to the next one."""


def _cut(folded: Folded, found: list[_Name], end: int) -> list[Citation]:
    """Each name with what follows it, up to the next name."""
    citations = []
    for name, after in _with_next(found, end):
        tail = JOINT.sub("", folded.text[name.end : after])
        citations.append(_citation(folded, name, name.end, name.end + len(tail)))
    return citations


def _with_next(found: list[_Name], end: int) -> Iterator[tuple[_Name, int]]:
    """Each name with where the next one starts."""
    for at, name in enumerate(found):
        yield name, found[at + 1].start if at + 1 < len(found) else end


def _citation(folded: Folded, name: _Name, start: int, end: int) -> Citation:
    text = folded.text
    year = pages = None
    dated = YEAR_AFTER_TITLE.match(text, start, end) or EDITION_YEAR.match(text[start:end])
    if dated:
        year = int(dated["year"])
        start = dated.end() if dated.re is YEAR_AFTER_TITLE else start + dated.end()
    journal = JOURNAL_YEAR.search(text, start, end) if name.source == "other" else None
    if journal:
        year, pages = int(journal["year"]), journal["pages"]
        section = (end, end)
    else:
        section = (start, end)
    paged = list(PAGES_LABELLED.finditer(text, *section))
    if len(paged) == 1:
        pages = paged[0]["pages"]
        before, behind = (section[0], paged[0].start()), (paged[0].end(), section[1])
        section = before if any(c.isalnum() for c in text[slice(*before)]) else behind
    words = _section(text, *section) if name.source != "other" or not journal else None
    if name.source == "other" and words and ". " in text[slice(*section)] and not paged:
        words = _publication(text, *section)
    title = name.canonical if name.source == "ODG" else text[name.start : name.end].rstrip(" ,;:.") or name.canonical
    return Citation(
        source=name.source,
        title=title,
        canonical_title=name.canonical,
        section=words,
        pages=pages,
        year=year,
        spans=folded.spans(name.start, _trimmed_end(text, name.start, end)),
    )


JOINS_AHEAD = re.compile(r"^(?:[\s,;:.–-]|/(?=\w)|Guidelines?(?=,))+")
ABBREVIATION_AHEAD = re.compile(r"^\((?:ODG|ACOEM)\)\s?[-,:]?\s?")


def _section(text: str, start: int, end: int) -> str | None:
    """The section's words, without its label and what joins it to the title."""
    words = text[start:end]
    label = SECTION_LABEL.match(words)
    if label:
        words = words[label.end() :]
    words = ABBREVIATION_AHEAD.sub("", JOINS_AHEAD.sub("", words).rstrip(" ,;:.–-"))
    return words or None


def _publication(text: str, start: int, end: int) -> str | None:
    """Of a web page or handbook: its topic or version, not its publisher."""
    topic = re.search(r"\b(?:Topic|Chapter|Section) \d[^.]{0,20}(?:\.\d[^.]{0,10})?", text[start:end])
    return topic.group().rstrip(" .,") if topic else None


def _trimmed_end(text: str, start: int, end: int) -> int:
    return start + len(text[start:end].rstrip(" ,;:.")) if start < end else end


def _in_prose(folded: Folded, start: int, end: int, decided: dt.date | None) -> list[Citation]:
    """Citations of a paragraph that tells in sentences what was relied on; a sentence that says what the
    schedule lacks, or that nothing was cited, names no document."""
    text = folded.text
    nothing = NO_CITATION.match(text, start, end)
    if nothing and nothing.end() == end:
        return []
    citations: list[Citation] = []
    found = sorted(
        [*_schedule_in_prose(text, start, end, decided), *_other_names(text, start, end)], key=lambda n: n.start
    )
    found = [name for at, name in enumerate(found) if at == 0 or name.start >= found[at - 1].end]
    for name, after in _with_next(found, end):
        if NOT_USED.search(text, max(start, name.start - 60), name.start) or SILENT.match(text, name.end):
            continue
        stop = _prose_end(text, name.end, after)
        citations.append(_citation(folded, name, name.end, stop))
    return citations


def _schedule_in_prose(text: str, start: int, end: int, decided: dt.date | None) -> list[_Name]:
    found = []
    for match in _titles(_schedule(), text, start, end):
        guide = names.MTUS_GUIDES[int((match.lastgroup or "g0")[1:])]
        source: CitationSource = "MTUS"
        if re.match(r"ACOEM|American", match.group()) and not acoem_is_mtus(
            text[match.start() : match.end() + 40], decided
        ):
            source = "ACOEM"
        found.append(_Name(*match.span(), source, guide.name))
    return found


def acoem_is_mtus(words: str, decided: dt.date | None) -> bool:
    """Whether ACOEM's guidelines, named without a word on the schedule, were part of it: the second edition
    until the end of November 2017, the dated guidelines since (8 CCR 9792.22 and following)."""
    if decided is not None and decided >= SCHEDULE_TAKES_DATED_ACOEM:
        return not SECOND_EDITION.search(words)
    return not re.search(r"\b(?:3rd|third) edition\b|\bversion 3\b", words, re.I)


def _prose_end(text: str, start: int, end: int) -> int:
    stop = re.search(
        r"\.(?: |$)|,? (?:which|because|since|and (?:on|upon|relied)|as (?:it|they|the)|in that)\b|;| found\b|"
        r" (?:was|were|does|do|is|are|says?|states?|applies|supports?|recommends?|address(?:es)?|has|have|would)\b",
        text[start:end],
    )
    return start + stop.start() if stop else end
