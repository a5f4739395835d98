"""How sentences are made: of the phrases and of the letter's own words, each with the places that it rests on."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from extractor.schema import Determination, Issue, Span, Text
from extractor.summary.phrases import phrase, sentences
from extractor.summary.schema import Language, Section, SectionName, Sentence, Teller


class Saying:
    """Makes the sentences of one letter's summary in one language."""

    def __init__(self, letter: Determination, language: Language, brief: int) -> None:
        self.letter, self.language, self.brief = letter, language, brief

    def section(self, name: SectionName, told: Iterable[Sentence], issues: Sequence[Issue] = ()) -> Iterator[Section]:
        """The section, unless nothing stands in it."""
        found = list(told)
        if found:
            heading = phrase(f"heading.{name}", self.language)
            yield Section(name=name, heading=heading, issues=[issue.number for issue in issues], sentences=found)

    def say(
        self,
        name: str,
        issues: Sequence[Issue] = (),
        spans: Iterable[Span] = (),
        *,
        names: Sequence[str] = (),
        counted: Sequence[int] = (),
        variant: str = "",
        **values: object,
    ) -> list[Sentence]:
        """The sentences of a phrase, filled in."""
        text = phrase(name, self.language, variant=variant, **values)
        return self.tell(text, "template", name, issues, spans, names=names, counted=counted)

    def tell(
        self,
        text: str,
        by: Teller,
        name: str,
        issues: Sequence[Issue] = (),
        spans: Iterable[Span] = (),
        *,
        names: Sequence[str] = (),
        counted: Sequence[int] = (),
    ) -> list[Sentence]:
        """The sentences of a text of ours."""
        numbers, places = [issue.number for issue in issues], _merged(spans)
        return [
            Sentence(
                text=one, by=by, name=name, issues=numbers, spans=places,
                names=[word for word in names if word in one], counted=list(counted),
            )
            for one in sentences(text)
        ]  # fmt: skip

    def quote(self, text: Text, name: str, issues: Sequence[Issue]) -> Sentence:
        """The letter's own words."""
        numbers = [issue.number for issue in issues]
        return Sentence(text=text.text, by="letter", name=name, issues=numbers, spans=list(text.spans))


def spans_of(text: Text | None) -> list[Span]:
    """Where the text stands."""
    return list(text.spans) if text else []


def decisions_of(issues: Iterable[Issue]) -> list[Span]:
    """Where the decisions of these items stand."""
    return [span for issue in issues for span in issue.decision_spans]


def _merged(spans: Iterable[Span]) -> list[Span]:
    """In the letter's order, each place once."""
    return sorted(set(spans))
