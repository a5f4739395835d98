"""Readers and rules under generated input: no crash, no hang, and every span holds its text."""

from __future__ import annotations

import contextlib
import datetime as dt
import gc
import random
from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from evals.golden import golden_letters
from extractor import extract, read_source
from extractor.errors import ImrError
from extractor.layouts import LAYOUTS
from tests.conftest import ROOT
from tests.letters import HEADER, ISSUES, REVIEWER, SUMMARY, Item
from tests.structure import false_spans

PATHS = [letter.path for letter in golden_letters(ROOT / "golden")]
GOLDEN = {path.parent.name: path.read_bytes() for path in PATHS}
SUFFIX = {path.parent.name: path.suffix for path in PATHS}

# A letter of usual size is read in milliseconds; a hundred times that is a hang in the making.
fuzzed = settings(
    max_examples=150, deadline=dt.timedelta(seconds=3), suppress_health_check=list(HealthCheck), print_blob=True
)

PIECES = [
    HEADER, REVIEWER, SUMMARY, ISSUES, str(Item()), str(Item("Knee brace", ": Overturned")), "\n", "\n\n", "\f", " ", ":",
    "Upheld", ": Upheld\n", ": Overturned\n", "Claims Administrator guideline:", "MAXIMUS guideline:", "Decision rationale:",
    "CLINICAL CASE SUMMARY\n", "Date of Injury:", "10/03/2016", "Application ", "Received:", "Page 1 of 2\n", "Sincerely,\n",
    "X was the original request. Y was authorized by the Claims Administrator. ",
    "The remaining IMR eligible portion of the original request, ", "The original request, ", "is", "**", "<b>", "&amp;", "###",
    "1) MAXIMUS Federal Services, Inc. has determined the request for a brace is not medically necessary and appropriate.",
    "Notice of Independent Medical Review Determination\n", "Case Summary:", "1) Regarding the request for", "ISSUE AT DISPUTE:",
    "RATIONALE FOR WHY THE REQUESTED TREATMENT/SERVICE IS/WAS NOT MEDICALLY NECESSARY:", "MEDICAL PROFESSIONAL REVIEW\n",
    "DOCUMENTS REVIEWED\n", "IMR DECISION(S) AND RATIONALE(S)\n", "a 44 year old female", "\u00a0", "\u200b", "𝔸", "\0", "\ufeff",
]  # fmt: skip


def check(data: bytes, name: str) -> None:
    """Either a named error, or a result whose every span holds its text."""
    try:
        source = read_source(data, name=name)
        result = extract(source)
    except ImrError as error:
        assert error.code in (3, 4) and "\n" not in str(error)
        return
    assert false_spans(result, source) == []


@fuzzed
@given(
    st.lists(st.sampled_from(PIECES) | st.text(max_size=30), max_size=60), st.sampled_from(["a.txt", "a.md", "a.html"])
)
@example([HEADER, SUMMARY, ISSUES, ": Upheld\n", "Claims Administrator guideline:"], "a.txt")
@example(
    [
        "RATIONALE FOR WHY THE REQUESTED TREATMENT/SERVICE IS/WAS NOT MEDICALLY NECESSARY:",
        "MEDICAL PROFESSIONAL REVIEW\n",
        str(Item()),
    ],
    "a.txt",
)
def test_pieces_of_the_form_in_any_order(pieces: list[str], name: str) -> None:
    """The form's own words, shuffled, doubled and mixed with noise."""
    check("".join(pieces).encode("utf-8", "surrogatepass"), name)


@fuzzed
@given(
    st.binary(max_size=2000),
    st.sampled_from([b"", b"%PDF-1.7\n", b"PK\x03\x04", b"\xff\xfe", b"<html>"]),
    st.sampled_from(["a.txt", "a.pdf", "a.docx", "a.md", "a.html"]),
)
def test_any_bytes(data: bytes, start: bytes, name: str) -> None:
    """Bytes of no meaning, with and without the signature of a format."""
    check(start + data, name)


@fuzzed
@given(st.sampled_from(sorted(GOLDEN)), st.integers(0, 2**32))
def test_damaged_letters(name: str, seed: int) -> None:
    """Golden letters with bytes cut out, doubled, swapped and changed."""
    rng = random.Random(seed)
    data = bytearray(GOLDEN[name])
    for _ in range(rng.randint(1, 8)):
        at, length = rng.randrange(len(data)), rng.randint(1, 400)
        match rng.randrange(4):
            case 0:
                del data[at : at + length]
            case 1:
                data[at:at] = data[at : at + length]
            case 2:
                data[at : at + 1] = bytes([rng.randrange(256)])
            case _:
                other = rng.choice(sorted(GOLDEN))
                cut = rng.randrange(len(GOLDEN[other]))
                data[at:at] = GOLDEN[other][cut : cut + length]
        if not data:
            return
    check(bytes(data), "letter" + SUFFIX[name])


HOSTILE = [
    " is",
    " and",
    " has",
    " is a",
    "no ", "the patient ", "left knee ", "L4-5 ", "for two years ", "and ODG ", "Doe J, ", "report of 1/1/2016 ", "naproxen, ",
    "2 times a week ", "there is no documentation of ", "; ",
    " ", "\n", ":", "\t", "a", "1", "*", "**", "<b>", "</b>", "<a ", "<!--", "&", "|", "||\n", "-", "Upheld", ": Upheld\n", "Upheld\n",
    "Case Number:", "Date of Injury: ", "10/10/2016 ", "10-", "Claims Administrator guideline:", "Decision rationale:",
    "1) MAXIMUS Federal Services, Inc. has determined the request for ", "was the original request ", "The original request ",
    "State(s) of Licensure: ", "Certification(s)/Specialty: ", "Board Certified in ", "5 year old ", "and ", "A, ", "Page 1 of 2\n",
    "<script>", "<title>", "<![CDATA[", "<?", "</a ", "<a b='", "<p", "<!", "<a>", "</a>", "&amp", "\f", "a.\f", "CLINICAL CASE SUMMARY\n", "non-", "Non MTUS ", "_", "__", "#", "> ", "\\", "&#1", "Application ",
]  # fmt: skip


FORM = sorted(
    {mark.wording.partition("{")[0] + "\n" for layout in LAYOUTS for mark in layout.marks}
    | {words + "\n" for layout in LAYOUTS for words in layout.opening}
)


@pytest.fixture
def uncollected() -> Iterator[None]:
    """No garbage collection: it would look through all that other tests left behind, too."""
    gc.disable()
    yield
    gc.enable()


@pytest.mark.slow
@pytest.mark.usefixtures("uncollected")
@pytest.mark.parametrize("name", ["a.txt", "a.md", "a.html"])
@pytest.mark.parametrize("piece", HOSTILE + FORM, ids=repr)
def test_nothing_costs_its_length_squared(piece: str, name: str) -> None:
    """Eight times the input takes about eight times the time: no pattern is open to backtracking.

    What counts is the processor's time, whatever else the machine does. The bound is generous, thirty-two times, and
    short runs are not judged at all.
    """
    import time

    def seconds(size: int) -> float:
        run = piece * (size // len(piece) // 4) + "x\n"
        reviewer = REVIEWER.rstrip() + run
        partial = (
            f"X was the original request. Y was authorized by the Claims Administrator. The original request, a{run} is"
        )
        item = str(Item(partial))
        data = (
            HEADER + run + reviewer + SUMMARY + run + ISSUES + item + run + HEADER + SUMMARY + ISSUES + item
        ).encode()
        started = time.process_time()
        with contextlib.suppress(ImrError):
            extract(data, name=name)
        return time.process_time() - started

    small, large = seconds(10_000), seconds(80_000)
    assert large < max(0.5, 32 * small)


FOLLOWS = "As the requested surgery is not medically necessary, the associated item is not supported."
MANY = {
    "rationales used again": ("MRI of the lumbar spine", "The back hurts since {again} came."),
    "rationales of their own": ("MRI of the lumbar spine", "The back hurts since {word} came."),
    "sides": ("MRI of the left knee", "The right knee was seen by {word}, and is tender."),
    "surgeries": ("Fusion of L4-5", FOLLOWS + " So says {word}."),
    "treatments": ("Therapy {word}", FOLLOWS + " So says {word}."),
    "bold headings": ("**MRI of the left knee**", "**The knee** hurts since {word} came."),
}
"""For each kind of letter the request and the rationale of every item; ``{word}`` is another in each item, ``{again}``
one of thirty."""


@pytest.mark.slow
@pytest.mark.usefixtures("uncollected")
@pytest.mark.parametrize("kind", MANY)
def test_many_items_do_not_cost_their_number_squared(kind: str) -> None:
    """Sixteen times the items take about sixteen times the time: no item is held against every other one.

    What counts is the processor's time, and of several runs the shortest, whatever else the machine does.
    The bound is twice what is expected, and short runs are not judged at all.
    """
    import time

    request, rationale = MANY[kind]

    def seconds(count: int, runs: int) -> float:
        words = ["".join("abcdefghij"[int(digit)] for digit in f"{number:06d}") for number in range(count)]
        items = [
            Item(request.format(word=word), rationale=rationale.format(word=word, again=words[number % 30]))
            for number, word in enumerate(words)
        ]
        summary = SUMMARY + "The left shoulder is tender.\n" * count
        source = read_source((HEADER + REVIEWER + summary + ISSUES + "".join(map(str, items))).encode(), name="a.md")
        spent = []
        for _ in range(runs):
            gc.collect()
            started = time.process_time()
            assert len(extract(source).issues) == count
            spent.append(time.process_time() - started)
        return min(spent)

    small, large = seconds(100, 5), seconds(1600, 2)
    assert large < max(0.5, 32 * small)
