"""The tables of a run as lines: determinations first, then every field."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from evals.compare import Comparison

TITLES = {"rules": "rules", "model": "model", "combined": "combined", "always_upheld": "always upheld"}
WIDE = 26


def tables(figures: Mapping[str, dict[str, Any]]) -> Iterator[str]:
    """The figures of each column side by side; the last column before the baseline is told in full."""
    scored = [name for name in figures if name != "always_upheld"]
    yield from _determinations(figures)
    yield ""
    yield from _fields({name: figures[name] for name in scored})
    main = scored[-1]
    yield ""
    yield f"mistakes ({TITLES[main]}): " + (
        ", ".join(f"{name.replace('_', ' ')} {count}" for name, count in figures[main]["mistakes"].items()) or "none"
    )
    for letter in figures[main]["letters"]["failed"]:
        yield f"failed, and counted as wrong: {letter}"
    yield "What nobody annotated is not scored. Intervals are of 95 %, over letters."


def _determinations(figures: Mapping[str, dict[str, Any]]) -> Iterator[str]:
    yield _line("determinations", [TITLES[name] for name in figures])
    told = [figure["determinations"] for figure in figures.values()]
    for name in ("wrong", "missing", "invented"):
        yield _line(f"  {name}", [f"{entry[name]} of {entry['n']}" for entry in told])
    for name in ("upheld", "overturned"):
        yield _line(f"  {name} that were found", [share(entry["recall"][name]) for entry in told])
    yield _line("  macro-F1", [share(entry["macro_f1"]) for entry in told])
    letters = [figure["letters"] for figure in figures.values()]
    yield _line("letters without a slip here", [share(entry["all_determinations_right"]) for entry in letters])
    yield ""
    yield "  stated, and read as"
    for (gold, predicted), _ in sorted(_cells(figures).items(), key=str):
        cells = [
            next((c["n"] for c in entry["confusion"] if (c["gold"], c["predicted"]) == (gold, predicted)), 0)
            for entry in told
        ]
        yield _line(f"  {gold or 'not stated'}, {predicted or 'nothing'}", [str(cell) for cell in cells])


def _cells(figures: Mapping[str, dict[str, Any]]) -> dict[tuple[Any, Any], None]:
    return dict.fromkeys(
        (cell["gold"], cell["predicted"])
        for figure in figures.values()
        for cell in figure["determinations"]["confusion"]
        if cell["gold"] or cell["predicted"]
    )


def _fields(figures: Mapping[str, dict[str, Any]]) -> Iterator[str]:
    for name, figure in figures.items():
        yield f"{TITLES[name]}: of what the letters state, how much was found; of what was read, how much was right"
        yield f"{'field':46}{'found':>{WIDE}}{'of items found':>15}{'right':>9}{'F1':>7}{'left empty':>14}"
        for field, told in figure["fields"].items():
            empty = told["left_empty"]
            yield (
                f"{field:46}{share(told['recall']):>{WIDE}}{bare(told['recall_of_items_found']):>15}"
                f"{bare(told['precision']):>9}{bare(told['f1']):>7}"
                f"{(bare(empty) + ' of ' + str(empty['n'])) if empty['n'] else '-':>14}"
            )
        yield ""


def comparison(found: Comparison) -> Iterator[str]:
    """What moved between two runs."""
    for title, places in (("broken", found.broken), ("mended", found.mended)):
        yield f"determinations {title}: {len(places)}"
        yield from (f"  {place}" for place in places)
    yield f"McNemar, exact: p = {found.chance:.3f}"
    for name, move in found.fields.items():
        if move.before != move.after and move.interval:
            low, high = move.interval
            sign = "  worse" if move.worse else ""
            yield f"{name:46}{move.before:>8.1%} -> {move.after:.1%}  [{low:+.1%}, {high:+.1%}]{sign}"
    for title, letters in (("only in the first", found.only_before), ("only in the second", found.only_after)):
        if letters:
            yield f"{title}: {', '.join(letters)}"


def share(figure: dict[str, Any]) -> str:
    """A figure as a share, with its interval and what it counts over."""
    if figure["value"] is None:
        return "-"
    interval = f" [{_percent(figure['low'])}-{_percent(figure['high'])}]" if figure["low"] is not None else ""
    return f"{_percent(figure['value'])}{interval} n={figure['n']}"


def bare(figure: dict[str, Any]) -> str:
    """A figure as a share alone."""
    return "-" if figure["value"] is None else _percent(figure["value"])


def _percent(value: float) -> str:
    """Never rounded up to all, nor down to none."""
    rounded = round(100 * value, 1)
    if rounded == 100 and value < 1:
        rounded = 99.9
    if rounded == 0 and value > 0:
        rounded = 0.1
    return f"{rounded:g}"


def _line(title: str, cells: list[str]) -> str:
    return f"{title:32}" + "".join(f"{cell:>{WIDE}}" for cell in cells)
