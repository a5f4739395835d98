"""From a determination to its summary: which sentences are told, of which items, in which order.

Every sentence is a fixed one, filled in from the letter, or the letter's own; checks come after.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence

from extractor.schema import Details, Determination, Issue, Span
from extractor.source import SourceText
from extractor.summary.facts import FRESH, applying
from extractor.summary.items import Items, grouped, in_dispute_as_a_whole
from extractor.summary.phrases import phrase, reviewed
from extractor.summary.saying import Saying, decisions_of, spans_of
from extractor.summary.schema import Language, Section, Sentence
from extractor.summary.standing import STANDINGS, standing
from extractor.summary.wording import abbreviations

TWELVE_MONTHS = "upheld_twelve_months"
"""The fact that no longer applies a year after the letter: the review came before it."""
MISSING = ("issue_missing", "truncated_letter", "low_text_quality", "case_header_missing")
"""Flags of the letter that the summary tells in words of their own."""
WHOSE = "next.whose"
"""Which requests the fact behind it is about: what holds for one reads as if it held for all."""
OF_SOME = ("overturned_care", "overturned_paid", "upheld", "upheld_paid")
"""Facts that hold for some requests of a letter; its time limits for an appeal hold for the letter."""
MOST_TERMS = 2
"""Terms that are explained; the page is short."""
MOST_QUOTED = 40
"""Words of a rationale that stand in for a reason without plain words, at most."""


def compose(
    letter: Determination,
    source: SourceText,
    language: Language,
    today: dt.date,
    *,
    brief: int = 0,
    quoted: int = MOST_QUOTED,
) -> list[Section]:
    """The sections, in their order; from ``brief`` 1 on without the words explained, from 2 on without what each care
    is, from 3 on with one question for each item; 4 names parts that were authorised in the letter's words alone, says
    what is missing in one sentence, and no longer whose a fact is. Nothing of what was decided is ever left out.
    A rationale that has no plain words is quoted, with at most ``quoted`` words."""
    return list(_Page(letter, source, language, today, brief, quoted).sections())


class _Page(Saying):
    def __init__(
        self,
        letter: Determination,
        source: SourceText,
        language: Language,
        today: dt.date,
        brief: int,
        quoted: int,
    ) -> None:
        super().__init__(letter, language, brief)
        self.today = today
        self.groups = grouped(letter.issues)
        self.items = Items(letter, source, language, brief, quoted)

    def sections(self) -> Iterator[Section]:
        yield from self.section("missing", self._missing())
        yield from self.section("decided", self._decided())
        for at, group in enumerate(self.groups):
            yield from self.items.item(
                group, again=any(self.groups[before].standing != "already" for before in range(at))
            )
        yield from self.section("not_mean", self._not_mean())
        yield from self.section("next", self._next())
        yield from self.section("caution", self._cautions())
        yield from self.section("words", self._words())
        yield from self.section("help", self._facts("always"))
        yield from self.section("about", self._about())
        yield from self.section("guideline", self._guidelines())

    def _missing(self) -> Iterator[Sentence]:
        if not reviewed(self.language):
            yield from self.say("missing.draft")
        warned = [flag for flag in self.letter.flags if flag.level == "warning"]
        if self.letter.status == "complete":
            return
        yield from self.say("missing.partial")
        for code in MISSING:
            if self.brief < 4 and any(flag.code == code for flag in warned):
                yield from self.say(f"missing.{code}")

    def _decided(self) -> list[Sentence]:
        issues = self.letter.issues
        spans = [
            span
            for issue in issues
            for span in (
                *issue.decision_spans,
                *(spans_of(issue.authorized) and spans_of(issue.request)),
                *spans_of(issue.authorized),
            )
        ]
        by_standing = {name: [issue for issue in issues if standing(issue) == name] for name in STANDINGS}
        held = {name: found for name, found in by_standing.items() if found}
        if len(issues) == 1:
            return self._one(issues[0], spans)
        counts = [len(issues), *(len(found) for found in held.values())]
        if set(held) == {"upheld"}:
            variant = "two" if len(issues) == 2 else ""
            return self.say("decided.many_upheld", issues, spans, variant=variant, counted=counts, n=len(issues))
        parts = [
            phrase(f"count.{name}", self.language, variant="many" if len(found) > 1 else "", n=len(found))
            for name, found in held.items()
        ]
        told = parts[0] if len(parts) == 1 else phrase(
            "list.and", self.language, first=", ".join(parts[:-1]), last=parts[-1]
        )  # fmt: skip
        return self.say("decided.many", issues, spans, counted=counts, n=len(issues), parts=told)

    def _one(self, issue: Issue, spans: Sequence[Span]) -> list[Sentence]:
        stands = standing(issue)
        if stands == "partly" and (visits := _visits(issue)):
            have, rest = visits
            return self.say("decided.partly_counted", [issue], spans, have=have, rest=rest)
        if stands == "partly" and in_dispute_as_a_whole(issue):
            return self.say("decided.partly_whole", [issue], spans)
        return self.say(f"decided.{stands}", [issue], spans)

    # The rest of the page.

    def _not_mean(self) -> Iterator[Sentence]:
        issues = self.letter.issues
        denied = [issue for issue in issues if standing(issue) in ("upheld", "partly")]
        if not denied:
            yield from self.say("not_mean.only", issues, decisions_of(issues))
            return
        yield from self.say("not_mean.pain", denied, decisions_of(denied))
        many = "_many" if len(issues) > 1 else ""
        yield from self.say(f"not_mean.claim{many}", issues, decisions_of(issues))

    def _next(self) -> Iterator[Sentence]:
        decided = self.letter.case.decision_date
        old = decided is not None and self.today - decided > FRESH
        told = list(self._facts("next", without=TWELVE_MONTHS if old else ""))
        if told and decided is None:
            yield from self.say("next.undated")
        elif told and old:
            yield from self.say("next.old", spans=self.letter.case.evidence.get("decision_date", ()))
        yield from told

    def _facts(self, where: str, *, without: str = "") -> Iterator[Sentence]:
        for fact, issues in applying(self.letter.issues, self.letter.case.decision_date):
            if (fact.when == "always") == (where == "always") and fact.id != without:
                if self.brief < 4 and fact.when in OF_SOME and len(issues) < len(self.letter.issues):
                    yield self._whose(issues)
                yield from self.tell(
                    fact.text[self.language], "fact", fact.id, issues, decisions_of(issues), names=fact.names
                )

    def _whose(self, issues: list[Issue]) -> Sentence:
        numbers = [issue.number for issue in issues]
        first, last = ", ".join(map(str, numbers[:-1])), str(numbers[-1])
        listed = phrase("wording.and", self.language, first=first, last=last) if first else last
        variant = "many" if first else ""
        [said] = self.say(WHOSE, issues, decisions_of(issues), variant=variant, counted=numbers, numbers=listed)
        return said

    def _cautions(self) -> Iterator[Sentence]:
        codes = dict.fromkeys(notice.code for issue in self.letter.issues for notice in issue.notices)
        for code in codes:
            issues = [issue for issue in self.letter.issues if code in [notice.code for notice in issue.notices]]
            spans = [span for issue in issues for notice in issue.notices for span in notice.spans]
            drugs = [issue.details.drug for issue in issues if issue.details and issue.details.drug]
            if len(drugs) < len(issues):
                yield from self.say(f"caution.{code}", issues, spans)
                continue
            names = list(dict.fromkeys(str(drug.value) for drug in drugs))
            spans += [span for drug in drugs for span in drug.spans]
            told = names[0] if len(names) == 1 else phrase(
                "wording.and", self.language, first=", ".join(names[:-1]), last=names[-1]
            )  # fmt: skip
            yield from self.say(f"caution.{code}", issues, spans, variant="named", names=names, drugs=told)

    def _words(self) -> Iterator[Sentence]:
        if self.brief:
            return
        if any(group.reasons for group in self.groups):
            yield from self.say("words.guide")
        terms = [term for term in self.items.explained if term.id not in self.items.told]
        for term in terms[:MOST_TERMS]:
            written, what = self.items.explained[term]
            text = phrase("words.term", self.language, term=written, what=what)
            yield from self.tell(text, "glossary", term.id, names=[written, *abbreviations(text)])

    def _about(self) -> Iterator[Sentence]:
        yield from self.say("about.page")

    def _guidelines(self) -> list[Sentence]:
        reviewer, reviewer_spans = self._sources("reviewer_guideline")
        company, company_spans = self._sources("claims_administrator_guideline")
        spans = [*reviewer_spans, *company_spans]
        name = {(True, True): "both", (True, False): "reviewer", (False, True): "administrator"}.get(
            (bool(reviewer), bool(company)), "unknown"
        )
        names = abbreviations(f"{reviewer} {company}")
        return self.say(
            f"guideline.{name}", self.letter.issues, spans, names=names, reviewer=reviewer, administrator=company
        )

    def _sources(self, name: str) -> tuple[str, list[Span]]:
        cited = [
            citation
            for paragraph in (getattr(issue, name) for issue in self.letter.issues)
            if paragraph
            for citation in paragraph.citations
        ]
        sources = dict.fromkeys(citation.source for citation in cited)
        told = [phrase(f"guideline.source.{source}", self.language) for source in sources]
        spans = [span for citation in cited for span in citation.spans]
        if len(told) > 1:
            told = [phrase("wording.and", self.language, first=", ".join(told[:-1]), last=told[-1])]
        return "".join(told), spans


def _visits(issue: Issue) -> tuple[int, int] | None:
    """Visits that were authorised and visits in dispute, where they are together what was asked for."""
    parts = [part.details if part else None for part in (issue.authorized, issue, issue.original_request)]
    have, rest, asked = (part.sessions.value if part and part.sessions else None for part in parts)
    if len({_care(part) for part in parts}) > 1:
        return None
    if isinstance(have, int) and isinstance(rest, int) and min(have, rest) > 1 and have + rest == asked:
        return have, rest
    return None


def _care(details: Details | None) -> object:
    """What is asked for, and where: visits of another care do not add up with it."""
    if details is None or details.treatment is None:
        return None
    places = frozenset((part.part.lower(), part.side) for part in details.body_parts)
    return str(details.treatment.value).lower(), places
