"""The provider's batch interface: questions are put down in files, and answered within a day at half the price.

A letter is read as ever, by the same client, whose questions go to a transport that has no network: what was answered
is given, what was not is put down, and the letter waits.  Then everything that was put down is submitted, polled and
collected, and the letters that wait are read again.  An answer that does not fit is asked again in the next round.

The provider holds only so many questions at once.  Whether there is room shows only afterwards, by a batch that has
failed: its questions are submitted again when others have ended, a file at a time; where there are no others it was the
file that was too large, and it is halved.  What the provider has no more use for is deleted there: it holds letters.
"""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import json
import os
import secrets
import tempfile
from collections.abc import Awaitable, Callable, Coroutine, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx2

from extractor.batch.folder import STATE, RunFolder
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
WAITS = (1.0, 2.0, 4.0, 8.0, 16.0)
"""Seconds after which something is made again whose answer did not come."""
LOOK = 0.5
"""Seconds between two looks whether the run is to stop."""
NO_ROOM = "token_limit_exceeded"
"""The code of a batch that is over the limit on what waits for one model (openai-python's issue 2084 shows one)."""
ANSWERS = "batch-answers-"
URL = "/v1/chat/completions"


@dataclass
class Submitted:
    """One file of questions at the provider."""

    tag: str
    """Ours: it finds the batch again where the program ended before it knew the provider's name for it."""
    keys: list[str]
    """The questions that have no answer yet."""
    id: str | None = None
    file: str | None = None
    """What was uploaded, by the provider's name for it."""
    collected: bool = False


class Deferred(httpx2.AsyncBaseTransport):
    """Stands for the network under the client. Everything it holds lies in the run's folder, its owner's alone."""

    def __init__(self, folder: RunFolder) -> None:
        self.folder = folder
        self.wanted: dict[str, tuple[int, int]] = {}
        """Questions that no batch holds yet: where each one's line stands in a file without a name, and its length."""
        self._sent: dict[str, tuple[int, int]] = {}
        """The same of those that a batch holds, which the provider may yet refuse."""
        self._lines = tempfile.TemporaryFile()  # noqa: SIM115 - closed with the questions
        try:
            state = json.loads(_read(folder.path / STATE) or "{}")
            self.batches = [Submitted(**batch) for batch in state.get("batches", [])]
            self._tries: dict[str, int] = dict(state.get("tries", {}))
            self.most: int | None = state.get("most")
            """Questions of a file, where the provider has been found to have no room for all at once."""
            self.useless: list[str] = list(state.get("useless", ()))
            """Files at the provider that are to be deleted."""
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

    def next_file(self) -> tuple[list[str], bytes]:
        """The next file of what is wanted, within the provider's limits, behind the names of its questions. They are
        wanted no more."""
        lines: dict[str, bytes] = {}
        size, most = 0, min(self.most or MOST_QUESTIONS, MOST_QUESTIONS)
        for key, (place, length) in self.wanted.items():
            if lines and (len(lines) == most or size + length > MOST_BYTES):
                break
            lines[key] = os.pread(self._lines.fileno(), length, place)
            size += length
        for key in lines:
            self._sent[key] = self.wanted.pop(key)
        return list(lines), b"".join(lines.values())

    def _want(self, key: str, body: dict[str, Any]) -> None:
        if key in self.wanted:
            return
        line = json.dumps({"custom_id": key, "method": "POST", "url": URL, "body": body}).encode() + b"\n"
        self.wanted[key] = self._lines.seek(0, os.SEEK_END), len(line)
        self._lines.write(line)
        self._lines.flush()

    def save(self) -> None:
        """Puts down what is at the provider. Raises RunTrouble."""
        batches = [vars(batch) for batch in self.batches]
        state = {"batches": batches, "tries": self._tries, "most": self.most, "useless": self.useless}
        self.folder.write(STATE, json.dumps(state).encode())

    def collect(self, batch: Submitted, lines: list[dict[str, Any]], files: Iterable[str | None]) -> None:
        """Keeps the answers of a batch that has ended, whose ``files`` are then useless; what it leaves unanswered is
        asked again, a few times."""
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
        self._let_go(batch, files)
        batch.collected, batch.keys = True, []
        self.save()

    def drop(self, batch: Submitted, files: Iterable[str | None], *, again: bool = False) -> None:
        """The provider does not have it: its questions are asked as if for the first time; ``again``: they are wanted
        at once, where this program has put them down."""
        if again:
            self.wanted.update((key, self._sent[key]) for key in batch.keys if key in self._sent)
        self._let_go(batch, files)
        self.batches.remove(batch)
        self.save()

    def _let_go(self, batch: Submitted, files: Iterable[str | None]) -> None:
        self.useless += dict.fromkeys(file for file in (batch.file, *files) if file)
        for key in batch.keys:
            self._sent.pop(key, None)

    def close(self) -> None:
        """No question is put down any more."""
        self._lines.close()

    def forget(self) -> None:
        """Of a run that is complete nothing is needed any more but what is still to be deleted."""
        for path in (self.folder.path / STATE, *self.folder.path.glob(f"{ANSWERS}*")):
            path.unlink(missing_ok=True)
        if self.useless:
            self.batches, self._tries, self.most = [], {}, None
            self.save()

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
        self._undeleted = False
        """Has been told."""

    async def submit(self) -> None:
        """Everything that is wanted, a file after the other; only the first where there may be no room for all."""
        await self._unless_stopped(self._submit())

    async def collected(self) -> None:
        """Waits until every batch has ended, and collects it; what found no room is submitted in between."""
        await self._unless_stopped(self._collected())
        if self.stopped() and any(batch.id for batch in self.deferred.open):
            self._note("interrupted: the provider works on; the same command collects the answers")

    async def close(self) -> None:
        await self._client.close()

    async def _unless_stopped(self, work: Coroutine[Any, Any, None]) -> None:
        """Does the work, or cuts it off where it waits: what is put down is enough to go on with, as after a kill."""
        task = asyncio.ensure_future(work)
        while not task.done() and not self.stopped():
            await asyncio.wait({task}, timeout=LOOK)
        task.cancel()
        await asyncio.wait({task})
        if not task.cancelled():
            task.result()

    async def _submit(self) -> None:
        while self.deferred.wanted:
            await self._send()
            if self.deferred.most is not None:
                return

    async def _collected(self) -> None:
        pause, full = FIRST_POLL, False
        while True:
            seen = [(batch, await self._look_at(batch)) for batch in self.deferred.open]
            ended = any(status in ENDED for _, status in seen)
            if refused := [len(batch.keys) for batch, status in seen if status == NO_ROOM]:
                await self._make_do(max(refused), alone=not ended and not self.deferred.open)
            await self._tidy()
            full = (full or bool(refused)) and not ended and bool(self.deferred.open)
            if self.deferred.wanted and not full and not any(status == "validating" for _, status in seen):
                await self._submit()
                pause = pause if refused else FIRST_POLL
            if not self.deferred.open:
                return
            self._note(f"{len(self.deferred.open)} of {len(self.deferred.batches)} batches are at the provider")
            await asyncio.sleep(pause)
            pause = min(LONGEST_POLL, pause * 1.5)

    async def _make_do(self, size: int, *, alone: bool) -> None:
        """A file of so many questions was refused; ``alone``: no other of the run's batches took the room."""
        if alone and size == 1:
            self.deferred.most = None  # who took the room may give it back: the next command begins as the first
            self.deferred.save()
            await self._tidy()
            raise ModelFailed(
                "batch",
                f"the provider has no room for even one question ({NO_ROOM}): other batches of the account wait there, "
                "or its limit is too low; the same command tries again",
            )
        self.deferred.most = size // 2 if alone else self.deferred.most or MOST_QUESTIONS
        self.deferred.save()
        self._note(f"the provider has no room now ({NO_ROOM}): what it refused is submitted again later")

    async def _send(self) -> None:
        keys, data = self.deferred.next_file()
        batch = Submitted(secrets.token_hex(8), keys)
        self.deferred.batches.append(batch)
        self.deferred.save()  # before the provider has it: it is found again by its tag
        once = self._client.with_options(max_retries=0)
        with _named("submitted"):
            batch.file = await self._made(
                lambda: once.files.create(file=(f"{batch.tag}.jsonl", data), purpose="batch"),
                lambda: self._found_file(batch.tag),
            )
            self.deferred.save()
            batch.id = await self._made(
                lambda: once.batches.create(
                    input_file_id=batch.file, endpoint=URL, completion_window="24h", metadata={"imr": batch.tag}
                ),
                lambda: self._found(batch.tag),
            )
        self.deferred.save()
        self._note(f"{len(keys):,} questions are submitted as {batch.id}")

    async def _made(self, make: Callable[[], Awaitable[Any]], find: Callable[[], Awaitable[str | None]]) -> str:
        """The provider's name for something that is made once: where the answer gets lost it may be there all the same,
        and is looked for before it is made again."""
        for wait in (*WAITS, None):
            try:
                return str((await make()).id)
            except Exception as error:
                if wait is None or not _may_pass(error):
                    raise
            await asyncio.sleep(wait)
            if (found := await find()) is not None:
                return found
        raise AssertionError  # pragma: no cover - the last try returns or raises

    async def _look_at(self, batch: Submitted) -> str:
        """How it stands: the provider's word, or NO_ROOM."""
        with _named("looked at"):
            batch.id = batch.id or await self._found(batch.tag)
            told = await self._retrieved(batch.id) if batch.id else None
            if told is None:  # the program ended before it was sent, or the provider has forgotten it
                self.deferred.drop(batch, [batch.file or await self._found_file(batch.tag)])
                return "cancelled"
            if told.status not in ENDED:
                return str(told.status)
            lines = []
            for file in (told.output_file_id, told.error_file_id):
                if file:
                    content = await self._client.files.content(file)
                    lines += list(_lines(content.content))
        files = (told.input_file_id, told.output_file_id, told.error_file_id)
        if told.status not in ("failed", "cancelled") or lines:
            self.deferred.collect(batch, lines, files)
            return str(told.status)
        why = next((str(one.code) for one in getattr(told.errors, "data", None) or ()), "no reason given")
        self.deferred.drop(batch, files, again=why == NO_ROOM)
        if why == NO_ROOM:
            return NO_ROOM
        await self._tidy()
        raise ModelFailed("batch", f"the provider took a batch back ({told.status}: {why}); mend that, and go on")

    async def _tidy(self) -> None:
        """Deletes at the provider what is useless; what cannot be deleted is tried again at the next look."""
        patient = self._client.with_options(max_retries=2)
        for file in list(self.deferred.useless):
            try:
                await patient.files.delete(file)
            except Exception as error:  # of the client's own kinds
                kind = getattr(error, "status_code", None) or type(error).__name__
                if kind != 404:
                    if not self._undeleted:
                        words = "files with letters cannot be deleted at the provider"
                        self._note(f"{words} ({kind}); the same command tries again")
                    self._undeleted = True
                    continue
            self.deferred.useless.remove(file)
            self.deferred.save()

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

    async def _found_file(self, tag: str) -> str | None:
        async for one in self._client.files.list(purpose="batch"):
            if one.filename == f"{tag}.jsonl":
                return str(one.id)
        return None


def _may_pass(error: Exception) -> bool:
    """No answer came, or one that may be another the next time."""
    status = getattr(error, "status_code", None)
    return status is None or status in (408, 409, 429) or status >= 500


@contextlib.contextmanager
def _named(what: str) -> Iterator[None]:
    try:
        yield
    except RunTrouble:  # of the run's own folder
        raise
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
