"""What the house rules say of the shape of sources and tests."""

import ast
from collections import defaultdict

import pytest

from tests.documents import ROOT
from tests.sources import OURS, name_of, sources, tree

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("sources")]  # parsed by one process

_MAX_FILE_LINES = 300
_MAX_FUNCTION_LINES = 50


def test_packages_say_what_they_hold_and_run_nothing() -> None:
    """A room's `__init__.py` is one sentence about it; importing a package runs nothing."""
    files = [path for path in sources(*OURS, "sql", "learnloom") if path.name == "__init__.py"]
    assert [name_of(path) for path in files if not ast.get_docstring(tree(path))] == []
    files += [path for path in sources("servers", "tests", "bench") if path.name == "__init__.py"]
    assert [
        name_of(path) for path in files if len(tree(path).body) > bool(ast.get_docstring(tree(path)))
    ] == []


def test_files_are_short() -> None:
    """No source file is longer than a few screens."""
    files = [*sources(*OURS, "servers", "tests", "bench"), *(ROOT / "sql").rglob("*.sql")]
    lengths = {name_of(path): len(path.read_text(encoding="utf-8").splitlines()) for path in files}
    assert {name: length for name, length in lengths.items() if length > _MAX_FILE_LINES} == {}


def test_functions_are_short() -> None:
    """No function is longer than a screen, its documentation left out."""
    long = {
        f"{name_of(path)}:{node.lineno} {node.name}": length
        for path in sources(*OURS, "servers", "tests", "bench")
        for node in ast.walk(tree(path))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and (length := _length(node)) > _MAX_FUNCTION_LINES
    }
    assert long == {}


def _length(function: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    first = function.body[0]
    documentation = 0
    if ast.get_docstring(function) is not None:
        documentation = (first.end_lineno or first.lineno) - first.lineno + 1
    return (function.end_lineno or function.lineno) - function.lineno + 1 - documentation


def test_a_class_s_name_means_one_thing() -> None:
    """No two rooms have a public class of the same name."""
    named = defaultdict(list)
    for path in sources(*OURS):
        for node in tree(path).body:
            if isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
                named[node.name].append(name_of(path))
    assert {name: files for name, files in named.items() if len(files) > 1} == {}


def test_every_test_says_what_must_hold() -> None:
    """Every test function has a docstring."""
    silent = [
        f"{name_of(path)}:{node.lineno} {node.name}"
        for path in sources("tests")
        for node in ast.walk(tree(path))
        if isinstance(node, ast.FunctionDef) and node.name.startswith("test_") and not ast.get_docstring(node)
    ]
    assert silent == []


def test_no_test_sleeps() -> None:
    """A test that waits for a time is slow, and wrong on a slow machine."""
    sleepers = [
        f"{name_of(path)}:{node.lineno}"
        for path in sources("tests")
        for node in ast.walk(tree(path))
        if (
            isinstance(node, ast.Attribute)
            and node.attr == "sleep"
            and ast.unparse(node) in {"time.sleep", "asyncio.sleep"}
        )
        or (
            isinstance(node, ast.ImportFrom)
            and node.module == "time"
            and "sleep" in {a.name for a in node.names}
        )
    ]
    assert sleepers == []
