"""Every error that this package raises on purpose.

ImrError
├── UnreadableInput      3  the input cannot be read: missing, empty, encrypted, corrupt, no text layer
│   └── LimitExceeded    3  the input is over a limit on its size, its pages or its text
└── NotADetermination    4  the input was read, and holds no determination

``code`` is the exit code of the command line. A message is one line that says what is wrong and
what to do, and holds nothing of the letter's text.
"""

from __future__ import annotations


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
