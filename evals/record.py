"""A run on disk: JSON lines, first what was run, then each letter and each row. It can be scored again and compared
without asking anybody; it holds letter text, so its file is its owner's alone."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any, TextIO

from evals.outcomes import Outcome
from evals.run import LetterRun
from extractor.errors import ImrError

SCHEMA = 1


class DamagedRun(ImrError):
    """A file that holds no run, or a part of one."""

    code = 3


@dataclass
class Writer:
    """Writes a run as it goes. Use it as a context."""

    path: Path
    provenance: dict[str, Any]

    def __enter__(self) -> Writer:
        self._file = owners_file(self.path)
        self._line({"kind": "run", "schema": SCHEMA, **self.provenance})
        return self

    def __exit__(self, *error: object) -> None:
        self._file.close()

    def write(self, run: LetterRun) -> None:
        facts = {entry.name: getattr(run, entry.name) for entry in fields(run)}
        facts["rows"] = {column: [_row(row) for row in rows] for column, rows in run.rows.items()}
        self._line({"kind": "letter", **facts})

    def _line(self, value: dict[str, Any]) -> None:
        self._file.write(json.dumps(value, ensure_ascii=False, default=str) + "\n")


def owners_file(path: Path) -> TextIO:
    """A file to write that is its owner's alone, also where it stood there before."""
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    os.fchmod(descriptor, 0o600)
    return os.fdopen(descriptor, "w", encoding="utf-8")


def read(path: Path) -> tuple[dict[str, Any], Iterator[LetterRun]]:
    """What was run, and its letters, one at a time. Raises DamagedRun."""
    try:
        with path.open(encoding="utf-8") as lines:
            provenance = json.loads(lines.readline())
        if provenance.get("kind") != "run" or provenance.get("schema") != SCHEMA:
            raise ValueError
    except (OSError, ValueError, AttributeError):
        raise DamagedRun(f"{path} holds no run; imr eval --save makes one") from None
    return provenance, _letters(path)


def _letters(path: Path) -> Iterator[LetterRun]:
    with path.open(encoding="utf-8") as lines:
        next(lines)
        for number, line in enumerate(lines, 2):
            try:
                facts = json.loads(line)
                del facts["kind"]
                rows = {column: [_outcome(row) for row in rows] for column, rows in facts.pop("rows").items()}
                yield LetterRun(rows=rows, **facts)
            except (ValueError, TypeError, KeyError):
                raise DamagedRun(f"{path}, line {number}: this is no letter of a run") from None


def _row(row: Outcome) -> dict[str, Any]:
    """The row without what is empty: a run has many."""
    return {name: value for name in Outcome.__slots__ if (value := getattr(row, name)) not in (None, (), 0.0)}


def _outcome(row: dict[str, Any]) -> Outcome:
    row["mistakes"] = tuple(row.get("mistakes", ()))
    for name in ("gold_spans", "predicted_spans"):
        row[name] = tuple((start, end) for start, end in row.get(name, ()))
    return Outcome(**row)
