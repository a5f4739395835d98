"""The committed baseline: what a data set's letters gave when it was last agreed to, and the gate that holds it.

It holds which determinations were right and how many values of each field, by letter; no text of a letter.  It changes
by ``imr eval --update-baseline`` alone.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from evals.compare import Comparison, Tally, compare
from evals.golden import golden_root
from extractor.errors import ImrError
from extractor.version import VERSION

NAME = "baseline.json"
REGRESSION = 7
"""The exit code of a gate that found one; a crash has another."""


class NoBaseline(ImrError):
    """There is none to hold the run against."""

    code = 3


def held_columns(model: str) -> tuple[str, ...]:
    """The columns that the baseline holds of a run with this model."""
    return ("rules",) if model == "none" else ("model", "combined")


def load(root: Path | None, model: str) -> dict[str, Tally]:
    """The baseline's tallies for runs with the model, by column. Raises NoBaseline."""
    path = (root or golden_root()) / NAME
    try:
        held = json.loads(path.read_text(encoding="utf-8"))["models"][model]
        return {column: _tally(told) for column, told in held.items()}
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        raise NoBaseline(f"{path} holds no baseline for --model {model}; --update-baseline makes one") from None


def save(root: Path | None, model: str, tallies: dict[str, Tally]) -> Path:
    """Puts the run in the place of the baseline for its model; where it stands."""
    path = (root or golden_root()) / NAME
    try:
        held = json.loads(path.read_text(encoding="utf-8"))["models"]
    except (OSError, ValueError, KeyError):
        held = {}
    held[model] = {column: _told(tally) for column, tally in tallies.items()}
    path.write_text(_json({"version": VERSION, "models": dict(sorted(held.items()))}), encoding="utf-8")
    return path


def hold(root: Path | None, model: str, tallies: dict[str, Tally]) -> tuple[list[str], dict[str, Comparison]]:
    """What is worse than the baseline, a line each, and the comparison of each column. Raises NoBaseline."""
    found, compared = [], {}
    for column, before in load(root, model).items():
        comparison = compared[column] = compare(before, tallies[column])
        found += [f"{column}: {place}: its determination was right in the baseline" for place in comparison.broken]
        found += [f"{column}: {field} fell, and not by chance" for field in comparison.worse()]
        found += [f"{column}: {letter} was not read" for letter in comparison.only_before]
    return found, compared


def _told(tally: Tally) -> dict[str, Any]:
    return {
        letter: {
            "determinations": tally.determinations[letter],
            "counts": {field: list(pair) for field, pair in tally.counts[letter].items() if pair[1]},
        }
        for letter in sorted(tally.counts)
    }


def _tally(told: dict[str, Any]) -> Tally:
    return Tally(
        {letter: entry["determinations"] for letter, entry in told.items()},
        {letter: {name: (a, b) for name, (a, b) in entry["counts"].items()} for letter, entry in told.items()},
    )


def _json(value: dict[str, Any]) -> str:
    """A letter a line, so that a change shows which."""
    models = [
        f" {json.dumps(model)}: {{\n"
        + ",\n".join(
            f"  {json.dumps(column)}: {{\n"
            + ",\n".join(f"   {json.dumps(letter)}: {json.dumps(told)}" for letter, told in letters.items())
            + "\n  }"
            for column, letters in columns.items()
        )
        + "\n }"
        for model, columns in value["models"].items()
    ]
    return f'{{\n"version": {json.dumps(value["version"])},\n"models": {{\n' + ",\n".join(models) + "\n}\n}\n"
