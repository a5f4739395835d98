"""A run as one self-contained HTML page: figures, then each mistake with the letter's words, annotated beside read.

It holds letter text: whoever writes it keeps it to its owner.
"""

from __future__ import annotations

import itertools
import json
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from evals.golden import GoldenLetter
from evals.metamorphic import MISREAD, NOISE, UNCHANGED, Curve
from evals.outcomes import Outcome
from evals.report.text import TITLES, bare, share
from evals.run import LetterRun
from extractor.errors import ImrError
from extractor.pipeline import read_source
from extractor.source import Span

AROUND = 160
"""So many characters of the letter stand before and behind a mistake's places."""


def page(
    provenance: Mapping[str, Any], figures: Mapping[str, dict[str, Any]], reliability: Sequence[dict[str, Any]],
    runs: Iterable[LetterRun], letters: Iterable[GoldenLetter], main: str, changed: Mapping[str, Curve],
) -> str:  # fmt: skip
    """The page. ``runs`` are told where they have mistakes in the column ``main``; ``changed`` is how the letters are
    read by rules when they are changed."""
    import jinja2

    template = (Path(__file__).parent / "page.html.j2").read_text(encoding="utf-8")
    environment = jinja2.Environment(autoescape=True, undefined=jinja2.StrictUndefined, trim_blocks=True)
    by_name = {letter.id: letter for letter in letters}
    told = [_letter(run, run.rows.get(main, []), by_name) for run in runs if run.repeat == 0]
    return environment.from_string(template).render(
        run=provenance, columns=figures, titles=TITLES, share=share, bare=bare, main=main, reliability=reliability,
        letters=[letter for letter in told if letter["mistakes"]],
        changed={name: curve.figures() for name, curve in changed.items() if curve.board.letters},
        noise=_noise(changed),
    )  # fmt: skip


def _noise(changed: Mapping[str, Curve]) -> list[dict[str, float]]:
    """By the share of misread characters: item F1, and the share of determinations that are not right."""
    levels = {0.0: UNCHANGED, **{share: MISREAD.format(share) for share in NOISE}}
    told = [(share, changed[name].figures()) for share, name in levels.items() if changed[name].board.letters]
    return [
        {
            "share": share, "item_f1": figures["item_f1"],
            "not_right": (figures["wrong"] + figures["missing"]) / figures["n"],
        }
        for share, figures in told
        if figures["n"]
    ]  # fmt: skip


def _letter(run: LetterRun, rows: Iterable[Outcome], letters: Mapping[str, GoldenLetter]) -> dict[str, Any]:
    wrong = [row for row in rows if row.mistakes]
    body = _body(letters.get(run.letter)) if wrong else ""
    return {
        "name": run.letter,
        "decided": any(row.field == "decision" for row in wrong),
        "mistakes": [
            {
                "field": row.field, "item": _item(row), "kinds": row.mistakes,
                "gold": _shown(row.gold), "predicted": _shown(row.predicted),
                "pieces": _pieces(body, row.gold_spans, row.predicted_spans),
            }
            for row in sorted(wrong, key=lambda row: row.field not in ("refused", "item", "decision"))
        ],
    }  # fmt: skip


def _body(letter: GoldenLetter | None) -> str:
    try:
        return read_source(letter.path).text if letter else ""
    except ImrError:
        return ""


def _item(row: Outcome) -> str:
    if row.gold_item is not None:
        return f"item {row.gold_item}"
    return f"item {row.predicted_item} as read" if row.predicted_item is not None else ""


def _shown(value: Any) -> str:
    if value is None:
        return "-"
    if isinstance(value, dict) and isinstance(value.get("text"), str):
        return str(value["text"])
    if isinstance(value, dict):
        return ", ".join(f"{name}: {part}" for name, part in value.items() if part is not None)
    return value if isinstance(value, str) else json.dumps(value, default=str)


def _pieces(body: str, gold: Sequence[Span], read: Sequence[Span]) -> list[tuple[str, str | None]]:
    """The letter around the places, cut where a place begins or ends, each piece with how it is marked."""
    if not body or not (gold or read):
        return []
    windows: list[list[int]] = []
    for start, end in sorted([*gold, *read]):
        if windows and start - AROUND <= windows[-1][1]:
            windows[-1][1] = max(windows[-1][1], min(len(body), end + AROUND))
        else:
            windows.append([max(0, start - AROUND), min(len(body), end + AROUND)])
    pieces: list[tuple[str, str | None]] = []
    for left, right in windows:
        edges = sorted({left, right, *(place for span in (*gold, *read) for place in span if left < place < right)})
        pieces += [("…\n", None)] if pieces else []
        for start, end in itertools.pairwise(edges):
            marks = _within(start, gold), _within(start, read)
            kind = {(True, True): "both", (True, False): "gold", (False, True): "read"}.get(marks)
            pieces.append((body[start:end], kind))
    return pieces


def _within(at: int, spans: Sequence[Span]) -> bool:
    return any(start <= at < end for start, end in spans)
