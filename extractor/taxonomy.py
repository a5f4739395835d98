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
Status = Literal["complete", "partial"]
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

CATEGORIES: dict[Category, dict[str, str]] = {
    "pharmaceuticals": {
        "opioids": "Norco 10/325mg #60",
        "nsaids": "Naproxen sodium 550mg #60",
        "muscle_relaxants": "Cyclobenzaprine 7.5mg #30",
        "antidepressants": "Cymbalta 30mg #30",
        "anti_epilepsy_drugs": "Gabapentin 600mg #90",
        "benzodiazepines": "Xanax 1mg #30",
        "sedative_hypnotics": "Ambien 10mg #30",
        "proton_pump_inhibitors": "Omeprazole 20mg #60",
        "topical_analgesics": "Lidoderm 5% patch #30",
        "topical_compounds": "Flurbiprofen 20%, Lidocaine 5% cream, 120 grams",
        "viscosupplementation": "Synvisc 48mg",
        "other_pharmaceuticals": "Zofran 8mg #10",
    },
    "rehabilitation": {
        "acupuncture": "Acupuncture, 6 sessions",
        "chiropractic": "Chiropractic treatment twice a week for 3 weeks",
        "physical_occupational_therapy": "Physical therapy, 12 visits",
        "other_therapies": "Aquatic therapy",
    },
    "diagnostic_testing": {
        "imaging": "MRI of the lumbar spine",
        "emg_ncs": "EMG/NCV of the upper extremities",
        "laboratory": "Urine drug screen",
        "other_testing": "Sleep study",
    },
    "injections": {
        "facet_injection": "Medial branch blocks at L4-5",
        "injection": "Lumbar epidural steroid injection",
    },
    "surgery": {
        "adjunct_surgical_services": "Associated surgical service: Assistant surgeon",
        "arthroscopic": "Left knee arthroscopy",
        "non_arthroscopic": "Right carpal tunnel release",
        "spine": "L5-S1 fusion",
    },
    "dmepos": {
        "dme": "Cold therapy unit, 7 day rental",
        "electrical_stimulation": "TENS unit",
        "prosthetics_orthotics": "Wrist brace",
        "supplies": "Compression stockings",
    },
    "evaluation_management": {
        "dental_services": "Dental examination",
        "medical_specialties": "Neurology consultation",
        "surgical_consult": "Surgical consultation",  # on the form under surgery; consultations stand together here
    },
    "psych_services": {
        "psych_evaluation": "Psychological evaluation",
        "psych_therapies": "Cognitive behavioral therapy, 6 sessions",
    },
    "home_health": {"home_health": "Home health aide"},
    "programs": {
        "functional_restoration": "Functional restoration program",
        "other_programs": "Weight loss program",
    },
    "transportation": {"transportation": "Transportation to medical appointments"},
    "other": {"other": "Widget"},
}
"""Each category's subcategories, from the same form, each with a request that falls under it."""
SUBCATEGORIES: dict[Category, tuple[str, ...]] = {name: tuple(kinds) for name, kinds in CATEGORIES.items()}

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

REASONS: dict[ReasonCode, str] = {
    "required_finding_not_shown": "a sign, test result or severity that the guideline asks for is missing or normal",
    "conservative_care_not_exhausted": "before a test or surgery: simpler care was not tried, not finished, or helps",
    "required_first_step_missing": "a first-line medicine, or a trial before a purchase, was not tried",
    "prior_benefit_not_shown": "the same treatment was had before without documented gain",
    "amount_exceeds_guideline": "a count, dose, quantity or length lies above a limit",
    "wrong_duration_or_phase": "recommended for a short time only, or in another phase",
    "not_recommended": "the treatment itself is disfavoured: unproven, harmful, or another is preferred",
    "indication_not_matched": "the diagnosis, age or circumstance is not one that the guideline covers",
    "purpose_not_explained": "the requester's reason, goals or plan are missing",
    "request_incomplete": "the request leaves out the quantity, body part, length, rental or purchase",
    "record_or_monitoring_missing": "a needed document or safety check is absent",
    "self_directed_care_suffices": "supervised care is no longer needed",
    "repeat_not_justified": "the study was done already, and nothing has changed since",
    "already_authorized": "the same service was approved already: the worker has it",
    "trial_response_awaited": "an authorised first part must be used and judged first",
    "follows_main_service": "stands or falls with another disputed service",
    "criteria_met": "findings and circumstances satisfy the guideline",
    "conservative_care_failed": "simpler care was tried without success",
    "within_guideline_amount": "the number or length is within the guideline",
    "clarifies_diagnosis_or_plan": "the test or consultation settles a diagnosis or the next step",
}
"""What each reason means. The last four, and ``follows_main_service``, are of overturned items."""

NoticeCode = Literal["opioid_no_abrupt_stop"]

FlagCode = Literal[
    "case_header_missing",
    "case_field_missing",
    "case_field_unreadable",
    "case_field_disagrees",
    "case_dates_disordered",
    "section_missing",
    "summary_missing",
    "reviewer_missing",
    "request_missing",
    "request_doubtful",
    "partial_approval_unread",
    "guideline_missing",
    "rationale_missing",
    "decision_unknown",
    "decision_contradicted",
    "issue_missing",
    "uncovered_text",
    "truncated_letter",
    "several_letters",
    "text_after_letter",
    "text_in_margin",
    "unverified_layout",
    "low_text_quality",
    "read_by_ocr",
    "page_without_text",
    "rationale_contradicts_decision",
    "injury_date_contradicted",
    "review_date_contradicted",
    "side_contradicted",
    "body_part_contradicted",
    "absence_contradicted",
    "duration_contradicted",
    "partial_approval_inconsistent",
    "request_self_contradicts",
    "quantity_disagrees",
    "guideline_of_other_body_part",
    "guideline_uncited",
    "rationale_reused",
    "no_case_specific_reasoning",
    "reason_unclassified",
    "record_after_review",
    "decision_disagrees",
    "issue_unconfirmed",
    "issue_extra",
    "text_disagrees",
    "citation_disagrees",
    "fact_disagrees",
    "category_disagrees",
    "evidence_missing",
    "model_alone",
    "model_failed",
    "suspicious_instructions",
]

FLAGS: dict[FlagCode, str] = {
    "case_header_missing": "the letter has no case header",
    "case_field_missing": "the case header does not state all facts of the case",
    "case_field_unreadable": "a date of the case header is no date",
    "case_field_disagrees": "the letter states two values for one fact of the case",
    "case_dates_disordered": "dates of the case header are not in the order in which a case goes",
    "section_missing": "a heading of the form was not found",
    "summary_missing": "the clinical case summary was not found",
    "reviewer_missing": "the reviewer's specialty or licence was not found",
    "request_missing": "an item's request was not found",
    "request_doubtful": "a request may hold words of the rationale before it",
    "partial_approval_unread": "a heading tells of a partial approval whose parts were not all found",
    "guideline_missing": "an item's guideline paragraph was not found",
    "rationale_missing": "an item's rationale was not found",
    "decision_unknown": "no decision stands in an item's heading",
    "decision_contradicted": "the letter states more than one decision for an item",
    "issue_missing": "a decision word or a label of the form belongs to no item that was found",
    "uncovered_text": "text among the disputed items belongs to no field",
    "truncated_letter": "a text of the letter breaks off",
    "several_letters": "the file holds another letter, which was not read",
    "text_after_letter": "text behind the letter's end was left out (a note, unless it reads like a rationale)",
    "text_in_margin": "struck, hidden or marginal text stands within the letter",
    "unverified_layout": "a layout of which no whole letter was seen",
    "low_text_quality": "words of the form are misspelt or characters are damaged, as by poor OCR",
    "read_by_ocr": "pages without a text layer were read by OCR",
    "page_without_text": "a page shows a picture and has no text; --ocr reads it",
    "rationale_contradicts_decision": "a rationale concludes otherwise than its item's heading decides",
    "injury_date_contradicted": "the summary states another date of injury than the header",
    "review_date_contradicted": "the summary states another date of the utilization review than the header",
    "side_contradicted": "a rationale places what the request is about on the other side",
    "body_part_contradicted": "a rationale speaks of the request as being of another body part",
    "absence_contradicted": "a rationale calls a document or a finding absent that the summary records",
    "duration_contradicted": "a rationale states a longer use than the time since the injury (earlier use is possible)",
    "partial_approval_inconsistent": "the original request less the authorised part is not the part in dispute",
    "request_self_contradicts": "a request contradicts itself",
    "quantity_disagrees": "a request's number of sessions or tablets is not what its own frequency gives",
    "guideline_of_other_body_part": "note: a guideline chapter for another body part than the request's is cited",
    "guideline_uncited": "note: a rationale relies on a guideline that its guideline paragraph does not cite",
    "rationale_reused": "note: a rationale is used for several items",
    "no_case_specific_reasoning": "note: a rationale recites guidelines and decides, and says nothing about the case",
    "reason_unclassified": "note: no reason code fits what a rationale says about the case",
    "record_after_review": "note: the letter names a record dated after the utilization review",
    "decision_disagrees": "the model points at another decision for an item than its heading states",
    "issue_unconfirmed": "the model did not find an item that the rules found",
    "issue_extra": "the model reports an item that the rules did not find",
    "text_disagrees": "model and rules find a text at different places",
    "citation_disagrees": "model and rules find different documents in a guideline paragraph",
    "fact_disagrees": "model and rules read a fact of the case, the reviewer or the patient differently",
    "category_disagrees": "note: model and rules put a request under different categories",
    "evidence_missing": "note: what the model said of a field stands nowhere in the letter and was left out",
    "model_alone": "note: what the model alone finds in the letter and the rules do not",
    "model_failed": "the model gave no usable answer; the result is by rules alone",
    "suspicious_instructions": "the letter's text addresses the software that reads it; it was not obeyed",
}
"""What each flag says."""
