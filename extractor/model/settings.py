"""What is asked of which model, how it is sampled, and how patiently."""

from __future__ import annotations

from dataclasses import dataclass, field

OFFLINE = ("none", "mock", "replay")
"""Providers for which no socket is opened."""
DEMOS = ("mock", "local")
"""Models that show how all this works, and are often wrong."""
HOW_TO_NAME = "write provider/model, as in openai/gpt-4o, or mock, local or none"


@dataclass(frozen=True)
class Patience:
    """How long transport troubles are waited out: doubling waits with jitter, a server's ``Retry-After`` obeyed."""

    attempts: int = 6
    seconds: float = 180.0
    """No attempt begins later than this after the first one."""
    letter: float = 800.0
    """For all questions about one letter together."""
    first: float = 0.5
    longest: float = 30.0


@dataclass(frozen=True)
class ModelSettings:
    """Everything about the model that can change an answer, and the patience for its transport."""

    model: str
    """``provider/model`` as instructor names them, ``replay/FOLDER``, ``mock`` or ``local``."""
    base_url: str | None = None
    """For ``openai/…``: whatever speaks its protocol."""
    mode: str | None = None
    """instructor's mode; None: the best one for the provider."""
    temperature: float | None = 0.0
    """None leaves it out: some models take none."""
    seed: int | None = None
    max_tokens: int = 8192
    timeout: float = 120.0
    """Seconds for one attempt."""
    record: str | None = None
    """The folder that a provider's answers are put on record in; None: nowhere."""
    redact: bool = False
    """Names, addresses and numbers of persons are taken out before sending."""
    repeat: int = 0
    """Which of several equal questions this is: part of the cache's key."""
    price_share: float = 1.0
    """Of the list price, what the provider takes."""
    patience: Patience = field(default=Patience(), compare=False)

    @property
    def provider(self) -> str:
        return self.model.partition("/")[0]

    @property
    def narrow(self) -> bool:
        """Lists and quotes of an answer are kept short: the small local model fills them to their bounds."""
        return self.provider == "local"

    def fingerprint(self) -> dict[str, object]:
        """What of this can change an answer."""
        return {
            "model": self.model,
            "base_url": self.base_url,
            "mode": self.mode,
            "temperature": self.temperature,
            "seed": self.seed,
            "max_tokens": self.max_tokens,
            "repeat": self.repeat,
        }
