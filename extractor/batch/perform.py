"""A whole run, from what is asked to the data set."""

from __future__ import annotations

import contextlib
import datetime as dt
import gc
import os
import shutil
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from extractor.batch.assemble import assemble, exit_code, tables_can_be_written
from extractor.batch.bare import NOTE
from extractor.batch.folder import ANSWERS, OUTPUTS, RUN, RunFolder
from extractor.batch.inputs import gather
from extractor.batch.run import Options, Run, Stops
from extractor.batch.stores import published
from extractor.model.prompts import fingerprint, prompts
from extractor.model.settings import ModelSettings
from extractor.version import VERSION
from extractor.workers import Bounds

SLOTS = 16
"""Letters that are open at a model at once, unless somebody said."""


@dataclass(frozen=True)
class Asked:
    """What the user wants."""

    inputs: list[str]
    out: Path
    options: Options
    bounds: Bounds
    model: ModelSettings | None = None
    strategy: str = "all"
    """``auto``: the model is asked only where the rules leave something open."""
    engine: str = "local"
    """``local``, ``daft`` or ``ray``."""
    no_text: bool = False
    """Codes, years and intervals only."""
    publish: str | None = None
    """The object store that the finished data set is copied to."""
    slots: int = SLOTS
    requests_a_minute: int | None = None
    tokens_a_minute: int | None = None
    deferred: bool = False
    """By the provider's batch interface."""
    keep: bool = True
    """Answers are kept beside those of other runs; else in the run's folder until it is complete."""
    stops: Stops = field(default=Stops())
    fresh: bool = False
    mixed: bool = False

    def identity(self) -> dict[str, Any]:
        """What makes the results what they are."""
        host = None
        if self.model:
            from extractor.model.client import leaves_machine

            host = leaves_machine(self.model)
        asked = {name: prompt.name for name, prompt in sorted(prompts().items())} if self.model else {}
        words = fingerprint(*(prompt.system + prompt.user for prompt in prompts().values())) if self.model else None
        return {
            "version": VERSION,
            "model": self.model.fingerprint() if self.model else "none",
            "host": host,
            "redact": bool(self.model and self.model.redact),
            "prompts": asked,
            "prompts_sha256": words,
            "strategy": self.strategy if self.model else "rules",
            "ocr": self.options.ocr,
            "no_text": self.no_text,
        }


def perform(asked: Asked, told: Callable[[Run], None], note: Callable[[str], None]) -> tuple[dict[str, Any], int]:
    """Reads all letters that are to be read, writes the outputs, and gives ``run.json`` and the exit code.

    Raises RunTrouble, UnreadableInput, UnknownModel; what was finished until then is kept.
    """
    gc.enable()  # a command does without for its short life; this one is long
    begun = dt.datetime.now(dt.UTC)
    if asked.engine != "local":
        from extractor.batch.cluster import installed

        installed()
    if asked.model and asked.engine != "ray":  # whose machines have keys of their own
        from extractor.model.client import reachable

        reachable(asked.model)
    with gather(asked.inputs, asked.options.limits, apart=asked.out) as inputs:
        folder = RunFolder(asked.out, asked.identity(), fresh=asked.fresh, mixed=asked.mixed)
        try:
            options = replace(asked.options, secret=folder.secret()) if asked.no_text else asked.options
            run = Run(inputs, folder, options, asked.stops, told=told)
            for line in _notes(run):
                note(line)
            _read(asked, run, note)
            ended = dt.datetime.now(dt.UTC)
            about = {"asked": asked.identity(), "begun": begun.isoformat(), "ended": ended.isoformat()}
            report = assemble(run, about, tables=tables_can_be_written())
            if asked.publish and report["state"] == "complete":
                names = [name for name in (*OUTPUTS, RUN) if (asked.out / name).is_file()]
                published(asked.out, names, asked.publish)
            if report["state"] == "complete":
                shutil.rmtree(asked.out / ANSWERS, ignore_errors=True)
            return report, exit_code(run, report)
        finally:
            folder.close()


def _read(asked: Asked, run: Run, note: Callable[[str], None]) -> None:
    from extractor.batch import local

    if asked.engine != "local":
        from extractor.batch.cluster import by_daft

        with local.interruptible(run), _stdout_aside():
            by_daft(run, asked, ray=asked.engine == "ray")
        return
    if asked.model is None:
        local.read_all_by_rules(run, asked.bounds)
        return
    from extractor.model.cache import open_cache
    from extractor.model.pace import Pace
    from extractor.model.reading import Reader

    pace = Pace(asked.slots, requests_a_minute=asked.requests_a_minute, tokens_a_minute=asked.tokens_a_minute)
    cache = open_cache(None if asked.keep else asked.out / ANSWERS)
    auto = asked.strategy == "auto"
    try:
        if asked.deferred:
            from extractor.batch.deferred import HALF, Deferred, Provider

            settings = replace(asked.model, price_share=HALF)
            with contextlib.closing(Deferred(run.folder)) as deferred:
                reader = Reader(settings, cache=cache, transport=deferred)
                provider = Provider(settings, deferred, note, lambda: run.stopped)
                local.read_all_by_provider(run, reader, provider, asked.bounds, slots=asked.slots, auto=auto)
                if not run.stopped:
                    deferred.forget()
        else:
            reader = Reader(asked.model, cache=cache, pace=pace)
            local.read_all_by_model(run, reader, asked.bounds, slots=asked.slots, auto=auto)
    finally:
        for line in cache.warnings:
            note(line)
        cache.close()


@contextlib.contextmanager
def _stdout_aside() -> Iterator[None]:
    """What the engines say of their machines, in whatever language they are written, is no result."""
    sys.stdout.flush()
    kept = os.dup(1)
    os.dup2(2, 1)
    try:
        with contextlib.redirect_stdout(sys.stderr):
            yield
    finally:
        os.dup2(kept, 1)
        os.close(kept)


def _notes(run: Run) -> list[str]:
    """What the person who starts the run should know."""
    inputs, folder = run.inputs, run.folder
    notes = []
    if run.options.secret:
        notes.append(NOTE)
    if inputs.ignored:
        notes.append(f"files that are no letters are passed over: {inputs.passed_over()}")
    if inputs.repeated:
        notes.append(f"{inputs.repeated} letters were named more than once, and are read once")
    if folder.dropped:
        notes.append(f"{folder.dropped} results were damaged: their letters are read again")
    known = sum(run.kept(entry) is not None for entry in inputs.entries)
    kept = len(inputs.entries) - len(run.waiting)
    if kept:
        notes.append(f"{kept:,} of {len(inputs.entries):,} letters were read before")
    if len(folder.kept) > known:
        notes.append(
            f"{len(folder.kept) - known:,} letters that were read before are not among the inputs now, or have "
            f"changed: what was read is kept, and is not in the data set"
        )
    return notes
