"""The command line: an edge that parses, calls the pipeline, prints, and turns errors into exit codes."""

from __future__ import annotations

import gc
import os
import sys

__all__ = ["main"]


def main() -> None:
    """Runs the ``imr`` command and ends the process with its exit code."""
    # A short life: collecting garbage while modules load costs more than it frees.
    gc.disable()
    # No plugin that happens to be installed is shown a letter's text.
    os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "__all__")
    if sys.argv[1:2] in (["extract"], ["summarize"]):
        from extractor.workers import start_ahead

        start_ahead()
    from extractor.cli.app import run

    raise SystemExit(run())
