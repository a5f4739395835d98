"""Measures the eval harness: time a letter beside a bare interpreter's start, and memory over many letters.

python -m scripts.eval_bench
"""

from __future__ import annotations

import resource
import statistics
import subprocess
import sys
import time
from dataclasses import replace
from itertools import cycle, islice

from evals.command import Found, Options, run
from evals.golden import golden_letters
from evals.run import LetterRun

MANY = 10_000
STARTS = 15
AIM_STARTS, AIM_MEGABYTES = 10, 500


def main() -> None:
    starts = []
    for _ in range(STARTS):
        started = time.perf_counter()
        subprocess.run([sys.executable, "-S", "-c", ""], check=True)
        starts.append(time.perf_counter() - started)
    bare = statistics.median(starts)
    started = time.perf_counter()
    runs = run(Options(), keep_letters=True).runs
    each = (time.perf_counter() - started) / sum(1 for _ in golden_letters())
    print(f"a letter by rules: {1000 * each:.1f} ms, {each / bare:.1f} bare starts (aim {AIM_STARTS})")
    started = time.perf_counter()
    found = Found({"repeat": 1})
    for number, one in enumerate(islice(cycle(runs), MANY)):
        found.add(_named(one, f"{one.letter} {number}"))
    found.figures()
    megabytes = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    seconds = time.perf_counter() - started
    print(f"{MANY:,} letters scored in {seconds:.0f} s, peak memory {megabytes:.0f} MB (aim {AIM_MEGABYTES})")
    if each / bare > AIM_STARTS or megabytes > AIM_MEGABYTES:
        raise SystemExit("an aim is missed")


def _named(one: LetterRun, name: str) -> LetterRun:
    return replace(one, letter=name)


if __name__ == "__main__":
    main()
