"""From a determination to its summary: which sentences are told, of which items, in which order.

Every sentence is a fixed one, filled in from the letter, or the letter's own; checks come after.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from extractor.language.dates import DATE, parse
from extractor.language.sentences import Sentence as LetterSentence
from extractor.language.sentences import sentences as in_sentences
from extractor.schema import Details, Determination, Issue, Rationale, RationalePart, Reason, Span, Text
from extractor.source import SourceText
from extractor.summary.facts import FRESH, applying
from extractor.summary.glossary import Term, glossary
from extractor.summary.phrases import phrase, reviewed, sentences
from extractor.summary.schema import Language, Section, SectionName, Sentence, Teller
from extractor.summary.standing import STANDINGS, Standing, standing, told_reasons
from extractor.summary.wording import ASKED_FOR, Worded, abbreviations, worded
from extractor.summary.words import date

TWELVE_MONTHS = "upheld_twelve_months"
"""The fact that no longer applies a year after the letter: the review came before it."""
MISSING = ("issue_missing", "truncated_letter", "low_text_quality", "case_header_missing")
"""Flags of the letter that the summary tells in words of their own."""
MOST_TERMS = 2
"""Terms that are explained; the page is short."""
MOST_QUOTED = 40
"""Words of a rationale that stand in for a reason without plain words, at most."""


@dataclass(frozen=True)
class Group:
    """Items with the same standing and the same reasons."""

    issues: list[Issue]
    standing: Standing

    @property
    def first(self) -> Issue:
        return self.issues[0]

    @property
    def reasons(self) -> list[Reason]:
        return told_reasons(self.first)


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
    is, from 3 on with one question for each item; 4 names parts that were authorised in the letter's words alone, and
    what is missing in one sentence. Nothing of what was decided is ever left out.
    A rationale that has no plain words is quoted, with at most ``quoted`` words."""
    return list(_Composer(letter, source, language, today, brief, quoted).sections())


def grouped(issues: Iterable[Issue]) -> list[Group]:
    """The items in the letter's order, those that are told together in one place."""
    groups: dict[object, Group] = {}
    for issue in issues:
        reasons = told_reasons(issue)
        key = (
            standing(issue), issue.decision, frozenset((reason.code, reason.record_state) for reason in reasons),
            issue.timing, bool(issue.notices), issue.depends_on, _told_alone(issue),
        )  # fmt: skip
        groups.setdefault(key, Group([], standing(issue))).issues.append(issue)
    return list(groups.values())


def _told_alone(issue: Issue) -> object:
    """What keeps an item apart from others of its kind: a part that was authorised, or reasons without plain words,
    unless they are the same words."""
    if issue.authorized is not None:
        return issue.number
    if issue.rationale is None or told_reasons(issue):
        return None
    return issue.rationale.text


class _Composer:
    def __init__(
        self,
        letter: Determination,
        source: SourceText,
        language: Language,
        today: dt.date,
        brief: int,
        quoted: int,
    ) -> None:
        self.letter, self.source, self.language, self.today = letter, source, language, today
        self.brief, self.quoted = brief, quoted
        self.groups = grouped(letter.issues)
        self.explained: dict[Term, str] = {}
        """Terms of the requests, as the letter writes them."""
        self.told: set[str] = set()
        """Terms that their item explains."""
        self.asked: set[str] = set()
        """Questions for the doctor."""

    def sections(self) -> Iterator[Section]:
        yield from self._section("missing", self._missing())
        yield from self._section("decided", self._decided())
        for at, group in enumerate(self.groups):
            yield from self._item(group, again=any(self.groups[before].standing != "already" for before in range(at)))
        yield from self._section("not_mean", self._not_mean())
        yield from self._section("next", self._next())
        yield from self._section("caution", self._cautions())
        yield from self._section("words", self._words())
        yield from self._section("help", self._facts("always"))
        yield from self._section("about", self._about())
        yield from self._section("guideline", self._guidelines())

    def _section(self, name: SectionName, told: Iterable[Sentence], issues: Sequence[Issue] = ()) -> Iterator[Section]:
        found = list(told)
        if found:
            heading = phrase(f"heading.{name}", self.language)
            yield Section(name=name, heading=heading, issues=[issue.number for issue in issues], sentences=found)

    def _say(
        self,
        name: str,
        issues: Sequence[Issue] = (),
        spans: Iterable[Span] = (),
        *,
        names: Sequence[str] = (),
        counted: Sequence[int] = (),
        variant: str = "",
        **values: object,
    ) -> list[Sentence]:
        text = phrase(name, self.language, variant=variant, **values)
        return self._told(text, "template", name, issues, spans, names=names, counted=counted)

    def _told(
        self,
        text: str,
        by: Teller,
        name: str,
        issues: Sequence[Issue] = (),
        spans: Iterable[Span] = (),
        *,
        names: Sequence[str] = (),
        counted: Sequence[int] = (),
    ) -> list[Sentence]:
        numbers, places = [issue.number for issue in issues], _merged(spans)
        return [
            Sentence(
                text=one, by=by, name=name, issues=numbers, spans=places,
                names=[word for word in names if word in one], counted=list(counted),
            )
            for one in sentences(text)
        ]  # fmt: skip

    def _quote(self, text: Text, name: str, issues: Sequence[Issue]) -> Sentence:
        numbers = [issue.number for issue in issues]
        return Sentence(text=text.text, by="letter", name=name, issues=numbers, spans=list(text.spans))

    # What was decided.

    def _missing(self) -> Iterator[Sentence]:
        if not reviewed(self.language):
            yield from self._say("missing.draft")
        warned = [flag for flag in self.letter.flags if flag.level == "warning"]
        if self.letter.status == "complete":
            return
        yield from self._say("missing.partial")
        for code in MISSING:
            if self.brief < 4 and any(flag.code == code for flag in warned):
                yield from self._say(f"missing.{code}")

    def _decided(self) -> list[Sentence]:
        issues = self.letter.issues
        spans = [
            span
            for issue in issues
            for span in (
                *issue.decision_spans,
                *(_spans(issue.authorized) and _spans(issue.request)),
                *_spans(issue.authorized),
            )
        ]
        by_standing = {name: [issue for issue in issues if standing(issue) == name] for name in STANDINGS}
        held = {name: found for name, found in by_standing.items() if found}
        if len(issues) == 1:
            return self._one(issues[0], spans)
        counts = [len(issues), *(len(found) for found in held.values())]
        if set(held) == {"upheld"}:
            variant = "two" if len(issues) == 2 else ""
            return self._say("decided.many_upheld", issues, spans, variant=variant, counted=counts, n=len(issues))
        parts = [
            phrase(f"count.{name}", self.language, variant="many" if len(found) > 1 else "", n=len(found))
            for name, found in held.items()
        ]
        told = parts[0] if len(parts) == 1 else phrase(
            "list.and", self.language, first=", ".join(parts[:-1]), last=parts[-1]
        )  # fmt: skip
        return self._say("decided.many", issues, spans, counted=counts, n=len(issues), parts=told)

    def _one(self, issue: Issue, spans: Sequence[Span]) -> list[Sentence]:
        stands = standing(issue)
        if stands == "partly" and (visits := _visits(issue)):
            have, rest = visits
            return self._say("decided.partly_counted", [issue], spans, have=have, rest=rest)
        if stands == "partly" and in_dispute_as_a_whole(issue):
            return self._say("decided.partly_whole", [issue], spans)
        return self._say(f"decided.{stands}", [issue], spans)

    # The items.

    def _item(self, group: Group, *, again: bool) -> Iterator[Section]:
        numbers = ", ".join(str(issue.number) for issue in group.issues)
        if len(self.letter.issues) > 1:
            name = "heading.item" if len(group.issues) == 1 else "heading.items"
            heading = phrase(name, self.language, numbers=numbers)
        else:
            heading = phrase("heading.one", self.language)
        yield Section(name="item", heading=heading, issues=[issue.number for issue in group.issues])
        yield from self._section("asked", self._asked(group), group.issues)
        yield from self._section("have", self._have(group), group.issues)
        yield from self._section("decision", self._decision(group, again=again), group.issues)
        yield from self._section("why", self._why(group, again=again), group.issues)
        yield from self._section("question", self._questions(group), group.issues)

    def _asked(self, group: Group) -> Iterator[Sentence]:
        for issue in group.issues:
            yield from self._asked_one(issue, numbered=len(group.issues) > 1)
        if group.first.timing == "retrospective" and not any(_served(issue) for issue in group.issues):
            spans = [span for issue in group.issues for span in _spans(issue.request)]
            yield from self._say("asked.got", group.issues, spans)

    def _asked_one(self, issue: Issue, *, numbered: bool) -> Iterator[Sentence]:
        asked = issue.original_request or issue.request
        if asked is None:
            yield from self._say("asked.unread", [issue], issue.decision_spans)
            return
        details = issue.original_request.details if issue.original_request else issue.details
        plain = worded(asked, details, issue.subcategory, self.language)
        variant, counted = ("numbered", [issue.number]) if numbered else ("", [])
        if plain is None:
            yield from self._say(
                "asked.unknown", [issue], asked.spans, variant=variant, counted=counted, n=issue.number
            )
        else:
            name = "asked.payment" if issue.timing == "retrospective" else "asked.care"
            what = plain.text if issue.timing == "retrospective" else plain.text[:1].upper() + plain.text[1:]
            yield from self._say(
                name,
                [issue],
                plain.spans,
                names=plain.names,
                variant=variant,
                counted=counted,
                n=issue.number,
                what=what,
            )
            yield from self._explained(plain, issue)
        yield self._quote(asked, "asked.letter", [issue])
        served = _served(issue)
        if served is not None:
            day, spans = served
            yield from self._say("asked.got_on", [issue], spans, date=date(day, self.language))
        for one in glossary().find(asked.text):
            if one.term.kind in (*ASKED_FOR, "word"):
                self.explained.setdefault(one.term, asked.text[one.start : one.end])

    def _explained(self, plain: Worded, issue: Issue) -> Iterator[Sentence]:
        """What the care is, the first time that it is named."""
        for term in plain.terms[:1]:
            if term.id not in self.told and self.language in term.what and self.brief < 2:
                self.told.add(term.id)
                text = term.what[self.language]
                yield from self._told(text, "glossary", term.id, [issue], plain.spans, names=abbreviations(text))
        self.told.update(term.id for term in plain.terms)

    def _have(self, group: Group) -> Iterator[Sentence]:
        for issue in group.issues:
            part = issue.authorized
            if part is None:
                continue
            plain = worded(part, part.details, issue.subcategory, self.language)
            variant = "whole" if in_dispute_as_a_whole(issue) else ""
            if plain is not None and plain.known and self.brief < 4:
                yield from self._say(
                    "have.part", [issue], part.spans, names=plain.names, variant=variant, what=plain.text
                )
            else:
                yield from self._say("have.part_as_told", [issue], part.spans, variant=variant)
            yield self._quote(part, "have.letter", [issue])
            if self.brief < 4 or issue.number == next(one.number for one in self.letter.issues if one.authorized):
                yield from self._say("have.stays", [issue], part.spans)

    def _decision(self, group: Group, *, again: bool) -> Iterator[Sentence]:
        yield from self._decided_item(group, again=again)
        for issue in group.issues:
            if issue.request and issue.original_request and not in_dispute_as_a_whole(issue):
                yield self._quote(issue.request, "decision.letter", [issue])

    def _decided_item(self, group: Group, *, again: bool) -> list[Sentence]:
        spans = [span for issue in group.issues for span in issue.decision_spans]
        if group.standing == "unclear":
            spans += [span for issue in group.issues for flag in issue.flags for span in flag.spans]
            return self._say(f"decision.unclear_{group.first.decision}", group.issues, spans)
        if group.standing == "already":
            spans += [span for issue in group.issues for reason in _reasons(issue) for span in reason.spans]
            again = False
        # Where the whole request is in dispute there is no rest, although a part or something else was authorised.
        told = "upheld" if in_dispute_as_a_whole(group.first) and group.standing == "partly" else group.standing
        return self._say(f"decision.{told}{'_again' if again else ''}", group.issues, spans)

    def _why(self, group: Group, *, again: bool) -> Iterator[Sentence]:
        """Nothing where the letter is unclear: its reasons may be those of another decision."""
        if group.standing in ("unclear", "already"):
            return
        told = [sentence for reason in group.reasons for sentence in self._reason(group, reason)]
        if not told and group.first.depends_on is not None:
            told = self._follows(group, _spans(group.first.rationale))
        if told:
            spans = [span for sentence in told for span in sentence.spans]
            if not again and self.brief < 4:
                yield from self._say("why.said" if len(told) == 1 else "why.said_many", group.issues, spans)
            yield from told
            return
        rationale = group.first.rationale
        if rationale is None:
            yield from self._say("why.none", group.issues, group.first.decision_spans)
            return
        quoted = self._own_words(rationale)
        if quoted is None:
            yield from self._say("why.unknown", group.issues, rationale.spans, names=["Decision rationale"])
        else:
            yield from self._say("why.quote", group.issues, quoted.spans)
            yield self._quote(quoted, "why.letter", group.issues)

    def _own_words(self, rationale: Rationale) -> Text | None:
        """What the reviewer says last of the case itself, else the conclusion: as many whole sentences as are short."""
        for role in ("finding", "conclusion"):
            spoken = [sentence for part in rationale.parts if part.role == role for sentence in self._sentences(part)]
            spans: list[Span] = []
            words = 0
            for sentence in reversed(spoken):
                words += len(sentence.text.split())
                if words > self.quoted:
                    break
                spans = [*sentence.spans, *spans]
            if spans:
                return Text(text=self.source.slice(spans), spans=spans)
        return None

    def _sentences(self, part: RationalePart) -> list[LetterSentence]:
        return in_sentences(self.source, part.spans)

    def _reason(self, group: Group, reason: Reason) -> list[Sentence]:
        if reason.code == "follows_main_service":
            return self._follows(group, reason.spans)
        name = f"reason.{reason.code}"
        return self._say(name, group.issues, reason.spans, variant=reason.record_state or "")

    def _follows(self, group: Group, spans: Sequence[Span]) -> list[Sentence]:
        """Only a main service of the same decision, and a clear one, is named as the reason."""
        main = next((issue for issue in self.letter.issues if issue.number == group.first.depends_on), None)
        places = [*spans, *(main.decision_spans if main else ())]
        if main is None or standing(main) != group.standing or group.standing not in ("upheld", "overturned"):
            return self._say("why.follows", group.issues, places)
        surgery = "_surgery" if main.category == "surgery" else ""
        return self._say(f"why.follows_{group.standing}{surgery}", group.issues, places)

    def _questions(self, group: Group) -> Iterator[Sentence]:
        if group.standing == "unclear":
            return
        spans = [span for reason in group.reasons for span in reason.spans] or _spans(group.first.rationale)
        if group.standing == "overturned":
            yield from self._question("question.overturned", group, group.first.decision_spans)
        elif group.standing == "already":
            yield from self._question("question.already_authorized", group, spans)
        elif not group.reasons:
            yield from self._question("question.unknown", group, spans or group.first.decision_spans)
        before = len(self.asked)
        told = group.reasons[:1] if self.brief > 2 else group.reasons
        for reason in told if group.standing in ("upheld", "partly") else ():
            yield from self._question(f"question.{reason.code}", group, reason.spans)
        if told and group.standing in ("upheld", "partly") and len(self.asked) == before:
            yield from self._say("question.above", group.issues, spans)

    def _question(self, name: str, group: Group, spans: Sequence[Span]) -> Iterator[Sentence]:
        """Each question once: it is for the next visit, not for each request."""
        if name not in self.asked:
            self.asked.add(name)
            yield from self._say(name, group.issues, spans)

    # The rest of the page.

    def _not_mean(self) -> Iterator[Sentence]:
        issues = self.letter.issues
        denied = [issue for issue in issues if standing(issue) in ("upheld", "partly")]
        if not denied:
            yield from self._say("not_mean.only", issues, _decisions(issues))
            return
        yield from self._say("not_mean.pain", denied, _decisions(denied))
        many = "_many" if len(issues) > 1 else ""
        yield from self._say(f"not_mean.claim{many}", issues, _decisions(issues))

    def _next(self) -> Iterator[Sentence]:
        decided = self.letter.case.decision_date
        old = decided is not None and self.today - decided > FRESH
        told = [sentence for sentence in self._facts("next") if not (old and sentence.name == TWELVE_MONTHS)]
        if told and decided is None:
            yield from self._say("next.undated")
        elif told and old:
            yield from self._say("next.old", spans=self.letter.case.evidence.get("decision_date", ()))
        yield from told

    def _facts(self, where: str) -> Iterator[Sentence]:
        for fact, issues in applying(self.letter.issues, self.letter.case.decision_date):
            if (fact.when == "always") == (where == "always"):
                yield from self._told(
                    fact.text[self.language], "fact", fact.id, issues, _decisions(issues), names=fact.names
                )

    def _cautions(self) -> Iterator[Sentence]:
        codes = dict.fromkeys(notice.code for issue in self.letter.issues for notice in issue.notices)
        for code in codes:
            issues = [issue for issue in self.letter.issues if code in [notice.code for notice in issue.notices]]
            spans = [span for issue in issues for notice in issue.notices for span in notice.spans]
            drugs = [issue.details.drug for issue in issues if issue.details and issue.details.drug]
            if len(drugs) < len(issues):
                yield from self._say(f"caution.{code}", issues, spans)
                continue
            names = list(dict.fromkeys(str(drug.value) for drug in drugs))
            spans += [span for drug in drugs for span in drug.spans]
            told = names[0] if len(names) == 1 else phrase(
                "wording.and", self.language, first=", ".join(names[:-1]), last=names[-1]
            )  # fmt: skip
            yield from self._say(f"caution.{code}", issues, spans, variant="named", names=names, drugs=told)

    def _words(self) -> Iterator[Sentence]:
        if self.brief:
            return
        if any(group.reasons for group in self.groups):
            yield from self._say("words.guide")
        terms = [term for term in self.explained if term.id not in self.told and self.language in term.what]
        for term in terms[:MOST_TERMS]:
            written = self.explained[term]
            text = phrase("words.term", self.language, term=written, what=term.what[self.language])
            yield from self._told(text, "glossary", term.id, names=[written, *abbreviations(text)])

    def _about(self) -> Iterator[Sentence]:
        yield from self._say("about.page")

    def _guidelines(self) -> list[Sentence]:
        reviewer, reviewer_spans = self._sources("reviewer_guideline")
        company, company_spans = self._sources("claims_administrator_guideline")
        spans = [*reviewer_spans, *company_spans]
        name = {(True, True): "both", (True, False): "reviewer", (False, True): "administrator"}.get(
            (bool(reviewer), bool(company)), "unknown"
        )
        names = abbreviations(f"{reviewer} {company}")
        return self._say(
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


def in_dispute_as_a_whole(issue: Issue) -> bool:
    """The part in dispute is the whole request, or something else was authorised: there is no rest to speak of."""
    original, authorized = issue.original_request, issue.authorized
    if issue.request is None or original is None:
        return False
    request, asked = ("".join(text.text.lower().split()) for text in (issue.request, original))
    kinds = [{one.term.id for one in glossary().find(part.text)} for part in (original, authorized) if part]
    kinds = [{name for name in kind if glossary().terms[name].kind in ASKED_FOR} for kind in kinds]
    return request == asked or (len(kinds) == 2 and all(kinds) and not kinds[0] & kinds[1])


def _reasons(issue: Issue) -> list[Reason]:
    return issue.rationale.reasons if issue.rationale else []


def _spans(text: Text | None) -> list[Span]:
    return list(text.spans) if text else []


def _decisions(issues: Iterable[Issue]) -> list[Span]:
    return [span for issue in issues for span in issue.decision_spans]


def _merged(spans: Iterable[Span]) -> list[Span]:
    """In the letter's order, each place once."""
    return sorted(set(spans))


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


def _served(issue: Issue) -> tuple[dt.date, list[Span]] | None:
    """The one day on which the care was given, where the request names one."""
    days = issue.details.dates_of_service if issue.details else []
    if issue.timing != "retrospective" or len(days) != 1:
        return None
    written = str(days[0].value)
    day = parse(written) if DATE.fullmatch(written) else None
    return (day, list(days[0].spans)) if day else None
