"""The ways of having letters read that are measured: how each is started, and what it leaves."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from scripts.peers import answers
from scripts.peers.environment import HERE

IMR = str(Path(sys.executable).with_name("imr"))


@dataclass(frozen=True)
class Client:
    """One way of having letters read."""

    title: str
    peer: str | None
    """The environment; None: this project's own."""
    modules: str
    """What it imports before it can ask."""
    form: answers.Form
    asks: str
    """For which fields."""
    command: Callable[[Path, Path, Path], list[str]]
    """Of the interpreter, the letters' folder and the home."""
    cached: str | None = None
    """What it is called in a second row, where the run that is killed keeps answers."""


def _imr(python: Path, letters: Path, home: Path) -> list[str]:
    return [IMR, "batch", str(letters), "--out", str(home / "out"), "--model", "openai/mock", "--quiet"]


def _program(name: str, *more: str) -> Callable[[Path, Path, Path], list[str]]:
    def command(python: Path, letters: Path, home: Path) -> list[str]:
        program = [str(python), "-P", str(HERE / f"with_{name}.py"), str(letters), str(home / "out.jsonl")]
        return [*program, *(part.replace("HOME", str(home)) for part in more)]

    return command


OURS = Client("this project", None, "extractor, instructor, openai", answers.pointers, "all", _imr)
CLIENTS = (
    OURS,
    Client(
        "instructor, the same fields", "instructor", "instructor, openai", answers.all_fields, "all",
        _program("instructor", "--all", "HOME/instructions.txt"),
    ),
    Client(
        "instructor, few fields", "instructor", "instructor, openai", answers.few_fields, "few", _program("instructor"),
    ),
    Client("langextract", "langextract", "langextract, openai", answers.spans, "few", _program("langextract")),
    Client("contextgem", "contextgem", "contextgem", answers.concepts, "few", _program("contextgem")),
)  # fmt: skip
CACHED = Client(
    "instructor, few fields, with its cache", "instructor", "", answers.few_fields, "few",
    _program("instructor", "--cache", "HOME/cache"),
)  # fmt: skip
"""Beside the others where it matters: after a kill."""


def results(client: Client, home: Path) -> dict[str, Any]:
    """The letters that a run finished, by their names: the case's facts and the items."""
    if client is not OURS:
        lines = (home / "out.jsonl").read_text(encoding="utf-8").splitlines()
        return {result["name"]: result for result in map(json.loads, lines)}
    found = {}
    for line in (home / "out" / "determinations.jsonl").read_text(encoding="utf-8").splitlines():
        result = json.loads(line)
        if "model_failed" not in {flag["code"] for flag in result["flags"]}:
            found[Path(result["input"]).stem] = {"case": result["case"], "items": [*map(_stated, result["issues"])]}
    return found


def _stated(issue: dict[str, Any]) -> dict[str, Any]:
    texts = {name: (issue[name] or {}).get("text") for name in answers.ITEM if name != "decision"}
    warned = any(flag["level"] == "warning" for flag in issue["flags"])
    return {**texts, "decision": issue["decision"], "warned": warned}
