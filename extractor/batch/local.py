"""Letters read on this machine: by rules in worker processes, by a model from one event loop."""

from __future__ import annotations

import asyncio
import contextlib
import signal
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Protocol

from extractor.batch.inputs import load
from extractor.batch.outcome import Outcome, failed, failed_with, succeeded
from extractor.batch.run import Job, NotYet, Run
from extractor.errors import RunTrouble, UnreadableInput
from extractor.model.client import CHARACTERS_PER_TOKEN
from extractor.model.reading import Reader, constant
from extractor.model.usage import ANSWER_SHARE, Usage, cost
from extractor.pipeline import ReadLetter, by_model, by_rules, extract, read_source
from extractor.schema import Determination
from extractor.source import SourceText
from extractor.workers import CLEAN, LOOK, Bounds, Workers, why_ended

if TYPE_CHECKING:
    from extractor.batch.deferred import Provider

OPEN = "reason_unclassified"
"""The rules' note that a rationale tells a reason that they have no code for."""
PROMPT = 9_000
"""Characters of a question beside the letter and the examples: instructions, lists, schema."""
AHEAD = 16
"""Letters that are read before a slot is free for them."""


def read_all_by_rules(run: Run, bounds: Bounds, *, count: int | None = None) -> None:
    """Reads all letters of the run. Raises RunTrouble."""
    workers: Workers[Job, Outcome] = Workers(read_by_rules, what_ended(bounds), bounds, count=count)
    with interruptible(run):
        try:
            for _, outcome in workers.results(run.jobs()):
                run.took(outcome)
        finally:
            workers.close()
            run.folder.commit()


def read_by_rules(job: Job) -> Outcome:
    """What a worker does with a letter. Never raises."""
    try:
        result = extract(read_text(job))
        return succeeded(job.key, job.stamp, result, job.options.secret)
    except Exception as error:
        return failed(job.key, job.stamp, error)


@dataclass(frozen=True)
class LeftOpen:
    """What the rules leave open or doubt in a letter: only there a model can tell more."""

    letter: bool
    """More than reasons: the whole letter is asked about."""
    reasons: tuple[int, ...] = ()
    """Items whose reasons are all that is open."""


def left_open(result: Determination) -> LeftOpen:
    """By the flags of the rules' reading."""
    reasons = tuple(issue.number for issue in result.issues if any(flag.code == OPEN for flag in issue.flags))
    return LeftOpen(result.status == "partial", reasons)


def read_text(job: Job) -> SourceText:
    """The letter's text. Raises UnreadableInput."""
    letter = job.letter if isinstance(job.letter, bytes) else load(job.letter, job.options.limits)
    return read_source(letter, name=job.file, ocr=job.options.ocr, limits=job.options.limits)


def read_all_by_model(run: Run, reader: Reader, bounds: Bounds, *, slots: int, auto: bool = False) -> None:
    """As :func:`read_all_by_rules`, with a model; ``auto``: only for what the rules leave open. ``slots`` letters are
    open at once. Raises RunTrouble."""
    with interruptible(run):
        try:
            asyncio.run(Asking(run, reader, bounds, slots, auto).all())
        finally:
            run.folder.commit()


def read_all_by_provider(
    run: Run,
    reader: Reader,
    provider: Provider,
    bounds: Bounds,
    *,
    slots: int,
    auto: bool = False,
) -> None:
    """As :func:`read_all_by_model`, by the provider's batch interface, round after round until no letter waits. Raises
    RunTrouble, ModelFailed."""

    async def rounds() -> None:
        try:
            await provider.collected()
            while run.waiting and not run.stopped:
                await Asking(run, reader, bounds, slots, auto).all()
                run.folder.commit()
                run.look_again()
                run.expects(provider.deferred.expected_cost(reader.settings))
                if not provider.deferred.wanted or run.stopped:
                    break
                await provider.submit()
                await provider.collected()
        finally:
            await provider.close()

    with interruptible(run):
        try:
            asyncio.run(rounds())
        finally:
            run.folder.commit()


class Letters(Protocol):
    """Where letters come from and go to: a run, or a part of one on another machine."""

    stopped: str | None
    expected: float
    """Dollars of letters that are at the model."""

    def begins(self, expected: float) -> bool:
        """Whether a letter that costs about so much may be begun."""

    def jobs(self) -> Iterator[Job]:
        """The letters to be read."""

    def took(self, outcome: Outcome) -> None:
        """A letter has ended."""


class Asking:
    """Letters are read by rules ahead, in worker processes, which may be ended; the loop only asks and compares."""

    def __init__(self, run: Letters, reader: Reader, bounds: Bounds, slots: int, auto: bool) -> None:
        self.run, self.reader, self.slots = run, reader, slots
        self.read: asyncio.Queue[tuple[Job, ToAsk | Outcome] | None] = asyncio.Queue(AHEAD)
        read = partial(read_to_ask, auto=auto)
        self.workers: Workers[Job, ToAsk | Outcome] = Workers(read, what_ended(bounds), bounds, context=CLEAN)
        self.over = threading.Event()
        self.trouble: Exception | None = None
        self.asked: dict[str, asyncio.Event] = {}
        """By text, letters at the model just now: the same one is not asked about twice."""

    async def all(self) -> None:
        reading = threading.Thread(target=self._read_ahead, args=(asyncio.get_running_loop(),))
        reading.start()
        try:
            async with asyncio.TaskGroup() as slots:
                for _ in range(self.slots):
                    slots.create_task(self._slot())
        except BaseExceptionGroup as group:
            self.run.stopped = "trouble"
            raise group.exceptions[0] from None
        finally:
            self.over.set()
            self.workers.stop()
            reading.join()  # it looks a few times a second, and needs this loop no more
            await self.reader.close()
        if self.trouble is not None:
            raise self.trouble

    def _read_ahead(self, loop: asyncio.AbstractEventLoop) -> None:
        def hand_over(item: tuple[Job, ToAsk | Outcome] | None) -> None:
            if self.over.is_set():
                return
            handing = asyncio.run_coroutine_threadsafe(self.read.put(item), loop)
            while not self.over.is_set():
                with contextlib.suppress(TimeoutError):
                    handing.result(LOOK)
                    return

        try:
            for item in self.workers.results(self.run.jobs()):
                hand_over(item)
        except Exception as error:
            self.trouble = error
        finally:
            self.workers.close()
            for _ in range(self.slots):
                hand_over(None)

    async def _slot(self) -> None:
        while (item := await self.read.get()) is not None:
            await self.one(*item)

    async def one(self, job: Job, read: ToAsk | Outcome) -> None:
        """Asks about a letter, if the run begins any more, and gives it back to the run. Raises RunTrouble."""
        if self.run.stopped:
            return
        expected = 0.0 if isinstance(read, Outcome) else self.expected(len(read.letter.source.text))
        if not self.run.begins(expected):
            return
        try:
            outcome = read if isinstance(read, Outcome) else await self._outcome(job, read)
        except NotYet:
            return
        finally:
            self.run.expected -= expected
        self.run.took(outcome)

    def expected(self, characters: int) -> float:
        """About what asking about a letter of so many characters costs, in dollars."""
        sent = (characters + len(constant()["examples"]) + PROMPT) // CHARACTERS_PER_TOKEN
        price = cost(self.reader.settings.model, Usage(prompt=sent, completion=int(sent * ANSWER_SHARE)))
        return (price or 0.0) * self.reader.settings.price_share

    async def _outcome(self, job: Job, read: ToAsk) -> Outcome:
        text = read.letter.source.text_sha256
        while (other := self.asked.get(text)) is not None:
            await other.wait()
        self.asked[text] = ended = asyncio.Event()
        try:
            result = await by_model(read.letter, self.reader, reasons_of=read.reasons)
            if self.reader.unkept and self.trouble is None:
                # This one stands in the run's folder; no other is begun.
                self.run.stopped = self.run.stopped or "trouble"
                self.trouble = RunTrouble(
                    "the model's answers cannot be kept, and a killed run would pay for them again (imr doctor tells "
                    "where they are to go): mend that, and give the same command again"
                )
            return succeeded(job.key, job.stamp, result, job.options.secret)
        except Exception as error:
            return failed(job.key, job.stamp, error)
        finally:
            del self.asked[text]
            ended.set()


@dataclass(frozen=True)
class ToAsk:
    """A letter that the model is asked about."""

    letter: ReadLetter
    reasons: tuple[int, ...] = ()
    """Items whose reasons are all that is asked; none: the whole letter is."""


def read_to_ask(job: Job, *, auto: bool) -> ToAsk | Outcome:
    """What a worker does with a letter that a model may be asked about. Never raises."""
    try:
        letter = by_rules(read_text(job))
        result = letter.determination()  # what is too slow for the worker's bounds never reaches the loop
        if not auto:
            return ToAsk(letter)
        is_open = left_open(result)
        if is_open.letter or is_open.reasons:
            return ToAsk(letter, () if is_open.letter else is_open.reasons)
        return succeeded(job.key, job.stamp, result, job.options.secret)
    except Exception as error:
        return failed(job.key, job.stamp, error)


def what_ended(bounds: Bounds) -> Callable[[Job, str], Outcome]:
    """What becomes of a letter whose worker was ended."""

    def outcome(job: Job, how: str) -> Outcome:
        return failed_with(job.key, job.stamp, UnreadableInput.code, why_ended(how, bounds.seconds))

    return outcome


@contextlib.contextmanager
def interruptible(run: Run) -> Iterator[None]:
    """The first Ctrl-C lets what is in flight end, the second stops it."""

    def handle(*_: object) -> None:
        if run.stopped == "interrupted":
            raise KeyboardInterrupt
        run.stopped = "interrupted"

    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGINT, handle)
    try:
        yield
    except KeyboardInterrupt:
        run.stopped = "interrupted"
    finally:
        signal.signal(signal.SIGINT, before)
