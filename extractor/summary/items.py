"""What is told of each item: what was asked for, what the worker has, what was decided, why, and what to ask."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from extractor.language.dates import DATE, parse
from extractor.language.sentences import Sentence as LetterSentence
from extractor.language.sentences import sentences as in_sentences
from extractor.schema import Determination, Issue, Rationale, RationalePart, Reason, Span, Text
from extractor.source import SourceText
from extractor.summary.glossary import Term, glossary, what
from extractor.summary.phrases import phrase
from extractor.summary.saying import Saying, spans_of
from extractor.summary.schema import Language, Section, Sentence
from extractor.summary.standing import Standing, standing, told_reasons
from extractor.summary.wording import ASKED_FOR, Worded, abbreviations, worded
from extractor.summary.words import date


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


class Items(Saying):
    """Tells a letter's items."""

    def __init__(self, letter: Determination, source: SourceText, language: Language, brief: int, quoted: int) -> None:
        super().__init__(letter, language, brief)
        self.source, self.quoted = source, quoted
        self.explained: dict[Term, tuple[str, str]] = {}
        """Terms of the requests, as the letter writes them, with what they are."""
        self.told: set[str] = set()
        """Terms that their item explains."""
        self.asked: set[str] = set()
        """Questions for the doctor."""
        self.reasoned: dict[int, set[object]] = {}
        """By the number of an item, the reasons told for it."""
        self.quoted_before = False

    def item(self, group: Group, *, again: bool) -> Iterator[Section]:
        """The sections of items that are told together; ``again``: what a decision means was told before."""
        numbers = ", ".join(str(issue.number) for issue in group.issues)
        if len(self.letter.issues) > 1:
            name = "heading.item" if len(group.issues) == 1 else "heading.items"
            heading = phrase(name, self.language, numbers=numbers)
        else:
            heading = phrase("heading.one", self.language)
        yield Section(name="item", heading=heading, issues=[issue.number for issue in group.issues])
        yield from self.section("asked", self._asked(group), group.issues)
        yield from self.section("have", self._have(group), group.issues)
        yield from self.section("decision", self._decision(group, again=again), group.issues)
        yield from self.section("why", self._why(group, again=again), group.issues)
        yield from self.section("question", self._questions(group), group.issues)

    def _asked(self, group: Group) -> Iterator[Sentence]:
        for issue in group.issues:
            yield from self._asked_one(issue, numbered=len(group.issues) > 1)
        if group.first.timing == "retrospective" and not any(_served(issue) for issue in group.issues):
            spans = [span for issue in group.issues for span in spans_of(issue.request)]
            yield from self.say("asked.got", group.issues, spans)

    def _asked_one(self, issue: Issue, *, numbered: bool) -> Iterator[Sentence]:
        asked = issue.original_request or issue.request
        if asked is None:
            yield from self.say("asked.unread", [issue], issue.decision_spans)
            return
        details = issue.original_request.details if issue.original_request else issue.details
        plain = worded(asked, details, issue.subcategory, self.language)
        variant, counted = ("numbered", [issue.number]) if numbered else ("", [])
        if plain is None:
            yield from self.say("asked.unknown", [issue], asked.spans, variant=variant, counted=counted, n=issue.number)
        else:
            name = "asked.payment" if issue.timing == "retrospective" else "asked.care"
            words = plain.text if issue.timing == "retrospective" else plain.text[:1].upper() + plain.text[1:]
            yield from self.say(
                name,
                [issue],
                plain.spans,
                names=plain.names,
                variant=variant,
                counted=counted,
                n=issue.number,
                what=words,
            )
            yield from self._explained(plain, issue, asked)
        yield self.quote(asked, "asked.letter", [issue])
        served = _served(issue)
        if served is not None:
            day, spans = served
            yield from self.say("asked.got_on", [issue], spans, date=date(day, self.language))
        for one in glossary().find(asked.text):
            told = what(one.term, self.language, asked.text)
            if told and one.term.kind in (*ASKED_FOR, "word"):
                self.explained.setdefault(one.term, (asked.text[one.start : one.end], told))

    def _explained(self, plain: Worded, issue: Issue, asked: Text) -> Iterator[Sentence]:
        """What the care is, the first time that it is named."""
        for term in plain.terms[:1]:
            text = what(term, self.language, asked.text)
            if term.id not in self.told and text and self.brief < 2:
                self.told.add(term.id)
                yield from self.tell(text, "glossary", term.id, [issue], plain.spans, names=abbreviations(text))
        self.told.update(term.id for term in plain.terms)

    def _have(self, group: Group) -> Iterator[Sentence]:
        for issue in group.issues:
            part = issue.authorized
            if part is None:
                continue
            plain = worded(part, part.details, issue.subcategory, self.language)
            variant = "whole" if in_dispute_as_a_whole(issue) else ""
            if plain is not None and plain.known and self.brief < 4:
                yield from self.say(
                    "have.part", [issue], part.spans, names=plain.names, variant=variant, what=plain.text
                )
            else:
                yield from self.say("have.part_as_told", [issue], part.spans, variant=variant)
            yield self.quote(part, "have.letter", [issue])
            if self.brief < 4 or issue.number == next(one.number for one in self.letter.issues if one.authorized):
                yield from self.say("have.stays", [issue], part.spans)

    def _decision(self, group: Group, *, again: bool) -> Iterator[Sentence]:
        yield from self._decided_item(group, again=again)
        for issue in group.issues:
            if issue.request and issue.original_request and not in_dispute_as_a_whole(issue):
                yield self.quote(issue.request, "decision.letter", [issue])

    def _decided_item(self, group: Group, *, again: bool) -> list[Sentence]:
        spans = [span for issue in group.issues for span in issue.decision_spans]
        if group.standing == "unclear":
            spans += [span for issue in group.issues for flag in issue.flags for span in flag.spans]
            return self.say(f"decision.unclear_{group.first.decision}", group.issues, spans)
        if group.standing == "already":
            spans += [span for issue in group.issues for reason in told_reasons(issue) for span in reason.spans]
            again = False
        # Where the whole request is in dispute there is no rest, although a part or something else was authorised.
        told = "upheld" if in_dispute_as_a_whole(group.first) and group.standing == "partly" else group.standing
        return self.say(f"decision.{told}{'_again' if again else ''}", group.issues, spans)

    def _why(self, group: Group, *, again: bool) -> Iterator[Sentence]:
        """Nothing where the letter is unclear: its reasons may be those of another decision."""
        if group.standing in ("unclear", "already"):
            return
        told = self._reasons(group)
        if not told and group.first.depends_on is not None:
            told = self._follows(group, spans_of(group.first.rationale))
        if told:
            spans = [span for sentence in told for span in sentence.spans]
            if not again and self.brief < 4:
                yield from self.say("why.said" if len(told) == 1 else "why.said_many", group.issues, spans)
            yield from told
            return
        rationale = group.first.rationale
        if rationale is None:
            yield from self.say("why.none", group.issues, group.first.decision_spans)
            return
        quoted = self._own_words(rationale)
        if quoted is None:
            yield from self.say("why.unknown", group.issues, rationale.spans, names=["Decision rationale"])
        else:
            yield from self.say(f"why.quote{'_again' if self.quoted_before else ''}", group.issues, quoted.spans)
            self.quoted_before = True
            yield self.quote(quoted, "why.letter", group.issues)

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

    def _reasons(self, group: Group) -> list[Sentence]:
        """Each reason; told most briefly, those that an earlier item has, two or more, by the number of that item."""
        reasons = {(reason.code, reason.record_state): reason for reason in group.reasons}
        told: list[Sentence] = []
        shared = [(len(before), -n) for n, before in self.reasoned.items() if before <= reasons.keys()]
        count, number = max(shared, default=(0, 0))
        if self.brief >= 4 and count > 1:
            again = [reasons.pop(reason) for reason in self.reasoned[-number] if reason in reasons]
            spans = [span for reason in again for span in reason.spans]
            told += self.say("why.as_before", group.issues, spans, counted=[-number], n=-number)
        else:
            self.reasoned[group.first.number] = {*reasons}
        return told + [sentence for reason in reasons.values() for sentence in self._reason(group, reason)]

    def _reason(self, group: Group, reason: Reason) -> list[Sentence]:
        if reason.code == "follows_main_service":
            return self._follows(group, reason.spans)
        name = f"reason.{reason.code}"
        return self.say(name, group.issues, reason.spans, variant=reason.record_state or "")

    def _follows(self, group: Group, spans: Sequence[Span]) -> list[Sentence]:
        """Only a main service of the same decision, and a clear one, is named as the reason."""
        main = next((issue for issue in self.letter.issues if issue.number == group.first.depends_on), None)
        places = [*spans, *(main.decision_spans if main else ())]
        if main is None or standing(main) != group.standing or group.standing not in ("upheld", "overturned"):
            return self.say("why.follows", group.issues, places)
        surgery = "_surgery" if main.category == "surgery" else ""
        return self.say(f"why.follows_{group.standing}{surgery}", group.issues, places)

    def _questions(self, group: Group) -> Iterator[Sentence]:
        if group.standing == "unclear":
            return
        spans = [span for reason in group.reasons for span in reason.spans] or spans_of(group.first.rationale)
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
            yield from self.say("question.above", group.issues, spans)

    def _question(self, name: str, group: Group, spans: Sequence[Span]) -> Iterator[Sentence]:
        """Each question once: it is for the next visit, not for each request."""
        if name not in self.asked:
            self.asked.add(name)
            yield from self.say(name, group.issues, spans)


def in_dispute_as_a_whole(issue: Issue) -> bool:
    """The part in dispute is the whole request, or something else was authorised: there is no rest to speak of."""
    original, authorized = issue.original_request, issue.authorized
    if issue.request is None or original is None:
        return False
    request, asked = ("".join(text.text.lower().split()) for text in (issue.request, original))
    kinds = [{one.term.id for one in glossary().find(part.text)} for part in (original, authorized) if part]
    kinds = [{name for name in kind if glossary().terms[name].kind in ASKED_FOR} for kind in kinds]
    return request == asked or (len(kinds) == 2 and all(kinds) and not kinds[0] & kinds[1])


def _served(issue: Issue) -> tuple[dt.date, list[Span]] | None:
    """The one day on which the care was given, where the request names one."""
    days = issue.details.dates_of_service if issue.details else []
    if issue.timing != "retrospective" or len(days) != 1:
        return None
    written = str(days[0].value)
    day = parse(written) if DATE.fullmatch(written) else None
    return (day, list(days[0].spans)) if day else None
