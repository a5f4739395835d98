from __future__ import annotations

import datetime as dt

import pytest

from extractor.rules.citations import acoem_is_mtus, read_citations
from extractor.source import SourceText


def cited(
    paragraph: str, decided: dt.date | None = None
) -> list[tuple[str, str | None, str | None, str | None, int | None]]:
    source = SourceText(text=paragraph, name="letter", media_type="text/plain", sha256="")
    found = read_citations(source, [(0, len(paragraph))], decided)
    for citation in found:
        assert citation.spans and all(0 <= start < end <= len(paragraph) for start, end in citation.spans)
    return [(one.source, one.title, one.section, one.pages, one.year) for one in found]


ODG = "Official Disability Guidelines"
TABLE = {
    "a chapter with its year": (
        "Decision based on MTUS Knee Complaints 2004.",
        [("MTUS", "Knee Complaints", None, None, 2004)],
    ),
    "a title that holds commas, and a section": (
        "Decision based on MTUS Forearm, Wrist, and Hand Complaints 2004, Section(s): Special Studies.",
        [("MTUS", "Forearm, Wrist, and Hand Complaints", "Special Studies", None, 2004)],
    ),
    "three documents joined by and": (
        "Decision based on MTUS Elbow Complaints 2007, Section(s): Initial Care, and Postsurgical Treatment 2009, "
        "Section(s): Elbow & Upper Arm, and Chronic Pain Medical Treatment 2016.",
        [
            ("MTUS", "Elbow Complaints", "Initial Care", None, 2007),
            ("MTUS", "Postsurgical Treatment", "Elbow & Upper Arm", None, 2009),
            ("MTUS", "Chronic Pain Medical Treatment", None, None, 2016),
        ],
    ),
    "sections that are named as documents are": (
        "Decision based on MTUS General Approaches 2004, Section(s): Prevention, Initial Approaches to Treatment.",
        [("MTUS", "General Approaches", "Prevention, Initial Approaches to Treatment", None, 2004)],
    ),
    "an unspaced chain of pages": (
        "Decision based on MTUS ACOEM Chapter 3 Initial Approaches to Treatment Page(s): 48,Chronic Pain Treatment "
        "Guidelines Muscle relaxants Page(s): 63-64 of 127.",
        [
            ("MTUS", "ACOEM Chapter 3 Initial Approaches to Treatment", None, "48", None),
            ("MTUS", "Chronic Pain Treatment Guidelines", "Muscle relaxants", "63-64 of 127", None),
        ],
    ),
    "a typo in the title stays": (
        "Decision based on MTUS Chronic Pain Medical Treatement Guidelines Opioids Page(s): 80, 82.",
        [("MTUS", "Chronic Pain Medical Treatement Guidelines", "Opioids", "80, 82", None)],
    ),
    "the schedule and another together": (
        "Decision based on MTUS Low Back Complaints 2004. Decision based on Non- MTUS Citation Official Disability "
        "Guidelines (ODG), Low Back Chapter, Bed rest.",
        [("MTUS", "Low Back Complaints", None, None, 2004), ("ODG", ODG, "Low Back Chapter, Bed rest", None, None)],
    ),
    "the short form of ODG": (
        "Decision based on Non-MTUS Citation ODG Neck chapter.",
        [("ODG", ODG, "Neck chapter", None, None)],
    ),
    "the edition's year": (
        "Decision based on Non-MTUS Citation ODG Guidelines, 12th Edition, 2014, Knee.",
        [("ODG", ODG, "Knee", None, 2014)],
    ),
    "ODG named twice": (
        "Decision based on Non-MTUS Citation Official Disability Guidelines, Shoulder, Physical therapy; ODG Elbow, "
        "Physical therapy.",
        [("ODG", ODG, "Shoulder, Physical therapy", None, None), ("ODG", ODG, "Elbow, Physical therapy", None, None)],
    ),
    "a chapter before ODG is named": (
        "Decision based on Non-MTUS Citation Knee & Leg (Acute & Chronic), Walking aids, ODG Preface.",
        [("ODG", ODG, "Knee & Leg (Acute & Chronic), Walking aids", None, None), ("ODG", ODG, "Preface", None, None)],
    ),
    "ACOEM as non-MTUS": (
        "Decision based on Non-MTUS Citation ACOEM Guidelines, 3rd Edition, Hip and Groin.",
        [("ACOEM", "ACOEM Guidelines", "3rd Edition, Hip and Groin", None, None)],
    ),
    "a bare web address": (
        "Decision based on Non-MTUS Citation ODG Hernia and Other Medical Treatment Guidelines www.example.org/a/b.html.",
        [("ODG", ODG, "Hernia", None, None), ("other", "www.example.org/a/b.html", None, None, None)],
    ),
    "an address broken at a line's end": (
        "Decision based on Non-MTUS Citation https://example.org/long-\nname/page.pdf.",
        [("other", "https://example.org/long- name/page.pdf", None, None, None)],
    ),
    "a manual": (
        "Decision based on Non-MTUS Citation Medicare Benefit Policy Manual, Chapter 7, Home Health Services.",
        [("other", "Medicare Benefit Policy Manual", "Chapter 7, Home Health Services", None, None)],
    ),
    "a paper": (
        "Decision based on Non-MTUS Citation Doe J, Roe RM, et al. Rest or motion after sprain of the ankle. J Test "
        "Med. 2011;12(3):45-52.",
        [("other", "Rest or motion after sprain of the ankle", None, "45-52", 2011)],
    ),
    "two works looked up": (
        "Decision based on Non-MTUS Citation How is a sprain treated? Institute of Sprains. http://example.org, accessed "
        "01/02/2016, Doe J. Sprains of the foot. Topic 12, version 3.0. UpToDate, accessed 01/02/2016.",
        [
            ("other", "How is a sprain treated?", None, None, None),
            ("other", "Sprains of the foot", "Topic 12, version 3.0", None, None),
        ],
    ),
    "another work with its year": (
        "Decision based on Non-MTUS Citation Official Disability Guidelines (ODG), Hip, and Prevention of Falls at Work 2012.",
        [("ODG", ODG, "Hip", None, None), ("other", "Prevention of Falls at Work", None, None, 2012)],
    ),
    "prose of 2013": (
        "The Expert Reviewer relied on the Postsurgical Treatment Guidelines (2009), Knee, pages 24-25, which is part of "
        "the Medical Treatment Utilization Schedule (MTUS).",
        [("MTUS", "Postsurgical Treatment Guidelines", "Knee", "24-25", 2009)],
    ),
    "no evidence": ("The Claims Administrator did not cite any medical evidence for its decision.", []),
    "none": ("Decision based on Non-MTUS Citation: None.", []),
    "not used": ("The Expert Reviewer did not use the ODG.", []),
    "silent": ("The ODG is silent on this request.", []),
    "the ODG beside the schedule's": (
        "Decision based on MTUS Knee Complaints 2004, and Shoulder Complaints 2004, and ODG.",
        [
            ("MTUS", "Knee Complaints", None, None, 2004),
            ("MTUS", "Shoulder Complaints", None, None, 2004),
            ("ODG", ODG, None, None, None),
        ],
    ),
    "pages of several sections stay with them": (
        "Decision based on MTUS Chronic Pain Treatment Guidelines NSAIDs, page 67; Opioids, page 80.",
        [("MTUS", "Chronic Pain Treatment Guidelines", "NSAIDs, page 67; Opioids, page 80", None, None)],
    ),
    "a sentence behind the list": (
        "Decision based on Non-MTUS Citation ODG. The patient was seen in 2014, and Norco 2015.",
        [("ODG", ODG, None, None, None)],
    ),
    "outside of the schedule, and no name": (
        "The Expert Reviewer based their decision on recommendation(s) outside of the MTUS Guidelines.",
        [],
    ),
    "an unknown document of the schedule": (
        "Decision based on MTUS Wrist Care at Work 2019, Section(s): Splints.",
        [("MTUS", "Wrist Care at Work", "Splints", None, 2019)],
    ),
}


@pytest.mark.parametrize("name", TABLE)
def test_a_paragraph_becomes_citations(name: str) -> None:
    """Source, title, section, pages, year: each what stands there, and nothing else."""
    paragraph, expected = TABLE[name]
    assert cited(paragraph) == expected


@pytest.mark.parametrize("name", TABLE)
def test_line_ends_change_nothing(name: str) -> None:
    """A paragraph wrapped in the middle of every name gives the same citations."""
    paragraph, expected = TABLE[name]
    assert cited(paragraph.replace(" ", "\n")) == expected


def test_the_canonical_name_stands_beside_the_title() -> None:
    """Typos and short forms lead to one name."""
    text = "Decision based on MTUS Chronic Pain Treatment Guidelines Topical Analagesics Page(s): 111."
    source = SourceText(text=text, name="letter", media_type="text/plain", sha256="")
    (citation,) = read_citations(source, [(0, len(text))])
    assert citation.title == "Chronic Pain Treatment Guidelines"
    assert citation.canonical_title == "Chronic Pain Medical Treatment Guidelines"


@pytest.mark.parametrize(
    ("words", "decided", "mtus"),
    [
        ("ACOEM, 2nd edition, Chapter 12", dt.date(2016, 5, 1), True),
        ("ACOEM Chapter 12", None, True),
        ("ACOEM, Third Edition", dt.date(2016, 5, 1), False),
        ("ACOEM Low Back Disorders", dt.date(2019, 5, 1), True),
        ("ACOEM, 2004, Chapter 12", dt.date(2019, 5, 1), False),
    ],
)
def test_acoem_is_mtus_by_edition_and_date(words: str, decided: dt.date | None, mtus: bool) -> None:
    """The second edition was the schedule's until December 2017; since then the dated guidelines are."""
    assert acoem_is_mtus(words, decided) is mtus
