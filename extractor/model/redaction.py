"""Takes out of a letter, before it is sent, what names a person; what comes back is put back.

It is no de-identification: it takes out what has a known form or stands behind a known label.  Case number, dates,
diagnoses and names that it does not know stay (``REMAINS`` says so wherever it is offered).
"""

from __future__ import annotations

import re
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
    """Right behind one of the labels, which stand apart from each other by bars; bold may part label and value, and
    then the value is the next unit."""
    apart = [
        f"(?<={re.escape(label.rstrip())}\\n{'[0-9]' * digits}\\|)"
        for label in labels.split("|")
        for digits in (1, 2, 3)
    ]
    return "(?:" + "|".join([f"(?<={re.escape(label)})" for label in labels.split("|")] + apart) + ")"


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
PLACEHOLDER = re.compile(r"\[(?:" + "|".join(KINDS) + r")-\d{1,5}\]")


@dataclass
class Redaction:
    """What was taken out of one letter. The same words get the same place-holder."""

    taken: dict[str, str] = field(default_factory=dict)
    """Place-holder to words."""

    def redact(self, text: str) -> str:
        """The text with place-holders: ``[NAME-1]``. Names that were found are taken out wherever they stand, and so
        is the last word of each.

        What looks like a place-holder in the letter itself is taken out as well, so that none is put back wrongly.
        """
        text = PLACEHOLDER.sub(lambda match: self._placeholder("NAME", match.group()), text)
        text = PATTERN.sub(lambda match: self._placeholder(match.lastgroup or "", match.group()), text)
        found = [words for placeholder, words in self.taken.items() if placeholder.startswith("[NAME")]
        names = {words: self._placeholder("NAME", words) for words in [*found, *_surnames(found, text)]}
        if not names:
            return text
        again = "|".join(re.escape(words) for words in sorted(names, key=len, reverse=True) if words[:1].isalpha())
        pieces = re.split(f"({PLACEHOLDER.pattern})", text)
        known = re.compile(rf"\b(?:{again})\b") if again else None
        return "".join(
            piece
            if known is None or PLACEHOLDER.fullmatch(piece)
            else known.sub(lambda match: names[match.group()], piece)
            for piece in pieces
        )

    def restore(self, value: Any) -> Any:
        """The answer with the words in the place of their place-holders."""
        if isinstance(value, str):
            return PLACEHOLDER.sub(lambda match: self.taken.get(match.group(), match.group()), value)
        if isinstance(value, list):
            return [self.restore(entry) for entry in value]
        if isinstance(value, dict):
            return {key: self.restore(entry) for key, entry in value.items()}
        return value

    def _placeholder(self, kind: str, words: str) -> str:
        known = self._known.get((kind, words))
        if known is None:
            count = sum(placeholder.startswith(f"[{kind}-") for placeholder in self.taken) + 1
            known = self._known[kind, words] = f"[{kind}-{count}]"
            self.taken[known] = words
        return known

    _known: dict[tuple[str, str], str] = field(default_factory=dict)


def _surnames(names: list[str], text: str) -> list[str]:
    """The names' last words, but those that the letter writes small somewhere: they are words of the language."""
    last = {name.split()[-1] for name in names if len(name.split()) > 1}
    return sorted(word for word in last if len(word) > 2 and word[0].isupper() and word.lower() not in text)
