"""Whether the run that wrote the tables has read all of its letters.

The longest letters are read first, so what an unfinished run has read is no sample of its letters.
"""

from __future__ import annotations

from pathlib import Path

RUN = "run.json"


def progress(folder: Path) -> tuple[int | None, bool]:
    """How many letters the run has left, None where it does not tell; and whether it ended, as far as it tells.

    A run that goes on, or was killed, tells of no count: the tables beside it are of an earlier end. Tables without a
    readable ``run.json`` were taken elsewhere, and nothing is known of their run.
    """
    import json

    try:
        run = json.loads((folder / RUN).read_text(encoding="utf-8"))
        counts, begun = run.get("counts"), run.get("state") == "begun"
        left = counts.get("left") if isinstance(counts, dict) else None
    except (OSError, ValueError, AttributeError):
        return None, True
    known = isinstance(left, int) and left >= 0
    return (left, not left) if known else (None, not begun)
