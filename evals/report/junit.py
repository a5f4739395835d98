"""A run as JUnit XML, for whatever shows test results: a case a letter. Names of fields and items only, no text."""

from __future__ import annotations

from collections.abc import Iterable
from xml.etree.ElementTree import Element, SubElement, indent, tostring  # writes only: nothing is parsed

from evals.outcomes import Outcome
from evals.run import LetterRun


def junit(runs: Iterable[LetterRun], column: str) -> str:
    """The document. A letter fails where a determination is not right; other rows that are not stand in its output."""
    suite = Element("testsuite", name=f"imr eval, {column}")
    count = failures = 0
    for run in runs:
        rows = run.rows.get(column, [])
        case = SubElement(
            suite, "testcase", classname=column, name=f"{run.letter} ({run.repeat})", time=f"{run.seconds:.3f}"
        )
        wrong = [row for row in rows if not row.right]
        decided = [row for row in wrong if row.field in ("decision", "refused")]
        count += 1
        if decided:
            failures += 1
            SubElement(case, "failure", message=f"{len(decided)} determinations are not right").text = _told(decided)
        if wrong:
            SubElement(case, "system-out").text = _told(wrong)
    suite.set("tests", str(count))
    suite.set("failures", str(failures))
    indent(suite)
    return '<?xml version="1.0" encoding="utf-8"?>\n' + tostring(suite, encoding="unicode") + "\n"


def _told(rows: Iterable[Outcome]) -> str:
    return "\n".join(f"{_place(row)}{row.field}: {row.verdict}, {', '.join(row.mistakes)}" for row in rows)


def _place(row: Outcome) -> str:
    if row.gold_item is not None:
        return f"item {row.gold_item}: "
    return f"item {row.predicted_item} as read: " if row.predicted_item is not None else ""
