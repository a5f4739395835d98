from __future__ import annotations

import pytest

from extractor import extract
from extractor.language.sentences import sentences
from extractor.language.voices import voices
from extractor.rules.reasons import read_reasons
from extractor.schema import Issue, Reason
from extractor.source import SourceText
from extractor.taxonomy import Category, Decision, ReasonCode
from tests.letters import Item, Letter

RECITED = (
    "The MTUS states that imaging is not recommended unless red flags are present and conservative care has failed. "
)
UPHELD = " The request is not medically necessary."
OVERTURNED = " Therefore, the request is medically necessary."


def reasons(rationale: str, category: Category, decision: Decision = "upheld") -> list[Reason]:
    source = SourceText(text=rationale, name="letter", media_type="text/plain", sha256="")
    return read_reasons(voices(sentences(source, [(0, len(rationale))])), decision, category)


TABLE: list[tuple[str, Category, list[tuple[ReasonCode, str | None]]]] = [
    ("There is no documentation of a focal neurologic deficit.", "diagnostic_testing", [("required_finding_not_shown", "not_documented")]),
    ("The physical examination revealed normal strength and sensation.", "diagnostic_testing", [("required_finding_not_shown", "contradicted")]),
    ("The patient has not failed a course of physical therapy.", "diagnostic_testing", [("conservative_care_not_exhausted", "contradicted")]),
    ("There is no evidence that the claimant has completed conservative treatment.", "surgery", [("conservative_care_not_exhausted", "not_documented")]),
    ("The records do not document a failed trial of first-line medications.", "pharmaceuticals", [("required_first_step_missing", "not_documented")]),
    ("There is no documentation of a one-month home trial of the unit.", "dmepos", [("required_first_step_missing", "not_documented")]),
    ("There is no documentation of functional improvement from the prior sessions.", "rehabilitation", [("prior_benefit_not_shown", "not_documented")]),
    ("The twelve visits requested exceed the guideline recommendation.", "rehabilitation", [("amount_exceeds_guideline", "guideline_only")]),
    ("The patient has been on long-term treatment with this medication.", "pharmaceuticals", [("wrong_duration_or_phase", "guideline_only")]),
    ("This procedure is not recommended due to a lack of sufficient literature.", "injections", [("not_recommended", "guideline_only")]),
    ("The claimant is not homebound.", "home_health", [("indication_not_matched", "contradicted")]),
    ("There is a lack of a clear rationale for the request.", "dmepos", [("purpose_not_explained", "not_documented")]),
    ("The request does not specify the quantity.", "pharmaceuticals", [("request_incomplete", "not_documented")]),
    ("No urine drug screen or opioid agreement is in the records.", "pharmaceuticals", [("record_or_monitoring_missing", "not_documented")]),
    ("The worker should be able to continue with a home exercise program.", "rehabilitation", [("self_directed_care_suffices", "guideline_only")]),
    ("The patient had a prior MRI of the knee.", "diagnostic_testing", [("repeat_not_justified", "not_documented")]),
    ("As the visits were approved on 12/01/2016, this request would be redundant.", "rehabilitation", [("already_authorized", "contradicted")]),
    ("Additional therapy is contingent upon the patient's response to the first six visits.", "rehabilitation", [("trial_response_awaited", "guideline_only")]),
    ("As the requested surgery is not medically necessary, the associated item is not supported.", "dmepos", [("follows_main_service", None)]),
]  # fmt: skip


@pytest.mark.parametrize(("sentence", "category", "expected"), TABLE)
def test_a_sentence_about_the_case_gives_its_code(
    sentence: str, category: Category, expected: list[tuple[ReasonCode, str | None]]
) -> None:
    """Each code of the upheld side in plain words, with what the records show."""
    found = reasons(RECITED + "In this case, " + sentence[0].lower() + sentence[1:] + UPHELD, category)
    assert [(reason.code, reason.record_state) for reason in found] == expected


IN_FAVOUR: list[tuple[str, Category, list[tuple[ReasonCode, str | None]]]] = [
    ("The records document weakness and a positive Spurling test.", "diagnostic_testing", [("criteria_met", None)]),
    ("The patient has failed physical therapy and medications.", "injections", [("conservative_care_failed", None)]),
    ("The number of visits is within the guideline recommendation.", "rehabilitation", [("within_guideline_amount", "guideline_only")]),
    ("The study would help to distinguish the two conditions.", "diagnostic_testing", [("clarifies_diagnosis_or_plan", None)]),
    ("The concurrent request for surgery is supported.", "dmepos", [("follows_main_service", None)]),
]  # fmt: skip


@pytest.mark.parametrize(("sentence", "category", "expected"), IN_FAVOUR)
def test_overturned_items_have_their_own_codes(
    sentence: str, category: Category, expected: list[tuple[ReasonCode, str | None]]
) -> None:
    found = reasons(RECITED + sentence + OVERTURNED, category, "overturned")
    assert [(reason.code, reason.record_state) for reason in found] == expected


@pytest.mark.parametrize(
    "recited",
    [
        RECITED,
        "Per the ODG, epidural injections require documented radiculopathy and failure of conservative care. ",
        "According to the ACOEM Guidelines, repeat studies are not recommended without a change in symptoms. ",
        "The guidelines note that opioids are not recommended without documentation of functional improvement. ",
        "The MTUS recommends a trial. When the patient is having pain without deficits, no imaging is needed. ",
    ],
)
@pytest.mark.parametrize("category", ["diagnostic_testing", "injections", "pharmaceuticals"])
def test_recited_guidelines_are_never_a_reason(recited: str, category: Category) -> None:
    """However strong, what a guideline says about patients says nothing about this one."""
    assert reasons(recited + UPHELD.strip(), category) == []


@pytest.mark.parametrize(
    "sentence",
    [
        "Medical necessity has not been established.",
        "There are no exceptional factors to warrant treatment outside of the guidelines.",
        "Although therapy failed to give relief, the request is not supported.",
        "The claims administrator held that conservative care was sufficient.",
        "Utilization review denied the request because there was no documentation of failed conservative care.",
        "There is insufficient evidence to recommend for or against imaging of the meniscus without red flags.",
    ],
)
def test_standing_phrases_and_points_conceded_are_no_reasons(sentence: str) -> None:
    assert reasons(RECITED + sentence + UPHELD, "diagnostic_testing") == []


@pytest.mark.parametrize(
    ("sentence", "category"),
    [
        ("This patient has had no side effects and there is no aberrant behavior.", "pharmaceuticals"),
        ("In this case there is no evidence that the request exceeds the guideline.", "rehabilitation"),
        ("In this case the patient has not been taught a home exercise program.", "rehabilitation"),
        ("In this case, the patient has failed conservative care, with no improvement.", "diagnostic_testing"),
    ],
)
def test_the_opposite_is_no_reason(sentence: str, category: Category) -> None:
    """A word of a reason that is denied, or that speaks for the request, is none against it."""
    assert reasons(RECITED + sentence + UPHELD, category) == []


@pytest.mark.parametrize(
    "sentence",
    [
        "In this case, there is no evidence of instability.",
        "The symptoms of this patient are not consistent with a tear.",
        "The patient has not failed conservative care.",
        "The patient has knee pain.",
        "The claims administrator noted that there was no red flag.",
        "In this case the number is not within the recommended range.",
    ],
)
def test_nothing_is_invented_for_an_overturned_item(sentence: str) -> None:
    assert reasons(RECITED + sentence + OVERTURNED, "diagnostic_testing", "overturned") == []


def test_an_unknown_decision_has_no_reasons() -> None:
    """Codes belong to a side: without a decision there is none."""
    assert reasons("There is no documentation of red flags." + UPHELD, "diagnostic_testing", "unknown") == []


def test_a_code_is_given_once_with_all_its_sentences() -> None:
    text = "There is no documentation of red flags. No neurological deficit was documented." + UPHELD
    (reason,) = reasons(text, "diagnostic_testing")
    assert [text[start:end] for start, end in reason.spans] == [
        "There is no documentation of red flags.", "No neurological deficit was documented.",
    ]  # fmt: skip


def read(*items: Item) -> list[Issue]:
    return extract(Letter(items=list(items)).encode()).issues


WARNED = [
    "Nothing in this decision is to be interpreted as advice to stop long-term opioids abruptly.",
    "The drug should be brought down in steps and not cut off all at once.",
    "Sudden discontinuation of opioids is dangerous.",
    "This is not advice to end the medicine suddenly.",
]


@pytest.mark.parametrize("words", WARNED)
def test_the_caution_against_an_abrupt_end_is_kept(words: str) -> None:
    """In all its wordings; it is a notice, and no reason."""
    rationale = f"No opioid agreement is in the file. The request is not medically necessary. {words}"
    (issue,) = read(Item("Norco 10/325mg #60", rationale=rationale))
    assert [notice.code for notice in issue.notices] == ["opioid_no_abrupt_stop"]
    assert issue.rationale and [reason.code for reason in issue.rationale.reasons] == ["record_or_monitoring_missing"]


@pytest.mark.parametrize(
    ("heading", "words"),
    [
        ("Xanax 1mg #30", "Sudden withdrawal can bring on seizures."),
        ("Knee brace", "The pain began suddenly at the end of a shift."),
        ("Norco 10/325mg #60", "The medicine was stopped in May."),
        ("Norco 10/325mg #60", "The patient stopped the medicine suddenly."),
        ("Norco 10/325mg #60", "A sudden onset of pain made him stop work."),
        ("Soma 350mg #60", "Abrupt cessation of carisoprodol is not advised, and opioids are taken, too."),
    ],
)
def test_no_other_sentence_is_that_caution(heading: str, words: str) -> None:
    (issue,) = read(Item(heading, rationale=f"{words} The request is not medically necessary."))
    assert issue.notices == []


def test_items_that_share_a_rationale_say_so() -> None:
    """The request's own words, its level and side do not make it another rationale."""
    text = "There is no documentation of radiculopathy at {}. The request for {} is not medically necessary."
    items = [
        Item(f"Right {level} injection", rationale=text.format(level, f"Right {level} injection"))
        for level in ("L4", "L5")
    ]
    issues = read(*items, Item("Knee brace"))
    assert [issue.shares_rationale_with for issue in issues] == [[2], [1], []]


def test_an_item_names_the_one_it_depends_on() -> None:
    """By its reason, or by sharing the surgery's rationale under a heading of its own."""
    surgery = Item(
        "Left knee arthroscopy",
        rationale="There is no documentation of locking. The request is not medically necessary.",
    )
    follows = "As the requested surgery is not medically necessary, this item is not medically necessary."
    issues = read(
        Item("Norco 5/325mg #30"),
        surgery,
        Item("Associated surgical service: Cold therapy unit", rationale=follows),
        Item("Associated surgical service: Sling", rationale=surgery.rationale),
        Item(
            "Post-operative physical therapy", rationale="No goals are stated. The request is not medically necessary."
        ),
    )
    assert [issue.depends_on for issue in issues] == [None, None, 2, 2, None]


def test_of_two_surgeries_the_one_that_is_named() -> None:
    """By the part of the body; none where it could be either, and none that was decided otherwise."""
    no_tear = "There is no documentation of a tear. The request is not medically necessary."
    two = [Item("Left shoulder arthroscopy", rationale=no_tear), Item("Right knee arthroscopy", rationale=no_tear)]
    follows = "As the requested {}surgery is not medically necessary, this item is not medically necessary."
    issues = read(
        *two,
        Item("Crutches", rationale=follows.format("knee ")),
        Item("Sling", rationale=follows.format("")),
    )
    assert [issue.depends_on for issue in issues] == [None, None, 2, None]
    granted = "As the requested surgery is medically necessary, this item is medically necessary."
    issues = read(two[0], Item("Sling", ": Overturned", rationale=granted))
    assert [issue.depends_on for issue in issues] == [None, None]


def test_parts_tell_who_speaks() -> None:
    """The parts cover the rationale, in order, each with its role."""
    rationale = RECITED + "In this case, no red flags are documented. The request is not medically necessary."
    (issue,) = read(Item("MRI of the knee", rationale=rationale))
    assert issue.rationale
    assert [part.role for part in issue.rationale.parts] == ["criterion", "finding", "conclusion"]
