"""The layout of a medical professional's review of one issue. Only its headings are known (from a
published parser): the decision is read from the rationale's heading, which says that the treatment
is, or is not, medically necessary."""

from __future__ import annotations

from extractor.layouts import headed
from extractor.layouts.description import Known, Layout, Mark

RATIONALE = "RATIONALE FOR WHY THE REQUESTED TREATMENT/SERVICE {word} MEDICALLY NECESSARY:"

LAYOUT = Layout(
    name="professional_review",
    known=Known.HEADINGS,
    opening=("MEDICAL PROFESSIONAL REVIEW",),
    marks=(
        Mark("request", "ISSUE AT DISPUTE:"),
        Mark("summary", "CASE SUMMARY:"),
        Mark("documents", "DOCUMENTS REVIEWED FOR DETERMINATION:"),
        Mark(
            "reviewer_guideline",
            "MEDICAL TREATMENT GUIDELINE(S) RELIED UPON BY PROFESSIONAL REVIEWER AND WHY:",
        ),
        Mark("rationale", RATIONALE),
        Mark("reviewer", "MEDICAL REVIEWER QUALIFICATIONS:"),
        *headed.CLOSINGS,
    ),
    opens_item="request",
    decisions={
        "IS/WAS NOT": "upheld",
        "IS NOT": "upheld",
        "WAS NOT": "upheld",
        "IS/WAS": "overturned",
        "IS": "overturned",
        "WAS": "overturned",
    },
    identifying=("request", "summary", "documents", "reviewer_guideline", "rationale", "reviewer"),
)
