"""Keeps the README's printed parts true: each is what its command prints.

    python -m scripts.readme [--check]

A part stands between ``<!-- begin: NAME -->`` and ``<!-- end -->``.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

from extractor.batch.tables import COLUMNS
from extractor.crosscheck import TABLE
from extractor.taxonomy import CATEGORIES, FLAGS, REASONS

ROOT = Path(__file__).resolve().parents[1]
README = ROOT / "README.md"
COMMANDS = {
    "demo": ["extract", "--model", "none", "golden/cover-letter/letter.txt"],
    "help": ["--help"],
    "extract-help": ["extract", "--help"],
    "summarize": ["summarize", "--model", "none", "golden/headed-single-upheld/letter.txt"],
}
TABLES: dict[str, tuple[list[str], list[list[str]]]] = {
    "columns": (
        ["table", "columns"],
        [[f"`{name}`", ", ".join(f"`{column}`" for column in columns)] for name, columns in COLUMNS.items()],
    ),
    "flags": (["flag", "meaning"], [[f"`{code}`", meaning] for code, meaning in FLAGS.items()]),
    "crosscheck": (
        ["where they differ", "stands", "flag", "level"],
        [[field, rule.winner, f"`{rule.flag}`", rule.level] for field, rule in TABLE.items()],
    ),
    "reasons": (["reason", "meaning"], [[f"`{code}`", meaning] for code, meaning in REASONS.items()]),
    "categories": (
        ["category", "subcategory", "example"],
        [
            [f"`{category}`", f"`{subcategory}`", example]
            for category, subcategories in CATEGORIES.items()
            for subcategory, example in subcategories.items()
        ],
    ),
}
"""Each closed list as a table: its head and its rows."""
PART = re.compile(r"(<!-- begin: (\S+) -->\n).*?(<!-- end -->)", re.S)


def part(name: str) -> str:
    """A part of the README: a command's print, or the table of a closed list."""
    if name in TABLES:
        head, rows = TABLES[name]
        lines = [f"| {' | '.join(cells)} |" for cells in (head, ["---"] * len(head), *rows)]
        return "\n".join(lines) + "\n"
    return f"```text\n{printed(COMMANDS[name])}```\n"


def printed(arguments: list[str]) -> str:
    """What ``imr`` prints with these arguments, a hundred columns wide and without colour."""
    environment = {**os.environ, "COLUMNS": "100", "TERM": "dumb", "PYTHONPATH": str(ROOT)}
    run = subprocess.run(
        [sys.executable, "-m", "extractor", *arguments],
        capture_output=True, text=True, check=True, cwd=ROOT, env=environment,
    )  # fmt: skip
    return "\n".join(line.rstrip() for line in run.stdout.replace("python -m extractor", "imr").splitlines()) + "\n"


def keep(parts: dict[str, str], *, check: bool, path: Path = README) -> int:
    """Puts the parts into the file, or with ``check`` only says whether they stand there; the exit code."""
    old = path.read_text(encoding="utf-8")
    new = PART.sub(
        lambda found: found[1] + parts.get(found[2], found[0][len(found[1]) : -len(found[3])]) + found[3], old
    )
    if new == old:
        return 0
    if check:
        print(f"{path.name} does not show what its commands print; run: make readme eval", file=sys.stderr)
        return 1
    path.write_text(new, encoding="utf-8")
    return 0


def main() -> int:
    names = [found[2] for found in PART.finditer(README.read_text(encoding="utf-8"))]
    own = {name: part(name) for name in names if name in TABLES or name in COMMANDS}
    return keep(own, check="--check" in sys.argv)


if __name__ == "__main__":
    raise SystemExit(main())
