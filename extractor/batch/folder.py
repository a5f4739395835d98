"""The folder of a run: whose run it is, what became of each letter so far, and nothing half written.

Results are collected and put down as one shard, which is written beside its place and then renamed into it: a shard is
whole or is not there.  A run that is killed loses what stood in no shard yet, never what stands in one.
"""

from __future__ import annotations

import contextlib
import json
import os
import re
import secrets
import shutil
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from extractor.batch.outcome import Outcome, read_line
from extractor.errors import RunTrouble

MOST_LINES, MOST_BYTES = 500, 8 << 20
"""A shard is put down when it has so many results, or so many bytes …"""
FIRST_SECONDS, MOST_SECONDS, AT_RISK = 1.0, 10.0, 1 / 60
"""… or so many seconds after the last one: at first soon, later when a sixtieth of the work so far would be lost."""
RUN, SHARDS, LOCK, PART, SECRET = "run.json", "shards", ".lock", ".part", ".secret"
HALF = re.compile(rf"{re.escape(PART)}-.+-[0-9a-f]{{8}}")
"""A file that was being written when the program was killed."""
STATE = "batches.json"
ANSWERS, BATCHES = "answers", re.compile(rf"{re.escape(STATE)}|batch-answers-.*")
"""A folder of answers that are to be kept nowhere else, and files about the provider's batches."""
SPENT = ("attempts", "prompt", "completion", "cost")


@dataclass(frozen=True, slots=True)
class Kept:
    """Where a letter's result stands, and what tells whether it is of use still."""

    stamp: str
    ended: str
    retry: bool
    code: int
    text: str
    case: str
    decided: str
    shard: int
    offset: int


class RunFolder:
    """Opened by one process at a time."""

    def __init__(self, path: Path, asked: dict[str, Any], *, fresh: bool, mixed: bool) -> None:
        """``asked`` is what makes results what they are; a folder whose run was asked otherwise is another run's.

        Raises RunTrouble.
        """
        self.path = path
        self.kept: dict[str, Kept] = {}
        self.dropped = 0
        """Lines of shards that were not whole: their letters are read again."""
        self.spent: Counter[str] = Counter()
        """Attempts, tokens and dollars of all that shards hold, of results that were replaced later, too."""
        self._lines: list[bytes] = []
        self._added: list[Outcome] = []
        self._bytes = 0
        self._begun = self._since = time.monotonic()
        self._open_shard: tuple[int, IO[bytes]] | None = None
        if path.is_dir() and not (path / RUN).is_file() and any(not _ours(other) for other in path.iterdir()):
            raise RunTrouble(f"{path} holds other files: name a folder of its own for the run")
        with self._writing():
            path.mkdir(parents=True, exist_ok=True, mode=0o700)
            self._lock = _locked(path / LOCK)
        try:
            with self._writing():
                self._begin(asked, fresh=fresh, mixed=mixed)
        except RunTrouble:
            self._lock.close()
            raise

    def _begin(self, asked: dict[str, Any], *, fresh: bool, mixed: bool) -> None:
        shards = self.path / SHARDS
        for leftover in (*shards.glob(f"{PART}-*"), *self.path.glob(f"{PART}-*")):
            if HALF.fullmatch(leftover.name):
                leftover.unlink()
        if fresh:
            self._clear()
        self._own(asked, mixed=mixed)
        shards.mkdir(exist_ok=True, mode=0o700)
        self._numbers = sorted(int(file.stem) for file in shards.glob("*.jsonl") if file.stem.isdecimal())
        for number in self._numbers:
            self._index(number)

    def secret(self) -> bytes:
        """The run's own, made when it is first asked for. Raises RunTrouble."""
        path = self.path / SECRET
        if not path.is_file():
            self.write(SECRET, secrets.token_bytes(32))
        return path.read_bytes()

    def add(self, outcome: Outcome) -> None:
        """Keeps the outcome, at the latest when ``commit`` is called. Raises RunTrouble."""
        line = outcome.line()
        self._lines.append(line)
        self._added.append(outcome)
        self._bytes += len(line)
        now = time.monotonic()
        long = now - self._since > min(MOST_SECONDS, max(FIRST_SECONDS, AT_RISK * (now - self._begun)))
        if long or len(self._lines) >= MOST_LINES or self._bytes >= MOST_BYTES:
            self.commit()

    def commit(self) -> None:
        """Puts down what was added. Raises RunTrouble; nothing that was added is forgotten then."""
        self._since = time.monotonic()
        if not self._lines:
            return
        number = self._numbers[-1] + 1 if self._numbers else 0
        with self._writing():
            write_whole(self._shard(number), b"".join(self._lines))
        self._numbers.append(number)
        offset = 0
        for outcome, line in zip(self._added, self._lines, strict=True):
            self._keep(outcome.head, number, offset)
            offset += len(line)
        self._lines, self._added, self._bytes = [], [], 0

    def outcome(self, key: str) -> Outcome:
        """What became of this letter, which is among ``kept``."""
        kept = self.kept[key]
        if self._open_shard is None or self._open_shard[0] != kept.shard:
            self._shut()
            self._open_shard = kept.shard, self._shard(kept.shard).open("rb")
        file = self._open_shard[1]
        file.seek(kept.offset)
        return read_line(file.readline())

    def write(self, name: str, data: bytes) -> None:
        """A file of the run, whole or not at all. Raises RunTrouble."""
        with self._writing():
            write_whole(self.path / name, data)

    @contextlib.contextmanager
    def writing(self, name: str) -> Iterator[IO[bytes]]:
        """As :meth:`write`, for a file that is too large to hold. Raises RunTrouble."""
        with self._writing(), whole(self.path / name) as file:
            yield file

    def close(self) -> None:
        self._shut()
        self._lock.close()

    def _shut(self) -> None:
        if self._open_shard is not None:
            self._open_shard[1].close()
            self._open_shard = None

    def _shard(self, number: int) -> Path:
        return self.path / SHARDS / f"{number:05}.jsonl"

    def _index(self, number: int) -> None:
        offset = 0
        with self._shard(number).open("rb") as file:
            for line in file:
                try:
                    self._keep(read_line(line).head, number, offset)
                except (ValueError, KeyError, TypeError, AttributeError):
                    self.dropped += 1
                offset += len(line)

    def _keep(self, head: dict[str, Any], number: int, offset: int) -> None:
        self.kept[head["key"]] = Kept(
            head["stamp"], head["ended"], head["retry"], head.get("code", 0), head.get("text") or "",
            head.get("case") or "", head.get("decided") or "", number, offset,
        )  # fmt: skip
        for name in SPENT:
            self.spent[name] += head.get(name) or 0

    def _own(self, asked: dict[str, Any], *, mixed: bool) -> None:
        """Whose run this folder holds."""
        same_run(self.path, asked, mixed=mixed)
        write_whole(self.path / RUN, json.dumps({"state": "begun", "asked": asked}, indent=2).encode())

    def _clear(self) -> None:
        """Takes away what a run wrote here; whatever else lies here stays."""
        if not (self.path / RUN).is_file():
            return
        self._nothing_elsewhere()
        for folder in (SHARDS, ANSWERS):
            shutil.rmtree(self.path / folder, ignore_errors=True)
        for name in (*OUTPUTS, SECRET, RUN):
            (self.path / name).unlink(missing_ok=True)
        for file in self.path.iterdir():
            if BATCHES.fullmatch(file.name):
                file.unlink()

    def _nothing_elsewhere(self) -> None:
        """Raises RunTrouble where a provider still has letters of the run, of which nobody would know any more."""
        path = self.path / STATE
        try:
            state = json.loads(path.read_text(encoding="utf-8")) if path.is_file() else {}
            left = state.get("useless") or [one for one in state.get("batches", ()) if not one["collected"]]
        except (ValueError, KeyError, TypeError, AttributeError):
            left = [path]
        if left:
            raise RunTrouble(
                f"the provider still has batches or files of the run in {self.path}: the command without --fresh "
                f"collects and deletes them; or take {STATE} away, and delete them there yourself"
            )

    @contextlib.contextmanager
    def _writing(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            raise RunTrouble(
                f"{self.path} cannot be written ({error.strerror or type(error).__name__}): mend that, and give the "
                f"same command again; {len(self.kept)} letters are kept"
            ) from None


def same_run(folder: Path, asked: dict[str, Any], *, mixed: bool) -> None:
    """Nothing, where the folder's run, if it holds one, was asked the same. Raises RunTrouble."""
    run = folder / RUN
    try:
        before = dict(json.loads(run.read_text(encoding="utf-8"))["asked"]) if run.is_file() else asked
    except (ValueError, KeyError, TypeError):
        raise RunTrouble(f"{run} is damaged: name another folder, or say --fresh to begin anew") from None
    other = _other(before, asked)
    if "no_text" in other:
        mixed = False  # nothing with text may stand among results without
    if other and not mixed:
        raise RunTrouble(
            f"{folder} holds another run ({'; '.join(other.values())}): name another folder, or say --fresh to begin "
            f"anew, or --mixed to go on with it all the same"
        )


def finished(folder: Path) -> dict[str, str]:
    """By key the stamps of letters that were read and need no look again. Nothing is written, no lock is taken."""
    found: dict[str, str] = {}
    for shard in sorted((folder / SHARDS).glob("*.jsonl")):
        with shard.open("rb") as file:
            for line in file:
                with contextlib.suppress(ValueError, KeyError, TypeError, AttributeError):
                    head = read_line(line).head
                    found.pop(head["key"], None)
                    if not head["retry"]:
                        found[head["key"]] = head["stamp"]
    return found


def _ours(path: Path) -> bool:
    """What the first moments of a run leave, when it is killed."""
    return path.name == LOCK or HALF.fullmatch(path.name) is not None


TABLES = ("letters", "issues", "citations", "reasons", "flags", "records")
OUTPUTS = ("determinations.jsonl", "failures.jsonl", *(f"{name}.parquet" for name in TABLES))


def write_whole(path: Path, data: bytes) -> None:
    """Puts the data down, its owner's alone: all of it, or what stood there before stays."""
    with whole(path) as file:
        file.write(data)


@contextlib.contextmanager
def whole(path: Path) -> Iterator[IO[bytes]]:
    """A file that stands in its place when all of it is written."""
    beside = path.with_name(f"{PART}-{path.name}-{secrets.token_hex(4)}")
    try:
        with os.fdopen(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        beside.replace(path)
    except BaseException:
        with contextlib.suppress(OSError):
            beside.unlink(missing_ok=True)
        raise
    with contextlib.suppress(OSError):  # not every system syncs folders
        folder = os.open(path.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)


def _other(before: dict[str, Any], asked: dict[str, Any]) -> dict[str, str]:
    """What is asked otherwise, in words."""
    was, now = (_by(run) for run in (before, asked))
    if was != now:
        return {"model": f"it was read {was}, this is {now}"} | _no_text(before, asked)
    return {
        name: f"the model is asked otherwise ({', '.join(_changed(before.get(name), asked[name]))})"
        if name == "model"
        else f"{name} was {json.dumps(before.get(name))}, now {json.dumps(asked[name])}"
        for name in asked
        if before.get(name) != asked[name]
    }


def _no_text(before: dict[str, Any], asked: dict[str, Any]) -> dict[str, str]:
    return {} if before.get("no_text") == asked.get("no_text") else {"no_text": "with text and without"}


def _by(run: dict[str, Any]) -> str:
    model = run.get("model", "none")
    return "by rules" if model == "none" else f"with {model.get('model')}" if isinstance(model, dict) else str(model)


def _changed(before: Any, now: Any) -> list[str]:
    """The names of what is not the same."""
    before, now = (side if isinstance(side, dict) else {} for side in (before, now))
    return [name for name in {**before, **now} if before.get(name) != now.get(name)]


def _locked(path: Path) -> IO[bytes]:
    """Raises RunTrouble where another process works in the folder."""
    file = os.fdopen(os.open(path, os.O_RDONLY | os.O_CREAT, 0o600), "rb")
    try:
        import fcntl
    except ImportError:  # not on Windows
        return file
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        file.close()
        raise RunTrouble(f"another run works in {path.parent}: wait for it, or name another folder") from None
    # Workers may outlive a run that is killed: the lock must not be theirs.
    os.register_at_fork(after_in_child=file.close)
    return file
