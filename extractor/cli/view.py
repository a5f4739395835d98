"""A letter for a person's eyes: case, outcome, items with decision, guidelines and rationale, flags.

Colour stands in escape codes; the command line takes them out where nobody sees them.
"""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterator

import typer

from extractor.schema import Citation, Details, Determination, Flag, Guideline, Issue, Request, Text
from extractor.source import SourceText, Span

MEANING = {
    "upheld": "the denial stands",
    "overturned": "found medically necessary",
    "unknown": "the letter does not tell, or tells twice",
}
COLOUR = {"upheld": "red", "overturned": "green", "unknown": "yellow"}
OUTCOME = {
    "all_upheld": "every denial stands",
    "all_overturned": "every item was found medically necessary",
    "mixed": "some items were found medically necessary, some denials stand",
    "undetermined": "not every decision could be read",
}
RECORD_STATE = {
    "not_documented": "the records do not show it",
    "contradicted": "the records show the opposite",
    "guideline_only": "by the guideline's rule or amount",
}
NOTICE = {"opioid_no_abrupt_stop": "the letter warns against stopping opioids abruptly"}
AMOUNTS = ("strength", "quantity", "refills", "sessions", "frequency", "duration", "acquisition")
COUNTED = {"refills": "refills", "sessions": "sessions", "quantity": "in number"}
"""What a bare number counts."""
BASIS = {"mtus": "MTUS", "non_mtus": "outside the MTUS", "both": "MTUS and others", "none_cited": "none cited"}
INDENT = "   "
CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")
"""What a letter could drive a terminal with."""


def view(determination: Determination, source: SourceText, width: int) -> str:
    """The whole view, lines no wider than ``width`` where words allow."""
    return "\n".join(_View(determination, source, width).lines()) + "\n"


class _View:
    def __init__(self, determination: Determination, source: SourceText, width: int) -> None:
        self.letter, self.source, self.width = determination, source, max(40, width)

    def lines(self) -> Iterator[str]:
        yield from self._case()
        for issue in self.letter.issues:
            yield ""
            yield from self._issue(issue)
        if self.letter.clinical_summary:
            yield ""
            yield from self._text("Clinical case summary", self.letter.clinical_summary, "")
        if self.letter.records:
            yield ""
            yield from self._records()
        flags = list(self._flags(self.letter.flags, ""))
        if flags:
            yield ""
            yield from flags

    def _case(self) -> Iterator[str]:
        letter, case = self.letter, self.letter.case
        pages = f"{letter.source.pages} page{'s' if letter.source.pages != 1 else ''}"
        yield typer.style(f"{case.case_number or 'no case number'}", bold=True) + f"  {letter.source.name}, {pages}"
        count = f"{len(letter.issues)} item{'s' if len(letter.issues) != 1 else ''}"
        yield from self._fact("Outcome", f"{count}: {OUTCOME[letter.outcome]}")
        dates = {
            "injury": case.date_of_injury,
            "UR denial": case.ur_denial_date,
            "application": case.application_received,
            "assigned": case.date_assigned,
            "decision": case.decision_date,
        }
        stated = ", ".join(f"{name} {value.isoformat()}" for name, value in dates.items() if value)
        yield from self._fact("Dates", stated)
        yield from self._fact("Review", self._review())
        yield from self._fact("Priority", case.priority or "")
        patient = ", ".join(str(value) for value in (letter.patient.age, letter.patient.sex) if value is not None)
        yield from self._fact("Patient", patient)
        reviewer = ", ".join([*letter.reviewer.specialties, *letter.reviewer.subspecialties])
        states = ", ".join(letter.reviewer.licensed_in)
        yield from self._fact("Reviewer", "; licensed in ".join(part for part in (reviewer, states) if part))
        colour = "green" if letter.status == "complete" else "yellow"
        readers = "rules" if letter.provenance.model == "none" else "rules and a model"
        read_by = f"by {readers}, layout '{letter.source.layout}'"
        yield "Reading    " + typer.style(letter.status, fg=colour) + f", {read_by}"
        if letter.provenance.model != "none":
            yield from self._fact("Model", self._model())

    def _model(self) -> str:
        """The model, what it was asked, and what that cost."""
        made = self.letter.provenance
        kept = {"hit": "answer kept from before", "miss": "asked now", "off": "asked now, not kept"}[made.cache]
        tokens = f"{made.tokens.prompt} tokens sent, {made.tokens.completion} received"
        cost = "price unknown" if made.cost_usd is None else f"{made.cost_usd:.4f} dollars"
        return f"{made.model}, {made.prompt}, {kept}, {tokens}, {cost}"

    def _review(self) -> str:
        """The utilization review as the summary tells it."""
        review = self.letter.utilization_review
        if review is None:
            return ""
        day = review.date.isoformat() if review.date else None
        return " on ".join(part for part in (review.outcome, day) if part)

    def _records(self) -> Iterator[str]:
        yield typer.style("Records named", underline=True)
        for record in self.letter.records:
            entry = f"{record.date.isoformat()}  {record.description} [{self._spans(record.spans)}]"
            yield from self._wrap(INDENT, entry, INDENT + " " * 12)

    def _fact(self, name: str, value: str) -> Iterator[str]:
        yield from self._wrap(f"{name:<10} ", value or typer.style("not stated", dim=True), " " * 11)

    def _issue(self, issue: Issue) -> Iterator[str]:
        request = (
            f"{issue.request.text} [{self._spans(issue.request.spans)}]" if issue.request else "(no request found)"
        )
        number = f"{issue.number}. "
        yield from (typer.style(line, bold=True) for line in self._wrap(number, request, " " * len(number)))
        word = typer.style(issue.decision.upper(), fg=COLOUR[issue.decision], bold=True)
        sure = "" if issue.confidence is None else f"  confidence {issue.confidence:.2f}"
        yield f"{INDENT}{word}  {MEANING[issue.decision]}{self._place(issue.decision_spans)}{sure}"
        yield from self._asked(issue)
        yield from self._why(issue)
        for title, part in (("Originally requested", issue.original_request), ("Authorized", issue.authorized)):
            if part:
                yield from self._text(title, part, INDENT)
                yield from self._part(part)
        for title, guideline in (
            ("Claims administrator's guideline", issue.claims_administrator_guideline),
            ("Reviewer's guideline", issue.reviewer_guideline),
        ):
            if guideline:
                yield from self._guideline(title, guideline)
        if issue.rationale:
            yield from self._text("Rationale", issue.rationale, INDENT)
        yield from self._flags(issue.flags, INDENT)

    def _asked(self, issue: Issue) -> Iterator[str]:
        """What kind of thing is asked for, how much of it, and how the item hangs together with others."""
        kind = " / ".join(part.replace("_", " ") for part in (issue.category, issue.subcategory) if part)
        said = [kind, *_details(issue.details)]
        said += ["retrospective"] if issue.timing == "retrospective" else []
        said += [f"stands or falls with item {issue.depends_on}"] if issue.depends_on else []
        yield from self._wrap(INDENT, "; ".join(part for part in said if part), INDENT + INDENT)
        for notice in issue.notices:
            line = f"{NOTICE[notice.code]} [{self._spans(notice.spans)}]"
            yield from (typer.style(line, fg="magenta") for line in self._wrap(INDENT, line, INDENT + INDENT))

    def _part(self, part: Request) -> Iterator[str]:
        said = _details(part.details)
        if said:
            yield from self._wrap(INDENT * 2 + "= ", "; ".join(said), INDENT * 3)

    def _why(self, issue: Issue) -> Iterator[str]:
        """The reasons, a line each: the code in words, what the records show, and where it is said."""
        for reason in issue.rationale.reasons if issue.rationale else ():
            state = f", {RECORD_STATE[reason.record_state]}" if reason.record_state else ""
            line = f"{reason.code.replace('_', ' ')}{state} [{self._spans(reason.spans)}]"
            yield from self._wrap(f"{INDENT}because ", line, INDENT + " " * 8)

    def _guideline(self, title: str, guideline: Guideline) -> Iterator[str]:
        basis = f" ({BASIS[guideline.basis]})" if guideline.basis else ""
        yield from self._text(title + basis, guideline, INDENT)
        for citation in guideline.citations:
            yield from self._wrap(INDENT * 2 + "= ", _citation(citation), INDENT * 3)

    def _text(self, title: str, text: Text, indent: str) -> Iterator[str]:
        yield indent + typer.style(title, underline=True) + self._place(text.spans)
        yield from self._wrap(indent + INDENT, text.text, indent + INDENT)

    def _place(self, spans: list[Span]) -> str:
        """Where it stands: page, and offsets into the source text."""
        return typer.style(f"  [{self._spans(spans)}]", dim=True) if spans else ""

    def _spans(self, spans: list[Span]) -> str:
        page = f"page {self.source.page_of(spans[0][0])}: " if self.source.pages > 1 else ""
        return page + ", ".join(f"{start}-{end}" for start, end in spans)

    def _flags(self, flags: list[Flag], indent: str) -> Iterator[str]:
        """Warnings with their places; notes folded into one line."""
        notes = [flag.code for flag in flags if flag.level == "note"]
        for flag in flags:
            if flag.level == "warning":
                place = f" [{self._spans(flag.spans)}]" if flag.spans else ""
                lines = self._wrap(f"{indent}! ", f"{flag.message} ({flag.code}){place}", indent + "  ")
                yield from (typer.style(line, fg="yellow") for line in lines)
        if notes:
            lines = self._wrap(f"{indent}i ", f"notes: {', '.join(notes)}", indent + "  ")
            yield from (typer.style(line, fg="blue") for line in lines)

    def _wrap(self, first: str, text: str, rest: str) -> list[str]:
        return textwrap.wrap(
            CONTROL.sub("\ufffd", text),
            self.width,
            initial_indent=first,
            subsequent_indent=rest,
            break_long_words=False,
            break_on_hyphens=False,
        ) or [first.rstrip()]


def _details(details: Details | None) -> list[str]:
    """The details that are stated, in words."""
    if details is None:
        return []
    said = [str(value.value) for value in (details.treatment, details.drug) if value]
    for name in AMOUNTS:
        value = getattr(details, name)
        if value:
            counted = f" {COUNTED[name]}" if name in COUNTED and not isinstance(value.value, str) else ""
            said.append(f"{value.value}{counted}")
    parts = [
        " ".join(filter(None, (part.side, part.part, part.level if part.level != part.part else None)))
        for part in details.body_parts
    ]
    said += [", ".join(parts)] if parts else []
    said += [f"on {value.value}" for value in details.dates_of_service]
    return said + [f"code {value.value}" for value in details.codes]


def _citation(citation: Citation) -> str:
    pages = f"page {citation.pages}" if citation.pages else None
    named = (citation.title, str(citation.year) if citation.year else None, citation.section, pages)
    return f"{citation.source}: {'; '.join(part for part in named if part)}"
