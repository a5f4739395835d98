"""What a model's work cost: tokens, attempts, seconds, dollars."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass
class Usage:
    """Summed over all attempts, the failed ones too."""

    prompt: int = 0
    completion: int = 0
    cached: int = 0
    """Of the prompt's tokens, those that the provider's cache served."""
    attempts: int = 0
    seconds: float = 0.0

    def add(self, response: Any) -> None:
        """Counts what one response reports, in any of the providers' words."""
        told = getattr(response, "usage", None)
        if told is None:
            return
        prompt = _first(told, "prompt_tokens", "input_tokens")
        details = getattr(told, "prompt_tokens_details", None) or getattr(told, "input_tokens_details", None)
        cached = _first(details, "cached_tokens") if details else 0
        # Where the prompt's cached part is counted beside it, not in it, it belongs to it all the same.
        apart = _first(told, "cache_read_input_tokens")
        self.prompt += max(0, prompt) + max(0, apart) + max(0, _first(told, "cache_creation_input_tokens"))
        self.cached += min(max(0, cached), max(0, prompt)) + max(0, apart)
        self.completion += max(0, _first(told, "completion_tokens", "output_tokens"))


ANSWER_SHARE = 0.12
"""Tokens of an answer beside those of its question, rather more than golden letters take (0.07 to 0.1)."""


def _first(told: Any, *names: str) -> int:
    values = (getattr(told, name, None) for name in names)
    return next((value for value in values if isinstance(value, int)), 0)


def cost(model: str, usage: Usage) -> float | None:
    """Dollars by the kept price list of genai-prices; None where it knows no price for the model."""
    provider, _, name = model.partition("/")
    if not name:
        return 0.0 if provider in ("mock", "local") else None
    from genai_prices import Usage as Priced
    from genai_prices import calc_price

    priced = Priced(input_tokens=usage.prompt, cache_read_tokens=usage.cached or None, output_tokens=usage.completion)
    try:
        return float(calc_price(priced, model_ref=name, provider_id=provider).total_price)
    except (LookupError, ValueError):
        return None
