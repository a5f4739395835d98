"""``BENCHMARKS.md`` from what was measured."""

from __future__ import annotations

import datetime as dt
import os
import platform
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

QUARTER = 0.25
"""Of plain instructor's completion tokens for the same fields, what this project's are at most."""


@dataclass
class Row:
    """What was measured of one client. Sums are of a letter."""

    title: str
    fields: str
    requests: float = 0.0
    characters: float = 0.0
    prompt: float = 0.0
    completion: float = 0.0
    wall: float = 0.0
    shortest: float = 0.0
    """The answers' own times, laid into the slots longest first."""
    cpu: float = 0.0
    memory: float = 0.0
    imports: float = 0.0
    missing: int = 0
    """Letters without a result where nothing went wrong."""
    right: int = 0
    right_of: int = 0
    warned: int = 0
    """Of the wrong fields, those in an item with a warning."""
    tried: int = 0
    faults: int = 0
    lost: int = 0
    died: Counter[str] = field(default_factory=Counter)
    answered: int = 0
    again: int = 0
    reason: str | None = None
    """Why nothing was measured."""

    @property
    def total(self) -> float:
        return self.prompt + self.completion


@dataclass
class Report:
    """The whole run."""

    rows: list[Row]
    """This project's first, plain instructor's for the same fields second."""
    cached: Row
    versions: dict[str, dict[str, str]]
    letters: int
    characters: float
    slots: int
    delay: float
    speed: float
    hurry: float
    seeds: int
    without_parts: float
    """This project's completion tokens, of plain instructor's, where neither tells who speaks in a rationale."""
    alone: float
    """Importing this project without a model's client, in starts of the interpreter."""

    def promises(self) -> dict[str, bool]:
        """What this project promises, and whether it holds."""
        ours, plain = self.rows[:2]
        held = {f"none of {ours.tried} letters is lost under faults": ours.tried > 0 and ours.lost + ours.missing == 0}
        if plain.reason or ours.reason:
            return {**held, "tokens beside plain instructor's: not measured": False}
        completion, total = ours.completion / plain.completion, ours.total / plain.total
        return {
            f"completion tokens {completion:.2f} of plain instructor's for the same fields (at most {QUARTER})": (
                completion <= QUARTER
            ),
            f"all tokens {total:.2f} of plain instructor's for the same fields (below 1)": total < 1,
            **held,
        }

    def text(self) -> str:
        """The file."""
        return "\n".join(self._lines()) + "\n"

    def _lines(self) -> Iterator[str]:
        ours = self.rows[0]
        yield "# This project beside what one would otherwise take"
        yield ""
        yield (
            f"Made by `python -m scripts.peers.bench` (a part of `make bench`) on {dt.date.today()}, with Python "
            f"{platform.python_version()} on {os.cpu_count()} cores. Not to be edited by hand."
        )
        yield ""
        yield from (f"- {'holds' if held else 'BROKEN'}: {claim}" for claim, held in self.promises().items())
        yield ""
        yield (
            f"{self.letters} letters (golden letters in turn, each under a case number of its own, "
            f"{self.characters:,.0f} characters on average), {self.slots} at once, one client after another. One mock "
            f"on loopback answers all of them after {self.delay:g} s and {self.speed:g} tokens a second, always "
            "rightly: every answer is rendered from the golden annotation in the client's own form, so that no "
            "model's skill comes in."
        )
        yield ""
        yield from self._versions()
        yield ""
        yield "## What is sent and said, a letter"
        yield ""
        head = ("", "fields", "requests", "characters sent", "prompt tokens", "completion tokens", "all tokens")
        yield from _table(
            (*head, "this project's completion, of these", "this project's all, of these"),
            [_cost(row, ours) for row in self.rows],
        )
        yield ""
        yield (
            "*all* fields are this project's: facts of the case, patient, reviewer, summary with its lists, records, "
            "and of each item the request and its parts, decision, category, both guidelines with citations, "
            "rationale, who speaks in it, and reasons. To tell who speaks, plain instructor retypes the rationale a "
            f"second time: where neither tells it, this project's completion tokens are {self.without_parts:.2f} of "
            "plain instructor's. *few* are the case number, the dates, and of each item the "
            "request, the decision, both guidelines' text and the rationale. For the same fields plain instructor is "
            "given the same instructions, worded for retyping. No vendor's tokenizer works without a download: "
            "tokens are counted for all by one rule (`evals.cost.tokens`), of all that the mock was sent (messages, "
            "tools, response format) and answered (JSON without white space)."
        )
        yield ""
        yield "## Time and machine"
        yield ""
        yield from _table(
            ("", "wall, of its own shortest", "wall", "CPU a letter", "memory", "import, in bare starts of Python"),
            [_time(row, ours) for row in self.rows],
        )
        yield ""
        yield (
            "The shortest wall lays a client's own answers, by the mock's log, into the slots longest first. Wall, CPU "
            "and memory are multiples of this project's, of whole processes, start included, all of a client's "
            "processes together; this project reads each letter by rules, too, and holds the two readings against "
            "each other. Import: what is imported to ask a model, median of 5, beyond the bare start; "
            f"`import extractor` alone {self.alone:.1f}."
        )
        yield ""
        yield "## What is lost"
        yield ""
        rows = [*self.rows, self.cached]
        yield from _table(
            ("", "letters without a result", "fields right", "letters lost under faults", "asked again after kill -9"),
            [_lost(row) for row in rows],
        )
        yield ""
        yield (
            f"Faults: 10% 429, 5% 500, 2% dropped connections, {self.seeds} draws of all letters; clients as they "
            "come, with their own retries. *Lost* are letters without a result, for this project also those that the "
            "model did not answer in the end. *Asked again*: the client is killed when half of the letters are "
            "answered, and the same command is given again; of the letters that had been answered, so many are "
            f"asked about a second time. Both at {self.hurry:g} times the speed. *Fields right* are the few ones, "
            "white space aside, of letters with a result: whether the client keeps what the model said. This project "
            "keeps the rules' text where its two readings differ, and says so: of its "
            f"{ours.right_of - ours.right} wrong fields {ours.warned} stand in an item with a warning."
        )
        yield ""
        yield "## How the others are run"
        yield ""
        yield (
            "Each is a small program as its documentation leads one to write it: `scripts/peers/with_*.py`. "
            "instructor: an asyncio semaphore, its default mode and retries; its cache is off unless somebody "
            "gives it one, with a namespace that stays the same. langextract: whole letters, one a call, in threads; "
            "in chunks of 1,000 characters, its default, rationales are cut in two, and one call for all letters ends "
            "with the first that fails. contextgem: two JSON concepts, both asked for in one call, its own retries; "
            "its limiter, off by default, stays off. langextract and contextgem also place what they find, or can, "
            "which is not measured here. What an answer is worth is not measured here either: a mock is never wrong."
        )
        yield ""
        yield (
            "Ratios compare within this run. CPU and memory share the machine with the mock, and imports vary: read "
            "them roughly. Losses are few and drawn: a difference of one or two is chance."
        )

    def _versions(self) -> Iterator[str]:
        for name, found in self.versions.items():
            yield f"- {name}: " + ", ".join(f"{package} {version}" for package, version in found.items())


def _table(head: tuple[str, ...], rows: list[tuple[str, ...]]) -> Iterator[str]:
    for row in (head, ("---",) * len(head), *rows):
        yield "| " + " | ".join((*row, *[""] * (len(head) - len(row)))) + " |"


def _unmeasured(row: Row) -> tuple[str, ...]:
    return row.title, f"not measured: {row.reason}".replace("|", "/")


def _cost(row: Row, ours: Row) -> tuple[str, ...]:
    if row.reason:
        return _unmeasured(row)
    shares = ("", "") if row is ours else (_ratio(ours.completion, row.completion), _ratio(ours.total, row.total))
    figures = (row.characters, row.prompt, row.completion, row.total)
    return row.title, row.fields, f"{row.requests:.2f}", *(f"{figure:,.0f}" for figure in figures), *shares


def _time(row: Row, ours: Row) -> tuple[str, ...]:
    if row.reason:
        return _unmeasured(row)
    return (
        row.title, _ratio(row.wall, row.shortest), _ratio(row.wall, ours.wall), _ratio(row.cpu, ours.cpu),
        _ratio(row.memory, ours.memory), f"{row.imports:.1f}",
    )  # fmt: skip


def _lost(row: Row) -> tuple[str, ...]:
    if row.reason:
        return _unmeasured(row)
    died = ", ".join(f"{kind} {count}" for kind, count in sorted(row.died.items()))
    lost = f"{row.lost} of {row.tried}" + (f" ({died})" if died else "")
    right = f"{row.right:,} of {row.right_of:,}"
    if not row.requests:  # measured after a kill alone
        right, missing, lost = "", "", ""
    else:
        missing = str(row.missing)
    return row.title, missing, right, lost, f"{row.again} of {row.answered}"


def _ratio(figure: float, other: float) -> str:
    return f"{figure / other:.2f}" if other else ""
