"""Items by their words: what was asked for and what the reviewer said of it, the likeliest first."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from extractor.analysis.tables import Tables
from extractor.errors import RunTrouble

Place = Literal["request", "rationale"]
FOUND: tuple[Place, ...] = ("request", "request", "rationale", "rationale", "rationale")
"""Where the words stand, by rank: the phrase, or scattered words; last, some of them in either."""
END = re.compile(r"(?<=[.!?])[\"'”’)\]]{0,2}\s+(?=[\"'“(\[]{0,2}[A-Z0-9])")
TITLED = re.compile(r"\b(?:Nos?|Drs?|Mrs?|Ms|vs|St|e\.g|i\.e|cf)\.$")
EDGE = re.compile(r"^[^\w#$]+|\W+$")
SHORT, ENDINGS = 4, "(?:y|ies?)"
"""From so many letters on a word has an ending: of *therapy* and *therapies*."""
TABLES_DIALECT = r"(?i)(?:^|[^\pL\pN])", r"[\pL\pN]*", r"[^\pL\pN\n]+"
DIALECT = r"(?i)(?<!\w)", r"\w*", r"[^\w\n]+"
"""Patterns of duckdb (RE2) and of Python that say the same."""


@dataclass(frozen=True, slots=True)
class Hit:
    """An item that was found. ``sentence`` holds the words: of the rationale, or the request where they stand there."""

    input: str
    letter_id: str
    case_number: str | None
    issue: int
    decision: str
    category: str | None
    subcategory: str | None
    record_state: str | None
    """Of the first reason."""
    decided: str | None
    """The date of the decision."""
    reasons: list[str]
    request: str | None
    found_in: Place
    sentence: str | None


class Words:
    """What is looked for, as patterns. A word stands for all that begin with it; its own plural ending does not count.

    >>> Words(["Injections", "knee therapies"]).bodies
    ['injection', 'knee', 'therap(?:y|ies?)']
    """

    def __init__(self, words: Sequence[str]) -> None:
        """``words`` may hold phrases. A word without a letter or a digit is none."""
        self.bodies = [_body(word) for text in words for word in text.split() if re.search(r"\w", word)]

    def patterns(self, before: str, inside: str, gap: str) -> tuple[str, list[str]]:
        """The phrase's pattern and each word's, in a dialect: what stands before a word, in it, and between two."""
        return before + (inside + gap).join(self.bodies), [before + body for body in self.bodies]


def _body(word: str) -> str:
    word = EDGE.sub("", word.lower())
    if len(word) > SHORT and word.endswith(("ies", "y")):
        return re.escape(word.removesuffix("ies").removesuffix("y")) + ENDINGS
    plural = len(word) >= SHORT and word.endswith("s") and not word.endswith("ss")
    return re.escape(word[:-1] if plural else word)


def search(folder: Path, words: Sequence[str], limit: int = 20) -> list[Hit]:
    """The items that hold all the words, the likeliest first, then the latest decided. Raises RunTrouble."""
    wanted = Words(words)
    if not wanted.bodies:
        raise RunTrouble("nothing to look for: name a word")
    tables = Tables(folder)
    phrase, single = wanted.patterns(*TABLES_DIALECT)
    values = {f"word{number}": pattern for number, pattern in enumerate(single)}
    rows = tables.ask(_query(len(single)), phrase=phrase, most=limit, **values)
    if not rows and not tables.ask(TEXTS)[0][0]:
        raise RunTrouble(f"{folder} holds no text to search: the run was made with --no-text")
    phrase, single = wanted.patterns(*DIALECT)
    tries = [re.compile(pattern) for pattern in (phrase, *single)]
    return [_hit(row, tries) for row in rows]


TEXTS = """select exists (
  select 1 from read_parquet($issues) where request is not null or rationale is not null
) or not exists (select 1 from read_parquet($issues))"""


def _query(words: int) -> str:
    """Of so many words. Theirs are parameters: only their number makes the text."""
    every = {
        text: " and ".join(f"regexp_matches({text}, $word{number})" for number in range(words))
        for text in ("asked", "said", "both_texts")
    }
    return f"""
with texts as (
  select letter_id, issue, coalesce(rationale, '') said,
    concat_ws(chr(10), request, original_request, treatment, drug, array_to_string(body_parts, chr(10))) asked,
    asked || chr(10) || said both_texts
  from read_parquet($issues)
), found as (
  select letter_id, issue, case
    when regexp_matches(asked, $phrase) then 0 when {every["asked"]} then 1
    when regexp_matches(said, $phrase) then 2 when {every["said"]} then 3 when {every["both_texts"]} then 4 end rank
  from texts
), best as (
  select found.*, input, case_number, decision_date from found join (
    select letter_id, input, case_number, decision_date from read_parquet($letters)
  ) using (letter_id) where rank is not null
  order by rank, decision_date desc nulls last, input, issue limit $most
)
select rank, request, original_request, rationale, decision_date, reasons,
  input, letter_id, case_number, issue, decision, category, subcategory, record_state
from best join read_parquet($issues) using (letter_id, issue)
order by rank, decision_date desc nulls last, input, issue"""  # noqa: S608 - the words are parameters


def _hit(row: tuple[Any, ...], tries: Sequence[re.Pattern[str]]) -> Hit:
    rank, request, original, rationale, decided, reasons, *named = row
    input_, key, case, number, decision, category, subcategory, state = named
    place = FOUND[rank]
    # What was asked for at first is told only where what is in dispute does not hold the words.
    texts = [text for text in (request, original) if text] if place == "request" else _sentences(rationale or "")
    sentence = max(texts, key=lambda text: _holds(text, tries), default=None)
    day = decided.isoformat() if decided else None
    return Hit(input_, key, case, number, decision, category, subcategory, state, day, reasons or [], request, place,
               sentence)  # fmt: skip


def _holds(text: str, tries: Sequence[re.Pattern[str]]) -> tuple[bool, int]:
    """Whether the phrase stands in the text, and how many of the words."""
    phrase, *single = tries
    return bool(phrase.search(text)), sum(bool(pattern.search(text)) for pattern in single)


def _sentences(text: str) -> list[str]:
    found, at = [], 0
    for end in END.finditer(text):
        if not TITLED.search(text, max(at, end.start() - 8), end.start()):
            found.append(text[at : end.end()].strip())
            at = end.end()
    return [*found, text[at:].strip()]
