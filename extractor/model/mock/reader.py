"""How the mock reads: labels of the form, one after another, and a few words for what must be judged."""

from __future__ import annotations

import re
from typing import Any

LINE = re.compile(r"^(\d{1,4})\|(.*)$")
CASE = {
    "case number": "case_number",
    "date assigned": "date_assigned",
    "date of injury": "date_of_injury",
    "decision date": "decision_date",
    "ur denial date": "ur_denial_date",
    "application received": "application_received",
    "priority": "priority",
}
DECISION = re.compile(r"^:? ?(upheld|overturned)\.?$", re.I)
LABELS = {
    "claims administrator guideline": "administrator",
    "maximus guideline": "reviewer",
    "decision rationale": "rationale",
}
CREDENTIALS = {
    "licensed_in": re.compile(r"State\(s\) of Licensure: (.*?)(?= Certification\(s\)|$)"),
    "specialties": re.compile(r"Certification\(s\)/Specialty: (.*)"),
}
ORIGINAL = re.compile(r"^(.*?),? (?:was|were) the original request", re.I)
AUTHORIZED = re.compile(r"^(.*?),? (?:was|were) (?:authorized|approved|certified)", re.I)
REMAINING = re.compile(r"original request,? (.*?)(?: is| are)?$", re.I)
DOCUMENT = re.compile(
    r"(?P<odg>Official Disability Guidelines?(?: \(ODG\))?|\bODG\b)|(?P<mtus>(?:ACOEM|American College)[^,.:;]{0,60}|"
    r"Chronic Pain(?: Medical)?(?: Treatment)?(?: Guidelines)?|[A-Z][\w/&-]+(?: [A-Z&][\w/&-]*){0,4} Complaints|"
    r"General Approaches|Postsurgical[\w -]{0,30}|Acupuncture[\w -]{0,30})"
)
GUIDE = re.compile(r"\b(?:MTUS|ODG|ACOEM|guidelines?|recommended)\b", re.I)
VERDICT = re.compile(r"\bmedically (?:necessary|appropriate)\b", re.I)
AGE = re.compile(r"\b\d{2}[- ]year", re.I)
SEX = re.compile(r"\b(?:male|female|man|woman)\b", re.I)
RECORD = re.compile(
    r"\b((?:progress |office )?(?:note|report|visit)|MRI|X-rays?|EMG|NCV|RFA|urine drug screen) (?:dated|of|on) "
    r"(?=\d{1,2}[/-]\d)", re.I,
)  # fmt: skip
KINDS = (
    (r"\bMRI\b|x-?ray|\bCT\b|ultrasound", "diagnostic_testing", "imaging"),
    (r"\bEMG|\bNC[VS]", "diagnostic_testing", "emg_ncs"),
    (r"urine|lab", "diagnostic_testing", "laboratory"),
    (r"acupuncture", "rehabilitation", "acupuncture"),
    (r"chiropract", "rehabilitation", "chiropractic"),
    (r"therapy|rehab", "rehabilitation", "physical_occupational_therapy"),
    (r"inject|block", "injections", "injection"),
    (r"arthroscop", "surgery", "arthroscopic"),
    (r"surgery|fusion|release|repair", "surgery", "non_arthroscopic"),
    (r"\bmg\b|\d ?mg|tablet|cream|patch", "pharmaceuticals", "other_pharmaceuticals"),
    (r"consult|evaluation|visit", "evaluation_management", "medical_specialties"),
    (r"unit|brace|rental|purchase", "dmepos", "dme"),
)
REASONS = (
    (
        r"no (?:documentation|evidence|record|report|mention|indication)|not documented"
        r"|(?:does|do|did) not (?:show|describe|document|mention|record|report)",
        "required_finding_not_shown", "not_documented",
    ),
    (r"exceed", "amount_exceeds_guideline", "guideline_only"),
    (r"not recommended", "not_recommended", "guideline_only"),
    (r"meets? the|has failed|have failed", "criteria_met", "none"),
)  # fmt: skip


def read(shown: str) -> dict[str, Any]:
    """An answer to the letter that the prompt shows, as the model is to write it."""
    lines = {int(m[1]): m[2] for m in map(LINE.match, shown.splitlines()) if m}
    case: dict[str, int | None] = dict.fromkeys(CASE.values())
    for number, words in lines.items():
        name = CASE.get(words.rstrip(": ").lower())
        if name and number + 1 in lines:
            case[name] = number + 1
    decisions = [number for number, words in lines.items() if DECISION.match(words)]
    first, last = _summary(lines, decisions)
    summary = range(first, last + 1) if first else range(0)
    return {
        "case": case,
        "reviewer": _reviewer(lines),
        "patient": {
            "age": next((number for number in summary if AGE.search(lines[number])), None),
            "sex": next((number for number in summary if SEX.search(lines[number])), None),
        },
        "clinical_summary": {
            "text": _range(first, last), "diagnoses": [], "treatment_to_date": [], "medications": [],
        } if first else None,
        "utilization_review": _review(lines, summary),
        "records": [f"{number}|{m[1]}" for number in summary for m in RECORD.finditer(lines[number])][:80],
        "issues": [
            _issue(lines, number, after)
            for number, after in zip(decisions, [*decisions[1:], max(lines, default=0) + 2], strict=bool(decisions))
        ],
    }  # fmt: skip


def _range(first: int, last: int) -> str:
    return str(first) if first >= last else f"{first}-{last}"


def _summary(lines: dict[int, str], decisions: list[int]) -> tuple[int, int]:
    heading = next((n for n, words in lines.items() if words.lower().startswith("clinical case summary")), 0)
    end = next((n for n, words in lines.items() if words.upper().startswith("IMR ISSUES")), min(decisions, default=0))
    if not heading or end <= heading + 1:
        return 0, 0
    first = heading + 1
    if lines[first].lower().startswith("the expert reviewer developed"):
        first += 1
    return (first, end - 1) if first < end else (0, 0)


def _reviewer(lines: dict[int, str]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {"specialties": [], "subspecialties": [], "licensed_in": []}
    for number, words in lines.items():
        for name, label in CREDENTIALS.items():
            for names in label.findall(words):
                found[name] += [f"{number}|{part.strip()}" for part in names.split(",") if part.strip()]
    return {name: pointers[:12] for name, pointers in found.items()}


def _review(lines: dict[int, str], summary: range) -> dict[str, Any] | None:
    for number in summary:
        if re.search(r"\butilization review|\bUR\b", lines[number], re.I):
            outcome = "modified" if re.search("modif", lines[number], re.I) else "denied"
            return {"units": str(number), "outcome": outcome}
    return None


def _issue(lines: dict[int, str], decided: int, after: int) -> dict[str, Any]:
    fields: dict[str, str | None] = dict.fromkeys(LABELS.values())
    labelled = [n for n in range(decided + 1, after) if lines.get(n, "").rstrip(": ").lower() in LABELS]
    for label, end in zip(labelled, [*labelled[1:], _next_request(lines, after)], strict=True):
        if end > label + 1:
            fields[LABELS[lines[label].rstrip(": ").lower()]] = _range(label + 1, end - 1)
    request = lines.get(decided - 1, "")
    parts = {"request": str(decided - 1), "original_request": None, "authorized": None}
    remaining = REMAINING.search(request)
    if remaining:
        parts["request"] = f"{decided - 1}|{remaining[1]}"
        for number in range(max(1, decided - 3), decided):
            for name, pattern in (("original_request", ORIGINAL), ("authorized", AUTHORIZED)):
                match = pattern.match(lines[number])
                if match:
                    parts[name] = f"{number}|{match[1]}"
    kind = next((f"{c}/{s}" for pattern, c, s in KINDS if re.search(pattern, request, re.I)), "other/other")
    rationale = fields["rationale"]
    return {
        **parts,
        "decision": f"{'upheld' if 'pheld' in lines[decided] else 'overturned'} {decided}",
        "kind": kind,
        "administrator": _guideline(lines, fields["administrator"]),
        "reviewer": _guideline(lines, fields["reviewer"]),
        "rationale": rationale,
        **_judged(lines, rationale, upheld="pheld" in lines[decided]),
    }


def _next_request(lines: dict[int, str], after: int) -> int:
    """Where the next item's heading begins: one unit before its decision, three for a partial approval."""
    if after not in lines:  # the end of the letter, or of a part that may end with the next heading
        return after - 1 if lines.get(after - 2, ".").rstrip('"”’)').endswith((".", "?", "!")) else after - 2
    return after - 3 if REMAINING.search(lines.get(after - 1, "")) and after > 3 else after - 1


def _numbers(units: str | None) -> range:
    first, _, last = (units or "1-0").partition("-")
    return range(int(first), int(last or first) + 1)


def _guideline(lines: dict[int, str], units: str | None) -> dict[str, Any] | None:
    if units is None:
        return None
    citations = [
        f"{'ODG' if match['odg'] else 'MTUS'} {number}|{match.group().strip()}"
        for number in _numbers(units)
        for match in DOCUMENT.finditer(lines[number])
    ]
    return {"text": units, "citations": citations[:20]}


def _judged(lines: dict[int, str], units: str | None, *, upheld: bool) -> dict[str, Any]:
    parts, reasons, last = [], [], 0
    for number in _numbers(units):
        words = lines[number]
        role = "conclusion" if VERDICT.search(words) else "guideline_text" if GUIDE.search(words) else "finding"
        parts.append(f"{role} {number}")
        last = number if role == "finding" else last
        for pattern, code, state in REASONS:
            if role == "finding" and re.search(pattern, words, re.I):
                reasons.append(f"{code} {state} {number}")
                break
    if last and not reasons:  # most decisions turn on this
        reasons.append(f"{'required_finding_not_shown not_documented' if upheld else 'criteria_met none'} {last}")
    return {"parts": parts[:30], "reasons": reasons[:8]}


def judge(shown: str) -> dict[str, Any]:
    """The reasons of the items that the prompt shows."""
    items = []
    for block in shown.split("\n\n"):
        title, *rest = block.splitlines()
        lines = {int(m[1]): m[2] for m in map(LINE.match, rest) if m}
        units = _range(min(lines), max(lines)) if lines else None
        judged = _judged(lines, units, upheld=", upheld" in title)
        items.append({"item": int(title.split()[1].rstrip(",")), "reasons": judged["reasons"]})
    return {"items": items}


def reword(shown: str) -> dict[str, Any]:
    """Of each reason the shortest sentence shown, as it stands: plain where the letter is."""
    sentences = []
    for slot in shown.split("\n\n"):
        title, *lines = slot.splitlines()
        units = [line.partition("|")[::2] for line in lines if line.partition("|")[2].endswith(".")]
        if units:
            number, text = min(units, key=lambda unit: len(unit[1]))
            sentences.append({"slot": int(title.split()[1]), "text": text[:240], "units": number})
    return {"sentences": sentences}
