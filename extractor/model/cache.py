"""Answers kept on disk, so that no letter is paid for twice. diskcache does the keeping, and nothing is ever pickled.

A cache is a file that others might write to, and diskcache's own Disk classes load pickles from planted rows, keys and
files (CVE-2025-69872, no fixed release).  The Disk below reads compressed JSON out of the row itself and refuses
everything else; a refused row is a miss.  Entries hold letter text: the folder is its owner's alone.
"""

from __future__ import annotations

import contextlib
import json
import os
import sqlite3
import time
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import diskcache
from diskcache.core import MODE_RAW, UNKNOWN

from extractor.errors import CacheTrouble

SIZE_LIMIT = 2**31
"""Bytes. Nothing is thrown out to keep to it: a full cache takes no more, and says so."""
DAMAGE = ("malformed", "not a database", "disk image", "no such table")
"""What SQLite says of a file that is damaged, and not merely in use or full."""
LARGEST = 16 * 2**20
"""No entry is so large when unpacked."""


class RefusedRow(Exception):
    """A row that this program did not write."""


class SafeDisk(diskcache.Disk):
    """Keys are text, values JSON in the row: no pickle, and no file beside the database."""

    def hash(self, key: Any) -> Any:
        return super().hash(self.put(key)[0])

    def put(self, key: Any) -> Any:
        if not isinstance(key, str):
            raise TypeError("keys are text")
        return key, True

    def get(self, key: Any, raw: Any) -> Any:
        if not raw or not isinstance(key, str):
            raise RefusedRow
        return key

    def store(self, value: Any, read: Any, key: Any = UNKNOWN) -> Any:
        if read:
            raise TypeError("values are JSON")
        return 0, MODE_RAW, None, sqlite3.Binary(zlib.compress(json.dumps(value).encode(), 1))

    def fetch(self, mode: Any, filename: Any, value: Any, read: Any) -> Any:
        if mode != MODE_RAW or filename is not None or not isinstance(value, bytes):
            raise RefusedRow
        unpacking = zlib.decompressobj()
        unpacked = unpacking.decompress(value, LARGEST)
        if not unpacking.eof:
            raise RefusedRow
        return json.loads(unpacked)

    def remove(self, path: Any) -> Any:
        raise RefusedRow


@dataclass(frozen=True)
class Info:
    """How much the cache holds. ``oldest`` in seconds since 1970; None where it is empty."""

    folder: Path
    entries: int
    bytes: int
    oldest: float | None


def default_folder() -> Path:
    """A folder of its own within ``IMR_CACHE_DIR``, else within the user's folder for caches."""
    base = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(os.environ.get("IMR_CACHE_DIR") or Path(base) / "imr-extractor") / "answers"


class Keeper(Protocol):
    """Where answers are kept."""

    warnings: list[str]
    """What happened to it, for whoever runs the program."""
    unkept: int
    """Answers that could not be kept."""

    def get(self, key: str) -> Any:
        """What was kept; None for what was not, and for what cannot be trusted."""

    def set(self, key: str, value: Any) -> None:
        """Keeps the value, or says in ``warnings`` why not."""

    def close(self) -> None:
        """No more is kept."""


def open_cache(folder: Path | None = None) -> Keeper:
    """Where answers are kept: in the folder, else in the store that ``IMR_CACHE_URL`` names, else in the user's own
    folder. Raises CacheTrouble."""
    url = os.environ.get("IMR_CACHE_URL")
    if url and folder is None:
        from extractor.model.shared_cache import SharedCache

        return SharedCache(url)
    return Cache(folder)


class Cache:
    """The answers in one folder. ``warnings`` tells what happened to it, for whoever runs the program."""

    def __init__(self, folder: Path | None = None, *, size_limit: int = SIZE_LIMIT) -> None:
        self.folder = folder or default_folder()
        self.warnings: list[str] = []
        self.unkept = 0
        """Answers that could not be kept."""
        self._size_limit = size_limit
        self._cache = self._open()

    def get(self, key: str) -> Any:
        """What was kept; None for what was not, and for a row that cannot be trusted."""
        with self._healed():
            return self._cache.get(key)
        return None

    def set(self, key: str, value: Any) -> None:
        """Keeps the value. Where the cache is full, says so in ``warnings`` instead."""
        self.unkept += 1
        with self._healed():
            if self._cache.volume() >= self._size_limit:
                self._warn(
                    f"the cache in {self.folder} is full ({self._size_limit >> 20} MB): nothing more is kept; "
                    f"imr cache prune makes room"
                )
                return
            self._cache.set(key, value)
            self.unkept -= 1

    def info(self) -> Info:
        with self._healed():
            rows = self._cache._sql("SELECT COUNT(*), MIN(store_time) FROM Cache").fetchone()
            return Info(self.folder, rows[0], self._cache.volume(), rows[1])
        return Info(self.folder, 0, 0, None)

    def prune(self, older_than: float) -> int:
        """Removes what was kept more than so many seconds ago; gives how many entries."""
        with self._healed():
            cursor = self._cache._sql("DELETE FROM Cache WHERE store_time < ?", (time.time() - older_than,))
            return int(cursor.rowcount)
        return 0

    def clear(self) -> int:
        """Removes everything; gives how many entries."""
        with self._healed():
            return int(self._cache._sql("DELETE FROM Cache").rowcount)
        return 0

    def close(self) -> None:
        self._cache.close()

    def _open(self) -> diskcache.Cache:
        try:
            return self._opened()
        except OSError as error:
            raise CacheTrouble(
                f"the cache cannot be kept in {self.folder} ({error.strerror}); set IMR_CACHE_DIR, or use --no-cache"
            ) from None
        except Exception:
            self._move_aside()
            try:
                return self._opened()
            except Exception as error:
                kind = type(error).__name__
                raise CacheTrouble(
                    f"the cache in {self.folder} cannot be opened ({kind}); set IMR_CACHE_DIR, or use --no-cache"
                ) from None

    def _opened(self) -> diskcache.Cache:
        self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        self.folder.chmod(0o700)
        umask = os.umask(0o077)
        try:
            cache = diskcache.Cache(
                str(self.folder), disk=SafeDisk, eviction_policy="none", cull_limit=0, size_limit=2**62, statistics=0
            )
        finally:
            os.umask(umask)
        for file in self.folder.glob("cache.db*"):
            file.chmod(0o600)
        return cache

    @contextlib.contextmanager
    def _healed(self) -> Iterator[None]:
        """What cannot be read is a miss, and what cannot be written is not kept: nothing of the cache ever ends the
        work. A damaged database is moved aside, and the work goes on with a new one."""
        try:
            yield
        except sqlite3.DatabaseError as error:
            if any(word in str(error) for word in DAMAGE):
                with contextlib.suppress(Exception):
                    self._move_aside()
                    self._cache = self._opened()
            else:
                self._warn(f"the cache in {self.folder} cannot be used just now ({error}); answers are not kept")
        except (RefusedRow, ValueError, TypeError, zlib.error, OSError, RecursionError, MemoryError, diskcache.Timeout):
            return

    def _move_aside(self) -> None:
        """The database's own files, and nothing else that lies in the folder."""
        with contextlib.suppress(Exception):
            self._cache.close()
        aside = self.folder / f"damaged-{int(time.time())}-{os.getpid()}"
        aside.mkdir(mode=0o700, exist_ok=True)
        for file in self.folder.glob("cache.db*"):
            with contextlib.suppress(OSError):
                file.rename(aside / file.name)
        self._warn(f"the cache was damaged and lies in {aside} now; a new one was begun")

    def _warn(self, message: str) -> None:
        if message not in self.warnings:
            self.warnings.append(message)
