"""The figures on a terminal, readable at eighty columns: plain lines, the largest groups first."""

from __future__ import annotations

import textwrap
from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING

from extractor.analysis import names
from extractor.analysis.names import bare, between, count
from extractor.analysis.stats import Row, Statistics

if TYPE_CHECKING:
    from extractor.analysis.search import Hit

MOST = {"category": 12, "subcategory": 15, "source": 6, "reason": 21, "specialty": 12, "month": 24}
"""So many rows of each are shown; of months the latest."""
MOST_CITED, MOST_LINES = 15, 3
"""Guidelines, and lines that one's name may take."""
NARROWEST, WIDEST_NAME = 50, 44
Column = tuple[str, int, Callable[[Row], str]]
COLUMNS: tuple[Column, ...] = (
    ("letters", 8, lambda row: count(row.all.letters)),
    ("items", 8, lambda row: count(row.all.issues)),
    ("item %", 8, lambda row: bare(row.all.rate)),
    ("95 %", 11, lambda row: between(row.all.low, row.all.high)),
    ("letter %", 9, lambda row: bare(row.all.letter_rate)),
    ("alone %", 8, lambda row: bare(row.alone.rate) if row.alone else "–"),
)
LAST_KEPT, LEAST_NAME = 4, 24
"""On a narrow terminal the last columns are left out, down to so many, where names have less room than this."""


def table(figures: Statistics, width: int) -> str:
    """Every table, one below the other."""
    width = max(NARROWEST, width)
    lines = _wrap(names.unfinished(figures), width)
    lines += _head(figures, width)
    if figures.overall:
        for kind, rows in figures.rates.items():
            lines += _rates(names.TITLES[kind], kind, rows, width)
        lines += _rates(names.TITLES["agreement"], "agreement", figures.agreement, width)
    lines += _guidelines(figures, width)
    lines += _days(figures, width)
    lines += ["", *_wrap(f"{names.alike(figures)} {names.reading(figures)}", width)]
    return "\n".join(lines) + "\n"


def _head(figures: Statistics, width: int) -> Iterator[str]:
    letters, issues = figures.letters, figures.issues
    told = f"{count(letters['all'])} letters"
    said = [f"{count(letters['failed'])} failed"] * bool(letters["failed"])
    said += [f"{name}: {count(letters[name])}" for name in ("duplicates", "reissues") if letters[name]]
    told += f" ({', '.join(said)})" if said else ""
    told += f", decided {figures.first} to {figures.last}" if figures.first else ""
    yield from _wrap(told, width)
    if figures.overall is None:
        yield "no item with a decision"
        return
    of = figures.overall.all
    left_out = f"; without a known decision: {count(issues['unknown'])}" if issues["unknown"] else ""
    yield from _wrap(
        f"{count(of.issues)} items: {count(of.overturned)} overturned (found medically necessary), "
        f"{count(issues['upheld'])} upheld (the denial stands){left_out}", width,
    )  # fmt: skip
    yield ""
    yield from _wrap(
        "item\xa0%: of the items, how many were overturned, with the 95\xa0% interval by case. letter\xa0%: of the "
        "letters with such items, how many had one overturned. alone\xa0%: as item\xa0%, without items that depend on "
        f"another or were authorised already. * fewer than {names.FEW} letters: uncertain. – {names.NO_INTERVAL}, "
        "or no such items.", width,
    )  # fmt: skip
    yield from _lines("", [("all items", figures.overall)], width)


def _rates(title: str, kind: str, rows: Sequence[Row], width: int) -> list[str]:
    most = MOST.get(kind, len(rows))
    shown = rows[-most:] if kind == "month" else rows[:most]
    title = title.replace("Month", "Year") if kind == "month" and names.months(rows) == "year" else title
    note = _wrap(f"  {names.LOWER_BOUNDS}: counts are lower bounds.", width, "  ") if kind == "reason" else []
    lines = _lines(title, [(names.short(kind, row.name), row) for row in shown], width)
    return lines + note + ([f"  {count(len(rows) - most)} more: --csv or --html shows all"] if len(rows) > most else [])


def _lines(title: str, rows: Sequence[tuple[str, Row]], width: int) -> list[str]:
    columns = COLUMNS
    while len(columns) > LAST_KEPT and width - sum(size for _, size, _ in columns) < LEAST_NAME:
        columns = columns[:-1]
    room = min(WIDEST_NAME, width - sum(size for _, size, _ in columns))
    lines = ["", *_line(title, room, "".join(name.rjust(size) for name, size, _ in columns))]
    for name, row in rows:
        few = "*" if row.all.letters < names.FEW else ""
        lines += _line(name + few, room, "".join(cell(row).rjust(size) for _, size, cell in columns))
    return lines


def _line(name: str, room: int, cells: str) -> list[str]:
    """A row; its name goes on below where it is long."""
    first, *more = textwrap.wrap(name, room - 1, subsequent_indent="  ") or [""]
    return [first.ljust(room) + cells, *more]


def _guidelines(figures: Statistics, width: int) -> Iterator[str]:
    if figures.guidelines:
        room = width - 26
        yield ""
        yield "Most cited guidelines".ljust(room) + "by administrator".rjust(17) + "reviewer".rjust(9)
        for one in figures.guidelines[:MOST_CITED]:
            cells = count(one.administrator).rjust(17) + count(one.reviewer).rjust(9)
            yield from _line(names.guideline(one), room, cells)[:MOST_LINES]


def _days(figures: Statistics, width: int) -> Iterator[str]:
    if figures.days:
        room = min(WIDEST_NAME, width - 36)
        yield ""
        yield "Days from".ljust(room) + "".join(name.rjust(9) for name in ("letters", "25 %", "median", "75 %"))
        for one in figures.days:
            cells = (count(one.letters), *map(names.days, (one.lower, one.median, one.upper)))
            yield from _line(names.SPENT[one.name], room, "".join(cell.rjust(9) for cell in cells))


def hits(found: Sequence[Hit], width: int) -> str:
    """Items that were found, each with the sentence that holds the words."""
    width = max(NARROWEST, width)
    lines: list[str] = []
    for number, hit in enumerate(found, start=1):
        head = [names.plain(hit.input), hit.case_number, f"item {hit.issue}", hit.decided]
        lines += ["", *_wrap(f"{number}. " + "  ".join(names.plain(part) for part in head if part), width, "   ")]
        lines += _wrap(f"   {hit.decision.upper()}  {names.plain(hit.request or '(no request found)')}", width, "   ")
        kind = "/".join(part for part in (hit.category, hit.subcategory) if part)
        said = [names.told("subcategory", kind)] if kind else []
        if hit.reasons:
            # What the records show is told of the first reason.
            state = f", {names.STATES[hit.record_state]}" if hit.record_state else ""
            first, *more = (names.told("reason", reason) for reason in hit.reasons)
            said.append("; ".join([f"because {first}{state}", *more]))
        lines += _wrap("   " + "; ".join(said), width, "   ") if said else []
        if hit.sentence and hit.sentence != hit.request:
            lines += _wrap(f"   > {names.plain(hit.sentence)}", width, "     ")
    return "\n".join(lines[1:] or ["nothing was found"]) + "\n"


def _wrap(words: str, width: int, indent: str = "") -> list[str]:
    return textwrap.wrap(words, width, subsequent_indent=indent, break_on_hyphens=False)
