"""A letter told to the person it is about, as pydantic models: sections of sentences, each with what it rests on."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from extractor.schema import Model, Source, Span
from extractor.taxonomy import Status

Language = Literal["en", "es"]
LANGUAGES: tuple[Language, ...] = ("en", "es")
SCHEMA_VERSION = "1.0"
Teller = Literal["template", "fact", "glossary", "model", "letter"]
"""Whose words: a fixed sentence of ours, a fact about the law, what a word means, a model's, or the letter's own."""
SectionName = Literal[
    "missing", "decided", "item", "asked", "have", "decision", "why", "question", "not_mean", "next", "caution",
    "words", "help", "about", "guideline",
]  # fmt: skip


class Sentence(Model):
    """One sentence. ``spans`` are the places of the letter that it rests on; none where it is about no letter."""

    text: str
    by: Teller
    name: str
    """Of the template, the fact or the glossary's term that the sentence was made from."""
    issues: list[int] = []
    """The items that it speaks of."""
    spans: list[Span] = []
    sources: list[str] = []
    """The letter's words at these places."""
    names: list[str] = []
    """What in it is a name (a drug, a test, an office): left untouched, and one word of two syllables."""
    counted: list[int] = []
    """Numbers in it that the program counted: how many requests, how many of them were approved."""
    checks: list[str] = []
    """What it was checked for, and passed."""
    refused: str | None = None
    """The check that another sentence failed, in whose place this one stands: a model's, or one filled in."""


class Section(Model):
    """A heading and what stands under it."""

    name: SectionName
    heading: str
    issues: list[int] = []
    sentences: list[Sentence] = []


class Reading(Model):
    """How easy the summary's own sentences are; the letter's words are left out."""

    score: float
    """English: Flesch-Kincaid grade. Spanish: Szigriszt-Pazos perspicuity, on the INFLESZ scale."""
    words: int
    sentences: int
    words_a_sentence: float
    uncommon: float = Field(ge=0, le=1)
    """Share of words outside a list of common words."""
    passive: float = Field(ge=0, le=1)
    """Share of sentences in the passive voice."""
    left_out: float = Field(ge=0, le=1)
    """Share of all words that are the letter's own, and so not counted."""


class Summary(Model):
    """What one letter decided, in plain words."""

    schema_version: str = SCHEMA_VERSION
    language: Language
    title: str
    status: Status
    source: Source
    sections: list[Section]
    reading: Reading
    model: str | None = None
    """That was asked for plainer reasons."""
    model_failed: str | None = None
    """How it failed, where it did."""
    by_model: int = 0
    """Sentences that a model worded."""
    replaced: int = 0
    """Sentences that failed a check, and have a fixed one in their place."""

    def sentences(self) -> list[Sentence]:
        """All of them, in order."""
        return [sentence for section in self.sections for sentence in section.sentences]
