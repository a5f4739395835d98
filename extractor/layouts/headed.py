"""The layout of every published letter that was seen (decisions of 2013 to February 2017)."""

from __future__ import annotations

from extractor.layouts.description import Known, Layout, Mark, PartialApproval
from extractor.taxonomy import Decision

SUMMARY = (
    Mark("summary", "CLINICAL CASE SUMMARY"),
    Mark(
        "summary",
        "The expert reviewer developed the following clinical case summary based on a review of the case "
        "file, including all medical records:",
    ),
)
SUMMARY_BY_PHYSICIAN = Mark(
    "summary", SUMMARY[1].wording.replace("expert reviewer", "physician reviewer"), optional=True
)
ITEMS_BEGIN = Mark(
    "issues",
    "The Final Determination was based on decisions for the disputed items/services set forth below:",
    before_item=True,
)

DECISION = Mark("decision", ": {word}")
ITEM_LABELS = (
    Mark("claims_administrator_guideline", "Claims Administrator guideline:"),
    Mark("reviewer_guideline", "MAXIMUS guideline:"),
    Mark("rationale", "Decision rationale:"),
    Mark("claims_administrator_guideline", "Claims Administrator guidelines:", optional=True),
    Mark("reviewer_guideline", "MAXIMUS guidelines:", optional=True),
)
CLOSINGS = tuple(
    Mark("closing", wording, line_start=True, optional=True)
    for wording in (
        "Sincerely,",
        "cc:",
        "Enclosure",
        "Disclaimer: MAXIMUS",
        "Copies of this",
        "A copy of this",
        "Notice of appeal",
        "Appeal rights",
    )
)
"""How text after a letter begins (mailed copies; wording not verified)."""
DECISIONS: dict[str, Decision] = {"Upheld": "upheld", "Overturned": "overturned"}

LAYOUT = Layout(
    name="headed",
    known=Known.WHOLE,
    opening=("HOW THE IMR FINAL DETERMINATION WAS MADE",),
    marks=(
        Mark("reviewer", "HOW THE IMR FINAL DETERMINATION WAS MADE"),
        *SUMMARY,
        SUMMARY_BY_PHYSICIAN,
        Mark("issues", "IMR ISSUES, DECISIONS AND RATIONALES"),
        ITEMS_BEGIN,
        *ITEM_LABELS,
        DECISION,
        *CLOSINGS,
    ),
    opens_item="decision",
    decisions=DECISIONS,
    request_before_decision=True,
    partial=PartialApproval(),
    identifying=("reviewer", "summary", "issues", "claims_administrator_guideline", "reviewer_guideline", "rationale"),
)
