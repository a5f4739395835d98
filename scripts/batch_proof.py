"""Holds ``imr batch`` against its promises at size: speed, memory, kills, faults, full and read-only folders.

    python -m scripts.batch_proof [rules|makespan|faults|kills|disk|stats|cluster]

Each part prints what it saw and ends with an error where a promise is broken. ``disk`` mounts a small file
system and needs root, ``cluster`` needs the extra of that name.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import json
import os
import random
import re
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from evals.golden import Annotation, golden_letters
from extractor import read_source
from extractor.model.mock.http import served
from scripts.faulty import DELAY, FAULTS, Faulty, makespan
from scripts.process import children, memory, starts

IMR = str(Path(sys.executable).with_name("imr"))
KILLS = 30
TIMEOUT = 60.0
"""Seconds of an attempt: the longest golden letter's answer takes half of that."""
SLOTS = 64
CASE = re.compile(r"\b(CM\d\d-)\d{7}\b")


def letters(folder: Path, count: int) -> Path:
    """So many letters, the golden ones in turn, each of a case of its own."""
    texts = [read_source(letter.path).text for letter in golden_letters() if isinstance(letter.annotation, Annotation)]
    folder.mkdir()
    for at in range(count):
        text = CASE.sub(rf"\g<1>{at:07}", texts[at % len(texts)]) + f"\n{at}"
        (folder / f"{at:06}.txt").write_text(text, encoding="utf-8")
    return folder


def batch(folder: Path, out: Path, *options: str, cores: str = "") -> list[str]:
    """The command line of a run."""
    on = ["taskset", "-c", cores] if cores else []
    return [*on, IMR, "batch", str(folder), "--out", str(out), "--quiet", *options]


def environment(url: str, cache: Path) -> dict[str, str]:
    """Of a run that asks the mock."""
    return {**os.environ, "OPENAI_BASE_URL": url, "IMR_CACHE_DIR": str(cache)}


def results(out: Path) -> list[str]:
    """The results sorted by input, provenance aside."""
    found = []
    for line in (out / "determinations.jsonl").read_text(encoding="utf-8").splitlines():
        document = json.loads(line)
        document.pop("provenance")
        found.append(json.dumps(document, sort_keys=True))
    return sorted(found)


def counts(out: Path) -> dict[str, Any]:
    """What the run counted."""
    found: dict[str, Any] = json.loads((out / "run.json").read_text(encoding="utf-8"))["counts"]
    return found


def prove(holds: bool, claim: str) -> None:
    """Ends the program where the claim does not hold."""
    print(f"  {'holds' if holds else 'BROKEN'}: {claim}", flush=True)
    if not holds:
        raise SystemExit(1)


def rules(count: int = 20_000) -> None:
    """Two cores against one, and memory."""
    with tempfile.TemporaryDirectory() as name:
        work = Path(name)
        folder = letters(work / "letters", count)
        walls: dict[str, float] = {}
        reading: list[float] = []
        writing: list[float] = []
        """MB of all processes while workers read, and afterwards, while the tables are written."""
        for cores in ("0", "0,1"):
            reading.clear()
            started = time.perf_counter()
            process = subprocess.Popen(batch(folder, work / f"out{len(cores)}", cores=cores), stdout=subprocess.DEVNULL)
            while process.poll() is None:
                (reading if children(process.pid) else writing).append(memory(process.pid))
                time.sleep(0.5)
            walls[cores] = time.perf_counter() - started
        print(f"rules: {count:,} letters, one core {walls['0']:.0f} s, both {walls['0,1']:.0f} s")
        times = walls["0"] / walls["0,1"]
        prove(times >= 1.6, f"both cores: {times:.2f} times one core's rate (1.6)")
        most = max(*reading, *writing)
        prove(most < 400, f"memory of all processes at most {most:.0f} MB (400), for the tables at the end")
        quarter = len(reading) // 4
        early, late = max(reading[: 2 * quarter]), max(reading[-quarter:])
        prove(late <= 1.15 * early, f"memory of reading at the end as at first: {late:.0f} MB after {early:.0f}")
        prove(counts(work / "out3")["inputs"] == count, "every letter is counted")


def asked(title: str, faults: dict[str, float], count: int) -> None:
    """A model over HTTP, at 64 letters at once."""
    with (
        tempfile.TemporaryDirectory() as name,
        served(mock := Faulty(faults, timeout=TIMEOUT, delay=DELAY, tokens_per_second=80.0)) as url,
    ):
        work = Path(name)
        folder = letters(work / "letters", count)
        options = ("--model", "openai/mock", "--concurrency", str(SLOTS), "--timeout", f"{TIMEOUT:g}")
        started = time.perf_counter()
        subprocess.run(
            batch(folder, work / "out", *options),
            env=environment(url, work / "cache"),
            check=True,
            stdout=subprocess.DEVNULL,
        )
        wall = time.perf_counter() - started
        totals = json.loads((work / "out" / "run.json").read_text(encoding="utf-8"))["totals"]
        ideal = makespan(mock.times, SLOTS)
        print(
            f"{title}: {count:,} letters, {mock.asked} questions, wall {wall:.0f} s, {wall / ideal:.3f} of the makespan"
        )
        prove(counts(work / "out")["failed"] + totals["unanswered"] == 0, f"{count} of {count} finish")
        if not faults:
            prove(wall / ideal <= 1.05, "within 1.05 of the longest-first makespan")


def kills(count: int = 300) -> None:
    """Runs killed at random moments and resumed until done."""
    draw = random.Random(7)
    with tempfile.TemporaryDirectory() as name, served(Faulty(delay=0.2, tokens_per_second=800.0)) as url:
        work = Path(name)
        folder = letters(work / "letters", count)
        options = ("--model", "openai/mock", "--concurrency", "16")
        subprocess.run(
            batch(folder, work / "whole", *options),
            env=environment(url, work / "cache"),
            check=True,
            stdout=subprocess.DEVNULL,
        )
        whole = results(work / "whole")
    killed = again = 0
    for number in range(KILLS):
        mock = Faulty(delay=0.2, tokens_per_second=800.0)
        with tempfile.TemporaryDirectory() as name, served(mock) as url:
            work = Path(name)
            letters(work / "letters", count)
            times = 0
            while True:
                process = subprocess.Popen(
                    [IMR, "batch", "letters", "--out", "out", "--quiet", *options],
                    cwd=work, env=environment(url, work / "cache"), stdout=subprocess.DEVNULL, start_new_session=True,
                )  # fmt: skip
                with contextlib.suppress(subprocess.TimeoutExpired):
                    process.wait(draw.uniform(0.5, 8.0))
                if process.returncode is not None:
                    break
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()
                times += 1
            prove(process.returncode == 0, f"run {number + 1}: done after {times} kills")
            killed += times
            twice = sum(asked - 1 for asked in mock.answered.values())
            again += twice
            prove(twice <= times * 16, f"  letters asked about again: {twice}, in flight at most {times * 16}")
            prove(_named(results(work / "out")) == _named(whole), "  the same results as of a run that was not killed")
            prove(counts(work / "out")["inputs"] == len(results(work / "out")) == count, "  every letter exactly once")
            prove(not list((work / "out" / "shards").glob(".part*")), "  no torn file")
    print(f"kills: {KILLS} runs, {killed} kills, {again} letters asked about again")


def _named(found: list[str]) -> list[dict[str, Any]]:
    """Results by the letters' file names: two runs lie in two folders."""
    documents = []
    for line in found:
        document = json.loads(line)
        for name in ("input", "duplicate_of", "reissue_of"):
            document[name] = document[name] and Path(document[name]).name
        document.pop("letter_id")
        documents.append(document)
    return sorted(documents, key=lambda document: str(document["input"]))


def disk(count: int = 1200) -> None:
    """A full disk, and a folder that becomes read-only."""
    with tempfile.TemporaryDirectory() as name:
        work = Path(name)
        folder = letters(work / "letters", count)
        subprocess.run(batch(folder, work / "whole"), check=True, stdout=subprocess.DEVNULL)
        whole = results(work / "whole")
        small = work / "small"
        small.mkdir()
        for title, size in (("full", "9m"), ("read-only", "200m")):
            subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", small], check=True)
            try:
                process = subprocess.Popen(
                    batch(folder, small / "out"), stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True
                )
                if title == "read-only":
                    time.sleep(0.8)
                    while subprocess.run(["mount", "-o", "remount,ro", small], stderr=subprocess.DEVNULL).returncode:
                        assert process.poll() is None, "the run ended before its folder was made read-only"
                told = process.communicate()[1]
                prove(process.returncode == 1 and len(told.splitlines()) == 1, f"{title}: {told.strip()}")
                subprocess.run(["mount", "-o", "remount,rw,size=200m", small], check=True)
                subprocess.run(batch(folder, small / "out"), check=True, stdout=subprocess.DEVNULL)
                prove(results(small / "out") == whole, f"{title}: the same command goes on, and nothing is lost")
            finally:
                subprocess.run(["umount", "-l", small], check=True)


def stats(issues: int = 100_000) -> None:
    """The figures of so many issues: golden letters' tables, again and again, each time a month later."""
    import pyarrow
    import pyarrow.compute as compute
    import pyarrow.parquet as parquet

    with tempfile.TemporaryDirectory() as name:
        work = Path(name)
        out, many = work / "out", work / "many"
        subprocess.run(batch(letters(work / "letters", 1000), out), check=True, stdout=subprocess.DEVNULL)
        many.mkdir()
        times = -(-issues // parquet.read_metadata(out / "issues.parquet").num_rows)
        for file in out.glob("*.parquet"):
            table = parquet.read_table(file)
            with parquet.ParquetWriter(many / file.name, table.schema) as writer:
                for time in range(times):
                    own = compute.binary_join_element_wise(table["letter_id"], str(time), "-")
                    copy = table.set_column(table.schema.get_field_index("letter_id"), "letter_id", own)
                    if "decision_date" in table.column_names:
                        later = compute.add(table["decision_date"].cast("int32"), pyarrow.scalar(30 * time, "int32"))
                        copy = copy.set_column(
                            table.schema.get_field_index("decision_date"), "decision_date", later.cast("date32")
                        )
                    writer.write_table(copy.cast(table.schema))
        count = parquet.read_metadata(many / "issues.parquet").num_rows
        middle = starts({"bare": [sys.executable, "-c", "pass"], "stats": [IMR, "stats", str(many)]}, 15)
        ratio = middle["stats"] / middle["bare"]
        prove(ratio <= 40, f"the figures of {count:,} issues: {ratio:.1f} bare starts (40)")


def cluster(count: int = 512) -> None:
    """Two nodes against one, where the work is waiting. Needs the extra cluster."""
    from ray.cluster_utils import Cluster

    rates = []
    for nodes in (1, 2):
        found = Cluster(initialize_head=True, head_node_args={"num_cpus": 1, "include_dashboard": False})
        for _ in range(nodes - 1):
            found.add_node(num_cpus=1)
        found.wait_for_nodes()
        with tempfile.TemporaryDirectory() as name, served(Faulty(delay=4.0)) as url:
            work = Path(name)
            options = ("--model", "openai/mock", "--engine", "ray", "--concurrency", "8")
            told = environment(url, work / "cache") | {"RAY_ADDRESS": found.address}
            subprocess.run(
                batch(letters(work / "letters", count), work / "out", *options), env=told, check=True,
                stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
            )  # fmt: skip
            report = json.loads((work / "out" / "run.json").read_text(encoding="utf-8"))
            seconds = (
                dt.datetime.fromisoformat(report["ended"]) - dt.datetime.fromisoformat(report["begun"])
            ).total_seconds()
            rates.append(count / seconds)
            print(f"cluster: {nodes} nodes, {rates[-1]:.2f} letters a second")
        found.shutdown()
    prove(rates[1] / rates[0] >= 1.8, f"two nodes: {rates[1] / rates[0]:.2f} times one node's rate (1.8)")


PARTS: dict[str, Any] = {
    "rules": rules,
    "makespan": lambda: asked("model", {}, 2000),
    "faults": lambda: asked("faults", FAULTS | {"hang": 0.01}, 2000),
    "kills": kills,
    "disk": disk,
    "stats": stats,
    "cluster": cluster,
}


def main() -> None:
    """The parts that were named, else all."""
    for name in sys.argv[1:] or PARTS:
        PARTS[name]()


if __name__ == "__main__":
    main()
