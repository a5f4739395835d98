"""The tidy tables: a letter, an issue, a citation, a reason, a flag, a record a row; ``letter_id`` joins them.

Columns are stable: they are added to, and renamed or taken away only with the result's ``schema_version``.  Of letters
that are the same text only the first one's issues are in the tables, so that nothing counts twice.  Without text the
columns that would hold text, dates or places are empty.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterable, Iterator
from typing import Any

import pyarrow as arrow
import pyarrow.parquet as parquet

from extractor.batch.bare import BETWEEN
from extractor.batch.clusters import Clusters
from extractor.batch.folder import TABLES
from extractor.batch.run import Run
from extractor.schema import SCHEMA_VERSION
from extractor.version import VERSION

GROUP = 5_000
"""Rows that are held before they are written."""
TEXT, NUMBER, SHARE, TRUTH = arrow.string(), arrow.int32(), arrow.float64(), arrow.bool_()
TEXTS, DAY = arrow.list_(TEXT), arrow.date32()
AMOUNTS = ("treatment", "drug", "strength", "quantity", "refills", "sessions", "frequency", "duration", "acquisition")
KEY = {"letter_id": TEXT}
PLACE = {"start": NUMBER, "end": NUMBER}
COLUMNS: dict[str, dict[str, Any]] = {
    "letters": {
        **KEY, "input": TEXT, "status": TEXT, "duplicate_of": TEXT, "reissue_of": TEXT, "sha256": TEXT,
        "text_sha256": TEXT, "media_type": TEXT, "pages": NUMBER, "layout": TEXT, "case_number": TEXT,
        "date_assigned": DAY, "date_of_injury": DAY, "decision_date": DAY, "ur_denial_date": DAY,
        "application_received": DAY, "priority": TEXT, "injury_year": NUMBER, "decision_year": NUMBER,
        **{f"days_{name}": NUMBER for name in BETWEEN},
        "specialties": TEXTS, "patient_age": NUMBER, "patient_age_range": TEXT, "patient_sex": TEXT, "ur_outcome": TEXT,
        "outcome": TEXT, "issues": NUMBER, "upheld": NUMBER, "overturned": NUMBER, "flags": TEXTS, "error_code": NUMBER,
        "error": TEXT, "model": TEXT, "prompt": TEXT, "cache": TEXT, "attempts": NUMBER, "prompt_tokens": NUMBER,
        "completion_tokens": NUMBER, "cost_usd": SHARE, "seconds": SHARE,
    },
    "issues": {
        **KEY, "issue": NUMBER, "request": TEXT, "original_request": TEXT, "authorized": TEXT,
        "partly_authorized": TRUTH, "decision": TEXT, "category": TEXT, "subcategory": TEXT,
        **{name: TEXT for name in AMOUNTS},
        "body_parts": TEXTS, "codes": TEXTS, "timing": TEXT, "depends_on": NUMBER, "already_authorized": TRUTH,
        "administrator_basis": TEXT, "reviewer_basis": TEXT, "administrator_sources": TEXTS, "reviewer_sources": TEXTS,
        "reasons": TEXTS, "record_state": TEXT, "notices": TEXTS, "rationale": TEXT, "rationale_cluster": NUMBER,
        "confidence": SHARE, "flags": TEXTS, "start": NUMBER, "end": NUMBER,
    },
    "citations": {
        **KEY, "issue": NUMBER, "relied_on_by": TEXT, "source": TEXT, "title": TEXT, "canonical_title": TEXT,
        "section": TEXT, "pages": TEXT, "year": NUMBER, **PLACE,
    },
    "reasons": {**KEY, "issue": NUMBER, "code": TEXT, "record_state": TEXT, **PLACE},
    "flags": {**KEY, "issue": NUMBER, "code": TEXT, "level": TEXT, "message": TEXT, **PLACE},
    "records": {**KEY, "date": DAY, "description": TEXT, **PLACE},
}  # fmt: skip
"""Each table's columns. ``issues.record_state`` is the first reason's; ``days_…`` are between the header's dates."""
SIDES = {"administrator": "claims_administrator_guideline", "reviewer": "reviewer_guideline"}


def write_tables(run: Run, documents: Iterable[dict[str, Any]]) -> None:
    """Writes every table into the run's folder. Raises RunTrouble."""
    clusters = Clusters()
    with contextlib.ExitStack() as files:
        tables = {name: _Table(files, run, name) for name in TABLES}
        for document in documents:
            for name, row in rows(document, clusters):
                tables[name].add(row)
        for table in tables.values():
            table.close()
    _number_clusters(run, clusters)


class _Table:
    def __init__(self, files: contextlib.ExitStack, run: Run, name: str) -> None:
        metadata = {"schema_version": SCHEMA_VERSION, "version": VERSION}
        self.schema = arrow.schema(COLUMNS[name].items(), metadata=metadata)
        file = files.enter_context(run.folder.writing(f"{name}.parquet"))
        self.writer = parquet.ParquetWriter(file, self.schema, compression="zstd")
        self.held: list[dict[str, Any]] = []

    def add(self, row: dict[str, Any]) -> None:
        self.held.append(row)
        if len(self.held) >= GROUP:
            self.write()

    def write(self) -> None:
        columns = {field.name: [row.get(field.name) for row in self.held] for field in self.schema}
        for field in self.schema:
            if field.type == DAY:
                columns[field.name] = arrow.array(columns[field.name], TEXT).cast(DAY)
        self.writer.write_table(arrow.table(columns, schema=self.schema))
        self.held = []

    def close(self) -> None:
        self.write()
        self.writer.close()


def rows(document: dict[str, Any], clusters: Clusters) -> Iterator[tuple[str, dict[str, Any]]]:
    """Every row that the document has in every table, with the table's name."""
    yield "letters", _letter(document)
    if document["status"] == "failed" or document["duplicate_of"]:
        return
    key = {"letter_id": document["letter_id"]}
    for issue in document["issues"]:
        here = {**key, "issue": issue["number"]}
        yield "issues", {**here, **_issue(issue, clusters)}
        for side, name in SIDES.items():
            for citation in (issue.get(name) or {}).get("citations", []):
                yield "citations", {**here, **citation, "relied_on_by": side, **_place(citation)}
        for reason in (issue["rationale"] or {}).get("reasons", []):
            yield "reasons", {**here, **reason, **_place(reason)}
        for flag in issue["flags"]:
            yield "flags", {**here, **flag, **_place(flag)}
    for flag in document["flags"]:
        yield "flags", {**key, **flag, **_place(flag)}
    records = document["records"]
    for record in records if isinstance(records, list) else ():
        yield "records", {**key, **record, **_place(record)}


def _letter(document: dict[str, Any]) -> dict[str, Any]:
    head = {name: document[name] for name in ("letter_id", "input", "status", "duplicate_of", "reissue_of")}
    if document["status"] == "failed":
        return {**head, "error_code": document["error"]["code"], "error": document["error"]["message"]}
    patient, made = document["patient"], document["provenance"]
    decisions = [issue["decision"] for issue in document["issues"]]
    return {
        **head, **document["source"], **document["case"],
        "injury_year": document["years"]["date_of_injury"], "decision_year": document["years"]["decision_date"],
        **{f"days_{name}": days for name, days in document["days"].items()},
        "specialties": document["reviewer"]["specialties"],
        "patient_age": patient.get("age"), "patient_age_range": patient.get("age_range"), "patient_sex": patient["sex"],
        "ur_outcome": (document["utilization_review"] or {}).get("outcome"), "outcome": document["outcome"],
        "issues": len(decisions), "upheld": decisions.count("upheld"), "overturned": decisions.count("overturned"),
        "flags": _codes(document["flags"]),
        **{name: made[name] for name in ("model", "prompt", "cache", "attempts", "cost_usd", "seconds")},
        "prompt_tokens": made["tokens"]["prompt"], "completion_tokens": made["tokens"]["completion"],
    }  # fmt: skip


def _issue(issue: dict[str, Any], clusters: Clusters) -> dict[str, Any]:
    rationale = issue["rationale"] or {}
    reasons = rationale.get("reasons", [])
    details = issue.get("details") or {}
    words = rationale.get("text")
    return {
        **{name: issue[name] for name in ("decision", "category", "subcategory", "timing", "depends_on", "confidence")},
        **{name: _text(issue.get(name)) for name in ("request", "original_request", "authorized")},
        "partly_authorized": issue.get("partly_authorized", issue.get("authorized") is not None),
        **{name: _value(details.get(name)) for name in AMOUNTS},
        "body_parts": [_part(part) for part in details.get("body_parts", [])],
        "codes": [str(code["value"]) for code in details.get("codes", [])],
        "already_authorized": "already_authorized" in _codes(reasons),
        **{f"{side}_basis": (issue.get(name) or {}).get("basis") for side, name in SIDES.items()},
        **{f"{side}_sources": _sources(issue.get(name)) for side, name in SIDES.items()},
        "reasons": _codes(reasons), "record_state": reasons[0]["record_state"] if reasons else None,
        "notices": _codes(issue["notices"]), "rationale": words,
        "rationale_cluster": clusters.add(words) if words else None,
        "flags": _codes(issue["flags"]), **_place(issue.get("request") or {}),
    }  # fmt: skip


def _place(found: dict[str, Any]) -> dict[str, int | None]:
    """From where its first span begins to where its last one ends."""
    spans = found.get("spans") or []
    return {"start": spans[0][0] if spans else None, "end": spans[-1][1] if spans else None}


def _codes(found: list[dict[str, Any]]) -> list[str]:
    return [one["code"] for one in found]


def _text(found: dict[str, Any] | None) -> str | None:
    return found["text"] if found else None


def _value(found: dict[str, Any] | None) -> str | None:
    return str(found["value"]) if found else None


def _part(part: dict[str, Any]) -> str:
    return " ".join(filter(None, (part["side"], part["part"], part["level"])))


def _sources(guideline: dict[str, Any] | None) -> list[str]:
    return list(dict.fromkeys(one["source"] for one in (guideline or {}).get("citations", [])))


def _number_clusters(run: Run, clusters: Clusters) -> None:
    """Which texts are alike is known when all of them have been seen."""
    path = run.folder.path / "issues.parquet"
    with (
        parquet.ParquetFile(path) as source,
        run.folder.writing(path.name) as file,
        parquet.ParquetWriter(file, source.schema_arrow, compression="zstd") as writer,
    ):
        for group in range(source.num_row_groups):
            table = source.read_row_group(group)
            at = table.schema.get_field_index("rationale_cluster")
            numbers = [None if one is None else clusters.number(one) for one in table.column(at).to_pylist()]
            writer.write_table(table.set_column(at, table.field(at), arrow.array(numbers, NUMBER)))
