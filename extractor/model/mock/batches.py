"""The mock's side of the provider's batch interface: files, batches, and what may become of them."""

from __future__ import annotations

import json
import random
import re
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from email.parser import BytesParser
from typing import Any

from extractor.model.mock.server import Mock

FILES = re.compile(r"^/v1/files(?:/([\w-]+)(?:/content)?)?$")
BATCHES = re.compile(r"^/v1/batches(?:/([\w-]+))?$")
BROKEN = 502, b'{"error": {"message": "mock"}}'


@dataclass
class Batches:
    """What was uploaded and submitted. ``expires`` and ``fails``: the share of questions of each batch that expire or
    fail, drawn by ``seed``."""

    mock: Mock
    seconds: float = 0.0
    """How long a batch takes."""
    expires: float = 0.0
    fails: float = 0.0
    seed: int = 0
    holds: int | None = None
    """Questions of all batches that are worked on: a batch that would make them more has failed."""
    loses: list[str] = field(default_factory=list)
    """``file`` or ``batch``, once for each that is made although the answer says it is not …"""
    breaks: list[str] = field(default_factory=list)
    """… and for each that is not made at all."""
    deletes: bool = True
    """A file that is not wanted any more, where asked to."""
    files: dict[str, bytes] = field(default_factory=dict)
    batches: dict[str, dict[str, Any]] = field(default_factory=dict)
    uploaded: dict[str, str] = field(default_factory=dict)
    """By id, the names that files came in with."""
    _count: int = 0
    _one: threading.Lock = field(default_factory=threading.Lock)

    def answer(self, method: str, path: str, content_type: str, body: bytes) -> tuple[int, bytes] | None:
        """Status and body; None for a path that is none of this interface's."""
        path, _, _ = path.partition("?")
        with self._one:
            if (found := FILES.match(path)) is not None:
                if method == "POST":
                    return self._lossy("file", lambda: self._took(content_type, body))
                if method == "DELETE":
                    return self._deleted(found[1])
                if found[1] is None:
                    held = [_file(name, called) for name, called in self.uploaded.items() if name in self.files]
                    return 200, json.dumps({"object": "list", "data": held, "has_more": False}).encode()
                return (200, self.files[found[1]]) if found[1] in self.files else (404, b"{}")
            if (found := BATCHES.match(path)) is None:
                return None
            if method == "POST":
                return self._lossy("batch", lambda: self._submitted(json.loads(body)))
            if found[1] is None:
                return 200, json.dumps({"object": "list", "data": [*self.batches.values()], "has_more": False}).encode()
            if found[1] not in self.batches:
                return 404, b"{}"
            self._worked_on(self.batches[found[1]])
            return 200, json.dumps(self.batches[found[1]]).encode()

    def _lossy(self, kind: str, make: Callable[[], tuple[int, bytes]]) -> tuple[int, bytes]:
        if kind in self.breaks:
            self.breaks.remove(kind)
            return BROKEN
        told = make()
        if kind in self.loses:
            self.loses.remove(kind)
            return BROKEN
        return told

    def _took(self, content_type: str, body: bytes) -> tuple[int, bytes]:
        called, data = _uploaded(content_type, body)
        status, told = self._made(self.files, "file", data)
        self.uploaded[json.loads(told)["id"]] = called
        return status, told

    def _deleted(self, name: str | None) -> tuple[int, bytes]:
        if name not in self.files:
            return 404, b"{}"
        if not self.deletes:
            return 403, b"{}"
        del self.files[name]
        return 200, json.dumps({"id": name, "object": "file", "deleted": True}).encode()

    def _made(self, held: dict[str, bytes], kind: str, data: bytes) -> tuple[int, bytes]:
        self._count += 1
        name = f"{kind}-{self._count}"
        held[name] = data
        return 200, json.dumps(_file(name, name)).encode()

    def _submitted(self, asked: dict[str, Any]) -> tuple[int, bytes]:
        name = f"batch-{len(self.batches) + 1}"
        batch = self.batches[name] = {
            "id": name, "object": "batch", "endpoint": asked["endpoint"], "input_file_id": asked["input_file_id"],
            "completion_window": asked["completion_window"], "created_at": int(time.time()), "status": "in_progress",
            "metadata": asked.get("metadata"), "output_file_id": None, "error_file_id": None,
            "ready": time.time() + self.seconds, "questions": self.files[asked["input_file_id"]].count(b"\n"),
        }  # fmt: skip
        worked_on = sum(one["questions"] for one in self.batches.values() if one["status"] == "in_progress")
        if self.holds is not None and worked_on > self.holds:
            batch["status"] = "failed"
            batch["errors"] = {"object": "list", "data": [{"code": "token_limit_exceeded", "message": "mock"}]}
        return 200, json.dumps(batch).encode()

    def _worked_on(self, batch: dict[str, Any]) -> None:
        if batch["status"] != "in_progress" or time.time() < batch["ready"]:
            return
        draw = random.Random(f"{self.seed}:{batch['id']}")  # noqa: S311 - no secret
        answers, errors = [], []
        for line in self.files[batch["input_file_id"]].splitlines():
            asked, drawn = json.loads(line), draw.random()
            told: dict[str, Any] = {
                "id": asked["custom_id"],
                "custom_id": asked["custom_id"],
                "response": None,
                "error": None,
            }
            if drawn < self.expires:
                errors.append({**told, "error": {"code": "batch_expired", "message": "mock"}})
            elif drawn < self.expires + self.fails:
                errors.append({**told, "response": {"status_code": 500, "body": {"error": {"message": "mock"}}}})
            else:
                body = self.mock.reply(asked["body"]).body
                answers.append({**told, "response": {"status_code": 200, "body": body}})
        for name, lines in (("output_file_id", answers), ("error_file_id", errors)):
            if lines:
                _, made = self._made(self.files, "file", b"\n".join(json.dumps(line).encode() for line in lines))
                batch[name] = json.loads(made)["id"]
        batch["status"] = "expired" if self.expires and errors else "completed"


def _file(name: str, called: str) -> dict[str, Any]:
    told = {"id": name, "object": "file", "bytes": 0, "created_at": 0, "filename": called, "purpose": "batch"}
    return {**told, "status": "processed"}


def _uploaded(content_type: str, body: bytes) -> tuple[str, bytes]:
    """The file of a multipart form, behind its name."""
    form = BytesParser().parsebytes(b"Content-Type: " + content_type.encode() + b"\r\n\r\n" + body)
    part = next(part for part in form.walk() if part.get_filename())
    return str(part.get_filename()), bytes(part.get_payload(decode=True))
