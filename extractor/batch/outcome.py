"""What became of one letter: a line of a shard."""

from __future__ import annotations

import hmac
import json
import zlib
from dataclasses import dataclass
from typing import Any, Literal, get_args

from extractor.batch.bare import bare, intervals, years
from extractor.errors import NotADetermination, told
from extractor.schema import Determination

Ended = Literal["done", "partial", "failed"]
MODEL_FAILED = "model_failed"


@dataclass(frozen=True)
class Outcome:
    """``head`` is what the run itself needs of it; ``body`` the result as JSON, None for a failure."""

    head: dict[str, Any]
    body: str | None = None

    @property
    def ended(self) -> Ended:
        return self.head["ended"]  # type: ignore[no-any-return]

    def line(self) -> bytes:
        """As it is kept. JSON has no tab of its own, so that one parts head and body."""
        body = (self.body or "").encode("utf-8", "backslashreplace")
        head = json.dumps({**self.head, "crc": zlib.crc32(body)}, separators=(",", ":")).encode()
        return (head if self.body is None else head + b"\t" + body) + b"\n"


def read_line(line: bytes) -> Outcome:
    """Raises ValueError for what is no whole line."""
    if not line.endswith(b"\n"):
        raise ValueError("the line is torn")
    head, tab, body = line[:-1].partition(b"\t")
    told = json.loads(head)
    if not isinstance(told, dict) or told.get("ended") not in get_args(Ended) or zlib.crc32(body) != told.get("crc"):
        raise ValueError("the line is damaged")
    return Outcome(told, body.decode() if tab else None)


def succeeded(key: str, stamp: str, result: Determination, secret: bytes | None) -> Outcome:
    """Of a letter that was read; with the run's ``secret``, without its text."""
    document = json.loads(result.model_dump_json())
    document["years"], document["days"] = years(result), intervals(result)
    provenance = result.provenance
    flags = [flag.code for flag in result.flags]
    head: dict[str, Any] = {
        "key": key,
        "stamp": stamp,
        "ended": "done" if result.status == "complete" else "partial",
        "retry": MODEL_FAILED in flags,
        "text": hidden(result.source.text_sha256, secret),
        "case": hidden(result.case.case_number, secret),
        "decided": str(result.case.decision_date or ""),
        "asked": provenance.prompt,
        "cache": provenance.cache,
        "attempts": provenance.attempts,
        "prompt": provenance.tokens.prompt,
        "completion": provenance.tokens.completion,
        "cost": provenance.cost_usd,
    }
    if secret is not None:
        head["decided"] = head["decided"][:4]
        document = bare(document)
    return Outcome(head, json.dumps(document, separators=(",", ":"), ensure_ascii=False))


def failed(key: str, stamp: str, error: Exception) -> Outcome:
    """Of a letter that gave no result."""
    code, message = told(error)
    return failed_with(key, stamp, code, message)


def failed_with(key: str, stamp: str, code: int, message: str) -> Outcome:
    """As :func:`failed`, by exit code and message."""
    # What could not be read may be readable with another limit, or when something is mended: it is tried again.
    retry = code != NotADetermination.code
    head = {"key": key, "stamp": stamp, "ended": "failed", "retry": retry, "code": code, "message": message}
    return Outcome(head)


def hidden(words: str | None, secret: bytes | None) -> str | None:
    """Tells equal words from others, and nothing more: who has not the run's secret cannot find them by trying. Without
    a secret the words themselves."""
    if words is None or secret is None:
        return words
    return hmac.digest(secret, words.encode("utf-8", "surrogatepass"), "sha256").hex()[:16]
