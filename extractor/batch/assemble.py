"""From shards to a data set: one result a line, what failed and why, the tables, and counts that add up."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from importlib.util import find_spec
from typing import Any

from extractor.batch.folder import RUN, SPENT, TABLES, Kept
from extractor.batch.run import Run, Totals, key_of
from extractor.errors import LimitReached, RunTrouble

MOST_TOLD = 20
"""Kinds of failures that ``run.json`` tells; ``failures.jsonl`` has each letter's."""


@dataclass
class Place:
    """A letter among the others of the run."""

    input: str
    letter_id: str
    kept: Kept
    duplicate_of: str | None = None
    """The first letter, in the inputs' order, with the same text."""
    reissue_of: str | None = None
    """The earliest other letter with the same case number and another text."""


def assemble(run: Run, about: dict[str, Any], *, tables: bool) -> dict[str, Any]:
    """Writes the outputs and gives what stands in ``run.json``. ``about`` is what is told of the run there.

    Raises RunTrouble where the counts do not add up.
    """
    places = _places(run)
    counts = Counter(place.kept.ended for place in places)
    totals, why = _write_lines(run, places)
    for name in SPENT:
        setattr(totals, name, run.folder.spent[name])
    inputs, unfinished = len(run.inputs.entries), run.unfinished()
    ended = {name: counts[name] for name in ("done", "partial", "failed")}
    report = {
        **about,
        "state": "stopped" if unfinished or len(places) < inputs else "complete",
        "stopped": run.stopped,
        "unfinished": unfinished,
        "counts": {
            "inputs": inputs,
            **ended,
            "left": inputs - len(places),
            "duplicates": sum(place.duplicate_of is not None for place in places),
            "reissues": sum(place.reissue_of is not None for place in places),
            "repeated": run.inputs.repeated,
            "ignored": dict(run.inputs.ignored),
        },
        "failures": dict(why.most_common(MOST_TOLD)),
        "tables": tables,
        "totals": asdict(totals),
        **({"saved": totals.saved()} if about["asked"]["strategy"] == "auto" else {}),
        "totals_since_resumed": asdict(run.totals),
    }
    if tables:
        from extractor.batch.tables import write_tables

        write_tables(run, _documents(run, places))
    else:
        for name in TABLES:
            (run.folder.path / f"{name}.parquet").unlink(missing_ok=True)
    run.folder.write(RUN, json.dumps(report, indent=2).encode())
    if sum(ended.values()) + report["counts"]["left"] != inputs or (report["counts"]["left"] and not run.stopped):
        raise RunTrouble(
            f"the counts do not add up: {inputs} inputs, {ended}: nothing was left out on purpose; report it"
        )
    return report


def exit_code(run: Run, report: dict[str, Any]) -> int:
    """The highest of the letters', as of any command, unless something ended the run before all were read."""
    if report["state"] != "complete":
        return 130 if run.stopped == "interrupted" else LimitReached.code
    return max((kept.code for entry in run.inputs.entries if (kept := run.kept(entry))), default=0)


def _places(run: Run) -> list[Place]:
    """The letters that have ended, in the inputs' order, with what they are to each other."""
    found = []
    for entry in run.inputs.entries:
        kept = run.kept(entry)
        if kept is not None:
            key = key_of(entry, run.options)
            # An input's name may be a person's: without text it is not told.
            found.append(Place(key if run.options.secret else entry.input, key, kept))
    if run.options.secret:
        # Nor does the order tell which row is which file.
        found.sort(key=lambda place: place.letter_id)
    first_by_text: dict[str, Place] = {}
    by_case: dict[str, Place] = {}
    for place in found:
        if place.kept.text:
            first = first_by_text.setdefault(place.kept.text, place)
            if first is not place:
                place.duplicate_of = first.input
    for place in sorted(found, key=lambda one: one.kept.decided or "9"):
        if place.kept.case and place.duplicate_of is None:
            first = by_case.setdefault(place.kept.case, place)
            if first is not place:
                place.reissue_of = first.input
    return found


def _write_lines(run: Run, places: list[Place]) -> tuple[Totals, Counter[str]]:
    """Results and failures; the totals of them all, and how many failed why."""
    totals, why = Totals(), Counter[str]()
    with run.folder.writing("determinations.jsonl") as results, run.folder.writing("failures.jsonl") as failures:
        for place in places:
            outcome = run.folder.outcome(place.letter_id)
            totals.add(outcome)
            if outcome.body is None:
                told = {"letter_id": place.letter_id, "input": place.input, "error": _error(outcome.head)}
                why[outcome.head["message"]] += 1
                failures.write(json.dumps(told, ensure_ascii=False).encode("utf-8", "backslashreplace") + b"\n")
            else:
                head = json.dumps(_head(place), ensure_ascii=False)
                results.write(f"{head[:-1]},{outcome.body[1:]}\n".encode("utf-8", "backslashreplace"))
    return totals, why


def _documents(run: Run, places: list[Place]) -> Iterator[dict[str, Any]]:
    """Every letter as one document: what it is to the others, then its result or its error."""
    for place in places:
        outcome = run.folder.outcome(place.letter_id)
        result = json.loads(outcome.body) if outcome.body else {"status": "failed", "error": _error(outcome.head)}
        yield {**_head(place), **result}


def _head(place: Place) -> dict[str, Any]:
    return {
        "letter_id": place.letter_id, "input": place.input, "duplicate_of": place.duplicate_of,
        "reissue_of": place.reissue_of,
    }  # fmt: skip


def _error(head: dict[str, Any]) -> dict[str, Any]:
    return {"code": head["code"], "message": head["message"]}


def tables_can_be_written() -> bool:
    """The extra ``parquet`` is installed."""
    return find_spec("pyarrow") is not None
