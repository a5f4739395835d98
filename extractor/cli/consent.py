"""Whether letters may leave this machine: asked before the first one is read."""

from __future__ import annotations

import sys

import typer

from extractor.errors import ConsentNeeded, UnknownModel
from extractor.model.client import leaves_machine
from extractor.model.settings import DEMOS, HOW_TO_NAME, ModelSettings


def agreed(model: str, *, yes: bool) -> None:
    """Returns where the model may be asked: it is on this machine, or somebody agreed.

    Raises ConsentNeeded, UnknownModel.
    """
    if model not in ("none", *DEMOS) and "/" not in model:
        raise UnknownModel(f"the model '{model}' is not known; {HOW_TO_NAME}")
    if model in DEMOS:
        typer.echo(f"imr: {model} is a demo, and often wrong: never rely on what it alone reads", err=True)
    host = leaves_machine(ModelSettings(model))
    if host is None:
        return
    if yes:
        typer.echo(f"imr: letters are sent to {host}, as --yes or a setting agrees", err=True)
        return
    if sys.stdin is not None and sys.stdin.isatty() and sys.stderr.isatty():
        question = f"The letters' full text, a medical record, will be sent to {host}. Go on?"
        if typer.confirm(question, err=True):
            return
        raise ConsentNeeded("nothing was sent")
    raise ConsentNeeded(
        f"letters would be sent to {host}, and nobody has agreed to that: say --yes, or set IMR_YES=1; nothing was sent"
    )
