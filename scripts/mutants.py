"""Breaks the scorers in one place after another, and names the breaks that no test sees.

    python -m scripts.mutants [MODULE ...]

Every comparison, operator, constant and condition of the modules is changed in turn, in a copy of the checkout, and
the scorers' tests run against it.  Read each survivor: a test is missing, or the change changes nothing.
"""

from __future__ import annotations

import ast
import copy
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from queue import Queue
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
MODULES = ("align", "compare", "fields", "intervals", "metrics", "places")
TESTS = "tests/test_evals.py"
SLOW = "changed_in_a_known_way"
"""A test that takes seconds and is about other things."""
SWAPS: dict[type[ast.AST], type[ast.AST]] = {
    ast.Eq: ast.NotEq, ast.NotEq: ast.Eq, ast.Lt: ast.LtE, ast.LtE: ast.Lt, ast.Gt: ast.GtE, ast.GtE: ast.Gt,
    ast.Is: ast.IsNot, ast.IsNot: ast.Is, ast.In: ast.NotIn, ast.NotIn: ast.In, ast.And: ast.Or, ast.Or: ast.And,
    ast.Add: ast.Sub, ast.Sub: ast.Add, ast.Mult: ast.Div, ast.Div: ast.Mult,
}  # fmt: skip


def mutants(tree: ast.Module) -> Iterator[tuple[int, str, ast.Module]]:
    """Line, what was changed, and the changed module."""
    for index, node in enumerate(ast.walk(tree)):
        for what, change in _changes(node):
            changed = copy.deepcopy(tree)
            target = next(other for at, other in enumerate(ast.walk(changed)) if at == index)
            change(target)
            yield getattr(node, "lineno", 0), what, ast.fix_missing_locations(changed)


def _changes(node: ast.AST) -> Iterator[tuple[str, Callable[[Any], object]]]:
    if isinstance(node, ast.Compare) and type(node.ops[0]) in SWAPS:
        swap = SWAPS[type(node.ops[0])]
        yield f"{type(node.ops[0]).__name__} to {swap.__name__}", lambda other: other.ops.__setitem__(0, swap())
    if isinstance(node, ast.BinOp | ast.BoolOp) and type(node.op) in SWAPS:
        other_op = SWAPS[type(node.op)]
        yield f"{type(node.op).__name__} to {other_op.__name__}", lambda other: setattr(other, "op", other_op())
    if isinstance(node, ast.Constant) and isinstance(node.value, int | float) and not isinstance(node.value, bool):
        value = node.value
        yield f"{value} to {value + 1}", lambda other: setattr(other, "value", value + 1)
    if isinstance(node, ast.Constant) and isinstance(node.value, bool):
        flipped = not node.value
        yield f"{node.value} to {flipped}", lambda other: setattr(other, "value", flipped)
    if isinstance(node, ast.If | ast.IfExp):
        yield "condition to its opposite", lambda other: setattr(other, "test", ast.UnaryOp(ast.Not(), other.test))


def main() -> None:
    names = sys.argv[1:] or MODULES
    todo = [(name, *mutant) for name in names for mutant in mutants(ast.parse((ROOT / f"evals/{name}.py").read_text()))]
    copies: Queue[Path] = Queue()
    with tempfile.TemporaryDirectory() as folder:
        cores = os.cpu_count() or 1
        for at in range(cores):
            shutil.copytree(ROOT, Path(folder) / str(at), ignore=shutil.ignore_patterns(".*", "dist", "build"))
            copies.put(Path(folder) / str(at))
        with ThreadPoolExecutor(cores) as pool:
            alive = list(pool.map(lambda mutant: _survives(copies, *mutant), todo))
    print(f"{len(todo)} mutants, {sum(alive)} survived")


def _survives(copies: Queue[Path], name: str, line: int, what: str, changed: ast.Module) -> bool:
    root = copies.get()
    path = root / "evals" / f"{name}.py"
    kept = path.read_text(encoding="utf-8")
    try:
        path.write_text(ast.unparse(changed), encoding="utf-8")
        command = [
            sys.executable,
            "-m",
            "pytest",
            "-q",
            "-x",
            "-p",
            "no:cacheprovider",
            "-k",
            f"not {SLOW}",
            TESTS,
        ]
        environment = {**os.environ, "PYTHONPATH": str(root)}
        run = subprocess.run(command, cwd=root, env=environment, capture_output=True, timeout=120)
        if not run.returncode:
            print(f"survived: evals/{name}.py, line {line}: {what}", flush=True)
        return not run.returncode
    except subprocess.TimeoutExpired:
        return False
    finally:
        path.write_text(kept, encoding="utf-8")
        copies.put(root)


if __name__ == "__main__":
    main()
