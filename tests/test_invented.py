"""Requests, guideline paragraphs and rationales by a reader who did not know the rules (tests/invented)."""

from __future__ import annotations

import json
import re
from collections import Counter
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from extractor.language.folded import Folded
from extractor.language.sentences import sentences
from extractor.language.voices import voices
from extractor.rules.citations import read_citations
from extractor.rules.details import read_details, read_timing
from extractor.rules.guidelines import read_basis
from extractor.rules.kind import read_kind
from extractor.rules.reasons import read_reasons
from extractor.source import SourceText
from tests.meaning import LISTS, VALUES, detail
from tests.test_real_meaning import _tally, _wanted

FOLDER = Path(__file__).parent / "invented"


def rows(name: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads((FOLDER / f"{name}.json").read_text(encoding="utf-8"))
    return found


def source(text: str) -> SourceText:
    return SourceText(text=text, name="letter", media_type="text/plain", sha256="")


def plain(words: Any) -> str:
    return re.sub(r"[^a-z0-9]", "", str(words or "").lower())


@cache
def details() -> dict[str, Counter[str]]:
    table: dict[str, Counter[str]] = {field: Counter() for field in (*VALUES, *LISTS, "body_parts")}
    for row in rows("requests"):
        text = row["text"]
        got = read_details(Folded(source(text), [(0, len(text))]))
        want = _wanted({name: value for name, value in row["details"].items() if value is not None})
        for field, count in table.items():
            _tally(count, detail(got, field), detail(want, field))
    return table


@pytest.mark.parametrize("field", [*VALUES, *LISTS, "body_parts"])
def test_details_hold_beyond_the_letters_at_hand(field: str) -> None:
    """At most 5 of 100 values wrong, 10 of 100 missed."""
    count = details()[field]
    assert count["extra"] <= 0.05 * (count["right"] + count["extra"]), count
    assert count["missing"] <= 0.1 * (count["right"] + count["missing"]), count


def test_kinds_and_timing() -> None:
    """Category and subcategory in 95 of 100; timing in all."""
    wrong = [row["text"] for row in rows("requests")
             if (read_kind(row["text"]).category, read_kind(row["text"]).subcategory) != (row["category"], row["subcategory"])]  # fmt: skip
    assert len(wrong) <= 0.05 * len(rows("requests")), wrong
    assert [row["text"] for row in rows("requests") if read_timing(row["text"]) != row["timing"]] == []


def test_citations() -> None:
    """Source and title of 95 of 100; the paragraph's basis in all."""
    count: Counter[str] = Counter()
    for row in rows("guidelines"):
        text, left = row["text"], [(c["source"], plain(c["title"])) for c in row["citations"]]
        for citation in read_citations(source(text), [(0, len(text))]):
            names = [(citation.source, plain(name)) for name in (citation.title, citation.canonical_title)]
            same = next((name for name in names if name in left), None)
            count["right" if same else "extra"] += 1
            if same:
                left.remove(same)
        count["missing"] += len(left)
        assert read_basis(text) == row["basis"], text
    assert count["right"] >= 0.95 * (count["right"] + count["extra"])
    assert count["right"] >= 0.95 * (count["right"] + count["missing"])


def test_reasons() -> None:
    """Of the codes given 9 in 10 are right, and 8 in 10 of those that a reader gives are found."""
    count: Counter[str] = Counter()
    for row in rows("rationales"):
        text = " ".join(row["rationale"].split())
        kind = read_kind(row["request"])
        main = kind.category == "surgery" and kind.subcategory != "adjunct_surgical_services"
        spoken = voices(sentences(source(text), [(0, len(text))]))
        got = {
            reason.code: reason.record_state
            for reason in read_reasons(spoken, row["decision"], kind.category, main_surgery=main)
        }
        want = {reason["code"]: reason["record_state"] for reason in row["reasons"]}
        right = got.keys() & want.keys()
        count["right"] += len(right)
        count["states"] += sum(got[code] == want[code] for code in right)
        count["extra"] += len(got.keys() - want.keys() - set(row.get("arguable", [])))
        count["missing"] += len(want.keys() - got.keys())
    print(f"\n  reasons {dict(count)}")
    assert count["right"] >= 0.9 * (count["right"] + count["extra"])
    assert count["right"] >= 0.8 * (count["right"] + count["missing"])
    assert count["states"] >= 0.8 * count["right"]
