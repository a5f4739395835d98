"""Many letters at once: every input ends in exactly one place, and a run that was stopped goes on."""

from __future__ import annotations

import asyncio
import contextlib
import csv
import gc
import hashlib
import io
import json
import os
import random
import re
import signal
import stat
import subprocess
import sys
import threading
import time
import warnings
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from string import ascii_lowercase
from typing import Any
from unittest.mock import MagicMock

import pyarrow.parquet as parquet
import pytest

from extractor import read_source
from extractor.batch.clusters import LOOKS, Clusters, _share
from extractor.batch.deferred import Provider
from extractor.batch.estimate import estimate
from extractor.batch.folder import RUN, SHARDS, RunFolder, whole
from extractor.batch.inputs import gather
from extractor.batch.outcome import failed_with, read_line
from extractor.batch.perform import Asked, perform
from extractor.batch.run import Options, Run, Stops, Totals, key_of
from extractor.batch.tables import COLUMNS
from extractor.cli.app import run as imr
from extractor.cli.progress import Progress, closing, view
from extractor.errors import ModelFailed, RunTrouble, UnknownModel, UnreadableInput
from extractor.limits import DEFAULT_LIMITS, Limits
from extractor.model.mock import Mock
from extractor.model.mock.batches import Batches
from extractor.model.mock.http import served
from extractor.model.mock.scenarios import HOURS
from extractor.model.settings import ModelSettings, Patience
from extractor.workers import Bounds
from tests.conftest import ROOT, waited_for
from tests.letters import HEADER, Item, Letter, overturned

BOUNDS = Bounds(30.0, 1 << 31)
COMMAND = [sys.executable, "-m", "extractor"]


def number(at: int) -> str:
    """A letter of a case of its own."""
    return str(Letter(header=HEADER.replace("0900001", f"09{at:05}"), items=[Item(), overturned()]))


def write(folder: Path, count: int = 3) -> Path:
    folder.mkdir(exist_ok=True)
    for at in range(count):
        (folder / f"{at}.txt").write_text(number(at), encoding="utf-8")
    return folder


def asked(*inputs: object, out: Path, **options: Any) -> Asked:
    return Asked(list(map(str, inputs)), out, Options(options.pop("limits", DEFAULT_LIMITS)), BOUNDS, **options)


def done(*inputs: object, out: Path, **options: Any) -> dict[str, Any]:
    """What stands in run.json."""
    report, _ = perform(asked(*inputs, out=out, **options), lambda run: None, lambda line: None)
    return report


def lines(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def results(out: Path) -> list[dict[str, Any]]:
    """The results, provenance aside."""
    return [{**line, "provenance": None} for line in lines(out / "determinations.jsonl")]


def as_csv(rows: list[dict[str, str]]) -> str:
    buffer = io.StringIO()
    writer = csv.DictWriter(buffer, rows[0])
    writer.writeheader()
    writer.writerows(rows)
    return buffer.getvalue()


def _glob(folder: Path) -> list[str]:
    return [str(folder / "*.txt")]


def _csv_of_paths(folder: Path) -> list[str]:
    (folder / "list.csv").write_text(as_csv([{"path": f"{at}.txt", "note": "x"} for at in range(3)]), encoding="utf-8")
    return [str(folder / "list.csv")]


def _csv_of_texts(folder: Path) -> list[str]:
    rows = [{"id": f"letter {at}", "text": number(at)} for at in range(3)]
    (folder / "texts.csv").write_text(as_csv(rows), encoding="utf-8")
    return [str(folder / "texts.csv")]


def _jsonl(folder: Path) -> list[str]:
    rows = [json.dumps({"path": "0.txt"}), json.dumps({"text": number(1)}), json.dumps({"letter": number(2), "id": 7})]
    (folder / "rows.jsonl").write_text("\n".join(rows), encoding="utf-8")
    return [str(folder / "rows.jsonl")]


def _parquet(folder: Path) -> list[str]:
    import pyarrow

    parquet.write_table(pyarrow.table({"text": [number(at) for at in range(3)]}), folder / "rows.parquet")
    return [str(folder / "rows.parquet")]


def _archive(folder: Path) -> list[str]:
    with zipfile.ZipFile(folder / "all.zip", "w") as archive:
        for at in range(3):
            archive.writestr(f"deep/{at}.txt", number(at))
        archive.writestr("__MACOSX/._0.txt", "x")
        archive.writestr("list.xlsx", "x")
    return [str(folder / "all.zip")]


INPUTS: dict[str, Callable[[Path], list[str]]] = {
    "a folder": lambda folder: [str(folder)],
    "a folder in it": lambda folder: [str(folder.parent)],
    "letters": lambda folder: [str(folder / f"{at}.txt") for at in range(3)],
    "a letter twice and a folder": lambda folder: [str(folder / "0.txt"), str(folder / "0.txt"), str(folder)],
    "a glob": _glob,
    "a list of paths": _csv_of_paths,
    "a list of texts": _csv_of_texts,
    "objects": _jsonl,
    "a table": _parquet,
    "an archive": _archive,
}


NOTHING: dict[str, tuple[list[str], str]] = {
    "a folder that is not there": (["lettres"], "lettres: there is no such file or folder"),
    "an archive that is not there": (["in.zip"], "no such file"),
    "an empty folder": (["empty"], "no letter is found in empty"),
    "a folder with nothing that can be a letter": (["other"], "passed over: 1 .xlsx, 1 other"),
    "a pattern of nothing": (["in/*.pdf"], "nothing is found"),
    "a list without a heading": (["paths.csv"], "no column (or key) that is called path or file or text or letter"),
    "a list with a heading only": (["heading.csv"], "no letter is found"),
}


@pytest.mark.parametrize("name", NOTHING)
def test_a_mistyped_input_leaves_the_data_set_alone(name: str, tmp_path: Path) -> None:
    """Nothing to read is an error, in one line, before anything is written."""
    done(write(tmp_path / "in"), out=tmp_path / "out")
    before = results(tmp_path / "out")
    for folder in ("empty", "other"):
        (tmp_path / folder).mkdir()
    for other in ("other/bills.xlsx", "other/note.smith"):
        (tmp_path / other).write_bytes(b"x")
    (tmp_path / "paths.csv").write_text("in/0.txt\nin/1.txt\n", encoding="utf-8")
    (tmp_path / "heading.csv").write_text("path\n", encoding="utf-8")
    inputs, words = NOTHING[name]
    with pytest.raises((UnreadableInput, RunTrouble), match=re.escape(words)):
        done(*inputs, out=tmp_path / "out")
    assert results(tmp_path / "out") == before


ROWS: dict[str, tuple[str, str, int, int]] = {
    "semicolons": ("list.csv", "Path;Note\nin/0.txt;a, b\nin/1.txt;c\n", 2, 0),
    "one name for all": ("rows.jsonl", '{"id": "x", "text": "a"}\n{"id": "x", "text": "b"}\n{"id": "x~2", "text": "c"}', 3, 3),
    "one letter in three rows": ("list.csv", "path\nin/0.txt\nin/0.txt\nin/0.txt\n", 3, 0),
    "one text in two rows": ("rows.jsonl", '{"id": 1, "text": "a"}\n{"id": 1, "text": "a"}', 2, 2),
    "a number for a path": ("rows.jsonl", '{"path": 5}\n{"path": "in/0.txt"}', 2, 1),
    "no name of a file": ("rows.jsonl", '{"path": "in\\u0000"}\n{"path": "in/0.txt"}', 2, 1),
    "an address in a store": ("rows.jsonl", '{"path": "file://FOLDER/in/0.txt"}', 1, 0),
}  # fmt: skip
"""A manifest's name, what stands in it, its letters and how many of them fail."""


@pytest.mark.parametrize("name", ROWS)
def test_every_row_is_a_letter(name: str, tmp_path: Path) -> None:
    """Whatever rows have in common: each ends, under a name of its own."""
    write(tmp_path / "in")
    manifest, words, rows, fail = ROWS[name]
    (tmp_path / manifest).write_text(words.replace("FOLDER", str(tmp_path)), encoding="utf-8")
    counts = done(tmp_path / manifest, out=tmp_path / "out")["counts"]
    assert (counts["inputs"], counts["failed"], counts["left"]) == (rows, fail, 0)
    ended = lines(tmp_path / "out" / "determinations.jsonl") + lines(tmp_path / "out" / "failures.jsonl")
    assert len({line["input"] for line in ended}) == len({line["letter_id"] for line in ended}) == rows


def test_a_manifest_that_is_no_manifest_is_told(tmp_path: Path) -> None:
    """In one line, however deep it goes."""
    (tmp_path / "deep.jsonl").write_text("[" * 100_000, encoding="utf-8")
    with pytest.raises(RunTrouble, match="cannot be read as a manifest"):
        done(tmp_path / "deep.jsonl", out=tmp_path / "out")


@pytest.mark.parametrize("kind", ["a list of texts", "a table", "an archive"])
def test_a_store_gives_what_a_folder_does(kind: str, tmp_path: Path) -> None:
    """Manifests and archives by address, too."""
    (named,) = INPUTS[kind](write(tmp_path / "in"))
    report = done(f"file://{named}", out=tmp_path / "out")
    assert (report["counts"]["inputs"], report["counts"]["done"]) == (3, 3)


def test_a_letter_is_read_by_its_own_ending(tmp_path: Path) -> None:
    """However its name is told apart from another's, and whatever marks stand in it."""
    with zipfile.ZipFile(tmp_path / "all.zip", "w") as archive, warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of two members with one name
        archive.writestr("a.md", number(1))
        archive.writestr("a.md", number(2))
    (tmp_path / "Wow!.md").write_text(number(3), encoding="utf-8")
    done(tmp_path / "all.zip", tmp_path / "Wow!.md", out=tmp_path / "out")
    assert [line["source"]["media_type"] for line in results(tmp_path / "out")] == ["text/markdown"] * 3
    assert {line["source"]["name"] for line in results(tmp_path / "out")} == {"a.md", "Wow!.md"}


def test_what_may_be_a_letter_is_not_passed_over(tmp_path: Path) -> None:
    """A picture or an old Word file in a folder fails by name, with what to do."""
    folder = write(tmp_path / "in", 1)
    (folder / "scan.png").write_bytes(b"\x89PNG\r\n\x1a\n")
    (folder / "old.doc").write_bytes(b"\xd0\xcf\x11\xe0")
    report = done(folder, out=tmp_path / "out")
    assert report["counts"]["failed"] == 2 and {message.split(";")[0] for message in report["failures"]} == {
        "this is a picture", "this is an old Word file (.doc)",
    }  # fmt: skip


@pytest.mark.parametrize("kind", INPUTS)
def test_every_kind_of_input_gives_every_letter_once(kind: str, tmp_path: Path) -> None:
    """Three letters, however they are named; what is no letter is counted by its ending."""
    folder = write(tmp_path / "in")
    (tmp_path / "in" / "notes.xyz").write_text("x", encoding="utf-8")
    report = done(*INPUTS[kind](folder), out=tmp_path / "out")
    assert (report["counts"]["inputs"], report["counts"]["done"], report["counts"]["left"]) == (3, 3, 0)
    assert len({line["input"] for line in results(tmp_path / "out")}) == 3


def test_a_list_on_standard_input(tmp_path: Path) -> None:
    """Paths a line; the names are what they are called."""
    write(tmp_path / "in")
    ran = subprocess.run(
        [*COMMAND, "batch", "-", "--out", "out", "--json"],
        input="in/0.txt\nin/2.txt\n", capture_output=True, text=True, check=True, cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )  # fmt: skip
    assert json.loads(ran.stdout)["counts"]["inputs"] == 2
    assert [line["input"] for line in results(tmp_path / "out")] == ["in/0.txt", "in/2.txt"]


TROUBLES: dict[str, tuple[Callable[[Path], object], int, str]] = {
    "a file that is not there": (lambda folder: folder / "nowhere.pdf", 3, "no such file"),
    "an empty file": (lambda folder: _put(folder, "empty.txt", b""), 3, "empty"),
    "a damaged PDF": (lambda folder: _put(folder, "bad.pdf", b"%PDF-1.4 nothing"), 3, "PDF"),
    "another document": (lambda folder: _put(folder, "bill.txt", b"An invoice for ten dollars. " * 9), 4, "no IMR"),
    "a damaged archive": (lambda folder: _put(folder, "bad.zip", b"PK nothing"), 3, "archive"),
    "a file over the limit": (lambda folder: _put(folder, "large.txt", b"x" * 60_000), 3, "larger"),
}


def _put(folder: Path, name: str, data: bytes) -> Path:
    (folder / name).write_bytes(data)
    return folder / name


@pytest.mark.parametrize("name", TROUBLES)
def test_what_cannot_be_read_is_named_and_the_others_are_read(name: str, tmp_path: Path) -> None:
    """It stands among the failures with its reason, in the table too, and nowhere else; the exit code is its own."""
    make, code, words = TROUBLES[name]
    folder = write(tmp_path / "in")
    bad = make(folder)
    work = asked(folder / "0.txt", bad, out=tmp_path / "out", limits=Limits(bytes=50_000))
    report, exit_code = perform(work, lambda run: None, lambda line: None)
    assert exit_code == code and report["counts"] | {"ignored": 0} == {
        "inputs": 2, "done": 1, "partial": 0, "failed": 1, "left": 0, "duplicates": 0, "reissues": 0, "repeated": 0,
        "ignored": 0,
    }  # fmt: skip
    (failure,) = lines(tmp_path / "out" / "failures.jsonl")
    assert failure["input"] == str(bad) and failure["error"]["code"] == code and words in failure["error"]["message"]
    table = parquet.read_table(tmp_path / "out" / "letters.parquet").to_pylist()
    assert [row["status"] for row in table] == ["complete", "failed"] and table[1]["error_code"] == code


def test_a_letter_twice_and_a_case_twice_are_told(tmp_path: Path) -> None:
    """The same text is a duplicate of the first, and not counted twice; another text of the same case a reissue of
    the earlier one."""
    folder = tmp_path / "in"
    folder.mkdir()
    for name, text in (
        ("a", number(1)),
        ("b", number(1)),
        ("c", number(1).replace("01/05/2017", "01/04/2017")),
        ("d", number(2)),
    ):
        (folder / f"{name}.txt").write_text(text, encoding="utf-8")
    report = done(folder, out=tmp_path / "out")
    assert (report["counts"]["duplicates"], report["counts"]["reissues"]) == (1, 1)
    told = {Path(line["input"]).stem: line for line in results(tmp_path / "out")}
    assert told["b"]["duplicate_of"] == told["a"]["input"] and told["a"]["reissue_of"] == told["c"]["input"]
    assert [told[name]["duplicate_of"] for name in "acd"] == [None] * 3 and told["c"]["reissue_of"] is None
    issues = parquet.read_table(tmp_path / "out" / "issues.parquet").to_pylist()
    assert len(issues) == 6 and told["b"]["letter_id"] not in {row["letter_id"] for row in issues}


def test_the_tables_hold_what_the_results_hold(tmp_path: Path) -> None:
    """Golden letters: rows, codes, dates and days of every table against the results themselves."""
    done(*[path for path in (ROOT / "golden").glob("*/letter.*")], out=tmp_path / "out")
    tables = {name: parquet.read_table(tmp_path / "out" / f"{name}.parquet").to_pylist() for name in COLUMNS}
    told = lines(tmp_path / "out" / "determinations.jsonl")
    assert {name: list(rows[0]) for name, rows in tables.items()} == {
        name: list(cols) for name, cols in COLUMNS.items()
    }
    issues = [(letter, issue) for letter in told for issue in letter["issues"]]
    assert [(row["letter_id"], row["issue"], row["decision"], row["depends_on"]) for row in tables["issues"]] == [
        (letter["letter_id"], issue["number"], issue["decision"], issue["depends_on"]) for letter, issue in issues
    ]
    assert len(tables["reasons"]) == sum(len((issue["rationale"] or {"reasons": []})["reasons"]) for _, issue in issues)
    assert len(tables["records"]) == sum(len(letter["records"]) for letter in told)
    assert len(tables["flags"]) == sum(
        len(letter["flags"]) + sum(len(i["flags"]) for i in letter["issues"]) for letter in told
    )
    assert len(tables["citations"]) == sum(
        len((issue[side] or {"citations": []})["citations"])
        for _, issue in issues
        for side in ("claims_administrator_guideline", "reviewer_guideline")
    )
    row = next(row for row in tables["letters"] if row["case_number"] == "CM17-0902311")
    assert (str(row["decision_date"]), row["days_assigned_to_decision"], row["decision_year"]) == (
        "2017-02-07",
        25,
        2017,
    )


def test_without_text_no_word_of_the_letters_is_written(tmp_path: Path) -> None:
    """Codes, years and intervals: no file of the run, shards included, holds a word of a letter, a name or a date."""
    folder = tmp_path / "in"
    folder.mkdir()
    (folder / "Jane Roe.txt").write_text(number(1), encoding="utf-8")
    (folder / "bad Jane Roe.txt").write_text("no letter", encoding="utf-8")
    done(folder, out=tmp_path / "out", no_text=True)
    files = [path for path in (tmp_path / "out").rglob("*") if path.is_file()]
    assert len(files) > 8
    known = [
        hashlib.sha256(words.encode()).hexdigest()[:16]
        for words in (str(folder / "Jane Roe.txt"), number(1), read_source(number(1).encode(), name="x.txt").text)
    ]
    for path in files:
        held = path.read_bytes()
        assert not [one for one in known if one.encode() in held], "a letter or its name is found by trying"
        for words in (b"lumbar", b"Roe", b"red flag", b"0900001", b"2017-01-05", b"strained"):
            assert words not in held, (path, words)
    rows = parquet.read_table(tmp_path / "out" / "letters.parquet").to_pylist()
    assert [row["letter_id"] for row in rows] == sorted(row["letter_id"] for row in rows), "not in the files' order"
    row = next(row for row in rows if row["status"] != "failed")
    assert row["decision_year"] == 2017 and row["days_assigned_to_decision"] == 35 and row["decision_date"] is None
    (result,) = lines(tmp_path / "out" / "determinations.jsonl")
    assert [issue["decision"] for issue in result["issues"]] == ["upheld", "overturned"]


def test_every_file_is_its_owners_alone(tmp_path: Path) -> None:
    """What holds letters can be read by nobody else."""
    done(write(tmp_path / "in"), out=tmp_path / "out")
    for path in [tmp_path / "out", *(tmp_path / "out").rglob("*")]:
        assert not stat.S_IMODE(path.stat().st_mode) & 0o077, path


# A run that goes on.


def test_what_was_read_is_not_read_again(tmp_path: Path) -> None:
    """The same command reads what is new or has changed, and keeps the rest as it was."""
    folder = write(tmp_path / "in")
    done(folder, out=tmp_path / "out")
    before = results(tmp_path / "out")
    (folder / "3.txt").write_text(number(3), encoding="utf-8")
    (folder / "1.txt").write_text(number(11) + " ", encoding="utf-8")
    report = done(folder, out=tmp_path / "out")
    assert report["totals_since_resumed"]["done"] == 2 and report["counts"]["done"] == 4
    after = results(tmp_path / "out")
    assert [after[0], after[2]] == [before[0], before[2]] and after[1] != before[1]
    (folder / "0.txt").unlink()
    assert done(folder, out=tmp_path / "out")["counts"]["inputs"] == 3


OTHER: dict[str, dict[str, Any]] = {
    "another model": {"model": ModelSettings("mock")},
    "another strategy": {"model": ModelSettings("mock"), "strategy": "auto"},
}


@pytest.mark.parametrize("name", OTHER)
def test_a_folder_of_another_run_is_left_alone(name: str, tmp_path: Path) -> None:
    """It says what differs; --fresh begins anew, --mixed goes on with what is there."""
    folder = write(tmp_path / "in")
    done(folder, out=tmp_path / "out")
    with pytest.raises(RunTrouble, match=r"another run .*--fresh"):
        done(folder, out=tmp_path / "out", **OTHER[name])
    assert done(folder, out=tmp_path / "out", **OTHER[name], mixed=True)["totals_since_resumed"]["done"] == 0
    assert done(folder, out=tmp_path / "out", **OTHER[name], fresh=True)["counts"]["left"] == 0


def test_what_is_not_the_runs_own_stays(tmp_path: Path) -> None:
    """--fresh takes away what runs write, and nothing that is named alike; a foreign folder is not touched at all."""
    folder = write(tmp_path / "in")
    done(folder, out=tmp_path / "out")
    foreign = [tmp_path / "out" / name for name in ("batch-plan.xlsx", ".partner-list.txt", "notes.md")]
    for path in foreign:
        path.write_text("mine", encoding="utf-8")
    assert done(folder, out=tmp_path / "out", fresh=True)["counts"]["done"] == 3
    assert all(path.read_text(encoding="utf-8") == "mine" for path in foreign)
    before = sorted(folder.iterdir())
    with pytest.raises(RunTrouble, match="other files"):
        done(folder, out=folder)
    assert sorted(folder.iterdir()) == before


def test_letters_that_are_no_longer_named_are_told(tmp_path: Path) -> None:
    """They stay in the run's folder, and leave the data set."""
    folder = write(tmp_path / "in")
    done(folder, out=tmp_path / "out")
    notes: list[str] = []
    report, _ = perform(asked(folder / "0.txt", out=tmp_path / "out"), lambda _: None, notes.append)
    assert report["counts"]["inputs"] == 1 and any(line.startswith("2 letters that were read before") for line in notes)
    assert done(folder, out=tmp_path / "out")["totals_since_resumed"]["done"] == 0


def test_a_copy_for_others_is_its_owners_alone(tmp_path: Path) -> None:
    """--publish to a folder of this machine."""
    done(write(tmp_path / "in"), out=tmp_path / "out", publish=f"file://{tmp_path / 'copy'}")
    copied = list((tmp_path / "copy").iterdir())
    assert len(copied) == 9
    assert not [path for path in [tmp_path / "copy", *copied] if stat.S_IMODE(path.stat().st_mode) & 0o077]


def test_a_copy_leaves_a_folder_of_others_as_it_was(tmp_path: Path) -> None:
    """What others may read there they may read still, but for the copy."""
    (tmp_path / "shared").mkdir(mode=0o755)
    done(write(tmp_path / "in"), out=tmp_path / "out", publish=f"file://{tmp_path / 'shared'}")
    assert stat.S_IMODE((tmp_path / "shared").stat().st_mode) == 0o755
    assert not [path for path in (tmp_path / "shared").iterdir() if stat.S_IMODE(path.stat().st_mode) & 0o077]


def test_a_pattern_that_holds_the_runs_own_folder_goes_on(tmp_path: Path) -> None:
    """What the run has written is no input of its own."""
    folder = write(tmp_path / "in")
    for named in ("in/**", "in/*"):
        for _ in range(2):
            counts = done(named, out=folder / "out", fresh=named == "in/*")["counts"]
            assert (counts["inputs"], counts["ignored"]) == (3, {}), named


def test_fresh_forgets_nothing_that_a_provider_has(tmp_path: Path) -> None:
    """Else letters would lie there for ever, and be paid for."""
    folder = write(tmp_path / "in")
    done(folder, out=tmp_path / "out")
    for state in ({"batches": [{"tag": "a", "keys": [], "collected": False}]}, {"useless": ["file-3"]}):
        (tmp_path / "out" / "batches.json").write_text(json.dumps(state), encoding="utf-8")
        with pytest.raises(RunTrouble, match="the provider still has"):
            done(folder, out=tmp_path / "out", fresh=True)
    assert len(results(tmp_path / "out")) == 3


def test_a_folder_with_other_files_is_not_used(tmp_path: Path) -> None:
    """Nothing of the user's is overwritten."""
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "thesis.txt").write_text("x", encoding="utf-8")
    with pytest.raises(RunTrouble, match="other files"):
        done(write(tmp_path / "in"), out=tmp_path / "out", fresh=True)


def test_two_runs_do_not_share_a_folder(tmp_path: Path) -> None:
    """The second one is told."""
    folder = RunFolder(tmp_path / "out", {}, fresh=False, mixed=False)
    with pytest.raises(RunTrouble, match="another run works"):
        RunFolder(tmp_path / "out", {}, fresh=False, mixed=False)
    folder.close()
    RunFolder(tmp_path / "out", {}, fresh=False, mixed=False).close()


def test_a_damaged_shard_costs_its_damaged_lines_only(tmp_path: Path) -> None:
    """A torn or foreign line is read again; the others stand."""
    folder = write(tmp_path / "in")
    done(folder, out=tmp_path / "out")
    (shard,) = (tmp_path / "out" / SHARDS).glob("*.jsonl")
    held = shard.read_bytes().splitlines(keepends=True)
    shard.write_bytes(held[0] + b"{}\n" + held[2][:-9])
    told: list[str] = []
    report, _ = perform(asked(folder, out=tmp_path / "out"), lambda run: None, told.append)
    assert report["counts"]["done"] == 3 and report["totals_since_resumed"]["done"] == 2
    assert any("damaged" in line for line in told)


def test_a_file_is_whole_or_not_there(tmp_path: Path) -> None:
    """A writer that fails leaves what stood there before, and nothing beside it."""
    path = tmp_path / "file"
    path.write_text("before", encoding="utf-8")
    with pytest.raises(OSError, match="full"), whole(path) as file:
        file.write(b"half")
        raise OSError("full")
    assert path.read_text(encoding="utf-8") == "before" and list(tmp_path.iterdir()) == [path]


def test_a_folder_that_cannot_be_written_is_one_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The system's own words, and what to do; what was added before is not forgotten."""
    folder = RunFolder(tmp_path / "out", {}, fresh=False, mixed=False)
    folder.add(failed_with("k", "s", 3, "m"))

    def full(*_: object, **__: object) -> int:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patched, pytest.raises(RunTrouble, match=r"No space left.*same command again"):
        patched.setattr(os, "open", full)
        folder.commit()
    folder.commit()
    assert folder.outcome("k").head["message"] == "m"
    folder.close()


@pytest.mark.slow
def test_a_killed_run_goes_on_and_ends_as_if_it_had_not_been(tmp_path: Path) -> None:
    """SIGKILL as soon as a shard stands; the same command then gives what a run without a kill gives."""
    for path in (ROOT / "golden").glob("*/letter.*"):
        for copy in range(6):
            target = tmp_path / "in" / f"{path.parent.name}-{copy}{path.suffix}"
            target.parent.mkdir(exist_ok=True)
            target.write_bytes(path.read_bytes() + b" " * copy)
    done(tmp_path / "in", out=tmp_path / "whole")
    process = subprocess.Popen(
        [*COMMAND, "batch", str(tmp_path / "in"), "--out", "out", "--quiet"],
        cwd=tmp_path, env={**os.environ, "PYTHONPATH": str(ROOT)}, stdout=subprocess.DEVNULL,
    )  # fmt: skip
    shards = tmp_path / "out" / SHARDS
    waited_for(lambda: process.poll() is not None or (shards.is_dir() and list(shards.glob("0*"))))
    process.kill()
    process.wait()
    left = json.loads((tmp_path / "out" / RUN).read_text(encoding="utf-8"))
    report = done(tmp_path / "in", out=tmp_path / "out")
    assert report["counts"]["left"] == 0 and (left["state"] != "begun" or report["totals_since_resumed"]["done"] < 252)
    assert results(tmp_path / "out") == results(tmp_path / "whole")


def test_ctrl_c_keeps_what_was_finished(tmp_path: Path) -> None:
    """Exit code 130; letters in flight end, the others are left for the same command."""
    work = asked(write(tmp_path / "in", 40), out=tmp_path / "out")
    code = perform(
        work, lambda run: os.kill(os.getpid(), signal.SIGINT) if run.totals.ended == 3 else None, lambda _: None
    )
    report = code[0]
    assert code[1] == 130 and report["stopped"] == "interrupted" and 3 <= report["counts"]["done"] < 40
    assert report["counts"]["left"] + report["counts"]["done"] == 40
    assert done(tmp_path / "in", out=tmp_path / "out")["counts"] | {"ignored": {}} == report["counts"] | {
        "done": 40,
        "left": 0,
    }


# With a model.


def model(**options: Any) -> ModelSettings:
    return ModelSettings("mock", patience=Patience(attempts=3, first=0.001, longest=0.002), **options)


@pytest.fixture
def mock(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Mock:
    """The mock that every run of a test asks."""
    import httpx2

    import extractor.model.mock

    found = Mock()
    monkeypatch.setattr(extractor.model.mock, "transport", lambda: httpx2.MockTransport(found.respond_async))
    monkeypatch.setenv("IMR_CACHE_DIR", str(tmp_path / "cache"))
    return found


def test_a_model_is_asked_once_about_each_text(mock: Mock, tmp_path: Path) -> None:
    """Not about a duplicate, not on a second run, and not by another run whose answers are kept in the same place."""
    folder = write(tmp_path / "in")
    (folder / "again.txt").write_text(number(1), encoding="utf-8")
    report = done(folder, out=tmp_path / "out", model=model())
    assert mock.asked == 3 and report["totals"]["attempts"] == 3 and report["totals"]["cached"] == 1
    done(folder, out=tmp_path / "out", model=model())
    done(folder, out=tmp_path / "other", model=model())
    assert mock.asked == 3
    assert results(tmp_path / "out") == results(tmp_path / "other")


def test_answers_of_a_run_that_is_to_keep_none_are_gone_when_it_is_complete(mock: Mock, tmp_path: Path) -> None:
    """While it lasts they are kept, so that nothing is paid twice."""
    folder = write(tmp_path / "in")
    done(folder, out=tmp_path / "out", model=model(), keep=False, stops=Stops(max_errors=-1), slots=1)
    assert (tmp_path / "out" / "answers").is_dir()
    done(folder, out=tmp_path / "out", model=model(), keep=False)
    assert not (tmp_path / "out" / "answers").exists() and not (tmp_path / "cache").exists()


def test_letters_that_the_model_failed_on_are_asked_about_again(mock: Mock, tmp_path: Path) -> None:
    """The rules' reading stands, flagged; the same command asks again about these alone."""
    folder = write(tmp_path / "in")
    mock.scenario = "503"
    report = done(folder, out=tmp_path / "out", model=model())
    assert report["counts"]["partial"] == 3 and report["totals"]["unanswered"] == 3 and mock.asked == 9
    mock.scenario = None
    report = done(folder, out=tmp_path / "out", model=model())
    assert report["counts"]["left"] == report["totals"]["unanswered"] == 0 and mock.asked == 12


def test_only_what_the_rules_leave_open_is_asked(mock: Mock, tmp_path: Path) -> None:
    """With --strategy auto: a letter without a doubt costs nothing."""
    folder = write(tmp_path / "in", 2)
    told = "The patient walks two miles daily and grows roses. The request is not medically necessary."
    reasons_open = Letter(items=[Item(), Item("Knee brace", rationale=told)])
    (folder / "open.txt").write_text(str(reasons_open), encoding="utf-8")
    (folder / "doubtful.txt").write_text(str(Letter(items=[Item("Knee brace", " ")])), encoding="utf-8")
    report = done(folder, out=tmp_path / "out", model=model(), strategy="auto")
    by = {
        Path(line["input"]).stem: line["provenance"]["model"]
        for line in lines(tmp_path / "out" / "determinations.jsonl")
    }
    assert mock.asked == 2 and by == {"0": "none", "1": "none", "open": "mock", "doubtful": "mock"}
    read = {Path(line["input"]).stem: line for line in lines(tmp_path / "out" / "determinations.jsonl")}
    asked_for = {name: line["provenance"]["prompt"] for name, line in read.items()}
    assert asked_for == {"0": None, "1": None, "open": "reasons@1", "doubtful": "extract@1"}
    assert [len(issue["rationale"]["reasons"]) for issue in read["open"]["issues"]] == [1, 1], "the second by the model"
    whole = read["doubtful"]["provenance"]["tokens"]
    part = read["open"]["provenance"]["tokens"]
    assert part["prompt"] < whole["prompt"] / 2 and part["completion"] < whole["completion"] / 2
    spared = 3 * (whole["prompt"] + whole["completion"]) - part["prompt"] - part["completion"]
    assert report["saved"] == {"letters": 2, "tokens": spared, "cost": 0.0}


STOPS: dict[str, tuple[Stops, str, str]] = {
    "errors": (Stops(max_errors=2), "503", "--max-errors"),
    "cost": (Stops(max_cost=0.0045), "", "--max-cost"),
}


@pytest.mark.parametrize("name", STOPS)
def test_a_limit_stops_cleanly(name: str, mock: Mock, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Exit code 6: no further letter is begun, what was finished stands, and the same command goes on."""
    stops, scenario, words = STOPS[name]
    monkeypatch.setattr("extractor.model.usage.cost", lambda model, usage: 0.001 * usage.attempts)
    monkeypatch.setattr("extractor.batch.local.cost", lambda model, usage: 0.001)
    mock.scenario = scenario or None
    folder = write(tmp_path / "in", 12)
    work = asked(folder, out=tmp_path / "out", model=model(), stops=stops, slots=2)
    report, code = perform(work, lambda run: None, lambda line: None)
    assert words in closing(report, tmp_path, as_json=False)
    assert code == 6 and report["stopped"] == name and 0 < report["counts"]["left"] < 12
    mock.scenario = None
    counts = done(folder, out=tmp_path / "out", model=model())["counts"]
    assert counts["left"] == counts["failed"] == 0 and counts["done"] + counts["partial"] == 12


def test_money_that_was_spent_counts(mock: Mock, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of letters that are asked about again, too; a limit is one of all commands together, and a run that it stops is
    not complete, even if the rules' reading of every letter stands."""
    monkeypatch.setattr("extractor.model.usage.cost", lambda model, usage: 0.001 * usage.attempts)
    monkeypatch.setattr("extractor.batch.local.cost", lambda model, usage: 0.001)
    work: dict[str, Any] = {"out": tmp_path / "out", "model": model()}
    folder = write(tmp_path / "in", 4)
    mock.scenario = "malformed_json"
    first = done(folder, **work)
    mock.scenario = None
    assert first["totals"]["unanswered"] == 4 and first["state"] == "complete"
    report, code = perform(asked(folder, **work, stops=Stops(max_cost=0.0)), lambda _: None, lambda _: None)
    assert code == 6 and report["state"] == "stopped" and report["unfinished"] == 4 and report["counts"]["left"] == 0
    last = done(folder, **work)
    assert last["totals"]["attempts"] == mock.asked and last["totals"]["unanswered"] == 0
    assert last["totals"]["cost"] == pytest.approx(0.001 * mock.asked)


def test_a_key_that_is_missing_is_told_before_anything_is_done(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Not once for every letter."""
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)
    monkeypatch.delenv("OPENAI_BASE_URL", raising=False)
    with pytest.raises(UnknownModel, match="OPENAI_API_KEY is not set"):
        done(write(tmp_path / "in"), out=tmp_path / "out", model=ModelSettings("openai/gpt-4o"))
    assert not (tmp_path / "out").exists()


def test_answers_that_cannot_be_kept_stop_the_run(mock: Mock, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each would be paid for again."""
    monkeypatch.setattr("extractor.model.cache.SIZE_LIMIT", 0)
    monkeypatch.setattr("extractor.model.cache.Cache.__init__.__kwdefaults__", {"size_limit": 0}, raising=False)
    with pytest.raises(RunTrouble, match="cannot be kept"):
        done(write(tmp_path / "in"), out=tmp_path / "out", model=model())


def test_one_letter_that_hangs_holds_nobody_up(mock: Mock, tmp_path: Path) -> None:
    """The others end while it waits; it ends at its own limit, with the rules' reading."""
    folder = write(tmp_path / "in", 8)
    mock.scenario, mock.rate, mock.seed = "hang", 0.2, 3
    ended: list[float] = []
    started = time.monotonic()
    perform(
        asked(folder, out=tmp_path / "out", model=model(timeout=3.0), slots=4),
        lambda run: ended.append(time.monotonic() - started), lambda _: None,
    )  # fmt: skip
    assert len(ended) == 8 and sum(at < 3.0 for at in ended) >= 5


# Pieces.


@pytest.mark.parametrize(
    ("one", "other", "alike"),
    [
        ("The request is not medically necessary because no trial is shown in the records at hand today.",) * 2 + (True,),
        ("word " * 3, "other " * 3, False),
        (" ".join(f"w{chr(97 + at % 26)}{chr(97 + at // 26)}" for at in range(200)),
         " ".join(f"w{chr(97 + at % 26)}{chr(97 + at // 26)}" for at in range(200)) + " and one more", True),
        (" ".join(f"w{chr(97 + at % 26)}{chr(97 + at // 26)}" for at in range(200)),
         " ".join(f"w{chr(97 + at % 26)}{chr(97 + at // 26)}" for at in range(120, 320)), False),
    ],
    ids=["the same", "others", "one sentence more", "less than half in common"],
)  # fmt: skip
def test_near_duplicates_share_a_number(one: str, other: str, alike: bool) -> None:
    """Numbers and capitals do not count: a date filled in makes no other text."""
    clusters = Clusters()
    first, second = clusters.add(one), clusters.add(other.upper())
    assert (clusters.number(first) == clusters.number(second)) == alike
    assert clusters.number(first) == first


@pytest.mark.parametrize(
    ("texts", "common", "own", "changed", "copies"),
    [(1, 0, 110, 0, 1_000), (1, 0, 110, 2, 1_000), (1, 0, 110, 3, 1_000), (40, 0, 150, 3, 50), (1_000, 55, 55, 0, 1)],
    ids=["word for word", "two words changed", "three words changed", "many texts", "half in common"],
)  # fmt: skip
def test_a_reused_text_is_one_cluster_by_few_comparisons(
    monkeypatch: pytest.MonkeyPatch, texts: int, common: int, own: int, changed: int, copies: int
) -> None:
    """However often reviewers fill other words into their texts, a copy is compared with a few texts, not with all."""
    share = MagicMock(wraps=_share)
    monkeypatch.setattr("extractor.batch.clusters._share", share)
    draw, clusters = random.Random(texts + changed), Clusters()
    some = ["".join(draw.choices(ascii_lowercase, k=6)) for _ in range(2_000)]
    begin = draw.choices(some, k=common)
    indices = []
    for words in [begin + draw.choices(some, k=own) for _ in range(texts)] * copies:
        filled = {at: draw.choice(some) for at in draw.sample(range(len(words)), changed)}
        indices.append(clusters.add(" ".join(filled.get(at, word) for at, word in enumerate(words))))
    assert [clusters.number(index) for index in indices] == [*range(texts)] * copies
    assert share.call_count <= LOOKS * len(indices)


@pytest.mark.parametrize("line", [b"", b"{}", b'{"key":"a"}\t{"x":1}', b"\xff\n", b"{\n", b"[1\n"])
def test_a_line_that_is_not_whole_is_refused(line: bytes) -> None:
    """Nothing torn passes for a result."""
    with pytest.raises(ValueError, match=r"torn|decode|Expecting|delimiter"):
        read_line(line)


def test_longer_letters_come_first(tmp_path: Path) -> None:
    """What is long must not begin last."""
    folder = write(tmp_path / "in", 2)
    (folder / "long.txt").write_text(number(5) + " " * 999, encoding="utf-8")
    with gather([str(folder)], DEFAULT_LIMITS, apart=tmp_path / "out") as inputs:
        kept = RunFolder(tmp_path / "out", {}, fresh=False, mixed=False)
        run = Run(inputs, kept, Options(DEFAULT_LIMITS))
        assert [Path(entry.input).name for entry in run.waiting] == ["long.txt", "0.txt", "1.txt"]
        assert len({key_of(entry, run.options) for entry in inputs.entries}) == 3
        kept.close()


# The command.


def test_a_dry_run_tells_what_a_run_would_take(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Letters, tokens and dollars, each with an interval; nothing is asked and nothing written."""
    write(tmp_path / "in", 5)
    command = ["batch", "in", "--out", "out", "--model", "openai/gpt-4o", "--dry-run", "--json"]
    assert imr(command) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["letters"] == told["asked"] == 5 and not (tmp_path / "out").exists()
    expected, least, most = told["prompt_tokens"]
    assert (least, most) == (round(0.75 * expected), round(1.25 * expected)), "a sample of everything is sure"
    assert imr([*command, "--via", "batch"]) == 0
    assert json.loads(capsys.readouterr().out)["dollars"][0] == pytest.approx(told["dollars"][0] / 2)
    assert told["dollars"][0] == pytest.approx(
        (told["prompt_tokens"][0] * 2.5 + told["completion_tokens"][0] * 10) / 1e6
    )


def test_a_dry_run_is_about_what_is_left(tmp_path: Path) -> None:
    """Of a run that has ended nothing is; another run's folder is told as it would be; nothing is written."""
    folder = write(tmp_path / "in")
    done(folder, out=tmp_path / "out")
    before = {path: path.read_bytes() for path in (tmp_path / "out").rglob("*") if path.is_file()}
    (folder / "new.txt").write_text(number(9), encoding="utf-8")
    told = estimate(asked(folder, out=tmp_path / "out"))
    assert (told.letters, told.read, told.looked_at) == (1, 3, 1)
    done(folder / "0.txt", tmp_path / "gone.txt", out=tmp_path / "tried")
    told = estimate(asked(folder / "0.txt", tmp_path / "gone.txt", out=tmp_path / "tried"))
    assert (told.letters, told.read) == (1, 1), "what could not be read is tried again"
    with pytest.raises(RunTrouble, match="it was read by rules, this is with openai/gpt-4o"):
        estimate(asked(folder, out=tmp_path / "out", model=ModelSettings("openai/gpt-4o")))
    assert before == {path: path.read_bytes() for path in (tmp_path / "out").rglob("*") if path.is_file()}


def test_a_dry_run_is_bounded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A letter that hangs is counted as one that cannot be read."""
    monkeypatch.setattr("extractor.batch.estimate.extract", lambda source: threading.Event().wait(60))
    work = replace(asked(write(tmp_path / "in", 2), out=tmp_path / "out", model=model()), bounds=Bounds(0.5, 2**31))
    told = estimate(work)
    assert (told.looked_at, told.unreadable) == (2, 2)


def test_another_host_is_another_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The same model's name at another address may be another model."""
    work = asked(tmp_path / "in", out=tmp_path / "out", model=ModelSettings("openai/some"))
    hosts = []
    for url in ("https://a.example/v1", "https://b.example/v1", "http://127.0.0.1:9/v1"):
        monkeypatch.setenv("OPENAI_BASE_URL", url)
        hosts.append(work.identity()["host"])
    assert hosts == ["a.example", "b.example", None]


USAGE: dict[str, tuple[list[str], str]] = {
    "no consent": (["--model", "openai/gpt-4o"], "nobody has agreed"),
    "no price": (["--model", "openai/nothing-known", "--max-cost", "1", "--yes"], "no price is known"),
    "a limit of cost without a model": (["--max-cost", "1"], "are about a model"),
    "no such model": (["--model", "gpt-4o", "--dry-run"], "provider/model"),
    "no such strategy": (["--strategy", "some"], "all or auto"),
    "a glob of nothing": (["*.nothing"], "nothing is found"),
}


@pytest.mark.parametrize("name", USAGE)
def test_wrong_usage_is_one_line(name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """What is wrong and what to do, and nothing is written."""
    write(tmp_path / "in", 1)
    arguments, words = USAGE[name]
    assert imr(["batch", "in", "--out", "out", "--quiet", *arguments]) in (1, 2, 3)
    told = capsys.readouterr().err.strip().splitlines()
    assert words in told[-1] and not (tmp_path / "out").exists()


def test_quiet_says_nothing_and_json_says_all(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Standard output holds one document; standard error nothing with --quiet."""
    write(tmp_path / "in", 1)
    assert imr(["batch", "in", "--out", "out", "--quiet", "--json"]) == 0
    out, err = capsys.readouterr()
    assert json.loads(out)["counts"]["done"] == 1 and err == ""


# The provider's batch interface.


@pytest.fixture
def provider(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Batches]:
    """A mock of it on loopback."""
    found = Batches(Mock())
    monkeypatch.setenv("IMR_CACHE_DIR", str(tmp_path / "cache"))
    monkeypatch.setattr("extractor.batch.deferred.FIRST_POLL", 0.01)
    monkeypatch.setattr("extractor.batch.deferred.WAITS", (0.01, 0.01), raising=False)
    with served(found.mock, found) as url:
        monkeypatch.setenv("OPENAI_BASE_URL", url)
        yield found


DEFERRED: dict[str, Any] = {"model": ModelSettings("openai/gpt-4o"), "deferred": True}


class Ended(BaseException):
    """The program, in the middle of something."""


async def ended(*_: object) -> None:
    raise Ended


def test_the_batch_interface_gives_what_asking_directly_gives(provider: Batches, tmp_path: Path) -> None:
    """The same results, in one batch, at half the price; nothing of it is left in the folder."""
    folder = write(tmp_path / "in", 4)
    report = done(folder, out=tmp_path / "out", **DEFERRED)
    assert len(provider.batches) == 1 and report["counts"]["left"] == 0 and report["totals"]["asked"] == 4
    direct = done(folder, out=tmp_path / "direct", model=ModelSettings("openai/gpt-4o", seed=1))
    assert results(tmp_path / "out") == results(tmp_path / "direct")
    assert report["totals"]["cost"] == pytest.approx(direct["totals"]["cost"] / 2)
    assert not list((tmp_path / "out").glob("batch*"))


def test_what_a_batch_leaves_unanswered_is_asked_again(provider: Batches, tmp_path: Path) -> None:
    """Expired and failed questions go into further batches, until all are answered."""
    provider.expires, provider.fails = 0.2, 0.1
    report = done(write(tmp_path / "in", 8), out=tmp_path / "out", **DEFERRED)
    assert len(provider.batches) > 1 and report["counts"]["left"] == report["totals"]["unanswered"] == 0


def test_what_always_fails_is_told(provider: Batches, tmp_path: Path) -> None:
    """After three batches the rules' reading stands, flagged; the same command asks again."""
    provider.fails = 1.0
    report = done(write(tmp_path / "in"), out=tmp_path / "out", **DEFERRED)
    assert report["counts"]["partial"] == report["totals"]["unanswered"] == 3 and len(provider.batches) == 3
    provider.fails = 0.0
    assert done(tmp_path / "in", out=tmp_path / "out", **DEFERRED)["totals"]["unanswered"] == 0


@pytest.mark.parametrize("known", [True, False], ids=["submitted", "submitted, and its name not yet put down"])
def test_a_run_finds_its_batches_again(
    known: bool, provider: Batches, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A program that ended while the batch was at the provider submits nothing twice."""

    with monkeypatch.context() as patched, pytest.raises(Ended):
        patched.setattr("extractor.batch.deferred.Provider._look_at", ended)
        done(write(tmp_path / "in"), out=tmp_path / "out", **DEFERRED)
    assert len(provider.batches) == 1
    if not known:
        state = json.loads((tmp_path / "out" / "batches.json").read_text(encoding="utf-8"))
        state["batches"][0]["id"] = None
        (tmp_path / "out" / "batches.json").write_text(json.dumps(state), encoding="utf-8")
    report = done(tmp_path / "in", out=tmp_path / "out", **DEFERRED)
    assert len(provider.batches) == 1 and report["counts"]["left"] == report["totals"]["unanswered"] == 0


def test_questions_go_in_files_within_the_limits(
    provider: Batches, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of at most so many questions."""
    monkeypatch.setattr("extractor.batch.deferred.MOST_QUESTIONS", 2)
    assert done(write(tmp_path / "in", 5), out=tmp_path / "out", **DEFERRED)["counts"]["left"] == 0
    assert len(provider.batches) == 3


def test_a_batch_that_would_cost_too_much_is_not_submitted(provider: Batches, tmp_path: Path) -> None:
    """Before anything is sent."""
    work = asked(write(tmp_path / "in"), out=tmp_path / "out", **DEFERRED, stops=Stops(max_cost=0.001))
    report, code = perform(work, lambda run: None, lambda line: None)
    assert code == 6 and report["stopped"] == "cost" and report["counts"]["left"] == 3
    assert not provider.files and not provider.batches


@pytest.mark.parametrize("kind", ["file", "batch"])
@pytest.mark.parametrize("how", ["loses", "breaks"])
def test_a_lost_answer_makes_nothing_twice(how: str, kind: str, provider: Batches, tmp_path: Path) -> None:
    """What the provider made although it said 502 is taken; what it did not make is made again."""
    getattr(provider, how).append(kind)
    report = done(write(tmp_path / "in"), out=tmp_path / "out", **DEFERRED)
    assert len(provider.batches) == len(provider.uploaded) == 1 and not getattr(provider, how)
    assert report["counts"]["left"] == report["totals"]["unanswered"] == 0 and not provider.files


@pytest.mark.parametrize("how", ["loses", "breaks"])
def test_a_provider_that_answers_no_more_has_each_batch_once(how: str, provider: Batches, tmp_path: Path) -> None:
    """The command fails, and the next one finds the batch that was made unseen, or makes it."""
    provider.breaks += ["batch"] * 3
    if how == "loses":
        provider.breaks.pop()
        provider.loses.append("batch")
    with pytest.raises(ModelFailed, match=r"could not be submitted \(502\)"):
        done(write(tmp_path / "in"), out=tmp_path / "out", **DEFERRED)
    assert len(provider.batches) == (how == "loses")
    assert done(tmp_path / "in", out=tmp_path / "out", **DEFERRED)["counts"]["left"] == 0
    assert len(provider.batches) == 1 and not provider.files


def sizes(provider: Batches, *, refused: bool) -> list[int]:
    """Questions of the batches that were refused, or were not."""
    return [one["questions"] for one in provider.batches.values() if (one["status"] == "failed") == refused]


ROOM = {
    "a file that is too large is halved": (50_000, 4, 2, [4], [2, 2]),
    "until it fits": (50_000, 5, 1, [5, 2], [1, 1, 1, 1, 1]),
    "files that fit, one at a time": (2, 6, 2, [2, 2], [2, 2, 2]),
    "as many as find room": (1, 5, 3, [1, 1], [1, 1, 1, 1, 1]),
}


@pytest.mark.parametrize("name", ROOM)
def test_what_finds_no_room_at_the_provider_is_submitted_later(
    name: str, provider: Batches, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """When others have ended, in smaller files where there are no others; every letter is answered by one command."""
    most, letters, provider.holds, refused, taken = ROOM[name]
    monkeypatch.setattr("extractor.batch.deferred.MOST_QUESTIONS", most)
    report = done(write(tmp_path / "in", letters), out=tmp_path / "out", **DEFERRED)
    assert report["counts"]["left"] == report["totals"]["unanswered"] == 0
    assert sizes(provider, refused=True) == refused and sizes(provider, refused=False) == taken
    assert not provider.files and not list((tmp_path / "out").glob("batch*"))


def test_a_provider_without_room_for_one_question_is_told(provider: Batches, tmp_path: Path) -> None:
    """Only then it is a failure; when there is room again, the same command begins with all of them."""
    provider.holds = 0
    with pytest.raises(ModelFailed, match="no room for even one question"):
        done(write(tmp_path / "in", 4), out=tmp_path / "out", **DEFERRED)
    assert sizes(provider, refused=True) == [4, 2, 1] and not provider.files
    provider.holds = None
    assert done(tmp_path / "in", out=tmp_path / "out", **DEFERRED)["totals"]["unanswered"] == 0
    assert sizes(provider, refused=False) == [4]


DEATHS = {
    "halving": ("_make_do", 0, [4, 4]),
    "deleting": ("_tidy", 1, [4]),
    "submitting again": ("_send", 1, [4]),
    "looking again": ("_look_at", 1, [4]),
    "deleting again": ("_tidy", 2, [4]),
    "submitting the rest": ("_send", 2, [4]),
}


@pytest.mark.parametrize("name", DEATHS)
def test_a_program_that_ends_while_there_is_no_room_goes_on(
    name: str, provider: Batches, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing that the provider took is submitted twice, nothing is left there, and the size that fits is kept."""
    dies_in, at, refused = DEATHS[name]
    provider.holds = 2
    works, calls = getattr(Provider, dies_in), iter(range(9))

    async def dies(self: Provider, *given: Any, **named: Any) -> Any:
        if next(calls) == at:
            raise Ended
        return await works(self, *given, **named)

    with monkeypatch.context() as patched, pytest.raises(Ended):
        patched.setattr(Provider, dies_in, dies)
        done(write(tmp_path / "in", 4), out=tmp_path / "out", **DEFERRED)
    assert done(tmp_path / "in", out=tmp_path / "out", **DEFERRED)["totals"]["unanswered"] == 0
    assert sizes(provider, refused=False) == [2, 2] and not provider.files
    assert sizes(provider, refused=True) == refused


@pytest.mark.parametrize("hangs", [False, True], ids=["between two looks", "in a look"])
def test_ctrl_c_ends_waiting_for_the_provider(
    hangs: bool, provider: Batches, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Within about a second, with a line; what the provider answers meanwhile is collected by the same command."""
    monkeypatch.setattr("extractor.batch.deferred.FIRST_POLL", 20.0)
    provider.seconds = 3600.0
    told: list[str] = []
    pressed: list[float] = []

    def press() -> None:
        pressed.append(time.monotonic())
        os.kill(os.getpid(), signal.SIGINT)

    def note(line: str) -> None:
        told.append(line)
        if line.startswith("interrupted"):
            pressed.append(time.monotonic())
        if ("submitted as" if hangs else "at the provider") in line:
            threading.Timer(0.2, press).start()

    with monkeypatch.context() as patched:
        if hangs:
            patched.setattr(Provider, "_retrieved", lambda *_: asyncio.sleep(20.0))
        report, code = perform(asked(write(tmp_path / "in"), out=tmp_path / "out", **DEFERRED), lambda run: None, note)
    assert pressed[1] - pressed[0] < 2 and code == 130 and report["counts"]["left"] == 3
    assert [line for line in told if "interrupted" in line] == [
        "interrupted: the provider works on; the same command collects the answers"
    ]
    provider.batches["batch-1"]["ready"] = 0.0
    assert done(tmp_path / "in", out=tmp_path / "out", **DEFERRED)["counts"]["left"] == 0
    assert len(provider.batches) == 1


def test_what_was_collected_is_deleted_at_the_provider(
    provider: Batches, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Questions, answers and failures of each batch: by the next command, where the program ended before it did."""
    provider.expires = 0.5
    with monkeypatch.context() as patched, pytest.raises(Ended):
        patched.setattr("openai.resources.files.AsyncFiles.delete", ended)
        done(write(tmp_path / "in", 6), out=tmp_path / "out", **DEFERRED)
    assert len(provider.files) == 3
    assert done(tmp_path / "in", out=tmp_path / "out", **DEFERRED)["counts"]["left"] == 0
    assert len(provider.batches) > 1 and not provider.files


def test_what_cannot_be_deleted_is_told_once(provider: Batches, tmp_path: Path) -> None:
    """The run is complete all the same; the same command tries it again."""
    provider.fails, provider.deletes = 0.3, False
    told: list[str] = []
    work = asked(write(tmp_path / "in", 6), out=tmp_path / "out", **DEFERRED)
    report, code = perform(work, lambda run: None, told.append)
    assert report["state"] == "complete" and code == 0 and len(provider.batches) > 1 and provider.files
    assert len([line for line in told if "cannot be deleted at the provider (403)" in line]) == 1
    provider.deletes = True
    done(tmp_path / "in", out=tmp_path / "out", **DEFERRED)
    assert not provider.files and not list((tmp_path / "out").glob("batch*"))


# What is told while it works.


def seen(run: Run, **totals: Any) -> str:
    run.totals = Totals(**totals)
    return view(run)


def test_one_line_tells_where_a_run_stands(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Done, flagged, failed, kept before, tokens, dollars, letters a second, time left; and why it stops."""
    clock = [1000.0]
    monkeypatch.setattr(time, "monotonic", lambda: clock[0])
    kept = RunFolder(tmp_path / "out", {}, fresh=False, mixed=False)
    with gather([str(write(tmp_path / "in", 100))], DEFAULT_LIMITS, apart=tmp_path / "out") as inputs:
        run = Run(inputs, kept, Options(DEFAULT_LIMITS))
        run.started, clock[0] = 1000.0, 1010.0
        told = seen(run, done=30, partial=8, failed=2)
        assert told == "40 of 100 letters, 30 done, 8 flagged, 2 failed, 4.0 a second, 0:15 left"
        told = seen(run, done=40, cached=5, attempts=35, prompt=200_000, completion=20_000, cost=1.25)
        assert "5 kept before, 220,000 tokens, $1.25, 4.0 a second" in told
        assert "price not known" in seen(run, done=1, attempts=1, unpriced=True)
        run.stopped = "interrupted"
        assert seen(run, done=1).endswith("Ctrl-C again stops at once")
    kept.close()


@pytest.mark.parametrize(("quiet", "lines"), [(False, 3), (True, 0)])
def test_without_a_terminal_a_line_now_and_then_is_told(
    quiet: bool, lines: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """One every ten seconds, none with --quiet; nothing of it on standard output."""
    clock = [0.0]
    monkeypatch.setattr("extractor.cli.progress.time.monotonic", lambda: clock[0])
    kept = RunFolder(tmp_path / "out", {}, fresh=False, mixed=False)
    with gather([str(write(tmp_path / "in", 3))], DEFAULT_LIMITS, apart=tmp_path / "out") as inputs:
        run = Run(inputs, kept, Options(DEFAULT_LIMITS))
        with Progress(quiet=quiet) as progress:
            for _ in range(70):
                clock[0] += 0.5
                progress.told(run)
    kept.close()
    out, err = capsys.readouterr()
    assert out == "" and len(err.splitlines()) == lines and all("of 3 letters" in line for line in err.splitlines())


def test_a_long_run_throws_away_what_it_no_longer_needs(tmp_path: Path) -> None:
    """A command turns the collector of garbage off for its short life; a run turns it on again."""
    collecting: list[bool] = []
    gc.disable()
    try:
        perform(
            asked(write(tmp_path / "in"), out=tmp_path / "out"),
            lambda _: collecting.append(gc.isenabled()),
            lambda _: None,
        )
    finally:
        gc.enable()
    assert collecting == [True] * 3


# What a hostile reader tried.


def test_letters_of_one_name_are_letters_of_their_own(tmp_path: Path) -> None:
    """Rows with one id, and members of an archive with one name: none is left out."""
    rows = [{"id": "Roe", "text": number(at)} for at in range(3)]
    (tmp_path / "rows.csv").write_text(as_csv(rows), encoding="utf-8")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        with zipfile.ZipFile(tmp_path / "two.zip", "w") as archive:
            archive.writestr("a.txt", number(7))
            archive.writestr("a.txt", number(8))
    report = done(tmp_path / "rows.csv", tmp_path / "two.zip", out=tmp_path / "out")
    assert report["counts"]["inputs"] == report["counts"]["done"] == 5
    cases = {line["case"]["case_number"] for line in results(tmp_path / "out")}
    assert len(cases) == 5


def test_names_of_any_bytes_and_rows_named_as_files(tmp_path: Path) -> None:
    """A name that is no UTF-8 is written as it can be; a text whose id ends in .pdf is no PDF; binary text is text."""
    import pyarrow

    folder = write(tmp_path / "in", 1)
    os.rename(os.fsencode(folder / "0.txt"), os.fsencode(folder) + b"/bad\xff.txt")
    (tmp_path / "rows.jsonl").write_text(json.dumps({"id": "letter.pdf", "text": number(1)}), encoding="utf-8")
    parquet.write_table(pyarrow.table({"text": [number(2).encode()]}), tmp_path / "rows.parquet")
    report = done(folder, tmp_path / "rows.jsonl", tmp_path / "rows.parquet", out=tmp_path / "out")
    assert report["counts"]["done"] == 3
    assert parquet.read_table(tmp_path / "out" / "letters.parquet").num_rows == 3


def test_folders_behind_links_are_read_once(tmp_path: Path) -> None:
    """A link back ends nothing."""
    write(tmp_path / "other", 2)
    folder = write(tmp_path / "in", 1)
    (folder / "linked").symlink_to(tmp_path / "other")
    (folder / "back").symlink_to(folder)
    assert done(folder, out=tmp_path / "out")["counts"]["inputs"] == 3


def test_what_failed_is_tried_again_with_another_limit(tmp_path: Path) -> None:
    """The advice in its message is of use."""
    folder = write(tmp_path / "in", 1)
    assert done(folder, out=tmp_path / "out", limits=Limits(bytes=100))["counts"]["failed"] == 1
    assert done(folder, out=tmp_path / "out")["counts"]["done"] == 1


def test_a_reviewers_line_that_holds_more_than_a_specialty_is_not_written_without_text(tmp_path: Path) -> None:
    """Only names of a closed list."""
    letter = number(1).replace(
        "Family Practice, Physical Medicine", "Family Practice, Dr. Jane Roe of 12 Oak Street, Physical Medicine"
    )
    (tmp_path / "a.txt").write_text(letter, encoding="utf-8")
    done(tmp_path / "a.txt", out=tmp_path / "out", no_text=True)
    (line,) = lines(tmp_path / "out" / "determinations.jsonl")
    assert line["reviewer"]["specialties"] == ["family practice", "other", "physical medicine and rehabilitation"]


def test_text_and_no_text_are_never_mixed(tmp_path: Path) -> None:
    """Not even where --mixed is said."""
    folder = write(tmp_path / "in", 1)
    done(folder, out=tmp_path / "out")
    with pytest.raises(RunTrouble, match="no_text"):
        done(folder, out=tmp_path / "out", no_text=True, mixed=True)


DAMAGE: dict[str, Callable[[Path], object]] = {
    "a torn account": lambda out: (out / RUN).write_text("{", encoding="utf-8"),
    "an account of nothing": lambda out: (out / RUN).write_text("[]", encoding="utf-8"),
    "a foreign file among the shards": lambda out: (out / SHARDS / "copy.jsonl").write_text("x\n", encoding="utf-8"),
    "lines of other kinds": lambda out: (out / SHARDS / "00007.jsonl").write_text(
        '[1]\nnull\n{"ended":"zz"}\n', encoding="utf-8"
    ),
    "a changed body": lambda out: _spoil(out / SHARDS / "00000.jsonl"),
}


def _spoil(path: Path) -> None:
    path.write_bytes(path.read_bytes().replace(b"upheld", b"uphold", 1))


@pytest.mark.parametrize("name", DAMAGE)
def test_damage_in_the_folder_is_read_around_or_named(name: str, tmp_path: Path) -> None:
    """Never a traceback, and --fresh always begins anew."""
    folder = write(tmp_path / "in")
    done(folder, out=tmp_path / "out")
    DAMAGE[name](tmp_path / "out")
    if "account" in name:
        with pytest.raises(RunTrouble, match="damaged"):
            done(folder, out=tmp_path / "out")
        assert done(folder, out=tmp_path / "out", fresh=True)["counts"]["done"] == 3
    else:
        assert done(folder, out=tmp_path / "out")["counts"]["done"] == 3
        assert [line["issues"][0]["decision"] for line in results(tmp_path / "out")] == ["upheld"] * 3


def test_fresh_begins_anew_whatever_was_left(tmp_path: Path) -> None:
    """Answers, batches and half-written files of an earlier run go too."""
    folder = write(tmp_path / "in", 1)
    done(folder, out=tmp_path / "out")
    out = tmp_path / "out"
    (out / "answers").mkdir()
    for name in ("batches.json", "batch-answers-x.jsonl", ".part-run.json-0123abcd"):
        (out / name).write_text("{}", encoding="utf-8")
    assert done(folder, out=out, fresh=True)["counts"]["done"] == 1
    assert not [path for path in out.iterdir() if path.name.startswith((".part", "batch", "answers"))]


@pytest.mark.slow
def test_workers_end_with_a_run_that_is_killed(tmp_path: Path) -> None:
    """No process is left that holds letters."""
    write(tmp_path / "in", 400)
    process = subprocess.Popen(
        [*COMMAND, "batch", "in", "--out", "out", "--quiet"], cwd=tmp_path, env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdout=subprocess.DEVNULL,
    )  # fmt: skip
    children: list[str] = []
    while process.poll() is None and len(children) < 2:
        with contextlib.suppress(OSError):
            children = Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text(encoding="ascii").split()
    if not children:
        pytest.skip("this system does not tell a process's children")
    process.kill()
    process.wait()
    waited_for(lambda: not [child for child in children if Path(f"/proc/{child}").exists()])  # when their pipe does


def test_a_second_ctrl_c_stops_a_run_that_waits_for_a_model(mock: Mock, tmp_path: Path) -> None:
    """At once, with what was finished; no thread is waited for."""
    mock.scenario, mock.rate, mock.seed = "hang", 0.5, 1
    folder = write(tmp_path / "in", 60)
    begun: list[Run] = []

    def press() -> None:
        waited_for(lambda: begun and mock.seconds >= 4 * HOURS)  # all four slots hang
        os.kill(os.getpid(), signal.SIGINT)
        waited_for(lambda: begun[0].stopped == "interrupted")
        os.kill(os.getpid(), signal.SIGINT)

    twice = threading.Thread(target=press)
    twice.start()
    started = time.monotonic()
    report, code = perform(
        asked(folder, out=tmp_path / "out", model=model(timeout=60.0), slots=4), begun.append, lambda _: None
    )
    assert code == 130 and time.monotonic() - started < 15 and report["counts"]["left"] > 0
    twice.join()


def test_a_cost_that_would_be_too_much_is_not_begun(
    mock: Mock, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Not even by the letters that are open at once: nothing is spent under --max-cost 0."""
    monkeypatch.setattr("extractor.batch.local.cost", lambda model, usage: 0.01)
    monkeypatch.setattr("extractor.model.usage.cost", lambda model, usage: 0.01 * usage.attempts)
    work = asked(write(tmp_path / "in", 9), out=tmp_path / "out", model=model(), slots=9, stops=Stops(max_cost=0.035))
    report, code = perform(work, lambda _: None, lambda _: None)
    assert code == 6 and mock.asked <= 3 and report["counts"]["left"] >= 6
    work = asked(tmp_path / "in", out=tmp_path / "none", model=model(), stops=Stops(max_cost=0.0))
    before = mock.asked
    assert perform(work, lambda _: None, lambda _: None)[1] == 6 and mock.asked == before


def test_a_provider_that_takes_no_batch_costs_no_try(
    provider: Batches, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """However often: when it takes them, all letters are answered."""
    with monkeypatch.context() as patched:
        patched.setattr(Batches, "_submitted", lambda self, asked: (400, b'{"error": {"message": "no"}}'))
        for _ in range(4):
            with pytest.raises(ModelFailed, match="could not be submitted"):
                done(write(tmp_path / "in"), out=tmp_path / "out", **DEFERRED)
    assert done(tmp_path / "in", out=tmp_path / "out", **DEFERRED)["totals"]["unanswered"] == 0


def test_lines_of_a_provider_that_do_not_fit_are_as_good_as_missing(
    provider: Batches, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Torn JSON, no object, no id, no body: the questions are asked again."""
    made, spoiled = Batches._made, []

    def made_with_noise(self: Batches, held: dict[str, bytes], kind: str, data: bytes) -> tuple[int, bytes]:
        if b'"response"' in data and not spoiled:
            spoiled.append(True)
            first, *rest = data.split(b"\n")
            data = b"\n".join(
                [
                    b"{torn",
                    b"[1]",
                    b'{"response": "x"}',
                    b'{"custom_id": "'
                    + json.loads(first)["custom_id"].encode()
                    + b'", "response": {"status_code": 200}}',
                    *rest,
                ]
            )
        return made(self, held, kind, data)

    monkeypatch.setattr(Batches, "_made", made_with_noise)
    report = done(write(tmp_path / "in"), out=tmp_path / "out", **DEFERRED)
    assert spoiled and report["counts"]["left"] == report["totals"]["unanswered"] == 0 and len(provider.batches) == 2
