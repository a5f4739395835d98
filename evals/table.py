"""The outcome table as Parquet, for other tools: a row for each field of each item; what was run is its metadata.

It holds letter text, so its file is its owner's alone.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from evals.outcomes import Outcome
from evals.record import owners_file
from evals.run import LetterRun
from extractor.errors import ImrError

ROWS = 20_000
"""In memory at a time."""


class NoParquet(ImrError):
    """The extra is not installed."""

    code = 2


class Table:
    """Writes the table as a run goes. Use it as a context. Raises NoParquet."""

    def __init__(self, path: Path, provenance: dict[str, Any]) -> None:
        try:
            import pyarrow
            import pyarrow.parquet
        except ImportError:
            raise NoParquet("Parquet needs its extra: pip install 'imr-extractor[parquet]'") from None
        spans = pyarrow.list_(pyarrow.list_(pyarrow.int32(), 2))
        kinds = {
            "letter": pyarrow.string(), "repeat": pyarrow.int32(), "column": pyarrow.string(),
            "field": pyarrow.string(), "verdict": pyarrow.string(), "gold_item": pyarrow.int32(),
            "predicted_item": pyarrow.int32(), "gold": pyarrow.string(), "predicted": pyarrow.string(),
            "gold_spans": spans, "predicted_spans": spans, "similarity": pyarrow.float64(),
            "mistakes": pyarrow.list_(pyarrow.string()),
        }  # fmt: skip
        self._schema = pyarrow.schema(list(kinds.items()), metadata={"imr eval": json.dumps(provenance)})
        owners_file(path).close()
        self._writer = pyarrow.parquet.ParquetWriter(path, self._schema)
        self._batch = pyarrow.RecordBatch.from_pylist
        self._rows: list[dict[str, Any]] = []

    def __enter__(self) -> Table:
        return self

    def __exit__(self, *error: object) -> None:
        self._flush()
        self._writer.close()

    def write(self, run: LetterRun) -> None:
        """All rows of a letter."""
        for column, rows in run.rows.items():
            self._rows += [{"repeat": run.repeat, "column": column, **_cells(row)} for row in rows]
        if len(self._rows) >= ROWS:
            self._flush()

    def _flush(self) -> None:
        self._writer.write_batch(self._batch(self._rows, schema=self._schema))
        self._rows = []


def _cells(row: Outcome) -> dict[str, Any]:
    """What is annotated and what was read are text: a word, a number, a date, or JSON."""
    return {name: getattr(row, name) for name in Outcome.__slots__} | {
        "gold": _text(row.gold), "predicted": _text(row.predicted)
    }  # fmt: skip


def _text(value: Any) -> str | None:
    if isinstance(value, (dict, list, tuple)):
        return json.dumps(value, ensure_ascii=False, default=str)
    return None if value is None else str(value)
