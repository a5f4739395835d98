"""The figures as one printable page: no script, nothing from elsewhere, nothing of a letter as markup.

A chart is a column of its own table, so that no figure stands in a picture only.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from extractor.analysis import names
from extractor.analysis.names import FEW, bare, between, count, percent
from extractor.analysis.stats import LEAST, Guideline, Rate, Row, Statistics
from extractor.taxonomy import REASONS

SHOWN = {"specialty": 15}
"""So many rows stand open; the rest, and all treatments, are shown on demand."""
SCALES = ((0.05, 0.01), (0.1, 0.02), (0.2, 0.05), (0.3, 0.1), (0.4, 0.1), (0.5, 0.1), (0.6, 0.2), (0.8, 0.2), (1, 0.25))
"""How far a chart's axis goes, and its steps."""
LEDES = {
    "category": "What was asked for. A treatment's kind follows the search form of California's Division of Workers' "
    "Compensation.",
    "subcategory": "",
    "source": "Whose recommendation the reviewer's decision rests on. An item with two sources counts under both.",
    "agreement": "The claims administrator names a source for the denial, and the reviewer one for the decision.",
    "reason": "Why the reviewer decided so. A reason is given for a decision, and most reasons go with one decision "
    "only: this tells how often each is given, and is no chance of success. "
    f"{names.LOWER_BOUNDS} (the README's part “How well letters are read” has the figure): counts are lower bounds.",
    "specialty": "Who decided. Reviewers of one specialty are sent other cases than those of another: a difference "
    "here is one of cases first. A reviewer with two specialties counts under both.",
    "month": "",
}  # fmt: skip


def page(figures: Statistics) -> str:
    """The page. Its words come from letters only where they name specialties and guidelines."""
    import jinja2

    template = (Path(__file__).parent / "page.html.j2").read_text(encoding="utf-8")
    environment = jinja2.Environment(
        autoescape=True, undefined=jinja2.StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    environment.filters |= {"count": count, "percent": percent, "days": names.days}
    overall = figures.overall
    rows = {**figures.rates, "agreement": figures.agreement}
    return environment.from_string(template).render(
        figures=figures, overall=overall.all if overall else None, alone=overall.alone if overall else None,
        intervals=_intervals(overall.all) if overall else (), few=FEW, least=LEAST,
        unfinished=names.unfinished(figures), alike=names.alike(figures), reading=names.reading(figures),
        charts={kind: _chart(kind, rows[kind], overall.all) for kind in rows} if overall else {},
        time=_time(figures.rates["month"]) if overall else None, guidelines=_guidelines(figures.guidelines),
        spent=_spent(figures),
    )  # fmt: skip


def _intervals(rate: Rate) -> tuple[str, ...]:
    """In words, per item and per letter."""
    bounds = (rate.low, rate.high), (rate.letter_low, rate.letter_high)
    return tuple(f"95 % interval {between(*both)}" if None not in both else names.NO_INTERVAL for both in bounds)


def _chart(kind: str, rows: Sequence[Row], overall: Rate) -> dict[str, Any]:
    """A table with a chart in it: what stands open, and what is shown on demand."""
    top, step = _scale([overall, *(row.all for row in rows)])
    drawn = [_row(kind, row, top) for row in rows]
    most = SHOWN.get(kind, len(drawn))
    title = "Year of the decision" if kind == "month" and names.months(rows) == "year" else names.TITLES[kind]
    return {
        "kind": kind, "title": title, "lede": LEDES[kind], "rows": drawn[:most], "rest": drawn[most:],
        "ticks": _ticks(top, step), "overall": _at(overall.rate, top), "said": _said(kind, rows),
    }  # fmt: skip


def _row(kind: str, row: Row, top: float) -> dict[str, Any]:
    rate = row.all
    return {
        "name": names.told(kind, row.name),
        "note": REASONS.get(row.name, "") if kind == "reason" else "",  # type: ignore[call-overload]
        "few": rate.letters < FEW, "letters": count(rate.letters), "issues": count(rate.issues),
        "overturned": count(rate.overturned), "rate": bare(rate.rate), "interval": between(rate.low, rate.high),
        "letter_rate": bare(rate.letter_rate), "letter_interval": _intervals(rate)[1],
        "alone": bare(row.alone.rate) if row.alone else "–", "at": _at(rate.rate, top), **_whisker(rate, top),
    }  # fmt: skip


def _whisker(rate: Rate, top: float) -> dict[str, Any]:
    if rate.low is None or rate.high is None:
        return {"low": None, "high": None, "beyond": False}
    return {"low": _at(rate.low, top), "high": _at(rate.high, top), "beyond": rate.high > top}


def _said(kind: str, rows: Sequence[Row]) -> str:
    """The ends of a table in a sentence, where they are large enough to speak of and their intervals do not overlap."""
    if kind in ("reason", "month"):
        return ""
    if kind == "agreement":
        named = {row.name: percent(row.all.rate) for row in rows}
        if not {"same", "different"} <= named.keys():
            return ""
        return (
            f"Where both name a source, {named['different']} of the items were overturned if the sources differ, and "
            f"{named['same']} if they are the same."
        )
    sure = sorted((row for row in rows if row.all.letters >= FEW), key=lambda row: row.all.rate)
    if len(sure) < 2:
        return ""
    least, most = sure[0], sure[-1]
    if least.all.high is None or most.all.low is None or least.all.high >= most.all.low:
        return ""
    return (
        f"Of groups with at least {FEW} letters, overturned most often: {names.told(kind, most.name)} "
        f"({percent(most.all.rate)}); least often: {names.told(kind, least.name)} ({percent(least.all.rate)})."
    )


def _scale(rates: Sequence[Rate]) -> tuple[float, float]:
    """The axis holds every rate, and every interval that rests on enough letters."""
    need = max(rate.high if rate.high is not None and rate.letters >= FEW else rate.rate for rate in rates)
    return next((top, step) for top, step in SCALES if need <= top + 1e-9)


def _ticks(top: float, step: float) -> list[dict[str, str]]:
    return [
        {"at": f"{100 * number * step / top:.2f}", "name": f"{100 * number * step:.0f}"}
        for number in range(round(top / step) + 1)
    ]


def _at(share: float, top: float) -> str:
    """How far along the axis, in percent of it."""
    return f"{100 * min(share / top, 1):.2f}"


def _time(rows: Sequence[Row]) -> dict[str, Any] | None:
    """The time line, drawn on a hundred by a hundred; years stand in the middle of theirs."""
    dated = [(_position(row.name), row.all) for row in rows if row.name[:4].isdigit()]
    if len(dated) < 2:
        return None
    top, step = _scale([rate for _, rate in dated])
    gap = 1 if names.months(rows) == "month" else 12
    first, last = dated[0][0], dated[-1][0] + gap
    most = max(rate.issues for _, rate in dated)

    def across(position: float) -> float:
        return round(100 * (position - first) / (last - first), 3)

    def up(share: float) -> float:
        return round(100 - 100 * min(share / top, 1), 3)

    points = [(across(position + gap / 2), rate) for position, rate in dated]
    # Too few letters make a dot, and no slope.
    sure = {
        position: (across(position + gap / 2), up(rate.rate), up(rate.low), up(rate.high))
        for position, rate in dated
        if rate.letters >= FEW and rate.low is not None and rate.high is not None
    }
    runs = [[sure[position] for position in run] for run in _runs([*sure], gap)]
    return {
        "lines": [" ".join(f"{x},{y}" for x, y, _, _ in run) for run in runs if len(run) > 1],
        "bands": [_band(run) for run in runs if len(run) > 1],
        "whiskers": [(x, low, high) for run in runs if len(run) == 1 for x, _, low, high in run],
        "dots": [(x, up(rate.rate), rate.letters < FEW) for x, rate in points],
        "bars": [
            (across(position + gap * 0.1), across(first + gap * 0.8), round(100 * rate.issues / most, 2))
            for position, rate in dated
        ],
        "ticks": _ticks(top, step),
        "years": list(_years(first, last, across)),
        "first": rows[0].name, "last": max(row.name for row in rows if row.name[:4].isdigit()), "most": count(most),
    }  # fmt: skip


def _position(name: str) -> int:
    """Months since the year 0."""
    return 12 * int(name[:4]) + (int(name[5:]) - 1 if "-" in name else 0)


def _runs(positions: Sequence[int], gap: int) -> list[list[int]]:
    """Those that follow each other without a gap: no line is drawn over months that are left out."""
    runs: list[list[int]] = []
    for position in positions:
        if runs and position - runs[-1][-1] == gap:
            runs[-1].append(position)
        else:
            runs.append([position])
    return runs


def _band(points: Sequence[tuple[float, float, float, float]]) -> str:
    """Along the lower bounds and back along the upper ones."""
    there = [f"{x},{low}" for x, _, low, _ in points]
    return " ".join(there + [f"{x},{high}" for x, _, _, high in reversed(points)])


def _years(first: int, last: int, across: Any) -> Iterator[tuple[float, str]]:
    """The beginnings of years, as many as can be told apart."""
    years = range(-(-first // 12), (last - 1) // 12 + 1)
    every = 1 + len(years) // 8
    return ((across(12 * year), str(year)) for year in years if year % every == 0)


def _guidelines(cited: Sequence[Guideline]) -> list[dict[str, str]]:
    most = max((max(one.administrator, one.reviewer) for one in cited), default=1)
    return [
        {
            "name": names.guideline(one), "administrator": count(one.administrator), "reviewer": count(one.reviewer),
            "theirs": f"{100 * one.administrator / most:.2f}", "ours": f"{100 * one.reviewer / most:.2f}",
        }
        for one in cited
    ]  # fmt: skip


def _spent(figures: Statistics) -> list[dict[str, str]]:
    """Waits, on one axis as long as the longest of the review itself; what lies beyond it is not drawn."""
    waits = [one.upper for one in figures.days if one.name != "injury_to_ur_denial"]
    most = max([1.0, *waits])
    return [
        {
            "name": names.SPENT[one.name], "letters": count(one.letters), "lower": names.days(one.lower),
            "median": names.days(one.median), "upper": names.days(one.upper),
            "from": _at(max(0.0, one.lower), most), "at": _at(max(0.0, one.median), most),
            "to": _at(max(0.0, one.upper), most), "drawn": "yes" if one.median <= most else "",
            "beyond": "yes" if one.median <= most < one.upper else "",
        }
        for one in figures.days
    ]  # fmt: skip
