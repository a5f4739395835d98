"""Settings of a folder: ``imr.toml``, below the command line and the ``IMR_*`` environment variables."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

NAME = "imr.toml"
LIMITS = ("max_mb", "max_pages", "max_seconds", "max_memory_mb")
COMMON = ("ocr", *LIMITS)
SWITCHES = ("ocr", "yes", "no_cache", "redact")
KEYS: dict[str, tuple[str, ...]] = {
    "extract": (*COMMON, "model", "yes", "no_cache", "redact", "record", "max_attempts"),
    "summarize": (*COMMON, "model", "yes", "no_cache", "redact", "record", "max_attempts"),
    "batch": (*COMMON, "model", "yes", "no_cache", "redact", "max_attempts"),
    "text": COMMON,
    "eval": ("model", "yes", "no_cache", "max_attempts"),
}


class SettingsError(Exception):
    """The settings file cannot be used."""


def settings_path() -> Path:
    """Where the settings are read from: the file that ``IMR_CONFIG`` names, or the folder's own."""
    return Path(os.environ.get("IMR_CONFIG") or NAME)


def default_map() -> dict[str, dict[str, Any]]:
    """For each command its options' defaults. Raises SettingsError."""
    path = settings_path()
    if not path.is_file():
        if os.environ.get("IMR_CONFIG"):
            raise SettingsError(f"IMR_CONFIG names {path}, which is no file")
        return {}
    import tomllib

    try:
        values = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise SettingsError(f"{path} cannot be read: {error}") from None
    known = {key for keys in KEYS.values() for key in keys}
    for key, value in values.items():
        if key not in known:
            raise SettingsError(f"{path} has the unknown key '{key}'; known are {', '.join(sorted(known))}")
        if wrong := _wrong(key, value):
            raise SettingsError(f"{path}: {key} must be {wrong}")
    return {command: {key: values[key] for key in keys if key in values} for command, keys in KEYS.items()}


def _wrong(key: str, value: object) -> str | None:
    """What the value should be, where it is not."""
    if key in SWITCHES:
        return None if isinstance(value, bool) else "true or false"
    if key in ("model", "record"):
        return None if isinstance(value, str) else "a name in quotes"
    number = isinstance(value, int | float) and not isinstance(value, bool) and 0 < value <= 1_000_000
    return None if number else "a number from above 0 to 1,000,000"
