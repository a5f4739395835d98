"""The provider's batch interface: questions are put down in files, and answered within a day at half the price.

A letter is read as ever, by the same client, whose questions go to a transport that has no network: what was answered
is given, what was not is put down, and the letter waits.  Then everything that was put down is submitted, polled and
collected, and the letters that wait are read again.  An answer that does not fit is asked again in the next round.
"""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import json
import os
import secrets
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx2

from extractor.batch.folder import RunFolder
from extractor.batch.run import NotYet
from extractor.errors import ModelFailed, RunTrouble
from extractor.model.client import CHARACTERS_PER_TOKEN, plain_client
from extractor.model.settings import ModelSettings
from extractor.model.usage import ANSWER_SHARE, Usage, cost

HALF = 0.5
"""Of the list price (OpenAI, Batch API guide, read 2026-11: "50% lower costs")."""
MOST_QUESTIONS, MOST_BYTES = 50_000, 190 << 20
"""Of one file (OpenAI, Batch API guide: 50,000 requests, 200 MB)."""
ENDED = ("completed", "expired", "failed", "cancelled")
TRIES = 3
"""A question that fails so often in batches has failed."""
FIRST_POLL, LONGEST_POLL = 5.0, 300.0
"""Seconds between two looks."""
STATE, ANSWERS = "batches.json", "batch-answers-"
URL = "/v1/chat/completions"


@dataclass
class Submitted:
    """One file of questions at the provider."""

    tag: str
    """Ours: it finds the batch again where the program ended before it knew the provider's name for it."""
    keys: list[str]
    """The questions that have no answer yet."""
    id: str | None = None
    collected: bool = False


class Deferred(httpx2.AsyncBaseTransport):
    """Stands for the network under the client. Everything it holds lies in the run's folder, its owner's alone."""

    def __init__(self, folder: RunFolder) -> None:
        self.folder = folder
        self.wanted: dict[str, tuple[int, int]] = {}
        """Questions that no batch holds yet: where each one's line stands in a file without a name, and its length."""
        self._lines = tempfile.TemporaryFile()  # noqa: SIM115 - closed with the questions
        try:
            state = json.loads(_read(folder.path / STATE) or "{}")
            self.batches = [Submitted(**batch) for batch in state.get("batches", [])]
            self._tries: dict[str, int] = dict(state.get("tries", {}))
        except (ValueError, TypeError, AttributeError):
            raise RunTrouble(
                f"{folder.path / STATE} is damaged: take it away, and what is at the provider is lost"
            ) from None
        self._places: dict[str, tuple[Path, int]] = {}
        for path in folder.path.glob(f"{ANSWERS}*"):
            self._index(path, failures=False)  # what failed before is asked again

    @property
    def open(self) -> list[Submitted]:
        """Batches whose answers have not been collected."""
        return [batch for batch in self.batches if not batch.collected]

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        body = json.loads(request.content)
        key = hashlib.sha256(json.dumps(body, sort_keys=True).encode()).hexdigest()[:32]
        if key not in self._places:
            if not any(key in batch.keys for batch in self.open):
                self._want(key, body)
            raise NotYet
        path, offset = self._places[key]
        with path.open("rb") as file:
            file.seek(offset)
            answer = json.loads(file.readline())
        return httpx2.Response(answer["status"], json=answer["body"], request=request)

    def files(self) -> Iterator[tuple[list[str], bytes]]:
        """What is wanted, as files within the provider's limits, each with the names of its questions."""
        keys: list[str] = []
        lines: list[bytes] = []
        size = 0
        for key, (place, length) in self.wanted.items():
            line = os.pread(self._lines.fileno(), length, place)
            if lines and (len(lines) == MOST_QUESTIONS or size + len(line) > MOST_BYTES):
                yield keys, b"".join(lines)
                keys, lines, size = [], [], 0
            keys.append(key)
            lines.append(line)
            size += len(line)
        if lines:
            yield keys, b"".join(lines)

    def _want(self, key: str, body: dict[str, Any]) -> None:
        if key in self.wanted:
            return
        line = json.dumps({"custom_id": key, "method": "POST", "url": URL, "body": body}).encode() + b"\n"
        self.wanted[key] = self._lines.seek(0, os.SEEK_END), len(line)
        self._lines.write(line)
        self._lines.flush()

    def save(self) -> None:
        """Puts down what is at the provider. Raises RunTrouble."""
        state = {"batches": [vars(batch) for batch in self.batches], "tries": self._tries}
        self.folder.write(STATE, json.dumps(state).encode())

    def collect(self, batch: Submitted, lines: list[dict[str, Any]]) -> None:
        """Keeps the answers of a batch that has ended; what it leaves unanswered is asked again, a few times."""
        kept = []
        told = {line.get("custom_id"): line.get("response") for line in lines}
        for key in batch.keys:
            response = told.get(key)
            if (
                isinstance(response, dict)
                and response.get("status_code") == 200
                and isinstance(response.get("body"), dict)
            ):
                kept.append({"key": key, "status": 200, "body": response["body"]})
                continue
            self._tries[key] = self._tries.get(key, 0) + 1
            if self._tries[key] >= TRIES:
                kept.append({"key": key, "status": 422, "body": {"error": {"message": "failed in batches"}}})
        path = self.folder.path / f"{ANSWERS}{batch.tag}.jsonl"
        self.folder.write(path.name, b"".join(json.dumps(one).encode() + b"\n" for one in kept))
        self._index(path)
        batch.collected, batch.keys = True, []
        self.save()

    def drop(self, batch: Submitted) -> None:
        """The provider does not have it: its questions are asked as if for the first time."""
        self.batches.remove(batch)
        self.save()

    def close(self) -> None:
        """No question is put down any more."""
        self._lines.close()

    def forget(self) -> None:
        """Of a run that is complete nothing is needed any more."""
        for path in (self.folder.path / STATE, *self.folder.path.glob(f"{ANSWERS}*")):
            path.unlink(missing_ok=True)

    def expected_cost(self, settings: ModelSettings) -> float | None:
        """About what the answers to all that is wanted will cost; None where no price is known."""
        sent = sum(length for _, length in self.wanted.values()) // CHARACTERS_PER_TOKEN
        price = cost(settings.model, Usage(prompt=sent, completion=int(sent * ANSWER_SHARE)))
        return None if price is None else price * settings.price_share

    def _index(self, path: Path, *, failures: bool = True) -> None:
        offset = 0
        with path.open("rb") as file:
            for line in file:
                answer = json.loads(line)
                if failures or answer["status"] == 200:
                    self._places[answer["key"]] = path, offset
                offset += len(line)


class Provider:
    """Submits, polls and collects. Raises ModelFailed where the provider does not take or give what it should."""

    def __init__(
        self,
        settings: ModelSettings,
        deferred: Deferred,
        note: Callable[[str], None],
        stopped: Callable[[], object] = lambda: False,
    ) -> None:
        self.deferred, self._note, self.stopped = deferred, note, stopped
        self._client = plain_client(settings)

    async def submit(self) -> None:
        """Everything that is wanted, a file after the other."""
        for keys, data in self.deferred.files():
            batch = Submitted(secrets.token_hex(8), keys)
            self.deferred.batches.append(batch)
            self.deferred.save()  # before the provider has it: it is found again by its tag
            await self._send(batch, data)
        self.deferred.wanted.clear()

    async def collected(self) -> None:
        """Waits until every batch has ended, and collects it."""
        pause = FIRST_POLL
        while self.deferred.open and not self.stopped():
            for batch in self.deferred.open:
                await self._look_at(batch)
            if self.deferred.open:
                self._note(f"{len(self.deferred.open)} of {len(self.deferred.batches)} batches are at the provider")
                await asyncio.sleep(pause)
                pause = min(LONGEST_POLL, pause * 1.5)

    async def close(self) -> None:
        await self._client.close()

    async def _send(self, batch: Submitted, data: bytes) -> None:
        with _named("submitted"):
            file = await self._client.files.create(file=(f"{batch.tag}.jsonl", data), purpose="batch")
            made = await self._client.batches.create(
                input_file_id=file.id, endpoint=URL, completion_window="24h", metadata={"imr": batch.tag}
            )
        batch.id = made.id
        self.deferred.save()
        self._note(f"{len(batch.keys):,} questions are submitted as {made.id}")

    async def _look_at(self, batch: Submitted) -> None:
        with _named("looked at"):
            if batch.id is None:
                batch.id = await self._found(batch.tag)
                if batch.id is None:  # the program ended before it was sent
                    self.deferred.drop(batch)
                    return
            told = await self._retrieved(batch.id)
            if told is None:
                self.deferred.drop(batch)
                return
            if told.status not in ENDED:
                return
            lines = []
            for file in (told.output_file_id, told.error_file_id):
                if file:
                    content = await self._client.files.content(file)
                    lines += list(_lines(content.content))
        if told.status in ("failed", "cancelled") and not lines:
            self.deferred.drop(batch)
            why = next((str(one.code) for one in getattr(told.errors, "data", None) or ()), "no reason given")
            raise ModelFailed("batch", f"the provider took a batch back ({told.status}: {why}); mend that, and go on")
        self.deferred.collect(batch, lines)

    async def _retrieved(self, name: str) -> Any:
        """None for a batch that the provider does not know."""
        try:
            return await self._client.batches.retrieve(name)
        except Exception as error:
            if getattr(error, "status_code", None) == 404:
                return None
            raise

    async def _found(self, tag: str) -> str | None:
        async for one in self._client.batches.list(limit=100):
            if (one.metadata or {}).get("imr") == tag:
                return str(one.id)
        return None


@contextlib.contextmanager
def _named(what: str) -> Iterator[None]:
    try:
        yield
    except Exception as error:  # of the client's own kinds, whose words may hold what was sent
        kind = getattr(error, "status_code", None) or type(error).__name__
        raise ModelFailed(
            "batch", f"the batch could not be {what} ({kind}); the same command goes on with it later"
        ) from None


def _lines(data: bytes) -> Iterator[dict[str, Any]]:
    """Each line that is an object; another is as good as missing."""
    for line in data.split(b"\n"):
        with contextlib.suppress(ValueError):
            told = json.loads(line)
            if isinstance(told, dict):
                yield told


def _read(path: Path) -> str:
    return path.read_text(encoding="utf-8") if path.is_file() else ""
