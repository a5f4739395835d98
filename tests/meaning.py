"""What a letter says, compared with what a careful reader wrote down."""

from __future__ import annotations

from typing import Any

from extractor.schema import Details

VALUES = ("treatment", "drug", "strength", "quantity", "refills", "sessions", "frequency", "duration", "acquisition")
LISTS = ("dates_of_service", "codes")


def detail(details: Details | None, field: str) -> list[Any]:
    """The values of one kind of detail, case and punctuation folded; empty where there is none."""
    if details is None:
        return []
    if field == "body_parts":
        return [(part.part.lower(), part.side, (part.level or "").lower()) for part in details.body_parts]
    value = getattr(details, field)
    values = value if isinstance(value, list) else [value] if value else []
    return [entry.value.lower().strip(" ,.") if isinstance(entry.value, str) else entry.value for entry in values]
