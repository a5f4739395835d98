"""Items, headings and decisions: what belongs to which item, in every way that letters are set."""

from __future__ import annotations

import pytest

from extractor import extract
from extractor.errors import NotADetermination
from extractor.schema import Determination
from tests.letters import ISSUES, Item, Letter


def read(letter: Letter | str) -> Determination:
    return extract(str(letter).encode(), name="letter.txt")


def requests(letter: Letter | str) -> list[str | None]:
    return [issue.request.text if issue.request else None for issue in read(letter).issues]


def codes(result: Determination) -> set[str]:
    return {flag.code for flag in [*result.flags, *(flag for issue in result.issues for flag in issue.flags)]}


SECOND = "Physical therapy, 6 sessions"


@pytest.mark.parametrize(
    "second",
    [
        Item(SECOND),
        "\n" + str(Item(SECOND)),
        Item("Physical therapy,\n6 sessions"),
        Item(SECOND, ":\nUpheld"),
        Item(SECOND, "\n: Upheld"),
        Item(SECOND, ":  Upheld "),
        Item(SECOND, ": Upheld\n\n"),
        "\f" + str(Item(SECOND)),
        "\n\f\n" + str(Item(SECOND)),
        "Page 1 of 2\n\f" + str(Item(SECOND)),
        Item("Physical therapy,\nPage 1 of 2\n\f\n6 sessions"),
    ],
    ids=[
        "plain", "blank_line", "wrapped", "decision_alone", "colon_alone", "spaces", "blank_behind", "page_break",
        "page_break_in_gap", "footer_before", "footer_inside",
    ],
)  # fmt: skip
def test_a_heading_begins_where_its_item_does(second: Item | str) -> None:
    """However a heading is set, the rationale before it ends at its full stop."""
    result = read(Letter(items=[Item(), second]))
    assert [issue.request.text for issue in result.issues if issue.request] == ["MRI of the lumbar spine", SECOND]
    first = result.issues[0].rationale
    assert first and first.text.endswith("not medically necessary.")
    assert result.status == "complete"


@pytest.mark.parametrize(
    "rationale",
    [
        "No red flag. It is denied. Hence no.",
        "One.\n\nTwo paragraphs here.\n\nThree of them, so not medically necessary.",
        "The last full stop is missing, so the request is not medically necessary",
        'He "felt better."',
        "See section 9792.20 (e.g. item 3.)",
        "It was: Upheld by another reviewer in 2015, and is so again.",
    ],
    ids=["sentences", "paragraphs", "no_full_stop", "quote", "brackets", "decision_word_in_prose"],
)
def test_a_rationale_ends_before_the_next_heading(rationale: str) -> None:
    """A rationale is kept whole and lends no word to the next item's request."""
    result = read(Letter(items=[Item(rationale=rationale), Item(SECOND)]))
    assert requests(Letter(items=[Item(rationale=rationale), Item(SECOND)])) == ["MRI of the lumbar spine", SECOND]
    assert result.issues[0].rationale and result.issues[0].rationale.text == " ".join(rationale.split())


@pytest.mark.parametrize(
    "heading",
    [
        "Associated surgical service: Physical therapy, times 12",
        "1 knee scooter",
        "Voltaren gel 1.5% #60, 1 refill, DOS: 11/11/2016",
        "One (1) MRI (3.0 Tesla): without contrast",
        "TOC to ortho, eval. and treat",
    ],
)
def test_a_heading_keeps_its_colons_and_stops(heading: str) -> None:
    """Only the decision word ends a heading."""
    assert requests(Letter(items=[Item(), Item(heading)])) == ["MRI of the lumbar spine", heading]


def test_a_letter_on_one_line() -> None:
    """Without a single line end, sentences still tell headings from rationales."""
    letter = " ".join(str(Letter(items=[Item(), Item(SECOND), Item("Naproxen 550mg #60", ": Overturned")])).split())
    assert requests(letter) == ["MRI of the lumbar spine", SECOND, "Naproxen 550mg #60"]
    assert [issue.decision for issue in read(letter).issues] == ["upheld", "upheld", "overturned"]


def test_a_double_spaced_letter() -> None:
    """A blank line after every line is no paragraph."""
    letter = str(Letter(items=[Item(), Item("Physical therapy,\n6 sessions")])).replace("\n", "\n\n")
    assert requests(letter) == ["MRI of the lumbar spine", SECOND]


PARTIAL = [
    (
        "Therapy, 12 visits was the original request. Therapy, 6 visits was authorized by the\nClaims Administrator. "
        "The remaining IMR eligible portion of the\noriginal request, Therapy, six more visits is",
        "Therapy, 12 visits", "Therapy, 6 visits", "Therapy, six more visits",
    ),
    (
        "Therapy, 12 visits was the original request. Therapy, 6 visits was authorized by the Claims Administrator. "
        "The remaining IMR eligible portion of the original request, Therapy, six more visits",
        "Therapy, 12 visits", "Therapy, 6 visits", "Therapy, six more visits",
    ),
    (
        "Day treatment was the original request. The Claims Administrator authorized an evaluation only, leaving the "
        "original request IMR eligible. The original request, Day treatment is",
        "Day treatment", "an evaluation only", "Day treatment",
    ),
    (
        "Two braces were the original request. One brace was authorized by the Claims Administrator. The remaining IMR "
        "eligible portion of the original request, one brace is",
        "Two braces", "One brace", "one brace",
    ),
]  # fmt: skip


@pytest.mark.parametrize(
    ("heading", "original", "authorized", "disputed"), PARTIAL, ids=["portion", "no_verb", "leaving", "were"]
)
@pytest.mark.parametrize("before", ["", "\n"], ids=["no_gap", "gap"])
def test_partial_approvals(heading: str, original: str, authorized: str, disputed: str, before: str) -> None:
    """What was asked for, what the worker keeps, and what is in dispute are told apart."""
    issue = read(Letter(items=[Item(), before + str(Item(heading))])).issues[1]
    assert issue.original_request and issue.original_request.text == original
    assert issue.authorized and issue.authorized.text == authorized
    assert issue.request and issue.request.text == disputed


def test_a_partial_approval_repeated_in_the_rationale() -> None:
    """The sentence inside the rationale stays there."""
    heading = PARTIAL[0][0]
    rationale = f"Six visits suffice. {' '.join(heading.split())} not medically necessary."
    issues = read(Letter(items=[Item(heading, rationale=rationale), Item(SECOND)])).issues
    assert [issue.request.text for issue in issues if issue.request] == ["Therapy, six more visits", SECOND]
    assert issues[0].rationale and issues[0].rationale.text == rationale


@pytest.mark.parametrize(
    ("items", "decisions", "code"),
    [
        ([Item(), Item(SECOND, "")], ["upheld", "unknown"], "decision_unknown"),
        ([Item(), str(Item(SECOND)).replace("Decision rationale:", "")], ["upheld", "upheld"], "rationale_missing"),
        ([Item(), str(Item(SECOND)).replace("MAXIMUS guideline:", "")], ["upheld", "upheld"], "guideline_missing"),
        (
            [str(Item()).replace("Claims Administrator guideline:", ""), Item(SECOND)],
            ["upheld", "upheld"],
            "guideline_missing",
        ),
        ([Item(administrator=""), Item(SECOND)], ["upheld", "upheld"], "guideline_missing"),
        ([Item("")], ["upheld"], "request_missing"),
        ([Item(rationale="It breaks off in the mid")], ["upheld"], "truncated_letter"),
        ([Item(), "Knee brace: Upheld\n"], ["upheld", "upheld"], "rationale_missing"),
    ],
    ids=[
        "no_decision",
        "no_rationale",
        "no_reviewer_guideline",
        "no_administrator_label",
        "blank_guideline",
        "no_request",
        "cut",
        "cut_behind_heading",
    ],
)
def test_what_is_missing_is_flagged(items: list[Item | str], decisions: list[str], code: str) -> None:
    """A lost part never passes for a whole letter."""
    result = read(Letter(items=items))
    assert [issue.decision for issue in result.issues] == decisions
    assert code in codes(result)
    assert result.status == "partial"


def test_text_of_no_field_is_flagged() -> None:
    """Words between a heading and its first label are reported with their place."""
    letter = str(Letter(items=[str(Item()).replace("Claims Adm", "See the appendix of the file.\nClaims Adm")]))
    result = read(letter)
    flag = next(flag for flag in result.flags if flag.code == "uncovered_text")
    assert [letter[a:b] for a, b in flag.spans] == ["See the appendix of the file."]


def test_what_follows_the_letter_is_left_out_and_said() -> None:
    """A closing is no part of the last rationale."""
    result = read(Letter(end="\nSincerely,\nThe Medical Director\ncc: Department of Industrial Relations\n"))
    rationale = result.issues[-1].rationale
    assert rationale and rationale.text.endswith("not medically necessary.")
    assert {flag.code: flag.level for flag in result.flags} == {"text_after_letter": "note"}
    assert result.status == "complete"


def test_two_letters_in_a_file() -> None:
    """The second letter's items never stand under the first one's case."""
    result = read(str(Letter()) + str(Letter(items=[Item(SECOND, ": Overturned")])))
    assert len(result.issues) == 1
    assert "several_letters" in codes(result)


def test_the_form_named_on_a_cover_page() -> None:
    """A cover page may name the form's headings."""
    cover = "This letter has parts: HOW THE IMR FINAL DETERMINATION WAS MADE, CLINICAL CASE SUMMARY, and IMR ISSUES, DECISIONS AND RATIONALES.\n\n"
    assert requests(cover + str(Letter())) == ["MRI of the lumbar spine"]
    assert read(cover + str(Letter())).case == read(str(Letter())).case.model_copy(
        update={"evidence": read(cover + str(Letter())).case.evidence}
    )


@pytest.mark.parametrize(
    ("first", "decision"),
    [
        ("is not", "upheld"),
        ("is", "overturned"),
        ("is\nnot", "upheld"),
    ],
)
@pytest.mark.parametrize("glue", ["", " "])
def test_a_notice_words_its_decisions(first: str, decision: str, glue: str) -> None:
    """The notice of 2013 says necessary or not, now and then without a space behind the word."""
    line = f"1) MAXIMUS Federal Services, Inc. has determined the request for a knee brace {first}{glue}medically necessary and appropriate.\n"
    letter = (
        f"Notice of Independent Medical Review Determination Dated: 9/26/2013\n{line}"
        f"INDEPENDENT MEDICAL REVIEW DECISION AND RATIONALE\n{line}Case Summary:\nA man of 40.\n"
    )
    issue = read(letter).issues[0]
    assert (issue.decision, issue.request and issue.request.text) == (decision, "a knee brace")


def test_a_notice_that_contradicts_itself_decides_nothing() -> None:
    """Two decisions for one numbered request are no decision."""
    line = "1) MAXIMUS Federal Services, Inc. has determined the request for a knee brace is {}medically necessary and appropriate.\n"
    letter = (
        "Notice of Independent Medical Review Determination\n" + line.format("not ")
        + "INDEPENDENT MEDICAL REVIEW DECISION AND RATIONALE\n" + line.format("") + "Case Summary:\nA man of 40.\n"
    )  # fmt: skip
    result = read(letter)
    assert result.issues[0].decision == "unknown"
    assert result.outcome == "undetermined"
    assert "decision_contradicted" in codes(result)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (
            "A recipe: melt the butter, stir in the flour, and let it rest for an hour. Upheld by a pinch of salt.",
            "it lacks 'CLINICAL CASE SUMMARY', 'IMR ISSUES, DECISIONS AND RATIONALES', 'Decision rationale:', "
            "a disputed item with its decision",
        ),
        (
            "CLINICAL CASE SUMMARY\nA man of 40.\n",
            "it lacks 'IMR ISSUES, DECISIONS AND RATIONALES', 'Decision rationale:', a disputed item with its decision",
        ),
        (str(Letter(items=[])), "it lacks 'Decision rationale:', a disputed item with its decision"),
        (
            "The utilization review decision is: Upheld\nThe guideline: MTUS.\n",
            "it lacks 'CLINICAL CASE SUMMARY', 'IMR ISSUES, DECISIONS AND RATIONALES', 'Decision rationale:'",
        ),
    ],
    ids=["recipe", "summary_alone", "no_items", "denial"],
)
def test_other_documents_are_refused(text: str, says: str) -> None:
    """Without an item of the form there is no determination, and the message says what is lacking."""
    with pytest.raises(NotADetermination) as refused:
        read(text)
    assert str(refused.value) == f"this is no IMR determination letter: {says}"


@pytest.mark.parametrize(
    ("decisions", "outcome"),
    [
        ([": Upheld", ": Upheld"], "all_upheld"),
        ([": Overturned", ": Overturned"], "all_overturned"),
        ([": Upheld", ": Overturned"], "mixed"),
        ([": Upheld", ""], "undetermined"),
    ],
)
def test_outcome(decisions: list[str], outcome: str) -> None:
    assert read(Letter(items=[Item(SECOND, decision) for decision in decisions])).outcome == outcome


@pytest.mark.parametrize(
    ("noise", "decision"),
    [
        ({"Upheld": "Upheid"}, "upheld"),
        ({"Upheld": "0verturned"}, "overturned"),
        ({"Upheld": "Overtumed"}, "overturned"),
        ({"Claims Administrator": "C1aims Adrninistrator"}, "upheld"),
        ({"MAXIMUS guideline:": "MAXlMUS guide1ine;"}, "upheld"),
        ({"Decision rationale:": "Decision rationa1e"}, "upheld"),
        ({"CLINICAL CASE SUMMARY": "CL1NICAL CASE SUMMARY"}, "upheld"),
    ],
)
def test_a_poor_copy(noise: dict[str, str], decision: str) -> None:
    """Misread words of the form are understood, and the reading says that the text is poor."""
    letter = str(Letter())
    for clean, misread in noise.items():
        letter = letter.replace(clean, misread)
    result = read(letter)
    assert [issue.decision for issue in result.issues] == [decision]
    assert result.issues[0].rationale and result.issues[0].rationale.text.startswith("No red flag")
    assert "low_text_quality" in codes(result)


@pytest.mark.parametrize(
    "heading",
    [
        Item("Knee brace", ": Overturned: Upheld"),
        Item("Knee brace", ": Upheld [corrected: Overturned]"),
        Item("Knee brace: Upheld\nin part", ": Overturned"),
    ],
    ids=["twice", "corrected", "two_lines"],
)
def test_a_heading_with_two_decision_words_decides_nothing(heading: Item) -> None:
    """Which of the two counts is for a person to say."""
    result = read(Letter(items=[heading]))
    assert [issue.decision for issue in result.issues] == ["unknown"]
    assert "decision_contradicted" in codes(result)


@pytest.mark.parametrize("words", [": Not Upheld", ": Partially Upheld", ": Modified", ": Upheld and Overturned"])
def test_a_decision_that_the_form_does_not_know(words: str) -> None:
    """Only the form's two words decide, and only alone."""
    result = read(Letter(items=[Item("Knee brace", words)]))
    assert [issue.decision for issue in result.issues] == ["unknown"]
    assert result.status == "partial"


def test_a_lost_section_heading_moves_no_text() -> None:
    """The summary never becomes the first item's request."""
    letter = str(Letter()).replace(ISSUES, "")
    result = read(letter)
    assert result.issues[0].request and result.issues[0].request.text == "MRI of the lumbar spine"
    assert result.clinical_summary and "44 year old" in result.clinical_summary.text
    assert "section_missing" in codes(result)


def test_a_section_is_known_by_its_fixed_sentence() -> None:
    """Where a section's heading is lost, the sentence that follows it still opens the section."""
    result = read(str(Letter()).replace("CLINICAL CASE SUMMARY\n", ""))
    assert result.clinical_summary and result.clinical_summary.text.startswith("The injured worker is a 44")
    assert result.reviewer.specialties == ["Family Practice", "Physical Medicine & Rehabilitation"]


NOTICE = (
    "Notice of Independent Medical Review Determination\n"
    "1) MAXIMUS Federal Services, Inc. has determined the request for a brace is not medically necessary and appropriate.\n"
    "INDEPENDENT MEDICAL REVIEW DECISION AND RATIONALE\nCase Summary:\nA man of 40.\n"
)


@pytest.mark.parametrize(
    "letter",
    [
        str(Letter()) + NOTICE,
        NOTICE + str(Letter()),
        str(Letter()) + str(Letter()).replace("CLINICAL CASE SUMMARY", "Clinical Case Summary"),
        str(Letter()) + "Case Number: CM16-0900002\n" + str(Item(SECOND)),
    ],
    ids=["notice_behind", "notice_before", "other_case", "header_alone"],
)
def test_another_letter_in_the_file_is_told(letter: str) -> None:
    """Whatever its layout, another letter's text never becomes a field of this one unsaid."""
    result = read(letter)
    assert len(result.issues) == 1
    assert "several_letters" in codes(result)


@pytest.mark.parametrize(
    "inside",
    [
        "\n\nODG CRITERIA FOR USE\n\nThey are not met.",
        "\ncc of lidocaine were given before.",
        "\n\nA HOME EXERCISE PROGRAM\ndoes as much.",
    ],
    ids=["recited_heading", "cubic_centimetres", "capitals_in_a_paragraph"],
)
def test_a_rationale_is_not_cut_short(inside: str) -> None:
    """Capitals and short words in a rationale are no closing."""
    rationale = f"No red flag is on record.{inside} The request is not medically necessary."
    last = read(Letter(items=[Item(rationale=rationale)])).issues[0].rationale
    assert last and last.text == " ".join(rationale.split())


def test_text_behind_a_closing_that_reads_like_a_rationale_is_a_warning() -> None:
    result = read(Letter(end="\nSincerely,\nThe request is not medically necessary either.\n"))
    assert result.status == "partial"
    assert "text_after_letter" in codes(result)


@pytest.mark.parametrize(
    ("rationale", "code"),
    [
        ("It rests on three points. The request for it is not medically necessary and", "truncated_letter"),
        ("It was lost at the edge of the", "truncated_letter"),
    ],
)
def test_a_rationale_that_breaks_off_is_flagged_wherever_it_stands(rationale: str, code: str) -> None:
    """A lost last line shows in any item, not only in the letter's last."""
    result = read(Letter(items=[Item(rationale=rationale), "\n" + str(Item(SECOND))]))
    assert code in codes(result)


def test_a_request_with_words_of_a_rationale_is_doubtful() -> None:
    """Where no sign parts a rationale from the next heading, the reading says so."""
    letter = Letter(items=[Item(rationale="It is not medically necessary for this"), Item("knee brace")])
    assert "request_doubtful" in codes(read(letter))


def test_a_partial_approval_in_unknown_words_is_flagged() -> None:
    """The authorised part is the worker's: it is never lost without a word."""
    heading = "Therapy, 12 visits was asked for in the original request. Six were let through. The rest, six visits is"
    assert "partial_approval_unread" in codes(read(Letter(items=[Item(heading)])))


def test_a_numbered_statement_never_runs_into_the_next() -> None:
    """A notice's misworded decision takes no words, and no decision, from its neighbour."""
    line = (
        "{}) MAXIMUS Federal Services, Inc. has determined the request for {} {} medically necessary and appropriate.\n"
    )
    letter = (
        "Notice of Independent Medical Review Determination\n"
        + line.format(1, "a brace", "1s") + line.format(2, "a cane", "is not")
        + "INDEPENDENT MEDICAL REVIEW DECISION AND RATIONALE\nCase Summary:\nA man of 40.\n"
    )  # fmt: skip
    by_number = {issue.number: issue for issue in read(letter).issues}
    assert by_number[2].request and by_number[2].request.text == "a cane"
    assert by_number[2].decision == "upheld"
    assert by_number[1].decision == "unknown"
    assert by_number[1].request and by_number[1].request.text.startswith("a brace")


@pytest.mark.parametrize(
    "second",
    [
        "Knee brace\nDecision rationale: It is not needed. It is not medically necessary.\n",
        "MAXIMUS guideline: Decision based on MTUS Knee Complaints 2004.\n",
    ],
    ids=["rationale", "guideline"],
)
def test_a_label_that_stands_again_never_merges_items(second: str) -> None:
    """Two of one label are two items, one of them in doubt; neither takes the other's text."""
    result = read(Letter(items=[Item(), second]))
    assert len(result.issues) == 2
    assert result.status == "partial"
    rationale = result.issues[0].rationale
    assert rationale and "Knee" not in rationale.text and "MAXIMUS" not in rationale.text


@pytest.mark.parametrize("heading", ["Knee brace: Denied", "Knee brace: Modified", "Knee brace"])
def test_a_heading_without_the_forms_decision_stays_a_heading(heading: str) -> None:
    """A word that the form does not know decides nothing, and is no part of the rationale before."""
    issues = read(Letter(items=[Item(), Item(heading, "")])).issues
    assert [issue.decision for issue in issues] == ["upheld", "unknown"]
    assert issues[1].request and issues[1].request.text == heading
    assert issues[0].rationale and issues[0].rationale.text.endswith("not medically necessary.")


@pytest.mark.parametrize("ending", ["Decision: Upheld", "The same request was: Upheld"])
def test_a_rationale_may_end_with_a_decision_word(ending: str) -> None:
    """A sentence's last word opens no item."""
    result = read(Letter(items=[Item(rationale=f"It is not medically necessary. {ending}")]))
    assert len(result.issues) == 1


@pytest.mark.parametrize(
    "rationale",
    [
        "Clinical case summary shows no red flag. The request is not medically necessary.",
        "An earlier one was decided.\nCase Number: CM15-0900009 was upheld then. It is not medically necessary.",
    ],
)
def test_a_rationale_may_speak_of_the_form(rationale: str) -> None:
    """One heading's words are no second letter."""
    result = read(Letter(items=[Item(rationale=rationale), Item(SECOND)]))
    assert len(result.issues) == 2
    assert result.issues[0].rationale and result.issues[0].rationale.text == " ".join(rationale.split())
    assert "several_letters" not in codes(result)


@pytest.mark.parametrize(("verb", "decision"), [("are not", "upheld"), ("were", "overturned"), ("may be", "unknown")])
def test_a_notice_in_the_plural(verb: str, decision: str) -> None:
    """Verbs in the plural decide as those in the singular do; any other verb decides nothing."""
    letter = (
        NOTICE.replace("a brace is not", f"two braces {verb}")
        + "A list of what is medically necessary and appropriate.\n"
    )
    issue = read(letter).issues[0]
    assert issue.decision == decision
    assert issue.request and issue.request.text.startswith("two braces")


def test_headings_in_bold_are_told_from_bold_sentences() -> None:
    """A rationale's last sentence may be bold as the heading behind it is."""
    letter = str(Letter(items=[Item(), "\n\n**Knee brace: Upheld**\n" + str(Item()).partition("\n")[2]]))
    letter = letter.replace("The request is not medically necessary.", "**The request is not medically necessary.**", 1)
    result = extract(letter.encode(), name="letter.md")
    assert [issue.request.text for issue in result.issues if issue.request] == ["MRI of the lumbar spine", "Knee brace"]


def test_paragraphs_of_one_line_each() -> None:
    """Where no line is wrapped, each line end parts paragraphs, with or without a full stop."""
    rationale = "No red flag is on record, and " + "the findings are as they were before, " * 12 + "so nothing is shown"
    letter = Letter(items=[Item(rationale=rationale), Item("cold therapy unit"), Item(rationale=rationale)])
    assert requests(letter) == ["MRI of the lumbar spine", "cold therapy unit", "MRI of the lumbar spine"]


@pytest.mark.parametrize(
    "end",
    [
        "\nAppeal rights\nTreatment must be authorized within 5 working days.\n",
        "\nA copy of this determination goes to the parties.\nYou may appeal if you have reasonable grounds.\n",
        "\n\nIMPORTANT NOTICE\n\nThis determination is binding. It must be authorized at once.\n",
    ],
    ids=["appeal", "copy", "capitals"],
)
@pytest.mark.parametrize("stop", [".", ""], ids=["full_stop", "no_stop"])
def test_a_closing_ends_the_last_rationale(end: str, stop: str) -> None:
    """Everyday words behind a closing do not make it a rationale again."""
    result = read(
        Letter(items=[Item(rationale=f"No red flag is on record. It is not medically necessary{stop}")], end=end)
    )
    rationale = result.issues[0].rationale
    assert rationale and rationale.text.endswith(f"not medically necessary{stop}")
    assert "text_after_letter" in codes(result)


@pytest.mark.parametrize(
    ("words", "decision"),
    [(": No longer Upheld", "unknown"), (" previously Upheld", "unknown"), (" - Upheld", "upheld")],
)
def test_a_decision_word_without_its_colon(words: str, decision: str) -> None:
    """It decides only where nothing qualifies it, and never without a doubt."""
    result = read(Letter(items=[Item("Knee brace", words)]))
    assert [issue.decision for issue in result.issues] == [decision]
    assert result.status == "partial"


def test_a_notice_counts_from_one() -> None:
    """A number that no item has is no item's."""
    with pytest.raises(NotADetermination):
        read(NOTICE.replace("1)", "0)"))


def test_two_requests_under_one_number_are_told() -> None:
    """The first is kept, and the other is not lost silently."""
    line = NOTICE.splitlines(keepends=True)[1]
    result = read(NOTICE.replace(line, line + line.replace("a brace", "a cane")))
    assert [issue.request.text for issue in result.issues if issue.request] == ["a brace"]
    assert "issue_missing" in codes(result)


@pytest.mark.parametrize(
    "sentence", ["The request is denied.", "There is no documentation of functional gain."], ids=["denied", "none"]
)
def test_a_bold_last_sentence_stays_with_its_rationale(sentence: str) -> None:
    """A paragraph parts a bold sentence from the bold heading behind it."""
    first, second = str(Item(rationale=f"It fails.\n\n**{sentence}**")), str(Item(SECOND)).partition("\n")
    letter = str(Letter(items=[first, f"\n**{second[0]}**\n{second[2]}"]))
    result = extract(letter.encode(), name="letter.md")
    assert result.issues[1].request and result.issues[1].request.text == SECOND


def test_bold_over_two_lines_in_markdown() -> None:
    heading = Item("**Physical therapy,\n6 sessions", ": Upheld**")
    result = extract(str(Letter(items=[heading])).encode(), name="letter.md")
    assert result.issues[0].request and result.issues[0].request.text == SECOND
