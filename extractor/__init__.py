"""Reads California Independent Medical Review determination letters, and proves what they say."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from extractor.errors import ImrError, LimitExceeded, NoSafeSummary, NotADetermination, UnreadableInput
    from extractor.limits import Limits
    from extractor.pipeline import aextract, extract, read_source, summarize
    from extractor.schema import Determination, Failure
    from extractor.source import SourceText
    from extractor.summary.schema import Summary

__all__ = [
    "Determination",
    "Failure",
    "ImrError",
    "LimitExceeded",
    "Limits",
    "NoSafeSummary",
    "NotADetermination",
    "SourceText",
    "Summary",
    "UnreadableInput",
    "aextract",
    "extract",
    "read_source",
    "summarize",
]

_HOMES = {
    "Determination": "schema",
    "Failure": "schema",
    "ImrError": "errors",
    "Limits": "limits",
    "LimitExceeded": "errors",
    "NoSafeSummary": "errors",
    "NotADetermination": "errors",
    "SourceText": "source",
    "UnreadableInput": "errors",
    "aextract": "pipeline",
    "extract": "pipeline",
    "read_source": "pipeline",
    "Summary": "summary.schema",
    "summarize": "pipeline",
}


def __getattr__(name: str) -> Any:
    """Loads a public name when it is first used, so that ``imr --help`` need not load pydantic."""
    if name not in _HOMES:
        raise AttributeError(f"module 'extractor' has no attribute '{name}'")
    return getattr(import_module(f"extractor.{_HOMES[name]}"), name)
