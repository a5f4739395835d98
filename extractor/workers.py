"""Worker processes that do jobs side by side, each with bounds.

A letter may be hostile: it may hang, crash the PDF library or ask for all memory.  So each is read in
a process of its own kind, which is ended when its time is over, and the others go on.
"""

from __future__ import annotations

import contextlib
import gc
import multiprocessing
import os
import signal
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from multiprocessing.connection import Connection, wait
from typing import Any, Generic, TypeVar

Job = TypeVar("Job")
Result = TypeVar("Result")

FORK = multiprocessing.get_context("fork" if sys.platform == "linux" else "spawn")
"""For a process that has neither threads nor heavy imports: on Linux a fork costs milliseconds."""
CLEAN = multiprocessing.get_context("forkserver" if sys.platform == "linux" else "spawn")
"""For a process that has threads, whose locks a fork would copy."""


LOOK = 0.2
"""Seconds after which it is looked whether anything is wanted still."""


@dataclass(frozen=True)
class Bounds:
    """What one job may take."""

    seconds: float
    memory: int
    """Bytes of address space."""


@dataclass
class _Worker:
    context: Any = FORK
    process: Any = None
    pipe: Connection = field(init=False)
    job: Any = None
    busy: bool = False
    deadline: float = 0.0

    def __post_init__(self) -> None:
        self.pipe, theirs = self.context.Pipe()
        _ours.add(self.pipe)
        self.process = self.context.Process(target=_serve, args=(theirs,), daemon=True)
        self.process.start()
        theirs.close()

    def begin(self, do: Callable[[Any], Any], job: object, bounds: Bounds) -> None:
        self.job, self.busy, self.deadline = job, True, time.monotonic() + bounds.seconds
        # A worker that has died meanwhile is found out when its answer is waited for.
        with contextlib.suppress(OSError):
            self.pipe.send((do, job, bounds.memory))

    def end(self) -> None:
        """Ends the process and what it started (the OCR program)."""
        with contextlib.suppress(OSError, AttributeError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.kill()
        self.process.join()
        _ours.discard(self.pipe)
        self.pipe.close()


_ours: set[Connection] = set()
"""This process's ends of all pipes. A fork inherits them, and would wait for ever for a parent that is dead."""
_ahead: list[_Worker] = []


def start_ahead() -> None:
    """Starts a worker that loads what reads letters, while this process reads its command line."""
    _ahead.append(_Worker())


class Workers(Generic[Job, Result]):
    """Up to ``count`` processes for one kind of job.

    ``do`` is a function of a module, and never raises.  ``ended`` gives what stands for the result of a job whose
    worker was ended: ``crashed`` or ``slow``.
    """

    def __init__(
        self,
        do: Callable[[Job], Result],
        ended: Callable[[Job, str], Result],
        bounds: Bounds,
        *,
        count: int | None = None,
        context: Any = FORK,
    ) -> None:
        self._do, self._ended, self._bounds, self._context = do, ended, bounds, context
        self._count = count or cores()
        self._workers: list[_Worker] = []
        self._stopped = False

    def results(self, jobs: Iterable[Job]) -> Iterator[tuple[Job, Result]]:
        """Each job with its result, as they end; a job is taken when a worker is free for it."""
        waiting = iter(jobs)
        while len(self._workers) < self._count:
            job = next(waiting, None)
            if job is None:
                break
            self._workers.append(_ahead.pop() if _ahead else _Worker(self._context))
            self._workers[-1].begin(self._do, job, self._bounds)
        while busy := [worker for worker in self._workers if worker.busy]:
            timeout = max(0.0, min(worker.deadline for worker in busy) - time.monotonic())
            wait([worker.pipe for worker in busy], min(timeout, LOOK))
            if self._stopped:
                return
            for place, worker in enumerate(self._workers):
                if not worker.busy:
                    continue
                came, result = self._result(worker)
                if not came:
                    continue
                job, worker.busy, worker.job = worker.job, False, None
                if not worker.process.is_alive():
                    self._workers[place] = worker = _Worker(self._context)
                following = next(waiting, None)
                if following is not None:
                    worker.begin(self._do, following, self._bounds)
                yield job, result

    def _result(self, worker: _Worker) -> tuple[bool, Any]:
        """Whether there is a result, and what the worker said, or what its silence means."""
        try:
            if worker.pipe.poll():
                return True, worker.pipe.recv()
        except (EOFError, OSError):
            worker.end()
            return True, self._ended(worker.job, "crashed")
        if time.monotonic() < worker.deadline:
            return False, None
        worker.end()
        return True, self._ended(worker.job, "slow")

    def stop(self) -> None:
        """From another thread: no result is waited for any more."""
        self._stopped = True

    def close(self) -> None:
        """Ends all processes, at work or not."""
        for worker in self._workers:
            worker.end()
        self._workers.clear()


def cores() -> int:
    """How many of the machine's cores this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def why_ended(how: str, seconds: float) -> str:
    """Why a letter's worker was ended, for whoever runs the program."""
    if how == "crashed":
        return "reading it crashed; the file may be damaged or hostile"
    return f"reading it took over {seconds:g} seconds; raise --max-seconds if it is a letter"


def _serve(pipe: Connection) -> None:
    """A worker's life: a job in, a result out, until its parent ends it."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    for inherited in _ours:
        inherited.close()
    with contextlib.suppress(OSError, AttributeError):
        os.setpgid(0, 0)
    import extractor.pipeline  # noqa: F401  # before a letter is there: whoever waits for it loads less

    with contextlib.suppress(EOFError, OSError):
        while True:
            do, job, memory = pipe.recv()
            _limit_memory(memory)
            pipe.send(do(job))
            gc.enable()


def _limit_memory(memory: int) -> None:
    try:
        import resource
    except ImportError:  # not on Windows
        return
    # Where the system refuses the limit (macOS), the other limits still stand.
    with contextlib.suppress(ValueError, OSError, OverflowError):
        resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
