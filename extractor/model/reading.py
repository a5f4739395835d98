"""One model, asked about letters: prompt, cache, question, answer."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable
from dataclasses import asdict, dataclass, field
from functools import cache as cached
from typing import Any, Generic

from pydantic import ValidationError

from extractor.errors import ModelFailed
from extractor.model.answer import Answer, Part, ReasonsAnswer, Rewording, joined, response_schema
from extractor.model.asking import TOO_LONG, ask
from extractor.model.cache import Keeper
from extractor.model.client import Connection, Form, address, connect
from extractor.model.local import bounded, identity
from extractor.model.pace import PATIENCE, Pace
from extractor.model.prompts import Example, fingerprint, prompts
from extractor.model.redaction import Redaction
from extractor.model.settings import ModelSettings
from extractor.model.usage import Usage
from extractor.source import SourceText
from extractor.taxonomy import CATEGORIES, REASONS
from extractor.units import UNITS_VERSION, Units, cut


@dataclass
class Told(Generic[Form]):
    """What the model said of one letter, or how it failed, and what that cost."""

    prompt: str
    """The prompt's ``name@version``."""
    sent: str
    """SHA-256 of what was sent."""
    cache: str
    """``hit``, ``miss`` or ``off``."""
    answer: Form | None = None
    failure: ModelFailed | None = None
    usage: Usage = field(default_factory=Usage)
    """Of this run: nothing where the answer was kept."""


class Reader:
    """A model with its cache. Close it when no more letters are asked about."""

    def __init__(
        self, settings: ModelSettings, *, cache: Keeper | None = None, transport: Any = None, pace: Pace | None = None
    ) -> None:
        self.settings = bounded(settings) if settings.provider == "local" else settings
        self._cache = None if settings.provider == "replay" else cache  # what is on record is kept already
        self._transport = transport
        self._pace = pace
        self._connection: Connection | None = None
        self._loop: asyncio.AbstractEventLoop | None = None

    async def read(self, units: Units, examine: Callable[[Answer], list[str]]) -> Told[Answer]:
        """Asks about one letter, unless its answer is kept. ``examine`` tells what of an answer does not hold.

        Never raises for a model's failure: it stands in the result.
        """
        prompt = prompts()["extract"]
        redaction = Redaction() if self.settings.redact else None
        shown = redaction.redact(units.text) if redaction else units.text
        system, user = prompt.render(**constant(), letter=shown)
        told = Told[Answer](prompt.name, fingerprint(system, user), "miss" if self._cache else "off")

        async def asked() -> Answer:
            return await self._asked(units, system, user, examine, told.usage, redaction)

        return await self._told(told, Answer, self._key(units.source, Answer, system, user), asked)

    async def reword(
        self, source: SourceText, shown: str, language: str, examine: Callable[[Rewording], list[str]]
    ) -> Told[Rewording]:
        """Asks for plain words for the reasons that are shown, unless they are kept. Never raises for a model's
        failure."""
        return await self._shown(source, "reword", Rewording, examine, language=language, reasons=self._redacted(shown))

    async def reasons(
        self, source: SourceText, shown: str, examine: Callable[[ReasonsAnswer], list[str]]
    ) -> Told[ReasonsAnswer]:
        """Asks for the reasons of the items that are shown, unless they are kept. Never raises for a model's
        failure."""
        codes = constant()["reasons"]
        return await self._shown(source, "reasons", ReasonsAnswer, examine, reasons=codes, items=self._redacted(shown))

    def _redacted(self, shown: str) -> str:
        return Redaction().redact(shown) if self.settings.redact else shown

    async def _shown(
        self, source: SourceText, name: str, form: type[Form], examine: Callable[[Form], list[str]], **values: str
    ) -> Told[Form]:
        """Asks about a part of the letter; the answer holds no word of it."""
        prompt, reask = prompts()[name], prompts()["reask"]
        system, user = prompt.render(**values)
        told = Told[Form](prompt.name, fingerprint(system, user), "miss" if self._cache else "off")

        async def asked() -> Form:
            found = await ask(self._connected(), form, system, user, reask=reask, examine=examine, usage=told.usage)
            return found.answer

        return await self._told(told, form, self._key(source, form, system, user), asked)

    async def _told(
        self, told: Told[Form], form: type[Form], key: str, asked: Callable[[], Awaitable[Form]]
    ) -> Told[Form]:
        """The kept answer, or one that is asked for and kept."""
        kept = self._kept(key, form)
        if kept is not None:
            told.cache, told.answer = "hit", kept
            return told
        try:
            async with asyncio.timeout(self.settings.patience.letter) as limit:
                PATIENCE.set(limit)
                told.answer = await asked()
        except TimeoutError:
            told.failure = ModelFailed("timeout", "the model took too long over this letter")
            return told
        except ModelFailed as failure:
            told.failure = failure
            return told
        if self._cache is not None:
            self._cache.set(key, {"answer": told.answer.model_dump(mode="json"), "usage": asdict(told.usage)})
        return told

    async def _asked(
        self,
        units: Units,
        system: str,
        user: str,
        examine: Callable[[Answer], list[str]],
        usage: Usage,
        redaction: Redaction | None,
    ) -> Answer:
        """The answer to the whole letter, or where it is too long for the model, to its parts. Raises ModelFailed."""
        reask = prompts()["reask"]

        async def answer(question: str) -> Answer:
            def examined(said: Answer) -> list[str]:
                return examine(_restored(said, redaction))

            asked = await ask(self._connected(), Answer, system, question, reask=reask, examine=examined, usage=usage)
            return _restored(asked.answer, redaction)

        try:
            return await answer(user)
        except ModelFailed as failure:
            if failure.kind not in TOO_LONG or len(units.parts) == 1:
                raise
        answers = []
        for part in units.parts:
            _, shown = prompts()["part"].render(letter=redaction.redact(part) if redaction else part)
            answers.append(await answer(shown))
        return joined(answers)

    def _key(self, source: SourceText, form: type[Part], system: str, user: str) -> str:
        """Everything that can change an answer."""
        parts = {
            "text": source.text_sha256,
            "units": UNITS_VERSION,
            "system": system,
            "user": user,
            "others": [prompts()[name].user for name in ("reask", "part")],
            "address": address(self.settings),
            "schema": response_schema(form, narrow=self.settings.narrow),
            **self.settings.fingerprint(),
            "weights": identity() if self.settings.provider == "local" else None,
        }
        return fingerprint(json.dumps(parts, sort_keys=True))

    def _kept(self, key: str, form: type[Form]) -> Form | None:
        entry = self._cache.get(key) if self._cache is not None else None
        try:
            return form.model_validate(entry["answer"]) if entry else None
        except (ValidationError, KeyError, TypeError):
            return None

    def _connected(self) -> Connection:
        """The connection of the loop that runs: its sockets are of no use in another."""
        loop = asyncio.get_running_loop()
        if self._connection is None or self._loop is not loop:
            self._connection, self._loop = connect(self.settings, self._transport, self._pace), loop
        return self._connection

    @property
    def unkept(self) -> int:
        """Answers that came and could not be kept."""
        return self._cache.unkept if self._cache else 0

    async def close(self) -> None:
        if self._connection is not None and self._loop is asyncio.get_running_loop():
            await self._connection.close()
        self._connection = None


def _restored(answer: Answer, redaction: Redaction | None) -> Answer:
    """With the letter's own words: longer than an answer may be, and checked against the letter like all quotes."""
    if redaction is None:
        return answer
    try:
        return Answer.model_validate(redaction.restore(answer.model_dump()))
    except ValidationError:
        return answer  # quotes that hold place-holders then stand nowhere in the letter, and are told as such


@cached
def constant() -> dict[str, str]:
    """What the prompt says to every letter."""
    return {
        "categories": "\n".join(f"- {name}: {', '.join(kinds)}" for name, kinds in CATEGORIES.items()),
        "reasons": "\n".join(f"- {code}: {meaning}" for code, meaning in REASONS.items()),
        "examples": "\n\n".join(map(_shown, prompts()["extract"].examples)),
    }


def _shown(example: Example) -> str:
    return f"An example:\n{example_units(example).text}\n\nIts answer:\n{example.answer.strip()}"


def example_units(example: Example) -> Units:
    """The units of an example's letter."""
    return cut(SourceText(text=example.letter, name="example", media_type="text/plain", sha256=""))
