"""One straight way: a determination and its letter in, a checked summary out."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from extractor.schema import Determination
from extractor.source import SourceText
from extractor.summary.checks import Letter, check, failing
from extractor.summary.compose import MOST_QUOTED, compose
from extractor.summary.level import LEFT_OUT, easy, reading
from extractor.summary.phrases import phrase, sentences
from extractor.summary.schema import Language, Section, Sentence, Summary
from extractor.units import cut

if TYPE_CHECKING:
    from extractor.model.answer import Rewording
    from extractor.model.reading import Reader

MOST_WORDS, MOST_FURTHER = 350, 60
"""Words of a summary of one item, and for each further one; beyond them it is told more briefly, where it can be."""
MANNERS = (
    (0, MOST_QUOTED),
    (1, MOST_QUOTED),
    (2, MOST_QUOTED),
    (3, MOST_QUOTED),
    (4, MOST_QUOTED),
    (4, 20),
    (4, 10),
    (4, 0),
)
"""How briefly, and how many words of a rationale are quoted; the first way of telling without shortcomings is taken."""
MENDED = {
    "asked.care": "asked.unknown", "asked.payment": "asked.unknown", "have.part": "have.part_as_told",
    "decided.partly_counted": "decided.partly",
}  # fmt: skip
"""What is said in the place of a sentence that is filled in from the letter, and fails a check."""


def tell(
    determination: Determination,
    source: SourceText,
    language: Language,
    today: dt.date | None = None,
    rewording: Rewording | None = None,
) -> Summary:
    """The summary. ``today`` tells how old the letter is; ``rewording`` is a model's wording of the reasons, of which
    only what passes every check is taken.

    Raises NoSafeSummary.
    """
    letter = Letter(determination, source, language)
    today = today or dt.date.today()
    items, tried = len(determination.issues), []
    for brief, quoted in MANNERS:
        sections = compose(determination, source, language, today, brief=brief, quoted=quoted)
        _mend(sections, letter)
        if rewording is not None:
            from extractor.summary.rewrite import reword

            reword(sections, rewording, cut(source), letter)
            _say_so(sections, language)
        summary = _whole(determination, language, sections)
        tried.append((_shortcomings(summary, items), -quoted, -brief, summary))
        if not tried[-1][0]:
            break
    summary = min(tried, key=lambda one: one[:3])[3]
    check(summary, determination, source)
    for sentence in summary.sentences():
        sentence.sources = [" ".join(source.text[start:end].split()) for start, end in sentence.spans]
    return summary


def _mend(sections: list[Section], letter: Letter) -> None:
    """The rules read what a poor copy hardly shows: what then stands nowhere in the letter is not told."""
    for section in sections:
        for at, sentence in enumerate(section.sentences):
            failed = failing(sentence, letter) if sentence.name in MENDED else None
            if failed:
                name = MENDED[sentence.name]
                text = phrase(name, letter.language)
                section.sentences[at] = sentence.model_copy(
                    update={"name": name, "text": text, "names": [], "refused": failed}
                )


def _shortcomings(summary: Summary, items: int) -> int:
    """How badly a summary misses what it should be: too hard is worst, then too much of the letter's own words, then a
    reason that is not told, then length."""
    reading = summary.reading
    long = reading.words > MOST_WORDS + MOST_FURTHER * (items - 1)
    untold = any(sentence.name == "why.unknown" for sentence in summary.sentences())
    return 8 * (not easy(reading, summary.language)) + 4 * (reading.left_out > LEFT_OUT) + 2 * untold + long


async def atell(
    determination: Determination, source: SourceText, language: Language, reader: Reader, today: dt.date | None = None
) -> Summary:
    """As :func:`tell`, with a model that is asked for plainer reasons; where it fails, the fixed ones stand."""
    from extractor.summary.rewrite import LANGUAGES, problems, shown, slots

    letter = Letter(determination, source, language)
    sections = compose(determination, source, language, today or dt.date.today())
    found = slots(sections, cut(source))
    if not found:
        return tell(determination, source, language, today)
    told = await reader.reword(
        source, shown(found), LANGUAGES[language], lambda answer: problems(answer, found, letter)
    )
    summary = tell(determination, source, language, today, told.answer)
    summary.model = reader.settings.model
    summary.model_failed = told.failure.kind if told.failure else None
    return summary


def _say_so(sections: list[Section], language: Language) -> None:
    """A page with sentences of a model says that it has them."""
    if not any(sentence.by == "model" for section in sections for sentence in section.sentences):
        return
    about = next(section for section in sections if section.name == "about")
    text = phrase("about.rewritten", language)
    about.sentences += [Sentence(text=one, by="template", name="about.rewritten") for one in sentences(text)]


def _whole(determination: Determination, language: Language, sections: list[Section]) -> Summary:
    told = [sentence for section in sections for sentence in section.sentences]
    return Summary(
        language=language,
        title=phrase("heading.title", language),
        status=determination.status,
        source=determination.source,
        sections=sections,
        reading=reading(told, language),
        by_model=sum(sentence.by == "model" for sentence in told),
        replaced=sum(sentence.refused is not None for sentence in told),
    )
