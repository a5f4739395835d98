"""Figures of many letters: counted by hand here, and told the same everywhere; items are found again by their words."""

from __future__ import annotations

import csv
import datetime as dt
import doctest
import importlib
import io
import itertools
import json
import random
import re
import stat
import subprocess
import sys
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pyarrow
import pyarrow.parquet as parquet
import pytest
import typer
from typer.testing import CliRunner

from evals import intervals
from extractor.analysis.csv import COLUMNS, as_csv
from extractor.analysis.interval import interval, wilson
from extractor.analysis.names import bare, between, count, days, percent, reading, unfinished
from extractor.analysis.page import page
from extractor.analysis.search import search
from extractor.analysis.stats import Rate, Row, Statistics, statistics
from extractor.analysis.table import hits, table
from extractor.batch.tables import COLUMNS as TABLES
from extractor.cli.analysis import search as imr_search
from extractor.cli.analysis import stats as imr_stats
from extractor.errors import RunTrouble
from tests.conftest import ROOT
from tests.letters import Item, Letter, overturned

Issue = dict[str, Any]


def item(decision: str, category: str = "surgery", below: str = "spine", **more: Any) -> Issue:
    named: Issue = {
        "decision": decision,
        "category": category,
        "subcategory": below,
        "reasons": [],
        "already_authorized": False,
    }
    return {**named, "administrator_sources": ["MTUS"], "reviewer_sources": ["MTUS"], **more}


def letter(*issues: Issue, **more: Any) -> dict[str, Any]:
    return {
        "status": "complete",
        "specialties": ["Neurology"],
        "decision_date": dt.date(2015, 3, 9),
        "rows": list(issues),
        **more,
    }


def write(
    folder: Path,
    letters: list[dict[str, Any]],
    citations: list[dict[str, Any]] | None = None,
    shuffled: int | None = None,
) -> Path:
    """The tables of these letters, in the columns that a run writes."""
    rows: dict[str, list[dict[str, Any]]] = {name: [] for name in TABLES}
    for number, one in enumerate(letters):
        key = {"letter_id": f"{number:016x}", "input": f"{number}.txt"}
        decided = one.get("decision_date")
        rows["letters"].append({"decision_year": decided and decided.year, **key, **one})
        rows["issues"] += [{**key, "issue": at, **row} for at, row in enumerate(one.get("rows", []), start=1)]
    rows["citations"] = [{"letter_id": "0" * 16, "issue": 1, **one} for one in citations or []]
    folder.mkdir(parents=True, exist_ok=True)
    for name, columns in TABLES.items():
        if shuffled is not None:
            random.Random(shuffled).shuffle(rows[name])
        data = {column: [row.get(column) for row in rows[name]] for column in columns}
        parquet.write_table(
            pyarrow.table(data, schema=pyarrow.schema(columns.items())), folder / f"{name}.parquet", row_group_size=7
        )
    return folder


OTHER = {"category": "pharmaceuticals", "below": "opioids"}
LETTERS = [
    letter(
        item("overturned", reasons=["criteria_met"], reviewer_sources=["ODG"], rationale_cluster=1),
        item("upheld", **OTHER, reasons=["not_recommended", "amount_exceeds_guideline"], rationale_cluster=2),
        specialties=["Neurology", "Pain & Injury"], days_ur_denial_to_decision=40, attempts=1, cost_usd=0.1, prompt_tokens=10, completion_tokens=3,
    ),
    letter(
        item("overturned", reasons=["criteria_met"], rationale_cluster=1),
        item("overturned", reasons=["follows_main_service"], depends_on=1, reviewer_sources=[], rationale_cluster=1),
        item("unknown", rationale_cluster=3),
        decision_date=dt.date(2015, 4, 1), days_ur_denial_to_decision=50, attempts=2, cost_usd=0.2, prompt_tokens=20, completion_tokens=4,
    ),
    letter(
        item("upheld", **OTHER, reasons=["already_authorized"], already_authorized=True, administrator_sources=["ODG", "MTUS"], reviewer_sources=["MTUS", "ODG"]),
        item("upheld", **OTHER, administrator_sources=[], reviewer_sources=["other"]),
        specialties=["Pain and Injury"], days_ur_denial_to_decision=45, decision_date=None,
    ),
    letter(duplicate_of="0.txt", days_ur_denial_to_decision=40),
    {"status": "failed"},
]  # fmt: skip
"""Of five letters three count; of their seven items one is not decided, one depends, one was authorised already."""
CITED = [
    {"relied_on_by": "administrator", "source": "MTUS", "title": "chronic pain", "canonical_title": "Chronic Pain", "section": "Opioids"},
    {"relied_on_by": "reviewer", "source": "MTUS", "title": "Chronic pain, 2009", "canonical_title": "Chronic Pain", "section": "Opioids"},
    {"relied_on_by": "reviewer", "source": "MTUS", "title": "Chronic Pain", "canonical_title": "Chronic Pain", "section": "Opioids"},
    {"relied_on_by": "reviewer", "source": "other", "title": "=HYPERLINK(1)", "canonical_title": None, "section": None},
]  # fmt: skip


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return write(tmp_path / "run", LETTERS, CITED)


def numbers(rate: Rate | None) -> tuple[int, int, int, int] | None:
    return rate and (rate.letters, rate.issues, rate.overturned, rate.letters_overturned)


def named(rows: list[Row]) -> dict[str, tuple[Any, Any]]:
    return {row.name: (numbers(row.all), numbers(row.alone)) for row in rows}


@pytest.mark.parametrize(
    ("kind", "want"),
    [
        ("category", {"surgery": ((2, 3, 3, 2), (2, 2, 2, 2)), "pharmaceuticals": ((2, 3, 0, 0), (2, 2, 0, 0))}),
        ("subcategory", {"surgery/spine": ((2, 3, 3, 2), (2, 2, 2, 2)), "pharmaceuticals/opioids": ((2, 3, 0, 0), (2, 2, 0, 0))}),
        ("source", {"MTUS": ((3, 3, 1, 1), (2, 2, 1, 1)), "ODG": ((2, 2, 1, 1), (1, 1, 1, 1)), "other": ((1, 1, 0, 0), (1, 1, 0, 0)), "none": ((1, 1, 1, 1), None)}),
        ("reason", {"criteria_met": ((2, 2, 2, 2), (2, 2, 2, 2)), "already_authorized": ((1, 1, 0, 0), None), "amount_exceeds_guideline": ((1, 1, 0, 0), (1, 1, 0, 0)), "follows_main_service": ((1, 1, 1, 1), None), "not_recommended": ((1, 1, 0, 0), (1, 1, 0, 0)), "none": ((1, 1, 0, 0), (1, 1, 0, 0))}),
        ("specialty", {"Neurology": ((2, 4, 3, 2), (2, 3, 2, 2)), "Pain and Injury": ((2, 4, 1, 1), (2, 3, 1, 1))}),
        ("month", {"2015-03": ((1, 2, 1, 1), (1, 2, 1, 1)), "2015-04": ((1, 2, 2, 1), (1, 1, 1, 1)), "not stated": ((1, 2, 0, 0), (1, 1, 0, 0))}),
        ("agreement", {"same": ((3, 3, 1, 1), (2, 2, 1, 1)), "different": ((1, 1, 1, 1), (1, 1, 1, 1)), "administrator_none": ((1, 1, 0, 0), (1, 1, 0, 0)), "reviewer_none": ((1, 1, 1, 1), None)}),
    ],
)  # fmt: skip
def test_rates_are_those_counted_by_hand(folder: Path, kind: str, want: dict[str, Any]) -> None:
    """Letters, items, overturned items and letters with one; with dependent and authorised items, and without."""
    figures = statistics(folder)
    assert named({**figures.rates, "agreement": figures.agreement}[kind]) == want


def test_the_other_figures_are_those_counted_by_hand(folder: Path) -> None:
    """Counts, waits without duplicates, clusters, costs, guidelines under the name that the project gives them."""
    figures = statistics(folder)
    assert figures.overall is not None
    assert numbers(figures.overall.all) == (3, 6, 3, 2) and numbers(figures.overall.alone) == (3, 4, 2, 2)
    assert (figures.overall.all.rate, figures.overall.all.letter_rate) == (0.5, 2 / 3)
    assert figures.letters == {"all": 5, "failed": 1, "duplicates": 1, "reissues": 0}
    assert figures.issues == {"all": 7, "decided": 6, "upheld": 3, "overturned": 3, "unknown": 1, "dependent": 1, "already_authorized": 1, "alone": 4}  # fmt: skip
    assert (figures.first, figures.last) == ("2015-03", "2015-04")
    assert [(one.name, one.letters, one.lower, one.median, one.upper) for one in figures.days] == [("ur_denial_to_decision", 3, 42.5, 45, 47.5)]  # fmt: skip
    assert figures.rationales == {"issues": 5, "clusters": 3, "shared": 1, "issues_shared": 3}
    assert figures.totals == {"letters_asked": 2, "letters_priced": 2, "letters_model_failed": 0, "letters_cached": 0, "cost_usd": 0.3, "prompt_tokens": 30, "completion_tokens": 7}  # fmt: skip
    assert [(one.title, one.section, one.administrator, one.reviewer) for one in figures.guidelines] == [("Chronic Pain", "Opioids", 1, 2), ("=HYPERLINK(1)", None, 0, 1)]  # fmt: skip


STOPPED = {"state": "stopped", "counts": {"left": 1995}}
LONGEST = "1,995 of 2,000 letters are not read yet: these figures are of the longest letters, not of all"
BEFORE = "the run has not ended: these figures are of letters that were read before"


@pytest.mark.parametrize(
    ("run", "left", "told"),
    [
        (json.dumps(STOPPED), 1995, LONGEST),
        (json.dumps({"state": "complete", "counts": {"left": 0}}), 0, ""),
        (json.dumps({"state": "begun", "asked": {}}), None, BEFORE),
        (json.dumps({"state": "stopped", "counts": {"left": "many"}}), None, ""),
        (json.dumps({"state": "stopped", "counts": None}), None, ""),
        ("[]", None, ""),
        ("{", None, ""),
        ("\0\udcff", None, ""),
        (None, None, ""),
    ],
    ids=["stopped", "complete", "begun", "no_number", "no_counts", "no_object", "damaged", "no_text", "absent"],
)  # fmt: skip
def test_figures_of_an_unfinished_run_say_so(folder: Path, run: str | None, left: int | None, told: str) -> None:
    """On top of the tables and of the page; a run that tells nothing of itself stops no figures."""
    if run is not None:
        (folder / "run.json").write_bytes(run.encode("utf-8", "surrogateescape"))
    figures = statistics(folder)
    assert (figures.letters.get("left"), figures.ended, unfinished(figures)) == (left, not told, told)
    first = Outline(page(figures)).words.split("In California")[0]
    assert first.split("decided", 1)[1].strip() == (f"{told[0].upper()}{told[1:]}." if told else "")
    assert " ".join(table(figures, 80).split()).startswith(told or "5 letters")
    rows = [row for row in csv.DictReader(io.StringIO(as_csv(figures))) if row["value"] == "left"]
    assert [row["letters"] for row in rows] == ([] if left is None else [str(left)])


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        ([{}], "No model was asked."),
        ([{"attempts": 1, "prompt_tokens": 1000, "completion_tokens": 20, "cost_usd": 0.5}], "A model was asked about 1 letters and failed on 0 of them. Reading took 1,000 tokens sent and 20 received: 0.50 dollars."),
        ([{"attempts": 1, "prompt_tokens": 1000, "completion_tokens": 20}], "A model was asked about 1 letters and failed on 0 of them. Reading took 1,000 tokens sent and 20 received: price not known."),
        ([{"attempts": 1, "prompt_tokens": 7, "cost_usd": 0.25}, {"attempts": 1, "prompt_tokens": 8}, {}], "A model was asked about 2 letters and failed on 0 of them. Reading took 15 tokens sent and 0 received: 0.25 dollars, and for 1 letters price not known."),
        ([{"attempts": 6, "flags": ["model_failed"], "cost_usd": 0.0}, {"attempts": 0, "flags": ["text_after_letter", "model_failed"], "cost_usd": 0.0}, {"flags": []}], "A model was asked about 2 letters and failed on 2 of them. Reading took 0 tokens sent and 0 received: 0.00 dollars."),
        ([{"attempts": 0, "cache": "hit", "cost_usd": 0.0}, {"attempts": 0, "cache": "off"}], "For 1 letters a model's kept answer was used."),
    ],
    ids=["none", "priced", "no_price", "some_prices", "failed", "kept"],
)  # fmt: skip
def test_what_reading_took_is_told_as_it_was(tmp_path: Path, asked: list[dict[str, Any]], told: str) -> None:
    """A price that is not known is not told as no dollars, nor a model that failed as none."""
    figures = statistics(write(tmp_path / "run", [letter(item("upheld"), **one) for one in asked]))
    assert reading(figures) == told
    assert told in " ".join(Outline(page(figures)).words.split())
    assert " ".join(table(figures, 80).split()).endswith(told)


@pytest.mark.parametrize(
    ("written", "want"),
    [
        (["Pain Management", "PAIN MANAGEMENT", "pain management", "PAIN MANAGEMENT"], "Pain Management"),
        (["Orthopaedic Surgery", "Orthopedic Surgery", "Orthopaedic surgery", "ORTHOPAEDIC SURGERY", "Orthopaedic Surgery"], "Orthopaedic Surgery"),
        (["Orthopaedic Surgery", "Orthopedic Surgery", "ORTHOPEDIC SURGERY", "Orthopedic Surgery"], "Orthopedic Surgery"),
        (["PHYSICAL MEDICINE & REHABILITATION", "PHYSICAL MEDICINE AND REHABILITATION"], "Physical Medicine and Rehabilitation"),
        (["Anaesthesiology", "anesthesiology", "anesthesiology"], "Anesthesiology"),
        (["Children's care of the HIV"], "Children's Care of the HIV"),
    ],
    ids=["case", "british", "american", "and", "more_of_these", "as_written"],
)  # fmt: skip
def test_a_specialty_is_one_however_it_is_written(tmp_path: Path, written: list[str], want: str) -> None:
    """Told as it is written most often, in title case; a letter that names it twice counts once."""
    letters = [letter(item("upheld"), specialties=[one]) for one in written]
    letters.append(letter(item("upheld"), specialties=[written[-1], written[-1].upper()]))
    figures = statistics(write(tmp_path / "run", letters))
    assert named(figures.rates["specialty"]) == {want: ((len(letters), len(letters), 0, 0),) * 2}


def some(count: int, seed: int, rate: float) -> list[tuple[int, int]]:
    """Letters with one to six items; a letter's items are alike."""
    draw = random.Random(seed)
    found = []
    for _ in range(count):
        leaning = min(0.95, max(0.02, draw.gauss(rate, 0.2)))
        items = draw.choice((1, 1, 2, 3, 6))
        found.append((items, sum(draw.random() < leaning for _ in range(items))))
    return found


@pytest.fixture
def many_draws(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(intervals, "RESAMPLES", 4000)
    intervals.draws.cache_clear()
    yield
    intervals.draws.cache_clear()


@pytest.mark.usefixtures("many_draws")
@pytest.mark.parametrize(
    ("letters", "others", "rate", "near"),
    [(12, 36, 0.4, 0.03), (20, 0, 0.15, 0.02), (20, 60, 0.5, 0.02), (60, 0, 0.06, 0.01), (60, 100, 0.3, 0.01), (300, 0, 0.1, 0.005), (300, 0, 0.5, 0.01)],
)  # fmt: skip
@pytest.mark.parametrize("seed", [1, 2])
def test_an_interval_is_the_one_that_drawing_letters_gives(
    letters: int, others: int, rate: float, near: float, seed: int
) -> None:
    """Drawn by brute force from all letters, those without an item of the group among them."""
    found = some(letters, seed, rate)
    counts = [[items for items, _ in found] + [0] * others, [overturned for _, overturned in found] + [0] * others]
    drawn = intervals.bootstrap(lambda sums: sums[1] / sums[0] if sums[0] else None, counts)
    worked = interval({one: found.count(one) for one in found})
    assert drawn is not None and worked == pytest.approx(drawn, abs=near)


@pytest.mark.parametrize(
    ("letters", "want"),
    [
        ({(1, 0): 100}, (0.0, 0.037)),
        ({(2, 2): 100}, (0.963, 1.0)),
        ({(5, 0): 1}, (0.0, 0.793)),
        ({(1, 0): 1, (1, 1): 1}, (0.0, 1.0)),
        ({(4, 1): 1, (4, 2): 1}, (0.25, 0.5)),
    ],
    ids=["none", "all", "one_letter", "two_letters", "within_the_letters_own"],
)
def test_an_interval_at_its_limits(letters: dict[tuple[int, int], int], want: tuple[float, float]) -> None:
    """Where letters do not differ Wilson's stands; no bound leaves what letters have."""
    assert [round(bound, 3) for bound in interval(letters)] == list(want)


def test_items_of_one_letter_make_an_interval_no_narrower(tmp_path: Path) -> None:
    """A hundred items of ten letters tell as much as ten items of ten letters."""
    ten = [letter(*[item("overturned" if number < 4 else "upheld")] * 10) for number in range(10)]
    one = [letter(item("overturned" if number < 4 else "upheld")) for number in range(10)]
    many, few = statistics(write(tmp_path / "ten", ten)).overall, statistics(write(tmp_path / "one", one)).overall
    assert many and few and (many.all.low, many.all.high) == pytest.approx((few.all.low, few.all.high))


def test_letters_that_decide_a_case_again_make_an_interval_no_narrower(tmp_path: Path) -> None:
    """They are drawn with the case's first letter in every group that both are in, and count as letters all the same."""
    draw = random.Random(3)
    first = [item(draw.choice(("upheld", "upheld", "overturned"))) for _ in range(40)]
    cases = [
        (row, item(draw.choice((row["decision"], "upheld"))), item("overturned", category="injections"))
        for row in first
    ]  # fmt: skip
    whole = statistics(write(tmp_path / "whole", [letter(*case) for case in cases]))
    twice = [
        one
        for number, (before, later, more) in enumerate(cases)
        for one in (letter(before), letter(later, more, reissue_of=f"{2 * number}.txt"))
    ]
    again = statistics(write(tmp_path / "again", twice))
    for kind in ("category", "subcategory", "specialty", "month", "source", "reason"):
        for one, other in zip(whole.rates[kind], again.rates[kind], strict=True):
            assert other.alone and one.alone and (other.name, other.all.issues) == (one.name, one.all.issues)
            assert (other.all.low, other.all.high, other.alone.low) == (one.all.low, one.all.high, one.alone.low)
    assert whole.overall and again.overall and again.overall.all.low == whole.overall.all.low
    assert (again.overall.all.letters, again.letters["reissues"]) == (80, 40)
    alone = statistics(write(tmp_path / "alone", [{**one, "reissue_of": None} for one in twice])).overall
    assert alone and alone.all.low and again.overall.all.low and alone.all.low > again.overall.all.low


@pytest.mark.parametrize(("letters", "interval", "star"), [(9, False, True), (10, True, True), (29, True, True), (30, True, False)])  # fmt: skip
def test_few_letters_have_no_interval_and_more_a_star(tmp_path: Path, letters: int, interval: bool, star: bool) -> None:
    """Neither per item nor per letter, in no form; and no whisker is drawn."""
    half = [letter(item("upheld"), item("overturned" if number % 2 else "upheld")) for number in range(letters)]
    figures = statistics(write(tmp_path / "run", half))
    assert figures.overall
    rate = figures.overall.all
    bounds = (rate.low, rate.high, rate.letter_low, rate.letter_high)
    assert all((bound is not None) == interval for bound in bounds)
    if interval:
        assert (rate.letter_low, rate.letter_high) == wilson(rate.letter_rate, letters)
    text = page(figures)
    assert ('class="whisker"' in text, "*</abbr>" in text, text.count("fewer than 10 letters: no interval") > 0) == (interval, star, not interval)  # fmt: skip
    [line] = [line for line in table(figures, 100).splitlines() if line.startswith("surgery")][:1]
    assert (" – " in line, line.split()[0].endswith("*")) == (not interval, star)
    [row] = [row for row in csv.DictReader(io.StringIO(as_csv(figures))) if row["group"] == "all" and row["alone"] == "false"]  # fmt: skip
    assert all(bool(row[name]) == interval for name in ("low", "high", "letter_low", "letter_high"))


def invented(seed: int) -> list[dict[str, Any]]:
    draw = random.Random(seed)
    return [
        letter(
            *[
                item(
                    draw.choice(("upheld", "upheld", "overturned", "unknown")), draw.choice(("surgery", "injections")), "other",
                    reasons=draw.sample(["criteria_met", "not_recommended"], draw.randint(0, 2)), depends_on=draw.choice((None, None, 1)),
                    reviewer_sources=draw.sample(["MTUS", "ODG"], draw.randint(0, 2)), rationale_cluster=draw.randint(1, 9),
                )
                for _ in range(draw.randint(1, 4))
            ],
            specialties=draw.sample(["Neurology", "Urology"], draw.randint(0, 2)), cost_usd=draw.random(),
            decision_date=dt.date(2015, draw.randint(1, 12), 1), days_assigned_to_decision=draw.randint(5, 60),
        )
        for _ in range(50)
    ]  # fmt: skip


@pytest.mark.parametrize("seed", range(3))
def test_the_order_of_letters_changes_nothing(tmp_path: Path, seed: int) -> None:
    """Not a digit: whole numbers are summed, and nothing is drawn."""
    figures = statistics(write(tmp_path / "run", invented(seed), CITED))
    assert statistics(write(tmp_path / "mixed", invented(seed), CITED, shuffled=seed)) == figures
    assert sum(row.all.issues for row in figures.rates["category"]) == figures.issues["decided"]
    assert sum(row.all.issues for row in figures.agreement) == figures.issues["decided"]


BARE = [
    {**one, "decision_date": None, "decision_year": 2015 + number, "rows": one["rows"]}
    for number, one in enumerate(LETTERS[:3])
]  # fmt: skip
NOTHING: list[dict[str, Any]] = [{"status": "failed"}]
MARKUP = [letter(item("upheld"), item("overturned"), specialties=["<script>alert(1)</script>"]) for _ in range(3)]
MARKED = [{"relied_on_by": "reviewer", "source": "other", "title": "\x1b[31m<b>R&D</b>", "section": '"><img src=x>'}]
RUNS = {
    "by_hand": (LETTERS, CITED), "invented": (invented(7) * 3, CITED), "without_text": (BARE, []), "nothing": (NOTHING, []),
    "markup": (MARKUP, MARKED),
}  # fmt: skip


@pytest.fixture(params=RUNS)
def figures(request: pytest.FixtureRequest, tmp_path: Path) -> Statistics:
    letters, cited = RUNS[request.param]
    return statistics(write(tmp_path / "run", letters, cited))


class Outline(HTMLParser):
    """What of a page a reader and a program look for. Elements that are not closed in order are an error."""

    EMPTY = ("meta", "line", "rect", "circle", "polyline", "polygon")

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[tuple[str, dict[str, str | None]]] = []
        self.seen: list[tuple[str, dict[str, str | None]]] = []
        self.words = ""
        self.feed(text)
        assert not self.open

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.append((tag, dict(attrs)))
        if tag not in self.EMPTY:
            self.open.append((tag, dict(attrs)))

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop()[0] == tag
        self.words += " "

    def handle_data(self, data: str) -> None:
        if not any(tag in ("style", "svg", "title") for tag, _ in self.open):
            self.words += data


def test_every_number_on_the_page_stands_in_the_csv(figures: Statistics) -> None:
    """As the page writes it; what is left are the words' own numbers."""
    known = {"95", "100", "30", "10", "25", "75"}
    for row in csv.DictReader(io.StringIO(as_csv(figures))):
        for name in ("letters", "issues", "overturned", "letters_overturned", "number"):
            if row[name]:
                number = float(row[name])
                known |= {count(number), days(number), f"{number:,.2f}", bare(number)}
        shares = ("rate", "low", "high", "letter_rate", "letter_low", "letter_high")
        known |= {bare(float(row[name])) for name in shares if row[name]}
        known |= (
            set(re.findall(r"\d+", row["value"]))
            if row["group"] in ("month", "specialty") or row["table"] == "guidelines"
            else set()
        )
    known |= {str(len(rows) - 15) for rows in figures.rates.values()}
    told = re.findall(r"\d[\d,.]*\d|\d", Outline(page(figures)).words)
    assert [number for number in told if number not in known and number[:4] not in known] == []


def test_the_page_is_sound_and_for_everyone(figures: Statistics) -> None:
    """Nothing from elsewhere, no script; a language, headings in order, captions, and pictures that are told in words."""
    text = page(figures)
    outline = Outline(text)
    assert not re.search(r"https?://|<script|<img|<b>R|\burl\(|@import|\x1b", text)
    assert outline.seen[0] == ("html", {"lang": "en"})
    levels = [int(tag[1]) for tag, _ in outline.seen if re.fullmatch(r"h\d", tag)]
    assert (
        levels[0] == 1
        and levels.count(1) == 1
        and all(after - before <= 1 for before, after in itertools.pairwise(levels))
    )
    tags = [tag for tag, _ in outline.seen]
    assert tags.count("table") == tags.count("caption")
    assert all("scope" in attributes for tag, attributes in outline.seen if tag == "th")
    for at, (tag, attributes) in enumerate(outline.seen):
        if tag == "svg" and not (attributes.get("aria-hidden") or attributes.get("aria-label")):
            assert "viewbox" in attributes, (at, attributes)  # within one that is told
    ids = {attributes["id"] for _, attributes in outline.seen if "id" in attributes}
    links = {str(attributes["href"])[1:] for tag, attributes in outline.seen if tag == "a"}
    assert links <= ids


def test_the_page_counts_the_letters_that_its_figures_are_of(folder: Path) -> None:
    """Not those that failed or are duplicates; and it promises no care."""
    words = " ".join(Outline(page(statistics(folder))).words.split())
    assert "This page counts 3 determination letters, decided from 2015-03 to 2015-04" in words
    assert words.count("the denial is reversed") == 2 and "gets" not in words


def test_the_table_of_reasons_says_that_its_counts_are_lower_bounds(folder: Path) -> None:
    """On the page and on a terminal, for as long as the README's figure is below a half."""
    figures = statistics(folder)
    told = "The rules find fewer than half of the reasons that a reader finds on test letters"
    assert told in page(figures) and told in " ".join(table(figures, 80).split())
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    found = re.search(r"^\| `rationale.reasons`, found \| ([\d.]+) ", readme, re.M)
    assert found and float(found[1]) < 50 and "### How well letters are read" in readme


@pytest.mark.parametrize(("letters", "said"), [(40, False), (400, True)])
def test_ends_of_a_table_are_told_where_they_are_apart(tmp_path: Path, letters: int, said: bool) -> None:
    """Where the intervals of most and least overlap nothing is said."""
    rows = [letter(item("overturned" if number % 10 < 3 + at else "upheld", kind))
            for at, kind in enumerate(("surgery", "injections")) for number in range(letters)]  # fmt: skip
    assert ("overturned most often: injections" in page(statistics(write(tmp_path / "run", rows)))) == said


def test_months_of_few_letters_are_dots_that_no_line_joins(tmp_path: Path) -> None:
    """Nor is there an interval around them: the line is drawn where each month has enough letters."""
    sizes = {1: 40, 2: 40, 3: 29, 4: 40, 5: 12, 6: 5}
    rows = [letter(item("overturned" if number % 3 else "upheld"), decision_date=dt.date(2015, month, 1))
            for month, size in sizes.items() for number in range(size)]  # fmt: skip
    chart = re.search(r'<figure class="time">.*?</figure>', page(statistics(write(tmp_path / "run", rows))), re.S)
    assert chart
    lines = re.findall(r'<polyline class="line" points="([^"]*)"', chart[0])
    assert [len(line.split()) for line in lines] == [2]
    assert (chart[0].count('class="band"'), chart[0].count('class="whisker"')) == (1, 1)
    assert (chart[0].count('class="dot"'), chart[0].count('class="dot few"')) == (3, 3)
    assert re.search(r">40<tspan [^>]*>items</tspan>", chart[0])


def test_guidelines_have_inks_of_their_own_and_a_legend(folder: Path) -> None:
    """Blue and grey mean overturned and upheld elsewhere on the page."""
    text = page(statistics(folder))
    section = text[text.index('id="guidelines"') : text.index('id="method"')]
    assert re.findall(r'<b class="(\w+)"></b>([^<]*)', section) == [("theirs", "upper bar: claims administrators"), ("ours", "lower bar: reviewers")]  # fmt: skip
    assert set(re.findall(r'<rect class="(\w+)"', section)) == {"theirs", "ours"}
    for name in ("theirs", "ours"):
        assert f"svg .{name} {{ fill: var(--{name}); }}" in text and f".legend b.{name} {{ background: var(--{name}); }}" in text  # fmt: skip


def test_links_and_columns_are_named_by_what_they_hold(folder: Path) -> None:
    """The link to a part of the page says what its heading says; quartiles are told by their share."""
    figures = statistics(folder)
    text, told = page(figures), table(figures, 100)
    assert '<a href="#agreement">Different sources</a>' in text and "rely on different sources</h2>" in text
    assert re.search(r"^Days from +letters +25 % +median +75 %$", told, re.M)
    assert '<th scope="col">25&nbsp;%</th><th scope="col">median</th><th scope="col">75&nbsp;%</th>' in text
    words = " ".join(told.split())
    assert "of the letters with such items, how many had one overturned" in words
    assert "Of 5 items with a rationale 3 (60.0 %) have nearly the same words there as another item" in words
    assert figures.overall and figures.overall.name == "all"


def test_words_of_letters_are_no_markup(tmp_path: Path) -> None:
    """Specialties and guidelines stand on the page as they are read; what drives a terminal is left out."""
    figures = statistics(write(tmp_path / "run", MARKUP, MARKED))
    text = page(figures)
    assert "&lt;Script&gt;Alert(1)&lt;/Script&gt;" in text
    assert "&lt;b&gt;R&amp;D&lt;/b&gt;; &#34;&gt;&lt;img src=x&gt;" in text
    assert "\x1b" not in table(figures, 80) and "<b>R&D</b>" in table(figures, 80)


def luminance(colour: str) -> float:
    if len(colour) == 4:
        colour = "#" + "".join(2 * digit for digit in colour[1:])
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def test_colours_are_told_apart_in_light_in_dark_and_in_print(folder: Path) -> None:
    """Text 4.5 to 1, marks of charts 3 to 1 (WCAG 2.2, 1.4.3 and 1.4.11)."""
    schemes = re.findall(r":root \{([^}]*--ink[^}]*)\}", page(statistics(folder)))
    assert len(schemes) == 3
    for scheme in schemes:
        colours = dict(re.findall(r"--(\w+): (#\w+)", scheme))
        for ground in ("paper", "card"):
            for name, least in (("ink", 4.5), ("quiet", 4.5), ("mark", 4.5), ("other", 3), ("theirs", 3), ("ours", 3)):
                light, dark = sorted((luminance(colours[name]), luminance(colours[ground])), reverse=True)
                assert (light + 0.05) / (dark + 0.05) >= least, (name, ground)


def test_the_csv_is_tidy_and_no_formula(figures: Statistics) -> None:
    """Every row has the same columns; what a letter says is no formula."""
    rows = list(csv.DictReader(io.StringIO(as_csv(figures))))
    assert all(tuple(row) == COLUMNS for row in rows)
    assert not [cell for row in rows for cell in row.values() if cell.startswith(("=", "+", "-", "@"))]
    keys = [(row["table"], row["group"], row["value"], row["alone"]) for row in rows]
    assert len(set(keys)) == len(keys)
    for row in rows:
        if row["rate"]:
            assert float(row["rate"]) == pytest.approx(int(row["overturned"]) / int(row["issues"]), abs=1e-6)
            assert bool(row["low"]) == bool(row["letter_low"]) == (int(row["letters"]) >= 10)
            for low, rate, high in (("low", "rate", "high"), ("letter_low", "letter_rate", "letter_high")):
                assert not row[low] or float(row[low]) <= float(row[rate]) <= float(row[high])


@pytest.mark.parametrize("width", [40, 60, 80, 120])
def test_the_terminal_tables_keep_to_their_width(figures: Statistics, width: int) -> None:
    """Also on a narrow one, where the last columns are left out."""
    lines = table(figures, width).splitlines()
    assert max(map(len, lines)) <= max(50, width)
    assert any(line.startswith("no item with a decision") for line in lines) == (figures.overall is None)


def test_without_months_years_stand_in_their_place(tmp_path: Path) -> None:
    """A run with --no-text holds years only."""
    figures = statistics(write(tmp_path / "run", BARE))
    assert [row.name for row in figures.rates["month"]] == ["2015", "2016", "2017"]
    assert (figures.first, figures.last) == ("2015", "2017")
    assert "Year of the decision" in table(figures, 80) and "by the year of the decision" in page(figures)


RATIONALE = "Dr. Ito asked for it. An epidural steroid injection needs signs of radiculopathy! None is recorded."
FOUND = [
    letter(item("upheld", request="Lumbar MRI", rationale=RATIONALE, reasons=["not_recommended"], record_state="contradicted"), case_number="CM1"),
    letter(item("upheld", request="Steroid injections, epidural, L4-5"), item("upheld", request="Walker")),
    letter(item("overturned", request="Two epidural steroid injections (L5-S1)"), decision_date=dt.date(2014, 1, 1)),
    letter(item("overturned", request="Epidural steroid injection"), decision_date=dt.date(2016, 1, 1)),
    letter(item("upheld", request="Epidural catheter", rationale="Steroids do harm. An injection of them does too.")),
    letter(item("upheld", request="Walker", rationale="Epidurals are told of here. Steroid pills too. No injection.")),
    letter(item("upheld", request="Six visits", treatment="Aquatic therapy", body_parts=["left knee"], original_request="Twelve visits")),
    letter(item("unknown", drug="O'Neil's 5% cream")),
]  # fmt: skip


@pytest.mark.parametrize(
    ("words", "want"),
    [
        (["epidural", "steroid", "injection"], [("3.txt", 1), ("2.txt", 1), ("1.txt", 1), ("0.txt", 1), ("5.txt", 1), ("4.txt", 1)]),
        (["EPIDURALS steroids"], [("3.txt", 1), ("2.txt", 1), ("1.txt", 1), ("0.txt", 1), ("5.txt", 1), ("4.txt", 1)]),
        (["injections", "harm"], [("4.txt", 1)]),
        (["L4-5"], [("1.txt", 1)]),
        (["(L5-S1)"], [("2.txt", 1)]),
        (["therapies"], [("6.txt", 1)]),
        (["knees", "aquatic"], [("6.txt", 1)]),
        (["twelve"], [("6.txt", 1)]),
        (["o'neil's", "5%"], [("7.txt", 1)]),
        (["njection"], []),
        (["walker", "epidural", "nothing"], []),
        (["'); drop table x; --"], []),
        ([".*"], None),
        (["", " "], None),
    ],
)  # fmt: skip
def test_items_are_found_by_their_words(tmp_path: Path, words: list[str], want: list[tuple[str, int]] | None) -> None:
    """The phrase in the request, its words there, the phrase in the rationale, its words there; the latest first."""
    folder = write(tmp_path / "run", FOUND)
    if want is None:
        with pytest.raises(RunTrouble, match="name a word"):
            search(folder, words)
        return
    found = search(folder, words)
    assert [(hit.input, hit.issue) for hit in found] == want
    assert search(folder, words, limit=1) == found[:1]


@pytest.mark.parametrize(
    ("words", "at", "place", "sentence"),
    [
        (["epidural", "injection"], "0.txt", "rationale", "An epidural steroid injection needs signs of radiculopathy!"),
        (["ito", "asked"], "0.txt", "rationale", "Dr. Ito asked for it."),
        (["signs", "recorded"], "0.txt", "rationale", "An epidural steroid injection needs signs of radiculopathy!"),
        (["lumbar"], "0.txt", "request", "Lumbar MRI"),
        (["visits", "twelve"], "6.txt", "request", "Twelve visits"),
        (["cream"], "7.txt", "request", None),
    ],
)  # fmt: skip
def test_a_hit_shows_the_sentence_that_holds_the_words(
    tmp_path: Path, words: list[str], at: str, place: str, sentence: str | None
) -> None:
    """Of the rationale, or the request; a title ends no sentence."""
    [hit] = [hit for hit in search(write(tmp_path / "run", FOUND), words) if hit.input == at]
    assert (hit.found_in, hit.sentence) == (place, sentence)


def test_a_hit_is_told_with_its_decision_and_reasons(tmp_path: Path) -> None:
    """On a terminal, where a letter's words drive nothing."""
    folder = write(tmp_path / "run", [*FOUND, letter(item("upheld", request="Bell\x07 \x1b[2Jbrace"))])
    told = hits(search(folder, ["radiculopathy"]), 80)
    assert told.splitlines() == [
        "1. 0.txt  CM1  item 1  2015-03-09",
        "   UPHELD  Lumbar MRI",
        "   surgery / spine; because not recommended, the records show the opposite",
        "   > An epidural steroid injection needs signs of radiculopathy!",
    ]
    assert not re.search("[\x07\x1b]", hits(search(folder, ["brace"]), 80))
    assert hits([], 80) == "nothing was found\n"


def damage(folder: Path, name: str) -> None:
    (folder / name).write_bytes(b"PAR1 no table")


@pytest.mark.parametrize(
    ("prepare", "told"),
    [
        (lambda folder, patch: (folder / "issues.parquet").unlink(), r"holds no tables: imr batch .*imr-extractor\[parquet\]"),
        (lambda folder, patch: folder.rename(folder.with_name("other")), r"there is no such run folder: .*run$"),
        (lambda folder, patch: [folder.rename(folder.with_name("other")), folder.write_text("")], r"there is no such run folder: .*run$"),
        (lambda folder, patch: damage(folder, "issues.parquet"), r"cannot be read \(\w+\)"),
        (lambda folder, patch: [patch.setitem(sys.modules, name, None) for name in ("duckdb", "_duckdb")], r"pip install 'imr-extractor\[analysis\]'"),
    ],
    ids=["no_tables", "no_folder", "a_file", "damaged", "no_duckdb"],
)  # fmt: skip
def test_what_is_missing_is_said_in_one_line(
    folder: Path, monkeypatch: pytest.MonkeyPatch, prepare: Any, told: str
) -> None:
    """With what to do about it."""
    prepare(folder, monkeypatch)
    for asked in (statistics, lambda where: search(where, ["word"])):
        with pytest.raises(RunTrouble, match=told) as caught:
            asked(folder)
        assert "\n" not in str(caught.value)


def test_a_release_of_duckdb_without_its_compiled_part_is_loaded_whole(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And a folder's name is no pattern."""
    monkeypatch.setattr("extractor.analysis.tables.ENGINES", ("no_such_part", "duckdb"))
    other = folder.rename(folder.with_name("a[1]*? 'b'"))
    assert statistics(other).letters["all"] == 5


@pytest.mark.parametrize("no_text", [False, True])
def test_a_run_of_imr_batch_is_counted_and_searched(tmp_path: Path, no_text: bool) -> None:
    """The tables are those that imr batch writes; without text there is nothing to search."""
    letters = tmp_path / "letters"
    letters.mkdir()
    for number in range(2):
        (letters / f"{number}.txt").write_text(
            str(Letter(items=[Item(), overturned()])).replace("0900001", f"090000{number}")
        )
    command = [sys.executable, "-m", "extractor", "batch", str(letters), "--out", str(tmp_path / "run"), "--quiet"]
    subprocess.run(
        [*command, *["--no-text"] * no_text], check=True, cwd=ROOT
    )  # apart: duckdb's threads are in this one
    figures = statistics(tmp_path / "run")
    assert figures.overall and numbers(figures.overall.all) == (2, 4, 2, 2)
    assert [row.name for row in figures.rates["month"]] == ["2017" if no_text else "2017-01"]
    if no_text:
        with pytest.raises(RunTrouble, match="no text to search"):
            search(tmp_path / "run", ["knee"])
    else:
        assert [hit.request for hit in search(tmp_path / "run", ["knees"])] == ["Knee brace"] * 2


@pytest.fixture
def runner() -> tuple[CliRunner, typer.Typer]:
    app = typer.Typer()
    app.command()(imr_stats)
    app.command()(imr_search)
    return CliRunner(), app


def test_the_commands_print_write_and_refuse(
    folder: Path, tmp_path: Path, runner: tuple[CliRunner, typer.Typer]
) -> None:
    """Tables, CSV, JSON or a page that is its owner's alone."""
    invoke, app = runner[0].invoke, runner[1]
    figures = statistics(folder)
    assert "all items" in invoke(app, ["stats", str(folder)]).stdout
    assert invoke(app, ["stats", str(folder), "--csv"]).stdout == as_csv(figures)
    assert json.loads(invoke(app, ["stats", str(folder), "--json"]).stdout)["issues"] == figures.issues
    assert invoke(app, ["stats", str(folder), "--csv", "--json"]).exit_code == 2
    out = tmp_path / "page.html"
    assert invoke(app, ["stats", str(folder), "--html", str(out)]).exit_code == 0
    assert out.read_text(encoding="utf-8") == page(figures) and stat.S_IMODE(out.stat().st_mode) == 0o600
    (folder / "run.json").write_text(json.dumps(STOPPED))
    for asked in (["--csv"], ["--json"], ["--html", str(out)]):
        assert f"imr: {LONGEST}\n" in invoke(app, ["stats", str(folder), *asked]).stderr
    assert invoke(app, ["stats", str(folder)]).stderr == ""
    letters = json.loads(invoke(app, ["stats", str(folder), "--json"]).stdout)["letters"]
    assert (letters["all"], letters["left"]) == (5, 1995)
    searched = write(tmp_path / "other", FOUND)
    [told] = json.loads(invoke(app, ["search", str(searched), "radiculopathy", "--json"]).stdout)
    assert (told["input"], told["decision"], told["reasons"]) == ("0.txt", "upheld", ["not_recommended"])
    assert invoke(app, ["search", str(searched), "walker", "--limit", "1"]).output.count("UPHELD") == 1


@pytest.mark.parametrize("name", ["interval", "search", "stats"])
def test_examples_of_docstrings_hold(name: str) -> None:
    """They are run as they stand."""
    tried = doctest.testmod(importlib.import_module(f"extractor.analysis.{name}"))
    assert tried.attempted and not tried.failed


def test_a_percent_has_one_digit_behind_the_point() -> None:
    """And a range no sign."""
    assert (percent(0.16558), between(0.0005, 1), bare(1), count(12345.0), days(12.5)) == ("16.6 %", "0.1–100.0", "100.0", "12,345", "12.5")  # fmt: skip
