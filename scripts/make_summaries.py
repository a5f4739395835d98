"""The reviewed summaries of golden letters, in both languages.

    python -m scripts.make_summaries

They stand as examples, and in tests: whoever changes a phrase reads what becomes of them.
"""

from __future__ import annotations

import datetime as dt
from pathlib import Path

from extractor.pipeline import summarize
from extractor.summary.render.plain import markdown
from extractor.summary.schema import LANGUAGES

ROOT = Path(__file__).resolve().parents[1] / "golden"
TODAY = dt.date(2026, 11, 1)
LETTERS = (
    "absence-consistent", "cover-letter", "expedited-home-health", "headed-partial-approvals", "headed-single-upheld",
    "headerless-double-spaced", "html-surgery-associated", "partial-approval-consistent", "pdf-three-pages",
    "programs-overturned", "rationale-contradicted", "side-consistent",
)  # fmt: skip


def example(path: Path) -> str:
    """What stands in ``golden/LETTER/summary.LANGUAGE.md``."""
    letter = next(path.parent.glob("letter.*"))
    language = LANGUAGES[("summary.en.md", "summary.es.md").index(path.name)]
    return markdown(summarize(letter, language=language, today=TODAY))


def main() -> None:
    for name in LETTERS:
        for language in LANGUAGES:
            path = ROOT / name / f"summary.{language}.md"
            path.write_text(example(path), encoding="utf-8")


if __name__ == "__main__":
    main()
