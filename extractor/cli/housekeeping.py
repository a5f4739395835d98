"""Small commands beside the letters: kept answers, prompts, models, the mock's server."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

import typer

from extractor.errors import PromptError
from extractor.model.prompts import prompts

if TYPE_CHECKING:
    from extractor.model.mock.batches import Batches

DAY = 86400.0
MODELS = """Name a model with --model, IMR_MODEL or imr.toml:
  none             rules only (what is used where none is named)
  mock             a demo: answers by a few patterns, without a network; not a reader to rely on
  local            a demo: a small model on this machine, often wrong (make local installs it)
  replay/FOLDER    answers that --record put on record
  openai/MODEL     needs OPENAI_API_KEY; OPENAI_BASE_URL sends it to any server of that protocol
                   (vLLM, Ollama, llama.cpp, a gateway)
  PROVIDER/MODEL   any that instructor knows (anthropic/..., google/..., ollama/...), with its package and key"""


def prompt_list() -> str:
    """Every prompt's name and version."""
    return "\n".join(prompt.name for prompt in prompts().values())


def prompt_text(name: str | None) -> str:
    """One prompt as it stands, before its variables are filled. Raises PromptError."""
    prompt = prompts().get((name or "").partition("@")[0])
    if prompt is None:
        raise PromptError(f"there is no prompt '{name}'; there are {', '.join(prompts())}")
    return f"{prompt.name}\n\n{prompt.system.strip()}\n\n{prompt.user.strip()}"


def look_after(what: str, days: float) -> str:
    """What was done with the kept answers. Raises CacheTrouble."""
    from extractor.model.cache import Cache

    cache = Cache()
    try:
        if what == "info":
            info = cache.info()
            oldest = dt.datetime.fromtimestamp(info.oldest).date().isoformat() if info.oldest else "none"
            return f"{info.folder}: {info.entries} answers, {info.bytes / 2**20:.1f} MB, oldest {oldest}"
        if what == "prune":
            return f"{cache.prune(days * DAY)} answers removed that were older than {days:g} days"
        if what == "clear":
            return f"{cache.clear()} answers removed"
        raise typer.BadParameter(f"'{what}' is nothing to do with it; say info, prune or clear")
    finally:
        cache.close()


def served_mock(batches: Batches, port: int) -> None:
    """Serves the mock until interrupted."""
    from extractor.model.mock.http import serve
    from extractor.model.mock.scenarios import SCENARIOS

    scenario = batches.mock.scenario
    if scenario is not None and scenario not in SCENARIOS:
        raise typer.BadParameter(f"'{scenario}' is no scenario; there are {', '.join(SCENARIOS)}")
    try:
        server = serve(batches.mock, port, batches)
    except OSError as error:
        raise typer.BadParameter(f"port {port} cannot be had ({error.strerror}): --port 0 finds a free one") from None
    typer.echo(f"the mock model listens: OPENAI_BASE_URL=http://127.0.0.1:{server.server_address[1]}/v1", err=True)
    try:
        server.serve_forever()
    finally:
        server.server_close()
