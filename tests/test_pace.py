"""How fast a provider is asked: never more at once than agreed, fewer when it says "too many", more when it answers."""

from __future__ import annotations

import asyncio
import time

import pytest

from extractor.model.mock import Mock
from extractor.model.pace import LESS, PATIENCE, SETTLING, Pace
from extractor.model.reading import Reader
from extractor.model.settings import ModelSettings, Patience
from extractor.pipeline import aextract
from tests.letters import HEADER, Letter


def test_no_more_are_open_at_once_than_agreed() -> None:
    """Fifty questions through four slots."""
    pace = Pace(4)
    now = most = 0

    async def ask() -> None:
        nonlocal now, most
        async with pace.turn(1):
            now += 1
            most = max(most, now)
            await asyncio.sleep(0)
            now -= 1

    async def all_of_them() -> None:
        await asyncio.gather(*(ask() for _ in range(50)))

    asyncio.run(all_of_them())
    assert most == 4


def test_the_window_gives_way_once_for_questions_that_were_open_together(monkeypatch: pytest.MonkeyPatch) -> None:
    """And again for later ones; answers widen it to where it began, no further."""
    clock = [100.0]
    monkeypatch.setattr(time, "monotonic", lambda: clock[0])
    pace = Pace(16)
    for _ in range(6):
        pace.refused(None)
    assert pace.window == 16, "an accident now and then"
    for _ in range(9):
        pace.refused(None)
    assert pace.window == 16 * LESS
    clock[0] += SETTLING
    pace.refused(None)
    assert pace.window == 16 * LESS**2
    for _ in range(200):
        pace.answered()
    assert pace.window == 16


def test_the_window_never_closes(monkeypatch: pytest.MonkeyPatch) -> None:
    """One question at a time is always asked."""
    clock = [0.0]
    monkeypatch.setattr(time, "monotonic", lambda: clock[0])
    pace = Pace(8)
    for _ in range(99):
        clock[0] += SETTLING
        pace.refused(None)
    assert pace.window == 1


def test_a_wait_that_is_asked_for_is_everyones() -> None:
    """No question is asked before it is over."""
    pace = Pace(4)

    async def ask() -> float:
        pace.refused(0.2)
        started = time.monotonic()
        async with pace.turn(1):
            return time.monotonic() - started

    assert asyncio.run(ask()) >= 0.19


@pytest.mark.parametrize(
    ("limits", "tokens", "asked"),
    [
        ({"requests_a_minute": 180}, 500, 3),
        ({"tokens_a_minute": 4_000}, 500, 2),
        ({"requests_a_minute": 300, "tokens_a_minute": 6_000}, 500, 3),
        ({"tokens_a_minute": 120_000}, 20_000, 1),
        ({"tokens_a_minute": 120_000}, 31_000, 0),
    ],
    ids=["questions", "tokens", "both", "large questions", "questions larger than what is allowed at once"],
)
def test_a_limit_a_minute_holds(limits: dict[str, int], tokens: int, asked: int) -> None:
    """A second's share of questions at once, a quarter of a minute's of tokens; then all wait."""
    pace = Pace(99, **limits)
    begun = 0

    async def ask() -> None:
        nonlocal begun
        async with pace.turn(tokens):
            begun += 1

    async def all_of_them() -> None:
        tasks = [asyncio.ensure_future(ask()) for _ in range(9)]
        await asyncio.sleep(0.05)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    asyncio.run(all_of_them())
    assert begun == asked


def test_waiting_for_a_turn_costs_no_patience() -> None:
    """The time that a letter may take at the model begins when it is asked."""
    pace = Pace(1)

    async def ask() -> None:
        async with asyncio.timeout(0.3) as limit:
            PATIENCE.set(limit)
            async with pace.turn(1):
                await asyncio.sleep(0.2)

    async def four() -> None:
        await asyncio.gather(*(asyncio.create_task(ask()) for _ in range(4)))

    asyncio.run(four())


def test_a_provider_that_is_full_answers_about_every_letter() -> None:
    """A mock that takes three at once and answers 429 to more: all twelve letters get their answers."""
    import httpx2

    mock = Mock()
    open_now = refused = 0

    async def respond(request: httpx2.Request) -> httpx2.Response:
        nonlocal open_now, refused
        if open_now >= 3:
            refused += 1
            return httpx2.Response(429, json={"error": {"message": "too many"}})
        open_now += 1
        try:
            await asyncio.sleep(0.01)
            return await mock.respond_async(request)  # type: ignore[no-any-return]
        finally:
            open_now -= 1

    async def read() -> list[str]:
        pace = Pace(12)
        patience = Patience(attempts=30, first=0.01, longest=0.02)
        reader = Reader(ModelSettings("mock", patience=patience), transport=httpx2.MockTransport(respond), pace=pace)
        letters = [str(Letter(header=HEADER.replace("0900001", f"{at:07}"))).encode() for at in range(12)]
        results = await asyncio.gather(*(aextract(letter, name="x.txt", model=reader) for letter in letters))
        await reader.close()
        return [flag.code for result in results for flag in result.flags]

    assert "model_failed" not in asyncio.run(read()) and refused
