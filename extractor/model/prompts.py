"""Prompts as strict data: files in ``prompts/``, each with its id, version, variables, system and user part.

An unknown key or a variable that is not declared stops the loading, with every name listed.  The system part holds
all that is the same for every letter, so that a provider's prompt cache serves it.
"""

from __future__ import annotations

import hashlib
import re
import tomllib
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from extractor.errors import PromptError

HOLE = re.compile(r"\{\{ ?(\w+) ?\}\}")
"""Where a variable's value is put; what a value holds is never looked at again."""


class Example(BaseModel):
    """An invented letter and the answer that a careful reader gives."""

    model_config = ConfigDict(extra="forbid")
    letter: str
    answer: str
    """JSON, as the model is to write it."""


class Prompt(BaseModel):
    """One prompt file."""

    model_config = ConfigDict(extra="forbid")
    id: Annotated[str, Field(pattern=r"^[a-z_]+$")]
    version: Annotated[int, Field(ge=1)]
    variables: list[str]
    system: str
    user: str
    examples: list[Example] = []

    @property
    def name(self) -> str:
        """``id@version``, as results carry it."""
        return f"{self.id}@{self.version}"

    @property
    def sha256(self) -> str:
        """Of all that the file says, before its variables are filled."""
        examples = [part for example in self.examples for part in (example.letter, example.answer)]
        return fingerprint(self.system, self.user, *examples)

    def render(self, **values: str) -> tuple[str, str]:
        """The system and the user part with every variable filled. Raises PromptError."""
        missing, unknown = set(self.variables) - values.keys(), values.keys() - set(self.variables)
        if missing or unknown:
            raise PromptError(f"prompt {self.name}: not filled: {_names(missing)}; not known: {_names(unknown)}")
        system, user = (HOLE.sub(lambda hole: values[hole[1]], part) for part in (self.system, self.user))
        return system.strip(), user.strip()


def load(path: Path) -> Prompt:
    """The prompt that the file holds. Raises PromptError."""
    try:
        prompt = Prompt.model_validate(tomllib.loads(path.read_text(encoding="utf-8")))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise PromptError(f"{path.name} cannot be read: {error}") from None
    except ValidationError as error:
        wrong = {".".join(map(str, entry["loc"])) or "file" for entry in error.errors()}
        raise PromptError(f"{path.name}: these keys are missing, unknown or wrong: {_names(wrong)}") from None
    used = {hole[1] for part in (prompt.system, prompt.user) for hole in HOLE.finditer(part)}
    if used != set(prompt.variables):
        undeclared, unused = used - set(prompt.variables), set(prompt.variables) - used
        raise PromptError(f"{path.name}: not declared: {_names(undeclared)}; not used: {_names(unused)}")
    if prompt.id != path.stem:
        raise PromptError(f"{path.name}: its id is '{prompt.id}'; name the file as its id")
    return prompt


@cache
def prompts() -> dict[str, Prompt]:
    """All prompts by their id."""
    return {path.stem: load(path) for path in sorted(prompts_root().glob("*.toml"))}


def prompts_root() -> Path:
    """The folder of prompt files: in the package as installed, or beside it in a checkout."""
    packed = Path(str(files("extractor") / "_data" / "prompts"))
    return packed if packed.is_dir() else Path(__file__).resolve().parents[2] / "prompts"


def fingerprint(*parts: str) -> str:
    """SHA-256 of what is sent, in hexadecimal."""
    digest = hashlib.sha256()
    for part in parts:
        digest.update(part.encode("utf-8", "surrogatepass") + b"\0")
    return digest.hexdigest()


def _names(names: set[str]) -> str:
    return ", ".join(sorted(names)) or "none"
