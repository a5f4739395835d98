"""Asking until there is an answer: transport troubles are waited out, a wrong answer is asked again with its error.

Two troubles, one layer each.  Transport (429, 408, 5xx, timeouts, broken connections) is tenacity's; a controller is
made for every question, since a shared one loses attempts where questions run side by side.  An answer that does not
fit is asked again at most twice, with its latest errors only.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic

import tenacity

from extractor.errors import ModelFailed
from extractor.model.client import AnswerTrouble, Connection, Form, RequestRefused, TransportTrouble
from extractor.model.prompts import Prompt
from extractor.model.settings import Patience
from extractor.model.usage import Usage

REASKS = 2
MOST_PROBLEMS = 20
"""So many problems of an answer are told when it is asked again."""
TOO_LONG = ("cut_off", "too_long")
"""How a model fails that the letter is too long for: it may take it in parts."""
HOPELESS = {
    "refused": "the model refused to answer",
    "cut_off": "the model's answer was cut off; raise --max-tokens",
}
"""Troubles that the same question would meet again."""


@dataclass
class Asked(Generic[Form]):
    """The best answer that came, and what is wrong with it still."""

    answer: Form
    problems: list[str]


async def ask(
    connection: Connection,
    form: type[Form],
    system: str,
    user: str,
    *,
    reask: Prompt,
    examine: Callable[[Form], list[str]],
    usage: Usage,
) -> Asked[Form]:
    """The answer with the fewest problems.

    ``examine`` tells what of an answer does not hold in the letter.  Raises ModelFailed where no answer came that
    could be read; ``usage`` counts every attempt in any case.
    """
    best: Asked[Form] | None = None
    kind, errors = "schema", ""
    for _ in range(1 + REASKS):
        question = user if not errors else f"{user}\n\n{reask.render(errors=errors)[1]}"
        try:
            answer = await _patiently(connection, form, system, question, usage)
        except ModelFailed:
            if best is None:
                raise
            break
        except AnswerTrouble as trouble:
            kind = trouble.kind
            if kind in HOPELESS:
                break
            errors = trouble.detail or {"empty": "the answer was empty"}.get(kind, "the answer was no JSON object")
            continue
        problems = examine(answer)
        if best is None or len(problems) < len(best.problems):
            best = Asked(answer, problems)
        if not problems:
            break
        errors = "\n".join(problems[:MOST_PROBLEMS])
    if best is not None:
        return best
    raise ModelFailed(kind, HOPELESS.get(kind, f"the model gave no usable answer ({kind})"))


async def _patiently(connection: Connection, form: type[Form], system: str, user: str, usage: Usage) -> Form:
    """One answer, through transport troubles."""
    patience = connection.settings.patience
    controller = tenacity.AsyncRetrying(
        retry=tenacity.retry_if_exception_type(TransportTrouble),
        stop=tenacity.stop_after_attempt(patience.attempts) | tenacity.stop_before_delay(patience.seconds),
        wait=lambda state: _wait(state, patience),
        reraise=True,
    )
    try:
        answer: Form = await controller(connection.ask, form, system, user, usage)
        return answer
    except TransportTrouble as trouble:
        message = f"the model could not be reached ({trouble.kind}, {usage.attempts} attempts); try again later"
        raise ModelFailed(trouble.kind, message) from None
    except RequestRefused as trouble:
        if trouble.kind in TOO_LONG:
            raise ModelFailed(trouble.kind, "the letter is too long for the model") from None
        message = f"the provider refused the question ({trouble.kind}): check the model's name, the key and the options"
        raise ModelFailed(trouble.kind, message) from None


def _wait(state: tenacity.RetryCallState, patience: Patience) -> float:
    """Seconds before the next attempt: as long as the server asks for, else doubling, with jitter."""
    trouble = state.outcome.exception() if state.outcome else None
    asked = getattr(trouble, "wait", None)
    if asked is not None:
        return float(min(asked, patience.seconds)) + random.uniform(0, patience.first)  # noqa: S311 - no secret
    longest = min(patience.longest, patience.first * 2 ** (state.attempt_number - 1))
    return random.uniform(longest / 2, longest)  # noqa: S311 - no secret
