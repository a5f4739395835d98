"""Measures what reading with a model adds to the model's own time, over HTTP on loopback.

    python -m scripts.overhead [LETTERS] [TOKENS_PER_SECOND]

Golden letters are repeated, each time a little different, and asked about through 16 slots, the longest first.  The
mock answers after 300 ms and then writes so many tokens a second; its own answer times, laid into 16 slots longest
first, make the shortest wall that any client could have.  Then the same with trouble: 10 % 429, 5 % 500, 2 % dropped
connections, 3 % malformed answers.  A second run must ask nothing.
"""

from __future__ import annotations

import asyncio
import multiprocessing
import sys
import tempfile
import time
from multiprocessing.connection import Connection
from pathlib import Path

from evals.golden import Annotation, golden_letters
from extractor import aextract, extract, read_source
from extractor.model.cache import Cache
from extractor.model.mock.http import served
from extractor.model.reading import Reader
from extractor.model.settings import ModelSettings, Patience
from extractor.schema import Determination
from extractor.source import SourceText
from scripts.faulty import DELAY, FAULTS, Faulty, makespan

SLOTS = 16


def _serve(pipe: Connection, tokens_per_second: float, trouble: dict[str, float]) -> None:
    mock = Faulty(trouble, delay=DELAY, tokens_per_second=tokens_per_second)
    with served(mock) as url:
        pipe.send(url)
        while pipe.recv() == "report":
            pipe.send((mock.asked, list(mock.times), mock.tokens))


def main() -> None:
    """Prints walls as multiples of the shortest possible one."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 200
    speed = float(sys.argv[2]) if len(sys.argv) > 2 else 80.0
    letters = _letters(count)
    print(f"{count} letters, {SLOTS} slots, {DELAY:g} s and {speed:g} tokens a second")
    for title, trouble in (("no trouble", {}), ("with trouble", FAULTS)):
        _measure(title, letters, speed, trouble)


def _measure(title: str, letters: list[SourceText], speed: float, trouble: dict[str, float]) -> None:
    ours, theirs = multiprocessing.get_context("spawn").Pipe()
    process = multiprocessing.get_context("spawn").Process(target=_serve, args=(theirs, speed, trouble), daemon=True)
    process.start()
    url = ours.recv()
    with tempfile.TemporaryDirectory() as folder:
        cache = Cache(Path(folder) / "cache")
        started = time.perf_counter()
        results = asyncio.run(_read(letters, url, cache))
        wall = time.perf_counter() - started
        ours.send("report")
        asked, times, tokens = ours.recv()
        counted = sum(r.provenance.tokens.prompt + r.provenance.tokens.completion for r in results)
        finished = sum("model_failed" not in {flag.code for flag in r.flags} for r in results)
        ideal = makespan(times, SLOTS)
        print(
            f"{title}: {finished} finished of {len(results)}, {asked} questions, wall {wall:.1f} s, "
            f"{wall / ideal:.3f} of the shortest possible; tokens counted {counted} of {tokens}"
        )
        started = time.perf_counter()
        again = asyncio.run(_read(letters, url, cache))
        kept = time.perf_counter() - started
        started = time.perf_counter()
        for letter in letters:
            extract(letter)
        rules = time.perf_counter() - started
        ours.send("report")
        print(
            f"  again: {ours.recv()[0] - asked} questions, {sum(r.provenance.cache == 'hit' for r in again)} kept, "
            f"{rules / kept:.2f} of the rules' rate"
        )
        cache.close()
    ours.send("stop")
    process.join()


async def _read(letters: list[SourceText], url: str, cache: Cache) -> list[Determination]:
    settings = ModelSettings("openai/mock", base_url=url, patience=Patience(attempts=8, first=0.2, longest=2.0))
    reader = Reader(settings, cache=cache)
    slots = asyncio.Semaphore(SLOTS)

    async def one(letter: SourceText) -> Determination:
        async with slots:
            return await aextract(letter, model=reader)

    try:
        longest_first = sorted(letters, key=lambda letter: -len(letter.text))
        return await asyncio.gather(*map(one, longest_first))
    finally:
        await reader.close()


def _letters(count: int) -> list[SourceText]:
    """So many letters, no two alike."""
    texts = [read_source(letter.path).text for letter in golden_letters() if isinstance(letter.annotation, Annotation)]
    return [
        read_source(f"{texts[at % len(texts)]}\n{' ' * (at // len(texts))}".encode(), name=f"letter {at}.txt")
        for at in range(count)
    ]


if __name__ == "__main__":
    main()
