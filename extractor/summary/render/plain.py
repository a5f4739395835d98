"""A summary as plain text and as Markdown."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterator

from extractor.summary.compose import WHOSE
from extractor.summary.phrases import phrase
from extractor.summary.schema import Section, SectionName, Sentence, Summary

OF_AN_ITEM: tuple[SectionName, ...] = ("asked", "have", "decision", "why", "question")
"""Sections that stand below an item's heading."""
LISTED: tuple[SectionName, ...] = ("question", "words")
"""Sections whose sentences stand one below the other."""
MARKUP = re.compile(r"([\\`*_{}\[\]<>()#+\-!|~&])")
CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2066-\u2069]")
"""What a letter could drive a terminal with, or turn its words round."""


def text(summary: Summary, width: int) -> str:
    """For a terminal or a printer."""
    lines = [summary.title, "=" * len(summary.title)]
    for section in summary.sections:
        indent = "  " if section.name in OF_AN_ITEM else ""
        lines += ["", indent + section.heading]
        for paragraph in _paragraphs(section, summary):
            paragraph = f"- {paragraph}" if section.name in LISTED else paragraph
            lines += textwrap.wrap(CONTROL.sub("", paragraph), width, initial_indent=indent + "  ",
                                   subsequent_indent=indent + "  ", break_long_words=False)  # fmt: skip
    return "\n".join(lines) + "\n"


def markdown(summary: Summary) -> str:
    """Headings and paragraphs; nothing of the letter is markup."""
    lines = [f"# {summary.title}"]
    for section in summary.sections:
        lines += ["", f"{'###' if section.name in OF_AN_ITEM else '##'} {section.heading}"]
        lines += [""] * (section.name in LISTED)
        listed = section.name in LISTED
        for paragraph in _paragraphs(section, summary):
            words = MARKUP.sub(r"\\\1", CONTROL.sub("", paragraph))
            lines += [f"- {words}"] if listed else ["", words]
    return "\n".join(lines) + "\n"


def explained(summary: Summary, width: int) -> str:
    """Each sentence with the letter's words that it rests on, and the checks that it passed."""
    lines = []
    for section in summary.sections:
        lines += ["", section.heading]
        for sentence in section.sentences:
            lines += textwrap.wrap(CONTROL.sub("", sentence.text), width, initial_indent="  ", subsequent_indent="  ")
            whose = f"{sentence.by} {sentence.name}"
            if sentence.refused:
                whose += f", in the place of a sentence that failed: {sentence.refused}"
            lines += textwrap.wrap(whose, width, initial_indent="      ", subsequent_indent="      ")
            for (start, end), words in zip(sentence.spans, sentence.sources, strict=True):
                told = f"{start}-{end}: {CONTROL.sub('', words)}"
                lines += textwrap.wrap(told, width, initial_indent="      ", subsequent_indent="        ")
            lines += textwrap.wrap(f"passed: {', '.join(sentence.checks)}", width, initial_indent="      ",
                                   subsequent_indent="      ")  # fmt: skip
    level = summary.reading
    scale = "grade" if summary.language == "en" else "perspicuity (INFLESZ)"
    lines += [
        "",
        f"{scale} {level.score}, {level.words} words in {level.sentences} sentences, {level.words_a_sentence} each;"
        f" uncommon words {level.uncommon:.1%}, passive sentences {level.passive:.1%}, left out as the letter's own"
        f" {level.left_out:.1%}; worded by a model {summary.by_model}, replaced {summary.replaced}",
    ]
    return "\n".join(lines).lstrip("\n") + "\n"


def _paragraphs(section: Section, summary: Summary) -> Iterator[str]:
    """Sentences run on, but for questions and words explained."""
    running: list[str] = []
    for before, sentence in zip([None, *section.sentences], section.sentences, strict=False):
        if section.name in LISTED:
            yield sentence.text
            continue
        if running and opens(section, sentence, before):
            yield " ".join(running)
            running = []
        running.append(quoted(sentence, summary))
    if running:
        yield " ".join(running)


def opens(section: Section, sentence: Sentence, before: Sentence | None) -> bool:
    """Begins a paragraph: what is told of one more item, or one more fact."""
    if section.name == "next":
        return before is None or before.name not in (sentence.name, WHOSE)
    return before is None or sentence.name in ("asked.care", "asked.payment", "asked.unknown", "asked.unread")


def quoted(sentence: Sentence, summary: Summary) -> str:
    """The sentence; the letter's words are marked as such."""
    if sentence.by != "letter":
        return sentence.text
    return f'({phrase("heading.letter", summary.language)}: "{sentence.text}")'
