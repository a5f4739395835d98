from __future__ import annotations

from collections.abc import Iterator

import pytest

from evals.golden import Annotation, GoldenLetter, golden_letters
from extractor import extract, read_source
from extractor.schema import Statement, Text
from extractor.source import SourceText
from extractor.units import NoSuchPlace, Units, cut
from tests.letters import Item, Letter

LETTERS = [letter for letter in golden_letters() if isinstance(letter.annotation, Annotation)]


def units(text: str) -> Units:
    return cut(SourceText(text=text, name="letter", media_type="text/plain", sha256=""))


def texts(statement: Statement) -> Iterator[Text]:
    yield from filter(None, [statement.clinical_summary])
    for issue in statement.issues:
        parts = (
            issue.request, issue.original_request, issue.authorized, issue.claims_administrator_guideline,
            issue.reviewer_guideline, issue.rationale,
        )  # fmt: skip
        yield from filter(None, parts)


@pytest.mark.parametrize("letter", LETTERS, ids=lambda letter: letter.id)
def test_a_pointer_leads_to_every_text_of_a_golden_letter(letter: GoldenLetter) -> None:
    """What a field holds can be named by units, and comes back whole."""
    source = read_source(letter.path)
    found = cut(source)
    for text in texts(extract(source)):
        pointer = found.pointer(text.spans)
        assert source.slice(found.spans(pointer)) == text.text, pointer


@pytest.mark.parametrize("letter", LETTERS, ids=lambda letter: letter.id)
def test_units_hold_every_word_once(letter: GoldenLetter) -> None:
    """Nothing of the letter is kept from the model, and what a page repeats is."""
    source = read_source(letter.path)
    covered = [at for unit in cut(source).units for start, end in unit.spans for at in range(start, end)]
    assert len(covered) == len(set(covered))
    words = {at for at, character in enumerate(source.body) if not character.isspace()}
    assert words <= set(covered)


CUTS = {
    "labels and decisions stand alone": (
        str(Item("MRI of the left knee")),
        ["MRI of the left knee", ": Upheld", "Claims Administrator guideline:", "Decision based on MTUS Low Back Complaints 2004.", "MAXIMUS guideline:"],
    ),
    "a header's values stand alone": (
        "Case Number: CM16-0900001\nDate Assigned: 12/01/2016 Date of Injury: 10/03/2016\n",
        ["Case Number:", "CM16-0900001", "Date Assigned:", "12/01/2016", "Date of Injury:", "10/03/2016"],
    ),
    "sentences are units across lines": ("He fell.\nThe knee\nhurts. It is swollen.", ["He fell.", "The knee hurts.", "It is swollen."]),
    "entries of a list are units": ("Diagnoses:\n1. lumbar strain\n2. knee sprain", ["Diagnoses:", "1. lumbar strain", "2. knee sprain"]),
    "a paragraph ends a unit": ("It has\nno full stop\n\nAnother one\nand its end", ["It has no full stop", "Another one and its end"]),
    "a misread label stands alone": (
        "CLINICAL CASE SUMMARY\nHe fell.\nMRI: Upheld\nC1aims Administrator guideline: None.\nMAXlMUS guideline: MTUS.\nDecision rationa1e: No.",
        ["CLINICAL CASE SUMMARY", "He fell.", "MRI", ": Upheld", "C1aims Administrator guideline:", "None.", "MAXlMUS guideline:", "MTUS.", "Decision rationa1e:", "No."],
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", CUTS)
def test_a_letter_is_cut_where_its_parts_meet(name: str) -> None:
    """Breaks stand around the form's wordings, at paragraphs and behind sentences."""
    text, want = CUTS[name]
    assert [unit.text for unit in units(text).units][: len(want)] == want


def test_a_model_is_shown_the_numbers() -> None:
    """One unit a line, its number in front."""
    assert units("He fell. It hurts.").text == "1|He fell.\n2|It hurts."


POINTERS = {
    "1": "He fell.",
    "1-2": "He fell. The knee hurts.",
    "2|knee": "knee",
    "1-2|fell. The": "fell. The",
    "2|The  knee": "The knee",
}


@pytest.mark.parametrize("pointer", POINTERS)
def test_a_pointer_names_words(pointer: str) -> None:
    """Whole units, or the words within them; white space does not count."""
    found = units("He fell.\nThe knee\nhurts.")
    assert found.source.slice(found.spans(pointer)) == POINTERS[pointer]


@pytest.mark.parametrize(
    "pointer", ["", "0", "3", "2-1", "1-9", "one", "1|shoulder", "1|knee", "-1", "1|", "1,2", "1| "]
)
def test_a_pointer_that_names_nothing_is_refused(pointer: str) -> None:
    """Units that the letter has not, and words that do not stand there."""
    with pytest.raises(NoSuchPlace) as refused:
        units("He fell. The knee hurts.").spans(pointer)
    assert "knee" not in str(refused.value)


def test_a_long_letter_is_cut_in_good_time() -> None:
    """Four times the letter, about four times the units."""
    few, many = (len(units(str(Letter(items=[Item()] * count)))) for count in (20, 80))
    assert 3.5 < (many - len(units(str(Letter(items=[]))))) / (few - len(units(str(Letter(items=[]))))) < 4.5
