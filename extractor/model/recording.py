"""Answers of a provider put on record, and played back: for tests and for telling of a fault without a key.

A recording holds letter text: its folder is its owner's alone, and it is made only where it was asked for.  What is
played is found by what was asked, whatever the model's name.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
from collections import Counter
from pathlib import Path
from typing import Any

import httpx2

from extractor.errors import UnknownModel

KEPT_HEADERS = ("content-type", "retry-after", "retry-after-ms")


def _key(request: httpx2.Request) -> str:
    """What was asked: messages and schema."""
    body = json.loads(request.content)
    asked = [body.get("messages"), body.get("response_format")]
    return hashlib.sha256(json.dumps(asked, sort_keys=True).encode()).hexdigest()[:32]


class Recorder(httpx2.AsyncBaseTransport):
    """Passes every question on, and keeps each answer in the folder."""

    def __init__(self, folder: Path, inner: httpx2.AsyncBaseTransport | None = None) -> None:
        try:
            folder.mkdir(parents=True, mode=0o700)
        except FileExistsError:
            if not folder.is_dir() or folder.stat().st_mode & 0o077:
                raise UnknownModel(f"{folder} is no folder of your own alone: name a new one to record in") from None
        except OSError as error:
            raise UnknownModel(f"nothing can be recorded in {folder} ({error.strerror}); name another folder") from None
        self._folder = folder
        self._inner = inner or httpx2.AsyncHTTPTransport()
        self._count: Counter[str] = Counter()

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        response = await self._inner.handle_async_request(request)
        body = await response.aread()
        key = _key(request)
        kept: dict[str, Any] = {
            "status": response.status_code,
            "headers": {name: response.headers[name] for name in KEPT_HEADERS if name in response.headers},
            "body": body.decode("utf-8", "replace"),
        }
        path = self._folder / f"{key}.{self._count[key]}.json"
        self._count[key] += 1
        with contextlib.suppress(OSError):  # a full disk costs the record, not the answer that was paid for
            path.touch(mode=0o600)
            path.write_text(json.dumps(kept), encoding="utf-8")
        return httpx2.Response(response.status_code, headers=kept["headers"], content=body, request=request)

    async def aclose(self) -> None:
        await self._inner.aclose()


class Player(httpx2.AsyncBaseTransport):
    """Gives back what is on record, in the order in which it came; what is not on record is refused (404)."""

    def __init__(self, folder: Path) -> None:
        if not folder.is_dir():
            raise UnknownModel(f"there is no recording in {folder}; imr extract --record makes one")
        self._folder = folder
        self._count: Counter[str] = Counter()

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        key = _key(request)
        path = self._folder / f"{key}.{self._count[key]}.json"
        self._count[key] += 1
        if not path.is_file():
            return httpx2.Response(404, json={"error": {"message": "not on record"}}, request=request)
        kept = json.loads(path.read_text(encoding="utf-8"))
        return httpx2.Response(kept["status"], headers=kept["headers"], content=kept["body"].encode(), request=request)
