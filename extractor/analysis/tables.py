"""The tables of a run, opened for questions: what is missing is said in one line, and nothing is fetched or written."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path
from typing import Any

from extractor.errors import RunTrouble

ENGINES = ("_duckdb", "duckdb")
"""duckdb's compiled part holds all that is asked of it here; loading the package around it takes as long as the figures
of thirty thousand letters do. A release without such a part is loaded whole."""
USED = ("letters", "issues", "citations")
GLOB = str.maketrans({"[": "[[]", "*": "[*]", "?": "[?]"})
"""A folder's name is no pattern."""
Rows = list[tuple[Any, ...]]
CONFIG: dict[str, Any] = {
    "autoinstall_known_extensions": "false", "autoload_known_extensions": "false",
    "preserve_insertion_order": "false",
}  # fmt: skip
"""Nothing is looked for outside the machine; rows are put in order where it counts."""


class Tables:
    """The Parquet files of one folder. Raises RunTrouble where it, they, or duckdb are not there."""

    def __init__(self, folder: Path) -> None:
        if not folder.is_dir():
            raise RunTrouble(f"there is no such run folder: {folder}")
        missing = [name for name in USED if not (folder / f"{name}.parquet").is_file()]
        if missing:
            raise RunTrouble(
                f"{folder} holds no tables: imr batch INPUT --out {folder} writes them with the extra parquet "
                f"(pip install 'imr-extractor[parquet]')"
            )
        engine = _engine()
        self.folder = folder
        self._error: type[Exception] = engine.Error
        self._connection = engine.connect(config=CONFIG)

    def ask(self, query: str, **values: object) -> Rows:
        """The rows. ``$letters``, ``$issues`` and ``$citations`` in the query are those tables' files."""
        named = {name: str(self.folder / f"{name}.parquet").translate(GLOB) for name in USED if f"${name}" in query}
        try:
            rows: Rows = self._connection.execute(query, named | values).fetchall()
        except self._error as error:
            # The message can hold values of the tables: it is not passed on.
            raise RunTrouble(
                f"the tables in {self.folder} cannot be read ({type(error).__name__}): "
                f"the imr batch command that made them writes them anew"
            ) from None
        return rows


def _engine() -> Any:
    for name in ENGINES:
        try:
            return import_module(name)
        except ImportError:
            continue
    raise RunTrouble("this needs the extra analysis: pip install 'imr-extractor[analysis]'")
