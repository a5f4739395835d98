"""Golden letters and their annotations."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from importlib.resources import files
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from extractor.errors import ImrError
from extractor.schema import Statement
from extractor.taxonomy import FlagCode

__all__ = ["Annotation", "GoldenLetter", "Refusal", "Slip", "golden_letters", "golden_root"]


class Slip(BaseModel):
    """Where a letter contradicts itself: the flag that says so, and the item; None for the letter."""

    model_config = ConfigDict(extra="forbid")
    code: FlagCode
    issue: int | None = None


class Annotation(Statement):
    """What a careful reader says a letter states, and where it contradicts itself."""

    origin: Literal["written", "real"]
    annotator: str
    notes: str | None = None
    findings: list[Slip] = Field(default=[])
    unconfirmed: list[str] = Field(default=[])
    """Values of a draft that nobody has looked at yet: it is no annotation before they are gone."""


class Refusal(BaseModel):
    """A document that is no determination letter, and the exit code it must be refused with."""

    model_config = ConfigDict(extra="forbid")
    origin: Literal["written", "real"]
    annotator: str
    notes: str | None = None
    error: Literal[3, 4]


class DamagedAnnotation(ImrError):
    """An annotation that does not fit the schema."""

    code = 3


@dataclass(frozen=True)
class GoldenLetter:
    """A letter with its annotation."""

    folder: Path

    @property
    def id(self) -> str:
        return self.folder.name

    @property
    def path(self) -> Path:
        """The letter's file."""
        found = sorted(self.folder.glob("letter.*"))
        if len(found) != 1:
            raise DamagedAnnotation(f"{self.id}: {len(found)} files named letter.*, not one")
        return found[0]

    @cached_property
    def annotation(self) -> Annotation | Refusal:
        """The annotation. Raises DamagedAnnotation where it does not fit the schema."""
        raw = (self.folder / "annotation.json").read_text(encoding="utf-8")
        try:
            kind = Refusal if "error" in json.loads(raw) else Annotation
            stated = kind.model_validate_json(raw)
        except json.JSONDecodeError as error:
            raise DamagedAnnotation(f"{self.id}: annotation.json: line {error.lineno}: {error.msg}") from None
        except ValidationError as error:
            first = error.errors(include_input=False)[0]
            place = ".".join(map(str, first["loc"]))
            raise DamagedAnnotation(f"{self.id}: annotation.json: {place}: {first['msg']}") from None
        if isinstance(stated, Annotation) and stated.unconfirmed:
            count = len(stated.unconfirmed)
            raise DamagedAnnotation(f"{self.id}: annotation.json: {count} values are not confirmed (imr annotate)")
        return stated


def golden_root() -> Path:
    """The folder of the golden letters: the package's own copy, or the checkout's."""
    packed = Path(str(files("extractor") / "_data" / "golden"))
    return packed if packed.is_dir() else Path(__file__).resolve().parents[1] / "golden"


def golden_letters(root: Path | None = None) -> Iterator[GoldenLetter]:
    """All golden letters below ``root``, by name."""
    for annotation in sorted((root or golden_root()).glob("*/annotation.json")):
        yield GoldenLetter(annotation.parent)
