"""Answers that several machines keep together, in a Redis store that somebody named on purpose (``IMR_CACHE_URL``).

Values are compressed JSON, never pickled; they expire; off this machine only an encrypted connection is used.  Whoever
runs the store can read letter text in it.
"""

from __future__ import annotations

import json
import os
import zlib
from typing import Any
from urllib.parse import SplitResult, urlsplit

from extractor.errors import CacheTrouble
from extractor.model.cache import LARGEST

LOOPBACK = ("localhost", "127.0.0.1", "::1")
DAY = 86_400
DAYS = 90
"""How long an answer is kept, unless ``IMR_CACHE_DAYS`` says otherwise."""
PREFIX = "imr:answer:"
TRIES = 4
"""So often a store that just changes its master is asked again, for about two seconds together."""


class SharedCache:
    """As Cache: what cannot be read is a miss, what cannot be kept is counted and told."""

    def __init__(self, url: str) -> None:
        """Raises CacheTrouble."""
        self.warnings: list[str] = []
        self.unkept = 0
        self._days = _days()
        self._store = _connect(url)

    def get(self, key: str) -> Any:
        """What was kept; None for what was not, and for a value that this program did not write."""
        try:
            packed = self._store.get(PREFIX + key)
        except self._troubles as error:
            self._warn(f"the shared cache cannot be read just now ({type(error).__name__})")
            return None
        try:
            return None if packed is None else _unpacked(packed)
        except (ValueError, zlib.error, RecursionError):
            return None

    def set(self, key: str, value: Any) -> None:
        """Keeps the value until it expires. Where that fails, says so in ``warnings`` instead."""
        try:
            self._store.set(PREFIX + key, zlib.compress(json.dumps(value).encode(), 1), ex=self._days * DAY)
        except self._troubles as error:
            self.unkept += 1
            self._warn(f"the shared cache cannot be written just now ({type(error).__name__}); answers are not kept")

    def close(self) -> None:
        self._store.close()

    @property
    def _troubles(self) -> tuple[type[Exception], ...]:
        import redis

        return (redis.RedisError, OSError)

    def _warn(self, message: str) -> None:
        if message not in self.warnings:
            self.warnings.append(message)


def described(url: str) -> str:
    """The store's name without user and password, for whoever asks what leaves the machine."""
    parts, port = _parts(url)
    return f"{parts.scheme}://{parts.hostname or '?'}:{port}, answers expire after {_days()} days"


def _parts(url: str) -> tuple[SplitResult, int]:
    """The address, and its port. Raises CacheTrouble."""
    try:
        parts = urlsplit(url)
        return parts, parts.port or 6379
    except ValueError:
        raise CacheTrouble("IMR_CACHE_URL is no address: write rediss://HOST:PORT") from None


def _connect(url: str) -> Any:
    parts, _ = _parts(url)
    if parts.scheme not in ("redis", "rediss"):
        raise CacheTrouble("IMR_CACHE_URL names no Redis store: write rediss://HOST:PORT, or redis:// on this machine")
    if parts.scheme != "rediss" and parts.hostname not in LOOPBACK:
        raise CacheTrouble(f"letters' answers go to {parts.hostname} encrypted only: write rediss:// in IMR_CACHE_URL")
    try:
        import redis
    except ImportError:
        raise CacheTrouble("a shared cache needs the extra 'cluster' (pip install 'imr-extractor[cluster]')") from None
    from redis.backoff import ExponentialBackoff
    from redis.retry import Retry

    troubles = (redis.ConnectionError, redis.TimeoutError, redis.ReadOnlyError, redis.BusyLoadingError)
    try:
        store = redis.Redis.from_url(
            url, socket_timeout=10, socket_connect_timeout=5,
            retry=Retry(ExponentialBackoff(cap=1.0, base=0.1), TRIES), retry_on_error=list(troubles),
        )  # fmt: skip
        store.ping()
    except (redis.RedisError, OSError) as error:
        raise CacheTrouble(f"the shared cache does not answer ({type(error).__name__}): check IMR_CACHE_URL") from None
    return store


def _unpacked(packed: bytes) -> Any:
    unpacking = zlib.decompressobj()
    data = unpacking.decompress(packed, LARGEST)
    if not unpacking.eof:
        raise ValueError("larger than any answer")
    return json.loads(data)


def _days() -> int:
    told = os.environ.get("IMR_CACHE_DAYS", str(DAYS))
    if not told.isdecimal() or not int(told):
        raise CacheTrouble("IMR_CACHE_DAYS must be a number of days, from 1 on")
    return int(told)
