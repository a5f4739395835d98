"""The engines of the extra ``cluster``: the same results as the local one, whatever happens to a machine."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import socket
import subprocess
import sys
import threading
import time
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from extractor.batch import cluster as engine
from extractor.batch.cluster import Plan, _pieces, _through_losses, work
from extractor.batch.folder import SHARDS, RunFolder
from extractor.batch.inputs import gather
from extractor.batch.local import read_by_rules
from extractor.batch.perform import perform
from extractor.batch.run import Job, Options, Run, Stops
from extractor.batch.stores import named
from extractor.errors import CacheTrouble, RunTrouble
from extractor.limits import DEFAULT_LIMITS
from extractor.model.cache import open_cache
from extractor.model.mock import Mock
from extractor.model.mock.http import served
from extractor.model.mock.server import Reply
from extractor.model.settings import ModelSettings
from extractor.model.shared_cache import SharedCache, described
from tests.conftest import waited_for
from tests.test_batch import BOUNDS, asked, done, number, results, write

pytest.importorskip("daft", reason="the extra 'cluster' is not installed: pip install 'imr-extractor[cluster]'")
pytestmark = [
    pytest.mark.slow,
    pytest.mark.filterwarnings("default"),  # Ray and Daft warn of their own deprecated parts
]


@pytest.fixture
def mock(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Mock]:
    """A model on loopback."""
    found = Mock(delay=0.05)
    monkeypatch.setenv("IMR_CACHE_DIR", str(tmp_path / "cache"))
    with served(found) as url:
        monkeypatch.setenv("OPENAI_BASE_URL", url)
        yield found


@pytest.fixture
def cluster(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """Two nodes on this machine, a core each."""
    monkeypatch.setenv("RAY_USAGE_STATS_ENABLED", "0")
    monkeypatch.setenv("PYTHONPATH", str(Path(__file__).parents[1]))
    import ray
    from ray.cluster_utils import Cluster

    found = Cluster(initialize_head=True, head_node_args={"num_cpus": 1, "include_dashboard": False})
    monkeypatch.setenv("RAY_ADDRESS", found.address)
    found.second = found.add_node(num_cpus=1)
    found.wait_for_nodes()
    yield found
    ray.shutdown()
    found.shutdown()


def mixed(folder: Path, count: int) -> Path:
    """Letters, one that is damaged, one that is none, and an archive."""
    write(folder, count)
    (folder / "bad.pdf").write_bytes(b"%PDF-1.4 nothing")
    (folder / "bill.txt").write_text("An invoice for ten dollars. " * 9, encoding="utf-8")
    with zipfile.ZipFile(folder / "more.zip", "w") as archive:
        archive.writestr("a.txt", number(900))
    return folder


def test_daft_gives_what_the_local_engine_gives(tmp_path: Path) -> None:
    """By rules: every letter once, failures and archives included, also texts of a manifest."""
    folder = mixed(tmp_path / "in", 30)
    (tmp_path / "rows.jsonl").write_text(json.dumps({"text": number(901)}), encoding="utf-8")
    inputs = (folder, tmp_path / "rows.jsonl")
    local, daft = (done(*inputs, out=tmp_path / engine, engine=engine) for engine in ("local", "daft"))
    assert results(tmp_path / "local") == results(tmp_path / "daft") and local["counts"] == daft["counts"]
    assert done(*inputs, out=tmp_path / "daft", engine="daft")["totals_since_resumed"]["done"] == 0


def test_daft_asks_a_model(mock: Mock, tmp_path: Path) -> None:
    """Each text once; the answers are kept where every run finds them."""
    folder = mixed(tmp_path / "in", 20)
    report = done(folder, out=tmp_path / "daft", engine="daft", model=ModelSettings("openai/gpt-4o"))
    answered = mock.asked
    done(folder, out=tmp_path / "local", model=ModelSettings("openai/gpt-4o"))
    assert report["totals"]["asked"] == 21 and mock.asked == answered
    assert results(tmp_path / "local") == results(tmp_path / "daft")


class Watched(Mock):
    """Notes when it is asked, and answers the fifth question when it is told to."""

    def __init__(self, *, hangs: bool = False) -> None:
        super().__init__(delay=0.05)
        self.times: list[float] = []
        self.goes_on = threading.Event()
        if not hangs:
            self.goes_on.set()

    def reply(self, body: dict[str, Any]) -> Reply:
        self.times.append(time.monotonic())
        if len(self.times) == 5:
            self.goes_on.wait(60)
        return super().reply(body)


def watched(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, **options: Any) -> contextlib.AbstractContextManager[Any]:
    @contextlib.contextmanager
    def serves() -> Iterator[Watched]:
        found = Watched(**options)
        monkeypatch.setenv("IMR_CACHE_DIR", str(tmp_path / "cache"))
        with served(found) as url:
            monkeypatch.setenv("OPENAI_BASE_URL", url)
            yield found
        found.goes_on.set()

    return serves()


def test_daft_keeps_to_the_limits_that_were_set(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Batches lie side by side in one process, and have one pace and one set of slots."""
    with watched(monkeypatch, tmp_path) as mock:
        folder = write(tmp_path / "in", 40)
        work: dict[str, Any] = {"engine": "daft", "model": ModelSettings("openai/gpt-4o"), "slots": 2}
        done(folder, out=tmp_path / "out", requests_a_minute=300, **work)
    assert len(mock.times) == 40
    a_minute = 60 * (len(mock.times) - 1 - 300 / 60) / (mock.times[-1] - mock.times[0])
    assert a_minute <= 310, "a second's measure at once, then as many as agreed"


def test_a_letter_that_takes_long_holds_nobody_up(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """All others are in shards while it is open; it is asked about once, and ends with the run."""
    monkeypatch.setattr(engine, "GRACE", 0.1)
    monkeypatch.setattr("extractor.batch.folder.FIRST_SECONDS", 0.0)
    ended: list[int] = []

    def told(run: Run) -> None:
        ended.append(run.totals.ended)
        if run.totals.ended == 39:
            mock.goes_on.set()

    with watched(monkeypatch, tmp_path, hangs=True) as mock:
        work = asked(
            write(tmp_path / "in", 40),
            out=tmp_path / "out",
            engine="daft",
            model=ModelSettings("openai/gpt-4o"),
            slots=4,
        )
        report, _ = perform(work, told, lambda _: None)
    assert ended == list(range(1, 41)) and report["counts"]["left"] == 0 and len(mock.times) == 40
    assert report["totals"]["attempts"] == 40


def test_what_a_batch_leaves_stands_with_a_later_one(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Or is there for whoever asks for it again; nothing is asked twice, and no line is given twice."""
    monkeypatch.setattr(engine, "GRACE", 0.1)
    monkeypatch.setattr(engine, "_wanted", lambda: True)
    plan = Plan(BOUNDS, ModelSettings("openai/gpt-4o"), False, 4, None, None, 2, {})
    letters = [number(at).encode() for at in range(12)]
    jobs = [Job(str(at), "", str(at), len(text), text, Options(DEFAULT_LIMITS)) for at, text in enumerate(letters)]
    try:
        with watched(monkeypatch, tmp_path, hangs=True) as mock:
            first = work(jobs[:8], plan)
            assert [len(row.splitlines()) for row in first].count(0) == 1 and len(mock.times) == 8
            late = first.index(b"")
            second = work(jobs[8:10], plan)
            assert [row.count(b"\n") for row in second] == [1, 1], "it is open still"
            mock.goes_on.set()
            third = work([jobs[late]], replace(plan, patient=True))
            fourth = work(jobs[10:], plan)
            lines = b"".join([*first, *second, *third, *fourth]).splitlines()
            assert len(lines) == len({json.loads(line.partition(b"\t")[0])["key"] for line in lines}) == 12
            assert len(mock.times) == 12 and not list(engine._rest())
    finally:
        engine._end()
    assert not [thread for thread in threading.enumerate() if "_asks" in thread.name or "_reads" in thread.name]


def test_few_texts_are_held_at_once(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Daft is given the letters in pieces, by their number and by their bytes; all are read."""
    monkeypatch.setattr(engine, "BYTES", 3 * len(number(1)))
    (tmp_path / "rows.jsonl").write_text("\n".join(json.dumps({"text": number(at)}) for at in range(10)), "utf-8")
    sizes = []

    def pieces(jobs: Iterator[Job], letters: int) -> Iterator[list[Job]]:
        for piece in _pieces(jobs, letters):
            sizes.append(len(piece))
            yield piece

    monkeypatch.setattr(engine, "_pieces", pieces)
    report = done(tmp_path / "rows.jsonl", out=tmp_path / "out", engine="daft")
    assert report["counts"]["done"] == 10 and sizes == [3, 3, 3, 1]
    short = Job("", "", "", 9, b"", Options(DEFAULT_LIMITS))
    assert [len(piece) for piece in _pieces([short] * 5, 2)] == [2, 2, 1]


def test_a_store_of_answers_that_is_not_there_ends_the_run_in_its_own_words(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """As it does on the local engine."""
    monkeypatch.setenv("IMR_CACHE_URL", "redis://127.0.0.1:1")
    with pytest.raises(RunTrouble, match="the shared cache does not answer"):
        done(write(tmp_path / "in", 2), out=tmp_path / "out", engine="daft", model=ModelSettings("mock"))


@pytest.mark.parametrize("address", ["127.0.0.1:1", "ray://127.0.0.1:1", "a..b:1"])
def test_a_cluster_that_is_not_there_is_told_at_once(
    address: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """In a line that says what to look at."""
    monkeypatch.setenv("RAY_ADDRESS", address)
    begun = time.monotonic()
    with pytest.raises(RunTrouble, match=f"{address}.*cannot be reached"):
        done(write(tmp_path / "in", 1), out=tmp_path / "out", engine="ray")
    assert time.monotonic() - begun < engine.REACHED + 5


def test_a_limit_of_cost_is_shared_out(mock: Mock, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each batch keeps to its share; what was not begun is read by the same command with more money."""
    monkeypatch.setattr("extractor.batch.local.cost", lambda model, usage: 0.01)
    monkeypatch.setattr("extractor.model.usage.cost", lambda model, usage: 0.01 * usage.attempts)
    work: dict[str, Any] = {"out": tmp_path / "out", "engine": "daft", "model": ModelSettings("openai/gpt-4o")}
    folder = write(tmp_path / "in", 12)
    report, code = perform(asked(folder, **work, stops=Stops(max_cost=0.055)), lambda _: None, lambda _: None)
    assert code == 6 and report["stopped"] == "cost" and report["totals"]["cost"] <= 0.055 and 0 < mock.asked <= 5
    rest = done(folder, **work)
    assert rest["counts"]["left"] == 0 and mock.asked == 12


def test_two_machines_and_one_that_dies(cluster: Any, mock: Mock, tmp_path: Path) -> None:
    """A node is killed while it works: every letter ends, with the results of the local engine."""
    folder = mixed(tmp_path / "in", 120)
    command = [
        "batch",
        str(folder),
        "--out",
        "ray",
        "--engine",
        "ray",
        "--model",
        "openai/gpt-4o",
        "--concurrency",
        "4",
    ]
    process = subprocess.Popen(
        [sys.executable, "-m", "extractor", *command, "--json"], cwd=tmp_path, stdout=subprocess.PIPE
    )
    shards = tmp_path / "ray" / SHARDS
    waited_for(lambda: process.poll() is not None or (shards.is_dir() and list(shards.glob("0*"))), seconds=120)
    cluster.remove_node(cluster.second, allow_graceful=False)
    before = mock.asked
    assert before < 121, "there was something left to lose"
    told = json.loads(process.communicate(timeout=200)[0])
    assert process.returncode == 4 and told["counts"]["left"] == 0 and told["counts"]["failed"] == 2
    done(folder, out=tmp_path / "local", model=ModelSettings("openai/gpt-4o"))
    assert results(tmp_path / "ray") == results(tmp_path / "local")


def test_object_stores_are_read_and_written(tmp_path: Path) -> None:
    """By their addresses; the data set is copied when it is finished."""
    folder = write(tmp_path / "in")
    report = done(f"file://{folder}", out=tmp_path / "out", engine="daft", publish=f"file://{tmp_path}/published")
    assert report["counts"]["done"] == 3
    copied = {path.name for path in (tmp_path / "published").iterdir()}
    assert {"determinations.jsonl", "issues.parquet", "run.json"} <= copied
    assert (tmp_path / "published" / "run.json").read_bytes() == (tmp_path / "out" / "run.json").read_bytes()


@pytest.mark.parametrize(
    ("address", "name"),
    [
        ("s3://key:secret@bucket/a b/1.txt?region=x", "s3://bucket/a b/1.txt"),
        ("s3://bucket/1.txt?endpoint_override=127.0.0.1:9", "s3://bucket/1.txt"),
        ("file:///x/1.txt", "file:///x/1.txt"),
    ],
)
def test_an_address_is_told_without_its_keys(address: str, name: str) -> None:
    """Nor do they stand in a result or an error."""
    assert named(address) == name


# The cache that machines share.


@pytest.fixture
def store(tmp_path: Path) -> Iterator[str]:
    """A real Redis on loopback."""
    program = shutil.which("redis-server")
    if program is None:
        pytest.skip("redis-server is not installed (Debian: apt-get install redis-server)")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [program, "--port", str(port), "--bind", "127.0.0.1", "--save", "", "--dir", str(tmp_path)]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL)

    def listens() -> bool:
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", port)) == 0

    waited_for(listens)
    yield f"redis://127.0.0.1:{port}"
    process.terminate()
    process.wait()


def test_a_shared_cache_keeps_answers_for_others(
    store: str, mock: Mock, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another machine's run asks nothing again; nothing is pickled; answers expire."""
    import redis

    monkeypatch.setenv("IMR_CACHE_URL", store)
    folder = write(tmp_path / "in")
    done(folder, out=tmp_path / "one", engine="daft", model=ModelSettings("openai/gpt-4o"))
    answered = mock.asked
    done(folder, out=tmp_path / "two", model=ModelSettings("openai/gpt-4o"))
    assert mock.asked == answered and not (tmp_path / "cache").exists()
    plain = redis.Redis.from_url(store)
    keys = plain.keys()
    assert len(keys) == 3 and all(0 < plain.ttl(key) <= 90 * 86_400 for key in keys)
    for hostile in (b"\x80\x04K\x01.", b"", b"x\x9c", b"not json"):
        plain.set(keys[0], hostile)
        cache = open_cache()
        assert isinstance(cache, SharedCache) and cache.get(keys[0].decode().removeprefix("imr:answer:")) is None
        cache.close()
    plain.close()


def test_a_shared_cache_that_goes_away_is_a_miss_and_told(store: str) -> None:
    """Nothing raises; what was not kept is counted."""
    cache = SharedCache(store)
    cache._store.execute_command("CONFIG", "SET", "maxmemory", "1")
    cache.set("key", {"answer": 1})
    assert cache.unkept == 1 and "not kept" in cache.warnings[0] and cache.get("key") is None
    cache.close()


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("redis://cache.example.org:6379", "encrypted only"),
        ("http://127.0.0.1", "names no Redis"),
        ("redis://127.0.0.1:1", "does not answer"),
    ],
)
def test_a_shared_cache_is_refused_where_it_is_not_safe(url: str, words: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """In the clear off this machine, of another kind, or not there."""
    monkeypatch.setenv("IMR_CACHE_URL", url)
    with pytest.raises(CacheTrouble, match=words):
        open_cache()
    assert "secret" not in described("rediss://user:secret@cache.example.org:7000")
    assert os.environ["IMR_CACHE_URL"] == url


class Lost(Exception):
    """As engines raise where a machine took results along."""


@pytest.mark.parametrize(("losses", "left"), [(1, 0), (4, 0), (5, 1)])
def test_what_an_engine_loses_is_read_again(losses: int, left: int, tmp_path: Path) -> None:
    """Only what has no result yet; an engine that always fails is named, and what was read is kept."""
    kept = RunFolder(tmp_path / "out", {}, fresh=False, mixed=False)
    asked: list[int] = []
    with gather([str(write(tmp_path / "in", 6))], DEFAULT_LIMITS, apart=tmp_path / "out") as inputs:
        run = Run(inputs, kept, Options(DEFAULT_LIMITS))

        def results() -> Iterator[bytes]:
            jobs = list(run.jobs())
            asked.append(len(jobs))
            for at, job in enumerate(jobs):
                if len(asked) <= losses and at == 1:
                    raise Lost
                yield read_by_rules(job).line()

        with pytest.raises(RunTrouble, match="5 times") if left else contextlib.nullcontext():
            _through_losses(run, results, ray=True)
        assert len(run.waiting) == left if left else run.totals.ended == 6
        assert asked == [6, 5, 4, 3, 2, 1][: len(asked)]
    kept.close()
