"""One run: what is asked, what is left to do, what it has cost, and when it stops."""

from __future__ import annotations

import hashlib
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from extractor.batch.folder import Kept, RunFolder
from extractor.batch.inputs import Entry, Inputs
from extractor.batch.outcome import Outcome, hidden
from extractor.limits import Limits


class NotYet(BaseException):
    """The letter's question waits for its answer. No Exception: nothing on the way takes it for a trouble and asks
    again."""


@dataclass(frozen=True)
class Options:
    """How each letter is read, whoever reads it."""

    limits: Limits
    ocr: bool = False
    secret: bytes | None = None
    """Where results are written without text: what makes their names, which nobody outside the run can find by
    trying."""


@dataclass(frozen=True)
class Job:
    """One letter, on its way to a worker."""

    key: str
    stamp: str
    file: str
    """What the result calls its source."""
    size: int
    """Bytes."""
    letter: Entry | bytes
    """Where it lies, or the text that a manifest held."""
    options: Options


def job_of(inputs: Inputs, entry: Entry, options: Options) -> Job:
    """The letter, ready for a worker."""
    letter = inputs.text(entry) or entry
    return Job(key_of(entry, options), stamp_of(entry, options), entry.file, entry.size, letter, options)


def key_of(entry: Entry, options: Options) -> str:
    """The letter's ``letter_id``: of its input's name, so that it stays the same from run to run; without text, of what
    only the run's secret makes."""
    key = hashlib.sha256(entry.input.encode("utf-8", "surrogatepass")).hexdigest()[:16]
    return hidden(key, options.secret) or key


def stamp_of(entry: Entry, options: Options) -> str:
    """What changes when the letter does. Of a text it is a hash, by which whoever holds the letter would find it."""
    return hidden(entry.stamp, options.secret) or entry.stamp


@dataclass
class Totals:
    """Of the letters that ended in this run of the program."""

    done: int = 0
    partial: int = 0
    failed: int = 0
    asked: int = 0
    """Letters that the model was asked about, or whose answer was kept."""
    whole: list[float] = field(default_factory=lambda: [0, 0, 0.0])
    """Letters that were asked about as a whole, their tokens and dollars."""
    parts: list[float] = field(default_factory=lambda: [0, 0, 0.0])
    """The same of letters of which only the reasons were asked."""
    cached: int = 0
    unanswered: int = 0
    """Letters that the model failed on: the rules' reading stands."""
    attempts: int = 0
    prompt: int = 0
    completion: int = 0
    cost: float = 0.0
    unpriced: bool = False
    """The model has no known price."""

    @property
    def ended(self) -> int:
        return self.done + self.partial + self.failed

    def saved(self) -> dict[str, float | int | None]:
        """What asking about every letter as a whole would have taken more, by the mean of those that were."""
        spared = self.done + self.partial - self.asked
        letters, tokens, cost = self.whole
        if not letters:
            return {"letters": spared, "tokens": None, "cost": None}
        less = spared + self.parts[0]
        return {
            "letters": spared,
            "tokens": round(less * tokens / letters - self.parts[1]),
            "cost": round(less * cost / letters - self.parts[2], 4),
        }

    def add(self, outcome: Outcome) -> None:
        head = outcome.head
        setattr(self, outcome.ended, getattr(self, outcome.ended) + 1)
        asked = head.get("asked")
        self.asked += asked is not None
        if head.get("cache") != "hit" and asked is not None:
            whole = self.whole if asked.startswith("extract") else self.parts
            whole[0] += 1
            whole[1] += head["prompt"] + head["completion"]
            whole[2] += head["cost"] or 0.0
        self.cached += head.get("cache") == "hit"
        self.unanswered += head["retry"] and outcome.ended != "failed"
        self.attempts += head.get("attempts", 0)
        self.prompt += head.get("prompt", 0)
        self.completion += head.get("completion", 0)
        self.unpriced = self.unpriced or (head.get("attempts", 0) > 0 and head.get("cost") is None)
        self.cost += head.get("cost") or 0.0


@dataclass(frozen=True)
class Stops:
    """Limits that the user set."""

    max_cost: float | None = None
    """Dollars, of all commands that worked on the run together; of what is not begun yet, the expected ones."""
    max_errors: int | None = None
    """Letters that failed, or that the model failed on."""


@dataclass
class Run:
    """What the engines share."""

    inputs: Inputs
    folder: RunFolder
    options: Options
    stops: Stops = Stops()
    totals: Totals = field(default_factory=Totals)
    told: Callable[[Run], None] = lambda run: None
    """Called when a letter has ended."""
    stopped: str | None = None
    """Why no more letters are begun: ``interrupted``, ``cost``, ``errors``."""
    expected: float = 0.0
    """Dollars of letters that are at a model."""
    started: float = field(default_factory=time.monotonic)
    _ended: set[str] = field(default_factory=set)
    _taking: threading.Lock = field(default_factory=threading.Lock)
    waiting: list[Entry] = field(init=False)
    """The letters to be read, the longest first: what is long must not begin last."""
    to_read: int = field(init=False)
    """How many they were at first."""
    before: float = field(init=False)
    """Dollars that earlier commands have spent on the run."""

    def __post_init__(self) -> None:
        self.look_again()
        self.to_read, self.before = len(self.waiting), self.folder.spent["cost"]

    def look_again(self) -> None:
        """Finds out which letters have no result yet."""
        waiting = [entry for entry in self.inputs.entries if self._is_to_do(entry)]
        self.waiting = sorted(waiting, key=lambda entry: -entry.size)

    def _is_to_do(self, entry: Entry) -> bool:
        if key_of(entry, self.options) in self._ended:
            return False
        kept = self.kept(entry)
        return kept is None or kept.retry

    def kept(self, entry: Entry) -> Kept | None:
        """What became of the letter, as it is now."""
        kept = self.folder.kept.get(key_of(entry, self.options))
        return kept if kept is not None and kept.stamp == stamp_of(entry, self.options) else None

    def unfinished(self) -> int:
        """Letters that a stop has left to be read, or to be asked about again."""
        return sum(map(self._is_to_do, self.inputs.entries)) if self.stopped else 0

    def jobs(self) -> Iterator[Job]:
        """The letters, until there are none or the run is stopped."""
        for entry in self.waiting:
            if self.stopped:
                return
            yield job_of(self.inputs, entry, self.options)

    def took(self, outcome: Outcome) -> None:
        """A letter has ended."""
        with self._taking:  # files are read ahead in a thread of their own
            self.folder.add(outcome)
            self.totals.add(outcome)
            self._ended.add(outcome.head["key"])
            self._look_at_stops()
            self.told(self)

    def begins(self, expected: float) -> bool:
        """Whether a letter that costs about so many dollars is begun: with all that is open it must stay within the
        limit."""
        self.expects(self.expected + expected)
        if self.stopped:
            return False
        self.expected += expected
        return True

    def dollars_a_byte(self) -> float | None:
        """What is left of the limit, shared out among the letters that wait."""
        if self.stops.max_cost is None:
            return None
        return max(0.0, self.stops.max_cost - self.spent) / max(1, sum(entry.size for entry in self.waiting))

    @property
    def spent(self) -> float:
        """Dollars, of all commands together."""
        return self.before + self.totals.cost

    def expects(self, dollars: float | None) -> None:
        """Something is about to be begun that costs so much: it is not, where the limit would not hold."""
        if self.stops.max_cost is not None and dollars is not None and self.spent + dollars > self.stops.max_cost:
            self.stopped = self.stopped or "cost"

    def _look_at_stops(self) -> None:
        totals, stops = self.totals, self.stops
        if stops.max_errors is not None and totals.failed + totals.unanswered > stops.max_errors:
            self.stopped = self.stopped or "errors"
