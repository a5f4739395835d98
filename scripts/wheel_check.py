"""Builds the wheel and uses it from an empty folder, without the checkout.

python -m scripts.wheel_check
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import venv
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]

USE = """
import sys
from evals.golden import golden_letters, golden_root
from extractor import extract
from importlib.resources import files

assert "site-packages" in str(golden_root()), golden_root()
assert (files("extractor") / "_data" / "prompts").is_dir()
assert (files("extractor") / "py.typed").is_file()
letters = list(golden_letters())
assert len(letters) >= 18, len(letters)
print(extract(letters[0].path).outcome, letters[0].path)
"""


def run(*command: str | Path, cwd: Path) -> str:
    """The command's standard output; ends this program where it fails."""
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    result = subprocess.run([str(part) for part in command], cwd=cwd, capture_output=True, text=True, env=environment)
    if result.returncode:
        raise SystemExit(f"{command} failed:\n{result.stdout}{result.stderr}")
    return result.stdout


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        empty = Path(folder)
        # Through a source archive: what it lacks, the wheel would lack on other machines.
        run(sys.executable, "-m", "hatchling", "build", "-t", "sdist", "-d", empty / "sdist", cwd=ROOT)
        archive = next((empty / "sdist").glob("*.tar.gz"))
        run("tar", "xzf", archive, "-C", empty / "sdist", cwd=empty)
        unpacked = next(path for path in (empty / "sdist").iterdir() if path.is_dir())
        run(sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", empty / "wheel", cwd=unpacked)
        wheel = next((empty / "wheel").glob("*.whl"))
        venv.create(empty / "venv", with_pip=True)
        python = empty / "venv" / "bin" / "python"
        pip: list[str | Path] = [python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
        run(*pip, "--require-hashes", "-r", ROOT / "constraints.txt", cwd=empty)
        run(*pip, "--no-deps", wheel, cwd=empty)

        desk = empty / "desk"
        desk.mkdir()
        outcome, letter = run(python, "-W", "error", "-c", USE, cwd=desk).split()
        shown = run(empty / "venv" / "bin" / "imr", "extract", "--json", "--model", "none", letter, cwd=desk)
        assert json.loads(shown)["outcome"] == outcome
        run(empty / "venv" / "bin" / "imr", "doctor", cwd=desk)
        assert not list(desk.iterdir()), "the program left files behind"
        print(f"{wheel.name}: installed and used from an empty folder")


if __name__ == "__main__":
    main()
