from __future__ import annotations

import pytest

from evals.fields import CONTRADICTIONS
from evals.golden import Annotation, GoldenLetter, Refusal, golden_letters
from extractor import extract, read_source
from extractor.errors import ImrError
from tests.conftest import ROOT
from tests.structure import false_spans, mismatches, squeezed

LETTERS = list(golden_letters(ROOT / "golden"))
FLAGGED: dict[str, set[str]] = {
    "cover-letter": {"text_after_letter"},
    "documents-reviewed": {"unverified_layout"},
    "headerless-double-spaced": {"case_header_missing", "truncated_letter"},
    "notice-2013": {"unverified_layout", "case_field_missing"},
    "ocr-noise": {"low_text_quality"},
    "professional-review": {"unverified_layout"},
    "truncated-mid-rationale": {"truncated_letter"},
}
"""What is in doubt in each letter; in the others, nothing."""
WORTH_A_LOOK = {
    "guideline_of_other_body_part", "guideline_uncited", "rationale_reused", "no_case_specific_reasoning",
    "reason_unclassified", "record_after_review",
}  # fmt: skip
by_id = pytest.mark.parametrize("letter", LETTERS, ids=lambda letter: letter.id)


@by_id
def test_rules_read_a_golden_letter_as_its_annotators_did(letter: GoldenLetter) -> None:
    """Every structural field agrees with the annotation, and every span holds its text."""
    want = letter.annotation
    if isinstance(want, Refusal):
        with pytest.raises(ImrError) as refused:
            extract(letter.path)
        assert refused.value.code == want.error
        return
    source = read_source(letter.path)
    result = extract(source)
    assert mismatches(result, want, source) == []
    assert false_spans(result, source) == []
    flags = [(None, flag) for flag in result.flags]
    flags += [(issue.number, flag) for issue in result.issues for flag in issue.flags]
    assert {flag.code for _, flag in flags} - CONTRADICTIONS - WORTH_A_LOOK == FLAGGED.get(letter.id, set())
    assert result.status == ("partial" if any(flag.level == "warning" for _, flag in flags) else "complete")


@pytest.mark.parametrize(
    "letter", [entry for entry in LETTERS if isinstance(entry.annotation, Annotation)], ids=lambda letter: letter.id
)
def test_annotated_texts_stand_in_their_letter(letter: GoldenLetter) -> None:
    """An annotation's text that its letter does not hold would be a test of the annotator's memory."""
    assert isinstance(letter.annotation, Annotation)
    source = read_source(letter.path)
    words = squeezed(source.body)
    assert [text for text in _texts(letter.annotation.model_dump()) if squeezed(text) not in words] == []


def _texts(value: object) -> list[str]:
    if isinstance(value, dict):
        own = [value["text"]] if isinstance(value.get("text"), str) else []
        return own + [text for entry in value.values() for text in _texts(entry)]
    if isinstance(value, list):
        return [text for entry in value for text in _texts(entry)]
    return []


def test_golden_letters_cover_what_letters_do() -> None:
    """Every layout, outcome, file type and form of item stands in at least one golden letter."""
    results = [extract(letter.path) for letter in LETTERS if isinstance(letter.annotation, Annotation)]
    assert len(results) >= 16
    assert {result.source.layout for result in results} == {
        "headed", "documents_reviewed", "professional_review", "notice"
    }  # fmt: skip
    assert {result.outcome for result in results} == {"all_upheld", "all_overturned", "mixed"}
    assert {letter.path.suffix for letter in LETTERS} == {".txt", ".md", ".html", ".pdf", ".docx"}
    issues = [issue for result in results for issue in result.issues]
    assert max(len(result.issues) for result in results) >= 15
    assert min(len(result.issues) for result in results) == 1
    assert any(issue.authorized for issue in issues)
    requests = [issue.request.text for issue in issues if issue.request]
    assert any(text.startswith("Retrospective") for text in requests)
    assert any(text.startswith("Associated surgical service") for text in requests)


def test_made_letters_are_what_the_script_makes() -> None:
    """A PDF or Word letter never drifts from the source that it is made of."""
    from scripts.make_golden import make_docx, make_pdf, parse

    for folder in sorted((ROOT / "golden").glob("*/source.md")):
        letter = parse(folder.read_text(encoding="utf-8"))
        made = (make_pdf if letter.values["format"] == "pdf" else make_docx)(letter)
        kept = folder.with_name(f"letter.{letter.values['format']}").read_bytes()
        assert read_source(made, name="made").text == read_source(kept, name="kept").text
