"""Measures speed, memory and start-up on the golden letters. Every time is compared within one run.

    python -m scripts.bench

Figures of different machines compare only through the calibration: a fixed piece of work, timed
in the same run.
"""

from __future__ import annotations

import datetime as dt
import gc
import resource
import statistics
import sys
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

from evals.golden import Annotation, golden_letters, golden_root
from extractor import extract, read_source, summarize
from scripts.process import starts

MANY = 10_000
TODAY = dt.date(2026, 11, 1)
STARTS = 15
AIMS = {"text": 500, "pdf": 60, "help": 12, "extract": 30, "summarize": 40}
SUMMARIES = 1 / 3
"""Of the rate of reading alone, what reading and telling together reach at least."""


def main() -> None:
    gc.collect()
    print(f"calibration: {calibrate():.2f} s for the fixed piece of work (sieve of 2,000,000)")
    letters = [letter.path for letter in golden_letters() if isinstance(letter.annotation, Annotation)]
    texts = {path.parent.name: read_source(path).text.encode() for path in letters}
    pdfs = {path.parent.name: path.read_bytes() for path in letters if path.suffix == ".pdf"}
    pages = [read_source(data, name="letter.pdf").pages for data in pdfs.values()]

    rate = measure([partial(extract, data, name="letter.txt") for data in texts.values()], 3.0)
    characters = statistics.mean(map(len, texts.values()))
    print(f"text: {rate:.0f} letters a second on one core (mean {characters:,.0f} bytes; aim {AIMS['text']})")
    rate = measure([partial(extract, data, name="letter.pdf") for data in pdfs.values()], 3.0)
    print(f"PDF:  {rate:.0f} letters a second on one core (mean {statistics.mean(pages):.1f} pages; aim {AIMS['pdf']})")
    alone = measure([partial(extract, path) for path in letters], 3.0)
    told = measure([partial(summarize, path, today=TODAY) for path in letters], 3.0)
    print(f"summaries: {told / alone:.2f} of the rate of reading the same letters alone (aim {SUMMARIES:.2f})")
    memory([*texts.values()], [*pdfs.values()])
    if not start_up():
        raise SystemExit("start-up misses its aim")


def calibrate() -> float:
    """Seconds for a fixed piece of work in Python."""
    started = time.perf_counter()
    sieve = bytearray([1]) * 2_000_000
    for number in range(2, 1415):
        if sieve[number]:
            for multiple in range(number * number, len(sieve), number):
                sieve[multiple] = 0
    return time.perf_counter() - started


def measure(works: list[Callable[[], object]], seconds: float) -> float:
    """How many of the works, in turn, are done a second; the best of three rounds of ``seconds``."""
    rates = []
    for _ in range(3):
        done, started = 0, time.perf_counter()
        while time.perf_counter() - started < seconds:
            for work in works:
                work()
            done += len(works)
        rates.append(done / (time.perf_counter() - started))
    return max(rates)


def memory(texts: list[bytes], pdfs: list[bytes]) -> None:
    """Peak memory after a tenth and after all of many letters, every tenth of them a PDF."""
    for number in range(1, MANY + 1):
        data = pdfs[number % len(pdfs)] if number % 10 == 0 else texts[number % len(texts)]
        extract(data, name="letter.pdf" if number % 10 == 0 else "letter.txt")
        if number in (MANY // 10, MANY):
            print(f"memory: peak {peak():.0f} MB after {number:,} letters")


def peak() -> float:
    scale = 1024 if sys.platform == "darwin" else 1
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / scale / 1024


def start_up() -> bool:
    """Times of whole processes, in turn, as multiples of a bare interpreter's; whether the aims are met."""
    letter = str(golden_root() / "pdf-three-pages" / "letter.pdf")
    imr = str(Path(sys.executable).with_name("imr"))
    commands = {
        "bare": [sys.executable, "-c", "pass"],
        "help": [imr, "--help"],
        "extract": [imr, "extract", "--model", "none", letter],
        "summarize": [imr, "summarize", "--model", "none", letter],
    }
    middle = starts(commands, STARTS)
    print(f"start: bare interpreter {1000 * middle['bare']:.1f} ms")
    met = True
    for name in ("help", "extract", "summarize"):
        ratio = middle[name] / middle["bare"]
        met = met and ratio < AIMS[name]
        aim = f"aim under {AIMS[name]}"
        print(f"start: imr {name} {1000 * middle[name]:.0f} ms, {ratio:.1f} times the bare interpreter ({aim})")
    return met


if __name__ == "__main__":
    main()
