"""Worker processes that read letters side by side.

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
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from multiprocessing.connection import Connection, wait
from typing import Any

from extractor.cli.letters import Answer, Task, failed, perform
from extractor.errors import UnreadableInput

# On Linux a fork costs milliseconds, and this process has neither threads nor heavy imports yet.
_context: Any = multiprocessing.get_context("fork" if sys.platform == "linux" else "spawn")


@dataclass
class _Worker:
    process: Any = None
    pipe: Connection = field(init=False)
    index: int = -1
    """The task at work, or -1."""
    deadline: float = 0.0

    def __post_init__(self) -> None:
        self.pipe, theirs = _context.Pipe()
        self.process = _context.Process(target=_serve, args=(theirs,), daemon=True)
        self.process.start()
        theirs.close()

    def begin(self, index: int, task: Task, seconds: float, memory: int) -> None:
        self.index, self.deadline = index, time.monotonic() + seconds
        # A worker that has died meanwhile is found out when its answer is waited for.
        with contextlib.suppress(OSError):
            self.pipe.send((task, memory))

    def end(self) -> None:
        """Ends the process and what it started (the OCR program)."""
        with contextlib.suppress(OSError, AttributeError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.kill()
        self.process.join()
        self.pipe.close()


_ahead: list[_Worker] = []


def start_ahead() -> None:
    """Starts a worker that loads what reads letters, while this process reads its command line."""
    _ahead.append(_Worker())


def perform_all(tasks: Sequence[Task], *, seconds: float, memory: int) -> Iterator[Answer]:
    """The answers, in the tasks' order, each as soon as those before it are there.

    ``seconds`` and ``memory`` bound each letter.  On Ctrl-C what was finished is given, then an answer
    that says ``interrupted``.
    """
    ready: dict[int, Answer] = {}
    given = 0
    workers = [_ahead.pop() if _ahead else _Worker() for _ in range(min(len(tasks), _cores()))]
    try:
        for index, answer in _answers(tasks, workers, seconds, memory):
            ready[index] = answer
            while given in ready:
                yield ready.pop(given)
                given += 1
    except KeyboardInterrupt:
        yield from (ready[index] for index in sorted(ready))
        yield Answer("", 130, interrupted=True)
    finally:
        for worker in workers:
            worker.end()


def _answers(
    tasks: Sequence[Task], workers: list[_Worker], seconds: float, memory: int
) -> Iterator[tuple[int, Answer]]:
    """Index and answer of every task, in the order in which they end."""
    waiting = iter(enumerate(tasks))
    for worker in workers:
        index, task = next(waiting)
        worker.begin(index, task, seconds, memory)
    while busy := [worker for worker in workers if worker.index >= 0]:
        timeout = max(0.0, min(worker.deadline for worker in busy) - time.monotonic())
        wait([worker.pipe for worker in busy], timeout)
        for place, worker in enumerate(workers):
            if worker.index < 0:
                continue
            answer = _answer(worker, tasks[worker.index], seconds)
            if answer is None:
                continue
            yield worker.index, answer
            if not worker.process.is_alive():
                workers[place] = worker = _Worker()
            worker.index = -1
            following = next(waiting, None)
            if following is not None:
                worker.begin(*following, seconds, memory)


def _answer(worker: _Worker, task: Task, seconds: float) -> Answer | None:
    """What the worker has to say, or what its silence means; None while it may still work."""
    try:
        if worker.pipe.poll():
            answer: Answer = worker.pipe.recv()
            return answer
    except (EOFError, OSError):
        worker.end()
        return failed(task, UnreadableInput.code, "reading it crashed; the file may be damaged or hostile")
    if time.monotonic() < worker.deadline:
        return None
    worker.end()
    return failed(
        task, UnreadableInput.code, f"reading it took over {seconds:g} seconds; raise --max-seconds if it is a letter"
    )


def _serve(pipe: Connection) -> None:
    """A worker's life: a task in, an answer out, until its parent ends it."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    with contextlib.suppress(OSError, AttributeError):
        os.setpgid(0, 0)
    import extractor.pipeline  # noqa: F401  # before a letter is there: whoever waits for it loads less

    with contextlib.suppress(EOFError, OSError):
        while True:
            task, memory = pipe.recv()
            _limit_memory(memory)
            pipe.send(perform(task))
            gc.enable()


def _limit_memory(memory: int) -> None:
    try:
        import resource
    except ImportError:  # not on Windows
        return
    # Where the system refuses the limit (macOS), the other limits still stand.
    with contextlib.suppress(ValueError, OSError, OverflowError):
        resource.setrlimit(resource.RLIMIT_AS, (memory, memory))


def _cores() -> int:
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
