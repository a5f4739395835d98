"""The commands that ask the tables of a run: ``imr stats`` and ``imr search``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from extractor.cli.options import Json, width

Run = Annotated[Path, typer.Argument(metavar="DIR", help="The folder that imr batch wrote.")]


def stats(
    directory: Run,
    csv: Annotated[bool, typer.Option("--csv", help="Print every figure as one long CSV.")] = False,
    html: Annotated[
        Path | None, typer.Option("--html", metavar="FILE", help="Write one page with charts; it is its owner's alone.")
    ] = None,
    json: Json = False,
) -> None:
    """Tell how often denials were overturned, by treatment, guideline, reason and time."""
    import gc

    from extractor.analysis.stats import statistics

    if not gc.isenabled():
        # The process is a short one (see extractor.cli.main): what stands by now is not looked through at its end.
        gc.freeze()
    if csv and json:
        raise typer.BadParameter("the figures are printed as CSV or as JSON, not both")
    figures = statistics(directory)
    if csv or json or html is not None:
        from extractor.analysis.names import unfinished

        if warning := unfinished(figures):
            typer.echo(f"imr: {warning}", err=True)
    if html is not None:
        from extractor.analysis.page import page
        from extractor.batch.folder import write_whole

        write_whole(html, page(figures).encode("utf-8", "replace"))
    if csv:
        from extractor.analysis.csv import as_csv

        typer.echo(as_csv(figures), nl=False)
    elif json:
        import dataclasses
        from json import dumps

        typer.echo(dumps(dataclasses.asdict(figures), indent=2))
    elif html is None:
        from extractor.analysis.table import table

        typer.echo(table(figures, width()), nl=False)
    else:
        typer.echo(f"imr: {html} written", err=True)


def search(
    directory: Run,
    words: Annotated[list[str], typer.Argument(metavar="WORD...", help="All of them occur; a phrase comes first.")],
    limit: Annotated[int, typer.Option("--limit", min=1, max=100_000, help="So many items at most.")] = 20,
    json: Json = False,
) -> None:
    """Find items by words of the request or the rationale."""
    from extractor.analysis.search import search as find

    found = find(directory, words, limit)
    if json:
        import dataclasses
        from json import dumps

        typer.echo(dumps([dataclasses.asdict(hit) for hit in found], indent=2, ensure_ascii=False))
        return
    from extractor.analysis.table import hits

    typer.echo(hits(found, width()), nl=False)
    if len(found) == limit:
        typer.echo(f"imr: the first {limit}; --limit shows more", err=True)
