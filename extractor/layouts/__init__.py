"""The layouts of determination letters, each a description in a module of its own.

A new layout is one more module with a ``LAYOUT`` and its name in ``_MODULES``.  Where a layout shares
wording with another, it says so by reusing the other's marks.
"""

from __future__ import annotations

import re
from importlib import import_module

from extractor.layouts.description import Known, Layout, wording
from extractor.taxonomy import Decision

__all__ = ["LAYOUTS", "Known", "Layout", "decision_in"]

_MODULES = ("headed", "documents_reviewed", "professional_review", "notice")

LAYOUTS: tuple[Layout, ...] = tuple(import_module(f"extractor.layouts.{module}").LAYOUT for module in _MODULES)
"""In the order in which they are tried: the most common first."""

_QUALIFIED = re.compile(r"\b(?:not|partially|partly|in part|no longer|previously|formerly)[\s:]{0,9}$", re.I)
_STATEMENT = re.compile(
    r"\b(?:is|are|was|were)(?:/was)?(?P<not>\s{0,3}not)?\s{0,3}(?=medically\s{0,3}necessary|appropriate\b)", re.I
)
"""The decision words of the layouts that decide in a sentence."""


def decision_in(words: str) -> Decision:
    """What the decision words of the forms say there: their polarity is the form's, whoever points at them.

    ``unknown`` where there are none, or two that differ, or one that is qualified ("not upheld").

    >>> decision_in(": Upheld"), decision_in("is not medically necessary"), decision_in("Not Upheld")
    ('upheld', 'upheld', 'unknown')
    """
    said: set[Decision] = set()
    for layout in LAYOUTS:
        titles = [word for word in layout.decisions if word.istitle()]
        for match in wording(*titles, tolerant=True).finditer(words) if titles else ():
            said.add("unknown" if _QUALIFIED.search(words[: match.start()]) else layout.decide(match.group()))
    for match in _STATEMENT.finditer(words):
        said.add("upheld" if match["not"] else "overturned")
    return said.pop() if len(said) == 1 else "unknown"
