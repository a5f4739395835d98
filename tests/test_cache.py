from __future__ import annotations

import multiprocessing
import os
import pickle
import signal
import sqlite3
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from extractor.errors import CacheTrouble
from extractor.model.cache import Cache

PLANTED = "planted"


class Bomb:
    """What runs when it is unpickled."""

    def __init__(self, mark: Path) -> None:
        self.mark = mark

    def __reduce__(self) -> object:
        return os.mkdir, (str(self.mark),)


@pytest.fixture
def cache(tmp_path: Path) -> Cache:
    return Cache(tmp_path / "cache")


def test_what_was_kept_comes_back(cache: Cache) -> None:
    """Any JSON, after the cache was closed and opened again."""
    value = {"answer": {"issues": [1, None, "ä"]}, "seconds": 1.5}
    cache.set("key", value)
    cache.close()
    assert Cache(cache.folder).get("key") == value
    assert Cache(cache.folder).get("other") is None


def test_nobody_else_may_read_it(cache: Cache) -> None:
    """Entries hold letter text."""
    cache.set("key", 1)
    for path in [cache.folder, *cache.folder.iterdir()]:
        assert stat.S_IMODE(path.stat().st_mode) & 0o077 == 0, path


def plant(
    cache: Cache,
    *,
    raw: int = 1,
    key: object = PLANTED,
    mode: int = 1,
    filename: str | None = None,
    value: object = b"",
) -> None:
    cache.set(PLANTED, "good")
    cache.close()
    with sqlite3.connect(cache.folder / "cache.db") as database:
        database.execute(
            "UPDATE Cache SET key = ?, raw = ?, mode = ?, filename = ?, value = ? WHERE key = ?",
            (key, raw, mode, filename, value, PLANTED),
        )


ATTACKS = (
    "a pickle in the row",
    "a pickle in a file",
    "a pickled key",
    "a file outside",
    "a text row",
    "no JSON",
    "too large",
)


@pytest.mark.parametrize("attack", ATTACKS)
def test_a_planted_row_is_a_miss(attack: str, cache: Cache, tmp_path: Path) -> None:
    """Nothing that stands in the cache's files is ever run, and no file beside it is touched."""
    import zlib

    mark, victim = tmp_path / "mark", tmp_path / "victim"
    victim.write_text("mine")
    bomb = pickle.dumps(Bomb(mark))
    if attack == "a pickle in the row":
        plant(cache, mode=4, value=sqlite3.Binary(bomb))
    elif attack == "a pickle in a file":
        (cache.folder / "bomb.val").write_bytes(bomb)
        plant(cache, mode=4, filename="bomb.val", value=None)
    elif attack == "a pickled key":
        plant(cache, raw=0, key=sqlite3.Binary(bomb))
    elif attack == "a file outside":
        plant(cache, mode=2, filename=str(victim), value=None)
    elif attack == "a text row":
        plant(cache, mode=3, value="words")
    elif attack == "no JSON":
        plant(cache, value=sqlite3.Binary(b"\x00garbage"))
    else:
        plant(cache, value=sqlite3.Binary(zlib.compress(b'"' + b"a" * (17 << 20) + b'"')))
    again = Cache(cache.folder)
    assert again.get(PLANTED) is None
    again.set(PLANTED, "new")
    assert again.prune(-1) >= 0
    assert again.clear() >= 0
    assert not mark.exists()
    assert victim.read_text() == "mine"


@pytest.mark.parametrize("damage", [b"", b"no database at all, and long enough to be looked at " * 100])
def test_a_damaged_cache_is_moved_aside(damage: bytes, cache: Cache) -> None:
    """The work goes on with a new one, and the damage is told."""
    cache.set("key", 1)
    cache.close()
    for file in cache.folder.glob("cache.db*"):
        file.write_bytes(damage)
    again = Cache(cache.folder)
    again.set("key", 2)
    assert again.get("key") == 2
    if damage:
        assert "damaged" in again.warnings[0]
        assert list(cache.folder.glob("damaged-*/cache.db"))


def test_a_full_cache_takes_no_more_and_says_so(tmp_path: Path) -> None:
    """Nothing is thrown out silently."""
    cache = Cache(tmp_path / "cache", size_limit=1)
    cache.set("key", 1)
    assert cache.get("key") is None
    assert "full" in cache.warnings[0]


def test_a_folder_that_cannot_be_made_is_an_error_in_one_line(tmp_path: Path) -> None:
    """It says what to do."""
    (tmp_path / "file").write_text("")
    with pytest.raises(CacheTrouble, match="--no-cache"):
        Cache(tmp_path / "file" / "cache")


def test_a_cache_in_use_or_full_is_a_miss(cache: Cache) -> None:
    """What cannot be kept just now is not kept, and told; nothing is raised, nothing moved aside."""
    cache._cache.reset("sqlite_busy_timeout", 1)
    cache._cache._timeout = 0.01
    with sqlite3.connect(cache.folder / "cache.db", isolation_level=None) as database:
        database.execute("BEGIN IMMEDIATE")
        cache.set("key", 1)
        database.execute("ROLLBACK")
    assert cache.get("key") is None
    assert not list(cache.folder.glob("damaged-*"))


def test_info_prune_and_clear(cache: Cache) -> None:
    """How much is kept, and getting rid of it."""
    for at in range(3):
        cache.set(str(at), at)
    assert cache.info().entries == 3
    assert cache.prune(3600) == 0
    assert cache.prune(-1) == 3
    cache.set("key", 1)
    assert cache.clear() == 1
    assert cache.info().entries == 0


def _write(folder: str, name: str, count: int) -> None:
    cache = Cache(Path(folder))
    for at in range(count):
        cache.set(f"{name}:{at}", {"value": at})


def test_two_processes_do_no_harm(cache: Cache) -> None:
    """Each finds what both have written."""
    context = multiprocessing.get_context("spawn")
    writers = [context.Process(target=_write, args=(str(cache.folder), name, 50)) for name in "ab"]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
        assert writer.exitcode == 0
    assert [cache.get(f"{name}:{at}") for name in "ab" for at in range(50)] == [
        {"value": at} for _ in "ab" for at in range(50)
    ]


def test_a_kill_in_the_middle_of_writing_loses_nothing_that_was_kept(cache: Cache) -> None:
    """What was acknowledged before kill -9 is there, and the cache goes on working."""
    program = (
        "import sys; from pathlib import Path; from extractor.model.cache import Cache\n"
        "cache = Cache(Path(sys.argv[1]))\n"
        "for at in range(100_000):\n"
        "    cache.set(str(at), {'value': at}); print(at, flush=True)\n"
    )
    with subprocess.Popen(
        [sys.executable, "-c", program, str(cache.folder)], stdout=subprocess.PIPE, text=True
    ) as writer:
        assert writer.stdout is not None
        kept = [int(writer.stdout.readline()) for _ in range(200)]
        writer.send_signal(signal.SIGKILL)
    again = Cache(cache.folder)
    assert [again.get(str(at)) for at in kept] == [{"value": at} for at in kept]
    again.set("after", 1)
    assert again.get("after") == 1
