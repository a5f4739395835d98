"""Taking leftover marks and small words off the end of a stretch.

Step by step from the end: a pattern anchored there would be tried from every place before it.
"""

from __future__ import annotations

MARKS = frozenset(" \t\n\f\u00a0,.;:–-")


def without_tail(body: str, start: int, end: int, words: frozenset[str]) -> int:
    """The end of ``body[start:end]`` without white space, points and any of ``words`` at its end."""
    while end > start:
        if body[end - 1] in MARKS or body[end - 1].isspace():
            end -= 1
            continue
        word = end
        while word > start and body[word - 1].isalpha():
            word -= 1
        if word == end or body[word:end].lower() not in words:
            break
        end = word
    return end
