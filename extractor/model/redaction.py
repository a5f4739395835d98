"""Takes out of a letter, before it is sent, what names a person; what comes back is put back.

It is no de-identification: it takes out what has a known form or stands behind a known label.  Case number, dates,
diagnoses and names that it does not know stay (``REMAINS`` says so wherever it is offered).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

REMAINS = (
    "--redact took out names behind known labels and titles, addresses, telephone numbers, e-mail, claim and social "
    "security numbers and birth dates; it left the case number, other dates, diagnoses, and names it does not know: "
    "what is sent is still a medical record"
)
NAME = r"(?:[A-Z][\w'’-]+|[A-Z]\.)(?:,? (?:[A-Z][\w'’-]+|[A-Z]\.)){0,3}"
NAMED = "Dear |Mr. |Ms. |Mrs. |Dr. |Employee: |Employee Name: |Patient: |Patient Name: |Injured Worker: |Applicant: |"
NAMED += "Claimant: |RE: |Re: |Name: "
CLAIMED = "Claim Number: |Claim Number |Claim #: |Claim No: |Claim No. |WCAB Number: "
BORN = "Date of Birth: |DOB: |DOB |born on |born "
STREET = "Street|St|Avenue|Ave|Road|Rd|Boulevard|Blvd|Drive|Dr|Lane|Ln|Court|Ct|Way|Place|Pl|Suite|Highway|Hwy"
TOWN = r"(?:,? [A-Z][\w.' -]{1,30},? [A-Z]{2},? \d{5}(?:-\d{4})?)?"
DEGREE = r"(?:M\.?D|D\.?O|D\.?C|Ph\.?D|R\.?N|P\.?A|Esq|N\.?P|L\.?Ac)\b"


def _behind(labels: str) -> str:
    """Right behind one of the labels, which stand apart from each other by bars."""
    return "(?:" + "|".join(f"(?<={re.escape(label)})" for label in labels.split("|")) + ")"


KINDS: dict[str, str] = {
    "EMAIL": r"\b[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,4}\b",
    "SSN": r"\b(?:\d{3}-\d{2}-\d{4}|(?i:xxx|\*{3})-(?i:xx|\*{2})-\d{4})\b",
    "PHONE": r"(?<![\w-])(?:\+?1[ .-])?(?:\(\d{3}\) ?|\d{3}[ .-])\d{3}[ .-]\d{4}(?![\w-])",
    "ADDRESS": rf"\b\d{{1,6}} (?:[NSEW]\.? )?(?:[A-Z][\w'’.-]+ ){{1,4}}(?:{STREET})\b\.?"
    rf"(?:,? (?:Suite|Ste|Apt|Unit|#) ?[\w-]{{1,6}})?{TOWN}|\bP\.? ?O\.? Box \d{{1,8}}{TOWN}",
    "CLAIM": rf"{_behind(CLAIMED)}[\w-]{{3,25}}",
    "BIRTH": rf"{_behind(BORN)}\d{{1,2}}[/-]\d{{1,2}}[/-]\d{{2,4}}",
    "NAME": rf"{_behind(NAMED)}{NAME}|\b{NAME}(?=, {DEGREE})",
}
"""What is taken out, by what stands in its place."""
PATTERN = re.compile("|".join(f"(?P<{kind}>{pattern})" for kind, pattern in KINDS.items()))


@dataclass
class Redaction:
    """What was taken out of one letter. The same words get the same place-holder."""

    taken: dict[str, str] = field(default_factory=dict)
    """Place-holder to words."""

    def redact(self, text: str) -> str:
        """The text with place-holders: ``[NAME-1]``. Names that were found are taken out wherever they stand."""
        text = PATTERN.sub(lambda match: self._placeholder(match.lastgroup or "", match.group()), text)
        for placeholder, words in self._names():
            text = re.sub(rf"\b{re.escape(words)}\b", placeholder, text)
        return text

    def restore(self, value: Any) -> Any:
        """The answer with the words in the place of their place-holders."""
        if isinstance(value, str):
            for placeholder, words in self.taken.items():
                value = value.replace(placeholder, words)
            return value
        if isinstance(value, list):
            return [self.restore(entry) for entry in value]
        if isinstance(value, dict):
            return {key: self.restore(entry) for key, entry in value.items()}
        return value

    def _names(self) -> Iterator[tuple[str, str]]:
        """Longest first; and of a full name its last word alone, where it cannot be any word."""
        for placeholder, words in sorted(self.taken.items(), key=lambda entry: -len(entry[1])):
            if placeholder.startswith("[NAME"):
                yield placeholder, words

    def _placeholder(self, kind: str, words: str) -> str:
        for placeholder, known in self.taken.items():
            if known == words and placeholder.startswith(f"[{kind}-"):
                return placeholder
        count = sum(placeholder.startswith(f"[{kind}-") for placeholder in self.taken)
        placeholder = f"[{kind}-{count + 1}]"
        self.taken[placeholder] = words
        return placeholder
