"""The mock that goes wrong in a share of its answers and keeps a log, and the time that its answers take at least."""

from __future__ import annotations

import heapq
import json
import math
import random
import threading
from collections import Counter
from typing import Any

from extractor.model.mock.scenarios import Reply
from extractor.model.mock.server import Mock
from extractor.model.prompts import prompts

DELAY = 0.3
"""Seconds before an answer begins."""
UNREACHED = {"429": 0.10, "500": 0.05, "dropped_connection": 0.02}
"""Shares of questions that get no answer …"""
FAULTS = {**UNREACHED, "malformed_json": 0.03}
"""… and of such that get one of no use."""


class Faulty(Mock):
    """Each kind of fault in a share of its own. ``timeout`` is the client's: nobody waits for an answer any longer."""

    def __init__(self, faults: dict[str, float] | None = None, *, timeout: float = math.inf, **speed: float) -> None:
        super().__init__(**speed)  # type: ignore[arg-type]
        self.faults = faults or {}
        self.timeout = timeout
        self.times: list[float] = []
        """Seconds of every answer."""
        self.tokens = 0
        """Of the answers that were given."""
        self.answered: Counter[str] = Counter()
        """How often each first question about a letter was answered."""
        self._one = threading.Lock()

    def reply(self, body: dict[str, Any]) -> Reply:
        with self._one:
            self.scenario = fault(self.faults, random.Random(f"fault {self.asked}").random())
            reply = super().reply(body)
            if reply.status != 200 or reply.dropped:
                reply.seconds = self.delay
            else:
                self.tokens += reply.body["usage"]["total_tokens"]
            self.times.append(min(reply.seconds, self.timeout))
            first = prompts()["reask"].user.split("{")[0].strip() not in body["messages"][-1]["content"]
            if self.scenario is None and first:  # what is asked about an answer belongs to the same letter
                self.answered[json.dumps(body["messages"])] += 1
            return reply


def fault(faults: dict[str, float], drawn: float) -> str | None:
    """The fault that a draw from 0 to 1 falls on; None beyond their shares."""
    for name, share in faults.items():
        if drawn < share:
            return name
        drawn -= share
    return None


def makespan(times: list[float], slots: int) -> float:
    """How long the answers take at least, laid into the slots longest first."""
    ends = [0.0] * slots
    for seconds in sorted(times, reverse=True):
        heapq.heapreplace(ends, ends[0] + seconds)
    return max(ends)
