"""What a run tells while it works: one live view on a terminal, a line now and then elsewhere."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import typer

from extractor.batch.run import Run

EVERY = 10.0
"""Seconds between two lines where there is no terminal."""
SHORTLY = 0.2


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
    """What is told of a run when it has ended."""
    if as_json:
        return json.dumps(report, indent=2)
    counts = report["counts"]
    told = f"{out}: {counts['inputs']:,} letters: {counts['done']:,} done, {counts['partial']:,} flagged, "
    told += f"{counts['failed']:,} failed"
    for name, words in (("left", "left to read"), ("duplicates", "duplicates"), ("reissues", "reissues")):
        if counts[name]:
            told += f", {counts[name]:,} {words}"
    limit = {"cost": "--max-cost", "errors": "--max-errors"}.get(report["stopped"])
    if counts["left"] and limit:
        told += f"; stopped on {limit}: the same command with another limit goes on, and asks nothing twice"
    return told
