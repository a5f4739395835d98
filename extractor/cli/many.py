"""The command for many letters: ``imr batch``."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Annotated

import typer

from extractor.cli.options import (
    MEMORY_MB,
    SECONDS,
    Json,
    MaxMb,
    MaxMemory,
    MaxPages,
    MaxSeconds,
    Model,
    NoCache,
    Ocr,
    Redact,
    Yes,
)
from extractor.limits import DEFAULT_LIMITS, MIB, Limits

BATCH_ATTEMPTS, BATCH_PATIENCE, LETTER_PATIENCE = 10, 600.0, 1800.0
"""A run of many letters waits out more trouble than a person before a screen: attempts, seconds of an answer and of a
letter."""


def batch(
    inputs: Annotated[
        list[str],
        typer.Argument(
            metavar="INPUT...",
            help="Letters, folders, globs, zip archives, manifests (csv, jsonl, parquet with a path or text column), "
            "or - for a list of paths on standard input.",
        ),
    ],
    out: Annotated[Path, typer.Option("--out", metavar="DIR", help="The run's folder: results, and what to resume.")],
    model: Model = None,
    yes: Yes = False,
    redact: Redact = False,
    no_cache: NoCache = False,
    strategy: Annotated[
        str, typer.Option("--strategy", metavar="all|auto", help="auto: ask the model only where rules leave doubt.")
    ] = "all",
    via: Annotated[
        str,
        typer.Option(
            "--via", metavar="direct|batch", help="batch: the provider's batch interface, half the price, within a day."
        ),
    ] = "direct",
    engine: Annotated[
        str,
        typer.Option(
            "--engine", metavar="local|daft|ray", help="daft, ray: the extra 'cluster'; RAY_ADDRESS names one."
        ),
    ] = "local",
    publish: Annotated[
        str | None, typer.Option("--publish", metavar="URL", help="Copy the finished data set to this object store.")
    ] = None,
    concurrency: Annotated[
        int,
        typer.Option(
            "--concurrency",
            min=1,
            max=100,
            help="Letters that wait for the model at once; on a cluster, of each machine.",
        ),
    ] = 16,
    requests_per_minute: Annotated[
        int | None, typer.Option("--requests-per-minute", min=1, help="The provider's limit.")
    ] = None,
    tokens_per_minute: Annotated[
        int | None, typer.Option("--tokens-per-minute", min=1000, help="The provider's limit.")
    ] = None,
    timeout: Annotated[float, typer.Option("--timeout", min=1, help="Seconds for one attempt at the model.")] = 120.0,
    max_attempts: Annotated[
        int, typer.Option("--max-attempts", min=1, max=100, help="How often a model out of reach is tried.")
    ] = BATCH_ATTEMPTS,
    max_cost: Annotated[
        float | None,
        typer.Option("--max-cost", metavar="USD", min=0, help="Begin no letter beyond it, in all the run's commands."),
    ] = None,
    max_errors: Annotated[
        int | None, typer.Option("--max-errors", min=0, help="Stop when more letters than this have failed.")
    ] = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Only tell what the run would take: letters, tokens, dollars.")
    ] = False,
    no_text: Annotated[
        bool, typer.Option("--no-text", help="Write codes, years and intervals only. Not certified de-identification.")
    ] = False,
    fresh: Annotated[bool, typer.Option("--fresh", help="Forget what an earlier run left in the folder.")] = False,
    mixed: Annotated[
        bool, typer.Option("--mixed", help="Go on with a run that was begun with another model, prompt or option.")
    ] = False,
    quiet: Annotated[bool, typer.Option("--quiet", help="Tell nothing while working.")] = False,
    json: Json = False,
    ocr: Ocr = False,
    max_mb: MaxMb = DEFAULT_LIMITS.bytes / MIB,
    max_pages: MaxPages = DEFAULT_LIMITS.pages,
    max_seconds: MaxSeconds = SECONDS,
    max_memory_mb: MaxMemory = MEMORY_MB,
) -> None:
    """Read many letters into a data set.

    A run that was stopped or killed goes on with the same command.
    """
    from extractor.batch.perform import Asked, perform
    from extractor.batch.run import Options, Stops
    from extractor.cli.progress import Progress, closing
    from extractor.model.client import known
    from extractor.model.settings import ModelSettings, Patience
    from extractor.workers import Bounds

    if via not in ("direct", "batch"):
        raise typer.BadParameter("a letter goes direct or by batch")
    if engine not in ("local", "daft", "ray"):
        raise typer.BadParameter("the engine is local, daft or ray")
    if engine != "local" and (via == "batch" or no_cache):
        raise typer.BadParameter(f"the engine {engine} goes with neither --via batch nor --no-cache")
    if no_text and (via == "batch" or no_cache):
        raise typer.BadParameter(
            "--no-text keeps no words in the run's folder: it goes with neither --via batch nor --no-cache"
        )
    if strategy not in ("all", "auto"):
        raise typer.BadParameter("the strategy is all or auto")
    if model in (None, "none") and (via == "batch" or strategy == "auto" or max_cost is not None):
        raise typer.BadParameter("--via batch, --strategy auto and --max-cost are about a model: name one with --model")
    if model is None and not quiet:
        typer.echo("imr: no model is set: rules only, nothing leaves this machine", err=True)
    settings = None
    if model not in (None, "none"):
        patience = Patience(attempts=max_attempts, seconds=BATCH_PATIENCE, letter=LETTER_PATIENCE)
        settings = ModelSettings(str(model), redact=redact, timeout=timeout, patience=patience)
        known(settings)
        if max_cost is not None:
            _priced(settings)
    limits = Limits(bytes=int(max_mb * MIB), pages=max_pages)
    asked = Asked(
        inputs, out, Options(limits, ocr=ocr),
        Bounds(max_seconds * (10 if ocr else 1), max_memory_mb * MIB), settings, strategy, engine, no_text, publish,
        concurrency,
        requests_per_minute, tokens_per_minute, via == "batch", not no_cache, Stops(max_cost, max_errors), fresh, mixed,
    )  # fmt: skip

    def note(line: str) -> None:
        if not quiet:
            typer.echo(f"imr: {line}", err=True)

    if dry_run:
        from extractor.batch.estimate import estimate

        typer.echo(estimate(asked).text(as_json=json))
        return
    if settings is not None:
        from extractor.cli.consent import agreed

        agreed(settings.model, yes=yes)
    with Progress(quiet=quiet) as progress:
        report, code = perform(asked, progress.told, note)
    typer.echo(closing(report, asked.out, as_json=json))
    if engine != "local" and report["stopped"]:
        # Daft's threads, once interrupted, abort the interpreter at its end: everything is written by now.
        sys.stdout.flush()
        os._exit(code)
    raise typer.Exit(code)


def _priced(settings: object) -> None:
    from extractor.model.settings import ModelSettings
    from extractor.model.usage import Usage, cost

    assert isinstance(settings, ModelSettings)
    if cost(settings.model, Usage(prompt=1, completion=1)) is None:
        raise typer.BadParameter(f"no price is known for {settings.model}: --max-cost cannot be held")
