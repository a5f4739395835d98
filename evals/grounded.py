"""Whether everything that a result states stands in its letter."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from extractor.schema import Citation, Statement
from extractor.source import SourceText, fold


def ungrounded(statement: Statement, source: SourceText) -> list[str]:
    """The fields whose words, dates or names have no place in the letter: empty for every result of this program.

    A text is its spans; a citation's title, section, pages and year, a record's name and a reviewer's credential stand
    at their own places, but that a title may be the list's canonical name; a date and an age have evidence.
    """
    found = [*_texts("", statement.model_dump(mode="python"), source)]
    for number, issue in enumerate(statement.issues, 1):
        for name in ("claims_administrator_guideline", "reviewer_guideline"):
            guideline = getattr(issue, name)
            for citation in guideline.citations if guideline else ():
                found += [
                    f"issue {number} {name} {part}" for part in _citation(citation, fold(source.slice(citation.spans)))
                ]
        if issue.decision != "unknown" and not issue.decision_spans:
            found.append(f"issue {number} decision")
        for reason in issue.rationale.reasons if issue.rationale else ():
            if not reason.spans:
                found.append(f"issue {number} reason {reason.code}")
    for part in (statement.case, statement.reviewer, statement.patient):
        for name in type(part).model_fields:
            if name != "evidence" and getattr(part, name) not in (None, []) and not part.evidence.get(name):
                found.append(name)
    found += [
        name
        for name in ("specialties", "subspecialties", "licensed_in")
        for words in getattr(statement.reviewer, name)
        if words not in " ".join(fold(source.slice([span])) for span in statement.reviewer.evidence.get(name, []))
    ]
    found += [
        f"record {record.date}"
        for record in statement.records
        if (record.description or "") not in fold(source.slice(record.spans))
    ]
    return found


def _texts(where: str, node: Any, source: SourceText) -> Iterator[str]:
    """Every text that is not what stands at its spans."""
    if isinstance(node, dict):
        if isinstance(node.get("text"), str) and "spans" in node and source.slice(node["spans"]) != node["text"]:
            yield f"{where} text"
        for name, value in node.items():
            yield from _texts(f"{where} {name}", value, source)
    elif isinstance(node, list):
        for at, value in enumerate(node):
            yield from _texts(f"{where} {at}", value, source)


def _citation(citation: Citation, words: str) -> Iterator[str]:
    if citation.title and citation.title not in words and not _canonical(citation):
        yield "title"
    for name in ("section", "pages"):
        if (getattr(citation, name) or "") not in words:
            yield name
    if citation.year and str(citation.year) not in words:
        yield "year"


def _canonical(citation: Citation) -> bool:
    return bool(citation.canonical_title) and (citation.title or "") in (citation.canonical_title or "")
