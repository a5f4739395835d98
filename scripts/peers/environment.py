"""An environment of its own for each peer, below ``build/``, with the versions that are pinned beside this module."""

from __future__ import annotations

import json
import re
import shutil
import statistics
import subprocess
import sys
import time
from collections.abc import Iterable
from pathlib import Path

HERE = Path(__file__).parent
ENVIRONMENTS = HERE.parents[1] / "build" / "peers"
INSTALL, IMPORT = 300, 60
"""Seconds that an installation and an import may take."""
PLACE = re.compile(r"\S*/\S*")
STARTS = 5


class NotInstalled(Exception):
    """A peer that cannot be had here, and why."""


def environment(peer: str) -> Path:
    """The peer's interpreter. Raises NotInstalled."""
    wanted = HERE / f"requirements-{peer}.txt"
    folder = ENVIRONMENTS / peer
    python, installed = folder / "bin" / "python", folder / "installed.txt"
    if installed.is_file() and installed.read_bytes() == wanted.read_bytes():
        return python
    shutil.rmtree(folder, ignore_errors=True)
    _done([sys.executable, "-m", "venv", str(folder)])
    _done([str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "-r", str(wanted)])
    shutil.copy(wanted, installed)
    return python


def _done(command: list[str]) -> None:
    try:
        subprocess.run(command, check=True, capture_output=True, text=True, timeout=INSTALL)
    except subprocess.TimeoutExpired:
        raise NotInstalled(f"not installed within {INSTALL} s") from None
    except subprocess.CalledProcessError as error:
        told = [line for line in error.stderr.splitlines() if line.startswith("ERROR: ")]
        reason = told[0].removeprefix("ERROR: ").partition(" (from ")[0] if told else "the installation failed"
        raise NotInstalled(PLACE.sub("…", reason)) from None


def versions(python: Path, packages: Iterable[str]) -> dict[str, str]:
    """Of the packages that are there."""
    code = (
        "import importlib.metadata as m, json, sys\n"
        "names = {d.metadata['Name'].lower(): d.version for d in m.distributions()}\n"
        "print(json.dumps({n: names[n] for n in sys.argv[1:] if n in names}))"
    )
    told = subprocess.run([str(python), "-c", code, *packages], check=True, capture_output=True, text=True).stdout
    found: dict[str, str] = json.loads(told)
    return found


def import_time(python: Path, modules: str, environment: dict[str, str]) -> float:
    """How long importing takes beyond starting the interpreter, as a multiple of that start."""
    commands = {"bare": [str(python), "-c", "pass"], "import": [str(python), "-c", f"import {modules}"]}
    times: dict[str, list[float]] = {name: [] for name in commands}
    for turn in range(STARTS + 1):
        for name, command in commands.items():
            started = time.perf_counter()
            subprocess.run(command, check=True, capture_output=True, env=environment, timeout=IMPORT)
            if turn:  # the first one compiles
                times[name].append(time.perf_counter() - started)
    bare, imported = (statistics.median(times[name]) for name in ("bare", "import"))
    return (imported - bare) / bare
