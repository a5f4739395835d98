from __future__ import annotations

import datetime as dt

import pytest

from extractor import extract
from extractor.schema import Determination
from tests.letters import SUMMARY, Item, Letter


def read(
    told: str, rationale: str = "No red flag is on record. The request is not medically necessary."
) -> Determination:
    return extract(Letter(summary=SUMMARY + told + "\n", items=[Item(rationale=rationale)]).encode())


RECORDS = {
    "The progress report of 11/02/2016 notes pain.": [("2016-11-02", "progress report")],
    "An MRI of the lumbar spine dated 10-20-16 showed a bulge.": [("2016-10-20", "MRI of the lumbar spine")],
    "X-rays were taken on October 9, 2016.": [("2016-10-09", "X-rays")],
    "The 11/02/2016 clinical note has no exam.": [("2016-11-02", "clinical note")],
    "PR-2 reports of 10/12/2016 and 11/02/2016 agree.": [
        ("2016-10-12", "PR-2 reports"),
        ("2016-11-02", "PR-2 reports"),
    ],
    "The Request for Authorization is dated 11/08/2016. The RFA dated 11/08/2016 lists one item.": [
        ("2016-11-08", "Request for Authorization")
    ],
    "No MRI report dated 10/10/2016 was included.": [],
    "On 10/20/2016 the MRI was requested.": [],
    "She underwent surgery on 10/30/2016.": [],
    "Medical records (10-05-2016 to 11-08-2016) were reviewed.": [],
    "Utilization Review of 11/15/2016 denied the study.": [],
    "She attended therapy between 10/10/2016 and 11/01/2016.": [],
}


@pytest.mark.parametrize("told", RECORDS)
def test_dated_records_are_listed_once_in_order(told: str) -> None:
    """Only what is a record and has a date, by the name that the letter gives it."""
    assert [(record.date.isoformat(), record.description) for record in read(told).records] == RECORDS[told]


def test_a_record_that_only_a_rationale_names() -> None:
    result = read("", "The therapy note of 11/01/2016 tells of no gain. The request is not medically necessary.")
    assert [record.description for record in result.records] == ["therapy note"]


REVIEWS: dict[str, tuple[str | None, str | None]] = {
    "On 11-15-2016 Utilization Review non-certified the request.": ("2016-11-15", "denied"),
    "The original utilization review (11-15-2016) non- certified the MRI.": ("2016-11-15", "denied"),
    "UR denied the request on November 15, 2016.": ("2016-11-15", "denied"),
    "Utilization Review dated 11/15/2016 modified the request to six visits.": ("2016-11-15", "modified"),
    "A Utilization Review of 09/01/2016 certified therapy. UR denied the MRI on 11/15/2016.": ("2016-11-15", "denied"),
    "Utilization Review on 11/15/2016 approved the MRI and denied therapy.": ("2016-11-15", "denied"),
    "The UR physician denied it for want of a report of 10/20/2016.": (None, "denied"),
}


@pytest.mark.parametrize("told", REVIEWS)
def test_the_utilization_review_as_the_summary_tells_it(told: str) -> None:
    review = read(told).utilization_review
    assert review is not None
    assert (review.date.isoformat() if review.date else None, review.outcome) == REVIEWS[told]


@pytest.mark.parametrize(
    "told",
    [
        "She works half days.",
        "Utilization review has not denied the request.",
        "The patient denied chest pain at UR.",
        "Utilization review noted that the patient had modified duty on 11/01/2016.",
        "Utilization Review certified therapy on 11-15-2016.",
    ],
)
def test_no_review_told_is_none(told: str) -> None:
    """Neither the worker's own denials, nor modified work, nor care that was granted, is the review in dispute."""
    assert read(told).utilization_review is None


LISTS = {
    "Diagnoses include lumbar strain; left knee contusion.": ("diagnoses", ["lumbar strain", "left knee contusion"]),
    "Diagnoses: (1) lumbar strain; (2) sprain, left knee.": ("diagnoses", ["lumbar strain", "sprain, left knee"]),
    "Diagnoses include major depression, single episode, and insomnia.": ("diagnoses", []),
    "Current medications are naproxen 500 mg twice a day, Norco 5/325 mg and omeprazole 20 mg daily.": (
        "medications", ["naproxen 500 mg twice a day", "Norco 5/325 mg", "omeprazole 20 mg daily"],
    ),
    "Medications include naproxen, a cream, and rest.": ("medications", []),
    "Treatment to date has included physical therapy; two injections; a brace.": (
        "treatment_to_date", ["physical therapy", "two injections", "a brace"],
    ),
    "Diagnoses include lumbar strain; no radiculopathy; rule out tear.": ("diagnoses", []),
    "Diagnosis is lumbar strain; she was seen on 10/10; treatment is pending.": ("diagnoses", []),
    "Medications include Norco and no Soma.": ("medications", []),
    "Treatment to date has included therapy, rest and ice.": ("treatment_to_date", []),
}  # fmt: skip


@pytest.mark.parametrize("told", LISTS)
def test_only_plain_lists_are_cut(told: str) -> None:
    """A comma may stand within a diagnosis, so only semicolons part one from the next; medicines are known by name."""
    name, expected = LISTS[told]
    summary = read(told).clinical_summary
    assert summary and [entry.text for entry in getattr(summary, name)] == expected


def test_dates_are_dates() -> None:
    (record,) = read("The note of 11/02/2016 is short.").records
    assert record.date == dt.date(2016, 11, 2)
