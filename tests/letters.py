"""Small letters for tests, made of the form's own words and invented ones."""

from __future__ import annotations

from dataclasses import dataclass, field

HEADER = """Case Number: CM16-0900001
Date Assigned: 12/01/2016 Date of Injury: 10/03/2016
Decision Date: 01/05/2017 UR Denial Date: 11/15/2016
Priority: Standard Application Received: 11/22/2016
"""
REVIEWER = """HOW THE IMR FINAL DETERMINATION WAS MADE
The Expert Reviewer has the following credentials:
State(s) of Licensure: California, Nevada
Certification(s)/Specialty: Family Practice, Physical Medicine & Rehabilitation
"""
SUMMARY = """CLINICAL CASE SUMMARY
The expert reviewer developed the following clinical case summary based on a review of the
case file, including all medical records:
The injured worker is a 44 year old female who strained her back on 10-03-2016.
"""
ISSUES = """IMR ISSUES, DECISIONS AND RATIONALES
The Final Determination was based on decisions for the disputed items/services set forth below:
"""


@dataclass
class Item:
    heading: str = "MRI of the lumbar spine"
    decision: str = ": Upheld"
    administrator: str = "Decision based on MTUS Low Back Complaints 2004."
    reviewer: str = "Decision based on Non-MTUS Citation Official Disability Guidelines (ODG), Low Back."
    rationale: str = "No red flag is on record. The request is not medically necessary."

    def __str__(self) -> str:
        return (
            f"{self.heading}{self.decision}\n"
            f"Claims Administrator guideline: {self.administrator}\n"
            f"MAXIMUS guideline: {self.reviewer}\n"
            f"Decision rationale: {self.rationale}\n"
        )


def overturned(heading: str = "Knee brace") -> Item:
    """An item whose rationale concludes as its heading decides."""
    return Item(heading, ": Overturned", rationale="The knee gives way daily. The request is medically necessary.")


@dataclass
class Letter:
    header: str = HEADER
    reviewer: str = REVIEWER
    summary: str = SUMMARY
    issues: str = ISSUES
    items: list[Item | str] = field(default_factory=lambda: [Item()])
    end: str = ""

    def __str__(self) -> str:
        return self.header + self.reviewer + self.summary + self.issues + "".join(map(str, self.items)) + self.end

    def encode(self) -> bytes:
        return str(self).encode()
