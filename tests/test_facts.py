"""The facts of the case, the reviewer, the patient, and what a guideline paragraph is based on."""

from __future__ import annotations

import datetime as dt
import re

import pytest

from extractor import extract
from extractor.language import dates
from extractor.rules.guidelines import read_basis
from tests.letters import Letter


def case_of(header: str) -> dict[str, object]:
    case = extract(Letter(header=header).encode()).case
    return {name: value for name, value in case.model_dump(exclude={"evidence"}).items() if value is not None}


DAY = dt.date
DATE = re.compile(f"{dates.NUMERIC % ('', '')}|(?i:{dates.WORDED})")


@pytest.mark.parametrize(
    ("header", "facts"),
    [
        ("Case Number: CM16-0900001\n", {"case_number": "CM16-0900001"}),
        ("Case Number:\u00a0CM16-0900001\n", {"case_number": "CM16-0900001"}),
        ("Application\nReceived:\n11/22/2016\n", {"application_received": DAY(2016, 11, 22)}),
        ("Application 11/22/2016\nReceived:\n", {"application_received": DAY(2016, 11, 22)}),
        ("Priority: Standard Application\nReceived:\n11/22/2016\n", {"priority": "standard", "application_received": DAY(2016, 11, 22)}),
        ("Priority: Expedited\n", {"priority": "expedited"}),
        ("Date Assigned:\tDate of Injury: 10/03/2016\n", {"date_of_injury": DAY(2016, 10, 3)}),
        ("Date Assigned:\nDate of Injury:\n12/01/2016\n10/03/2016\n", {"date_assigned": DAY(2016, 12, 1), "date_of_injury": DAY(2016, 10, 3)}),
        ("Date Assigned:\nDate of Injury:\n10/03/2016\nDecision Date: 01/05/2017\n", {"decision_date": DAY(2017, 1, 5)}),
        ("Priority:  Application\nReceived:\n11/22/2016\n", {"application_received": DAY(2016, 11, 22)}),
        ("Case Number:\nDate Assigned:\nPriority:\n12/01/2016\nStandard\n", {"date_assigned": DAY(2016, 12, 1), "priority": "standard"}),
        ("Date of Injury: 13/45/2016\n", {}),
        ("Date of Injury: unknown\n", {}),
        ("Re: your letter of 01/02/2015\nDate of Injury: 10/03/2016\n", {"date_of_injury": DAY(2016, 10, 3)}),
        ("Case Nurnber: CM16-0900001\nDate 0f Injury: 1O/03/2016\n", {"case_number": "CM16-0900001", "date_of_injury": DAY(2016, 10, 3)}),
        ("", {}),
    ],
    ids=[
        "number", "no_break_space", "split_label", "date_inside_label", "label_at_line_end", "expedited", "missing_value", "labels_apart",
        "fewer_values", "no_priority", "no_number", "no_such_day", "no_date", "other_dates", "misread", "absent",
    ],
)  # fmt: skip
def test_case(header: str, facts: dict[str, object]) -> None:
    """A value goes to its own label, or to none."""
    assert case_of(header) == facts


@pytest.mark.parametrize(
    ("header", "code"),
    [
        ("Date of Injury: 10/03/2016 - 11/22/2016\n", "case_field_disagrees"),
        ("Date of Injury: 10/03/2016 through 11/22/2016\n", "case_field_disagrees"),
        ("Date of Injury: 13/45/2016\n", "case_field_unreadable"),
        ("Decision Date: 01/05/2016\nDate Assigned: 12/01/2016\n", "case_dates_disordered"),
        ("Case Number: CM16-0900001\nPriority: Regular\nStandard form 12\n", "case_field_missing"),
    ],
    ids=["range", "range_in_words", "no_date", "order", "priority_elsewhere"],
)
def test_doubts_about_the_header(header: str, code: str) -> None:
    """A header that does not add up is read as it stands, and the doubt is told."""
    assert code in {flag.code for flag in extract(Letter(header=header).encode()).flags}


def test_missing_credentials_are_flagged() -> None:
    result = extract(Letter(reviewer="HOW THE IMR FINAL DETERMINATION WAS MADE\n").encode())
    assert "reviewer_missing" in {flag.code for flag in result.flags}


def test_a_value_stated_twice_differently_is_flagged() -> None:
    """The header nearest to the letter counts, and the doubt is told."""
    result = extract(Letter(header="Date of Injury: 10/03/2015\n\nDate of Injury: 10/03/2016\n").encode())
    assert result.case.date_of_injury == DAY(2016, 10, 3)
    assert "case_field_disagrees" in {flag.code for flag in result.flags}


@pytest.mark.parametrize(
    ("words", "date"),
    [
        ("10/13/2016", DAY(2016, 10, 13)),
        ("10-13-16", DAY(2016, 10, 13)),
        ("11-22-\n16", DAY(2016, 11, 22)),
        ("8/26/13", DAY(2013, 8, 26)),
        ("3/4/98", DAY(1998, 3, 4)),
        ("October 13, 2016", DAY(2016, 10, 13)),
        ("Sept. 3, 2013", DAY(2013, 9, 3)),
        ("August 26th, 2013", DAY(2013, 8, 26)),
        ("12/l9/2013", DAY(2013, 12, 19)),
        ("02/30/2016", None),
    ],
)
def test_dates(words: str, date: dt.date | None) -> None:
    """Dates in every form of the letters; a day that does not exist is none."""
    match = DATE.search(f"on {words} he")
    assert match and match[0] == words
    assert dates.parse(match[0]) == date


@pytest.mark.parametrize("words", ["4-5", "1/2", "L4-5-1", "120/80", "10/325 mg", "9792.20", "123-45-6789"])
def test_what_is_no_date(words: str) -> None:
    assert DATE.search(f"at {words} now") is None


PROSE = (
    "The physician reviewer is Board Certified in {} and is licensed to practice in {}. He/she has been in practice."
)


@pytest.mark.parametrize(
    ("credentials", "specialties", "subspecialties", "states"),
    [
        ("State(s) of Licensure: New York,California,Georgia\nCertification(s)/Specialty: Internal Medicine\n",
         ["Internal Medicine"], [], ["New York", "California", "Georgia"]),
        ("State(s) of Licensure: Texas\nCertification(s)/Specialty: Anesthesiology, Pain Management,\nHospice & Palliative Medicine\n",
         ["Anesthesiology", "Pain Management", "Hospice & Palliative Medicine"], [], ["Texas"]),
        (PROSE.format("Preventive Medicine and Occupational Medicine", "California"),
         ["Preventive Medicine", "Occupational Medicine"], [], ["California"]),
        (PROSE.format("Physical Medicine and Rehabilitation", "California and Texas"),
         ["Physical Medicine and Rehabilitation"], [], ["California", "Texas"]),
        (PROSE.format("Physical Medicine & Rehabilitation, has a subspecialty in Interventional Spine", "California"),
         ["Physical Medicine & Rehabilitation"], ["Interventional Spine"], ["California"]),
        (PROSE.format("Neurology, has a subspecialty in Pain Medicine and Sleep Medicine", "Ohio, Nevada, and Utah"),
         ["Neurology"], ["Pain Medicine", "Sleep Medicine"], ["Ohio", "Nevada", "Utah"]),
        ("The expert reviewer is a licensed Chiropractor and is licensed to practice in Florida & Nevada.",
         ["Chiropractor"], [], ["Florida", "Nevada"]),
        ("The expert reviewer is a Psychologist and has a license to practice in the District of Columbia.",
         ["Psychologist"], [], ["District of Columbia"]),
        ("State(s) of Licensure: Texas\nCertification(s)/Specialty: Neurology\nThe reviewer has no affiliation.\n",
         ["Neurology"], [], ["Texas"]),
        ("MAXIMUS is a contractor. The reviewer is Board Certified in Neurology and is licensed to practice in Ohio.",
         ["Neurology"], [], ["Ohio"]),
        ("The reviewer's name is not given.\n", [], [], []),
    ],
    ids=["lists", "wrapped_list", "prose", "joined_name", "subspecialty", "two_subspecialties", "chiropractor", "psychologist", "sentence_behind", "contractor", "absent"],
)  # fmt: skip
def test_reviewer(credentials: str, specialties: list[str], subspecialties: list[str], states: list[str]) -> None:
    """Credentials as listed; names that hold an "and" or "&" stay whole."""
    result = extract(Letter(reviewer=f"HOW THE IMR FINAL DETERMINATION WAS MADE\n{credentials}\n").encode()).reviewer
    assert (result.specialties, result.subspecialties, result.licensed_in) == (specialties, subspecialties, states)


@pytest.mark.parametrize(
    ("summary", "age", "sex"),
    [
        ("The injured worker is a 44 year old female.", 44, "female"),
        ("This patient is a 59-year-old male with pain.", 59, "male"),
        ("The patient is a 46-year-old, right-hand dominant woman.", 46, "female"),
        ("The claimant, now 27-year-old male, fell.", 27, "male"),
        ("A 51 y/o F cashier fell.", 51, "female"),
        ("The patient is 61 years of age. The gentleman fell.", 61, "male"),
        ("The patient has a 12 year old daughter. She fell.", None, "female"),
        ("He has had pain for 5 years. He fell.", None, "male"),
        ("The worker is a 52\u2011year\u2011old man.", 52, "male"),
        ("The patient is a fifty-two year old female.", 52, "female"),
        ("The patient is a fifty-five (55) year-old man.", 55, "male"),
        ("A male who has a 15-year-old knee injury.", None, "male"),
        ("A 44 year old male with a 16 year old injury.", 44, "male"),
        ("A woman who has smoked since she was 18 years old.", None, "female"),
        ("The woman had a 20 year old fusion in this patient.", None, "female"),
        ("The patient is a 36-year-old mother of two. She fell.", 36, "female"),
        ("Ms. X fell from a ladder.", None, "female"),
        ("The 40 year old worker was attacked by a man. She fell.", 40, "female"),
        ("The worker was struck by a female co-worker. He fell.", None, "male"),
        (
            "The worker is a home health aide who was lifting an 80 year old male client when she was hurt.",
            None,
            None,
        ),
        ("The worker was caring for an 80 year old woman when he fell.", None, "male"),
        ("The worker is a teacher. A 15 year old male student hit her. She fell.", None, "female"),
        ("The patient is 45 years old. M. Smith is her physician.", 45, "female"),
        ("The patient was seen by Dr. Lee. He noted pain. The patient is 44 years old.", 44, None),
        ("The patient was 44 years old when he was hurt. He is now 55 years old.", 55, "male"),
        ("The applicant is a represented 52-year-old Federal Express employee. She fell.", 52, "female"),
        ("The IW is a 52 y old female.", 52, "female"),
        ("The claimant is a male patient aged 52 who fell.", 52, "male"),
        ("Mr. X is a 52-year-old with pain.", 52, "male"),
        ("The patient is a 52-year-old caregiver who was assisting a 90 year old woman. His back hurts.", 52, "male"),
        ("The injured worker is a 29 year old fe-\nmale.", 29, "female"),
        ("A 46 years 3 months old male.", 46, "male"),
        ("The nurse was lifting a female patient. The worker fell.", None, None),
        ("The applicant fell. Dr. A states that he saw it.", None, None),
        ("The injured worker fell from a ladder.", None, None),
        ("He and she fell.", None, None),
    ],
    ids=[
        "plain",
        "hyphens",
        "between",
        "now",
        "short",
        "apart",
        "relative",
        "pronoun",
        "odd_hyphens",
        "words",
        "words_and_figures",
        "old_injury",
        "old_injury_behind",
        "since",
        "old_fusion",
        "mother",
        "title",
        "attacker",
        "co_worker",
        "client",
        "cared_for",
        "student",
        "initial_behind",
        "doctors_pronoun",
        "age_then",
        "represented",
        "y_old",
        "male_patient",
        "titled",
        "assisted",
        "broken_word",
        "months",
        "lifted",
        "doctor",
        "absent",
        "both",
    ],
)
def test_patient(summary: str, age: int | None, sex: str | None) -> None:
    """Age and sex where the summary states them, and nothing that it does not."""
    patient = extract(Letter(summary=f"CLINICAL CASE SUMMARY\n{summary}\n").encode()).patient
    assert (patient.age, patient.sex) == (age, sex)


@pytest.mark.parametrize(
    ("paragraph", "basis"),
    [
        ("Decision based on MTUS Low Back Complaints 2004.", "mtus"),
        ("Decision based on Non-MTUS Citation ODG.", "non_mtus"),
        ("Decision based on Non- MTUS Citation ODG.", "non_mtus"),
        ("Decision based on Non-MTUS ODG.", "non_mtus"),
        ("Decision based on MTUS Knee Complaints 2004. Decision based on Non-MTUS Citation ODG.", "both"),
        ("The Expert Reviewer based their decision on recommendation(s) outside of the MTUS Guidelines.", "non_mtus"),
        (
            "The Claims Administrator did not base their decision on the MTUS. Decision based on Non-MTUS Citation ODG",
            "non_mtus",
        ),
        ("The Claims Administrator did not cite any medical evidence for its decision.", "none_cited"),
        ("based its decision on the Postsurgical Guidelines, which is part of the MTUS.", "mtus"),
        ("based its decision on the ODG, which is not part of the MTUS.", "non_mtus"),
        ("found that the MTUS does not address sleep aids. relied on the Official Disability Guidelines.", "non_mtus"),
        ("See the letter.", None),
    ],
)
def test_basis(paragraph: str, basis: str | None) -> None:
    """What a guideline paragraph says that it is based on."""
    assert read_basis(paragraph) == basis
