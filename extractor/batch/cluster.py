"""The same work per letter on Daft: in this process, or on the machines of a Ray cluster.

What Daft does was found by experiment, and the function here keeps to it: a row that raises takes its whole batch with
it, so nothing raises; Daft's own bounds on rows at work do not hold, and its threads work on batches side by side in
one process for each machine, so that each process has one bench for all of them (:class:`_Bench`); a worker that dies
takes its batch along, so answers are kept before anything is given back.  Results come to the one process that started
the run, which alone writes shards: resuming and counting are those of any run.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import socket
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from functools import partial
from importlib.util import find_spec
from itertools import count
from math import ceil
from queue import SimpleQueue
from typing import TYPE_CHECKING, Any

from extractor.batch.local import Asking, ToAsk, read_by_rules, read_to_ask, what_ended
from extractor.batch.outcome import Outcome, read_line
from extractor.batch.run import Job, Run
from extractor.errors import ImrError, RunTrouble
from extractor.model.settings import ModelSettings
from extractor.workers import CLEAN, LOOK, Bounds, Workers, cores

if TYPE_CHECKING:
    from extractor.batch.perform import Asked

ROWS, ROWS_A_SLOT = 64, 4
"""Letters of a batch, where the rules read them; letters for each slot in all batches of a process together, so that no
slot is idle while a batch comes to its end."""
PIECE, BYTES = 2000, 1 << 24
"""Letters and bytes of text that Daft holds at once, at the most."""
GRACE = 3.0
"""Seconds beyond twice the time of the others that a batch waits for its last letters."""
CARRIED = ("OPENAI_BASE_URL", "IMR_CACHE_DIR", "IMR_CACHE_URL")
"""Settings that workers have from whoever starts the run. Keys are not carried: they belong to each machine."""
UNTRACKED = {"DO_NOT_TRACK": "1", "DAFT_ANALYTICS_ENABLED": "0", "RAY_USAGE_STATS_ENABLED": "0"}
TRIES = 5
"""So often an engine may fail in a run."""
REACHED = 10.0
"""Seconds in which a cluster must answer."""
DEAR = b"$\n"
"""Instead of the line of a letter that was not begun, for what it would have cost."""
TROUBLE = "!"
"""How a worker's line begins that is no result but the end of the run."""
HOW = "the engines daft and ray need the extra 'cluster' (pip install 'imr-extractor[cluster]')"


@dataclass(frozen=True)
class Plan:
    """What a worker needs to know."""

    bounds: Bounds
    model: ModelSettings | None
    auto: bool
    slots: int
    requests_a_minute: float | None
    tokens_a_minute: float | None
    processes: int
    """Processes of a worker that read by rules."""
    carried: dict[str, str]
    dollars: float | None = None
    """What may be spent for each byte of a letter: every batch brings its own share of ``--max-cost``."""
    round: int = 0
    """Grows whenever the limit of cost is shared out anew."""
    patient: bool = False
    """Batches wait for their last letters, however long these take."""


def installed() -> None:
    """Raises RunTrouble where the engines are not."""
    if find_spec("daft") is None:
        raise RunTrouble(HOW)


def by_daft(run: Run, asked: Asked, *, ray: bool) -> None:
    """Reads all letters of the run. Raises RunTrouble."""
    global _run
    if not run.waiting:
        return
    machines, threads = _workers(ray=ray)
    # A machine for which less than a question a minute is left would only wait.
    fewer = min(machines, asked.requests_a_minute or machines)
    rows = ROWS if asked.model is None else ceil(ROWS_A_SLOT * asked.slots / threads)
    shared_out = Plan(
        asked.bounds, asked.model, asked.strategy == "auto", asked.slots,
        _share(asked.requests_a_minute, fewer), _share(asked.tokens_a_minute, fewer), threads,
        {name: os.environ[name] for name in CARRIED if name in os.environ},
    )  # fmt: skip
    rounds = count(1)

    def results() -> Iterator[bytes]:
        # What a batch did not wait for in the first round is asked for again in the second.
        for patient in (False, True):
            plan = replace(shared_out, dollars=run.dollars_a_byte(), round=next(rounds), patient=patient)
            for jobs in _pieces(run.jobs(), max(PIECE, 4 * rows * threads * machines)):
                yield from read_all(jobs, plan)
            run.look_again()
            if run.stopped or not run.waiting:
                break
        if not ray:
            yield from _rest()

    def read_all(jobs: list[Job], plan: Plan) -> Iterator[bytes]:
        import daft

        @daft.func.batch(  # type: ignore[untyped-decorator]
            return_dtype=daft.DataType.binary(), batch_size=rows, on_error="raise", use_process=None if ray else False
        )
        def read(jobs: Any) -> list[bytes]:
            return work(jobs.to_pylist(), plan)

        frame = daft.from_pydict({"job": jobs})
        if fewer < machines:
            frame = frame.into_partitions(fewer)
        elif ray:
            # As many for each worker: none is left with one more at the end.
            at_once = machines * threads
            frame = frame.into_partitions(at_once * ceil(len(jobs) / (rows * at_once)))
        with daft.execution_config_ctx(maintain_order=False):  # one batch does not wait for another
            for row in frame.select(read(frame["job"]).alias("line")).iter_rows(results_buffer_size="num_cpus"):
                yield row["line"]

    _run = None if ray else run
    _over.clear()
    try:
        _through_losses(run, results, ray=ray)
    finally:
        _over.set()
        _end()
        run.folder.commit()
        if ray:
            _leave_ray()


def _pieces(jobs: Iterable[Job], letters: int) -> Iterator[list[Job]]:
    """The letters, as many at a time as memory should hold with their texts."""
    piece: list[Job] = []
    size = 0
    for job in jobs:
        piece.append(job)
        size += job.size if isinstance(job.letter, bytes) else 0
        if len(piece) >= letters or size >= BYTES:
            yield piece
            piece, size = [], 0
    if piece:
        yield piece


def _through_losses(run: Run, results: Callable[[], Iterator[bytes]], *, ray: bool) -> None:
    """A machine that dies may take results along that nobody can make again: the letters without one are read again."""
    taken: set[str] = set()
    for left in range(TRIES - 1, -1, -1):
        try:
            dear = False
            for lines in results():
                for line in lines.splitlines(keepends=True):
                    dear = dear or line == DEAR
                    if line != DEAR:
                        _take(run, line, taken)
                if run.stopped and ray:  # elsewhere what was begun ends
                    return
            run.look_again()
            if dear and run.waiting:
                run.stopped = run.stopped or "cost"
            return
        except RunTrouble:
            raise
        except Exception as error:  # of the engine's own kinds
            run.folder.commit()
            run.look_again()
            if not left:
                raise RunTrouble(
                    f"the engine failed {TRIES} times ({type(error).__name__}): the same command goes on with the rest"
                ) from None


def _take(run: Run, line: bytes, taken: set[str]) -> None:
    """A letter that two machines have read counts once."""
    if line.startswith(TROUBLE.encode()):
        raise RunTrouble(line[1:].decode().strip())
    outcome = read_line(line)
    if outcome.head["key"] not in taken:
        taken.add(outcome.head["key"])
        run.took(outcome)


def _share(whole: int | None, workers: int) -> float | None:
    """What each worker gets of it."""
    return None if whole is None else whole / workers


def _workers(*, ray: bool) -> tuple[int, int]:
    """How many machines there are, and how many cores each has: Daft has one process on each, and a thread for each
    core. Raises RunTrouble."""
    os.environ.update(UNTRACKED)
    try:
        import daft

        if ray:
            return _ray_workers()
    except ImportError:
        raise RunTrouble(HOW) from None
    if daft.get_or_infer_runner_type() != "native":
        daft.set_runner_native()
    return 1, cores()


def _ray_workers() -> tuple[int, int]:
    """Of the cluster that ``RAY_ADDRESS`` names, or of one that is started here."""
    address = os.environ.get("RAY_ADDRESS")
    if address:
        _must_answer(address)
    import daft
    import ray

    if not ray.is_initialized():
        here = {} if address else {"include_dashboard": False, "num_cpus": cores()}
        try:
            ray.init(address=address, log_to_driver=False, configure_logging=False, **here)
        except ConnectionError:
            raise RunTrouble(f"what RAY_ADDRESS names ({address}) takes no part in a run: is it a Ray head?") from None
    daft.set_runner_ray(noop_if_initialized=True)
    machines = [node for node in ray.nodes() if node["Alive"] and node["Resources"].get("CPU", 0) >= 1]
    return max(1, len(machines)), max(1, int(ray.cluster_resources().get("CPU", 1)) // max(1, len(machines)))


def _must_answer(address: str) -> None:
    """Ray itself tries for minutes. Raises RunTrouble where nothing listens at the address."""
    host, colon, port = address.rpartition("://")[2].rpartition(":")
    if not colon or not port.isdecimal():  # "auto" and the like
        return
    try:
        socket.create_connection((host.strip("[]"), int(port)), REACHED).close()
    except (OSError, OverflowError, ValueError) as error:
        why = f"no answer within {REACHED:g} seconds" if isinstance(error, TimeoutError) else "nothing answers there"
        raise RunTrouble(
            f"the Ray cluster that RAY_ADDRESS names ({address}) cannot be reached ({why}): is its head started (ray "
            "start --head), the port its own (usually 6379), and open to this machine?"
        ) from None


def _leave_ray() -> None:
    import ray

    ray.shutdown()


_run: Run | None = None
"""The run in this process; None on other machines, which begin letters until they are ended."""
_over = threading.Event()
"""The run in this process has ended: what Daft's threads still come with is for nobody."""
_bench: _Bench | None = None
_making = threading.Lock()


def _wanted() -> bool:
    """Letters are begun still."""
    return not _over.is_set() and not (_run is not None and _run.stopped)


def work(jobs: list[Job], plan: Plan) -> list[bytes]:
    """A row for each letter: its line; none where the run is over or the letter is still open; ``DEAR`` where the share
    of the cost is spent. Lines of letters that an earlier batch did not wait for stand with them. Never raises."""
    if not _wanted():
        return [b""] * len(jobs)
    try:
        return _at_work(plan).read(jobs, plan)
    except Exception as error:
        return [_trouble(error)] * len(jobs)


def _trouble(error: Exception) -> bytes:
    told = error if isinstance(error, ImrError) else f"a worker failed ({type(error).__name__}): please report it"
    return f"{TROUBLE}{told}\n".encode()


def _at_work(plan: Plan) -> _Bench:
    """The bench of this process."""
    global _bench
    with _making:
        if _bench is None:
            os.environ.update(plan.carried)
            _bench = _Bench(plan)
        return _bench


def _rest() -> Iterator[bytes]:
    """What no batch has waited for, in this process."""
    if _bench is not None:
        yield from _bench.rest()


def _end() -> None:
    """Ends the bench of this process. On a Ray cluster it ends with its process, and its children with it."""
    global _bench
    with _making:
        if _bench is not None:
            _bench.end()
        _bench = None


class _Kept(Workers[Job, ToAsk | Outcome]):
    """Processes that go on with the next job when they have done all."""

    def results(self, jobs: Iterable[Job]) -> Iterator[tuple[Job, ToAsk | Outcome]]:
        waiting = iter(jobs)
        for worker, job in zip(self._workers, waiting, strict=False):
            worker.begin(self._do, job, self._bounds)
        yield from super().results(waiting)


class _Bench:
    """Where the letters of all batches lie that one process works on: with one pace, one connection to the model and
    one set of slots, from the first batch to the last.

    Threads have the letters read by rules, each in a process of its own kind; one event loop asks. To the loop this is
    the run that letters come from and go to."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self.expected = 0.0
        self._changed = threading.Condition()
        self._open: set[str] = set()
        self._ended: dict[str, tuple[bytes, float]] = {}
        """Lines that no batch has given back yet, and their dollars."""
        self._left: set[str] = set()
        """Letters that no batch waits for."""
        self._cost = self._given = 0.0
        """Dollars of what has ended, and of what was given back of it."""
        self._allowed: float | None = None
        self._round = 0
        self._trouble: Exception | None = None
        self._over = False
        """Nothing is waited for any more."""
        self.stopped: str | None = None
        """Why no letter is begun any more."""
        self._jobs: SimpleQueue[Job | None] = SimpleQueue()
        do = read_by_rules if plan.model is None else partial(read_to_ask, auto=plan.auto)
        self._workers = [
            _Kept(do, what_ended(plan.bounds), plan.bounds, count=1, context=CLEAN) for _ in range(plan.processes)
        ]
        self._threads = [threading.Thread(target=self._reads, args=(its,), daemon=True) for its in self._workers]
        self._loop: asyncio.AbstractEventLoop | None = None
        if plan.model is not None:
            begun = threading.Event()
            self._threads.append(threading.Thread(target=self._asks, args=(begun,), daemon=True))
            self._threads[-1].start()
            begun.wait()
        for thread in self._threads[: plan.processes]:
            thread.start()

    # For Daft's threads.

    def read(self, jobs: list[Job], plan: Plan) -> list[bytes]:
        """As :func:`work`, which says what comes back."""
        if not jobs:
            return []
        keys = {job.key for job in jobs}
        with self._changed:
            if plan.round != self._round:  # what was given back is no part of what is shared out anew
                self._round, self._allowed = plan.round, None if plan.dollars is None else self._given
            if self._allowed is not None and plan.dollars is not None:
                self._allowed += plan.dollars * sum(job.size for job in jobs)
            known = self._open | self._ended.keys()
            self._open |= keys - known
            self._left -= keys
            for job in jobs:
                if job.key not in known:
                    self._jobs.put(job)
            self._wait(keys, patient=plan.patient)
            rows = [self._taken(job.key) for job in jobs]
            self._left |= keys & self._open
            rows[-1] += b"".join(map(self._taken, self._left & self._ended.keys()))
            if self._trouble is not None:  # behind what was finished, which counts
                rows[-1] += _trouble(self._trouble)
            return rows

    def _wait(self, keys: set[str], *, patient: bool) -> None:
        """Until all these letters have ended, or the last few take longer than the others by far."""
        begun = last = time.monotonic()
        ended = -1
        while (left := keys & self._open) and self._trouble is None and not self._over:
            now = time.monotonic()
            if len(keys) - len(left) > ended:
                ended, last = len(keys) - len(left), now
            few = len(left) <= len(keys) // 2
            if few and not patient and now - begun > 2 * (last - begun) + GRACE:
                return
            self._changed.wait(LOOK)

    def _taken(self, key: str) -> bytes:
        line, cost = self._ended.pop(key, (b"", 0.0))
        self._given += cost
        self._left.discard(key)
        return line

    def rest(self) -> Iterator[bytes]:
        """All that was begun and not given back, when it has ended."""
        with self._changed:
            self._wait(set(self._open), patient=True)
            lines = [self._taken(key) for key in list(self._ended)]
        yield from lines

    def end(self) -> None:
        """Ends all that was begun."""
        with self._changed:
            self._over, self.stopped = True, "over"
            self._changed.notify_all()
        for workers in self._workers:
            self._jobs.put(None)
            workers.stop()
        if self._loop is not None:
            with contextlib.suppress(RuntimeError):  # trouble has ended it
                self._loop.call_soon_threadsafe(self._ending.set)
        for thread in self._threads:
            thread.join()

    # For the loop.

    def jobs(self) -> Iterator[Job]:
        """None: they come one by one."""
        yield from ()

    def begins(self, expected: float) -> bool:
        with self._changed:
            if self._allowed is not None and self._cost + self.expected + expected > self._allowed:
                return False
            self.expected += expected
            return True

    def took(self, outcome: Outcome) -> None:
        self._ends(outcome.head["key"], outcome.line(), outcome.head.get("cost") or 0.0)

    def _ends(self, key: str, line: bytes, cost: float = 0.0) -> None:
        with self._changed:
            self._open.discard(key)
            self._cost += cost
            if line:
                self._ended[key] = line, cost
            self._changed.notify_all()

    def _fails(self, trouble: Exception) -> None:
        with self._changed:
            self._trouble, self.stopped = self._trouble or trouble, "trouble"
            self._changed.notify_all()

    # The threads.

    def _is_over(self) -> bool:
        if not _wanted():
            self.stopped = self.stopped or "over"
        return self.stopped is not None

    def _reads(self, workers: _Kept) -> None:
        try:
            while (job := self._jobs.get()) is not None:
                if self._is_over():
                    self._ends(job.key, b"")
                    continue
                for _, read in workers.results([job]):
                    if self._loop is not None:
                        asyncio.run_coroutine_threadsafe(self._asked(job, read), self._loop)
                    elif isinstance(read, Outcome):
                        self.took(read)
        except Exception as error:
            self._fails(error)
        finally:
            workers.close()

    def _asks(self, begun: threading.Event) -> None:
        try:
            asyncio.run(self._asking(begun))
        except Exception as error:
            self._fails(error)
        finally:
            begun.set()

    async def _asking(self, begun: threading.Event) -> None:
        from extractor.model.cache import open_cache
        from extractor.model.client import reachable
        from extractor.model.pace import Pace
        from extractor.model.reading import Reader

        plan = self.plan
        assert plan.model is not None
        reachable(plan.model)
        with contextlib.closing(open_cache()) as cache:
            pace = Pace(plan.slots, requests_a_minute=plan.requests_a_minute, tokens_a_minute=plan.tokens_a_minute)
            reader = Reader(plan.model, cache=cache, pace=pace)
            self._letters = Asking(self, reader, plan.bounds, plan.slots, plan.auto)
            self._slots, self._ending = asyncio.Semaphore(plan.slots), asyncio.Event()
            self._loop = asyncio.get_running_loop()
            begun.set()
            try:
                await self._ending.wait()
            finally:
                open_ones = asyncio.all_tasks() - {asyncio.current_task()}
                for task in open_ones:
                    task.cancel()
                await asyncio.gather(*open_ones, return_exceptions=True)
                await reader.close()

    async def _asked(self, job: Job, read: ToAsk | Outcome) -> None:
        try:
            async with self._slots:
                if not self._is_over():
                    await self._letters.one(job, read)
                if self._letters.trouble is not None:
                    raise self._letters.trouble
        except Exception as error:
            self._fails(error)
        if job.key in self._open:
            self._ends(job.key, b"" if self.stopped else DEAR)
