"""The command line as its users meet it: what it prints, where, and with which exit code."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from evals.golden import golden_letters
from extractor import extract
from extractor.version import VERSION
from tests.conftest import ROOT
from tests.files import encrypted_pdf, picture_pdf, zip_of
from tests.letters import Item, Letter, overturned

IMR = [sys.executable, "-m", "extractor"]


def imr(*arguments: str, stdin: bytes | None = None, **environment: str) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(
        [*IMR, *arguments], input=stdin, capture_output=True, timeout=120, check=False,
        env={**os.environ, "PYTHONPATH": str(ROOT), "PYTHONWARNINGS": "error", **environment},
    )  # fmt: skip


@pytest.fixture
def letter(tmp_path: Path) -> str:
    path = tmp_path / "letter.txt"
    path.write_text(str(Letter(items=[Item(), overturned()])), encoding="utf-8")
    return str(path)


def test_extract_for_a_person(letter: str) -> None:
    """Case, outcome, items with decision and meaning, guidelines, rationale, places; plain when piped."""
    run = imr("extract", letter)
    shown = run.stdout.decode()
    assert run.returncode == 0
    for words in ("CM16-0900001", "UPHELD  the denial stands", "OVERTURNED  found medically necessary", "Rationale",
                  "Reviewer's guideline (outside the MTUS)", "44, female", "Family Practice"):  # fmt: skip
        assert words in shown
    assert "\x1b" not in shown
    assert run.stderr.decode().splitlines() == ["imr: no model is set: rules only, nothing leaves this machine"]


def test_extract_shows_where_each_text_stands(letter: str) -> None:
    """The offsets of the view lead to the words in the source text."""
    shown = imr("extract", letter).stdout.decode()
    source = imr("text", letter).stdout.decode()
    for before, words in (
        ("UPHELD  the denial stands  [", ": Upheld"),
        ("MRI of the lumbar spine [", "MRI of the lumbar spine"),
    ):
        start, end = shown.split(before)[1].split("]")[0].split("-")
        assert source[int(start) : int(end)] == words


def test_json_is_one_document(letter: str) -> None:
    result = json.loads(imr("extract", "--json", letter).stdout)
    assert [issue["decision"] for issue in result["issues"]] == ["upheld", "overturned"]
    assert result["outcome"] == "mixed" and result["schema_version"] == "1.0"


def test_many_letters_each_get_a_line_in_order(letter: str, tmp_path: Path) -> None:
    """A letter that failed has a document of its own, and the exit code is the highest."""
    recipe = tmp_path / "recipe.txt"
    recipe.write_text("Melt the butter and stir in the flour.", encoding="utf-8")
    run = imr("extract", "--json", "--model", "none", letter, str(recipe), str(tmp_path / "none.txt"), letter)
    results = [json.loads(line) for line in run.stdout.splitlines()]
    assert [result["status"] for result in results] == ["complete", "failed", "failed", "complete"]
    assert [result.get("error", {}).get("code") for result in results] == [None, 4, 3, None]
    assert run.returncode == 4
    assert [Path(line.split(": ")[1]).name for line in run.stderr.decode().splitlines()] == ["recipe.txt", "none.txt"]


def test_standard_input() -> None:
    run = imr("extract", "--json", "-", stdin=Letter().encode())
    assert json.loads(run.stdout)["source"]["name"] == "standard input"


def test_text_prints_the_source_text(tmp_path: Path) -> None:
    path = tmp_path / "letter.md"
    path.write_bytes(b"\xef\xbb\xbf### HEADING\r\n**words**\r\n")
    assert imr("text", str(path)).stdout == b"HEADING\nwords\n"


def test_schema_is_of_what_extract_prints(letter: str) -> None:
    """Every key of a result stands in the schema, and no other may."""
    schema = json.loads(imr("schema").stdout)
    result = json.loads(imr("extract", "--json", letter).stdout)
    definition = schema["$defs"]["Determination"]
    assert set(result) == set(definition["properties"]) == set(definition["required"])
    assert definition["additionalProperties"] is False


def test_doctor() -> None:
    """It tells what is installed and that nothing leaves the machine."""
    shown = imr("doctor").stdout.decode()
    for words in ("python:", "pypdfium2:", "tesseract:", "none (rules only)", "nothing"):
        assert words in shown
    assert json.loads(imr("doctor", "--json").stdout)["installed"]["imr"] == VERSION


def test_version() -> None:
    assert imr("--version").stdout.decode().strip() == f"imr {VERSION}"


@pytest.mark.parametrize(
    "arguments",
    [
        ["nonsense"],
        ["extract"],
        ["extract", "--max-pages", "many", "x"],
        ["extract", "--model", "gpt", "x"],
        ["extract", "-", "-"],
    ],
    ids=["no_such_command", "no_letter", "no_number", "no_such_model", "stdin_twice"],
)
def test_wrong_usage_is_one_line(arguments: list[str]) -> None:
    run = imr(*arguments)
    assert run.returncode == 2
    assert len(run.stderr.splitlines()) == 1 and run.stdout == b""


def zeros(path: Path) -> None:
    with path.open("wb") as file:
        file.truncate(100 * 1000 * 1000)


def half_a_pdf(path: Path) -> None:
    whole = (ROOT / "golden" / "pdf-three-pages" / "letter.pdf").read_bytes()
    path.write_bytes(whole[: len(whole) // 2])


@pytest.mark.parametrize(
    ("make", "code"),
    [
        (lambda path: path.write_bytes(b""), 3),
        (lambda path: path.mkdir(), 3),
        (lambda path: None, 3),
        (zeros, 3),
        (half_a_pdf, 3),
        (lambda path: path.write_bytes(encrypted_pdf()), 3),
        (lambda path: path.write_bytes(picture_pdf()), 3),
        (lambda path: path.write_bytes(zip_of("word/document.xml", b"<a>" + b" " * (200 << 20) + b"</a>")), 3),
        (lambda path: path.write_bytes(b"<div>" * 500_000), 3),
        (lambda path: path.write_bytes(b"words " * 100_000), 4),
    ],
    ids=["empty", "folder", "missing", "zeros", "half_a_pdf", "locked_pdf", "scan", "zip_bomb", "nested_html", "prose"],
)
def test_bad_input_ends_in_one_line(make: object, code: int, tmp_path: Path) -> None:
    """Whatever the input, an exit code of its own, one line, no traceback, within seconds."""
    path = tmp_path / "input.pdf" if make is half_a_pdf else tmp_path / "input.txt"
    make(path)  # type: ignore[operator]
    started = time.monotonic()
    run = imr("extract", "--model", "none", str(path))
    assert (run.returncode, run.stdout) == (code, b"")
    assert len(run.stderr.splitlines()) == 1 and b"Traceback" not in run.stderr
    assert time.monotonic() - started < 30


def test_an_error_tells_nothing_of_the_letter(tmp_path: Path) -> None:
    """A letter is a medical record: no word of it stands in an error."""
    path = tmp_path / "input.txt"
    path.write_text("Zebrafish syndrome of the left clavicle. " * 50, encoding="utf-8")
    run = imr("extract", "--json", str(path))
    assert b"ebrafish" not in run.stderr + run.stdout


@pytest.mark.parametrize(
    ("setting", "arguments", "environment"),
    [
        (None, ["--max-mb", "0.001"], {}),
        (None, [], {"IMR_MAX_MB": "0.001"}),
        ("max_mb = 0.001", [], {}),
        ("max_mb = 50", [], {"IMR_MAX_MB": "0.001"}),
        ("max_mb = 50", ["--max-mb", "0.001"], {"IMR_MAX_MB": "50"}),
    ],
    ids=["option", "environment", "file", "environment_over_file", "option_over_all"],
)
def test_settings(setting: str | None, arguments: list[str], environment: dict[str, str], letter: str) -> None:
    """Options win over the environment, and that over imr.toml."""
    if setting:
        Path("imr.toml").write_text(setting, encoding="utf-8")
    Path(letter).write_text(str(Letter()) + "words " * 500, encoding="utf-8")
    run = imr("extract", *arguments, letter, **environment)
    assert run.returncode == 3 and b"--max-mb" in run.stderr


def test_an_unknown_setting_is_named(letter: str) -> None:
    Path("imr.toml").write_text("max_megabytes = 5", encoding="utf-8")
    run = imr("extract", letter)
    assert run.returncode == 2 and b"max_megabytes" in run.stderr and len(run.stderr.splitlines()) == 1


def test_a_letter_that_takes_too_long_is_ended(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A hanging letter is ended and named; the others are read."""
    from extractor.cli import letters
    from extractor.cli.letters import Answer, Task
    from extractor.workers import Bounds

    def slow(task: Task) -> Answer:
        if task.name == "hangs":
            time.sleep(60)
        if task.name == "crashes":
            os._exit(11)
        return Answer(task.name, 0, out="read")

    monkeypatch.setattr(letters, "perform", slow)
    tasks = [Task("text", name, None, b"", False, 100, 1, 80) for name in ("first", "hangs", "crashes", "last")]
    answers = list(letters.perform_all(tasks, Bounds(1, 2**31)))
    assert [answer.code for answer in answers] == [0, 3, 3, 0]
    assert "over 1 seconds" in (answers[1].error or "") and "crashed" in (answers[2].error or "")


def test_golden_letters_in_one_call() -> None:
    """All golden letters at once give what each gives alone, in order."""
    paths = [letter.path for letter in golden_letters(ROOT / "golden")]
    lines = imr("extract", "--json", *map(str, paths)).stdout.splitlines()
    assert len(lines) == len(paths)
    for path, line in zip(paths, lines, strict=True):
        got = json.loads(line)
        if got["status"] == "failed":
            continue
        alone = json.loads(extract(path).model_dump_json())
        assert (got["source"], got["issues"]) == (alone["source"], alone["issues"]), path


@pytest.mark.parametrize("command", [["extract"], ["schema"], ["text"]])
def test_a_full_disk_is_one_line(command: list[str], letter: str) -> None:
    """Output that cannot be written is named, without a traceback."""
    with open("/dev/full", "wb") as full:
        arguments = [*command, *([letter] if command != ["schema"] else [])]
        run = subprocess.run([*IMR, *arguments], stdout=full, stderr=subprocess.PIPE, check=False,
                             env={**os.environ, "PYTHONPATH": str(ROOT)})  # fmt: skip
    assert run.returncode == 1
    assert b"Traceback" not in run.stderr and b"cannot be written" in run.stderr.splitlines()[-1]


def test_text_is_printed_as_it_is(tmp_path: Path) -> None:
    """Control characters and a narrow code page change no character of the source text."""
    path = tmp_path / "letter.txt"
    path.write_text("a\x1b[31mb ≥ “c”", encoding="utf-8")
    assert imr("text", str(path), PYTHONIOENCODING="latin-1").stdout.decode() == "a\x1b[31mb ≥ “c”\n"


def test_the_view_drives_no_terminal(tmp_path: Path) -> None:
    """A letter's escape codes do not reach the screen, and a code page without its characters is no error."""
    path = tmp_path / "letter.txt"
    path.write_text(str(Letter(items=[Item("MRI \x1b[31m ≥ 3 Tesla")])), encoding="utf-8")
    run = imr("extract", str(path), PYTHONIOENCODING="latin-1")
    assert run.returncode == 0 and b"\x1b" not in run.stdout and b"Traceback" not in run.stderr


@pytest.mark.parametrize("arguments", [["--max-mb", "inf"], ["--max-mb", "nan"], ["--max-seconds", "inf"]])
def test_numbers_without_bound_are_refused(arguments: list[str], letter: str) -> None:
    run = imr("extract", *arguments, letter)
    assert run.returncode == 2 and len(run.stderr.splitlines()) == 1


def test_imr_alone_shows_its_help() -> None:
    run = imr()
    assert run.returncode == 2 and b"Commands:" in run.stdout


@pytest.mark.parametrize("setting", ['max_mb = "x"', "max_pages = 0", "ocr = 1", "max_mb = inf", "max_mb ="])
def test_a_wrong_setting_names_the_file(setting: str, letter: str) -> None:
    """A wrong value is the file's fault and nobody else's; doctor says so too, and help goes on."""
    Path("imr.toml").write_text(setting, encoding="utf-8")
    run = imr("extract", letter)
    assert run.returncode == 2 and b"imr.toml" in run.stderr and len(run.stderr.splitlines()) == 1
    assert b"not usable" in imr("doctor").stdout
    assert imr("--help").returncode == 0


def test_a_model_reads_along_and_its_answer_is_kept(letter: str, tmp_path: Path) -> None:
    """The mock asks nobody; the second time its answer comes from the cache, unless that is refused."""
    kept = {"IMR_CACHE_DIR": str(tmp_path / "kept")}
    first, second, third = (
        json.loads(imr("extract", "--json", "--model", "mock", *more, letter, **kept).stdout)["provenance"]
        for more in ([], [], ["--no-cache"])
    )
    assert (first["cache"], second["cache"], third["cache"]) == ("miss", "hit", "off")
    assert first["model"] == "mock" and first["prompt"].startswith("extract@")
    assert "mock, extract@" in imr("extract", "--model", "mock", letter, **kept).stdout.decode()
    assert "1 answers" in imr("cache", **kept).stdout.decode()
    assert "1 answers removed" in imr("cache", "clear", **kept).stdout.decode()


@pytest.mark.parametrize(
    "environment", [{}, {"OPENAI_API_KEY": "sk-x"}, {"OPENAI_BASE_URL": "https://models.example.org/v1"}]
)
def test_nothing_is_sent_without_consent(environment: dict[str, str], letter: str) -> None:
    """Without a terminal to ask on, and without --yes: exit 2, and the host is named."""
    run = imr("extract", "--model", "openai/gpt-4o", letter, **environment)
    assert run.returncode == 2 and run.stdout == b""
    (line,) = run.stderr.decode().splitlines()
    assert "nothing was sent" in line and ("api.openai.com" in line or "models.example.org" in line)


def test_consent_by_a_setting_is_told(letter: str) -> None:
    """Whoever agreed once sees where letters go, each time."""
    run = imr("extract", "--json", "--no-cache", "--yes", "--max-attempts", "1", "--model", "openai/x", letter,
              OPENAI_BASE_URL="http://models.invalid/v1")  # fmt: skip
    assert "letters are sent to models.invalid" in run.stderr.decode()
    assert "model_failed" in [flag["code"] for flag in json.loads(run.stdout)["flags"]]


def test_a_model_out_of_reach_gives_the_rules_result(letter: str) -> None:
    """On loopback no consent is needed; where nobody answers, the result says so and is not lost."""
    run = imr(
        "extract",
        "--json",
        "--no-cache",
        "--model",
        "openai/x",
        letter,
        OPENAI_BASE_URL="http://127.0.0.1:1/v1",
        IMR_MAX_ATTEMPTS="1",
    )
    result = json.loads(run.stdout)
    assert run.returncode == 0
    assert result["status"] == "partial" and "model_failed" in [flag["code"] for flag in result["flags"]]


def test_no_variable_of_a_library_brings_a_letter_into_the_log(letter: str) -> None:
    """OPENAI_LOG sets levels when openai is imported."""
    run = imr("extract", "--json", "--no-cache", "--model", "mock", letter, OPENAI_LOG="debug")
    assert run.returncode == 0
    assert b"strained" not in run.stderr and b"Request options" not in run.stderr


HOUSEKEEPING = {
    "prompts": "extract@", "prompts show extract": "numbered units", "models": "openai/MODEL", "cache info": "0 answers",
    "cache prune": "0 answers removed",
}  # fmt: skip


@pytest.mark.parametrize("command", HOUSEKEEPING)
def test_housekeeping(command: str, tmp_path: Path) -> None:
    run = imr(*command.split(), IMR_CACHE_DIR=str(tmp_path / "kept"))
    assert run.returncode == 0 and HOUSEKEEPING[command] in run.stdout.decode()


@pytest.mark.parametrize("command", ["prompts show nonsense", "cache burn", "mock-llm --scenario nonsense"])
def test_wrong_housekeeping_is_one_line(command: str, tmp_path: Path) -> None:
    run = imr(*command.split(), IMR_CACHE_DIR=str(tmp_path / "kept"))
    assert run.returncode in (1, 2) and len(run.stderr.splitlines()) == 1
