"""The commands of ``imr``, declared. Each imports what it needs when it is called: help stays fast."""

from __future__ import annotations

import io
import os
import sys
from typing import TYPE_CHECKING, Annotated, Any

import typer

from extractor.cli.analysis import search, stats
from extractor.cli.many import batch
from extractor.cli.options import (
    ATTEMPTS,
    MEMORY_MB,
    MODEL_SECONDS,
    SECONDS,
    Json,
    MaxAttempts,
    MaxMb,
    MaxMemory,
    MaxPages,
    MaxSeconds,
    Model,
    NoCache,
    Ocr,
    Record,
    Redact,
    Yes,
    width,
)
from extractor.cli.settings import KEYS, SettingsError, default_map
from extractor.errors import ImrError
from extractor.limits import DEFAULT_LIMITS, MIB
from extractor.version import VERSION

if TYPE_CHECKING:
    from extractor.cli.letters import Task

OK, FAILED, USAGE, INTERRUPTED = 0, 1, 2, 130

# Typer carries its own copy of click; this is the base of that copy's errors.
CommandError: Any = typer.BadParameter.__mro__[2]

app = typer.Typer(
    name="imr",
    help="Reads California Independent Medical Review determination letters, and proves what they say.",
    add_completion=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
    pretty_exceptions_enable=False,
)


def _letters(letters: list[str]) -> list[str]:
    if letters.count("-") > 1:
        raise typer.BadParameter("standard input (-) can be read once only")
    return letters


Letters = Annotated[
    list[str],
    typer.Argument(
        metavar="LETTER...",
        callback=_letters,
        help="Paths of letters (txt, md, html, pdf, docx), or - for standard input.",
    ),
]


def _version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"imr {VERSION}")
        raise typer.Exit


@app.callback()
def _root(
    context: typer.Context,
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    if context.invoked_subcommand in KEYS:
        context.default_map = default_map()


@app.command()
def extract(
    letters: Letters,
    json: Json = False,
    model: Model = None,
    yes: Yes = False,
    redact: Redact = False,
    record: Record = None,
    no_cache: NoCache = False,
    max_attempts: MaxAttempts = ATTEMPTS,
    ocr: Ocr = False,
    max_mb: MaxMb = DEFAULT_LIMITS.bytes / MIB,
    max_pages: MaxPages = DEFAULT_LIMITS.pages,
    max_seconds: MaxSeconds = SECONDS,
    max_memory_mb: MaxMemory = MEMORY_MB,
) -> None:
    """Take letters apart: items, decisions, reasons."""
    action = "view" if not json else "json" if len(letters) == 1 else "jsonl"
    asking = _asking(model, yes=yes, redact=redact, record=record, no_cache=no_cache, max_attempts=max_attempts)
    limits = (max_mb, max_pages, max_seconds, max_memory_mb)
    raise typer.Exit(_read(action, letters, ocr, *limits, **asking))


@app.command()
def summarize(
    letters: Letters,
    language: Annotated[str, typer.Option("--language", metavar="en|es", help="English or Spanish.")] = "en",
    form: Annotated[str, typer.Option("--format", metavar="text|md|html|json", help="How it is written.")] = "text",
    explain: Annotated[
        bool, typer.Option("--explain", help="Print each sentence with the letter's words behind it and its checks.")
    ] = False,
    model: Model = None,
    yes: Yes = False,
    redact: Redact = False,
    record: Record = None,
    no_cache: NoCache = False,
    max_attempts: MaxAttempts = ATTEMPTS,
    ocr: Ocr = False,
    max_mb: MaxMb = DEFAULT_LIMITS.bytes / MIB,
    max_pages: MaxPages = DEFAULT_LIMITS.pages,
    max_seconds: MaxSeconds = SECONDS,
    max_memory_mb: MaxMemory = MEMORY_MB,
) -> None:
    """Tell what letters decided, in plain words for the patient."""
    forms = {"text": "plain", "md": "markdown", "html": "html", "json": "json"}
    if language not in ("en", "es"):
        raise typer.BadParameter("the language is en or es")
    if form not in forms:
        raise typer.BadParameter("the format is text, md, html or json")
    if form == "html" and len(letters) > 1:
        raise typer.BadParameter("a page is made of one letter; name one, or another format")
    action = "explain" if explain else "jsonl" if form == "json" and len(letters) > 1 else forms[form]
    asking = _asking(model, yes=yes, redact=redact, record=record, no_cache=no_cache, max_attempts=max_attempts)
    limits = (max_mb, max_pages, max_seconds, max_memory_mb)
    raise typer.Exit(_read(action, letters, ocr, *limits, language=language, **asking))


app.command()(batch)
app.command()(stats)
app.command()(search)


@app.command()
def text(
    letter: Annotated[str, typer.Argument(metavar="LETTER", help="The letter's path, or - for standard input.")],
    ocr: Ocr = False,
    max_mb: MaxMb = DEFAULT_LIMITS.bytes / MIB,
    max_pages: MaxPages = DEFAULT_LIMITS.pages,
    max_seconds: MaxSeconds = SECONDS,
    max_memory_mb: MaxMemory = MEMORY_MB,
) -> None:
    """Print a letter's source text.

    Every place in a result counts the characters of this text.
    """
    raise typer.Exit(_read("text", [letter], ocr, max_mb, max_pages, max_seconds, max_memory_mb))


@app.command()
def schema() -> None:
    """Print the JSON Schema of a result."""
    from extractor.cli.schema import json_schema

    typer.echo(json_schema())


@app.command()
def doctor(json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False) -> None:
    """Tell what is installed and what leaves the machine."""
    from extractor.cli.doctor import report

    typer.echo(report(as_json=json))


@app.command()
def prompts(
    what: Annotated[str, typer.Argument(metavar="list|show", help="List the prompts, or show one.")] = "list",
    name: Annotated[str | None, typer.Argument(help="The prompt to show.")] = None,
) -> None:
    """Show what a model is asked."""
    from extractor.cli.housekeeping import prompt_list, prompt_text

    typer.echo(prompt_text(name) if what == "show" else prompt_list())


@app.command()
def models() -> None:
    """Tell which models can read along, and how to name them."""
    from extractor.cli.housekeeping import MODELS

    typer.echo(MODELS)


@app.command()
def cache(
    what: Annotated[str, typer.Argument(metavar="info|prune|clear", help="What to do.")] = "info",
    days: Annotated[float, typer.Option("--days", min=0, help="prune: remove what is older.")] = 90,
) -> None:
    """Look after the kept answers of models."""
    from extractor.cli.housekeeping import look_after

    typer.echo(look_after(what, days))


@app.command("eval")
def evaluate(
    compared: Annotated[
        str | None, typer.Argument(metavar="[RUN]", help="With --compare: a second saved run, in place of a new one.")
    ] = None,
    model: Model = None,
    yes: Yes = False,
    data: Annotated[
        str | None, typer.Option("--data", help="A folder of letters with annotations, in the form of golden/.")
    ] = None,
    json: Annotated[bool, typer.Option("--json", help="Print one JSON document.")] = False,
    save: Annotated[
        str | None, typer.Option("--save", help="Keep the run in this file, which holds letter text.")
    ] = None,
    parquet: Annotated[
        str | None,
        typer.Option("--parquet", help="Write the table of outcomes, which holds letter text, to this file."),
    ] = None,
    report: Annotated[
        str | None, typer.Option("--report", help="Write one HTML page, which holds letter text, to this file.")
    ] = None,
    junit: Annotated[str | None, typer.Option("--junit", help="Write JUnit XML to this file.")] = None,
    compare: Annotated[str | None, typer.Option("--compare", help="Tell what moved since this saved run.")] = None,
    gate: Annotated[bool, typer.Option("--gate", help="Exit with 7 where the run is worse than the baseline.")] = False,
    update_baseline: Annotated[
        bool, typer.Option("--update-baseline", help="Put the run in the place of the baseline.")
    ] = False,
    agreement: Annotated[
        tuple[str, str] | None,
        typer.Option("--agreement", metavar="DIR DIR", help="Tell how far two annotators agree; no letter is read."),
    ] = None,
    task: Annotated[
        str, typer.Option("--task", metavar="letter|summary", help="What is scored: the reading, or the summaries.")
    ] = "letter",
    planted: Annotated[
        bool, typer.Option("--planted", help="Spoil clean answers in every known way, and tell what becomes of them.")
    ] = False,
    limit: Annotated[int | None, typer.Option("--limit", min=1, help="The first so many letters only.")] = None,
    keep: Annotated[str | None, typer.Option("--filter", help="Only letters whose name holds this.")] = None,
    repeat: Annotated[int, typer.Option("--repeat", min=1, max=100, help="Ask the model so often.")] = 1,
    no_cache: NoCache = False,
    max_attempts: MaxAttempts = ATTEMPTS,
) -> None:
    """Score the reading of annotated letters: determinations first, then every field."""
    from pathlib import Path

    from evals.command import Options, apart, perform

    if agreement:
        from evals.agreement import lines, measure

        typer.echo("\n".join(lines(measure(*map(Path, agreement)))))
        return
    if compared and (save or parquet or report or junit):
        raise typer.BadParameter("a saved run is compared only: --save, --parquet, --report and --junit need a new one")
    if compared and not compare:
        raise typer.BadParameter("a run to compare with is named by --compare")
    if (gate or update_baseline) and (limit or keep or compared):
        raise typer.BadParameter("the baseline is of a whole data set: no --limit, no --filter, no saved run")
    options = Options(model or "none", Path(data) if data else None, limit, keep, repeat, not no_cache, max_attempts)
    if task not in ("letter", "summary"):
        raise typer.BadParameter("the task is letter or summary")
    if planted or task == "summary":
        apart(options, task, planted=planted, json_wanted=json)
        return
    if model not in (None, "none") and not compared:
        from extractor.cli.consent import agreed

        agreed(str(model), yes=yes)
    paths = {
        name: Path(path) if path else None
        for name, path in (
            ("save", save),
            ("table", parquet),
            ("report", report),
            ("junit_path", junit),
            ("before", compare),
            ("after", compared),
        )
    }
    raise typer.Exit(perform(options, json_wanted=json, gate=gate, update=update_baseline, **paths))


@app.command()
def annotate(
    letter: Annotated[str, typer.Argument(metavar="LETTER", help="The letter; annotation.json stands beside it.")],
    draft: Annotated[bool, typer.Option("--draft", help="Fill it from a reading, every value unconfirmed.")] = False,
    model: Model = None,
    yes: Yes = False,
) -> None:
    """Start a letter's annotation, or check the one that stands beside it."""
    from pathlib import Path

    from evals.command import annotate as begin_or_check

    if draft and model not in (None, "none"):
        from extractor.cli.consent import agreed

        agreed(str(model), yes=yes)
    begin_or_check(Path(letter), filled=draft, model=model or "none")


@app.command("mock-llm")
def mock_llm(
    port: Annotated[int, typer.Option("--port", min=0, max=65535, help="0 picks a free one.")] = 8080,
    scenario: Annotated[str | None, typer.Option("--scenario", help="What goes wrong; a wrong name lists all.")] = None,
    rate: Annotated[float, typer.Option("--rate", min=0, max=1, help="In what share of the answers.")] = 1.0,
    seed: Annotated[int, typer.Option("--seed", help="Draws which.")] = 0,
    delay: Annotated[float, typer.Option("--delay", min=0, help="Seconds before each answer.")] = 0.0,
    tokens_per_second: Annotated[float, typer.Option("--tokens-per-second", min=0, help="0: at once.")] = 0.0,
    batch_seconds: Annotated[float, typer.Option("--batch-seconds", min=0, help="How long a batch takes.")] = 0.0,
    batch_expires: Annotated[
        float, typer.Option("--batch-expires", min=0, max=1, help="Share of a batch's questions that expire.")
    ] = 0.0,
    batch_fails: Annotated[
        float, typer.Option("--batch-fails", min=0, max=1, help="Share of a batch's questions that fail.")
    ] = 0.0,
) -> None:
    """Serve the mock model on loopback, in OpenAI's protocol, with its batch interface. A demo, not a reader to rely
    on."""
    from extractor.cli.housekeeping import served_mock
    from extractor.model.mock import Mock
    from extractor.model.mock.batches import Batches

    mock = Mock(scenario=scenario, rate=rate, seed=seed, delay=delay, tokens_per_second=tokens_per_second)
    served_mock(Batches(mock, batch_seconds, batch_expires, batch_fails, seed), port)


def _asking(
    model: str | None, *, yes: bool, redact: bool, record: str | None, no_cache: bool, max_attempts: int
) -> dict[str, Any]:
    """How a model is asked; says where a letter goes, and asks whether it may."""
    if model is None:
        typer.echo("imr: no model is set: rules only, nothing leaves this machine", err=True)
    elif model != "none":
        from extractor.cli.consent import agreed

        agreed(model, yes=yes)
        if redact:
            from extractor.model.redaction import REMAINS

            typer.echo(f"imr: {REMAINS}", err=True)
    asked = None if model == "none" else model
    return {
        "model": asked, "cache": not no_cache, "attempts": max_attempts, "redact": redact, "record": record
    }  # fmt: skip


def _read(
    action: str,
    letters: list[str],
    ocr: bool,
    max_mb: float,
    max_pages: int,
    max_seconds: float,
    max_memory_mb: int,
    model: str | None = None,
    **asking: Any,
) -> int:
    """Reads the letters in worker processes, prints each result in order, and gives the exit code."""
    from extractor.cli.letters import Task

    size = int(max_mb * MIB)
    tasks = [
        Task(
            action=action,
            name="standard input" if letter == "-" else letter,
            path=None if letter == "-" else letter,
            data=_standard_input(size) if letter == "-" else None,
            ocr=ocr,
            max_bytes=size,
            max_pages=max_pages,
            width=width(),
            model=model,
            **asking,
        )
        for letter in letters
    ]
    seconds = max_seconds * (10 if ocr else 1) + (MODEL_SECONDS if model else 0)
    return _print(tasks, seconds, max_memory_mb * MIB)


def _standard_input(size: int) -> bytes:
    """What stands on standard input, read up to one byte more than allowed."""
    return sys.stdin.buffer.read(size + 1) if sys.stdin else b""


def _print(tasks: list[Task], seconds: float, memory: int) -> int:
    from extractor.cli.letters import perform_all
    from extractor.workers import Bounds

    code = OK
    shown = 0
    for answer in perform_all(tasks, Bounds(seconds, memory)):
        if answer.interrupted:
            return INTERRUPTED
        code = max(code, answer.code)
        for note in answer.notes:
            typer.echo(f"imr: {note}", err=True)
        if answer.error:
            typer.echo(f"imr: {answer.name}: {answer.error}", err=True)
        if answer.out:
            try:
                _write(answer.out, tasks[0].action, first=not shown, width=tasks[0].width)
            except BrokenPipeError:
                # The reader of our output has gone (imr … | head): nobody is left to tell.
                os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
                return code
            shown += 1
    return code


def _write(out: str, action: str, *, first: bool, width: int) -> None:
    if action == "text":
        # As it is: a span counts every character, also those that a terminal or a code page would change.
        sys.stdout.buffer.write(out.encode("utf-8", "replace") + b"\n" * (not out.endswith("\n")))
        sys.stdout.buffer.flush()
        return
    rule = "" if first or action not in ("view", "plain", "explain") else "\n" + "=" * width + "\n"
    color = False if os.environ.get("NO_COLOR") else None
    typer.echo(rule + out, nl=not out.endswith("\n"), color=color)


def run(args: list[str] | None = None) -> int:
    """The exit code of ``imr`` with these arguments. Every error is one line on standard error."""
    args = sys.argv[1:] if args is None else args
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")  # a code page without a letter's character
    try:
        result = app(args or ["--help"], standalone_mode=False)
    except (CommandError, SettingsError) as error:
        message = error.format_message() if isinstance(error, CommandError) else str(error)
        typer.echo(f"imr: {' '.join(message.split())} (imr --help tells more)", err=True)
        return USAGE
    except ImrError as error:
        typer.echo(f"imr: {error}", err=True)
        return error.code
    except (typer.Abort, KeyboardInterrupt):
        return INTERRUPTED
    except OSError as error:
        typer.echo(f"imr: the output cannot be written ({error.strerror or type(error).__name__})", err=True)
        # What is left in the buffer cannot be written either.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return FAILED
    if not args:
        return USAGE
    return result if isinstance(result, int) else OK
