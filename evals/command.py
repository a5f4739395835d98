"""``imr eval``: runs or loads, scores, shows, compares, and holds the gate."""

from __future__ import annotations

import asyncio
import datetime as dt
import json
import platform
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import asdict, dataclass, field
from pathlib import Path
from statistics import quantiles
from typing import Any

from evals import annotate as annotation
from evals import baseline, metamorphic
from evals.calibration import SURE
from evals.compare import Tally, compare
from evals.golden import GoldenLetter, golden_letters
from evals.intervals import wilson
from evals.metrics import Scoreboard
from evals.record import DamagedRun, Writer, owners_file, read
from evals.report import text
from evals.report.junit import junit
from evals.report.page import page
from evals.run import LetterRun, Listening, evaluate, fingerprint
from evals.table import Table
from extractor.errors import ImrError
from extractor.model.cache import Cache
from extractor.model.local import identity
from extractor.model.prompts import prompts
from extractor.model.settings import ModelSettings, Patience
from extractor.pipeline import extract, read_source
from extractor.units import UNITS_VERSION
from extractor.version import VERSION

CHANGED = 100
"""Of so many letters the report tells how they are read when they are changed."""


class NothingToScore(ImrError):
    """No letter is left of the data set."""

    code = 3


@dataclass(frozen=True)
class Options:
    """What ``imr eval`` was asked for."""

    model: str = "none"
    data: Path | None = None
    """A folder in the form of ``golden/``; None: that one."""
    limit: int | None = None
    keep: str | None = None
    """Only letters whose name holds these words."""
    repeat: int = 1
    cache: bool = True
    attempts: int = Patience().attempts


@dataclass
class Found:
    """A run, scored."""

    provenance: dict[str, Any]
    boards: dict[str, Scoreboard] = field(default_factory=dict)
    tallies: dict[str, Tally] = field(default_factory=dict)
    seconds: list[float] = field(default_factory=list)
    """Of letters that a model was really asked about, or of all where none was."""
    cached: list[float] = field(default_factory=list)
    attempts: int = 0
    tokens: int = 0
    cost_usd: float | None = 0.0
    model_failed: list[str] = field(default_factory=list)
    decisions: dict[tuple[str, int | None], set[Any]] = field(default_factory=dict)
    """Of each item, what the repeats decided."""
    confidence: dict[float, list[int]] = field(default_factory=dict)
    """Confidence to how many items stand there, and how many of their determinations are right."""
    surest: dict[str, tuple[float, bool]] = field(default_factory=dict)
    """Letter to its least confidence, and whether all its determinations are right."""
    runs: list[LetterRun] = field(default_factory=list)
    """Kept only for what shows single letters."""

    def add(self, run: LetterRun) -> None:
        for column, rows in run.rows.items():
            if run.repeat == 0:
                self.boards.setdefault(column, Scoreboard()).add(run.letter, rows)
                self.tallies.setdefault(column, Tally()).add(run.letter, rows)
        for row in run.rows.get("model", ()):
            if row.field == "decision" and row.gold_item is not None:
                self.decisions.setdefault((run.letter, row.gold_item), set()).add(row.predicted)
        (self.cached if run.cached else self.seconds).append(run.seconds)
        for confidence, right in run.confidence:
            counts = self.confidence.setdefault(confidence, [0, 0])
            counts[0] += 1
            counts[1] += right
        if run.confidence:
            least, right = min(one for one, _ in run.confidence), all(right for _, right in run.confidence)
            self.surest[run.letter] = (least, right)
        self.attempts += run.attempts
        self.tokens += run.tokens
        self.cost_usd = None if run.cost_usd is None or self.cost_usd is None else self.cost_usd + run.cost_usd
        if run.model_failed:
            self.model_failed.append(run.letter)

    def figures(self) -> dict[str, dict[str, Any]]:
        """By column; the baseline that calls everything upheld stands last."""
        names = sorted(self.boards, key=lambda name: name == "always_upheld")
        return {name: self.boards[name].figures() for name in names}

    def reliability(self) -> list[dict[str, Any]]:
        """For each confidence, highest first: how many items stand there, and the share of right determinations."""
        rows = []
        for confidence in sorted(self.confidence, reverse=True):
            n, right = self.confidence[confidence]
            rows.append({"confidence": confidence, "n": n, "right": _share(right, n)})
        return rows

    def unseen(self) -> dict[str, Any] | None:
        """Letters that need no look, every item being sure (``SURE``): how many of all, and of how many of them every
        determination is right; None where no model read along."""
        sure = [right for least, right in self.surest.values() if least >= SURE]
        if not self.surest:
            return None
        return {
            "confidence": SURE, "letters": _share(len(sure), len(self.surest)), "right": _share(sum(sure), len(sure))
        }  # fmt: skip

    def work(self) -> dict[str, Any]:
        """What the run took."""
        agreed = sum(len(said) == 1 for said in self.decisions.values())
        return {
            "seconds": _latency(self.seconds), "seconds_cached": _latency(self.cached),
            "attempts": self.attempts, "tokens": self.tokens, "cost_usd": self.cost_usd,
            "model_failed": self.model_failed,
            "repeats_agree": {"items": len(self.decisions), "agreed": agreed}
            if self.provenance["repeat"] > 1
            else None,
        }  # fmt: skip


def chosen(options: Options) -> list[GoldenLetter]:
    """The letters that were asked for. Raises NothingToScore."""
    letters = [letter for letter in golden_letters(options.data) if (options.keep or "") in letter.id][: options.limit]
    if not letters:
        raise NothingToScore(f"no letters with an annotation in {options.data or 'golden'}; name a folder with --data")
    return letters


def run(
    options: Options,
    *,
    save: Path | None = None,
    table: Path | None = None,
    keep_letters: bool = False,
    progress: Callable[[str], None] = lambda line: None,
) -> Found:
    """Runs the data set. ``save`` and ``table`` are the files that take the run as JSON lines and as Parquet.

    Raises NothingToScore, DamagedAnnotation, UnknownModel, NoParquet.
    """
    letters = chosen(options)
    found = Found(_provenance(options, letters))
    cache = Cache() if options.cache and options.model != "none" else None
    readers = [_reader(options, repeat, cache) for repeat in range(options.repeat)]

    async def go(writers: Sequence[Writer | Table]) -> None:
        at = 0
        async for one in evaluate(letters, readers):
            at += 1
            progress(f"{at}/{len(letters) * options.repeat} {one.letter}")
            found.add(one)
            if keep_letters:
                found.runs.append(one)
            for writer in writers:
                writer.write(one)
        for reader in readers:
            if reader:
                await reader.close()

    with ExitStack() as files:
        writers: list[Writer | Table] = []
        if save:
            writers.append(files.enter_context(Writer(save, found.provenance)))
        if table:
            writers.append(files.enter_context(Table(table, found.provenance)))
        asyncio.run(go(writers))
    return found


def load(path: Path) -> Found:
    """A run from its file, scored anew. Raises DamagedRun."""
    provenance, runs = read(path)
    found = Found(provenance)
    for one in runs:
        found.add(one)
    if not found.boards:
        raise DamagedRun(f"{path} holds no letter")
    return found


def main_column(found: Found) -> str:
    """The column that users get."""
    return "combined" if "combined" in found.boards else "rules"


def as_json(found: Found, **more: Any) -> str:
    """The whole result as one document."""
    whole = {"run": found.provenance, "columns": found.figures(), "reliability": found.reliability(), **more}
    whole |= {"no_look": found.unseen(), "work": found.work()}
    return json.dumps(whole, indent=2, ensure_ascii=False)


def as_text(found: Found) -> Iterator[str]:
    """The tables for a terminal."""
    told = found.provenance
    model = " ".join(filter(None, [told["model"], told["prompt"], told["weights"]]))
    yield f"{told['data']['name']}, {told['data']['letters']} letters, model {model}"
    yield f"imr {told['version']}, {told['date']}"
    yield ""
    yield from text.tables(found.figures())
    if found.confidence:
        yield "confidence, items, determinations right"
        yield from (
            f"  {row['confidence']:.2f}{row['n']:>8}   {text.share(row['right'])}" for row in found.reliability()
        )
    unseen = found.unseen()
    if unseen:
        yield f"letters that need no look (every item at {SURE}): {text.share(unseen['letters'])}"
        yield f"  of these, all determinations right: {text.share(unseen['right'])}"
    work = found.work()
    if told["model"] != "none":
        cost = "unknown" if work["cost_usd"] is None else f"{work['cost_usd']:.4f}"
        yield f"attempts {work['attempts']}, tokens {work['tokens']}, dollars {cost}"
        if work["model_failed"]:
            yield f"the model failed: {', '.join(work['model_failed'])}"
    for title, latency in (("seconds a letter", work["seconds"]), ("from kept answers", work["seconds_cached"])):
        if latency["n"]:
            yield f"{title}: median {latency['p50']:.3f}, 95th percentile {latency['p95']:.3f}, n={latency['n']}"
    if work["repeats_agree"]:
        yield f"items whose repeats agree: {work['repeats_agree']['agreed']} of {work['repeats_agree']['items']}"


def perform(
    options: Options,
    *,
    json_wanted: bool = False,
    save: Path | None = None,
    table: Path | None = None,
    junit_path: Path | None = None,
    report: Path | None = None,
    before: Path | None = None,
    after: Path | None = None,
    gate: bool = False,
    update: bool = False,
) -> int:
    """The exit code of ``imr eval``; prints what it found."""
    if after:
        found = load(after)
    else:
        found = run(options, save=save, table=table, keep_letters=bool(junit_path or report), progress=_progress)
    more: dict[str, Any] = {}
    lines = [] if after else list(as_text(found))
    if before is not None:
        column = main_column(found)
        earlier = load(before)
        moved = compare(earlier.tallies.get(column) or earlier.tallies["rules"], found.tallies[column])
        more["comparison"] = moved.as_json()
        lines += ["", *text.comparison(moved)]
    if junit_path is not None:
        junit_path.write_text(junit(found.runs, main_column(found)), encoding="utf-8")
    if report is not None:
        told = page(
            found.provenance, found.figures(), found.reliability(), found.runs, chosen(options), main_column(found),
            metamorphic.measure(chosen(options)[:CHANGED]),
        )  # fmt: skip
        with owners_file(report) as file:
            file.write(told)
    regressions: list[str] = []
    held = {name: found.tallies[name] for name in baseline.held_columns(options.model)} if gate or update else {}
    if gate:
        regressions, _ = baseline.hold(options.data, options.model, held)
        more["gate"] = regressions
        lines += ["", *(regressions or ["gate: nothing is worse than the baseline"])]
    if update:
        lines += ["", f"baseline: {baseline.save(options.data, options.model, held).name} now holds this run"]
    print(as_json(found, **more) if json_wanted else "\n".join(lines))
    return baseline.REGRESSION if regressions else 0


def apart(options: Options, task: str, *, planted: bool, json_wanted: bool) -> None:
    """Prints what is measured apart from a run: summaries, or what becomes of planted errors of a letter or a summary.

    Raises NothingToScore, DamagedAnnotation.
    """
    letters = chosen(options)
    if task == "letter":
        from evals import planted as errors

        outcome = errors.measure(errors.annotated(letters))
        told, lines = asdict(outcome), errors.lines(outcome)
    elif planted:
        from evals import summaries

        answers = summaries.plant(letters)
        told, lines = asdict(answers), summaries.planted_lines(answers)
    else:
        from evals import summaries

        found = summaries.measure(letters)
        told, lines = summaries.as_json(found), summaries.lines(found)
    print(json.dumps(told, indent=2) if json_wanted else "\n".join(lines))


def annotate(letter: Path, *, filled: bool, model: str) -> None:
    """Starts the annotation beside the letter, or checks the one that stands there; prints what was done or found.

    Raises Unfinished, UnreadableInput, NotADetermination.
    """
    path = letter.parent / annotation.NAME
    source = read_source(letter)
    if not path.exists():
        read_letter = None if not filled else extract(source, model=None if model == "none" else model)
        begun = annotation.draft(read_letter) if read_letter else annotation.empty()
        path.write_text(json.dumps(begun, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
        what = f"a draft with {len(begun['unconfirmed'])} values to confirm" if filled else "an empty annotation"
        print(f"{path}: {what}; fill it as golden/README.md says, then run imr annotate again")
        return
    wrong = list(annotation.check(path, source))
    print("\n".join(wrong) if wrong else f"{path}: nothing is wrong")
    if wrong:
        raise annotation.Unfinished(f"{path} is not finished: {len(wrong)} things are wrong with it")


def _reader(options: Options, repeat: int, cache: Cache | None) -> Listening | None:
    if options.model == "none":
        return None
    return Listening(
        ModelSettings(options.model, repeat=repeat, patience=Patience(attempts=options.attempts)), cache=cache
    )


def _provenance(options: Options, letters: Sequence[GoldenLetter]) -> dict[str, Any]:
    prompt = prompts()["extract"] if options.model != "none" else None
    return {
        "date": dt.datetime.now(dt.UTC).isoformat(timespec="seconds"),
        "version": VERSION, "python": platform.python_version(), "units": UNITS_VERSION,
        "model": options.model, "weights": identity() if options.model == "local" else None,
        "prompt": prompt.name if prompt else None,
        "prompt_sha256": prompt.sha256 if prompt else None,
        "limit": options.limit, "filter": options.keep, "repeat": options.repeat,
        "cache": options.cache, "attempts": options.attempts,
        "data": {
            "name": options.data.name if options.data else "golden", "letters": len(letters),
            "sha256": fingerprint(letters),
        },
    }  # fmt: skip


def _share(right: int, n: int) -> dict[str, Any]:
    low, high = wilson(right, n)
    return {"value": right / n if n else None, "low": low, "high": high, "n": n}


def _latency(seconds: Iterable[float]) -> dict[str, Any]:
    values = sorted(seconds)
    if not values:
        return {"n": 0, "p50": None, "p95": None}
    cuts = quantiles(values, n=20, method="inclusive") if len(values) > 1 else values * 19
    return {"n": len(values), "p50": cuts[9], "p95": cuts[18]}


def _progress(line: str) -> None:
    if sys.stderr is not None and sys.stderr.isatty():
        sys.stderr.write(f"\r\033[K{line}")
        sys.stderr.flush()
