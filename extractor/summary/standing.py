"""What the letter leaves the worker with, item by item. Nothing here is worded, and no model is asked."""

from __future__ import annotations

from typing import Literal

from extractor.schema import Issue

Standing = Literal["upheld", "partly", "overturned", "already", "unclear"]
"""``partly``: a part was authorised, and the denial of the rest stands. ``already``: the letter says that the same care
was approved before, so the worker has it, whatever the heading's word. ``unclear``: the heading is all that is told."""
STANDINGS: tuple[Standing, ...] = ("overturned", "already", "partly", "upheld", "unclear")
"""What the worker has comes first."""
DOUBTS = ("rationale_contradicts_decision", "decision_disagrees", "decision_contradicted", "decision_unknown")
"""Flags of an item of which no more is told than its heading."""


def standing(issue: Issue) -> Standing:
    """The item's standing."""
    if issue.decision == "unknown" or any(flag.code in DOUBTS for flag in issue.flags):
        return "unclear"
    if issue.decision == "overturned":
        return "overturned"
    reasons = issue.rationale.reasons if issue.rationale else []
    if any(reason.code == "already_authorized" for reason in reasons):
        return "already"
    return "partly" if issue.authorized is not None else "upheld"
