"""A summary as one printable page: no script, nothing from elsewhere, nothing of the letter as markup."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import zip_longest
from pathlib import Path
from typing import Any

from extractor.summary.phrases import phrase
from extractor.summary.render.plain import CONTROL, LISTED, OF_AN_ITEM, opens, quoted
from extractor.summary.schema import SectionName, Summary

TOLD_FROM: tuple[SectionName, ...] = ("decision", "why", "caution")
"""Sections whose places in the letter are shown on demand; of the others the words stand beside."""


def page(summary: Summary) -> str:
    """The page. Its title names nothing medical: it stands in histories and on lock screens."""
    import jinja2

    template = (Path(__file__).parent / "page.html.j2").read_text(encoding="utf-8")
    environment = jinja2.Environment(
        autoescape=True, undefined=jinja2.StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    return environment.from_string(template).render(
        language=summary.language, title=summary.title, sections=list(_sections(summary)), listed=LISTED,
        source=phrase("heading.source", summary.language),
    )  # fmt: skip


def _sections(summary: Summary) -> Iterator[dict[str, Any]]:
    """What each is told from stands on demand at the end of its item, or of its section."""
    sections = summary.sections
    sources: dict[str, None] = {}
    for section, after in zip_longest(sections, sections[1:]):
        if section.name in TOLD_FROM:
            sources |= dict.fromkeys(
                CONTROL.sub("", words)
                for sentence in section.sentences
                if sentence.by != "letter"
                for words in sentence.sources
            )
        ends = after is None or after.name not in OF_AN_ITEM
        yield {
            "name": section.name, "heading": section.heading, "below": section.name in OF_AN_ITEM,
            "sentences": [
                (one.by == "letter", opens(section, one, before), CONTROL.sub("", quoted(one, summary)))
                for before, one in zip([None, *section.sentences], section.sentences, strict=False)
            ],
            "sources": list(sources) if ends else [],
        }  # fmt: skip
        sources = {} if ends else sources
