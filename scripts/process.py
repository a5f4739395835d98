"""Programs run beside one another's measure: wall, CPU and memory seen from outside, alike for all."""

from __future__ import annotations

import contextlib
import os
import signal
import statistics
import subprocess
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

LOOK = 0.1
"""Seconds between two looks at a running program."""
DROPPED = ("proxy", "PYTHON", "OPENAI_", "IMR_")
"""Of the environment: names that hold one of these."""


def starts(commands: dict[str, list[str]], rounds: int) -> dict[str, float]:
    """Seconds of whole processes, the middle of so many; the commands are run in turn. First starts are not counted:
    what they compile is kept."""
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    times: dict[str, list[float]] = {name: [] for name in commands}
    for number in range(rounds + 1):
        for name, command in commands.items():
            started = time.perf_counter()
            subprocess.run(command, capture_output=True, check=True, env=environment)
            times[name] += [time.perf_counter() - started] * (number > 0)
    return {name: statistics.median(values) for name, values in times.items()}


@dataclass(frozen=True)
class Measured:
    """How a program ran, start and end included."""

    wall: float
    cpu: float
    """Seconds of all its processes."""
    memory: float
    """MB of all its processes together, pages that they share counted once."""
    code: int
    killed: float | None
    """When, by the monotonic clock."""
    output: str


def environment(url: str, home: Path) -> dict[str, str]:
    """Of every program that asks the mock: no proxy, no settings, no other home."""
    kept = {
        name: value
        for name, value in os.environ.items()
        if not any(part in name or part.upper() in name for part in DROPPED)
    }
    return {
        **kept,
        "HOME": str(home),
        "OPENAI_BASE_URL": url,
        "OPENAI_API_KEY": "none",
        "IMR_CACHE_DIR": str(home / "answers"),
        "LITELLM_LOCAL_MODEL_COST_MAP": "True",  # else litellm asks the network for prices while it is imported
    }


def measure(
    command: list[str],
    environment: dict[str, str],
    home: Path,
    *,
    limit: float,
    enough: Callable[[], bool] | None = None,
) -> Measured:
    """Runs the command in ``home`` to its end, or until it has done enough: then it is killed, with all it started.

    Raises TimeoutError after ``limit`` seconds.
    """
    told, trouble = home / "stdout.txt", home / "stderr.txt"
    with told.open("wb") as out, trouble.open("wb") as err:
        started = time.monotonic()
        process = subprocess.Popen(
            command, cwd=home, env=environment, stdin=subprocess.DEVNULL, stdout=out, stderr=err, start_new_session=True
        )
        most, killed = 0.0, None
        while True:
            pid, status, used = os.wait4(process.pid, os.WNOHANG)
            ended = time.monotonic()
            if pid:
                process.returncode = os.waitstatus_to_exitcode(status)
                break
            if killed is None and (ended - started > limit or (enough and enough())):
                killed = ended
                with contextlib.suppress(ProcessLookupError):
                    os.killpg(process.pid, signal.SIGKILL)
            most = max(most, memory(process.pid))
            time.sleep(LOOK)
    if killed and ended - started > limit:
        raise TimeoutError(f"not done after {limit:g} s")
    return Measured(
        ended - started, used.ru_utime + used.ru_stime, most or used.ru_maxrss / 1024, process.returncode, killed,
        told.read_text(encoding="utf-8", errors="replace"),
    )  # fmt: skip


def memory(pid: int) -> float:
    """MB of a process and all that it started, pages that they share counted once; 0 where that cannot be seen."""
    return sum(map(_own_mb, [pid, *children(pid)]))


def _own_mb(pid: int) -> float:
    """Of a process: its own pages and its part of those that it shares; 0 where that cannot be seen."""
    with contextlib.suppress(OSError):
        for line in Path(f"/proc/{pid}/smaps_rollup").read_text(encoding="ascii").splitlines():
            if line.startswith("Pss:"):
                return int(line.split()[1]) / 1024
    return 0.0


def children(pid: int) -> list[int]:
    """The processes that it started, and that those started."""
    found = []
    with contextlib.suppress(OSError):
        for task in Path(f"/proc/{pid}/task").iterdir():
            found += [int(child) for child in (task / "children").read_text(encoding="ascii").split()]
    return [*found, *(below for child in found for below in children(child))]
