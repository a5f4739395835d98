"""The same work per letter on Daft: in this process, or on the machines of a Ray cluster.

What Daft does was found by experiment, and the function here keeps to it: a row that raises takes its whole batch with
it, so nothing raises; Daft's own bounds on rows at work do not hold, so the function has its own; a worker that dies
takes its batch along, so answers are kept before anything is given back.  Results come to the one process that started
the run, which alone writes shards: resuming and counting are those of any run.
"""

from __future__ import annotations

import asyncio
import os
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from importlib.util import find_spec
from math import ceil
from typing import TYPE_CHECKING, Any

from extractor.batch.local import Asking, read_by_rules, what_ended
from extractor.batch.outcome import Outcome, read_line
from extractor.batch.run import Job, Run
from extractor.errors import RunTrouble
from extractor.model.settings import ModelSettings
from extractor.workers import CLEAN, Bounds, Workers, cores

if TYPE_CHECKING:
    from extractor.batch.perform import Asked

ROWS, ROWS_A_SLOT = 64, 8
"""Letters that a worker takes at once: enough to keep its process or its slots at work."""
CARRIED = ("OPENAI_BASE_URL", "IMR_CACHE_DIR", "IMR_CACHE_URL")
"""Settings that workers have from whoever starts the run. Keys are not carried: they belong to each machine."""
UNTRACKED = {"DO_NOT_TRACK": "1", "DAFT_ANALYTICS_ENABLED": "0", "RAY_USAGE_STATS_ENABLED": "0"}
TRIES = 5
"""So often an engine may fail in a run."""
DEAR = b"$"
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
    requests_a_minute: int | None
    tokens_a_minute: int | None
    processes: int
    """Worker processes that read by rules."""
    carried: dict[str, str]
    dollars: float | None
    """What may be spent for each byte of a letter: every batch keeps to its own share of ``--max-cost``."""


def installed() -> None:
    """Raises RunTrouble where the engines are not."""
    if find_spec("daft") is None:
        raise RunTrouble(HOW)


def by_daft(run: Run, asked: Asked, *, ray: bool) -> None:
    """Reads all letters of the run. Raises RunTrouble."""
    if not run.waiting:
        return
    os.environ.update(UNTRACKED)
    try:
        import daft

        workers = _ray_workers() if ray else 1
    except ImportError:
        raise RunTrouble(HOW) from None
    if not ray and daft.get_or_infer_runner_type() != "native":
        daft.set_runner_native()
    rows = ROWS if asked.model is None else ROWS_A_SLOT * asked.slots

    def results() -> Iterator[bytes]:
        jobs = list(run.jobs())
        plan = Plan(
            asked.bounds, asked.model, asked.strategy == "auto", asked.slots,
            _share(asked.requests_a_minute, workers), _share(asked.tokens_a_minute, workers), 1 if ray else cores(),
            {name: os.environ[name] for name in CARRIED if name in os.environ}, run.dollars_a_byte(),
        )  # fmt: skip

        @daft.func.batch(  # type: ignore[untyped-decorator]
            return_dtype=daft.DataType.binary(), batch_size=rows, on_error="raise", use_process=None if ray else False
        )
        def read(jobs: Any) -> list[bytes]:
            return work(jobs.to_pylist(), plan)

        frame = daft.from_pydict({"job": jobs})
        if ray:
            # As many for each worker: none is left with one more at the end.
            frame = frame.into_partitions(workers * max(1, ceil(len(jobs) / (rows * workers))))
        for row in frame.select(read(frame["job"]).alias("line")).iter_rows(results_buffer_size="num_cpus"):
            yield row["line"]

    try:
        _through_losses(run, results, ray=ray)
    finally:
        _over.clear()
        run.folder.commit()
        if ray:
            _leave_ray()


def _through_losses(run: Run, results: Callable[[], Iterator[bytes]], *, ray: bool) -> None:
    """A machine that dies may take results along that nobody can make again: the letters without one are read again."""
    for left in range(TRIES - 1, -1, -1):
        try:
            dear = False
            for line in results():
                if line == DEAR:
                    dear = True
                elif line:
                    _take(run, line)
                if run.stopped and ray:
                    return
                if run.stopped:  # Daft's own threads end by running dry, not by being left
                    _over.set()
            if dear:
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


def _take(run: Run, line: bytes) -> None:
    if line.startswith(TROUBLE.encode()):
        raise RunTrouble(line[1:].decode())
    run.took(read_line(line))


def _share(whole: int | None, workers: int) -> int | None:
    """What each worker gets of it: never nothing."""
    return None if whole is None else max(1, whole // workers)


def _ray_workers() -> int:
    """Cores of the cluster that ``RAY_ADDRESS`` names, or of one that is started here."""
    import daft
    import ray

    if not ray.is_initialized():
        address = os.environ.get("RAY_ADDRESS")
        here = {} if address else {"include_dashboard": False, "num_cpus": cores()}
        ray.init(address=address, log_to_driver=False, configure_logging=False, **here)
    daft.set_runner_ray(noop_if_initialized=True)
    return max(1, int(ray.cluster_resources().get("CPU", 1)))


def _leave_ray() -> None:
    import ray

    ray.shutdown()


_over = threading.Event()
"""No more letters are wanted, of workers in this process."""
_kept = threading.local()


def work(jobs: list[Job], plan: Plan) -> list[bytes]:
    """A line for each letter, in the letters' order: empty where the run is over, ``DEAR`` where its share of the cost
    is spent. Never raises."""
    if _over.is_set():
        return [b""] * len(jobs)
    os.environ.update(plan.carried)
    try:
        outcomes = _by_rules(jobs, plan) if plan.model is None else asyncio.run(_by_model(jobs, plan))
        found = {outcome.head["key"]: outcome.line() for outcome in outcomes}
        return [found.get(job.key, DEAR) for job in jobs]
    except RunTrouble as trouble:
        return [f"{TROUBLE}{trouble}".encode()] * len(jobs)
    except Exception as error:
        return [f"{TROUBLE}a worker failed ({type(error).__name__}): please report it".encode()] * len(jobs)


def _by_rules(jobs: list[Job], plan: Plan) -> list[Outcome]:
    workers: Workers[Job, Outcome] | None = getattr(_kept, "workers", None)
    if workers is None:
        count = plan.processes
        workers = _kept.workers = Workers(
            read_by_rules, what_ended(plan.bounds), plan.bounds, count=count, context=CLEAN
        )
    return [outcome for _, outcome in workers.results(jobs)]


@dataclass
class _Few:
    """The letters of one batch."""

    waiting: list[Job]
    dollars: float | None
    """What they may cost."""
    ended: list[Outcome] = field(default_factory=list)
    stopped: str | None = None
    expected: float = 0.0
    cost: float = 0.0

    def jobs(self) -> Iterator[Job]:
        yield from self.waiting

    def begins(self, expected: float) -> bool:
        if self.dollars is not None and self.cost + self.expected + expected > self.dollars:
            return False
        self.expected += expected
        return True

    def took(self, outcome: Outcome) -> None:
        self.ended.append(outcome)
        self.cost += outcome.head.get("cost") or 0.0


async def _by_model(jobs: list[Job], plan: Plan) -> list[Outcome]:
    from extractor.model.cache import open_cache
    from extractor.model.pace import Pace
    from extractor.model.reading import Reader

    assert plan.model is not None
    few = _Few(jobs, None if plan.dollars is None else plan.dollars * sum(job.size for job in jobs))
    cache = open_cache()
    try:
        pace = Pace(plan.slots, requests_a_minute=plan.requests_a_minute, tokens_a_minute=plan.tokens_a_minute)
        reader = Reader(plan.model, cache=cache, pace=pace)
        await Asking(few, reader, plan.bounds, plan.slots, plan.auto).all()
    finally:
        cache.close()
    return few.ended
