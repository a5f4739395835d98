"""What published letters say, compared with annotations and with second readers' verdicts (tests/verdicts)."""

from __future__ import annotations

import hashlib
import json
import re
from collections import Counter
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from evals.fields import CONTRADICTIONS
from extractor import extract
from extractor.schema import Citation, Details, Issue
from tests.conftest import REAL
from tests.meaning import LISTS, VALUES, detail
from tests.structure import GUIDELINES, squeezed
from tests.test_real import annotations, reference, result

pytestmark = pytest.mark.real

VERDICTS = Path(__file__).parent / "verdicts"


@cache
def verdicts(name: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads((VERDICTS / f"{name}.json").read_text(encoding="utf-8"))
    return found


def issue(letter: str, number: int) -> Issue:
    return result(letter).issues[number - 1]


def plain(words: str | int | None) -> str:
    return re.sub(r"[^a-z0-9]", "", str(words or "").lower())


@cache
def citations() -> Counter[str]:
    """Right, extra and missing citations by source and title; then the other fields of the right ones."""
    count: Counter[str] = Counter()
    for letter, annotation in annotations().items():
        for got, want in zip(result(letter).issues, annotation["issues"], strict=True):
            for name in GUIDELINES:
                _compare(count, getattr(got, name).citations, list(want[name]["citations"]))
    return count


def _compare(count: Counter[str], got: list[Citation], left: list[dict[str, Any]]) -> None:
    for citation in got:
        titles = (plain(citation.title), plain(citation.canonical_title))
        matches = [w for w in left if w["source"] == citation.source and plain(w["title"]) in titles]
        same = next((w for w in matches if plain(w["section"]) == plain(citation.section)), *matches[:1] or [None])
        count["right" if same else "extra"] += 1
        if same:
            left.remove(same)
            for name in ("section", "pages", "year"):
                count[name] += plain(same[name]) == plain(getattr(citation, name))
    count["missing"] += len(left)


def test_citations() -> None:
    """Source and title: 97 of 100 found, and 97 of 100 found are right; section, pages, year 95 of 100 each."""
    count = citations()
    print(f"\n  citations {dict(count)}")
    assert count["right"] > 150
    assert count["right"] / (count["right"] + count["extra"]) >= 0.97
    assert count["right"] / (count["right"] + count["missing"]) >= 0.97
    for name in ("section", "pages", "year"):
        assert count[name] / count["right"] >= 0.95, name


def test_categories() -> None:
    """95 of 100 categories are the annotators'."""
    pairs = [
        (got.category, want["category"])
        for letter, annotation in annotations().items()
        for got, want in zip(result(letter).issues, annotation["issues"], strict=True)
    ]
    right = sum(got == want for got, want in pairs)
    print(f"\n  categories {right} of {len(pairs)}")
    assert right / len(pairs) >= 0.95


SEED_CITATIONS = {
    # SHA-256 (16 digits) of each guideline paragraph's citations, read off the letter by hand.
    "000_60183f59600a12da.txt": [
        "0a90ad3c3c0f05cb",
        "d5ec3790a7f22c92",
        "09182afe4f6d41f7",
        "7529306d3219b1ef",
        "0a90ad3c3c0f05cb",
        "bc695caff7ef6cf5",
    ],
    "003_41b38114a66d8f18.txt": [
        "4f53cda18c2baa0c",
        "c134ba010955382a",
    ],
}


@pytest.mark.parametrize("name", sorted(SEED_CITATIONS))
def test_the_seeds_citations_in_full(name: str) -> None:
    """Source, title, section, pages and year of every citation of the letters that the project began from."""
    hashes = []
    for one in extract(REAL / "seed_letters" / name).issues:
        for field in GUIDELINES:
            rows = [
                [c.source, squeezed(c.title), squeezed(c.section), squeezed(c.pages), c.year]
                for c in getattr(one, field).citations
            ]
            hashes.append(hashlib.sha256(json.dumps(rows).encode()).hexdigest()[:16])
    assert hashes == SEED_CITATIONS[name]


def test_most_rationales_get_a_reason() -> None:
    """At least 90 of 100 rationales; the others carry a note that says so."""
    rationales = [one for letter in reference() for one in result(letter).issues]
    coded = [one for one in rationales if one.rationale and one.rationale.reasons]
    print(f"\n  rationales with a reason {len(coded)} of {len(rationales)}")
    assert len(coded) / len(rationales) >= 0.9
    for one in rationales:
        if one not in coded:
            assert {"reason_unclassified", "no_case_specific_reasoning"} & {flag.code for flag in one.flags}


def test_reasons_as_judged() -> None:
    """Of 60 codes drawn by seed, a second reader finds at least 90 of 100 right, and 85 of 100 record states."""
    given = [row for row in verdicts("reasons") if _reason(row)]
    assert len(given) >= 55, "most of the judged codes are no longer given: have them judged again"
    right = [row for row in given if row["code_right"]]
    print(f"\n  reason codes {len(right)} of {len(given)}, record states {sum(bool(r['state_right']) for r in right)}")
    assert len(right) / len(given) >= 0.9
    assert sum(bool(row["state_right"]) for row in right) / len(right) >= 0.85


def _reason(row: dict[str, Any]) -> bool:
    rationale = issue(row["case"], row["item"]).rationale
    return rationale is not None and any(
        (reason.code, reason.record_state) == (row["code"], row["record_state"]) for reason in rationale.reasons
    )


def test_every_opioid_notice_and_no_other() -> None:
    """The caution against stopping opioids abruptly: where its words stand, and nowhere else."""
    warned = {
        (letter, number)
        for letter, items in reference().items()
        for number, item in enumerate(items, 1)
        if "abruptly" in item["rationale"]
    }
    assert warned and warned == {
        (letter, one.number) for letter in reference() for one in result(letter).issues if one.notices
    }


@cache
def details() -> dict[str, Counter[str]]:
    table: dict[str, Counter[str]] = {field: Counter() for field in (*VALUES, *LISTS, "body_parts")}
    for row in verdicts("details"):
        one = issue(row["case"], row["item"])
        parts = {"request": one.details, "original_request": None, "authorized": None}
        for name in ("original_request", "authorized"):
            part = getattr(one, name)
            parts[name] = part.details if part else None
        for name, got in parts.items():
            for field, count in table.items():
                _tally(count, detail(got, field), detail(_wanted(row[name]), field))
    return table


def _wanted(values: dict[str, Any] | None) -> Details:
    fields = dict(values or {})
    for name in VALUES:
        if name in fields:
            fields[name] = {"value": fields[name]}
    for name in LISTS:
        fields[name] = [{"value": value} for value in fields.get(name, [])]
    return Details(**fields)


def _tally(count: Counter[str], got: list[Any], want: list[Any]) -> None:
    left = list(want)
    for value in got:
        if value in left:
            left.remove(value)
            count["right"] += 1
        else:
            count["extra"] += 1
    count["missing"] += len(left)


@pytest.mark.parametrize("field", [*VALUES, *LISTS, "body_parts"])
def test_details_of_requests(field: str) -> None:
    """Against 60 requests that a second reader annotated: at most 2 of 100 wrong, at most 7 of 100 missed."""
    count = details()[field]
    print(f"\n  {field} {dict(count)}")
    assert count["extra"] <= 0.02 * (count["right"] + count["extra"])
    assert count["missing"] <= 0.07 * (count["right"] + count["missing"])


def raised() -> set[tuple[str, int | None, str]]:
    found = set()
    for letter in reference():
        got = result(letter)
        flags = [(None, flag) for flag in got.flags] + [(one.number, flag) for one in got.issues for flag in one.flags]
        found |= {(letter, number, flag.code) for number, flag in flags if flag.code in CONTRADICTIONS}
    return found


def test_contradictions_as_judged() -> None:
    """Every warning on a published letter was read and judged; at least 9 in 10 are true."""
    judged = {(row["case"], row["item"], row["code"]): row["true"] for row in verdicts("contradictions")}
    assert raised() <= set(judged), "a warning that nobody has judged"
    true = [key for key in raised() if judged[key]]
    print(f"\n  contradictions {len(true)} true of {len(raised())}")
    assert len(true) / len(raised()) >= 0.9


NAMED_BY_ANNOTATORS = [
    ("CM16-0233794", None, "injury_date_contradicted"),
    ("CM16-0242302", None, "review_date_contradicted"),
    ("CM16-0242302", 1, "body_part_contradicted"),
    ("CM17-0004547", 2, "rationale_contradicts_decision"),
    ("CM17-0005246", 1, "absence_contradicted"),
    ("CM17-0016311", 1, "absence_contradicted"),
    ("CM17-0016311", 3, "duration_contradicted"),
]


@pytest.mark.parametrize("slip", NAMED_BY_ANNOTATORS)
def test_what_the_annotators_noticed_is_found(slip: tuple[str, int | None, str]) -> None:
    """Contradictions that the annotations' notes tell of, of the kinds that are warned of."""
    assert slip in raised()
