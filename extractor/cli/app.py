"""The commands of ``imr``, declared. Each imports what it needs when it is called: help stays fast."""

from __future__ import annotations

import io
import os
import sys
from typing import TYPE_CHECKING, Annotated, Any

import typer

from extractor.cli.settings import KEYS, SettingsError, default_map
from extractor.limits import DEFAULT_LIMITS, MIB
from extractor.version import VERSION

if TYPE_CHECKING:
    from extractor.cli.letters import Task

SECONDS, MEMORY_MB = 60.0, 2048
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
Json = Annotated[bool, typer.Option("--json", help="Print JSON: one document, or one a line for several letters.")]
Ocr = Annotated[bool, typer.Option("--ocr", envvar="IMR_OCR", help="Read scanned PDF pages with tesseract.")]


def _finite(number: float) -> float:
    if number != number:
        raise typer.BadParameter("this is no number")
    return number


MaxMb = Annotated[
    float,
    typer.Option(
        "--max-mb", envvar="IMR_MAX_MB", min=0.001, max=100_000, callback=_finite, help="Largest file, in MB."
    ),
]
MaxPages = Annotated[
    int, typer.Option("--max-pages", envvar="IMR_MAX_PAGES", min=1, max=1_000_000, help="Most pages of a letter.")
]
MaxSeconds = Annotated[
    float,
    typer.Option(
        "--max-seconds",
        envvar="IMR_MAX_SECONDS",
        min=0.1,
        max=1_000_000,
        callback=_finite,
        help="Longest time for a letter (ten times as long with --ocr).",
    ),
]
MaxMemory = Annotated[
    int,
    typer.Option(
        "--max-memory-mb", envvar="IMR_MAX_MEMORY_MB", min=256, max=1_000_000, help="Most memory for a letter, in MB."
    ),
]
Model = Annotated[
    str | None, typer.Option("--model", envvar="IMR_MODEL", help="The model that reads along; 'none' for rules only.")
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
    ocr: Ocr = False,
    max_mb: MaxMb = DEFAULT_LIMITS.bytes / MIB,
    max_pages: MaxPages = DEFAULT_LIMITS.pages,
    max_seconds: MaxSeconds = SECONDS,
    max_memory_mb: MaxMemory = MEMORY_MB,
) -> None:
    """Take letters apart: items, decisions, reasons."""
    if model not in (None, "none"):
        raise typer.BadParameter(f"the model '{model}' is not to be had: this version reads by rules only (none)")
    if model is None:
        typer.echo("imr: no model is set: rules only, nothing leaves this machine", err=True)
    action = "view" if not json else "json" if len(letters) == 1 else "jsonl"
    raise typer.Exit(_read(action, letters, ocr, max_mb, max_pages, max_seconds, max_memory_mb))


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


def _read(
    action: str, letters: list[str], ocr: bool, max_mb: float, max_pages: int, max_seconds: float, max_memory_mb: int
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
            width=_width(),
        )
        for letter in letters
    ]
    seconds = max_seconds * (10 if ocr else 1)
    return _print(tasks, seconds, max_memory_mb * MIB)


def _standard_input(size: int) -> bytes:
    """What stands on standard input, read up to one byte more than allowed."""
    return sys.stdin.buffer.read(size + 1) if sys.stdin else b""


def _print(tasks: list[Task], seconds: float, memory: int) -> int:
    from extractor.cli.workers import perform_all

    code = OK
    shown = 0
    for answer in perform_all(tasks, seconds=seconds, memory=memory):
        if answer.interrupted:
            return INTERRUPTED
        code = max(code, answer.code)
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
    rule = "" if first or action != "view" else "\n" + "=" * width + "\n"
    color = False if os.environ.get("NO_COLOR") else None
    typer.echo(rule + out, nl=not out.endswith("\n"), color=color)


def _width() -> int:
    import shutil

    return min(120, shutil.get_terminal_size((100, 24)).columns)


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
