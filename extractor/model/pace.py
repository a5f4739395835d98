"""How fast a provider is asked: limits a minute, and a window of open questions that gives way when it says "too many".

The window does as TCP does with a network it does not know (additive increase, multiplicative decrease; Chiu and Jain
1989), but only where 429 is more than an accident: providers also say it now and then without being full.
"""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections import deque
from collections.abc import AsyncIterator
from contextvars import ContextVar
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from aiolimiter import AsyncLimiter

LESS, MORE = 0.75, 0.25
"""What is left of the window after a 429, and by how many questions each answer widens it."""
RECENT, TOLERATED = 32, 0.2
"""Of so many questions, the share that may be refused before the window gives way."""
SETTLING = 2.0
"""Seconds after a decrease in which another 429 is of the questions that were open already."""


def _measure(a_minute: float, seconds: float) -> tuple[float, float]:
    """How many at once, what so many seconds allow, and in how many seconds the measure fills again."""
    at_once = max(1.0, a_minute * seconds / 60)
    return at_once, 60 * at_once / a_minute


PATIENCE: ContextVar[asyncio.Timeout | None] = ContextVar("patience", default=None)
"""The time that a letter may take at the model. It stands still while a question waits for its turn."""


class Pace:
    """Shared by all questions of one loop."""

    def __init__(
        self, slots: int, *, requests_a_minute: float | None = None, tokens_a_minute: float | None = None
    ) -> None:
        from aiolimiter import AsyncLimiter

        self.slots = slots
        self.window = float(slots)
        # A full minute's measure at the start would let twice as many through in the first minute.
        self._requests = AsyncLimiter(*_measure(requests_a_minute, 1)) if requests_a_minute else None
        self._tokens = AsyncLimiter(*_measure(tokens_a_minute, 15)) if tokens_a_minute else None
        self._filling = asyncio.Lock()
        self._open = 0
        self._freed = asyncio.Condition()
        self._not_before = 0.0
        self._settled = 0.0
        self._refused: deque[bool] = deque([False] * RECENT, RECENT)

    @contextlib.asynccontextmanager
    async def turn(self, tokens: int) -> AsyncIterator[None]:
        """A question of about so many tokens, when it may be asked."""
        limit, loop = PATIENCE.get(), asyncio.get_running_loop()
        until = limit.when() if limit else None
        if limit and until is not None:
            left = until - loop.time()
            limit.reschedule(None)
        async with self._freed:
            await self._freed.wait_for(lambda: self._open < max(1, int(self.window)))
            self._open += 1
        try:
            if self._requests:
                await self._requests.acquire()
            if self._tokens:
                await self._take(self._tokens, tokens)
            while (pause := self._not_before - time.monotonic()) > 0:
                await asyncio.sleep(pause)
            if limit and until is not None:
                limit.reschedule(loop.time() + left)
            yield
        finally:
            async with self._freed:
                self._open -= 1
                self._freed.notify_all()

    async def _take(self, limit: AsyncLimiter, tokens: float) -> None:
        """One question may be of more tokens than the measure holds: it waits until it has filled often enough, and
        those behind it wait as well."""
        async with self._filling:
            while tokens > 0:
                portion = min(tokens, limit.max_rate)
                await limit.acquire(portion)
                tokens -= portion

    def refused(self, wait: float | None) -> None:
        """The provider said "too many requests", and perhaps for how many seconds."""
        now = time.monotonic()
        if wait is not None:
            self._not_before = max(self._not_before, now + min(wait, 60.0))
        self._refused.append(True)
        if now >= self._settled and sum(self._refused) > TOLERATED * RECENT:
            self.window = max(1.0, self.window * LESS)
            self._settled = now + SETTLING

    def answered(self) -> None:
        """The provider answered."""
        self._refused.append(False)
        self.window = min(float(self.slots), self.window + MORE)
