"""The mock that all are measured against: it knows every answer, goes wrong on demand, and keeps a log.

Tokens are counted by one rule on both sides, of all that the model sees (messages, tools, response format) and says.
"""

from __future__ import annotations

import json
import random
import threading
import time
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from evals.cost import tokens
from extractor.model.mock.scenarios import SCENARIOS, Reply
from extractor.model.mock.server import CHARACTERS_PER_TOKEN, Mock
from scripts.faulty import fault
from scripts.peers.answers import Answers


@dataclass(frozen=True)
class Question:
    """One request as the mock saw it."""

    letter: str | None
    """Its case number."""
    sent: str
    said: int
    """Tokens of the answer; 0 where none was given."""
    begun: float
    seconds: float

    @cached_property
    def prompt_tokens(self) -> int:
        return tokens(self.sent)


@dataclass
class Run:
    """What one client is answered, and what it asked."""

    answers: Answers
    delay: float
    tokens_per_second: float
    faults: dict[str, float] = field(default_factory=dict)
    seed: int = 0
    questions: list[Question] = field(default_factory=list)
    strange: int = 0
    """Requests about no known letter."""
    asked: int = 0

    @property
    def answered(self) -> list[Question]:
        """Those that were given an answer."""
        return [question for question in self.questions if question.said]

    def done_by(self, moment: float) -> set[str]:
        """The letters that had been answered, to the last byte, at that moment of the monotonic clock."""
        done = [question for question in self.answered if question.begun + question.seconds < moment]
        return {question.letter for question in done if question.letter}


class Knowing(Mock):
    """A model that is always right. One run at a time."""

    run: Run

    def __init__(self) -> None:
        super().__init__()
        self._lock = threading.Lock()

    def begin(self, run: Run) -> Run:
        """From now on this run's questions are answered."""
        self.run = run
        return run

    def reply(self, body: dict[str, Any]) -> Reply:
        run, begun = self.run, time.monotonic()
        sent = _sent(body)
        reply = Reply({}, "")
        with self._lock:
            run.asked += 1
            drawn = random.Random(f"fault {run.seed} {run.asked}").random()
            number = run.answers.asked_about(sent)
            wrong = fault(run.faults, drawn)
            if number is None:
                run.strange += 1
                reply.status = 400
            elif wrong:
                SCENARIOS[wrong](reply, random.Random(drawn))
            count = 0
            if number is not None and not wrong:
                said, count = run.answers.answer(number, sent)
                reply.body = _body(body, said, len(sent) // CHARACTERS_PER_TOKEN, count)
            reply.seconds = run.delay + count / run.tokens_per_second
            run.questions.append(Question(number, sent, count, begun, reply.seconds))
        return reply


def _sent(body: dict[str, Any]) -> str:
    """All that a model is given to read."""
    texts = []
    for message in body["messages"]:
        content = message["content"]
        texts += [content] if isinstance(content, str) else [part.get("text", "") for part in content or ()]
    for name in ("tools", "functions", "response_format"):
        if body.get(name):
            texts.append(json.dumps(body[name], separators=(",", ":"), ensure_ascii=False))
    return "\n".join(texts)


def _body(asked: dict[str, Any], said: str, prompt: int, completion: int) -> dict[str, Any]:
    """The answer in the protocol's form: a tool's arguments where one was offered."""
    message: dict[str, Any] = {"role": "assistant", "content": said, "refusal": None}
    finish = "stop"
    if asked.get("tools"):
        function = {"name": asked["tools"][0]["function"]["name"], "arguments": said}
        message |= {"content": None, "tool_calls": [{"id": "call_1", "type": "function", "function": function}]}
        finish = "tool_calls"
    return {
        "id": "mock", "object": "chat.completion", "created": 0, "model": asked.get("model", "mock"),
        "choices": [{"index": 0, "finish_reason": finish, "message": message}],
        "usage": {"prompt_tokens": prompt, "completion_tokens": completion, "total_tokens": prompt + completion},
    }  # fmt: skip
