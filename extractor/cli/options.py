"""Options that several commands share."""

from __future__ import annotations

from typing import Annotated

import typer

from extractor.model.settings import Patience

SECONDS, MEMORY_MB = 60.0, 2048
ATTEMPTS = Patience().attempts
MODEL_SECONDS = 900.0
"""How much longer a letter may take where a model is asked: its attempts and waits have bounds of their own."""


def width() -> int:
    """Columns of what is printed: the terminal's, as long as lines can be read with ease."""
    import shutil

    return min(120, shutil.get_terminal_size((100, 24)).columns)


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
    str | None,
    typer.Option(
        "--model",
        envvar="IMR_MODEL",
        help="The model that reads along: provider/model; 'mock' or 'local' (demos, often wrong); "
        "'none' for rules only.",
    ),
]
Yes = Annotated[
    bool, typer.Option("--yes", envvar="IMR_YES", help="Agree that letters leave this machine for the model's host.")
]
Redact = Annotated[
    bool,
    typer.Option(
        "--redact", envvar="IMR_REDACT", help="Take names, addresses and numbers of persons out of what is sent."
    ),
]
Record = Annotated[
    str | None,
    typer.Option(
        "--record",
        envvar="IMR_RECORD",
        help="Keep the model's answers, which hold letter text, in this folder; --model replay/FOLDER plays them.",
    ),
]
MaxAttempts = Annotated[
    int,
    typer.Option(
        "--max-attempts", envvar="IMR_MAX_ATTEMPTS", min=1, max=100, help="How often a model out of reach is tried."
    ),
]
NoCache = Annotated[
    bool, typer.Option("--no-cache", envvar="IMR_NO_CACHE", help="Ask the model anew, and keep no answer on disk.")
]
