"""The golden letters notice a broken reader: each mutation of it must fail their comparison."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from evals.golden import Annotation, golden_letters
from extractor import extract
from extractor.errors import ImrError
from extractor.layouts import Layout, headed
from extractor.rules import anatomy, marks
from tests.conftest import ROOT
from tests.structure import mismatches

Mutation = Callable[[pytest.MonkeyPatch], None]


def failing() -> set[str]:
    """Golden letters whose reading differs from their annotation."""
    failed = set()
    for golden in golden_letters(ROOT / "golden"):
        if isinstance(golden.annotation, Annotation):
            try:
                if mismatches(extract(golden.path), golden.annotation):
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


@pytest.mark.parametrize(
    "mutate",
    [
        with_layout(break_headed),
        with_layout(swap_guidelines),
        with_layout(flip_decisions),
        with_layout(forget_partial_approvals),
        drop_last_item,
        keep_footers,
    ],
    ids=[
        "layout_broken",
        "guidelines_swapped",
        "decisions_flipped",
        "partial_unread",
        "last_item_dropped",
        "footers_kept",
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
