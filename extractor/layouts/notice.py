"""The notice of 2013. Seen: its opening, down to the case summary.  The wordings of the part on each
request, below, are general knowledge of these letters and were not seen."""

from __future__ import annotations

from extractor.layouts import headed
from extractor.layouts.description import CASE_LABELS, Known, Layout, Mark

LAYOUT = Layout(
    name="notice",
    known=Known.OPENING,
    opening=("Notice of Independent Medical Review Determination",),
    marks=(
        Mark(
            "decision",
            "{number}) MAXIMUS Federal Services, Inc. has determined the request for {request} {word} "
            "medically necessary and appropriate.",
        ),
        # The same statement with a verb that is not known decides nothing.
        Mark(
            "decision",
            "{number}) MAXIMUS Federal Services, Inc. has determined the request for {request} medically necessary "
            "and appropriate.",
            optional=True,
        ),
        Mark("issues", "INDEPENDENT MEDICAL REVIEW DECISION AND RATIONALE"),
        Mark(
            "issues",
            "An application for Independent Medical Review was filed on {date} disputing the Utilization "
            "Review Denial dated {date}. A Notice of Assignment and Request for Information was provided "
            "to the above parties on {date}. A decision has been made for each of the treatment and/or "
            "services that were in dispute:",
        ),
        Mark("reviewer", "Medical Qualifications of the Expert Reviewer:"),
        Mark("summary", "Case Summary:"),
        Mark(
            "summary",
            "Disclaimer: The following case summary was taken directly from the utilization review "
            "denial/modification dated {date}.",
        ),
        Mark("documents", "Documents Reviewed for Determination:", optional=True),
        Mark("item", "{number}) Regarding the request for"),
        Mark(
            "claims_administrator_guideline", "The Claims Administrator based its decision on", keep=True, optional=True
        ),
        Mark("reviewer_guideline", "The Expert Reviewer based his/her decision on", keep=True, optional=True),
        Mark("reviewer_guideline", "The Expert Reviewer relied on", keep=True, optional=True),
        Mark("reviewer_guideline", "The Expert Reviewer found", keep=True, optional=True),
        Mark("rationale", "Rationale for the Decision:"),
        *headed.CLOSINGS,
    ),
    opens_item="decision",
    decisions={
        **{f"{verb} not": "upheld" for verb in ("is", "are", "was", "were")},
        **dict.fromkeys(("is", "are", "was", "were"), "overturned"),
    },
    case_labels={
        **CASE_LABELS,
        "decision_date": ("Dated:",),
        "application_received": ("application for Independent Medical Review was filed on",),
        "ur_denial_date": ("Utilization Review Denial dated",),
    },
    identifying=("decision", "issues", "reviewer", "summary", "item", "rationale"),
)
