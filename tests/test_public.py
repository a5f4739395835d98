"""The public face of the package: names, schema, documents."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest
from pydantic import ValidationError

import extractor
from extractor import extract
from extractor.lexicon.reasons import OVERTURNED, UPHELD
from extractor.schema import Determination
from extractor.taxonomy import FLAGS, REASONS, SUBCATEGORIES, Category, FlagCode, ReasonCode
from extractor.version import VERSION
from tests.conftest import ROOT
from tests.letters import Letter


def test_exports() -> None:
    """What the package promises is there, in order, and nothing else is promised."""
    assert extractor.__all__ == sorted(extractor.__all__)
    assert all(getattr(extractor, name) for name in extractor.__all__)
    with pytest.raises(AttributeError):
        extractor.nonsense  # noqa: B018  the look-up is the test


def test_importing_the_package_is_light() -> None:
    """Neither pydantic nor the PDF library is loaded before it is needed."""
    code = "import sys, extractor.cli.app; print([m for m in ('pydantic', 'pypdfium2', 'docx', 'rich') if m in sys.modules])"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT, check=True)
    assert run.stdout.strip() == "[]"


def test_a_result_survives_json() -> None:
    """What is written can be read back, and an unknown key is refused."""
    result = extract(Letter().encode())
    written = result.model_dump_json()
    assert Determination.model_validate_json(written) == result
    with pytest.raises(ValidationError):
        Determination.model_validate({**json.loads(written), "surprise": 1})


def test_what_is_not_built_yet_is_empty() -> None:
    """Fields of the contract without a reader are null or empty, never guessed."""
    assert [issue.confidence for issue in extract(Letter().encode()).issues] == [None]


def test_every_category_has_subcategories() -> None:
    assert set(SUBCATEGORIES) == set(Category.__args__)  # type: ignore[attr-defined]


def test_every_flag_has_a_meaning() -> None:
    assert set(FLAGS) == set(FlagCode.__args__)  # type: ignore[attr-defined]


def test_every_reason_has_a_meaning_and_a_cue() -> None:
    """A code of the closed list that no wording leads to would be a dead one."""
    assert set(REASONS) == set(ReasonCode.__args__)  # type: ignore[attr-defined]
    assert {cue.code for cue in (*UPHELD, *OVERTURNED)} == set(REASONS)


def test_changelog_names_the_version() -> None:
    changelog = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    assert f"## [{VERSION}]" in changelog


def test_constraints_name_no_host() -> None:
    """Exact versions with hashes, and no address of a package index."""
    for name in ("constraints.txt", "constraints-dev.txt"):
        text = (ROOT / name).read_text(encoding="utf-8")
        assert "://" not in text and "--index" not in text and "--find-links" not in text
        assert text.count("--hash=sha256:") > 10
