"""The small local model, really asked over HTTP on loopback: it is often wrong, and nothing of that may get through."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from pathlib import Path

import httpx2
import pytest

from evals.golden import Annotation, GoldenLetter, golden_root
from evals.grounded import ungrounded
from extractor import aextract, read_source
from extractor.errors import ModelFailed, UnknownModel
from extractor.model import local
from extractor.model.local import LocalServer, weights
from extractor.model.reading import Reader
from extractor.model.settings import ModelSettings
from extractor.schema import Determination

CANARIES = ("Quellenbarth", "Tollmarsh", "Vermontia", "cooper")
BY_LIBRARY = ("headed-single-upheld", "duration-consistent")
BY_COMMAND = "professional-review"

installed = pytest.mark.skipif(weights() is None, reason="the local model is not installed; make local installs it")


@pytest.fixture(scope="module")
def results() -> dict[str, Determination]:
    """Three short golden letters, two by one reader and one by the command."""

    async def run() -> dict[str, Determination]:
        reader = Reader(ModelSettings("local"))
        try:
            return {name: await aextract(_letter(name).path, model=reader) for name in BY_LIBRARY}
        finally:
            await reader.close()

    command = [sys.executable, "-m", "extractor", "extract", "--model", "local", "--no-cache", "--json"]
    said = subprocess.run([*command, str(_letter(BY_COMMAND).path)], capture_output=True, timeout=600)
    assert said.returncode == 0, said.stderr
    assert b"demo" in said.stderr
    return {**asyncio.run(run()), BY_COMMAND: Determination.model_validate_json(said.stdout)}


def _letter(name: str) -> GoldenLetter:
    return GoldenLetter(golden_root() / name)


@installed
@pytest.mark.slow
@pytest.mark.parametrize("name", [*BY_LIBRARY, BY_COMMAND])
class TestAsked:
    def test_the_whole_way_works(self, name: str, results: dict[str, Determination]) -> None:
        """An answer came, by the schema's grammar, and was read: its tokens are counted, and it costs nothing."""
        result = results[name]
        assert "model_failed" not in {flag.code for flag in result.flags}
        assert result.provenance.model == "local"
        assert result.provenance.tokens and result.provenance.tokens.completion > 100
        assert result.provenance.cost_usd == 0.0

    def test_no_wrong_decision_goes_without_a_flag(self, name: str, results: dict[str, Determination]) -> None:
        """Item for item, against the annotation."""
        result, gold = results[name], _letter(name).annotation
        assert isinstance(gold, Annotation)
        assert len(result.issues) == len(gold.issues)
        for issue, truth in zip(result.issues, gold.issues, strict=True):
            assert issue.decision == truth.decision or any(flag.level == "warning" for flag in issue.flags)

    def test_nothing_is_invented(self, name: str, results: dict[str, Determination]) -> None:
        """The model repeats the prompt's example: none of that stands in the letter, so none stands in the result."""
        result = results[name]
        assert ungrounded(result, read_source(_letter(name).path)) == []
        assert not any(canary in result.model_dump_json() for canary in CANARIES)


@installed
def test_the_server_is_its_owners_alone_and_ends_with_it() -> None:
    """On loopback, behind a key; nothing was asked of it, and it ends all the same."""
    server = LocalServer()
    assert server.url.startswith("http://127.0.0.1:")
    assert httpx2.get(f"{server.url}/models").status_code == 401
    assert httpx2.get(f"{server.url}/models", headers={"authorization": f"Bearer {server.key}"}).status_code == 200
    server.close()
    with pytest.raises(httpx2.ConnectError):
        httpx2.get(f"{server.url}/models")


def test_what_is_not_installed_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    """With the command that installs it."""
    monkeypatch.setattr(local, "weights", lambda: None)
    with pytest.raises(UnknownModel, match="make local"):
        LocalServer()


def test_a_server_that_does_not_start_is_the_models_failure(monkeypatch: pytest.MonkeyPatch) -> None:
    """The letter keeps its rules' reading."""
    monkeypatch.setattr(local, "weights", lambda: Path("no-such-weights.gguf"))
    with pytest.raises(ModelFailed, match="did not start"):
        LocalServer()
