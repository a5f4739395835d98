"""``imr eval``: runs are saved, scored again, compared, and held against the baseline."""

from __future__ import annotations

import json
import os
import re
import shutil
import stat
import subprocess
import sys
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

from evals import baseline
from evals.agreement import Agreement, measure
from evals.annotate import Unfinished, check
from evals.command import Options, annotate, perform, run
from evals.golden import Annotation, DamagedAnnotation, golden_letters, golden_root
from evals.record import DamagedRun, read
from evals.table import NoParquet
from extractor import read_source
from extractor.errors import ImrError
from extractor.model.mock.scenarios import SCENARIOS
from extractor.source import SourceText

SOME = ("side-consistent", "headed-single-upheld", "not-ur-denial")


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """Three golden letters, one of them no determination."""
    folder = tmp_path / "data"
    for name in SOME:
        shutil.copytree(golden_root() / name, folder / name)
    return folder


def imr_eval(*arguments: str | Path, cwd: Path) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "IMR_CACHE_DIR": str(cwd / "cache")}
    return subprocess.run(
        [sys.executable, "-m", "extractor", "eval", *map(str, arguments)], capture_output=True, text=True, cwd=cwd, env=environment,
    )  # fmt: skip


def spoil(data: Path, name: str, **changes: Any) -> None:
    """The annotation says something else than the letter."""
    path = data / name / "annotation.json"
    stated = json.loads(path.read_text())
    stated["issues"][0].update(changes)
    path.write_text(json.dumps(stated))


def test_a_run_is_scored_by_rules_model_and_both(data: Path) -> None:
    """Four columns; the document that is none is refused, and counts."""
    found = run(Options("mock", data, cache=False))
    figures = found.figures()
    assert list(figures) == ["rules", "model", "combined", "always_upheld"]
    assert figures["combined"]["determinations"]["n"] == 3
    assert figures["always_upheld"]["determinations"]["wrong"] == 1
    assert figures["rules"]["fields"]["refused"]["recall"]["value"] == 1
    assert found.work()["attempts"] == 2
    rows = found.reliability()
    assert sum(row["n"] for row in rows) == 3
    assert [row["confidence"] for row in rows] == sorted((row["confidence"] for row in rows), reverse=True)
    unseen = found.unseen()
    assert unseen and unseen["letters"]["n"] == 2 and unseen["confidence"] == 0.95


def test_a_saved_run_gives_the_same_figures_without_asking(data: Path, tmp_path: Path) -> None:
    """All of them; its file is its owner's alone, and names no place of the machine."""
    saved = tmp_path / "run.jsonl"
    fresh = run(Options("mock", data, cache=False), save=saved)
    from evals.command import load

    assert load(saved).figures() == fresh.figures()
    assert stat.S_IMODE(saved.stat().st_mode) == 0o600
    assert str(tmp_path) not in saved.read_text().partition("\n")[0]
    assert json.loads(saved.read_text().partition("\n")[0])["data"]["name"] == "data"


DAMAGED = {
    "empty": "",
    "no JSON": "x\n",
    "another file": '{"kind": "letter"}\n',
    "a list": "[]\n",
    "an older form": '{"kind": "run", "schema": 0}\n',
}


@pytest.mark.parametrize("name", DAMAGED)
def test_a_file_that_is_no_run_is_one_line(name: str, tmp_path: Path) -> None:
    """Never a traceback."""
    path = tmp_path / "run.jsonl"
    path.write_text(DAMAGED[name])
    with pytest.raises(DamagedRun, match="holds no run"):
        read(path)


def test_a_run_cut_short_names_its_line(data: Path, tmp_path: Path) -> None:
    """What was read before is of no use for figures: the run is refused."""
    saved = tmp_path / "run.jsonl"
    run(Options("none", data), save=saved)
    saved.write_text(saved.read_text()[:-200])
    with pytest.raises(DamagedRun, match="line 4"):
        list(read(saved)[1])


def test_the_gate_holds(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """7 where a determination broke that was right; the baseline changes by its own option alone."""
    options = Options("none", data)
    with pytest.raises(baseline.NoBaseline):
        perform(options, gate=True)
    assert perform(options, update=True) == 0
    assert perform(options, gate=True) == 0
    kept = (data / baseline.NAME).read_text()
    spoil(data, "headed-single-upheld", decision="overturned")
    assert perform(options, gate=True) == baseline.REGRESSION
    assert "headed-single-upheld item 1" in capsys.readouterr().out
    assert (data / baseline.NAME).read_text() == kept


def test_the_baseline_holds_no_text(data: Path) -> None:
    """Names of letters and fields, and counts."""
    perform(Options("none", data), update=True)
    assert "knee" not in (data / baseline.NAME).read_text()


def test_a_letter_that_cannot_be_read_does_not_stop_the_run(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is wrong, and named; so is one that met a fault of ours."""
    (data / "side-consistent" / "letter.txt").write_text("")
    found = run(Options("none", data))
    assert found.figures()["rules"]["letters"]["failed"] == ["side-consistent"]

    def fault(*args: object) -> None:
        raise ValueError

    monkeypatch.setattr("evals.run.extract", fault)
    found = run(Options("none", data))
    assert found.figures()["rules"]["letters"]["failed"] == ["headed-single-upheld", "side-consistent"]


def test_what_is_wanted_of_the_command(data: Path) -> None:
    """Tables, JSON, JUnit, a comparison, a part of the letters; what makes no sense is wrong usage."""
    cwd = data.parent
    assert "determinations" in imr_eval("--data", data, cwd=cwd).stdout
    told = json.loads(imr_eval("--data", data, "--json", "--filter", "single", cwd=cwd).stdout)
    assert told["run"]["data"]["letters"] == 1
    assert told["columns"]["rules"]["determinations"]["wrong"] == 0
    assert imr_eval("--data", data, "--save", "a.jsonl", "--junit", "j.xml", "--limit", 2, cwd=cwd).returncode == 0
    suite = ElementTree.parse(cwd / "j.xml").getroot()
    assert (suite.get("tests"), suite.get("failures")) == ("2", "0")
    said = imr_eval("--data", data, "--compare", "a.jsonl", cwd=cwd).stdout
    assert "determinations broken: 0" in said and "only in the second" in said
    assert "broken: 0" in imr_eval("--compare", "a.jsonl", "a.jsonl", cwd=cwd).stdout
    assert imr_eval("--data", data, "--gate", "--limit", 1, cwd=cwd).returncode == 2
    assert imr_eval("a.jsonl", cwd=cwd).returncode == 2
    assert imr_eval("--data", cwd / "none", cwd=cwd).returncode == 3
    assert imr_eval("--data", data, "--model", "openai/gpt-4o", cwd=cwd).returncode == 2


def test_junit_holds_no_text(data: Path, tmp_path: Path) -> None:
    """It lands in logs."""
    spoil(data, "side-consistent", decision="upheld", rationale={"text": "Something else"})
    path = tmp_path / "j.xml"
    perform(Options("none", data), junit_path=path)
    case = next(case for case in ElementTree.parse(path).getroot() if "side" in str(case.get("name")))
    failure = case.find("failure")
    assert failure is not None
    assert failure.text == "item 1: decision: wrong, wrong_determination"
    assert "Something else" not in path.read_text()


def test_the_outcome_table_as_parquet_is_that_of_the_saved_run(data: Path, tmp_path: Path) -> None:
    """Every row of every letter, in order; what was run is its metadata; its file is its owner's alone."""
    from pyarrow import parquet

    saved, written = tmp_path / "run.jsonl", tmp_path / "run.parquet"
    run(Options("none", data), save=saved, table=written)
    told = parquet.read_table(written)
    rows = [(row["letter"], row["column"], row["field"], row["verdict"], row["gold_spans"]) for row in told.to_pylist()]
    assert rows == [
        (row.letter, column, row.field, row.verdict, [list(span) for span in row.gold_spans])
        for one in read(saved)[1]
        for column, rows in one.rows.items()
        for row in rows
    ]
    decided = [row for row in told.to_pylist() if row["field"] == "decision" and row["column"] == "rules"]
    assert [row["gold"] for row in decided] == ["upheld", "overturned", "upheld"]
    injured = [row["gold"] for row in told.to_pylist() if row["field"] == "case.date_of_injury" and row["gold"]]
    assert all(re.fullmatch(r"\d{4}-\d\d-\d\d", day) for day in injured) and injured
    assert json.loads(told.schema.metadata[b"imr eval"])["data"]["letters"] == 3
    assert stat.S_IMODE(written.stat().st_mode) == 0o600


def test_without_the_extra_parquet_is_one_line(data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It says what to install, and nothing is written."""
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    with pytest.raises(NoParquet, match="parquet"):
        run(Options("none", data), table=tmp_path / "run.parquet")
    assert not (tmp_path / "run.parquet").exists()


def test_planted_errors_of_a_data_set(data: Path) -> None:
    """Every scenario of the mock, as a table and as JSON."""
    said = imr_eval("--planted", "--data", data, cwd=data.parent).stdout
    assert "wrong answers, corrected or flagged" in said
    told = json.loads(imr_eval("--planted", "--json", "--data", data, "--limit", 1, cwd=data.parent).stdout)
    assert list(told["kinds"]) == list(SCENARIOS)
    assert told["kinds"]["hang"] == {"planted": 1, "corrected": 1, "flagged": 1, "slipped": []}
    assert told["items"] == 1


def test_the_report_holds_the_curve_of_noise(data: Path, tmp_path: Path) -> None:
    """Each level of noise by item F1 and by determinations that are not right; a page without addresses."""
    path = tmp_path / "report.html"
    perform(Options("none", data), report=path)
    page = path.read_text()
    for name in ("item_f1", "not_right"):
        places = re.search(rf'<polyline class="{name}" points="([^"]*)"', page)
        assert places and len(places[1].split()) == 5
    assert "5.0% of characters misread" in page
    assert not re.search(r"(?:src|href)=|https?:", page)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_repeats_are_asked_anew_and_their_agreement_is_told(
    data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The index of the repeat is part of the cache's key; cached latency is kept apart."""
    monkeypatch.setenv("IMR_CACHE_DIR", str(tmp_path / "cache"))
    first = run(Options("mock", data, repeat=2)).work()
    assert first["attempts"] == 4
    assert first["repeats_agree"] == {"items": 3, "agreed": 3}
    again = run(Options("mock", data, repeat=2)).work()
    assert again["attempts"] == 0
    assert again["seconds_cached"]["n"] == 4


def test_nothing_to_score_is_an_error(tmp_path: Path) -> None:
    """Not a perfect score."""
    with pytest.raises(ImrError, match="no letters"):
        run(Options("none", tmp_path))


def test_agreement_is_told_by_field_and_by_code(data: Path, tmp_path: Path) -> None:
    """Two annotators who differ in one reason: its kappa by hand, all other fields alike."""
    other = tmp_path / "other"
    shutil.copytree(data, other)
    path = other / "side-consistent" / "annotation.json"
    stated = json.loads(path.read_text())
    codes = [reason["code"] for reason in stated["issues"][0]["rationale"]["reasons"]]
    stated["issues"][0]["rationale"]["reasons"] = []
    path.write_text(json.dumps(stated))
    found = measure(data, other)
    assert found.items == 3
    assert found.first_alone[codes[0]] == 1
    figures = found.board.figures()
    assert figures["fields"]["rationale"]["f1"]["value"] == 1
    assert figures["fields"]["rationale.reasons"]["precision"]["value"] == 1
    assert figures["fields"]["rationale.reasons"]["recall"]["value"] < 1
    assert "kappa" in imr_eval("--agreement", data, other, cwd=tmp_path).stdout
    assert imr_eval("--agreement", data, tmp_path / "none", cwd=tmp_path).returncode == 3


KAPPA = {
    "alike": (2, 0, 0, 4, 1.0), "by chance alone": (1, 1, 1, 4, 0.0), "less than chance": (0, 2, 2, 4, -1.0),
    "some": (2, 1, 0, 4, 0.5), "never given": (0, 0, 0, 4, None), "always given": (4, 0, 0, 4, None),
}  # fmt: skip


@pytest.mark.parametrize("name", KAPPA)
def test_kappa(name: str) -> None:
    """Seen agreement less what chance gives, by hand."""
    both, one, other, items, kappa = KAPPA[name]
    found = Agreement(both=Counter(x=both), first_alone=Counter(x=one), second_alone=Counter(x=other), items=items)
    assert found.kappa("x") == (pytest.approx(kappa) if kappa is not None else None)


def begin(folder: Path, *options: str) -> dict[str, Any]:
    """A letter alone in a folder, and its annotation begun."""
    folder.mkdir()
    shutil.copy(golden_root() / "side-consistent" / "letter.txt", folder)
    annotate(folder / "letter.txt", filled="--draft" in options, model="none")
    begun: dict[str, Any] = json.loads((folder / "annotation.json").read_text())
    return begun


def test_an_empty_annotation_states_nothing(tmp_path: Path) -> None:
    """Every key, no value."""
    begun = begin(tmp_path / "new")
    assert set(begun["case"].values()) == {None}
    assert begun["issues"][0]["decision"] == "unknown"
    assert "spans" not in json.dumps(begun) and "evidence" not in json.dumps(begun)


def test_a_draft_is_no_annotation_before_every_value_is_confirmed(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Neither for the check nor for a run."""
    folder = tmp_path / "new"
    begun = begin(folder, "--draft")
    assert {"case.case_number", "issues.0.decision", "issues.0.request.text"} <= set(begun["unconfirmed"])
    begun["annotator"] = "me"
    path = folder / "annotation.json"
    path.write_text(json.dumps(begun))
    with pytest.raises(Unfinished):
        annotate(folder / "letter.txt", filled=False, model="none")
    with pytest.raises(DamagedAnnotation, match="not confirmed"):
        run(Options("none", tmp_path))
    path.write_text(json.dumps({**begun, "unconfirmed": []}))
    annotate(folder / "letter.txt", filled=False, model="none")
    assert "nothing is wrong" in capsys.readouterr().out
    assert run(Options("none", tmp_path)).figures()["rules"]["determinations"]["wrong"] == 0


WRONG: dict[str, tuple[Callable[[dict[str, Any]], object], str]] = {
    "nobody": (lambda stated: stated.update(annotator=""), "annotator: say who"),
    "words that are not there": (lambda stated: stated["issues"][0]["request"].update(text="Lumbar fusion"), "issues.0.request: these words"),
    "a word of no list": (lambda stated: stated["issues"][0].update(category="poetry"), "issues.0.category: "),
    "a key that there is not": (lambda stated: stated.update(colour="red"), "colour: Extra inputs"),
    "a key left out": (lambda stated: stated["case"].pop("priority"), "case.priority: say what"),
    "a key left out of an item": (lambda stated: stated["issues"][1].pop("authorized"), "issues.1.authorized: say what"),
    "an outcome that the items do not make": (lambda stated: stated.update(outcome="all_upheld"), "outcome: the items"),
    "items in no order": (lambda stated: stated["issues"].reverse(), "issues: number them"),
    "spans that hold other words": (lambda stated: stated["issues"][0]["request"].update(spans=[[0, 4]]), "issues.0.request: its spans"),
}  # fmt: skip


@pytest.mark.parametrize("name", WRONG)
def test_what_is_wrong_with_an_annotation_is_told_by_its_place(name: str, tmp_path: Path) -> None:
    """One line each."""
    folder = tmp_path / "letter"
    shutil.copytree(golden_root() / "side-consistent", folder)
    path = folder / "annotation.json"
    stated = json.loads(path.read_text())
    source = read_source(folder / "letter.txt")
    assert list(check(path, source)) == []
    spoiled, told = WRONG[name]
    spoiled(stated)
    path.write_text(json.dumps(stated))
    assert [line for line in check(path, source) if line.startswith(told)], list(check(path, source))


def test_golden_annotations_are_finished() -> None:
    """By their own check."""
    for letter in golden_letters():
        source = read_source(letter.path) if isinstance(letter.annotation, Annotation) else SourceText("", "", "", "")
        assert list(check(letter.folder / "annotation.json", source)) == [], letter.id


def test_the_page_shows_each_mistake_in_its_letter(data: Path, tmp_path: Path) -> None:
    """Self-contained, its owner's alone, what a letter holds never taken for markup; annotated beside read."""
    letter = data / "side-consistent" / "letter.txt"
    letter.write_text(letter.read_text().replace("Physical therapy", "<script>alert(1)</script> therapy"))
    stated = json.loads((data / "side-consistent" / "annotation.json").read_text())
    spoil(
        data, "side-consistent", rationale={"text": stated["issues"][0]["rationale"]["text"][:-40]}, decision="upheld"
    )
    path = tmp_path / "page.html"
    path.touch(mode=0o644)
    perform(Options("none", data), report=path)
    told = path.read_text()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert told.count("<script>") == 1 and "http" not in told.replace("http-equiv", "")
    assert 'data-kinds="wrong_determination"' in told and 'data-kinds="span_too_long"' in told
    assert '<mark class="both">' in told and '<mark class="read">' in told
    assert str(tmp_path) not in told
