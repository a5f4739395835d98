"""The scorers, against predictions spoiled on purpose: every figure moves exactly as computed by hand."""

from __future__ import annotations

import itertools
import random
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rapidfuzz import fuzz

from evals.align import align, alike, assign, overlap
from evals.compare import Tally, compare
from evals.fields import score
from evals.golden import Annotation, GoldenLetter, Refusal, Slip, golden_letters, golden_root
from evals.intervals import bootstrap, draws, mcnemar, wilson
from evals.metamorphic import measure, noisy
from evals.metrics import Scoreboard
from evals.outcomes import Outcome
from evals.places import locate
from extractor import read_source
from extractor.schema import (
    Citation,
    Details,
    Determination,
    Flag,
    Guideline,
    Issue,
    Provenance,
    Rationale,
    Request,
    Source,
    Statement,
    Text,
    Value,
)
from extractor.source import SourceText
from extractor.taxonomy import FlagCode, Level

LETTER = GoldenLetter(golden_root() / "headerless-double-spaced")
"""Three items, upheld, overturned and upheld; no case header."""


def gold() -> Annotation:
    assert isinstance(LETTER.annotation, Annotation)
    return LETTER.annotation


def source() -> SourceText:
    return read_source(LETTER.path)


def perfect() -> Statement:
    """What a reader says who reads as the annotators did."""
    stated = locate(gold(), source())
    return Statement(**{name: getattr(stated, name) for name in Statement.model_fields})


def figures(*predicted: Statement | int) -> dict[str, Any]:
    board = Scoreboard()
    for at, statement in enumerate(predicted):
        board.add(f"letter {at}", score(f"letter {at}", gold(), statement, source()))
    return board.figures()


def look(found: dict[str, Any], path: str) -> Any:
    """``field:figure`` of the fields, ``a.b`` of the rest; a figure's value."""
    name, _, figure = path.partition(":")
    if figure:
        found = found["fields"][name][figure]
    else:
        for key in path.split("."):
            found = found.get(key, 0) if isinstance(found, dict) else found
    return found["value"] if isinstance(found, dict) and "value" in found else found


def reordered(said: Statement) -> None:
    said.issues.reverse()


def first_dropped(said: Statement) -> None:
    del said.issues[0]


def one_flipped(said: Statement) -> None:
    said.issues[0].decision = "overturned"


def one_unknown(said: Statement) -> None:
    said.issues[0].decision = "unknown"


def one_invented(said: Statement) -> None:
    said.issues.append(Issue(number=4, decision="upheld", request=Text(text="lotion", spans=[(0, 6)])))


def swapped(said: Statement) -> None:
    issue = said.issues[0]
    issue.claims_administrator_guideline, issue.reviewer_guideline = (
        issue.reviewer_guideline, issue.claims_administrator_guideline,
    )  # fmt: skip


def header_filled(said: Statement) -> None:
    said.case.case_number = "CM16-0000001"


def wrong_page(said: Statement) -> None:
    cited(said, 2).pages = "999"


def wrong_source(said: Statement) -> None:
    cited(said, 2).source = "ODG"


def citation_dropped(said: Statement) -> None:
    del guideline(said, 2).citations[0]


def wrong_side(said: Statement) -> None:
    details(said, 2).body_parts[0].side = "left"


def detail_invented(said: Statement) -> None:
    details(said, 2).sessions = Value(value=12)


def too_long(said: Statement) -> None:
    """The rationale of the second item, with the four characters before it."""
    rationale = said.issues[1].rationale
    assert rationale
    start, end = rationale.spans[0][0] - 4, rationale.spans[-1][1]
    rationale.spans = [(start, end)]
    rationale.text = source().slice(rationale.spans)


def too_short(said: Statement) -> None:
    rationale = said.issues[1].rationale
    assert rationale
    rationale.spans = [(rationale.spans[0][0], rationale.spans[-1][1] - 20)]
    rationale.text = source().slice(rationale.spans)


def retyped(said: Statement) -> None:
    """The right words from the wrong place."""
    request = said.issues[0].request
    assert request
    request.spans = [(0, 3)]


def guideline_cut(said: Statement) -> None:
    found = guideline(said, 2)
    found.spans = [(found.spans[0][0], found.spans[-1][1] - 5)]
    found.text = source().slice(found.spans)


def reason_dropped(said: Statement) -> None:
    rationale = said.issues[1].rationale
    assert rationale
    rationale.reasons.pop()


def state_wrong(said: Statement) -> None:
    rationale = said.issues[0].rationale
    assert rationale
    rationale.reasons[0].record_state = "not_documented"


def guideline(said: Statement, at: int) -> Guideline:
    found = said.issues[at].reviewer_guideline
    assert found
    return found


def cited(said: Statement, at: int) -> Citation:
    return guideline(said, at).citations[0]


def details(said: Statement, at: int) -> Details:
    found = said.issues[at].details
    assert found
    return found


SOUND = {
    "determinations.wrong": 0, "determinations.missing": 0, "determinations.invented": 0, "determinations.n": 3,
    "determinations.recall.upheld": 1, "determinations.recall.overturned": 1, "determinations.macro_f1": 1,
    "item:recall": 1, "item:precision": 1, "request:recall": 1, "rationale:recall": 1, "rationale:similarity": 1,
    "case.case_number:left_empty": 1, "letters.all_determinations_right": 1, "mistakes": {},
}  # fmt: skip
MOVES: dict[str, tuple[Callable[[Statement], None], dict[str, Any]]] = {
    "reordered": (reordered, {}),
    "the first item dropped": (first_dropped, {
        "determinations.missing": 1, "determinations.recall.upheld": 1 / 2, "determinations.macro_f1": (2 / 3 + 1) / 2,
        "item:recall": 2 / 3, "request:recall": 2 / 3, "request:recall_of_items_found": 1, "request:precision": 1,
        "rationale:recall": 2 / 3, "rationale:similarity": 2 / 3, "letters.all_determinations_right": 0,
        "mistakes.invented": 0, "details.drug:recall": 0, "reviewer_guideline.citations:recall": 3 / 6,
    }),
    "one decision flipped": (one_flipped, {
        "determinations.wrong": 1, "determinations.recall.upheld": 1 / 2, "determinations.macro_f1": 2 / 3,
        "letters.all_determinations_right": 0, "mistakes": {"wrong_determination": 1}, "decision:recall": 2 / 3,
    }),
    "one decision not read": (one_unknown, {
        "determinations.missing": 1, "determinations.recall.upheld": 1 / 2, "determinations.macro_f1": (2 / 3 + 1) / 2,
        "letters.all_determinations_right": 0, "mistakes": {"missing": 1}, "decision:recall": 2 / 3, "item:recall": 1,
    }),
    "one item invented": (one_invented, {
        "determinations.invented": 1, "determinations.macro_f1": (4 / 5 + 1) / 2, "item:precision": 3 / 4,
        "letters.all_determinations_right": 0, "mistakes": {"invented": 2}, "decision:precision": 3 / 4,
    }),
    "guidelines swapped": (swapped, {
        "claims_administrator_guideline:recall": 2 / 3, "reviewer_guideline:recall": 2 / 3,
        "mistakes.guidelines_swapped": 2, "reviewer_guideline.citations:recall": 3 / 6,
    }),
    "an absent header filled": (header_filled, {
        "case.case_number:left_empty": 0, "case.case_number:precision": 0, "mistakes": {"absent_filled": 1},
    }),
    "a wrong page": (wrong_page, {
        "reviewer_guideline.citations.pages:recall": 5 / 6, "reviewer_guideline.citations:recall": 1,
        "mistakes": {"wrong_page": 1},
    }),
    "a wrong source": (wrong_source, {
        "reviewer_guideline.citations:recall": 5 / 6, "reviewer_guideline.citations:precision": 5 / 6,
        "mistakes": {"wrong_source": 1},
    }),
    "a citation dropped": (citation_dropped, {
        "reviewer_guideline.citations:recall": 5 / 6, "reviewer_guideline.citations:precision": 1,
        "reviewer_guideline.citations:f1": 10 / 11, "mistakes": {"missing": 1},
    }),
    "a wrong side": (wrong_side, {"details.body_parts.side:recall": 3 / 4, "mistakes": {"wrong_side": 1}}),
    "a detail invented": (detail_invented, {"details.sessions:left_empty": 2 / 3, "mistakes": {"absent_filled": 1}}),
    "a span too long": (too_long, {"rationale:recall": 2 / 3, "mistakes": {"span_too_long": 1}, "rationale:similarity": ...}),
    "a span too short": (too_short, {"rationale:recall": 2 / 3, "mistakes": {"span_too_short": 1}, "rationale:similarity": ...}),
    "words that do not stand at their place": (retyped, {"mistakes": {"ungrounded": 1}}),
    "a guideline cut short": (guideline_cut, {"reviewer_guideline:recall": 2 / 3, "mistakes": {"span_too_short": 1}}),
    "a reason dropped": (reason_dropped, {"rationale.reasons:recall": 6 / 7, "mistakes": {"missing": 1}}),
    "a record's state wrong": (state_wrong, {
        "rationale.reasons.record_state:recall": 4 / 5, "rationale.reasons:recall": 1, "mistakes": {"wrong_value": 1},
    }),
}  # fmt: skip


@pytest.mark.parametrize("name", MOVES)
def test_a_figure_moves_as_computed_by_hand(name: str) -> None:
    """And those that the error does not touch stay where they are."""
    spoil, moved = MOVES[name]
    said = perfect()
    spoil(said)
    found = figures(said)
    for path, value in {**SOUND, **moved}.items():
        if path == "mistakes" and any(key.startswith("mistakes.") for key in moved):
            continue
        seen = look(found, path)
        if value is ...:
            assert 0.5 < seen < 1, path
        else:
            assert seen == (value if isinstance(value, dict) else pytest.approx(value)), path


def test_a_perfect_reading_is_perfect() -> None:
    """No figure below one, no mistake, nothing filled."""
    found = figures(perfect())
    for path, value in SOUND.items():
        assert look(found, path) == value, path
    for name, field in found["fields"].items():
        for figure in ("recall", "precision", "f1", "left_empty"):
            assert field[figure]["value"] in (None, 1), (name, figure)


def test_one_letter_of_two_with_a_slip_is_half() -> None:
    """By letters, with Wilson's interval."""
    said = perfect()
    one_flipped(said)
    right = figures(perfect(), said)["letters"]["all_determinations_right"]
    assert right == {"value": 0.5, "low": wilson(1, 2)[0], "high": wilson(1, 2)[1], "n": 2}


def test_order_changes_no_figure() -> None:
    """Nor any interval."""
    said = perfect()
    said.issues.reverse()
    assert figures(said) == figures(perfect())


def test_a_letter_that_failed_is_wrong_and_named() -> None:
    """All that it states is missing; nothing is matched, so that nothing is left out of the strict view."""
    found = figures(perfect(), 3)
    assert found["letters"]["failed"] == ["letter 1"]
    assert found["determinations"]["missing"] == 3
    assert look(found, "request:recall") == 0.5
    assert look(found, "request:recall_of_items_found") == 1
    assert look(found, "mistakes.failed") > 0


def test_a_document_that_is_none_must_be_refused() -> None:
    """With its exit code; what is read from it is invented."""
    none = Refusal(origin="written", annotator="a", error=4)
    rows = score("x", none, 4, None)
    assert [(row.field, row.verdict) for row in rows] == [("refused", "correct")]
    read = score("x", none, perfect(), source())
    assert [(row.field, row.verdict) for row in read][:2] == [("refused", "missing"), ("decision", "invented")]


def test_what_nobody_annotated_is_not_scored() -> None:
    """A key that the annotation leaves out; one that it gives as null is."""
    half = Annotation.model_validate(
        {
            "origin": "written", "annotator": "a", "outcome": "all_upheld",
            "case": {"priority": None}, "issues": [{"number": 1, "decision": "upheld", "request": {"text": "MRI"}}],
        }
    )  # fmt: skip
    fields = {row.field for row in score("x", half, perfect(), source())}
    assert fields == {"refused", "case.priority", "item", "decision", "request"}


def item(number: int, words: str, at: int = 0, rationale: tuple[str, int] | None = None) -> Issue:
    reasoned = (
        Rationale(text=rationale[0], spans=[(rationale[1], rationale[1] + len(rationale[0]))]) if rationale else None
    )
    request = Text(text=words, spans=[(at, at + len(words))])
    return Issue(number=number, decision="upheld", request=request, rationale=reasoned)


ALIGNED = {
    "the same place and words": ([item(1, "MRI", 10)], [item(7, "MRI", 10)], {0: 0}),
    "twins, told apart by place": ([item(1, "Norco", 0), item(2, "Norco", 90)], [item(1, "Norco", 90), item(2, "Norco", 0)], {0: 1, 1: 0}),
    "twins without a place, by order": ([item(1, "Norco", 0), item(2, "Norco", 0)], [item(1, "Norco", 0), item(2, "Norco", 0)], {0: 0, 1: 1}),
    "nothing alike": ([item(1, "MRI", 10)], [item(1, "Lumbar fusion", 500)], {}),
    "a partial approval of which one found the part in dispute alone": (
        [item(1, "six visits", 400).model_copy(update={"original_request": Text(text="Twelve visits of physical therapy to the left knee", spans=[(0, 50)])})],
        [item(1, "six visits", 400)], {0: 0},
    ),
    "one without a request, by its place": ([item(1, "MRI", 10, ("Because of this.", 20))], [Issue(number=2, decision="upheld", rationale=Rationale(text="Because of this.", spans=[(20, 36)]))], {0: 0}),
    "the best in all, not the first that fits": (
        [item(1, "Norco 10 mg", 0), item(2, "Norco 10 mg tablets", 50)],
        [item(1, "Norco 10 mg tablets", 50), item(2, "Norco 10 mg", 0)], {0: 1, 1: 0},
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", ALIGNED)
def test_items_are_paired_by_what_was_asked_for(name: str) -> None:
    """Never by number, decision or any other field that is scored."""
    one, other, pairs = ALIGNED[name]
    assert align(one, other).pairs == pairs


OVERLAPS = {
    "the same": ([(0, 10)], [(0, 10)], 1.0), "half of each": ([(0, 10)], [(5, 15)], 0.5), "side by side": ([(0, 10)], [(10, 20)], 0.0),
    "one within the other": ([(0, 10)], [(0, 30)], 0.5), "apart": ([(0, 10)], [(50, 60)], 0.0), "nothing": ([], [], 0.0), "nothing of one": ([(0, 10)], [], 0.0),
    "in two pieces": ([(0, 10), (20, 30)], [(5, 25)], 0.5),
}  # fmt: skip


@pytest.mark.parametrize("name", OVERLAPS)
def test_how_far_two_places_are_one(name: str) -> None:
    """Dice, by characters."""
    one, other, share = OVERLAPS[name]
    assert overlap(one, other) == pytest.approx(share)
    assert overlap(other, one) == pytest.approx(share)


ALIKE = {
    "all": (item(1, "MRI of knee", 0), item(2, "MRI of knee", 0), 1.0),
    "the words, in any case": (item(1, "MRI of knee", 0), item(1, "mri OF knee", 50), 0.5),
    "the place": (item(1, "MRI of knee", 0), item(1, "CT without x", 0), (22 / 23) / 2),
    "a third of the words": (item(1, "MRI of knee", 0), item(1, "MRI the hip", 50), 1 / 6),
    "a word that stands once of one that stands twice": (item(1, "visit visit", 0), item(1, "visit", 50), 1 / 3),
    "nothing": (item(1, "MRI", 0), item(1, "CT", 50), 0.0),
    "nothing, of nothing": (Issue(number=1, decision="upheld"), Issue(number=1, decision="upheld"), 0.0),
    "the whole item's place": (item(1, "MRI", 0, ("Because.", 92)), item(1, "MRI", 0, ("Because.", 42)), (2 * 50 / 150 + 1) / 2),
}  # fmt: skip


@pytest.mark.parametrize("name", ALIKE)
def test_how_far_two_items_are_one(name: str) -> None:
    """Half by where they stand, half by the words asked for; never by number or decision."""
    one, other, share = ALIKE[name]
    assert alike(one, other) == pytest.approx(share)
    assert alike(other.model_copy(update={"decision": "overturned"}), one) == pytest.approx(share)


def test_too_little_in_common_is_no_pair() -> None:
    """Three parts in ten; no less."""
    ten = item(1, "a b c d e f g h i j", 0)
    assert align([ten], [item(1, "a b c d e f x x x x", 500)]).pairs == {0: 0}
    assert align([ten], [item(1, "a b c d e x x x x x", 500)]).pairs == {}


@pytest.mark.parametrize(("length", "inside"), [(10, True), (9, False)])
def test_half_within_is_a_piece(length: int, inside: bool) -> None:
    """Of the request or of the rationale."""
    whole = item(1, "x" * 40, 0, ("Because of this.", 200))
    piece = item(2, "y" * 20, 40 - length)
    pairs = align([whole], [item(1, "x" * 40, 0, ("Because of this.", 200)), piece])
    assert pairs.pairs == {0: 0}
    assert pairs.split == ({1: 0} if inside else {})


def test_what_is_not_paired_and_not_within_is_neither_split_nor_merged() -> None:
    """It is missing or invented."""
    one, other = item(1, "MRI", 0), item(2, "Lumbar fusion", 300)
    found = align([one], [one, other])
    assert (found.pairs, found.split, found.merged) == ({0: 0}, {}, {})
    found = align([one, other], [one])
    assert (found.pairs, found.split, found.merged) == ({0: 0}, {}, {})


def test_split_and_merged_items_are_known_as_such() -> None:
    """A heading cut in two, and two headings read as one."""
    whole = item(1, "Physical therapy and acupuncture", 100, ("Because of this.", 200))
    first, second = item(1, "Physical therapy", 100, ("Because of this.", 200)), item(2, "and acupuncture", 117)
    split = align([whole], [first, second])
    assert (split.pairs, split.split) == ({0: 0}, {1: 0})
    merged = align([first, second], [whole])
    assert (merged.pairs, merged.merged) == ({0: 0}, {1: 0})


@given(
    st.integers(1, 5).flatmap(
        lambda width: st.lists(st.lists(st.floats(0, 1), min_size=width, max_size=width), min_size=1, max_size=5)
    )
)
def test_the_assignment_is_the_best_of_all(table: list[list[float]]) -> None:
    """Against every other one."""
    rows, columns = len(table), len(table[0])
    if rows <= columns:
        every = [list(enumerate(order)) for order in itertools.permutations(range(columns), rows)]
    else:
        every = [[(at, to) for to, at in enumerate(order)] for order in itertools.permutations(range(rows), columns)]
    best = max(sum(table[at][to] for at, to in pairs) for pairs in every)
    chosen = assign(table)
    assert len(chosen) == min(rows, columns)
    assert sum(table[at][to] for at, to in chosen) == pytest.approx(best)


def test_annotated_texts_are_placed_in_their_own_item() -> None:
    """Words that stand twice are found where they belong."""
    text = "A: MRI was asked for. Knee MRI: Upheld Rationale: MRI is not needed. Knee MRI: Upheld Rationale: MRI is not needed."
    letter = SourceText(text=text, name="x", media_type="text/plain", sha256="")
    issues = [
        {
            "number": number,
            "decision": "upheld",
            "request": {"text": "Knee MRI"},
            "rationale": {"text": "MRI is not needed."},
        }
        for number in (1, 2)
    ]
    placed = locate(Statement.model_validate({"outcome": "all_upheld", "issues": issues}), letter)
    starts = [
        (issue.request.spans[0][0], issue.rationale.spans[0][0])
        for issue in placed.issues
        if issue.request and issue.rationale
    ]
    assert starts == [(22, 50), (69, 97)]


INTERVALS = {
    "Wilson, half": (wilson(5, 10), (0.237, 0.763)), "Wilson, none": (wilson(0, 10), (0, 0.278)), "Wilson, all": (wilson(10, 10), (0.722, 1)),
    "Wilson, of nothing": (wilson(0, 0), (0, 1)), "the bootstrap, all alike": (bootstrap(lambda sums: sums[0] / sums[1], [[1, 1], [2, 2]]), (0.5, 0.5)),
}  # fmt: skip


@pytest.mark.parametrize("name", INTERVALS)
def test_intervals(name: str) -> None:
    """Of known shares."""
    found, wanted = INTERVALS[name]
    assert found == pytest.approx(wanted, abs=0.001)


def test_the_bootstrap_draws_letters_not_items() -> None:
    """One letter of fifty items weighs as one draw: the interval is as wide as two letters make it."""
    low, high = bootstrap(lambda sums: sums[0] / sums[1] if sums[1] else None, [[50, 0], [50, 50]]) or (0, 0)
    assert (low, high) == (0.0, 1.0)


MCNEMAR = {(0, 5): 0.0625, (5, 0): 0.0625, (3, 3): 1.0, (0, 0): 1.0, (1, 9): 22 / 1024}


@pytest.mark.parametrize("split", MCNEMAR)
def test_mcnemar_is_exact(split: tuple[int, int]) -> None:
    """Twice the binomial tail, at most one."""
    assert mcnemar(*split) == pytest.approx(MCNEMAR[split])


def test_a_row_of_an_item_without_a_partner_is_not_matched() -> None:
    """In either direction; a field of the letter is."""
    assert Outcome("x", "case.priority", "absent").matched
    assert not Outcome("x", "request", "missing", gold_item=1).matched
    assert not Outcome("x", "decision", "invented", predicted_item=1).matched


def test_misread_letters_are_scored_at_their_moved_places() -> None:
    """Characters are lost and added; each text of the annotation is what now stands at its place."""
    changed = noisy(0.2)(source(), locate(gold(), source()), random.Random(0))
    assert changed is not None
    text, moved = changed
    assert text != source().text and len(text) != len(source().text)
    assert text.count("\n") == source().text.count("\n")
    for issue, before in zip(moved.issues, locate(gold(), source()).issues, strict=True):
        for said, was in ((issue.request, before.request), (issue.rationale, before.rationale)):
            assert said and was
            assert said.text == SourceText(text, "", "", "").slice(said.spans)
            assert fuzz.ratio(said.text, was.text) > 70


def test_any_field_can_be_scored() -> None:
    """Those of a summary too: a row counts by its field's name, whatever wrote it, beside the letter's own."""
    board = Scoreboard()
    right = Outcome("x", "summary.polarity", "correct", gold_item=1, predicted_item=1)
    wrong = Outcome("x", "summary.polarity", "wrong", gold_item=2, predicted_item=2, mistakes=("wrong_value",))
    board.add("x", [right, wrong])
    assert board.figures()["fields"]["summary.polarity"]["recall"]["value"] == 0.5
    assert board.figures()["determinations"]["n"] == 0


def test_what_is_changed_in_a_known_way_is_read_in_the_known_way() -> None:
    """Every change of every golden letter: the items follow, and no determination is wrong without a warning."""
    for name, curve in measure(golden_letters()).items():
        found = curve.board.figures()
        item = found["fields"]["item"]["f1"]["value"]
        assert item >= (0.97 if "misread" in name else 0.99), name
        assert curve.unflagged == [], name
        assert found["determinations"]["wrong"] == 0, name


def rows(said: Statement | int) -> list[Outcome]:
    return score("x", gold(), said, source())


def test_an_item_in_two_and_two_in_one_are_told_as_such() -> None:
    """Split and merged, not invented and missing."""
    said = perfect()
    piece = said.issues[0].model_copy(deep=True, update={"number": 9})
    said.issues.append(piece)
    found = {(row.field, row.mistakes) for row in rows(said) if row.gold_item is None and row.predicted_item == 9}
    assert found == {("item", ("split",)), ("decision", ("split",))}
    said = perfect()
    second = said.issues.pop(1)
    assert said.issues[0].rationale and second.rationale
    said.issues[0].rationale.spans += second.rationale.spans
    missing = {row.mistakes for row in rows(said) if row.gold_item == 2}
    assert missing == {("merged",)}


def test_all_that_a_failed_letter_states_failed() -> None:
    """Items and their fields; the exit code stands in its own row."""
    found = rows(3)
    assert {row.mistakes for row in found if row.gold_item is not None} == {("failed",)}
    assert {row.mistakes for row in found if row.field == "refused"} == {("failed",)}
    assert {row.verdict for row in found if row.gold_item is not None} == {"missing"}


def test_similarity_is_one_where_right_and_nothing_where_missing() -> None:
    """Of every kind of field."""
    assert {row.similarity for row in rows(perfect())} == {1.0}
    said = perfect()
    citation_dropped(said)
    first_dropped(said)
    assert {row.similarity for row in rows(said) if row.verdict == "missing"} == {0.0}


def test_a_determination_shows_its_place() -> None:
    """The report marks the word that was read."""
    said = perfect()
    said.issues[0].decision_spans = [(5, 9)]
    (row,) = [row for row in rows(said) if row.field == "decision" and row.gold_item == 1]
    assert row.predicted_spans == ((5, 9),)


def flagged(*flags: tuple[FlagCode, Level, int | None]) -> Determination:
    """The perfect reading with these flags on the letter or on its items."""
    said = Determination(
        **dict(perfect()), status="complete", source=Source(name="x"), provenance=Provenance(version="x")
    )
    for code, level, item_number in flags:
        flag = Flag(code=code, level=level, message="")
        (said.flags if item_number is None else said.issues[item_number - 1].flags).append(flag)
    return said


FLAGS: dict[str, tuple[list[tuple[FlagCode, Level, int | None]], list[tuple[Any, ...]]]] = {
    "none": ([], [("missing", None)]),
    "the right one": ([("side_contradicted", "warning", 2)], [("correct", ("side_contradicted", 2))]),
    "of another item": ([("side_contradicted", "warning", 1)], [("missing", None), ("invented", ("side_contradicted", 1))]),
    "of the letter": ([("injury_date_contradicted", "warning", None)], [("missing", None), ("invented", ("injury_date_contradicted", None))]),
    "a note": ([("side_contradicted", "note", 2)], [("missing", None)]),
    "a flag that no annotation tells of": ([("text_disagrees", "warning", 2)], [("missing", None)]),
    "twice": ([("side_contradicted", "warning", 2)] * 2, [("correct", ("side_contradicted", 2))]),
}  # fmt: skip


@pytest.mark.parametrize("name", FLAGS)
def test_contradictions_are_scored_by_code_and_item(name: str) -> None:
    """Warnings only, and only of the codes that annotators write."""
    flags, wanted = FLAGS[name]
    slip = gold().model_copy(update={"findings": [Slip(code="side_contradicted", issue=2)]})
    found = [row for row in score("x", slip, flagged(*flags), source()) if row.field == "flags"]
    assert [(row.verdict, row.predicted) for row in found] == wanted
    bare = gold().model_copy()
    bare.model_fields_set.discard("findings")
    assert [row for row in score("x", bare, flagged(*flags), source()) if row.field == "flags"] == []


def test_citations_of_one_document_are_told_apart_by_their_sections() -> None:
    """Whatever their order."""
    said = perfect()
    guideline(said, 0).citations.reverse()
    assert [row for row in rows(said) if row.mistakes] == []
    guideline(said, 0).citations.append(Citation(source="ODG", title="Official Disability Guidelines"))
    assert [row.mistakes for row in rows(said) if row.mistakes] == [("invented",)]


def test_a_tally_counts_determinations_and_fields() -> None:
    """By item; an item that the letter has not stands apart; what is rightly left empty is not counted."""
    found = Tally()
    said = perfect()
    one_flipped(said)
    one_invented(said)
    found.add("x", rows(said))
    assert found.determinations == {"x": {"1": False, "2": True, "3": True, "+4": False}}
    assert found.counts["x"]["decision"] == (2, 4)
    assert found.counts["x"]["request"] == (3, 3)
    assert found.counts["x"]["case.case_number"] == (0, 0)


def tally(**letters: dict[str, bool]) -> Tally:
    counts = {
        name: {"decision": (sum(items.values()), len(items)), "request": (len(items), len(items))}
        for name, items in letters.items()
    }
    return Tally(letters, counts)


def test_flips_are_told_both_ways() -> None:
    """Paired by letter; an invented item that came is broken, one that went is mended; strangers are named."""
    before = tally(a={"1": True, "2": False}, b={"1": True, "+2": False}, gone={"1": True})
    after = tally(a={"1": False, "2": True}, b={"1": True, "+3": False}, new={"1": True})
    found = compare(before, after)
    assert found.broken == ["a item 1", "b item +3"]
    assert found.mended == ["a item 2", "b item +2"]
    assert (found.only_before, found.only_after) == (["gone"], ["new"])
    assert found.chance == 1.0


def test_a_fall_of_every_letter_is_no_chance() -> None:
    """A paired interval wholly below none; one letter of many may be chance."""
    names = [f"letter{at}" for at in range(20)]
    before = tally(**{name: {"1": True, "2": True} for name in names})
    after = tally(**{name: {"1": True, "2": False} for name in names})
    assert compare(before, after).worse() == ["decision"]
    one = tally(**{name: {"1": True, "2": name != "letter3"} for name in names})
    assert compare(before, one).worse() == []
    assert compare(before, before).fields["decision"].interval == (0.0, 0.0)


def test_a_moves_interval_is_of_the_difference() -> None:
    """Half of the letters fell from all to half: a quarter less, give or take; mended the other way round."""
    good = {f"{at}": {"x": (2, 2)} for at in range(40)}
    half = {name: {"x": (1 if int(name) % 2 else 2, 2)} for name in good}
    decided: dict[str, dict[str, bool]] = {name: {} for name in good}
    fell = compare(Tally(decided, dict(good)), Tally(decided, dict(half))).fields["x"]
    assert (fell.before, fell.after) == (1, 0.75)
    assert fell.interval and -0.35 < fell.interval[0] < -0.25 < fell.interval[1] < -0.15
    rose = compare(Tally(decided, dict(half)), Tally(decided, dict(good))).fields["x"]
    assert rose.interval and 0.15 < rose.interval[0] < 0.25 < rose.interval[1] < 0.35
    assert not rose.worse and fell.worse
    assert compare(Tally(decided, dict(good)), Tally({}, {})).fields == {}


def test_resamples_are_many_and_whole() -> None:
    """A thousand; fewer of many letters, never under two hundred; each as large as the letters are many."""
    assert len(draws(10)) == 1000
    assert len(draws(5000)) == 400
    assert len(draws(20_000)) == 200
    assert {sum(weights) for weights in draws(7)} == {7}
    low, high = bootstrap(lambda sums: sums[0] / sums[1], [[0, 1] * 50, [1] * 100]) or (0, 0)
    assert 0.37 < low < 0.43 and 0.57 < high < 0.63
    assert bootstrap(lambda sums: None, [[1]]) is None


def test_where_all_letters_agree_their_number_says_how_sure_that_is() -> None:
    """Wilson over the letters that state it, all right or all wrong."""
    said = perfect()
    header_filled(said)
    found = figures(said, said, said)["fields"]
    assert (found["request"]["recall"]["low"], found["request"]["recall"]["high"]) == wilson(3, 3)
    assert (found["case.case_number"]["left_empty"]["low"], found["case.case_number"]["left_empty"]["high"]) == wilson(
        0, 3
    )
    assert found["request"]["recall"]["n"] == 9
    assert found["case.date_of_injury"]["recall"] == {"value": None, "low": None, "high": None, "n": 0}
    assert found["request"]["similarity"] == {"value": 1.0, "n": 9}
    assert found["category"]["similarity"] == {"value": None, "n": 0}


def test_a_field_that_one_run_lacks_is_compared_where_both_have_it() -> None:
    """A letter without it counts nothing; a field that only one run has is not compared."""
    decided: dict[str, dict[str, bool]] = {"a": {}, "b": {}}
    before = Tally(decided, {"a": {"x": (1, 2), "z": (1, 1)}, "b": {}})
    after = Tally(decided, {"a": {"x": (2, 2)}, "b": {"y": (1, 1)}})
    moved = compare(before, after).fields
    assert list(moved) == ["x"]
    assert (moved["x"].before, moved["x"].after) == (0.5, 1.0)


def test_what_macro_f1_counts_over_is_what_the_letters_state() -> None:
    """Not what was read: a dropped item still counts."""
    said = perfect()
    first_dropped(said)
    assert figures(said)["determinations"]["macro_f1"]["n"] == 3


def test_of_words_that_stand_twice_in_a_heading_the_request_is_the_last() -> None:
    """A partial approval names the original request first; where its words come again, they are the request's."""
    text = "Knee brace was the original request. Knee brace: Upheld\nBecause."
    issue = Issue(
        number=1, decision="upheld", request=Text(text="Knee brace"), original_request=Request(text="Knee brace"),
        rationale=Rationale(text="Because."),
    )  # fmt: skip
    placed = locate(Statement(outcome="all_upheld", issues=[issue]), SourceText(text, "", "", ""))
    request, original = placed.issues[0].request, placed.issues[0].original_request
    assert request and original
    assert (original.spans, request.spans) == ([(0, 10)], [(37, 47)])
