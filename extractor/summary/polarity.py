"""What a sentence claims about a decision, by its words alone: read apart from how it was made.

A sentence that speaks of a decision in words other than these makes no claim that can be checked, and is refused.
"""

from __future__ import annotations

import re
from typing import Literal

from extractor.schema import Issue
from extractor.summary.schema import Language
from extractor.summary.standing import already_authorized, standing

Claim = Literal["denied", "necessary", "have", "heading_upheld", "heading_overturned"]

CLAIMS: dict[Language, list[tuple[Claim, re.Pattern[str]]]] = {
    "en": [
        ("heading_upheld", re.compile(r'"Upheld[."]')),
        ("heading_overturned", re.compile(r'"Overturned[."]')),
        ("denied", re.compile(r"\b(?:was|were) not approved\b|\bN(?:one|either) of the \d+ requests .*\bwas approved\b|"
                              r'"no"(?: to the rest)? stays\b|(?<!dis)\bagreed with the company\b')),
        ("necessary", re.compile(r"\b(?<!not )medically necessary\b|\bdisagreed with the company\b")),
        ("have", re.compile(r"\b(?:was|were) already approved\b|\balready approved (?:this|something)\b|"
                            r"\balready approved part of this\b|\bwas approved before\b|\bstill have\b|"
                            r"\bcare that was approved\b|\bdoes not take (?:it|this care) away\b|"
                            r"\bno need to approve it twice\b")),
    ],
    "es": [
        ("heading_upheld", re.compile(r'"Upheld"')),
        ("heading_overturned", re.compile(r'"Overturned"')),
        ("denied", re.compile(r"\bno (?:fue|fueron) aprobad[oa]s?\b|\bNinguno de los \d+ pedidos .*\bfue aprobado\b|"
                              r'\bsigue el "no"|(?<!no )\bestuvo de acuerdo con la compañía\b|\bpor eso esto tampoco\b',
                              re.I)),
        ("necessary", re.compile(r"\b(?<!no )es necesari[oa]\b|\bsí (?:es|son) cuidado necesario\b|"
                                 r"\bno estuvo de acuerdo con la compañía\b|\bvio como necesario\b", re.I)),
        ("have", re.compile(r"\bya estaban? aprobad[oa]s?\b|\bya se había aprobado\b|"
                            r"\bya aprobó (?:esta parte|una parte|esto|algo)\b|"
                            r"\btodavía tiene\b|\bno (?:se la|le) quita\b|\bel cuidado que se aprobó\b|"
                            r"\bno hace falta aprobarlo otra vez\b", re.I)),
    ],
}  # fmt: skip
"""The wordings that the fixed sentences use, and no others."""


def claims(text: str, language: Language) -> set[Claim]:
    """What the sentence claims."""
    return {claim for claim, pattern in CLAIMS[language] if pattern.search(text)}


def holds(claim: Claim, issue: Issue) -> bool:
    """Whether the letter states it of the item."""
    already = already_authorized(issue)
    doubtful = standing(issue) == "unclear"
    return {
        "heading_upheld": issue.decision == "upheld",
        "heading_overturned": issue.decision == "overturned",
        "denied": issue.decision == "upheld" and not already and not doubtful,
        "necessary": issue.decision == "overturned" and not doubtful,
        "have": issue.authorized is not None or already,
    }[claim]
