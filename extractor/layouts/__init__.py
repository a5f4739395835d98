"""The layouts of determination letters, each a description in a module of its own.

A new layout is one more module with a ``LAYOUT`` and its name in ``_MODULES``.  Where a layout shares
wording with another, it says so by reusing the other's marks.
"""

from __future__ import annotations

from importlib import import_module

from extractor.layouts.description import Known, Layout

__all__ = ["LAYOUTS", "Known", "Layout"]

_MODULES = ("headed", "documents_reviewed", "professional_review", "notice")

LAYOUTS: tuple[Layout, ...] = tuple(import_module(f"extractor.layouts.{module}").LAYOUT for module in _MODULES)
"""In the order in which they are tried: the most common first."""
