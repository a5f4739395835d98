"""What ``imr doctor`` tells: what is installed, which model, where files lie, what leaves the machine."""

from __future__ import annotations

import json
import os
import platform
from importlib.metadata import PackageNotFoundError, version
from importlib.resources import files

from extractor.cli.settings import SettingsError, default_map, settings_path
from extractor.model.cache import default_folder
from extractor.model.client import leaves_machine
from extractor.model.local import weights
from extractor.model.settings import ModelSettings
from extractor.model.shared_cache import described
from extractor.reading.ocr import ADVICE, find_tesseract
from extractor.version import VERSION

PACKAGES = (
    "pydantic",
    "pypdfium2",
    "typer",
    "defusedxml",
    "instructor",
    "openai",
    "tenacity",
    "diskcache",
    "rapidfuzz",
    "jinja2",
    "textstat",
    "aiolimiter",
)
EXTRAS = ("pyarrow", "duckdb", "daft", "ray", "redis")
"""Packages of the extras."""


def report(*, as_json: bool) -> str:
    """The report as lines for a person, or as one JSON document."""
    facts = _facts()
    if as_json:
        return json.dumps(facts, indent=2)
    lines = []
    for title, entries in facts.items():
        lines.append(title.replace("_", " "))
        lines += [f"  {name}: {value}" for name, value in entries.items()]
    return "\n".join(lines)


def _facts() -> dict[str, dict[str, str]]:
    settings = settings_path()
    found = str(settings.absolute()) if settings.is_file() else f"none ({settings} would be read)"
    shared = os.environ.get("IMR_CACHE_URL")
    kept = f"{described(shared)} (shared: whoever runs it can read them)" if shared else str(default_folder())
    model = os.environ.get("IMR_MODEL")
    try:
        model = model or default_map().get("extract", {}).get("model")
    except SettingsError as error:
        found += f", which is not usable: {error}"
    return {
        "installed": {
            "imr": VERSION,
            "python": platform.python_version(),
            **{name: _version(name) for name in (*PACKAGES, *EXTRAS)},
            "tesseract": find_tesseract() or f"not installed; {ADVICE}",
            "local model (a demo)": str(weights() or "not installed; make local installs it"),
        },
        "model": {"used": "none (rules only)" if model in (None, "none") else str(model)},
        "files": {"program": str(files("extractor")), "settings": found, "kept_answers": kept},
        "what_leaves_this_machine": {
            "letters": _leaving(model),
            "answers": f"to {described(shared)}" if shared else "nothing: answers are kept here",
        },
    }


def _leaving(model: str | None) -> str:
    host = leaves_machine(ModelSettings(model)) if model not in (None, "none") else None
    if host is None:
        return "nothing: letters are read here"
    return f"their full text, to {host}, where somebody agreed (--yes, IMR_YES, or asked on the terminal)"


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return "not installed"
