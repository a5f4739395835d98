"""Diagnoses, treatment to date and medications, where the summary lists them plainly.

A list is plain where its label opens a sentence and its entries cannot be cut wrongly: set apart by semicolons,
or, of medicines, each entry with a medicine's name. Anything else stays empty: a wrong cut would be an invented
diagnosis.
"""

from __future__ import annotations

import re

from extractor.language.sentences import Sentence
from extractor.lexicon.medicines import find_medicine
from extractor.schema import Text

IS = (
    r"(?:(?: that are)?(?: carried in the file)? (?:are|is|were|was|include[sd]?|including|consists? of|"
    r"consisted of|has included|have included|has comprised|have comprised|has been|"
    r"have been)(?: as follows| noted to include)?:?|:)"
)
LABELS = {
    "diagnoses": re.compile(
        rf"^(?:The |Current |Treating |Accepted |His |Her |Listed |Working )*[Dd]iagnos[ei]s{IS} ?"
    ),
    "treatment_to_date": re.compile(
        rf"^(?:The |Prior |Previous |Past |His |Her )*[Tt]reatments?(?: to date| thus far| so far)?{IS} ?"
    ),
    "medications": re.compile(
        rf"^(?:The |Current |His |Her |Present )*[Mm]edications?(?: list)?(?: to date| at present)?{IS} ?"
    ),
}
COUNTED = re.compile(r"\s*(?:\(?\d{1,2}[.)] )?")
"""The number of an entry."""
SEMICOLON = re.compile(r"; (?:and )?")
COMMA = re.compile(r",? and (?!(?:one|two|three|at|before|as)\b)|, ")


NO_ENTRY = re.compile(
    r"^(?:no|not|none|rule[ds]? out|r/o|denies|denied|negative|possible|probable|allergic)\b|"
    r"\b(?:is|was|were|are|has|have|had|denies|denied|returned|allergic|(?:he|she|patient|claimant|applicant|worker)\b)|^\W*$",
    re.I,
)
"""What stands in a list and is none of its entries: such a list is not plain."""


def read_history(summary: list[Sentence]) -> dict[str, list[Text]]:
    """The entries of each plain list that the summary has, by the field's name."""
    found: dict[str, list[Text]] = {name: [] for name in LABELS}
    for sentence in summary:
        for name, label in LABELS.items():
            match = label.match(sentence.text)
            if match and not found[name]:
                found[name] = _entries(sentence, match.end(), medicines=name == "medications")
    return found


def _entries(sentence: Sentence, start: int, *, medicines: bool) -> list[Text]:
    text = sentence.text
    end = len(text.rstrip(" ."))
    apart = SEMICOLON if ";" in text[start:end] else COMMA if medicines else None
    if apart is None:
        return []
    edges = [start]
    depth, at = 0, start
    for match in apart.finditer(text, start, end):
        depth += text.count("(", at, match.start()) - text.count(")", at, match.start())
        at = match.start()
        if depth == 0:
            edges += [match.start(), match.end()]
    edges.append(end)
    places = [(left, right) for left, right in zip(edges[::2], edges[1::2], strict=True) if left < right]
    if any(NO_ENTRY.search(text[slice(*place)]) for place in places):
        return []
    if medicines and not all(_is_one_medicine(text[slice(*place)]) for place in places):
        return []
    places = [(_behind_count(text, left, right), right) for left, right in places]
    return [Text(text=text[slice(*place)], spans=sentence.spans_of(*place)) for place in places]


def _is_one_medicine(words: str) -> bool:
    found = find_medicine(words)
    return found is not None and find_medicine(words, found.end()) is None


def _behind_count(text: str, left: int, right: int) -> int:
    count = COUNTED.match(text, left, right)
    return count.end() if count else left
