"""The sources of the repository, parsed, for tests of their shape."""

import ast
import gc
from functools import cache
from pathlib import Path

import grimp

from tests.documents import ROOT

OURS = ("schemas", "pipelines", "flows")
"""Folders of the repository; `learnloom` holds links to them, which are its packages."""


def sources(*folders: str) -> list[Path]:
    paths = (path for folder in folders for path in (ROOT / folder).rglob("*.py"))
    return sorted(path for path in paths if "__pycache__" not in path.parts)


def module_of(path: Path) -> str:
    parts = path.relative_to(ROOT).with_suffix("").parts
    name = ".".join(parts[:-1] if parts[-1] == "__init__" else parts)
    return f"learnloom.{name}" if parts[0] in OURS else name


def is_in(module: str, package: str) -> bool:
    return module == package or module.startswith(f"{package}.")


@cache
def imports() -> grimp.ImportGraph:
    """Who imports whom, of ours and of outside libraries."""
    return grimp.build_graph("learnloom", include_external_packages=True, cache_dir=None)


@cache
def tree(path: Path) -> ast.Module:
    # All trees stay: to look through them for garbage, again and again, takes longer than to parse them.
    gc.disable()
    try:
        return ast.parse(path.read_text(encoding="utf-8"))
    finally:
        gc.freeze()
        gc.enable()


def name_of(path: Path) -> str:
    """A file as it is named in a message."""
    return str(path.relative_to(ROOT))
