"""What the law says about what happens after the letter: general facts with their sources, each for a certain time."""

from __future__ import annotations

import datetime as dt
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from extractor.schema import Issue
from extractor.summary.standing import standing

FRESH = dt.timedelta(days=365)
"""A fact whose source was read longer ago should be read again; so should a letter that is older."""


@dataclass(frozen=True)
class Fact:
    """A general fact."""

    id: str
    when: str
    """For whose letter it is shown: ``always``, ``denied``, ``upheld``, ``overturned_care`` and so on."""
    text: dict[str, str]
    source: str
    as_of: dt.date
    start: dt.date
    end: dt.date | None
    names: tuple[str, ...] = ()
    """Of offices, which stay as they are."""

    def holds(self, decided: dt.date | None) -> bool:
        """At the time of the decision; a letter without a date is taken for one of now."""
        return decided is None or (self.start <= decided and (self.end is None or decided <= self.end))


@cache
def facts() -> tuple[Fact, ...]:
    """All facts, in the order in which they are told."""
    raw = tomllib.loads(files("extractor.summary").joinpath("facts.toml").read_text(encoding="utf-8"))
    return tuple(
        Fact(
            entry["id"], entry["when"], {"en": entry["en"], "es": entry["es"]}, entry["source"], entry["as_of"],
            entry["from"], entry.get("to"), tuple(entry.get("names", ())),
        )
        for entry in raw["fact"]
    )  # fmt: skip


def applying(issues: list[Issue], decided: dt.date | None) -> Iterator[tuple[Fact, list[Issue]]]:
    """The facts for this letter, each with the items that it is about."""
    for fact in facts():
        about = [issue for issue in issues if _about(fact.when, issue, issues)]
        if fact.holds(decided) and (about or fact.when == "always"):
            yield fact, about


def _about(when: str, issue: Issue, issues: list[Issue]) -> bool:
    stands, had = standing(issue), issue.timing == "retrospective"
    denied = stands in ("upheld", "partly")
    return {
        "denied": denied,
        "all_overturned": all(standing(one) in ("overturned", "already") for one in issues) and stands == "overturned",
        "upheld": denied and not had,
        "upheld_paid": denied and had,
        "overturned_care": stands == "overturned" and not had,
        "overturned_paid": stands == "overturned" and had,
        "always": False,
    }[when]


def stale(today: dt.date) -> list[Fact]:
    """Facts whose sources were read more than a year before."""
    return [fact for fact in facts() if today - fact.as_of > FRESH]
