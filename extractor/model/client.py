"""The one place that knows vendors: it builds the client, sends one question, and names what went wrong.

instructor parses and validates the answer; waiting and asking again are not its work here (``asking``).  What it and
the clients log holds prompts and answers, so their loggers are silenced.
"""

from __future__ import annotations

import asyncio
import json
import logging
import os
import time
from contextvars import ContextVar
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import urlsplit

from extractor.errors import UnknownModel
from extractor.model.answer import Part, response_schema
from extractor.model.local import LocalServer
from extractor.model.pace import Pace
from extractor.model.settings import HOW_TO_NAME, OFFLINE, ModelSettings
from extractor.model.usage import Usage

NOWHERE = "http://mock.invalid/v1"
DEFAULTS = {
    "openai": "https://api.openai.com/v1",
    "ollama": "http://127.0.0.1:11434/v1",
    "local": "http://127.0.0.1/v1",  # its port is known when it has been started
}
PROTOCOL = ("mock", "replay", *DEFAULTS)
"""Providers that are reached by OpenAI's protocol."""
TIMEOUTS = ("APITimeoutError", "ReadTimeout", "ConnectTimeout", "TimeoutException", "TimeoutError")
BROKEN = ("APIConnectionError", "ReadError", "ConnectError", "RemoteProtocolError")
LOOPBACK = ("localhost", "127.0.0.1", "::1")
UNPARSED = "produced output that does not match"
"""What llama.cpp's server says (500) of an answer by a schema that it cut off in an unlucky place."""
SILENT = logging.CRITICAL + 1
CHARACTERS_PER_TOKEN = 4
"""Roughly, of English: no vendor's tokenizer works without a download."""
TALKERS = (
    "instructor",
    "openai",
    "httpx2",
    "httpcore2",
    "httpx",
    "httpcore",
    "anthropic",
    "google",
    "groq",
    "mistralai",
)
"""Loggers of the libraries below: at their louder levels they print whole requests and answers."""

Form = TypeVar("Form", bound=Part)
"""What a model is asked to fill in."""

_last_response: ContextVar[list[Any] | None] = ContextVar("last_response", default=None)


class Trouble(Exception):
    """One attempt that gave no answer. ``kind`` names how, without a word of prompt or answer."""

    def __init__(self, kind: str, detail: str = "") -> None:
        super().__init__(kind)
        self.kind = kind
        self.detail = detail


class TransportTrouble(Trouble):
    """The question may not have arrived, or its answer: ask the same again, later."""

    def __init__(self, kind: str, wait: float | None = None) -> None:
        super().__init__(kind)
        self.wait = wait
        """Seconds that the server asks to wait."""


class AnswerTrouble(Trouble):
    """An answer came and cannot be used: ``cut_off``, ``refused``, ``empty``, ``not_json``, ``schema``.
    ``detail`` names the fields that do not fit, without their values."""


class RequestRefused(Trouble):
    """The provider takes no such question (key, model, option): asking again is useless."""


@dataclass
class Connection:
    """A way to a model."""

    settings: ModelSettings
    client: Any
    """instructor's asynchronous client."""
    strict: bool
    """The provider decodes by the schema where it is asked to."""
    server: LocalServer | None = None
    """The local model's, which ends with the connection."""
    pace: Pace | None = None
    """Shared with other questions to this provider."""

    async def ask(self, form: type[Form], system: str, user: str, usage: Usage) -> Form:
        """One attempt. Raises TransportTrouble, AnswerTrouble, RequestRefused; counts into ``usage`` in any case."""
        if self.pace is None:
            return await self._ask(form, system, user, usage)
        async with self.pace.turn((len(system) + len(user)) // CHARACTERS_PER_TOKEN + self.settings.max_tokens // 8):
            try:
                answer = await self._ask(form, system, user, usage)
            except TransportTrouble as trouble:
                if trouble.kind == "http_429":
                    self.pace.refused(trouble.wait)
                raise
            self.pace.answered()
            return answer

    async def _ask(self, form: type[Form], system: str, user: str, usage: Usage) -> Form:
        responses: list[Any] = []
        token = _last_response.set(responses)
        usage.attempts += 1
        started = time.perf_counter()
        try:
            asking = self.client.chat.completions.create(
                model=self.settings.model.partition("/")[2] or self.settings.model,
                response_model=_prepared(form),
                messages=[{"role": "system", "content": system}, {"role": "user", "content": user}],
                max_retries=0,
                max_tokens=self.settings.max_tokens,
                **self._options(form),
            )
            # The clients' own timeouts are between two bytes: a server that trickles would never meet them.
            answer: Form = await asyncio.wait_for(asking, self.settings.timeout)
            return answer
        except Exception as error:
            raise _trouble(error, responses[-1] if responses else None) from None
        finally:
            usage.seconds += time.perf_counter() - started
            for response in responses:
                usage.add(response)
            _last_response.reset(token)

    def _options(self, form: type[Part]) -> dict[str, Any]:
        settings = self.settings
        options: dict[str, Any] = {}
        if settings.temperature is not None:
            options["temperature"] = settings.temperature
        if settings.seed is not None:
            options["seed"] = settings.seed
        if self.strict:
            # instructor asks for a schema, but never for strict decoding by it.
            narrow = response_schema(form, narrow=self.settings.narrow)
            schema = {"name": form.__name__, "strict": True, "schema": narrow}
            options["extra_body"] = {"response_format": {"type": "json_schema", "json_schema": schema}}
        return options

    async def close(self) -> None:
        """Gives its connections back."""
        inner = getattr(self.client, "client", None)
        if inner is not None and hasattr(inner, "close"):
            result = inner.close()
            if asyncio.iscoroutine(result):
                await result
        if self.server is not None:
            self.server.close()


def connect(settings: ModelSettings, transport: Any = None, pace: Pace | None = None) -> Connection:
    """A way to the model. ``transport`` stands in for the network, under the real client.

    Raises UnknownModel; ModelFailed where the local model does not start.
    """
    import instructor

    known(settings)
    provider = settings.provider
    strict = provider in PROTOCOL and settings.mode in (None, "json_schema")
    mode = _mode(settings.mode or ("json_schema" if strict else None))
    server = LocalServer() if provider == "local" and transport is None else None
    if provider in PROTOCOL:
        client = instructor.from_openai(_openai(settings, transport, server), mode=mode or instructor.Mode.TOOLS)
    elif settings.base_url or settings.record:
        raise UnknownModel(f"'{provider}' is reached by its own package: a base URL or --record cannot be used with it")
    else:
        options = {"mode": mode} if mode else {}
        try:
            client = instructor.from_provider(
                settings.model, async_client=True, max_retries=0, timeout=settings.timeout, **options
            )
        except Exception as error:
            raise UnknownModel(
                f"no way to '{settings.model}' ({type(error).__name__}): "
                f"is the provider's package installed, and its key in the environment?"
            ) from None
    _silence()
    client.on("completion:response", _remember)
    return Connection(settings, client, strict, server, pace)


@cache
def _prepared(form: type[Form]) -> type[Form]:
    """The form as instructor wants it: left to itself it makes a class and its schema anew for every question, which
    takes as long as reading the letter by rules."""
    import instructor

    prepared: type[Form] = instructor.openai_schema(form)
    return prepared


def known(settings: ModelSettings) -> None:
    """Raises UnknownModel where the model's name can be none."""
    if settings.provider not in (*OFFLINE, *PROTOCOL) and "/" not in settings.model:
        raise UnknownModel(f"the model '{settings.model}' is not known; {HOW_TO_NAME}")


def reachable(settings: ModelSettings) -> None:
    """Nothing, where there is a way to the model: no letter need be read to find out that a key is missing. Nobody is
    asked. Raises UnknownModel."""
    if settings.provider in OFFLINE or settings.provider == "local":
        return
    if settings.provider == "openai":
        _key(settings)
        return
    connect(settings)


def _key(settings: ModelSettings) -> str | None:
    key = os.environ.get("OPENAI_API_KEY") if settings.provider == "openai" else None
    if key is None and address(settings) == DEFAULTS["openai"]:
        raise UnknownModel("OPENAI_API_KEY is not set; name a key, or a base URL that needs none (OPENAI_BASE_URL)")
    return key


def _silence() -> None:
    """Behind the imports, which set levels by variables of their own (OPENAI_LOG)."""
    for name in TALKERS:
        logging.getLogger(name).setLevel(SILENT)
    for name in list(logging.root.manager.loggerDict):
        if name.partition(".")[0] in TALKERS:
            logging.getLogger(name).setLevel(SILENT)


def leaves_machine(settings: ModelSettings) -> str | None:
    """The host that a letter would go to; None where it stays on this machine."""
    if settings.provider in OFFLINE:
        return None
    url = address(settings) if settings.provider in PROTOCOL else None
    if url is None:
        return settings.provider
    host = urlsplit(url).hostname or url
    if host in LOOPBACK:
        # Ollama passes models of such names on to its makers' machines.
        return "ollama.com" if settings.model.endswith("cloud") else None
    return host


def address(settings: ModelSettings) -> str | None:
    """Where a provider of OpenAI's protocol is reached; None for one that its own package knows the way to."""
    if settings.provider in OFFLINE:
        return NOWHERE
    named = settings.base_url or (os.environ.get("OPENAI_BASE_URL") if settings.provider == "openai" else None)
    return named or DEFAULTS.get(settings.provider)


def plain_client(settings: ModelSettings) -> Any:
    """OpenAI's own asynchronous client, for what is no question about a letter. Raises UnknownModel."""
    if settings.provider != "openai":
        raise UnknownModel(f"'{settings.provider}' has no batch interface here; name openai/MODEL, or leave out --via")
    client = _openai(settings, None, None).with_options(max_retries=5)
    _silence()
    return client


def _openai(settings: ModelSettings, transport: Any, server: LocalServer | None) -> Any:
    import httpx2
    import openai

    from extractor.model.recording import Player, Recorder

    url = server.url if server else address(settings)
    key = server.key if server else _key(settings)
    if settings.provider == "mock" and transport is None:
        from extractor.model.mock import transport as mocked

        transport = mocked()
    if settings.provider == "replay":
        transport = Player(Path(settings.model.partition("/")[2]))
    if settings.record is not None:
        transport = Recorder(Path(settings.record), transport)
    return openai.AsyncOpenAI(
        api_key=key or "none",
        base_url=url,
        max_retries=0,  # one layer waits: asking.py
        timeout=settings.timeout,
        http_client=httpx2.AsyncClient(
            transport=transport,
            timeout=settings.timeout,
            trust_env=leaves_machine(settings) is not None,  # else a proxy of the environment would see the letter
            limits=httpx2.Limits(max_connections=100, max_keepalive_connections=100),
        ),
    )


def _mode(name: str | None) -> Any:
    if name is None:
        return None
    import instructor

    try:
        return (
            instructor.Mode(name) if name in {mode.value for mode in instructor.Mode} else instructor.Mode[name.upper()]
        )
    except KeyError:
        known = ", ".join(sorted(mode.name.lower() for mode in instructor.Mode))
        raise UnknownModel(f"the mode '{name}' is not known; known are {known}") from None


def _remember(response: Any) -> None:
    held = _last_response.get()
    if held is not None:
        held.append(response)


def _trouble(error: BaseException, response: Any) -> Trouble:
    """What went wrong, by types and status codes alone."""
    chain = [error]
    while chain[-1].__cause__ is not None:
        chain.append(chain[-1].__cause__)
    for cause in chain:
        status = getattr(cause, "status_code", None)
        if isinstance(status, int):
            if status == 500 and UNPARSED in str(cause):
                return AnswerTrouble("cut_off")
            if status in (408, 409, 425, 429) or status >= 500:
                return TransportTrouble(f"http_{status}", _retry_after(cause))
            told = f"{getattr(cause, 'code', '')} {getattr(cause, 'type', '')}"
            too_long = status == 413 or "context_length" in told or "exceed_context_size" in told
            return RequestRefused("too_long" if too_long else f"http_{status}")
        if type(cause).__name__ in TIMEOUTS:
            return TransportTrouble("timeout")
        if type(cause).__name__ in BROKEN:
            return TransportTrouble("connection")
    if type(error).__name__ == "IncompleteOutputException":
        return AnswerTrouble("cut_off")
    return _answer_trouble(chain, response)


def _answer_trouble(chain: list[BaseException], response: Any) -> Trouble:
    from pydantic import ValidationError

    choices = getattr(response, "choices", None)
    choice = choices[0] if isinstance(choices, list) and choices else None
    message = getattr(choice, "message", None)
    if getattr(message, "refusal", None) or getattr(choice, "finish_reason", None) == "content_filter":
        return AnswerTrouble("refused")
    if getattr(choice, "finish_reason", None) == "length":
        return AnswerTrouble("cut_off")
    invalid = next((cause for cause in chain if isinstance(cause, ValidationError)), None)
    if message is not None and not (getattr(message, "content", None) or getattr(message, "tool_calls", None)):
        return AnswerTrouble("empty")
    if invalid is None:
        return AnswerTrouble("not_json" if isinstance(chain[-1], json.JSONDecodeError) else "schema")
    if any(entry["type"] == "json_invalid" for entry in invalid.errors()):
        return AnswerTrouble("not_json")
    fields = [".".join(map(str, entry["loc"])) + f" ({entry['type']})" for entry in invalid.errors()[:20]]
    return AnswerTrouble("schema", "; ".join(fields))


def _retry_after(error: Any) -> float | None:
    headers = getattr(getattr(error, "response", None), "headers", {})
    for name, scale in (("retry-after-ms", 1000.0), ("retry-after", 1.0)):
        try:
            return max(0.0, float(headers[name]) / scale)
        except (KeyError, ValueError, TypeError):
            continue
    return None
