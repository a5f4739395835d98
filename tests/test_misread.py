"""Poor copies: headings, labels and decision words with letters misread."""

from __future__ import annotations

import pytest

from extractor import extract
from tests.letters import Item, Letter, overturned

LETTER = str(Letter(items=[Item("MRI of the left knee"), overturned("Brace of the left knee")]))
MISREAD = {
    "letters that look alike": ("Claims Administrator guideline", "C1aims Adrninistrator guideIine"),
    "letters of another shape": ("Claims Administrator guideline", "Cloims Aqministratar quideline"),
    "a letter lost": ("MAXIMUS guideline", "MAXMUS guideline"),
    "a letter too many": ("Decision rationale", "Deecision rationale"),
    "two letters": ("Decision rationale", "Dccision ratlonale"),
    "a heading": ("CLINICAL CASE SUMMARY", "CLlNICAL CA5E SUMMAPY"),
    "Upheld": (": Upheld", ": Ubheld"),
    "Upheld, without its colon": (": Upheld", " Uqheld"),
    "Overturned": (": Overturned", ": Qverfurned"),
}
NONE = {
    "another word before the labels": (": Upheld", ": Uphill"),
    "a word of neither": (": Upheld", ": Unclear"),
    "no word at all": (": Upheld", ""),
}


@pytest.mark.parametrize("name", MISREAD)
def test_what_is_misread_is_found_and_said(name: str) -> None:
    """Nothing moves to another field, and a warning says that the copy is poor."""
    printed, seen = MISREAD[name]
    want, got = extract(LETTER.encode()), extract(LETTER.replace(printed, seen).encode())
    assert [issue.decision for issue in got.issues] == ["upheld", "overturned"]
    for one, other in zip(want.issues, got.issues, strict=True):
        for field in ("request", "claims_administrator_guideline", "reviewer_guideline", "rationale"):
            assert getattr(one, field).text == getattr(other, field).text, field
    assert "low_text_quality" in {flag.code for flag in got.flags}
    assert got.status == "partial"


@pytest.mark.parametrize("name", NONE)
def test_a_word_that_is_no_decision_becomes_none(name: str) -> None:
    """Better unknown, and flagged, than guessed."""
    printed, seen = NONE[name]
    got = extract(LETTER.replace(printed, seen).encode())
    assert "upheld" not in [issue.decision for issue in got.issues]
    assert got.status == "partial"


def test_prose_like_a_label_stays_prose() -> None:
    """A line of a rationale that begins as a label does, in words of its own."""
    rationale = "The decision turns on the notes.\nDecisions rationed by cost are not made here. The request is not medically necessary."
    letter = str(Letter(items=[Item("MRI of the left knee", rationale=rationale), overturned()]))
    damaged = letter.replace("MAXIMUS guideline", "MAXlMUS guldeline", 1)
    first = extract(damaged.encode()).issues[0]
    assert first.rationale is not None
    assert first.rationale.text == " ".join(rationale.split())
