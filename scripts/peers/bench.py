"""Measures this project beside what a user would otherwise take, and writes ``BENCHMARKS.md``.

    python -m scripts.peers.bench [--quick]

Each peer runs in an environment of its own, one after another, on the same letters, against the same HTTP mock that
knows every answer.  ``--quick`` tries all of it on a few letters and prints instead of writing.  Ends with an error
where a promise of this project is broken.
"""

from __future__ import annotations

import json
import string
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from extractor.model.mock.http import served
from extractor.model.reading import constant
from scripts.faulty import UNREACHED, makespan
from scripts.overhead import SLOTS
from scripts.peers import answers, report
from scripts.peers.answers import Answers, Letter
from scripts.peers.clients import CACHED, CLIENTS, OURS, Client, results
from scripts.peers.environment import HERE, NotInstalled, environment, import_time, versions
from scripts.peers.server import Knowing, Run
from scripts.process import Measured, measure
from scripts.process import environment as clean

BENCHMARKS = HERE.parents[1] / "BENCHMARKS.md"
PACKAGES = ("imr-extractor", "instructor", "langextract", "contextgem", "litellm", "openai", "pydantic", "diskcache")
DELAY, SPEED = 0.3, 160.0
LIMIT = 300.0
"""Seconds that one run may take."""
SETTLED = 0.1
"""Seconds after which an answer on loopback has arrived."""


@dataclass(frozen=True)
class Size:
    """How much is measured."""

    letters: int
    hurry: float
    """How much faster the mock is where only counts are looked at."""
    seeds: int
    slow: bool = True
    """The walls are measured at the speed of a model."""


FULL, QUICK = Size(76, 10.0, 4), Size(16, 10.0, 1, slow=False)


@dataclass
class Bench:
    """What all measurements share."""

    size: Size
    known: list[Letter]
    mock: Knowing
    url: str
    work: Path
    letters: Path
    homes: int = 0
    imported: dict[tuple[Path, str], float] = field(default_factory=dict)

    def begin(self, client: Client, *, slow: bool = False, seed: int | None = None) -> Run:
        """The mock, ready for this client."""
        hurry = 1.0 if slow and self.size.slow else self.size.hurry
        faults = {} if seed is None else UNREACHED
        run = Run(Answers(client.form, self.known), DELAY / hurry, SPEED * hurry, faults, seed or 0)
        return self.mock.begin(run)

    def home(self) -> Path:
        """A new folder for a program, where it finds what it reads."""
        self.homes += 1
        home = self.work / f"home{self.homes}"
        home.mkdir()
        words = string.Template((HERE / "instructions.txt").read_text(encoding="utf-8")).substitute(constant())
        (home / "instructions.txt").write_text(words, encoding="utf-8")
        return home

    def start(self, client: Client, python: Path, home: Path, enough: Callable[[], bool] | None = None) -> Measured:
        """One run of a program. Raises RuntimeError where it ends by itself with an error."""
        command = client.command(python, self.letters, home)
        measured = measure(command, clean(self.url, home), home, limit=LIMIT, enough=enough)
        if measured.code and measured.killed is None:
            last = (home / "stderr.txt").read_text(encoding="utf-8", errors="replace").strip().splitlines()[-1:]
            raise RuntimeError(f"ended with code {measured.code}: {last[0].partition(':')[0] if last else ''}")
        return measured

    def row(self, client: Client, python: Path) -> report.Row:
        """All that is measured of a client."""
        run, home = self.begin(client, slow=True), self.home()
        measured = self.start(client, python, home)
        found = results(client, home)
        right, fields, warned = answers.scored(self.known, found)
        count = len(self.known)
        row = report.Row(
            title=client.title, fields=client.asks,
            requests=len(run.questions) / count,
            characters=sum(len(question.sent) for question in run.questions) / count,
            prompt=sum(question.prompt_tokens for question in run.questions) / count,
            completion=sum(question.said for question in run.questions) / count,
            wall=measured.wall, shortest=makespan([question.seconds for question in run.questions], SLOTS),
            cpu=measured.cpu / count, memory=measured.memory,
            missing=count - len(found), right=right, right_of=fields, warned=warned,
        )  # fmt: skip
        row.imports = self.imports(python, client.modules)
        for seed in range(1, self.size.seeds + 1):
            self.trouble(client, python, seed, row)
        row.again, row.answered = self.kill(client, python)
        return row

    def imports(self, python: Path, modules: str) -> float:
        """Measured once for each environment."""
        if (python, modules) not in self.imported:
            self.imported[python, modules] = import_time(python, modules, clean(self.url, self.work))
        return self.imported[python, modules]

    def trouble(self, client: Client, python: Path, seed: int, row: report.Row) -> None:
        """One run in which the mock goes wrong."""
        run, home = self.begin(client, seed=seed), self.home()
        measured = self.start(client, python, home)
        row.tried += len(self.known)
        row.faults += len(run.questions) - len(run.answered)
        row.lost += len(self.known) - len(results(client, home))
        if client is OURS:
            told = json.loads((home / "out" / "run.json").read_text(encoding="utf-8"))
            row.lost = max(row.lost, told["counts"]["failed"] + told["totals"]["unanswered"])
        else:
            row.died += Counter(json.loads(measured.output.splitlines()[-1])["died"])

    def kill(self, client: Client, python: Path) -> tuple[int, int]:
        """Of the letters that were answered before a kill, how many the same command asks about again."""
        run, home = self.begin(client), self.home()
        half = len(self.known) // 2
        measured = self.start(client, python, home, enough=lambda: len(run.done_by(time.monotonic())) >= half)
        if measured.killed is None:
            raise RuntimeError("ended before it could be killed")
        answered = run.done_by(measured.killed - SETTLED)
        second = self.begin(client)
        self.start(client, python, home)
        return len(answered & {question.letter for question in second.questions}), len(answered)


def measured(bench: Bench, client: Client, interpreters: dict[str | None, Path | str]) -> report.Row:
    """The client's row; where nothing can be measured, with the reason."""
    python = interpreters[client.peer]
    print(f"{client.title} …", file=sys.stderr, flush=True)
    row = report.Row(client.title, client.asks)
    if isinstance(python, str):
        row.reason = python
        return row
    try:
        if client is CACHED:
            row.again, row.answered = bench.kill(client, python)
            return row
        return bench.row(client, python)
    except (RuntimeError, TimeoutError, subprocess.SubprocessError) as error:
        row.reason = "the import failed" if isinstance(error, subprocess.SubprocessError) else str(error)
        return row


def interpreters() -> dict[str | None, Path | str]:
    """Of this project and of each peer; where one cannot be had, why."""
    found: dict[str | None, Path | str] = {None: Path(sys.executable)}
    for peer in dict.fromkeys(client.peer for client in CLIENTS if client.peer):
        print(f"environment of {peer} …", file=sys.stderr, flush=True)
        try:
            found[peer] = environment(peer)
        except NotInstalled as error:
            found[peer] = str(error)
    return found


def main() -> None:
    """Measures all, one after another."""
    started = time.perf_counter()
    size = QUICK if "--quick" in sys.argv[1:] else FULL
    known = answers.letters(size.letters)
    pythons = interpreters()
    mock = Knowing()
    with tempfile.TemporaryDirectory() as name, served(mock) as url:
        work = Path(name)
        bench = Bench(size, known, mock, url, work, answers.write(known, work / "letters"))
        made = report.Report(
            rows=[measured(bench, client, pythons) for client in CLIENTS],
            cached=measured(bench, CACHED, pythons),
            versions={
                peer or "this project": versions(python, PACKAGES)
                for peer, python in pythons.items()
                if isinstance(python, Path)
            },
            letters=size.letters,
            characters=sum(len(letter.source.text) for letter in known) / len(known),
            slots=SLOTS, delay=DELAY, speed=SPEED, hurry=size.hurry, seeds=size.seeds,
            without_parts=answers.without_parts(known),
            alone=bench.imports(Path(sys.executable), "extractor"),
        )  # fmt: skip
    if size is FULL:
        BENCHMARKS.write_text(made.text(), encoding="utf-8")
    else:
        print(made.text())
    for claim, holds in made.promises().items():
        print(f"{'holds' if holds else 'BROKEN'}: {claim}")
    print(f"{time.perf_counter() - started:.0f} s", file=sys.stderr)
    if not all(made.promises().values()):
        raise SystemExit("a promise is broken")


if __name__ == "__main__":
    main()
