"""The mock's side of the protocol: a question in, an answer with plausible usage out, and trouble on demand."""

from __future__ import annotations

import asyncio
import json
import random
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from extractor.model.mock.reader import judge, read, reword
from extractor.model.mock.scenarios import SCENARIOS, Reply

REASONS = re.compile(r"<reasons>\n(.*?)\n</reasons>", re.S)
ITEMS = re.compile(r"<items>\n(.*?)\n</items>", re.S)
LETTER = re.compile(r"<letter>\n(.*?)\n</letter>", re.S)
CHARACTERS_PER_TOKEN = 4
"""Roughly, of English and JSON."""


@dataclass
class Mock:
    """The model. ``scenario`` names what goes wrong, in ``rate`` of the answers, drawn by ``seed``."""

    scenario: str | None = None
    rate: float = 1.0
    seed: int = 0
    answer: Callable[[str], dict[str, Any]] = read
    """What it says of a letter as shown in the prompt."""
    reword: Callable[[str], dict[str, Any]] = reword
    """What it says of a letter's reasons."""
    delay: float = 0.0
    """Seconds before each answer …"""
    tokens_per_second: float = 0.0
    """… and how fast it then writes; 0: at once."""
    asked: int = field(default=0, init=False)
    seconds: float = field(default=0.0, init=False)
    """What its own answers took."""

    def reply(self, body: dict[str, Any]) -> Reply:
        """The reply to a question, before it is put on the wire."""
        self.asked += 1
        text = "\n".join(str(message["content"]) for message in body["messages"])
        letters = LETTER.findall(text)
        shown = letters[-1] if letters else ""
        draw = random.Random(f"{self.seed}:{self.asked}:{self.scenario}")  # noqa: S311 - no secret
        if reasons := REASONS.findall(text):
            reply = Reply(self.reword(reasons[-1]), reasons[-1])
        elif items := ITEMS.findall(text):
            reply = Reply(judge(items[-1]), items[-1])
        else:
            reply = Reply(self.answer(shown), shown)
        if self.scenario and draw.random() < self.rate:
            SCENARIOS[self.scenario](reply, draw)
        content = reply.content if reply.content is not None else json.dumps(reply.answer, separators=(",", ":"))
        prompt = (len(text) + len(json.dumps(body.get("response_format", "")))) // CHARACTERS_PER_TOKEN
        reply.body = {
            "id": f"mock-{self.asked}",
            "object": "chat.completion",
            "created": 0,
            "model": body.get("model", "mock"),
            "choices": [
                {
                    "index": 0,
                    "finish_reason": reply.finish_reason,
                    "message": {"role": "assistant", "content": content or None, "refusal": reply.refusal},
                }
            ],
            "usage": {
                "prompt_tokens": prompt,
                "completion_tokens": len(content) // CHARACTERS_PER_TOKEN,
                "total_tokens": prompt + len(content) // CHARACTERS_PER_TOKEN,
            },
        }
        reply.seconds += self.delay
        if self.tokens_per_second:
            reply.seconds += len(content) / CHARACTERS_PER_TOKEN / self.tokens_per_second
        self.seconds += reply.seconds
        return reply

    async def respond_async(self, request: Any) -> Any:
        """The reply as an HTTP response, or the broken connection that stands for it."""
        import httpx2

        reply = self.reply(json.loads(request.content))
        if reply.seconds:
            await asyncio.sleep(reply.seconds)
        if reply.dropped:
            raise httpx2.ReadError("the mock dropped the connection")
        if reply.status != 200:
            return httpx2.Response(reply.status, headers=reply.headers, json={"error": reply.error})
        return httpx2.Response(200, json=reply.body)
