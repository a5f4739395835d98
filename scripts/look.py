"""Summaries in a real browser: axe's findings, and whether anything is wider than a phone.

    python -m scripts.look AXE_MIN_JS [FOLDER for screenshots]

Needs Chromium, and axe-core's script, which is no part of this project.
"""

from __future__ import annotations

import datetime as dt
import html
import json
import re
import subprocess
import sys
import tempfile
from pathlib import Path

from evals.golden import golden_root
from extractor.pipeline import summarize
from extractor.summary.render.page import page
from extractor.summary.schema import LANGUAGES

LETTERS = ("headed-partial-approvals", "headed-sixteen-items", "cover-letter", "headed-single-upheld")
VIEWS = {"desktop": 1200, "phone": 360}
GRAVE = ("serious", "critical")
ASK = """
<script>{axe}</script>
<script>
for (const one of document.querySelectorAll("details")) one.open = true;
axe.run(document, {{ resultTypes: ["violations"] }}).then((found) => {{
  const told = found.violations.map((one) => [one.id, one.impact, one.nodes.length]);
  const wide = document.documentElement.scrollWidth - document.documentElement.clientWidth;
  document.title = JSON.stringify([told, wide]);
}});
</script>
"""


def main() -> int:
    axe = Path(sys.argv[1]).read_text(encoding="utf-8").replace("</script", "<\\/script")
    shots = Path(sys.argv[2]) if len(sys.argv) > 2 else None
    worst = 0
    for name in LETTERS:
        letter = next((golden_root() / name).glob("letter.*"))
        for language in LANGUAGES:
            written = page(summarize(letter, language=language, today=dt.date(2026, 11, 1)))
            for view, width in VIEWS.items():
                found, wide = _look(written, axe, width)
                grave = [one for one in found if one[1] in GRAVE]
                worst |= bool(grave) or wide > 0
                print(f"{name} {language} {view}: axe {found or 'none'}, wider than the window by {wide}")
                if shots:
                    _shoot(written, shots / f"{name}.{language}.{view}", width)
    return worst


def _look(written: str, axe: str, width: int) -> tuple[list[list[object]], int]:
    open_ = re.sub(r"<meta http-equiv.*?>", "", written)  # the page itself lets no script run
    dom = _chromium(
        open_.replace("</body>", ASK.format(axe=axe) + "</body>"), ["--dump-dom", f"--window-size={width},900"]
    )
    title = re.search("<title>(.*?)</title>", dom)
    if title is None:
        return [["no answer", "critical", 1]], 0
    found, wide = json.loads(html.unescape(title[1]))
    return found, wide


def _shoot(written: str, path: Path, width: int) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    _chromium(written, [f"--screenshot={path}.png", f"--window-size={width},3000"])
    _chromium(written, [f"--print-to-pdf={path}.pdf"])


def _chromium(written: str, options: list[str]) -> str:
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "page.html"
        file.write_text(written, encoding="utf-8")
        command = ["chromium", "--headless", "--no-sandbox", "--disable-gpu", "--virtual-time-budget=20000", *options]
        return subprocess.run([*command, file.as_uri()], capture_output=True, text=True, check=True).stdout


if __name__ == "__main__":
    raise SystemExit(main())
