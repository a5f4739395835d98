"""Results without text: codes, years and intervals. This is not a certified de-identification.

45 CFR 164.514(b)(2) (HIPAA's Safe Harbor) names 18 kinds of identifiers; dates other than the year, and ages over 89,
are among them.  What is left here keeps to years and to intervals of days, and to ages in ranges of ten years.
"""

from __future__ import annotations

import datetime as dt
from typing import Any

from extractor.schema import Determination

NOTE = "codes, years and intervals only; this is not certified de-identification"
OLDEST = 90
BETWEEN = {
    "injury_to_ur_denial": ("date_of_injury", "ur_denial_date"),
    "ur_denial_to_application": ("ur_denial_date", "application_received"),
    "application_to_assigned": ("application_received", "date_assigned"),
    "assigned_to_decision": ("date_assigned", "decision_date"),
    "ur_denial_to_decision": ("ur_denial_date", "decision_date"),
}
"""Days from one date of the letter's header to another."""
YEARS = ("date_of_injury", "decision_date")
KEPT_OF_ISSUE = (
    "number", "decision", "category", "subcategory", "timing", "depends_on", "shares_rationale_with", "confidence"
)  # fmt: skip
SPECIALTIES = frozenset(
    "acupuncture, addiction medicine, aerospace medicine, allergy and immunology, anesthesiology, cardiology, "
    "cardiovascular disease, chiropractic, clinical psychology, colon and rectal surgery, critical care medicine, "
    "dentistry, dermatology, diagnostic radiology, emergency medicine, endocrinology, family medicine, family "
    "practice, gastroenterology, general practice, general surgery, geriatric medicine, hand surgery, health "
    "psychology, hematology, infectious disease, internal medicine, interventional spine, medical toxicology, "
    "nephrology, neurological surgery, neurology, neuropsychology, neuroradiology, nuclear medicine, obstetrics "
    "and gynecology, occupational medicine, oncology, ophthalmology, optometry, oral and maxillofacial surgery, "
    "oral surgery, orthopaedic surgery, orthopedic surgery, otolaryngology, pain management, pain medicine, "
    "pathology, pediatrics, physical medicine and rehabilitation, physical therapy, plastic surgery, podiatric "
    "surgery, podiatry, preventive medicine, psychiatry, psychology, public health, pulmonary disease, radiology, "
    "rehabilitation, rheumatology, sleep medicine, spine surgery, sports medicine, surgery, thoracic surgery, "
    "toxicology, urology, vascular surgery".split(", ")
)
"""Specialties of physicians and other reviewers, as boards and licences name them (American Board of Medical
Specialties; California Labor Code 4610.6(f) asks for reviewers of the treatment's field)."""
KEPT_OF_CITATION = ("source", "canonical_title", "year")


def intervals(letter: Determination) -> dict[str, int | None]:
    """Days between the dates of the header; None where one of them is not stated."""
    case = letter.case
    return {name: _days(getattr(case, start), getattr(case, end)) for name, (start, end) in BETWEEN.items()}


def years(letter: Determination) -> dict[str, int | None]:
    """Of the injury and the decision."""
    dates = {name: getattr(letter.case, name) for name in YEARS}
    return {name: date.year if date else None for name, date in dates.items()}


def _days(start: dt.date | None, end: dt.date | None) -> int | None:
    return (end - start).days if start and end else None


def bare(document: dict[str, Any]) -> dict[str, Any]:
    """The result as JSON, without a word of the letter, a date, a hash or a place."""
    age = document["patient"]["age"]
    return {
        "schema_version": document["schema_version"],
        "status": document["status"],
        "source": {name: document["source"][name] for name in ("media_type", "pages", "layout")},
        "years": document["years"],
        "days": document["days"],
        "case": {"priority": document["case"]["priority"]},
        "patient": {"age_range": _range(age), "sex": document["patient"]["sex"]},
        "reviewer": {"specialties": [_specialty(name) for name in document["reviewer"]["specialties"]]},
        "utilization_review": {"outcome": (document["utilization_review"] or {}).get("outcome")},
        "outcome": document["outcome"],
        "issues": [_issue(issue) for issue in document["issues"]],
        "records": len(document["records"]),
        "flags": _codes(document["flags"]),
        "provenance": document["provenance"] | {"prompt_sha256": None},
    }


def _issue(issue: dict[str, Any]) -> dict[str, Any]:
    rationale = issue["rationale"] or {"reasons": []}
    return {
        **{name: issue[name] for name in KEPT_OF_ISSUE},
        "partly_authorized": issue["authorized"] is not None,
        "notices": [{"code": notice["code"]} for notice in issue["notices"]],
        "claims_administrator_guideline": _guideline(issue["claims_administrator_guideline"]),
        "reviewer_guideline": _guideline(issue["reviewer_guideline"]),
        "rationale": {
            "reasons": [{name: one[name] for name in ("code", "record_state")} for one in rationale["reasons"]]
        },
        "flags": _codes(issue["flags"]),
    }


def _guideline(guideline: dict[str, Any] | None) -> dict[str, Any] | None:
    if guideline is None:
        return None
    cited = [{name: one[name] for name in KEPT_OF_CITATION} for one in guideline["citations"]]
    return {"basis": guideline["basis"], "citations": cited}


def _codes(flags: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [{"code": flag["code"], "level": flag["level"]} for flag in flags]


def _specialty(name: str) -> str:
    """Only what is on the list: what a poor copy puts behind the label may be anything."""
    folded = " ".join(name.lower().replace("&", "and").split())
    return folded if folded in SPECIALTIES else "other"


def _range(age: int | None) -> str | None:
    if age is None:
        return None
    return f"{OLDEST}+" if age >= OLDEST else f"{age // 10 * 10}-{age // 10 * 10 + 9}"
