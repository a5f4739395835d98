"""What a layout's description is made of.

A letter is a row of *marks*: headings, labels and decision wordings of the form. What stands between
two marks belongs to the first one's field.  So a layout is the list of its marks, and nothing else in
the program knows one layout from another.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from functools import cache, cached_property
from typing import Literal

from extractor.taxonomy import Decision

Role = Literal[
    "reviewer",  # the reviewer's credentials
    "summary",  # the clinical case summary
    "documents",  # what was reviewed
    "issues",  # the section of disputed items begins
    "item",  # an item's part begins; its number may be in the mark
    "request",  # an item's request
    "decision",  # an item's decision; number and request may be in the mark
    "claims_administrator_guideline",
    "reviewer_guideline",
    "rationale",
    "closing",  # the letter proper is over
]

ITEM_FIELDS: tuple[Role, ...] = (
    "request",
    "claims_administrator_guideline",
    "reviewer_guideline",
    "rationale",
)


class Known(Enum):
    """How well a layout is known."""

    WHOLE = "letters of this layout were seen whole"
    OPENING = "only the opening of a letter of this layout was seen"
    HEADINGS = "only the headings of this layout are known"


@dataclass(frozen=True)
class Mark:
    """A fixed wording of the form, and the field that it opens."""

    role: Role
    wording: str
    """Plain words; white space stands for any white space, ``(s)`` and the like for themselves.

    ``{date}`` stands for a date; ``{number}``, ``{request}`` and ``{word}``, one of the layout's decision
    wordings, for what the field is to hold."""
    keep: bool = False
    """The wording itself is part of the field's text."""
    line_start: bool = False
    """Only at the start of a line: the wording alone is too common."""
    before_item: bool = False
    """Nothing but an item's heading can follow it."""
    optional: bool = False
    """A whole letter may lack it."""


@dataclass(frozen=True)
class PartialApproval:
    """The fixed wordings by which a heading tells that a part of the request was authorised."""

    original: tuple[str, ...] = ("was the original request", "were the original request")
    authorized_before: tuple[str, ...] = (
        "{was|were|has been|have been} {authorized|authorised|approved|certified}"
        "{ by the Claims Administrator| by Utilization Review| by the Utilization Review|.}",
    )
    """What follows the authorised part."""
    authorized_after: tuple[str, ...] = (
        "The Claims Administrator {authorized|authorised|approved|certified|has authorized}",
    )
    """What goes before the authorised part …"""
    leaving: tuple[str, ...] = ("leaving the original request IMR eligible",)
    """… and what ends it."""
    telling: tuple[str, ...] = ("original request", "IMR eligible", "by the Claims Administrator")
    """What a heading of this kind holds, however it is worded."""
    disputed: tuple[str, ...] = (
        "The remaining IMR eligible portion of the original request",
        "The original request",
    )
    """What goes before the part in dispute."""


CASE_LABELS: Mapping[str, tuple[str, ...]] = {
    "case_number": ("Case Number:",),
    "date_assigned": ("Date Assigned:",),
    "date_of_injury": ("Date of Injury:",),
    "decision_date": ("Decision Date:",),
    "ur_denial_date": ("UR Denial Date:",),
    "application_received": ("Application Received:", "Application {value} Received:"),
    "priority": ("Priority:",),
}
"""The labels of the case header, by the result's field. ``{value}`` stands for the value, where a label
that wraps in its table cell is read around it."""


@dataclass(frozen=True)
class Credentials:
    """The fixed wordings that go before the reviewer's specialties, subspecialties and states."""

    specialty_labels: tuple[str, ...] = ("Certification(s)/Specialty:",)
    state_labels: tuple[str, ...] = ("State(s) of Licensure:",)
    specialties: tuple[str, ...] = ("Board Certified in", "is certified in")
    titles: tuple[str, ...] = ("is a licensed", "is Licensed in", "is a")
    subspecialties: tuple[str, ...] = ("has a subspecialty in", "with a subspecialty in")
    states: tuple[str, ...] = ("licensed to practice in", "license to practice in", "licensed in")


@dataclass(frozen=True)
class Layout:
    """One layout: its marks, how an item opens, and how a decision is worded."""

    name: str
    known: Known
    opening: tuple[str, ...]
    """Wordings that stand at a letter's top and tell this layout from its kin."""
    marks: tuple[Mark, ...]
    opens_item: Literal["decision", "request"]
    """The role whose mark begins a new item."""
    decisions: Mapping[str, Decision]
    """Each wording of ``{word}`` and the decision it stands for."""
    request_before_decision: bool = False
    """The request is the heading that the decision wording ends."""
    partial: PartialApproval | None = None
    case_labels: Mapping[str, tuple[str, ...]] = field(default_factory=lambda: CASE_LABELS)
    """What goes before each fact of the case."""
    credentials: Credentials = field(default_factory=Credentials)
    identifying: tuple[Role, ...] = field(default=())
    """Roles of which a letter shows at least two; a text with fewer is no letter of this layout."""

    @cached_property
    def exact(self) -> re.Pattern[str]:
        """All marks, as the form prints them."""
        return _pattern(self, tolerant=False)

    @cached_property
    def tolerant(self) -> re.Pattern[str]:
        """All marks, in any case and with the errors that OCR makes."""
        return _pattern(self, tolerant=True)

    @cached_property
    def item_words(self) -> re.Pattern[str]:
        """What only this layout's items say: their labels, and decision words behind a colon."""
        labels = [
            worded(mark.wording, tolerant=False)
            for mark in self.marks
            if mark.role in ITEM_FIELDS and "{" not in mark.wording
        ]
        words = [rf":{SPACE}{worded(word, tolerant=False)}\b" for word in self.decisions if word.istitle()]
        return re.compile("|".join([*labels, *words]), re.I)

    @cached_property
    def decision_of(self) -> Mapping[str, Decision]:
        """Decision by wording, in lower case without white space."""
        return {_squeezed(word): decision for word, decision in self.decisions.items()}

    def decide(self, word: str) -> Decision:
        """The decision that a matched ``{word}`` stands for, through the errors that OCR makes."""
        squeezed = _squeezed(word)
        if squeezed in self.decision_of:
            return self.decision_of[squeezed]
        for wording, decision in self.decisions.items():
            if re.fullmatch(worded(wording, tolerant=True), word, re.I):
                return decision
        return "unknown"

    def mark_index(self, match: re.Match[str]) -> int:
        """Which of the marks a match of ``exact`` or ``tolerant`` found."""
        assert match.lastgroup is not None
        return int(match.lastgroup[1:])


_CONFUSED = {
    "l": "[l1I|i!]", "i": "[i1lI|!]", "o": "[o0]", "s": "[s5]", "m": "(?:m|rn|nn)", "n": "[nr]",
    "d": "(?:d|cl)", "u": "(?:u|ii)", "v": "[vy]", "g": "[g9q]", "b": "[b6]", "e": "[ec]", "c": "[ce]",
}  # fmt: skip
"""What tesseract reads for a letter on a poor copy; each class holds the letter itself."""


SPACE = r"\s{0,300}"
"""Any white space, bounded: an unbounded run would let a file of blanks cost its length squared.
A page footer between two words of a heading is blank too, hence the room."""
SOME_SPACE = r"\s{1,300}"
DATE = r".{4,40}?"


@cache
def wording(*words: str, tolerant: bool = False, any_case: bool = False) -> re.Pattern[str]:
    """The compiled expression of any of the fixed wordings; ``tolerant`` allows any case and OCR's errors."""
    alternatives = "|".join(worded(choice, tolerant=tolerant) for choice in words)
    return re.compile(alternatives, re.S | (re.I if tolerant or any_case else 0))


def worded(words: str, *, tolerant: bool) -> str:
    """The regular expression of a fixed wording: any white space, and OCR's errors if tolerant.

    ``{a|b}`` stands for either, ``{date}`` for a date.
    """
    parts: list[str] = []
    for token in re.findall(r"\{[^{}]+\}|\w+|[^\w\s]|\s+", words):
        if "|" in token[1:-1]:
            parts.append("(?:" + "|".join(worded(choice, tolerant=tolerant) for choice in token[1:-1].split("|")) + ")")
        elif token == "{date}":
            parts.append(DATE)
        elif token.isspace():
            parts.append(SPACE if tolerant else SOME_SPACE)
        elif token == ":":
            parts.append(rf"{SPACE}[:;.,]?" if tolerant else rf"{SPACE}:")
        elif tolerant and token[0].isalnum():
            parts.append(_misread(token))
        else:
            parts.append(re.escape(token))
    return "".join(parts)


def _misread(word: str) -> str:
    """The expression of a word in any way that OCR may give it."""
    return "".join(
        "(?:rn|m)" if letters == "rn" else _CONFUSED.get(letters, re.escape(letters))
        for letters in re.findall(r"rn|.", word.lower())
    )


def _pattern(layout: Layout, *, tolerant: bool) -> re.Pattern[str]:
    """One alternation of all marks. Each closes with an empty group of its number, so that every branch
    begins with its first letter: then the search skips from one such letter to the next."""
    # Text extraction drops spaces within and beside a decision word, too ("isnot").
    words = "|".join(worded(word, tolerant=tolerant).replace(SOME_SPACE, SPACE) for word in layout.decisions)
    # A request never runs on into the next numbered statement.
    holes = {
        "request": r"(?:(?!\bhas\s{1,9}determined\b|medically\s{0,9}necessary\b).){1,1500}?",
        "number": r"[1-9]\d{0,2}",
        "date": DATE,
        "word": rf"(?:{words})",
    }
    alternatives = []
    for index, mark in enumerate(layout.marks):
        expression = ""
        for part in re.findall(r"\{\w+\}|[^{}]+", mark.wording):
            if part.startswith("{"):
                name = part[1:-1]
                expression += holes[name] if name == "date" else rf"(?P<{name}{index}>{holes[name]})"
            elif part.strip() == ":":
                # The colon before a decision word; OCR may lose it, but never the word's start.
                expression += rf"(?:[:;.,]{SPACE})?(?<!\w)" if tolerant else f":{SPACE}"
            else:
                # Text extraction drops the space after a decision word ("notmedically").
                before = SPACE if part[0].isspace() else ""
                after = SPACE if part[-1].isspace() else ""
                expression += before + worded(part.strip(), tolerant=tolerant) + after
        if mark.wording.endswith("}"):
            expression += r"(?!\w)"
        alternatives.append(f"{expression}(?P<m{index}>)")
    return re.compile("|".join(alternatives), re.S | (re.I if tolerant else 0))


def _squeezed(words: str) -> str:
    return "".join(words.lower().split())
