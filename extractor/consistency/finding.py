"""What every check is given, and what it gives back."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from extractor.language.sentences import Sentence
from extractor.language.told import Told
from extractor.lexicon.anatomy import regions, regions_of
from extractor.schema import Flag, Issue, Statement
from extractor.source import Span
from extractor.taxonomy import FlagCode, Level


@dataclass(frozen=True)
class Finding:
    """A flag and the number of the item that it is about; None for the letter as a whole."""

    flag: Flag
    issue: int | None = None


@dataclass(frozen=True)
class Letter:
    """One letter's fields with its sentences."""

    statement: Statement
    told: Told

    @cached_property
    def regions(self) -> dict[int, set[str]]:
        """The regions of the body that each item's request names."""
        return {
            issue.number: {region for part in issue.details.body_parts for region in regions_of(part.part, part.level)}
            if issue.details
            else set()
            for issue in self.statement.issues
        }

    @cached_property
    def askers(self) -> Counter[str]:
        """How many items' requests name each region of the body."""
        return Counter(region for named in self.regions.values() for region in named)

    @cached_property
    def told_regions(self) -> set[str]:
        """The regions of the body that the summary names."""
        return regions(*(sentence.text for sentence in self.told.summary))

    @cached_property
    def asked_regions(self) -> set[str]:
        """The regions of the body that any request names."""
        return regions(*(issue.request.text for issue in self.statement.issues if issue.request))

    def of_case(self, issue: Issue) -> Iterator[Sentence]:
        """The sentences of the item's rationale in which the reviewer speaks about this case."""
        for voice in self.told.rationales.get(issue.number, ()):
            if voice.of_case:
                yield voice.sentence


def finding(code: FlagCode, level: Level, message: str, spans: list[Span], issue: Issue | None = None) -> Finding:
    """A finding of the item, or of the letter where there is none."""
    number = issue.number if issue else None
    prefix = f"item {number}: " if number else ""
    return Finding(Flag(code=code, level=level, message=prefix + message, spans=list(dict.fromkeys(spans))), number)
