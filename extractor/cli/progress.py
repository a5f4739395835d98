"""What a run tells while it works: one live view on a terminal, a line now and then elsewhere."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import typer

from extractor.batch.run import Run

EVERY = 10.0
"""Seconds between two lines where there is no terminal."""
SHORTLY = 0.2
MOST_CAUSES = 3
"""Why letters failed is told so many times; the rest stands in a file."""


class Progress:
    """Use it as a context; ``told`` is what a run calls when a letter has ended."""

    def __init__(self, *, quiet: bool) -> None:
        self.quiet = quiet
        self._live: Any = None
        self._next = 0.0

    def __enter__(self) -> Progress:
        if not self.quiet and sys.stderr is not None and sys.stderr.isatty():
            from rich.console import Console
            from rich.live import Live

            self._live = Live(console=Console(stderr=True), auto_refresh=False)
            self._live.start()
        self._next = time.monotonic() + (0 if self._live else EVERY)
        return self

    def __exit__(self, *_: object) -> None:
        if self._live:
            self._live.stop()

    @property
    def told(self) -> Callable[[Run], None]:
        return self._silent if self.quiet else self._told

    def _silent(self, run: Run) -> None:
        pass

    def _told(self, run: Run) -> None:
        now = time.monotonic()
        last = run.totals.ended >= run.to_read
        if now < self._next and not (last and self._live):
            return
        line = view(run)
        if self._live:
            self._next = now + SHORTLY
            self._live.update(line, refresh=True)
        else:
            self._next = now + EVERY
            typer.echo(f"imr: {line}", err=True)


def view(run: Run) -> str:
    """One line of where the run stands."""
    totals = run.totals
    seconds = max(1e-6, time.monotonic() - run.started)
    rate = totals.ended / seconds
    left = max(0, run.to_read - totals.ended)
    parts = [
        f"{totals.ended:,} of {run.to_read:,} letters",
        f"{totals.done:,} done",
        f"{totals.partial:,} flagged",
        f"{totals.failed:,} failed",
    ]
    if totals.attempts or totals.cached:
        parts += [f"{totals.cached:,} kept before", f"{totals.prompt + totals.completion:,} tokens", dollars(run)]
    parts += [f"{rate:.1f} a second", f"{_time(left / rate)} left" if rate > 0 else ""]
    stopping = {"interrupted": "stopping: Ctrl-C again stops at once", "cost": "stopping on --max-cost"}
    parts.append(stopping.get(run.stopped or "", "stopping on --max-errors" if run.stopped == "errors" else ""))
    return ", ".join(filter(None, parts))


def dollars(run: Run) -> str:
    """What the run has cost."""
    return "price not known" if run.totals.unpriced else f"${run.totals.cost:.2f}"


def _time(seconds: float) -> str:
    minutes, seconds = divmod(int(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{seconds:02}" if hours else f"{minutes}:{seconds:02}"


def closing(report: dict[str, Any], out: Path, *, as_json: bool) -> str:
    """What is told of a run when it has ended: what became of the letters, why some failed, what it took."""
    if as_json:
        return json.dumps(report, indent=2)
    return "\n".join(_lines(report, out))


def _lines(report: dict[str, Any], out: Path) -> Iterator[str]:
    counts, totals = report["counts"], report["totals"]
    told = f"{out}: {_letters(counts['inputs'])}: {counts['done']:,} done, {counts['partial']:,} partial (flagged), "
    told += f"{counts['failed']:,} failed"
    for name, words in (("left", "left to read"), ("duplicates", "duplicates"), ("reissues", "reissues")):
        if counts[name]:
            told += f", {counts[name]:,} {words}"
    yield told
    causes = list(report["failures"].items())
    for message, number in causes[:MOST_CAUSES]:
        yield f"  failed, {_letters(number)}: {message}"
    if causes:
        beyond = f"{len(causes) - MOST_CAUSES} other causes and " if len(causes) > MOST_CAUSES else ""
        yield f"  {beyond}each letter's cause: {out / 'failures.jsonl'}"
    if totals["attempts"] or totals["cached"]:
        cost = "price not known" if totals["unpriced"] else f"${totals['cost']:,.2f}"
        yield (
            f"  the model was asked about {_letters(totals['asked'])}, {totals['cached']:,} of these answered before: "
            f"{totals['prompt'] + totals['completion']:,} tokens, {cost}"
        )
    if totals["unanswered"]:
        yield (
            f"  it failed on {_letters(totals['unanswered'])}: the rules' reading stands, and the same command asks "
            f"about them again"
        )
    if saved := report.get("saved"):
        dollars = f" and ${saved['cost']:,.2f}" if saved["cost"] else ""
        tokens = f", about {saved['tokens']:,} tokens{dollars}" if saved["tokens"] else ""
        yield f"  saved: {_letters(saved['letters'])} not asked about{tokens}"
    if not report["tables"]:
        yield "  no tables: they need the extra 'parquet' (pip install 'imr-extractor[parquet]')"
    if report["state"] != "complete":
        limit = {"cost": "--max-cost", "errors": "--max-errors"}.get(report["stopped"])
        yield (
            f"  stopped on {limit}: the same command with another limit goes on, and asks nothing twice"
            if limit
            else "  stopped: the same command goes on, and asks nothing twice"
        )


def _letters(number: int) -> str:
    return f"{number:,} letter" + ("s" if number != 1 else "")
