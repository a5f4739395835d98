"""Every error that this package raises on purpose.

ImrError
├── UnreadableInput      3  the input cannot be read: missing, empty, encrypted, corrupt, no text layer
│   └── LimitExceeded    3  the input is over a limit on its size, its pages or its text
├── NotADetermination    4  the input was read, and holds no determination
├── ConsentNeeded        2  the letter would leave this machine, and nobody has agreed to that
├── UnknownModel         2  no such model, or no way to reach it
├── CacheTrouble         1  the folder of kept answers cannot be used
├── PromptError          1  a prompt file cannot be used as it is
├── RunTrouble           1  the folder of a run cannot be used, or its counts do not add up
├── LimitReached         6  a limit that the user set on cost or errors
├── NoSafeSummary        8  a check of the summary failed, and no fixed sentence mends it
└── ModelFailed          5  the model failed for good; holds its attempts and what they cost

``code`` is the exit code of the command line. A message is one line that says what is wrong and
what to do, and holds nothing of the letter's text.
"""

from __future__ import annotations

import traceback
from pathlib import Path


class ImrError(Exception):
    """Base of all errors of this package."""

    code: int = 1


class UnreadableInput(ImrError):
    """The input cannot be read as a letter's text."""

    code = 3


class LimitExceeded(UnreadableInput):
    """The input is over a limit on its size, its pages or its text."""


class NotADetermination(ImrError):
    """The input was read, but is no IMR determination letter."""

    code = 4


class ConsentNeeded(ImrError):
    """The letter would leave this machine, and nobody has agreed to that."""

    code = 2


class UnknownModel(ImrError):
    """No such model, or no way to reach it."""

    code = 2


class CacheTrouble(ImrError):
    """The folder of kept answers cannot be used."""


class PromptError(ImrError):
    """A prompt file cannot be used as it is."""


class RunTrouble(ImrError):
    """The folder of a run cannot be used, or its counts do not add up."""


class LimitReached(ImrError):
    """A limit that the user set on cost or errors stopped the run; the same command goes on with it."""

    code = 6


class NoSafeSummary(ImrError):
    """A check of the summary failed, and no fixed sentence mends it: a wrong summary is never shown."""

    code = 8


class ModelFailed(ImrError):
    """The model failed for good. ``kind`` names how, without a word of prompt or answer."""

    code = 5

    def __init__(self, kind: str, message: str) -> None:
        super().__init__(message)
        self.kind = kind


def told(error: Exception) -> tuple[int, str]:
    """The exit code and the line for any error, without a word of the letter."""
    if isinstance(error, ImrError):
        return error.code, str(error)
    if isinstance(error, MemoryError):
        return UnreadableInput.code, "this needs more memory than allowed; raise --max-memory-mb if it is a letter"
    place = traceback.extract_tb(error.__traceback__)[-1]
    where = f"{Path(place.filename).name}, line {place.lineno}"
    return 1, f"internal error ({type(error).__name__} in {where}); please report it without the letter"
