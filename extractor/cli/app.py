"""The commands of ``imr``, declared. Each imports what it needs when it is called: help stays fast."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from extractor.cli.settings import SettingsError, default_map
from extractor.version import VERSION

if TYPE_CHECKING:
    from extractor.cli.letters import Task

OK, USAGE, INTERRUPTED = 0, 2, 130

# Typer carries its own copy of click; this is the base of that copy's errors.
CommandError: Any = typer.BadParameter.__mro__[2]
MIB = 1 << 20

app = typer.Typer(
    name="imr",
    help="Reads California Independent Medical Review determination letters, and proves what they say.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
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
Ocr = Annotated[bool, typer.Option("--ocr", help="Read scanned PDF pages with tesseract.")]
MaxMb = Annotated[float, typer.Option("--max-mb", envvar="IMR_MAX_MB", min=0.001, help="Largest file, in MB.")]
MaxPages = Annotated[int, typer.Option("--max-pages", envvar="IMR_MAX_PAGES", min=1, help="Most pages of a letter.")]
MaxSeconds = Annotated[
    float,
    typer.Option(
        "--max-seconds",
        envvar="IMR_MAX_SECONDS",
        min=0.1,
        help="Longest time for a letter (ten times as long with --ocr).",
    ),
]
MaxMemory = Annotated[
    int, typer.Option("--max-memory-mb", envvar="IMR_MAX_MEMORY_MB", min=256, help="Most memory for a letter, in MB.")
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
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None: ...


@app.command()
def extract(
    letters: Letters,
    json: Json = False,
    model: Model = None,
    ocr: Ocr = False,
    max_mb: MaxMb = 50,
    max_pages: MaxPages = 300,
    max_seconds: MaxSeconds = 60,
    max_memory_mb: MaxMemory = 2048,
) -> None:
    """Take letters apart: every disputed item with its decision, guidelines and rationale."""
    if model not in (None, "none"):
        raise typer.BadParameter("this version reads by rules only; use --model none")
    if model is None:
        typer.echo("imr: no model is set: rules only, nothing leaves this machine", err=True)
    action = "view" if not json else "json" if len(letters) == 1 else "jsonl"
    raise typer.Exit(_read(action, letters, ocr, max_mb, max_pages, max_seconds, max_memory_mb))


@app.command()
def text(
    letters: Letters,
    ocr: Ocr = False,
    max_mb: MaxMb = 50,
    max_pages: MaxPages = 300,
    max_seconds: MaxSeconds = 60,
    max_memory_mb: MaxMemory = 2048,
) -> None:
    """Print a letter's source text, into which every span of a result points."""
    raise typer.Exit(_read("text", letters, ocr, max_mb, max_pages, max_seconds, max_memory_mb))


@app.command()
def schema() -> None:
    """Print the JSON Schema of a result."""
    from extractor.cli.schema import json_schema

    typer.echo(json_schema())


@app.command()
def doctor(json: Json = False) -> None:
    """Tell what is installed, which model would be used, where files lie, and what leaves the machine."""
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
            name="standard input" if letter == "-" else Path(letter).name,
            path=None if letter == "-" else letter,
            data=sys.stdin.buffer.read(size + 1) if letter == "-" else None,
            ocr=ocr,
            max_bytes=size,
            max_pages=max_pages,
            width=_width(),
        )
        for letter in letters
    ]
    seconds = max_seconds * (10 if ocr else 1)
    return _print(tasks, seconds, max_memory_mb * MIB)


def _print(tasks: list[Task], seconds: float, memory: int) -> int:
    from extractor.cli.workers import perform_all

    code = OK
    color = False if os.environ.get("NO_COLOR") else None
    for answer in perform_all(tasks, seconds=seconds, memory=memory):
        if answer.interrupted:
            return INTERRUPTED
        if answer.out:
            typer.echo(answer.out, nl=not answer.out.endswith("\n"), color=color)
        if answer.error:
            typer.echo(f"imr: {answer.name}: {answer.error}", err=True)
        code = max(code, answer.code)
    return code


def _width() -> int:
    import shutil

    return min(120, shutil.get_terminal_size((100, 24)).columns)


def run(args: list[str] | None = None) -> int:
    """The exit code of ``imr`` with these arguments. Every error is one line on standard error."""
    try:
        result = app(args, standalone_mode=False, default_map=default_map(Path.cwd()))
    except (CommandError, SettingsError) as error:
        message = error.format_message() if isinstance(error, CommandError) else str(error)
        typer.echo(f"imr: {' '.join(message.split())} (imr --help tells more)", err=True)
        return USAGE
    except (typer.Abort, KeyboardInterrupt):
        return INTERRUPTED
    except BrokenPipeError:
        # The reader of our output has gone (imr … | head): nobody is left to tell.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return OK
    return result if isinstance(result, int) else OK
