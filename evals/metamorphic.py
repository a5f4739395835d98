"""What must follow when a letter is changed in a known way: lines wrapped anew, pages added, characters misread, items
put in another order, decisions turned round.

    python -m evals.metamorphic

Golden letters are changed as text and read by rules.  Under noise the annotation is read again at its places, so that
what is scored is the reading, not the noise.
"""

from __future__ import annotations

import random
import re
import textwrap
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from evals.fields import score
from evals.golden import Annotation, GoldenLetter, golden_letters
from evals.metrics import Scoreboard
from evals.places import locate
from extractor.errors import ImrError
from extractor.pipeline import extract, read_source
from extractor.schema import Determination, Issue, Statement, Text
from extractor.source import SourceText, Span
from extractor.taxonomy import Decision

Changed = tuple[str, Annotation]
Change = Callable[[SourceText, Annotation, random.Random], Changed | None]
"""The letter's text and its annotation, both changed; None where the letter leaves no room for it."""
WIDTH = 62
FOOTER = "Final Determination Letter for IMR Case Number CM00-0000000                          {page}"
LINES_A_PAGE = 45
CONFUSED = {
    "l": "1I|", "I": "l1|", "1": "lI", "O": "0Q", "0": "O", "o": "0c", "e": "c", "c": "e", "a": "o", "n": "u",
    "u": "n", "h": "b", "b": "h", "t": "f", "f": "t", "i": "l", "r": "n", "m": ["n", "rn"], "s": "5", "S": "5",
    "5": "S", "8": "B", "B": "8", "g": "q", "q": "g", ".": ",", ",": ".", ":": ";", "G": "6", "v": "y", "y": "v",
    "D": "O", "d": ["cl"], "w": ["vv"],
}  # fmt: skip
"""What scanners take for what."""
LOST, ADDED = 0.1, 0.1
"""Of the characters that are misread, so many are not seen, and so many get a space or a speck behind them."""
SPECKS = " .'`"
NOISE = (0.005, 0.01, 0.02, 0.05)
MISREAD = "{:.1%} of characters misread"
UNCHANGED = "as it is"
TEXTS = ("request", "original_request", "authorized", "rationale")
DECISION = re.compile(r"\b(upheld|overturned)\b", re.I)
NECESSARY = re.compile(r"\b(not )?medically necessary", re.I)


def rewrapped(source: SourceText, gold: Annotation, draw: random.Random) -> Changed:
    """Paragraphs of other lines."""
    paragraphs = re.split(r"(\n\s*\n)", source.text)
    return "".join(part if part.isspace() else _wrapped(part) for part in paragraphs), gold


def _wrapped(paragraph: str) -> str:
    """Lines that stand for themselves stay: only those that run on are wrapped anew."""
    lines = paragraph.split("\n")
    return "\n".join(
        textwrap.fill(line, WIDTH, break_long_words=False, break_on_hyphens=False) if len(line) > WIDTH else line
        for line in lines
    )


def double_spaced(source: SourceText, gold: Annotation, draw: random.Random) -> Changed:
    return source.text.replace("\n", "\n\n"), gold


def headings_in_capitals(source: SourceText, gold: Annotation, draw: random.Random) -> Changed:
    labels = r"^(?:claims administrator guideline|maximus guideline|decision rationale|clinical case summary)\b"
    return re.sub(labels, lambda match: match.group().upper(), source.text, flags=re.I | re.M), gold


def footers(source: SourceText, gold: Annotation, draw: random.Random) -> Changed | None:
    """A footer at each page's end, in a letter that has none."""
    if source.pages > 1 or source.furniture:
        return None
    lines = source.text.split("\n")
    pages = [lines[at : at + LINES_A_PAGE] for at in range(0, len(lines), LINES_A_PAGE)]
    return "\f".join("\n".join([*page, "", FOOTER.format(page=at), ""]) for at, page in enumerate(pages, 2)), gold


def noisy(share: float) -> Change:
    """So many of the characters misread."""

    def change(source: SourceText, gold: Annotation, draw: random.Random) -> Changed:
        places, pieces, at = [], [], 0
        for character in source.text:
            places.append(at)
            pieces.append(_misread(character, draw) if draw.random() < share else character)
            at += len(pieces[-1])
        return "".join(pieces), _reread(gold, source, "".join(pieces), [*places, at])

    return change


def _misread(character: str, draw: random.Random) -> str:
    """What is seen in the character's stead; lines stay, and what nothing looks like."""
    kind = draw.random()
    if character == "\n" or (kind >= LOST + ADDED and character not in CONFUSED):
        return character
    if kind < LOST:
        return ""
    return character + draw.choice(SPECKS) if kind < LOST + ADDED else draw.choice(CONFUSED[character])


def _reread(gold: Annotation, source: SourceText, text: str, places: list[int]) -> Annotation:
    """The annotation's items with the words that now stand at their places (where each character went); nothing else
    is scored under noise."""

    def moved(spans: Sequence[Span]) -> list[Span]:
        return [(places[start], places[end]) for start, end in spans]

    changed = SourceText(text, "", "", "", furniture=tuple(moved(source.furniture)))

    def reread(stated: Text | None) -> Text | None:
        if stated is None:
            return None
        return stated.model_copy(update={"text": changed.slice(moved(stated.spans)), "spans": moved(stated.spans)})

    issues = []
    for issue in gold.issues:
        texts = {name: reread(getattr(issue, name)) for name in TEXTS}
        issues.append(Issue(number=issue.number, decision=issue.decision).model_copy(update=texts))
    return Annotation(origin=gold.origin, annotator=gold.annotator, outcome=gold.outcome, issues=issues)


def reordered(source: SourceText, gold: Annotation, draw: random.Random) -> Changed | None:
    """The last item first, with its heading and all that stands behind it."""
    blocks = [_block(issue) for issue in gold.issues]
    if len(blocks) < 2 or None in blocks:
        return None
    starts = [block for block in blocks if block is not None]
    end = _end(gold.issues[-1])
    if starts != sorted(starts) or source.furniture:
        return None
    text = source.text
    pieces = [text[start:stop] for start, stop in zip(starts, [*starts[1:], end], strict=True)]
    moved = [pieces[-1].rstrip() + "\n\n", *pieces[:-1]]
    issues = [gold.issues[-1], *gold.issues[:-1]]
    issues = [issue.model_copy(update={"number": at, "depends_on": None}) for at, issue in enumerate(issues, 1)]
    return text[: starts[0]] + "".join(moved).rstrip() + text[end:], gold.model_copy(update={"issues": issues})


def _block(issue: Issue) -> int | None:
    """Where the item's heading begins."""
    texts = [text for text in (issue.original_request, issue.request) if text and text.spans]
    return min(text.spans[0][0] for text in texts) if texts else None


def _end(issue: Issue) -> int:
    return issue.rationale.spans[-1][1] if issue.rationale and issue.rationale.spans else 0


def turned_round(source: SourceText, gold: Annotation, draw: random.Random) -> Changed | None:
    """Every decision and every conclusion says the opposite."""
    text, issues = source.text, []
    for issue in reversed(gold.issues):
        request, rationale = issue.request, issue.rationale
        if not (request and rationale and request.spans and rationale.spans):
            return None
        concluded = list(NECESSARY.finditer(text, rationale.spans[-1][0], rationale.spans[-1][1]))
        word = DECISION.search(text, request.spans[-1][1], request.spans[-1][1] + 40)
        if len(concluded) != 1 or word is None:
            return None
        last = concluded[0]
        text = text[: last.start()] + _opposite(last) + text[last.end() :]
        other: Decision = "overturned" if word.group().lower() == "upheld" else "upheld"
        text = text[: word.start()] + other.capitalize() + text[word.end() :]
        parts = {name: getattr(issue, name) for name in ("request", "original_request", "authorized")}
        issues.append(Issue(number=issue.number, decision=other).model_copy(update=parts))
    stated = Annotation(origin=gold.origin, annotator=gold.annotator, outcome="mixed", issues=issues[::-1])
    return text, stated


def _opposite(match: re.Match[str]) -> str:
    return match.group()[4:] if match[1] else "not " + match.group()


CHANGES: dict[str, Change] = {
    UNCHANGED: lambda source, gold, draw: (source.text, gold),
    "lines wrapped anew": rewrapped,
    "double spaced": double_spaced,
    "labels in capitals": headings_in_capitals,
    "page footers added": footers,
    **{MISREAD.format(share): noisy(share) for share in NOISE},
    "the last item first": reordered,
    "decisions turned round": turned_round,
}


@dataclass
class Curve:
    """What one change gave."""

    board: Scoreboard = field(default_factory=Scoreboard)
    unflagged: list[str] = field(default_factory=list)
    """Determinations that are not right, and nothing warns of it."""

    def figures(self) -> dict[str, Any]:
        """Letters, item F1, how many determinations are wrong, missing and invented, and how many go unflagged."""
        told = self.board.figures()
        decided = {name: told["determinations"][name] for name in ("n", "wrong", "missing", "invented")}
        item = told["fields"].get("item")
        return {
            "letters": told["letters"]["n"], "item_f1": item["f1"]["value"] if item else None, **decided,
            "unflagged": len(self.unflagged),
        }  # fmt: skip


def measure(letters: Iterable[GoldenLetter], seeds: int = 1) -> dict[str, Curve]:
    """Every change of every letter, by rules; noise is drawn ``seeds`` times."""
    curves = {name: Curve() for name in CHANGES}
    for letter in letters:
        if not isinstance(letter.annotation, Annotation):
            continue
        try:
            source = read_source(letter.path)
        except ImrError:
            continue  # named among the failed ones where letters are read as they are
        gold = locate(letter.annotation, source)
        for name, change in CHANGES.items():
            for seed in range(seeds if "misread" in name else 1):
                changed = change(source, gold, random.Random(f"{letter.id} {name} {seed}"))  # noqa: S311 - no secret
                if changed is not None:
                    _score(curves[name], f"{letter.id} {seed}", *changed)
    return curves


def _score(curve: Curve, name: str, text: str, gold: Annotation) -> None:
    source = read_source(text.encode(), name="letter.txt")
    found: Statement | int
    try:
        found = extract(source)
    except ImrError as error:
        found = error.code
    rows = score(name, gold, found, source)
    curve.board.add(name, rows)
    if isinstance(found, Determination):
        doubted = {issue.number for issue in found.issues if any(flag.level == "warning" for flag in issue.flags)}
        whole = any(flag.level == "warning" for flag in found.flags)
        curve.unflagged += [
            f"{name} item {row.gold_item or row.predicted_item}"
            for row in rows
            if row.field == "decision" and not row.right and not whole and row.predicted_item not in doubted
        ]


def table(curves: dict[str, Curve]) -> Iterator[str]:
    """The curve, a line a change."""
    yield f"{'change':28}{'letters':>8}{'item F1':>9}{'wrong':>7}{'missing':>9}{'invented':>10}{'unflagged':>11}"
    for name, curve in curves.items():
        told = curve.figures()
        yield (
            f"{name:28}{told['letters']:>8}{told['item_f1']:>9.3f}{told['wrong']:>7}{told['missing']:>9}"
            f"{told['invented']:>10}{told['unflagged']:>11}"
        )


def main() -> None:
    """Prints the table."""
    curves = measure(golden_letters(), seeds=3)
    print("\n".join(table(curves)))
    for name, curve in curves.items():
        for place in curve.unflagged:
            print(f"  unflagged, {name}: {place}")


if __name__ == "__main__":
    main()
