"""How codes and numbers of the figures are told, on a terminal and on the page alike."""

from __future__ import annotations

import re
from collections.abc import Iterable

from extractor.analysis.stats import LEAST, NONE, UNSTATED, Guideline, Row, Statistics

CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2066-\u2069]")
"""What words of a letter could drive a terminal with, or turn round."""
WORDS = {
    "dmepos": "equipment and supplies",
    "dme": "durable medical equipment",
    "emg_ncs": "EMG and nerve conduction studies",
    "nsaids": "NSAIDs",
    "evaluation_management": "evaluation and management",
    "physical_occupational_therapy": "physical or occupational therapy",
    "prosthetics_orthotics": "prosthetics and orthotics",
    "psych_evaluation": "psychological evaluation",
    "psych_services": "psychological services",
    "psych_therapies": "psychological therapies",
}
"""Codes that are not their own words."""
STATES = {
    "not_documented": "the records do not show it",
    "contradicted": "the records show the opposite",
    "guideline_only": "by the guideline's rule or amount",
}
AGREED = {
    "same": "the same for both",
    "different": "not the same for both",
    "administrator_none": "named by the reviewer only",
    "reviewer_none": "by the administrator only",
    "neither": "named by neither",
}
SPENT = {
    "injury_to_ur_denial": "injury to denial",
    "ur_denial_to_application": "denial to application",
    "application_to_assigned": "application to assignment",
    "assigned_to_decision": "assignment to decision",
    "ur_denial_to_decision": "denial to decision",
}
TITLES = {
    "category": "Kind of treatment",
    "subcategory": "Treatment",
    "source": "Reviewer's source",
    "reason": "Reviewer's reason",
    "specialty": "Reviewer's specialty",
    "month": "Month of the decision",
    "agreement": "Sources named",
}
LEFT_OUT = {"source": "none named", "reason": "none found", "month": "not dated"}
FEW = 30
"""Groups of fewer letters are told as uncertain: their intervals rest on too little."""
NO_INTERVAL = f"fewer than {LEAST} letters: no interval"
LOWER_BOUNDS = "The rules find fewer than half of the reasons that a reader finds on test letters"
"""By ``rationale.reasons`` in the README's part "How well letters are read"."""


def told(kind: str, name: str) -> str:
    """A group's name for a person."""
    if name in (NONE, UNSTATED):
        return LEFT_OUT.get(kind, "not stated")
    if kind in ("category", "subcategory", "reason"):
        category, _, below = name.partition("/")
        parts = [category] if below in ("", category) else [category, below]
        return " / ".join(_words(part) for part in parts)
    return AGREED[name] if kind == "agreement" else plain(name)


def short(kind: str, name: str) -> str:
    """As :func:`told`, without the category that a treatment belongs to."""
    return told(kind, name.partition("/")[2] or name if kind == "subcategory" else name)


def _words(code: str) -> str:
    return WORDS.get(code) or code.replace("_", " ")


def plain(words: str) -> str:
    """On one line, without what is no word."""
    return " ".join(CONTROL.sub(" ", words).split())


def guideline(one: Guideline) -> str:
    """Its source and title, then its section."""
    named = f"{one.source}: {plain(one.title)}" if one.title else f"{one.source}, title not in the tables"
    return f"{named}; {plain(one.section)}" if one.section else named


def percent(share: float) -> str:
    return f"{100 * share:.1f} %"


def bare(share: float) -> str:
    """In a column of percents."""
    return f"{100 * share:.1f}"


def between(low: float | None, high: float | None) -> str:
    """An interval; a dash where there is none."""
    return "–" if low is None or high is None else f"{100 * low:.1f}–{100 * high:.1f}"


def count(number: float) -> str:
    return f"{number:,.0f}"


def days(number: float) -> str:
    """Quartiles can stand between two days."""
    return f"{number:,.1f}".removesuffix(".0")


def unfinished(figures: Statistics) -> str:
    """What is said on top of the figures of a run that has letters left; else nothing."""
    left = figures.letters.get("left")
    if left:
        of = f"{count(left)} of {count(figures.letters['all'] + left)} letters are not read yet"
        return f"{of}: these figures are of the longest letters, not of all"
    return "" if figures.ended else "the run has not ended: these figures are of letters that were read before"


def alike(figures: Statistics) -> str:
    """How many items have a rationale that another one has too, but for a few words."""
    told = figures.rationales
    if not told["issues"]:
        return ""
    return (
        f"Of {count(told['issues'])} items with a rationale {count(told['issues_shared'])} "
        f"({percent(told['issues_shared'] / told['issues'])}) have nearly the same words there as another item: "
        f"reviewers use a text again. Texts that were used more than once: {count(told['shared'])}."
    )


def reading(figures: Statistics) -> str:
    """Whether a model read along, how that went, and what it took."""
    totals = figures.totals
    asked, failed, cached = (totals[f"letters_{name}"] for name in ("asked", "model_failed", "cached"))
    said = [f"A model was asked about {count(asked)} letters and failed on {count(failed)} of them."] * bool(asked)
    said += [f"For {count(cached)} letters a model's kept answer was used."] * bool(cached)
    tokens = totals["prompt_tokens"], totals["completion_tokens"]
    if asked or any(tokens):
        said.append(f"Reading took {count(tokens[0])} tokens sent and {count(tokens[1])} received: {_price(figures)}.")
    return " ".join(said) or "No model was asked."


def _price(figures: Statistics) -> str:
    totals = figures.totals
    unknown = totals["letters_asked"] - totals["letters_priced"]
    if not unknown:
        return f"{totals['cost_usd']:,.2f} dollars"
    if not totals["letters_priced"]:
        return "price not known"
    return f"{totals['cost_usd']:,.2f} dollars, and for {count(unknown)} letters price not known"


def months(rows: Iterable[Row]) -> str:
    """What the rows of the time line are: months, or years where the tables tell no more."""
    return "month" if any("-" in row.name for row in rows) else "year"
