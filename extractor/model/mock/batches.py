"""The mock's side of the provider's batch interface: files, batches, and what may become of them."""

from __future__ import annotations

import json
import random
import re
import threading
import time
from dataclasses import dataclass, field
from email.parser import BytesParser
from typing import Any

from extractor.model.mock.server import Mock

FILES, BATCHES = re.compile(r"^/v1/files(?:/([\w-]+)/content)?$"), re.compile(r"^/v1/batches(?:/([\w-]+))?$")


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
    files: dict[str, bytes] = field(default_factory=dict)
    batches: dict[str, dict[str, Any]] = field(default_factory=dict)
    _one: threading.Lock = field(default_factory=threading.Lock)

    def answer(self, method: str, path: str, content_type: str, body: bytes) -> tuple[int, bytes] | None:
        """Status and body; None for a path that is none of this interface's."""
        path, _, _ = path.partition("?")
        with self._one:
            if (found := FILES.match(path)) is not None:
                if method == "POST":
                    return self._made(self.files, "file", _uploaded(content_type, body))
                return (200, self.files[found[1]]) if found[1] in self.files else (404, b"{}")
            if (found := BATCHES.match(path)) is None:
                return None
            if method == "POST":
                return self._submitted(json.loads(body))
            if found[1] is None:
                return 200, json.dumps({"object": "list", "data": [*self.batches.values()], "has_more": False}).encode()
            if found[1] not in self.batches:
                return 404, b"{}"
            self._worked_on(self.batches[found[1]])
            return 200, json.dumps(self.batches[found[1]]).encode()

    def _made(self, held: dict[str, bytes], kind: str, data: bytes) -> tuple[int, bytes]:
        name = f"{kind}-{len(held) + 1}"
        held[name] = data
        told = {"id": name, "object": "file", "bytes": len(data), "created_at": 0, "filename": name, "purpose": "batch"}
        return 200, json.dumps({**told, "status": "processed"}).encode()

    def _submitted(self, asked: dict[str, Any]) -> tuple[int, bytes]:
        name = f"batch-{len(self.batches) + 1}"
        self.batches[name] = {
            "id": name, "object": "batch", "endpoint": asked["endpoint"], "input_file_id": asked["input_file_id"],
            "completion_window": asked["completion_window"], "created_at": int(time.time()), "status": "in_progress",
            "metadata": asked.get("metadata"), "output_file_id": None, "error_file_id": None,
            "ready": time.time() + self.seconds,
        }  # fmt: skip
        return 200, json.dumps(self.batches[name]).encode()

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


def _uploaded(content_type: str, body: bytes) -> bytes:
    """The file of a multipart form."""
    form = BytesParser().parsebytes(b"Content-Type: " + content_type.encode() + b"\r\n\r\n" + body)
    part = next(part for part in form.walk() if part.get_filename())
    return bytes(part.get_payload(decode=True))
