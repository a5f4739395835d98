"""The closed lists: every code that can stand in a result, with what it means.

Categories follow the search form of California's Division of Workers' Compensation (DWC), 2017.
"""

from __future__ import annotations

from typing import Literal

Decision = Literal["upheld", "overturned", "unknown"]
Outcome = Literal["all_upheld", "all_overturned", "mixed", "undetermined"]
Priority = Literal["standard", "expedited"]
Sex = Literal["male", "female"]
Basis = Literal["mtus", "non_mtus", "both", "none_cited"]
CitationSource = Literal["MTUS", "ODG", "ACOEM", "other"]
Timing = Literal["prospective", "retrospective"]
ReviewOutcome = Literal["denied", "modified"]
Side = Literal["left", "right", "bilateral"]
RationaleRole = Literal["criterion", "finding", "conclusion", "notice", "guideline_text"]
RecordState = Literal["not_documented", "contradicted", "guideline_only"]
Level = Literal["warning", "note"]
Status = Literal["complete", "partial", "failed"]
Category = Literal[
    "pharmaceuticals",
    "rehabilitation",
    "diagnostic_testing",
    "injections",
    "surgery",
    "dmepos",
    "evaluation_management",
    "psych_services",
    "home_health",
    "programs",
    "transportation",
    "other",
]

SUBCATEGORIES: dict[str, tuple[str, ...]] = {
    "pharmaceuticals": (
        "opioids",
        "nsaids",
        "muscle_relaxants",
        "antidepressants",
        "anti_epilepsy_drugs",
        "benzodiazepines",
        "sedative_hypnotics",
        "proton_pump_inhibitors",
        "topical_analgesics",
        "topical_compounds",
        "viscosupplementation",
        "other_pharmaceuticals",
    ),
    "rehabilitation": (
        "acupuncture",
        "chiropractic",
        "physical_occupational_therapy",
        "other_therapies",
    ),
    "diagnostic_testing": ("imaging", "emg_ncs", "laboratory", "other_testing"),
    "injections": ("facet_injection", "injection"),
    "surgery": (
        "adjunct_surgical_services",
        "arthroscopic",
        "non_arthroscopic",
        "spine",
        "surgical_consult",
    ),
    "dmepos": ("dme", "electrical_stimulation", "prosthetics_orthotics", "supplies"),
    "evaluation_management": ("dental_services", "medical_specialties"),
    "psych_services": ("psych_evaluation", "psych_therapies"),
    "home_health": ("home_health",),
    "programs": ("functional_restoration", "other_programs"),
    "transportation": ("transportation",),
    "other": ("other",),
}
"""The subcategories of each category, from the same form."""

ReasonCode = Literal[
    "required_finding_not_shown",
    "conservative_care_not_exhausted",
    "required_first_step_missing",
    "prior_benefit_not_shown",
    "amount_exceeds_guideline",
    "wrong_duration_or_phase",
    "not_recommended",
    "indication_not_matched",
    "purpose_not_explained",
    "request_incomplete",
    "record_or_monitoring_missing",
    "self_directed_care_suffices",
    "repeat_not_justified",
    "already_authorized",
    "trial_response_awaited",
    "follows_main_service",
    "criteria_met",
    "conservative_care_failed",
    "within_guideline_amount",
    "clarifies_diagnosis_or_plan",
]

NoticeCode = Literal["opioid_no_abrupt_stop"]
