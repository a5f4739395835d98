"""The golden letters notice a broken reader: each mutation of it must fail their comparison."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from evals.golden import Annotation, golden_letters
from extractor import consistency, extract, read_source
from extractor.errors import ImrError
from extractor.layouts import Layout, headed
from extractor.lexicon import anatomy as anatomy_words
from extractor.rules import anatomy, details, letter, marks, meaning
from tests.conftest import ROOT
from tests.structure import mismatches

Mutation = Callable[[pytest.MonkeyPatch], None]


def failing() -> set[str]:
    """Golden letters whose reading differs from their annotation."""
    failed = set()
    for golden in golden_letters(ROOT / "golden"):
        if isinstance(golden.annotation, Annotation):
            try:
                source, want = read_source(golden.path), golden.annotation
                if mismatches(extract(source), want, source):
                    failed.add(golden.id)
            except ImrError:
                failed.add(golden.id)
    return failed


def with_layout(change: Callable[[Layout], Layout]) -> Mutation:
    def mutate(patch: pytest.MonkeyPatch) -> None:
        patch.setattr(marks, "LAYOUTS", tuple(change(layout) for layout in marks.LAYOUTS))

    return mutate


def swap_guidelines(layout: Layout) -> Layout:
    other = {
        "claims_administrator_guideline": "reviewer_guideline",
        "reviewer_guideline": "claims_administrator_guideline",
    }
    return replace(layout, marks=tuple(replace(m, role=other.get(m.role, m.role)) for m in layout.marks))  # type: ignore[arg-type]


def flip_decisions(layout: Layout) -> Layout:
    other = {"upheld": "overturned", "overturned": "upheld"}
    return replace(layout, decisions={word: other[decision] for word, decision in layout.decisions.items()})  # type: ignore[misc]


def drop_last_item(patch: pytest.MonkeyPatch) -> None:
    whole = anatomy._items
    patch.setattr(anatomy, "_items", lambda *args: whole(*args)[:-1])


def forget_partial_approvals(layout: Layout) -> Layout:
    return replace(layout, partial=None)


def keep_footers(patch: pytest.MonkeyPatch) -> None:
    from extractor import reading

    patch.setattr(reading, "find_furniture", lambda draft: ())


def break_headed(layout: Layout) -> Layout:
    if layout.name != headed.LAYOUT.name:
        return layout
    return replace(layout, marks=tuple(m for m in layout.marks if m.role != "rationale"))


def without(module: Any, name: str, value: Any) -> Mutation:
    """A part of the reader that finds nothing."""
    return lambda patch: patch.setattr(module, name, value)


def swap_sides(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(anatomy_words, "SIDES", {**anatomy_words.SIDES, "left": "right", "right": "left"})


def forget(check: Any) -> Mutation:
    """One of the checks of a letter against itself is not made."""
    return lambda patch: patch.setattr(
        consistency, "CHECKS", tuple(one for one in consistency.CHECKS if one is not check)
    )


@pytest.mark.parametrize(
    "mutate",
    [
        with_layout(break_headed),
        with_layout(swap_guidelines),
        with_layout(flip_decisions),
        with_layout(forget_partial_approvals),
        drop_last_item,
        keep_footers,
        without(letter, "read_citations", lambda *args: []),
        without(letter, "read_utilization_review", lambda *args: None),
        without(meaning, "read_timing", lambda text: "prospective"),
        without(meaning, "_notices", lambda *args: []),
        without(meaning, "_main_item", lambda *args: None),
        without(details, "read_amounts", lambda *args: None),
        without(details, "read_body_parts", lambda *args: []),
        without(details, "find_treatment", lambda *args: None),
        swap_sides,
        *map(forget, consistency.CHECKS[:-1]),
    ],
    ids=[
        "layout_broken",
        "guidelines_swapped",
        "decisions_flipped",
        "partial_unread",
        "last_item_dropped",
        "footers_kept",
        "no_citations",
        "no_utilization_review",
        "never_retrospective",
        "no_notices",
        "nothing_depends",
        "no_amounts",
        "no_body_parts",
        "no_treatment",
        "sides_swapped",
        *(f"unchecked_{check.__module__.rpartition('.')[2]}" for check in consistency.CHECKS[:-1]),
    ],
)
def test_a_mutation_fails_the_golden_letters(mutate: Mutation, monkeypatch: pytest.MonkeyPatch) -> None:
    """What breaks the reader is seen by at least one golden letter."""
    mutate(monkeypatch)
    assert failing()


def test_every_layout_is_guarded(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without its description, each layout's golden letter fails."""
    for name in [layout.name for layout in marks.LAYOUTS]:
        with monkeypatch.context() as patch:
            patch.setattr(marks, "LAYOUTS", tuple(layout for layout in marks.LAYOUTS if layout.name != name))
            assert failing(), name
