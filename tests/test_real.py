"""Published letters, read and compared with reference answers. None of them is part of the project."""

from __future__ import annotations

import csv
import hashlib
import json
from dataclasses import dataclass, field
from functools import cache
from typing import Any

import pytest

from evals.fields import CONTRADICTIONS
from extractor import extract, read_source
from extractor.errors import NotADetermination
from extractor.schema import Determination, Issue, Text
from tests.conftest import REAL, ROOT
from tests.structure import CASE, GUIDELINES, false_spans, squeezed, text_of
from tests.test_golden import WORTH_A_LOOK

pytestmark = pytest.mark.real

FIELDS = ("claims_administrator_guideline", "reviewer_guideline", "rationale")
AT_LEAST = 0.99


@dataclass
class Score:
    right: int = 0
    total: int = 0
    wrong: list[str] = field(default_factory=list)

    def add(self, place: str, ok: bool) -> None:
        self.total += 1
        self.right += ok
        if not ok:
            self.wrong.append(place)

    @property
    def share(self) -> float:
        return self.right / self.total


@cache
def reference() -> dict[str, list[dict[str, Any]]]:
    with (REAL / "reference.jsonl").open(encoding="utf-8") as lines:
        return {record["letter"]: record["items"] for record in map(json.loads, lines)}


@cache
def annotations() -> dict[str, dict[str, Any]]:
    found = {}
    for path in sorted((REAL / "annotations").glob("*.json")):
        found[path.stem] = json.loads(path.read_text(encoding="utf-8"))
    return found


@cache
def result(letter: str) -> Determination:
    return extract(REAL / "letters" / f"{letter}.pdf")


@cache
def scores() -> dict[str, Score]:
    """Every field of every item against the references; a missing or invented item is a wrong one."""
    table: dict[str, Score] = {name: Score() for name in ("items", "decision", "request", *FIELDS)}
    for letter, items in reference().items():
        issues = result(letter).issues
        for number in range(max(len(items), len(issues))):
            place = f"{letter} item {number + 1}"
            table["items"].add(place, number < len(items) and number < len(issues))
            if number < len(items) and number < len(issues):
                _score_item(table, place, letter, number, issues[number], items[number])
    for letter, annotation in annotations().items():
        _score_letter(table, letter, annotation)
    return table


def _score_item(
    table: dict[str, Score], place: str, letter: str, number: int, issue: Issue, item: dict[str, Any]
) -> None:
    table["decision"].add(place, issue.decision == item["decision"])
    for name in FIELDS:
        table[name].add(place, text_of(getattr(issue, name)) == squeezed(item[name]))
    request = text_of(issue.request)
    if letter in annotations():
        table["request"].add(place, request == squeezed(annotations()[letter]["issues"][number]["request"]))
        return
    heading = squeezed(item["treatment"])
    if issue.original_request is None:
        table["request"].add(place, request == heading)
    else:
        table["request"].add(place, request != "" and heading.removesuffix("is").endswith(request))


def _score_letter(table: dict[str, Score], letter: str, annotation: dict[str, Any]) -> None:
    got = result(letter)
    case = table.setdefault("case fields", Score())
    for name in CASE:
        value = getattr(got.case, name)
        case.add(
            f"{letter} {name}",
            (value.isoformat() if hasattr(value, "isoformat") else value) == annotation["case"][name],
        )
    reviewer = table.setdefault("reviewer fields", Score())
    for name in ("specialties", "licensed_in"):
        reviewer.add(f"{letter} {name}", getattr(got.reviewer, name) == annotation["reviewer"][name])
    patient = table.setdefault("age and sex", Score())
    for name in ("age", "sex"):
        patient.add(f"{letter} {name}", getattr(got.patient, name) == annotation["patient"][name])
    for issue, want in zip(got.issues, annotation["issues"], strict=False):
        basis, partial = table.setdefault("basis", Score()), table.setdefault("partial approval", Score())
        for name in GUIDELINES:
            guideline = getattr(issue, name)
            basis.add(f"{letter} item {issue.number}", guideline is not None and guideline.basis == want[name]["basis"])
        for name in ("original_request", "authorized"):
            partial.add(f"{letter} item {issue.number} {name}", text_of(getattr(issue, name)) == squeezed(want[name]))


def test_the_table(capsys: pytest.CaptureFixture[str]) -> None:
    """Prints what was right, so that every run shows where the rules stand."""
    with capsys.disabled():
        print(f"\n{len(reference())} published letters, {len(annotations())} of them annotated by hand")
        for name, score in scores().items():
            print(f"  {name:<32} {score.right:>4} of {score.total:>4}  {' '.join(score.wrong)}")


@pytest.mark.parametrize("name", ["items", "decision", "case fields", "reviewer fields", "basis", "partial approval"])
def test_every_one_is_right(name: str) -> None:
    """No item lost or invented, no decision or fact of the case wrong."""
    assert scores()[name].wrong == []


@pytest.mark.parametrize("name", ["request", *FIELDS])
def test_texts_are_exact(name: str) -> None:
    """Exact but for white space in 99 of 100 items."""
    assert scores()[name].share >= AT_LEAST, scores()[name].wrong


def test_age_and_sex() -> None:
    """At most one of the annotated ages and sexes is wrong."""
    assert len(scores()["age and sex"].wrong) <= 1


def test_confidence_can_be_believed(capsys: pytest.CaptureFixture[str]) -> None:
    """Set by the golden letters, and held here against the references: sure items are right, most items are sure."""
    from evals.calibration import SURE, Known, measure, show

    def truth(letter: str) -> list[Issue]:
        issues = [issue.model_copy() for issue in result(letter).issues]
        for issue, item in zip(issues, reference()[letter], strict=True):
            issue.decision = item["decision"]
            for name in FIELDS:
                setattr(issue, name, item[name] and Text(text=item[name], spans=[]))
        return issues

    known = [
        Known(letter, read_source(REAL / "letters" / f"{letter}.pdf"), result(letter), truth(letter))
        for letter in reference()
    ]
    items = measure(known)
    with capsys.disabled():
        print()
        show(items)
    sure = [item for item in items if item.confidence >= SURE]
    assert len(sure) >= 0.7 * len(items)
    assert sum(item.decision for item in sure) >= 0.99 * len(sure)
    assert sum(item.texts_right for item in sure) >= 0.97 * sum(item.texts for item in sure)


def test_the_reference_is_whole() -> None:
    """A shortened reference would pass unseen."""
    assert (len(reference()), sum(map(len, reference().values()))) == (59, 124)
    assert (len(annotations()), sum(len(entry["issues"]) for entry in annotations().values())) == (27, 61)


def test_no_false_alarm() -> None:
    """A published letter is whole: nothing of its form is in doubt, whatever it says."""
    doubts = {letter: [flag.code for flag in result(letter).flags] for letter in reference()}
    for letter in reference():
        doubts[letter] += [flag.code for issue in result(letter).issues for flag in issue.flags]
    meant = CONTRADICTIONS | WORTH_A_LOOK
    assert {letter: codes for letter, codes in doubts.items() if set(codes) - meant} == {}


def test_spans_hold_their_texts() -> None:
    """Every text of every published letter's result is its spans."""
    for letter in reference():
        source = read_source(REAL / "letters" / f"{letter}.pdf")
        assert false_spans(extract(source), source) == [], letter


SEEDS = {
    "000_60183f59600a12da.txt": ["upheld", "upheld", "upheld"],
    "003_41b38114a66d8f18.txt": ["upheld"],
}
SEED_HASHES = {
    # SHA-256 (16 digits) of the fields without white space, each cut from the letter by hand: the clinical
    # summary, then for each item request, both guidelines, rationale.
    "000_60183f59600a12da.txt": [
        "fbc5bf797b7bb47d",
        "cc609dcfb2148b1b", "6bb82a85f1eb9859", "0f0496902f7c87a0", "fb14cf1a855073e6",
        "9066b1019729099d", "4b49310976989e1d", "56ae4f2fd8b7b855", "bb5d3db0dff8e844",
        "da00a3a7b23f8d79", "6bb82a85f1eb9859", "4785252793974270", "6ecce619d19e70e2",
    ],
    "003_41b38114a66d8f18.txt": [
        "898e70e8d8c29bec",
        "835b86d7f820df4a", "9229af0ba42bf962", "a56c7daddc623689", "bb7f586d0456ce57",
    ],
}  # fmt: skip


@pytest.mark.parametrize("name", sorted(SEEDS))
def test_seed_letters_in_full(name: str) -> None:
    """The letters that the project began from: counts, decisions, and every field by its hash."""
    got = extract(REAL / "seed_letters" / name)
    assert [issue.decision for issue in got.issues] == SEEDS[name]
    texts = [text_of(got.clinical_summary)]
    for issue in got.issues:
        texts += [text_of(getattr(issue, field_name)) for field_name in ("request", *FIELDS)]
    assert [hashlib.sha256(text.encode()).hexdigest()[:16] for text in texts] == SEED_HASHES[name]


def test_the_notice_of_2013() -> None:
    """The only sample of its layout gives its numbered decisions, and says that it is not well known."""
    got = extract(REAL / "imr_notice_2013_excerpt.txt")
    assert [issue.decision for issue in got.issues] == ["upheld", "upheld"]
    assert got.status == "partial"
    assert {"unverified_layout", "truncated_letter"} <= {flag.code for flag in got.flags}
    assert str(got.case.decision_date) == "2013-09-26"


def test_other_documents_are_refused() -> None:
    """Health-plan findings and external appeals hold no determination of this kind."""
    with (REAL / "other_documents" / "dmhc_imr_findings_20.csv").open(encoding="utf-8", newline="") as file:
        documents = ["\n".join(f"{k}: {v}" for k, v in row.items()) for row in csv.DictReader(file)]
    with (REAL / "other_documents" / "ny_dfs_external_appeals_10.jsonl").open(encoding="utf-8") as lines:
        documents += ["\n".join(f"{k}: {v}" for k, v in json.loads(line).items()) for line in lines]
    assert len(documents) == 30
    for document in documents:
        with pytest.raises(NotADetermination, match="it lacks"):
            extract(document.encode())


def test_the_readme_shows_what_published_letters_give() -> None:
    """Its table is made from them (make eval)."""
    from tests.published import table

    shown = (ROOT / "README.md").read_text(encoding="utf-8")
    assert f"<!-- begin: eval-published -->\n{chr(10).join(table())}\n<!-- end -->" in shown
