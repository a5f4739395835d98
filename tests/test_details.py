from __future__ import annotations

from typing import Any

import pytest

from extractor.language.folded import Folded
from extractor.language.numbers import number
from extractor.lexicon.medicines import CLASSES
from extractor.lexicon.services import SERVICES
from extractor.rules.details import read_details, read_timing
from extractor.rules.kind import read_kind
from extractor.source import SourceText
from extractor.taxonomy import CATEGORIES, SUBCATEGORIES


def asked(request: str) -> dict[str, Any]:
    """The details of a request that are stated, as plain values; each of them stands where its spans say."""
    source = SourceText(text=request, name="letter", media_type="text/plain", sha256="")
    details = read_details(Folded(source, [(0, len(request))]))
    found: dict[str, Any] = {}
    for name in type(details).model_fields:
        value = getattr(details, name)
        if name == "body_parts":
            parts = [(part.part, part.side, part.level) for part in value]
            assert all(part.part in source.slice(part.spans) for part in value)
            found |= {name: parts} if parts else {}
        elif isinstance(value, list):
            found |= {name: [entry.value for entry in value]} if value else {}
        elif value is not None:
            words = source.slice(value.spans)
            assert value.value == words or number(words) == value.value or value.value in ("rental", "purchase", 0), (
                name
            )
            found[name] = value.value
    return found


TABLE: dict[str, dict[str, Any]] = {
    "MRI of the left ankle without contrast": {"treatment": "MRI", "body_parts": [("ankle", "left", None)]},
    "Cervical spine x-rays": {"treatment": "x-rays", "body_parts": [("Cervical spine", None, None)]},
    "Physical therapy 2 times a week for 4 weeks": {
        "treatment": "Physical therapy", "frequency": "2 times a week", "duration": "4 weeks",
    },
    "Physical therapy, 12 visits (2x/week x 6 weeks), left knee": {
        "treatment": "Physical therapy", "sessions": 12, "frequency": "2x/week", "duration": "6 weeks",
        "body_parts": [("knee", "left", None)],
    },
    "Additional 8 sessions of chiropractic treatment for the cervical and lumbar spine": {
        "treatment": "chiropractic treatment", "sessions": 8,
        "body_parts": [("cervical", None, None), ("lumbar spine", None, None)],
    },
    "Six (6) acupuncture sessions": {"treatment": "acupuncture", "sessions": 6},
    "1-3 home nurse visits": {"treatment": "home nurse", "sessions": "1-3"},
    "Two physical therapy sessions for the wrist and four physical therapy sessions for the elbow": {
        "treatment": "physical therapy", "body_parts": [("wrist", None, None), ("elbow", None, None)],
    },
    "Norco 10/325mg #60 with 2 refills": {"drug": "Norco", "strength": "10/325mg", "quantity": 60, "refills": 2},
    "Naproxen sodium 550 mg, one tablet twice daily, quantity sixty (60)": {
        "drug": "Naproxen sodium", "strength": "550 mg", "frequency": "twice daily", "quantity": 60,
    },
    "Omeprazole 20mg, one capsule daily, #30": {
        "drug": "Omeprazole", "strength": "20mg", "frequency": "one capsule daily", "quantity": 30,
    },
    "Butrans patch 10mcg/hr #4": {"drug": "Butrans patch", "strength": "10mcg/hr", "quantity": 4},
    "Lidoderm 5% patches #30, no refills": {"drug": "Lidoderm", "strength": "5%", "quantity": 30, "refills": 0},
    "Unheardofine 30mg #15": {"drug": "Unheardofine", "strength": "30mg", "quantity": 15},
    "Flurbiprofen 20%, Lidocaine 5% in cream base, 120 grams": {
        "drug": "Flurbiprofen 20%, Lidocaine 5% in cream base", "quantity": "120 grams",
    },
    "Retrospective request for Ketoprofen/Gabapentin compound cream 240gm (DOS 3/4/15)": {
        "drug": "Ketoprofen/Gabapentin", "quantity": "240gm", "dates_of_service": ["3/4/15"],
    },
    "Cold therapy unit, 14 day rental": {"treatment": "Cold therapy unit", "duration": "14 day", "acquisition": "rental"},
    "Purchase of one (1) lumbar support": {
        "treatment": "lumbar support", "quantity": 1, "acquisition": "purchase", "body_parts": [("lumbar", None, None)],
    },
    "TENS unit, rental or purchase": {"treatment": "TENS unit"},
    "Knee scooter": {"treatment": "Knee scooter"},
    "Right L4-5 and L5-S1 facet joint injections under fluoroscopy": {
        "treatment": "facet joint injections",
        "body_parts": [("facet joint", "right", "L4-5"), ("facet joint", "right", "L5-S1")],
    },
    "Left C6 selective nerve root block": {"treatment": "selective nerve root block", "body_parts": [("C6", "left", "C6")]},
    "Medial branch blocks of the cervical spine at C4 and C5 on the right": {
        "treatment": "Medial branch blocks",
        "body_parts": [("cervical spine", "right", "C4"), ("cervical spine", "right", "C5")],
    },
    "EMG of both feet": {"treatment": "EMG", "body_parts": [("feet", "bilateral", None)]},
    "Retrospective TENS unit, left hip, lower leg, and knee": {
        "treatment": "TENS unit",
        "body_parts": [("hip", "left", None), ("lower leg", "left", None), ("knee", "left", None)],
    },
    "Chiropractic care, neck and right wrist/hand": {
        "treatment": "Chiropractic care",
        "body_parts": [("neck", None, None), ("wrist", "right", None), ("hand", "right", None)],
    },
    "Right shoulder arthroscopy with rotator cuff repair, possible biceps tenodesis": {
        "treatment": "arthroscopy with rotator cuff repair, possible biceps tenodesis",
        "body_parts": [("shoulder", "right", None)],
    },
    "Left total knee arthroplasty": {"treatment": "total knee arthroplasty", "body_parts": [("knee", "left", None)]},
    "Associated surgical service: Sling": {"treatment": "Sling"},
    "Consultation with a hip replacement specialist": {"treatment": "Consultation with a hip replacement specialist"},
    "Follow up visit with the orthopedist in 6 weeks": {"treatment": "Follow up visit with the orthopedist"},
    "Left knee injection, CPT 20610, with ultrasound guidance, CPT 76942": {
        "treatment": "injection", "body_parts": [("knee", "left", None)], "codes": ["20610", "76942"],
    },
    "Hospital bed (HCPCS E0260), 3 month rental": {
        "treatment": "Hospital bed", "duration": "3 month", "acquisition": "rental", "codes": ["E0260"],
    },
    "Home health aide, four hours a day, three days a week for six weeks": {
        "treatment": "Home health aide", "frequency": "four hours a day, three days a week", "duration": "six weeks",
    },
    "Tylenol with codeine #3, #30": {"drug": "Tylenol with codeine", "quantity": 30},
    "Norco 10/325mg #60tablets": {"drug": "Norco", "strength": "10/325mg", "quantity": "60tablets"},
    "Physical therapy 2 x 6 for the right knee": {"treatment": "Physical therapy", "body_parts": [("knee", "right", None)]},
    "twelve (10) visits of physical therapy": {"treatment": "physical therapy", "sessions": "twelve (10)"},
    "Left and right knee MRI": {"treatment": "MRI", "body_parts": [("knee", "bilateral", None)]},
    "Right shoulder and left knee MRI": {
        "treatment": "MRI", "body_parts": [("shoulder", "right", None), ("knee", "left", None)],
    },
    "One (1) month rental of a TENS unit": {
        "treatment": "TENS unit", "duration": "One (1) month", "acquisition": "rental",
    },
    "MRI of the knees, right greater than left": {"treatment": "MRI", "body_parts": [("knees", None, None)]},
    "12 panel urine drug screen": {"treatment": "panel urine drug screen"},
    "Acupuncture 1/2/2017 to 2/2/2017": {"treatment": "Acupuncture"},
    "something else altogether": {},
}  # fmt: skip


@pytest.mark.parametrize("request_text", TABLE)
def test_a_request_gives_its_details(request_text: str) -> None:
    """What is asked for, how much, how often, how long, of which part: as it stands, and nothing reckoned."""
    assert asked(request_text) == TABLE[request_text]


KINDS = {
    "Norco 10/325mg #60": ("pharmaceuticals", "opioids"),
    "Voltaren 1% gel, 100 grams": ("pharmaceuticals", "topical_analgesics"),
    "Compound: Gabapentin 10%, Ketoprofen 10%, 60gm": ("pharmaceuticals", "topical_compounds"),
    "Physical therapy after the knee surgery, 12 visits": ("rehabilitation", "physical_occupational_therapy"),
    "Ultrasound guided steroid injection, right hip": ("injections", "injection"),
    "Ultrasound of the right hip": ("diagnostic_testing", "imaging"),
    "Kenalog injection": ("injections", "injection"),
    "Enoxaparin 40mg injection once daily": ("pharmaceuticals", "other_pharmaceuticals"),
    "Urine drug screen": ("diagnostic_testing", "laboratory"),
    "Nerve conduction studies": ("diagnostic_testing", "emg_ncs"),
    "Transportation to physical therapy": ("transportation", "transportation"),
    "Psychological evaluation": ("psych_services", "psych_evaluation"),
    "Associated surgical service: Cold therapy unit": ("surgery", "adjunct_surgical_services"),
    "Cold therapy unit": ("dmepos", "dme"),
    "L4-5 laminectomy": ("surgery", "spine"),
    "Orthopedic consultation": ("evaluation_management", "medical_specialties"),
    "Home health aide": ("home_health", "home_health"),
    "Functional restoration program": ("programs", "functional_restoration"),
    "A widget": ("other", "other"),
}


@pytest.mark.parametrize("request_text", KINDS)
def test_the_first_thing_named_tells_the_kind(request_text: str) -> None:
    kind = read_kind(request_text)
    assert (kind.category, kind.subcategory) == KINDS[request_text]


def test_every_kind_is_on_the_closed_list() -> None:
    """The lexicon gives no subcategory that the taxonomy does not have."""
    for service in SERVICES:
        assert service.subcategory in SUBCATEGORIES[service.category]
    assert set(CLASSES) <= set(SUBCATEGORIES["pharmaceuticals"])


def test_every_subcategory_has_an_example_that_reads_as_such() -> None:
    """The examples of the taxonomy are read as what they are examples of."""
    for category, subcategories in CATEGORIES.items():
        for subcategory, example in subcategories.items():
            kind = read_kind(example)
            assert (kind.category, kind.subcategory) == (category, subcategory), example


@pytest.mark.parametrize(
    ("words", "timing"),
    [
        ("Retrospective urine drug test", "retrospective"),
        ("Norco #60 (DOS 1/2/16)", "retrospective"),
        ("Injection performed in the office on 3/14/13", "retrospective"),
        ("MRI of the knee", "prospective"),
    ],
)
def test_timing(words: str, timing: str) -> None:
    assert read_timing(words) == timing
