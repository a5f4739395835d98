from __future__ import annotations

import os
import time
from collections.abc import Callable
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
REAL = Path(os.environ.get("IMR_REAL_LETTERS", ROOT.parent / "shared" / "real"))
"""The one setting that names the folder of published letters."""


def waited_for(holds: Callable[[], object], seconds: float = 30) -> None:
    """Until something that another process or thread does has happened. Fails where it does not."""
    deadline = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < deadline, "it did not happen"
        time.sleep(0.01)


@pytest.fixture(autouse=True)
def _hermetic(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """No setting of the machine reaches a test, and none writes outside its own folder."""
    for name in list(os.environ):
        if name.startswith("IMR_") or name in ("NO_COLOR", "FORCE_COLOR"):
            monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    if REAL.is_dir():
        return
    absent = pytest.mark.skip(reason="the published letters are not here; IMR_REAL_LETTERS can name their folder")
    for item in items:
        if "real" in item.keywords:
            item.add_marker(absent)
