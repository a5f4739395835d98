"""The README's tables of how well letters are read: by rules, by the mock alone, by both, and by calling all upheld.

    python -m scripts.eval_tables [--check]
    python -m scripts.eval_tables --local

The second asks the small local model, for an hour or two, and goes on where it was stopped: its answers are kept.  Its
table bears its date and versions, and is not checked for being current.
Published letters have theirs by ``python -m tests.published``, where they are.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from evals import agreement, metamorphic, summaries
from evals.command import Options, run
from evals.golden import golden_letters, golden_root
from evals.report.text import TITLES, share

FIELDS = (
    "item", "request", "claims_administrator_guideline", "reviewer_guideline", "rationale",
    "claims_administrator_guideline.citations", "reviewer_guideline.citations", "category", "rationale.reasons",
    "case.date_of_injury", "reviewer.specialties", "patient.age", "records", "flags",
)  # fmt: skip
"""Of all fields, those that tell most; ``imr eval`` shows every one."""


def lines(data: Path | None) -> Iterator[str]:
    """A Markdown table of the data set. Latency is left out: it is another on every machine."""
    yield from _table(run(Options("mock", data, cache=False)).figures(), "mock alone")


def local() -> Iterator[str]:
    """The local model's, with what was run and when."""
    found = run(Options("local"), progress=lambda line: print(line, file=sys.stderr, flush=True))
    told, failed = found.provenance, found.work()["model_failed"]
    yield (
        f"{told['date'][:10]}, imr {told['version']}, {told['weights']}, prompt {told['prompt']}: no usable answer to "
        f"{len(failed)} of {told['data']['letters']} letters."
    )
    yield ""
    yield from _table(found.figures(), "local model alone")


def _table(figures: dict[str, dict[str, Any]], model: str) -> Iterator[str]:
    yield _row(["", *(TITLES[name].replace("model", model) for name in figures)])
    yield _row(["---"] * (len(figures) + 1))
    decided = [told["determinations"] for told in figures.values()]
    for name in ("wrong", "missing", "invented"):
        yield _row([f"determinations {name}", *(f"{told[name]} of {told['n']}" for told in decided)])
    for name in ("upheld", "overturned"):
        yield _row([f"{name}, found", *(share(told["recall"][name]) for told in decided)])
    yield _row(["macro-F1", *(share(told["macro_f1"]) for told in decided)])
    for name in FIELDS:
        if any(name in told["fields"] for told in figures.values()):
            yield _row([f"`{name}`, found", *(_found(told, name) for told in figures.values())])


def main() -> int:
    from scripts.readme import README, keep

    if "--local" in sys.argv:
        return keep({"eval-local": "\n".join(local()) + "\n"}, check=False)
    check, golden = "--check" in sys.argv, golden_root()
    changed = f"```text\n{chr(10).join(metamorphic.table(metamorphic.measure(golden_letters(), seeds=3)))}\n```\n"
    read = keep({"eval-golden": "\n".join(lines(None)) + "\n", "eval-changed": changed}, check=check)
    told = "\n".join(summaries.lines(summaries.measure(golden_letters())))
    read = keep({"eval-summary": f"```text\n{told}\n```\n"}, check=check) or read
    agreed = "\n".join(agreement.lines(agreement.measure(golden, golden / "second-reader"))) + "\n"
    return keep({"agreement": agreed}, check=check, path=README.parent / "golden" / "README.md") or read


def _found(told: dict[str, Any], name: str) -> str:
    return share(told["fields"][name]["recall"]) if name in told["fields"] else ""


def _row(cells: list[str]) -> str:
    return f"| {' | '.join(cells)} |"


if __name__ == "__main__":
    raise SystemExit(main())
