"""What a run reads: folders, globs, manifests, archives and lists, as one list of letters.

Nothing that was named is left out here: what cannot be opened is an entry too, and fails by name when its turn comes.
"""

from __future__ import annotations

import contextlib
import csv
import glob
import hashlib
import io
import json
import os
import stat
import sys
import tempfile
import zipfile
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from functools import lru_cache
from pathlib import Path
from typing import IO, Any

from extractor.batch import stores
from extractor.errors import RunTrouble, UnreadableInput
from extractor.limits import Limits

LETTERS = (".txt", ".md", ".markdown", ".html", ".htm", ".pdf", ".docx")
"""Endings of what is read as a letter where a folder or an archive is named."""
MAYBE = (".doc", ".rtf", ".odt", ".wpd", ".png", ".jpg", ".jpeg", ".tif", ".tiff", ".heic")
"""Of what may be a letter and cannot be read as it is: it fails by name, and is not passed over."""
MANIFESTS = (".csv", ".jsonl", ".ndjson", ".parquet")
PATH_COLUMNS, TEXT_COLUMNS, NAME_COLUMNS = ("path", "file"), ("text", "letter"), ("id", "name")
COLUMNS = " or ".join((*PATH_COLUMNS, *TEXT_COLUMNS))
SEPARATORS = ",;\t"
"""Of CSV files: some countries' Excel writes semicolons."""
LONGEST_FIELD = 1 << 26
"""Of a CSV file: a letter is longer than the csv module's usual limit."""
USUAL = frozenset(
    ".bak .bmp .csv .db .eml .gif .gz .ini .js .json .jsonl .log .lnk .mp3 .mp4 .msg .ndjson .parquet .ppt .pptx .py "
    ".sh .svg .tar .tmp .toml .tsv .wav .xls .xlsx .xml .yaml .yml .zip".split()
)
"""Endings that are told of files that are passed over."""
LIST = "-"
"""Standard input: a path a line, or ended by zero characters."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One letter to be read."""

    input: str
    """What the outputs call it: its path as named, ``archive.zip!member`` or ``manifest.csv#row``."""
    size: int
    stamp: str
    """Changes when the letter does."""
    file: str
    """The file's own name; its ending tells how it is read."""
    path: str = ""
    member: int | None = None
    """Its place in an archive, whose names need not differ."""
    place: int | None = None
    """Where its text stands among those that manifests held."""
    trouble: str | None = None
    """Why there is nothing to read."""
    row: bool = False
    """Named by a manifest, each of whose rows is a letter, also one that was named before."""


@dataclass
class Inputs:
    """All letters of a run. Use it as a context: texts of manifests lie in a file that has no name."""

    limits: Limits
    entries: list[Entry] = field(default_factory=list)
    ignored: Counter[str] = field(default_factory=Counter)
    """Files of folders and archives that are no letters, by ending: passed over."""
    repeated: int = 0
    """Letters that were named more than once, by the same name."""
    _texts: IO[bytes] | None = None

    def __enter__(self) -> Inputs:
        return self

    def __exit__(self, *_: object) -> None:
        if self._texts is not None:
            self._texts.close()

    def passed_over(self) -> str:
        """What ``ignored`` holds, in words."""
        return ", ".join(f"{count} {ending}" for ending, count in sorted(self.ignored.items()))

    def text(self, entry: Entry) -> bytes | None:
        """Of a manifest's row its text, which lies nowhere else."""
        if entry.place is None:
            return None
        assert self._texts is not None
        return os.pread(self._texts.fileno(), entry.size, entry.place)

    def keep(self, text: bytes) -> int:
        """Where the text of a manifest's row is kept while the run lasts."""
        if self._texts is None:
            # Not within the run's folder: a killed run leaves nothing behind.
            self._texts = tempfile.TemporaryFile()  # noqa: SIM115 - closed with the inputs
        self._texts.seek(0, os.SEEK_END)
        place = self._texts.tell()
        self._texts.write(text)
        self._texts.flush()
        return place


def load(entry: Entry, limits: Limits) -> Path | bytes:
    """The letter's file, or its bytes. Raises UnreadableInput."""
    if entry.trouble is not None:
        raise UnreadableInput(entry.trouble)
    if entry.member is None and stores.MARK in entry.path:
        data = stores.loaded(entry.path, limits.bytes + 1)
    elif entry.member is None:
        return Path(entry.path)
    else:
        try:
            archive = _archive_at(entry.path)
            with archive.open(archive.infolist()[entry.member]) as file:
                data = file.read(limits.bytes + 1)
        except Exception as error:  # of many kinds, by what is damaged
            kind = type(error).__name__
            raise UnreadableInput(f"it cannot be taken out of its archive ({kind}); unpack it first") from None
    limits.check_bytes(len(data))
    return data


@lru_cache(4)
def _archive_at(address: str) -> zipfile.ZipFile:
    # Its table of contents is read once, not for each letter in it.
    return zipfile.ZipFile(stores.opened(address) if stores.MARK in address else address)


def gather(named: Iterable[str], limits: Limits, *, apart: Path) -> Inputs:
    """The letters that these inputs name, in their order. ``apart`` is the run's own folder, in which nothing is read.

    Raises UnreadableInput where there is none at all, a folder, an archive or a manifest is missing or a glob finds
    nothing, RunTrouble where a manifest cannot be read.
    """
    inputs = Inputs(limits)
    known: dict[str, set[str]] = {}
    names: dict[str, int] = {}
    named = list(named)
    for entry in _entries(inputs, named, apart.resolve()):
        name = printable(entry.input)
        stamps = known.setdefault(name, set())
        if entry.stamp in stamps and not entry.row:
            inputs.repeated += 1
            continue
        stamps.add(entry.stamp)
        name = _free(name, names)
        inputs.entries.append(replace(entry, input=name, file=printable(entry.file)))
    if not inputs.entries:
        passed = f" (passed over: {inputs.passed_over()})" if inputs.ignored else ""
        raise UnreadableInput(
            f"no letter is found in {', '.join(map(printable, named))}{passed}: nothing is to be done"
        )
    return inputs


def _free(name: str, names: dict[str, int]) -> str:
    """The name, or one beside it: two letters may have one name, as rows of a manifest or members of an archive.
    ``names`` are those that are taken, and how many were made of each."""
    free = name
    while free in names:
        names[name] += 1
        free = f"{name}~{names[name]}"
    names[free] = 1
    return free


def printable(name: str) -> str:
    """A name as every output can hold it, whatever bytes it is of."""
    return name.encode("utf-8", "backslashreplace").decode("utf-8")


def _entries(inputs: Inputs, named: Iterable[str], apart: Path) -> Iterator[Entry]:
    for name in named:
        if stores.MARK in name:
            yield from _store(inputs, name)
        elif name == LIST:
            for path in _listed():  # no pattern: a bracket in a name is one
                yield from _entries(inputs, [path] if os.path.isdir(path) else (), apart)
                yield from () if os.path.isdir(path) else _file(inputs, path)
        elif os.path.isdir(name):
            yield from _folder(inputs, Path(name), apart)
        elif not os.path.lexists(name) and glob.has_magic(name):
            found = [path for path in _found(name) if apart not in (here := Path(path).resolve(), *here.parents)]
            yield from _entries(inputs, found, apart)
        elif not os.path.lexists(name) and Path(name).suffix.lower() not in (*LETTERS, *MAYBE):
            # A letter that is missing fails by name; of this nobody knows how many letters it was to hold.
            raise UnreadableInput(f"{printable(name)}: there is no such file or folder")
        elif Path(name).suffix.lower() in MANIFESTS:
            yield from _manifest(inputs, name)
        else:
            yield from _file(inputs, name)


def _found(pattern: str) -> list[str]:
    found = sorted(glob.glob(pattern, recursive=True))
    if not found:
        raise UnreadableInput(f"nothing is found for {printable(pattern)}")
    return found


def _listed() -> list[str]:
    text = os.fsdecode(sys.stdin.buffer.read()) if sys.stdin else ""
    return [line for line in (text.split("\0") if "\0" in text else text.splitlines()) if line.strip()]


def _folder(inputs: Inputs, folder: Path, apart: Path) -> Iterator[Entry]:
    unopened: list[OSError] = []
    seen: set[tuple[int, int]] = set()
    for place, folders, files in os.walk(folder, onerror=unopened.append, followlinks=True):
        told = os.stat(place)
        if (told.st_dev, told.st_ino) in seen:  # a link back: what lies there was read
            folders.clear()
            continue
        seen.add((told.st_dev, told.st_ino))
        folders[:] = sorted(
            name for name in folders if not name.startswith(".") and Path(place, name).resolve() != apart
        )
        for name in sorted(files):
            path = Path(place, name)
            if name.startswith(".") or path.suffix.lower() not in (*LETTERS, *MAYBE, ".zip"):
                inputs.ignored[ending(name)] += 1
            else:
                yield from _file(inputs, str(path))
    for error in unopened:
        why = f"the folder cannot be opened ({error.strerror})"
        yield Entry(str(error.filename), 0, "", Path(error.filename).name, trouble=why)


def ending(name: str) -> str:
    """A file's ending, where it is a usual one: what stands behind a point may be a person's name."""
    suffix = Path(name).suffix.lower()
    return suffix if suffix in USUAL else "other"


def _store(inputs: Inputs, url: str) -> Iterator[Entry]:
    if Path(stores.named(url)).suffix.lower() in MANIFESTS:
        yield from _manifest(inputs, url)
        return
    for address, size, stamp in stores.listed(url):
        name = stores.named(address)
        suffix = Path(name).suffix.lower()
        if suffix == ".zip":
            yield from _archive(inputs, address)
        elif suffix in (*LETTERS, *MAYBE) or address == url:
            yield Entry(name, size, stamp, Path(name).name, path=address)
        else:
            inputs.ignored[ending(name)] += 1


def _file(inputs: Inputs, name: str) -> Iterator[Entry]:
    if name.lower().endswith(".zip"):
        yield from _archive(inputs, name)
        return
    file = Path(name).name
    try:
        told = os.stat(name)
    except OSError:
        yield Entry(name, 0, "", file, path=name)  # reading it says what is wrong with it
        return
    except ValueError:
        yield Entry(name, 0, "", file, trouble="this is no name of a file")
        return
    yield Entry(name, told.st_size, f"{told.st_size}-{told.st_mtime_ns}", file, path=name)


def _archive(inputs: Inputs, address: str) -> Iterator[Entry]:
    name = stores.named(address) if stores.MARK in address else address
    try:
        with _opened(address) as file, zipfile.ZipFile(file) as archive:
            members = archive.infolist()
    except Exception as error:  # of many kinds, by what is damaged
        yield Entry(name, 0, "", Path(name).name, trouble=f"the archive cannot be opened ({type(error).__name__})")
        return
    for place, member in enumerate(members):
        path = Path(member.filename)
        if member.is_dir():
            continue
        if path.suffix.lower() not in (*LETTERS, *MAYBE) or any(
            part.startswith((".", "__MACOSX")) and part != ".." for part in path.parts
        ):
            inputs.ignored[ending(member.filename)] += 1
            continue
        stamp = f"{member.file_size}-{member.CRC}"
        yield Entry(f"{name}!{member.filename}", member.file_size, stamp, path.name, path=address, member=place)


def _manifest(inputs: Inputs, address: str) -> Iterator[Entry]:
    """A row a letter: by its path, from the manifest's folder on, or its text."""
    path = stores.named(address) if stores.MARK in address else address
    try:
        for row, values in enumerate(_rows(address), 1):
            if row == 1 and not {*PATH_COLUMNS, *TEXT_COLUMNS} & values.keys():
                raise RunTrouble(
                    f"{path} has no column (or key) that is called {COLUMNS}: name it so in its first line, which is "
                    f"the heading of a CSV file"
                )
            where = _column(values, PATH_COLUMNS)
            text = _column(values, TEXT_COLUMNS)
            name = f"{path}#{_column(values, NAME_COLUMNS) or row}"
            if where:
                for entry in _beside(inputs, address, str(where)):
                    yield replace(entry, row=True)
            elif text:
                data = text if isinstance(text, bytes) else str(text).encode("utf-8", "surrogatepass")
                stamp = hashlib.sha256(data).hexdigest()[:16]
                file = f"{Path(name).name} (text)"  # a row, no file with an ending
                yield Entry(name, len(data), stamp, file, place=inputs.keep(data), row=True)
            else:
                why = f"the row names no letter: nothing stands under {COLUMNS}"
                yield Entry(name, 0, "", Path(name).name, trouble=why, row=True)
    except (OSError, ValueError, RecursionError, csv.Error) as error:
        raise RunTrouble(
            f"{path} cannot be read as a manifest ({type(error).__name__}): is it what it is named?"
        ) from None


def _beside(inputs: Inputs, address: str, where: str) -> Iterator[Entry]:
    """What a manifest's row names: from the manifest's folder on, or anywhere."""
    if stores.MARK in where:
        return _store(inputs, where)
    if stores.MARK in address and not os.path.isabs(where):
        return _store(inputs, stores.beside(address, where))
    return _file(inputs, str(Path(address).parent / where))


@contextlib.contextmanager
def _opened(address: str) -> Iterator[IO[bytes]]:
    """The file here or in a store, from its beginning. Raises OSError, UnreadableInput."""
    if stores.MARK in address:
        with stores.opened(address) as there:
            yield there
        return
    if not stat.S_ISREG(os.stat(address).st_mode):
        raise OSError("no regular file")
    with open(address, "rb") as here:
        yield here


def _column(values: dict[str, Any], names: Iterable[str]) -> Any:
    """What stands in the first of these columns that holds anything."""
    return next((values[name] for name in names if values.get(name) not in (None, "", b"")), None)


def _rows(address: str) -> Iterator[dict[str, Any]]:
    """Each row by its columns' names, in small letters."""
    suffix = Path(stores.named(address) if stores.MARK in address else address).suffix.lower()
    with _opened(address) as file:
        for row in _as_written(file, suffix):
            yield {str(name).strip().lower(): value for name, value in row.items()}


def _as_written(file: IO[bytes], suffix: str) -> Iterator[dict[str, Any]]:
    if suffix == ".parquet":
        try:
            import pyarrow.parquet as parquet
        except ImportError:
            raise RunTrouble(
                "Parquet manifests need the extra 'parquet' (pip install 'imr-extractor[parquet]')"
            ) from None
        for batch in parquet.ParquetFile(file).iter_batches(500):
            yield from batch.to_pylist()
        return
    with io.TextIOWrapper(file, encoding="utf-8-sig", newline="") as lines:
        if suffix == ".csv":
            csv.field_size_limit(LONGEST_FIELD)
            heading = lines.readline()
            lines.seek(0)
            yield from csv.DictReader(lines, delimiter=max(SEPARATORS, key=heading.count))
            return
        for line in lines:
            if line.strip():
                values = json.loads(line)
                if not isinstance(values, dict):
                    raise ValueError("a row is no object")
                yield values
