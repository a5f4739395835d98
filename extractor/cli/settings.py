"""Settings of a folder: ``imr.toml``, below the command line and the ``IMR_*`` environment variables."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

NAME = "imr.toml"
COMMON = ("ocr", "max_mb", "max_pages", "max_seconds", "max_memory_mb")
KEYS: dict[str, tuple[str, ...]] = {"extract": (*COMMON, "model"), "text": COMMON}


class SettingsError(Exception):
    """The settings file cannot be used."""


def settings_path(folder: Path) -> Path:
    """Where the settings are read from: the file that ``IMR_CONFIG`` names, or the folder's own."""
    return Path(os.environ["IMR_CONFIG"]) if os.environ.get("IMR_CONFIG") else folder / NAME


def default_map(folder: Path) -> dict[str, dict[str, Any]]:
    """For each command its options' defaults. Raises SettingsError."""
    path = settings_path(folder)
    if not path.is_file():
        if os.environ.get("IMR_CONFIG"):
            raise SettingsError(f"IMR_CONFIG names {path}, which is no file")
        return {}
    import tomllib

    try:
        values = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise SettingsError(f"{path.name} cannot be read: {error}") from None
    known = {key for keys in KEYS.values() for key in keys}
    unknown = sorted(set(values) - known)
    if unknown:
        raise SettingsError(f"{path.name} has unknown keys: {', '.join(unknown)}; known are {', '.join(sorted(known))}")
    return {command: {key: values[key] for key in keys if key in values} for command, keys in KEYS.items()}
