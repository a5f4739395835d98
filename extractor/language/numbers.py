"""Numbers as letters write them: ``12``, ``twelve``, ``twelve (12)``."""

from __future__ import annotations

import re

WORDS = (
    "one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen "
    "seventeen eighteen "
    "nineteen twenty"
).split()
TENS = "twenty thirty forty fifty sixty seventy eighty ninety".split()
UNIT = rf"(?:{'|'.join(WORDS[:9])})"
BELOW_HUNDRED = (
    rf"(?:(?:twen|thir|for|fif|six|seven|eigh|nine)ty(?:[- ]{UNIT})?|"
    rf"(?:thir|four|fif|six|seven|eigh|nine)teen|ten|eleven|twelve|{UNIT})"
)
SPELLED = rf"{BELOW_HUNDRED}(?: hundred(?: (?:and )?{BELOW_HUNDRED})?)?"
NUMBER = rf"(?:\d{{1,4}}(?:\.\d{{1,2}})?(?![\d,]*\d)|{SPELLED})(?![a-wyz])(?: ?\(\d{{1,4}}\))?"
"""A number in figures or words, or in both."""
IN_WORDS = re.compile(rf"\b{SPELLED}\b", re.I)
FIGURE = r"(?<!\d,)\d{1,4}(?:\.\d{1,2})?(?![\d,]*\d)(?![a-wyz])\x00*(?: ?\(\d{1,4}\))?"
"""A number in a text that :func:`figures` made."""


def figures(text: str) -> str:
    """The text with numbers in figures instead of words, every other character where it was.

    >>> figures("two (2) visits").replace(chr(0), "_")
    '2__ (2) visits'
    """
    return IN_WORDS.sub(lambda words: str(number(words[0])).ljust(len(words[0]), "\0"), text)


def in_figures(text: str) -> str:
    """The text with numbers in figures instead of words, its places moved.

    >>> in_figures("two (2) visits")
    '2 (2) visits'
    """
    return figures(text).replace("\0", "")


def number(words: str) -> int | float | None:
    """The number that the words name; None where they name a range, two numbers or none.

    >>> number("Twenty-four (24)"), number("one hundred and twenty"), number("1-2"), number("twelve (10)")
    (24, 120, None, None)
    """
    words = words.lower().strip()
    both = re.fullmatch(r"(.*?) ?\((\d+)\)", words)
    if both:
        told = number(both[1])
        return int(both[2]) if told in (None, int(both[2])) else None
    figure = words.replace(",", "").replace("_", "")
    if re.fullmatch(r"\d+", figure):
        return int(figure)
    if re.fullmatch(r"\d+\.\d+", figure):
        return float(figure)
    total = 0
    for word in re.split(r"[- ]", words.replace(" hundred and ", " hundred ")):
        if word == "hundred":
            total *= 100
        elif word in TENS:
            total += 10 * (TENS.index(word) + 2)
        elif word in WORDS:
            total += WORDS.index(word) + 1
        else:
            return None
    return total or None
