"""The layout with a list of documents reviewed. Only its opening words and headings are known (from a
published parser); its items are taken to be worded as in the headed layout."""

from __future__ import annotations

from extractor.layouts import headed
from extractor.layouts.description import Known, Layout, Mark, PartialApproval

LAYOUT = Layout(
    name="documents_reviewed",
    known=Known.HEADINGS,
    opening=("DOCUMENTS REVIEWED", "IMR DECISION(S) AND RATIONALE(S)"),
    marks=(
        Mark("reviewer", "HOW THE IMR FINAL DETERMINATION WAS MADE"),
        *headed.SUMMARY,
        Mark("documents", "DOCUMENTS REVIEWED"),
        Mark("issues", "IMR DECISION(S) AND RATIONALE(S)"),
        headed.ITEMS_BEGIN,
        *headed.ITEM_LABELS,
        headed.DECISION,
        *headed.CLOSINGS,
    ),
    opens_item="decision",
    decisions=headed.DECISIONS,
    request_before_decision=True,
    partial=PartialApproval(),
    identifying=headed.LAYOUT.identifying,
)
