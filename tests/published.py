"""Published letters with their reference answers, in the form of ``golden/``; and the README's table of them.

python -m tests.published [--check]
"""

from __future__ import annotations

import json
import re
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from tests.conftest import REAL

REMAINING = re.compile(r".*original request, (?P<request>.+?)(?: is)?$", re.S)
"""How a partial approval's heading ends: the part in dispute."""
TEXTS = ("claims_administrator_guideline", "reviewer_guideline", "rationale")


def lay_out(folder: Path) -> Path:
    """The folder, with each letter that has a reference and its annotation: what nobody annotated is left out."""
    for line in (REAL / "reference.jsonl").read_text(encoding="utf-8").splitlines():
        record = json.loads(line)
        place = folder / record["letter"]
        place.mkdir()
        (place / "letter.pdf").write_bytes((REAL / "letters" / f"{record['letter']}.pdf").read_bytes())
        (place / "annotation.json").write_text(json.dumps(annotation(record)), encoding="utf-8")
    return folder


def annotation(record: dict[str, Any]) -> dict[str, Any]:
    """The reference's items; of letters that were annotated by hand, the facts and each item's meaning too."""
    path = REAL / "annotations" / f"{record['letter']}.json"
    hand = json.loads(path.read_text(encoding="utf-8")) if path.is_file() else {}
    items = hand.get("issues") or [{}] * len(record["items"])
    issues = [
        _issue(number, item, known) for number, (item, known) in enumerate(zip(record["items"], items, strict=True), 1)
    ]
    decisions = {issue["decision"] for issue in issues}
    stated = {"origin": "real", "annotator": "reference", "issues": issues}
    stated["outcome"] = f"all_{decisions.pop()}" if len(decisions) == 1 else "mixed"
    return stated | {name: hand[name] for name in ("case", "reviewer", "patient") if name in hand}


def _issue(number: int, item: dict[str, Any], known: dict[str, Any]) -> dict[str, Any]:
    issue: dict[str, Any] = {"number": number, "decision": item["decision"]}
    for name in TEXTS:
        issue[name] = {"text": item[name]} if item[name] else None
    if not known:
        remaining = REMAINING.match(item["treatment"])
        return issue | {"request": {"text": remaining["request"] if remaining else item["treatment"]}}
    for name in ("request", "original_request", "authorized"):
        issue[name] = {"text": known[name]} if known[name] else None
    for name in TEXTS[:2]:
        if issue[name]:
            issue[name] |= {key: known[name][key] for key in ("basis", "citations")}
    return issue | {"category": known["category"]}


def table() -> Iterator[str]:
    """The README's lines."""
    from scripts.eval_tables import lines

    with tempfile.TemporaryDirectory() as folder:
        yield from lines(lay_out(Path(folder)))


if __name__ == "__main__":
    from scripts.readme import keep

    if not REAL.is_dir():
        raise SystemExit("the published letters are not here; IMR_REAL_LETTERS can name their folder")

    raise SystemExit(keep({"eval-published": "\n".join(table()) + "\n"}, check="--check" in sys.argv))
