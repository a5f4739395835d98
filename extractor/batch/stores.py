"""Letters in object stores (``s3://``, ``gs://``, ``file://`` …), by pyarrow's file systems: the extra ``parquet``."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from extractor.errors import RunTrouble, UnreadableInput

MARK = "://"
HOW = "object stores need the extra 'parquet' (pip install 'imr-extractor[parquet]')"


def named(url: str) -> str:
    """The address without what it may hold of a user, a key or options."""
    parts = urlsplit(url)
    return f"{parts.scheme}{MARK}{parts.netloc.rpartition('@')[2]}{parts.path}"


def listed(url: str) -> Iterator[tuple[str, int, str]]:
    """Address, size and time of change of the file, or of every file in the folder. Raises RunTrouble."""
    fs = _fs()
    try:
        store, path = fs.FileSystem.from_uri(url)
        told = store.get_file_info(path)
        found = (
            store.get_file_info(fs.FileSelector(path, recursive=True)) if told.type == fs.FileType.Directory else [told]
        )
    except (OSError, ValueError) as error:
        raise RunTrouble(
            f"{named(url)} cannot be listed ({type(error).__name__}): check the address and the access"
        ) from None
    bare, _, query = url.partition("?")
    for one in sorted(found, key=lambda info: str(info.path)):
        if one.type != fs.FileType.Directory:
            beyond = one.path.removeprefix(path)
            yield bare + beyond + (f"?{query}" if query else ""), one.size or 0, f"{one.size}-{one.mtime_ns}"


def loaded(url: str, most: int) -> bytes:
    """Up to ``most`` bytes of the file. Raises UnreadableInput."""
    fs = _fs()
    try:
        store, path = fs.FileSystem.from_uri(url)
        with store.open_input_file(path) as file:
            data: bytes = file.read(most)
    except (OSError, ValueError) as error:
        raise UnreadableInput(f"the store does not give it ({type(error).__name__})") from None
    return data


def opened(url: str) -> Any:
    """The file, to be read anywhere in it. Raises UnreadableInput."""
    fs = _fs()
    try:
        store, path = fs.FileSystem.from_uri(url)
        return store.open_input_file(path)
    except (OSError, ValueError) as error:
        raise UnreadableInput(f"{named(url)}: the store does not give it ({type(error).__name__})") from None


def beside(url: str, name: str) -> str:
    """The address of a file in the same folder, or below it."""
    bare, _, query = url.partition("?")
    return f"{bare.rpartition('/')[0]}/{name}" + (f"?{query}" if query else "")


def published(folder: Path, names: list[str], url: str) -> None:
    """Copies these files of the folder to the store. Raises RunTrouble."""
    fs = _fs()
    try:
        store, path = fs.FileSystem.from_uri(url)
        new = store.get_file_info(path).type == fs.FileType.NotFound
        store.create_dir(path, recursive=True)
        if new and isinstance(store, fs.LocalFileSystem):
            Path(path).chmod(0o700)
        for name in names:
            if isinstance(store, fs.LocalFileSystem):
                Path(path, name).touch(0o600)
                Path(path, name).chmod(0o600)
            with store.open_output_stream(f"{path}/{name}") as target, (folder / name).open("rb") as source:
                while piece := source.read(1 << 20):
                    target.write(piece)
    except (OSError, ValueError) as error:
        raise RunTrouble(
            f"the data set stands in {folder}, and cannot be copied to {named(url)} ({type(error).__name__}): check "
            f"the access and give the same command again"
        ) from None


def _fs() -> Any:
    try:
        from pyarrow import fs
    except ImportError:
        raise RunTrouble(HOW) from None
    return fs
