from __future__ import annotations

import json
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from evals.fields import CONTRADICTIONS
from extractor import extract, read_source
from extractor.schema import Flag
from extractor.taxonomy import FlagCode
from tests.letters import HEADER, SUMMARY, Item, Letter, overturned
from tests.test_golden import WORTH_A_LOOK

KNEE = "Decision based on MTUS Knee Complaints 2004."
NOT = " The request is not medically necessary."


@dataclass
class Case:
    """A letter's summary and first item; ``flag`` where it contradicts itself."""

    told: str = ""
    rationale: str = "No red flag is on record."
    heading: str = "MRI of the left knee"
    flag: FlagCode | None = None
    end: str = NOT
    decision: str = ": Upheld"
    reviewer: str = KNEE
    more: list[Item] = field(default_factory=list)

    def flags(self) -> list[Flag]:
        item = Item(self.heading, self.decision, rationale=self.rationale + self.end, reviewer=self.reviewer,
                    administrator="The Claims Administrator did not cite any medical evidence for its decision.")  # fmt: skip
        letter = Letter(summary=SUMMARY + self.told + "\n", items=[item, *self.more])
        source = read_source(letter.encode(), name="letter.txt")
        result = extract(source)
        flags = [*result.flags, *(flag for issue in result.issues for flag in issue.flags)]
        for flag in flags:
            assert all(source.text[start:end].strip() for start, end in flag.spans), flag.code
        return flags


PARTIAL = (
    "{} visits of physical therapy was the original request. {} visits of physical therapy was authorized by the Claims "
    "Administrator. The remaining IMR eligible portion of the original request, {} visits of physical therapy is"
)
TABLE = {
    # The heading against the conclusion.
    "concludes as for overturned": Case(end=" The request is medically necessary and appropriate.", flag="rationale_contradicts_decision"),
    "concludes as decided": Case(),
    "another's verdict": Case("", "The treating physician holds that it is medically necessary."),
    "a guideline's verdict": Case("", "Home care is for services deemed to be medically necessary."),
    "a condition": Case("", "It would be medically necessary if surgery were planned."),
    "concludes as for upheld": Case("", "The knee gives way.", end=" The request is not supported.", decision=": Overturned", flag="rationale_contradicts_decision"),
    "another service's verdict": Case("", "Sedation is not medically necessary with the MRI, but the MRI is.", end="", decision=": Overturned"),
    "a verdict on a part": Case("", "Six visits are medically necessary. Twelve visits are not medically necessary.", heading="Physical therapy 12 visits"),
    "reverses the review": Case("", "I am reversing the utilization review decision.", end=" The MRI without contrast is medically necessary.", decision=": Overturned"),
    "supports the request though upheld": Case("", "There is rationale provided to support the request.", flag="rationale_contradicts_decision"),
    "a missing rationale": Case("", "There is no rationale provided to support the request."),
    # Dates.
    "another date of injury": Case("The date of injury is 10-13-2016.", flag="injury_date_contradicted"),
    "the same date of injury": Case("The date of injury is October 3, 2016."),
    "an earlier injury": Case("He had a prior injury on 09/01/2016."),
    "another year, told as the date of injury": Case("The date of injury is 10/03/2015.", flag="injury_date_contradicted"),
    "a date that came about over time": Case("The date of injury is 10/03/2015 - 10/03/2016."),
    "another date, in the worded form": Case("The patient sustained an industrial injury on October 13th, 2016.", flag="injury_date_contradicted"),
    "a date of something else": Case("She was seen on 10/13/2016."),
    "another date of the review": Case("Utilization Review of 11/12/2016 denied the study.", flag="review_date_contradicted"),
    "the same date of the review": Case("On 11-15-16 Utilization Review denied the study."),
    "two reviews, one of them the header's": Case("Utilization Review of 10/20/2016 denied therapy. Utilization Review of 11/15/2016 denied the study."),
    "a review without a date": Case("Utilization Review denied the study."),
    # Sides and parts.
    "the other side": Case("On examination the left knee had medial tenderness and crepitus.", "Medial tenderness with crepitus of the right knee was noted.", flag="side_contradicted"),
    "a side of which the summary knows nothing": Case("The left knee hurts.", "Tenderness of the right knee was noted by the therapist.", flag="side_contradicted"),
    "the sound side": Case("The left knee hurts.", "He has no tenderness of the right knee."),
    "a part of which the summary knows nothing": Case("The left knee hurts.", "The tenderness of the shoulder was noted by the therapist.", flag="body_part_contradicted"),
    "a part where the nerve leads": Case("The neck hurts.", "Reflexes at the ankle were brisk.", heading="MRI of the cervical spine"),
    "the request for the other side": Case("The left knee hurts.", "Nothing on record would warrant the requested MRI of the right knee.", flag="side_contradicted"),
    "both sides told": Case("Both knees hurt.", "Tenderness of the right knee was noted by the therapist."),
    "the other side is an old story": Case("The left knee hurts. The right knee was operated in 2009.", "The prior right knee surgery has no part in this."),
    "compared with the other side": Case("The left knee hurts.", "Compared with the right knee, the claimant is weak."),
    "the same side": Case("The left knee hurts.", "The left knee was tender, as the therapist noted."),
    "another body part": Case("", "There is nothing to warrant the requested MRI of the shoulder.", flag="body_part_contradicted"),
    "a neighbour": Case("", "There is nothing to warrant the requested MRI of the left leg."),
    "an earlier study of another part": Case("", "The claimant had an MRI of the shoulder."),
    "two requests": Case("", "Nothing would support the request for an MRI of the shoulder.", more=[Item("MRI of the right shoulder", rationale="No red flag is on record." + NOT)]),
    # Absence.
    "an absent study that is dated": Case("X-rays of the left knee dated 10/05/2016 were normal.", "There are no X-rays in the file.", flag="absence_contradicted"),
    "no recent study": Case("X-rays of the left knee dated 10/05/2016 were normal.", "There are no recent X-rays in the file."),
    "no study, and none told": Case("She has had therapy.", "There are no X-rays in the file."),
    "a study of another part": Case("X-rays of the left wrist dated 10/05/2016 were normal.", "There are no X-rays in the file."),
    "no report of a study": Case("X-rays of the left knee dated 10/05/2016 were normal.", "There is no actual report of X-rays in the file."),
    "an absent request that is dated": Case("The RFA is dated 11/08/2016.", "There is no request for authorization in the file.", flag="absence_contradicted"),
    "an absent sign that is recorded": Case("On examination of the left knee there was weakness.", "The claimant has no weakness.", flag="absence_contradicted"),
    "an absent sign that is denied": Case("On examination of the left knee there was no weakness.", "The claimant has no weakness."),
    "no significant sign": Case("On examination of the left knee there was weakness.", "The claimant has no significant weakness."),
    "an absent sign of the other side": Case("On examination of the left knee there was weakness.", "The claimant has no weakness of the right knee."),
    "a sign that comes and goes": Case("On examination of the left knee there was swelling.", "The claimant has no swelling."),
    "a sign elsewhere": Case("On examination of the left wrist there was weakness.", "The claimant has no weakness."),
    # Durations.
    "longer than the injury is old": Case("", "The patient has been taking this medication for two years.", "Norco 10/325mg #60", flag="duration_contradicted"),
    "as long as the injury is old": Case("", "The patient has been taking this medication for three months.", "Norco 10/325mg #60"),
    "another illness": Case("", "For hypertension the patient has been taking medication for ten years.", "Norco 10/325mg #60"),
    "a guideline's length": Case("", "The guidelines recommend that treatment may be used for two years.", "Norco 10/325mg #60"),
    # Amounts.
    "the remainder is wrong": Case(heading=PARTIAL.format("Twelve", "Four", "six"), flag="partial_approval_inconsistent"),
    "the remainder is right": Case(heading=PARTIAL.format("Twelve", "Four", "eight")),
    "refills multiply": Case(heading="Norco #120 with 2 refills was the original request. Norco #120 was authorized by the Claims Administrator. "
                             "The remaining IMR eligible portion of the original request, Norco #240 is"),
    "both and one": Case(heading="Bilateral occipital nerve blocks left", flag="request_self_contradicts"),
    "both, and one first": Case(heading="Bilateral L4-5 facet blocks, left first"),
    "both of one, one of another": Case(heading="X-rays of the bilateral hands and the left knee"),
    "too many sessions": Case(heading="Physical therapy 2 times a week for 3 weeks, 12 visits", flag="quantity_disagrees"),
    "as many sessions": Case(heading="Physical therapy 2 times a week for 3 weeks, 6 visits"),
    "a range of sessions": Case(heading="Physical therapy 2-3 times a week for 3 weeks, 8 visits"),
    "too few tablets": Case(heading="Naproxen 550mg, twice daily for 30 days, #90", flag="quantity_disagrees"),
    "twice as many tablets a time": Case(heading="Tramadol 50mg, 2 tablets twice daily for 30 days, #120"),
    "one phase, and then another": Case(heading="Physical therapy 3 times a week for 2 weeks then 2 times a week for 3 weeks, 12 visits"),
    "as many tablets": Case(heading="Naproxen 550mg, twice daily for 30 days, #60"),
}  # fmt: skip


@pytest.mark.parametrize("name", TABLE)
def test_a_contradiction_is_warned_of_and_nothing_else_is(name: str) -> None:
    """Each slip beside letters that are near it and agree with themselves: a warning that cries wolf is worse than none."""
    case = TABLE[name]
    raised = [flag.code for flag in case.flags() if flag.code in CONTRADICTIONS]
    assert raised == ([case.flag] if case.flag else [])


def test_letters_that_agree_with_themselves_raise_no_warning() -> None:
    """Hundreds of letters by a reader who looked for false alarms: another injury, the sound side, a denial that is
    narrower than what the summary records, a verdict that is not the reviewer's."""
    rows = json.loads((Path(__file__).parent / "invented" / "agreeing.json").read_text(encoding="utf-8"))
    raised = [
        (row, flag.code)
        for row in rows
        for flag in Case(**{**row, "end": f" {row.get('end', NOT)}"}).flags()
        if flag.code in CONTRADICTIONS
    ]
    assert raised == []


SLIPS = json.loads((Path(__file__).parent / "invented" / "slips.json").read_text(encoding="utf-8"))


def contradictions(row: dict[str, str]) -> set[str]:
    """What is raised on a whole letter of ``slips.json``."""
    header = HEADER.replace("12/01/2016", "12/20/2016").replace("11/22/2016", "12/20/2016")  # after any of the reviews
    header = header.replace("10/03/2016", row["injured"]).replace("11/15/2016", row["reviewed"])
    summary = SUMMARY[: SUMMARY.index("The injured worker")] + row["summary"] + "\n"
    item = Item(
        row["heading"],
        f": {row['decision']}",
        rationale=row["rationale"],
        reviewer="Decision based on MTUS General Approaches 2004.",
    )
    result = extract(read_source(Letter(header=header, summary=summary, items=[item]).encode(), name="letter.txt"))
    flags = [*result.flags, *(flag for issue in result.issues for flag in issue.flags)]
    return {flag.code for flag in flags if flag.code in CONTRADICTIONS}


def test_slips_by_a_reader_who_did_not_know_the_checks() -> None:
    """No false alarm on 130 whole letters; of as many with one slip, three in four are found, and nothing else."""
    assert [row for row in SLIPS if not row["slip"] and contradictions(row)] == []
    slips = [row for row in SLIPS if row["slip"]]
    found = {
        kind: [row["slip"] in contradictions(row) for row in slips if row["slip"] == kind] for kind in CONTRADICTIONS
    }
    print("\n  slips found", {kind: f"{sum(hits)} of {len(hits)}" for kind, hits in sorted(found.items())})
    assert sum(map(sum, found.values())) >= 0.75 * len(slips)
    assert [row for row in slips if contradictions(row) - {row["slip"], row.get("also")}] == []


@pytest.mark.parametrize("name", [name for name, case in TABLE.items() if case.flag])
def test_a_finding_names_its_places(name: str) -> None:
    """Both places, where two texts disagree; a request that disagrees with itself has one."""
    case = TABLE[name]
    (flag,) = [flag for flag in case.flags() if flag.code == case.flag]
    assert flag.level == "warning"
    alone = case.flag in ("request_self_contradicts", "quantity_disagrees")
    assert len(flag.spans) >= (1 if alone else 2)


NOTES = {
    "a chapter for another part": Case(heading="MRI of the left shoulder", flag="guideline_of_other_body_part"),
    "a chapter for the mind": Case(reviewer="Decision based on MTUS Stress-Related Conditions 2004.", flag="guideline_of_other_body_part"),
    "a chapter for the part": Case(heading="MRI of the left knee"),
    "a chapter for the whole body": Case(heading="MRI of the left shoulder", reviewer="Decision based on MTUS General Approaches 2004."),
    "ODG relied on and not cited": Case("", "The ODG supports imaging after a month. No red flag is on record.", flag="guideline_uncited"),
    "ODG silent": Case("", "The ODG does not address this. No red flag is on record."),
    "ODG cited": Case("", "The ODG supports imaging after a month. No red flag is on record.", reviewer="Decision based on Non-MTUS Citation ODG Knee."),
    "recited text and a verdict": Case("", "The MTUS recommends imaging for red flags.", flag="no_case_specific_reasoning"),
    "a finding without a code": Case("", "The claimant is a baker.", flag="reason_unclassified"),
    "a late record": Case("The progress report of 12/20/2016 notes pain.", flag="record_after_review"),
    "an early record": Case("The progress report of 11/01/2016 notes pain."),
    "a reused rationale": Case(more=[Item("X-ray of the left knee", rationale="No red flag is on record." + NOT, administrator=KNEE, reviewer=KNEE)], flag="rationale_reused"),
}  # fmt: skip


@pytest.mark.parametrize("name", NOTES)
def test_notes_are_worth_a_look_and_leave_the_status(name: str) -> None:
    case = NOTES[name]
    noted = {flag.code: flag.level for flag in case.flags() if flag.code in WORTH_A_LOOK}
    assert noted == ({case.flag: "note"} if case.flag else {})


def test_typos_pronouns_and_missing_dates_are_never_flagged() -> None:
    """What says nothing about the decision is not held against the letter."""
    told = "She is treated for knee pian. His exam was on a day not stated."
    assert [
        flag.code for flag in Case(told, "Per ACOEM, as the MTUS adopts it, no red flag is on record.").flags()
    ] == []


def test_an_overturned_item_that_concludes_so_is_at_peace() -> None:
    assert extract(Letter(items=[overturned()]).encode()).status == "complete"
