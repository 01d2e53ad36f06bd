"""What design and house rules say of the shape of the code, held over the import graph, the sources and sql/."""

import ast
import graphlib
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import grimp
import pytest

from learnloom.pipelines.lake.relation import CHECKS, LAYERS, Relation, load_relations
from learnloom.schemas import vocabulary

_ROOT = Path(__file__).parents[1]
_OURS = ("schemas", "pipelines", "flows")
_PACKAGES = tuple(name for name in _OURS if (_ROOT / name / "__init__.py").exists())
_MAX_FILE_LINES = 300
_MAX_FUNCTION_LINES = 50

_HOMES = {
    "duckdb": "learnloom.pipelines.lake",
    "filelock": "learnloom.pipelines.lake",
    "pydantic_settings": "learnloom.pipelines.config.settings",
    "typer": ("learnloom.pipelines.cli", "learnloom.flows.serve"),
    "rich": "learnloom.pipelines.cli",
    "jinja2": ("learnloom.pipelines.check.page", "learnloom.pipelines.evaluate.page"),
    "matplotlib": "learnloom.pipelines.evaluate.plot",
    "jsonpath": "learnloom.pipelines.check",
    "fsrs": "learnloom.pipelines.learner.memory",
    "kafka": "learnloom.pipelines.ingest.sources.kafka",
    "sklearn": ("learnloom.pipelines.learner", "learnloom.pipelines.evaluate"),
    "threadpoolctl": "learnloom.pipelines.learner",
    "fastapi": "learnloom.pipelines.serve",
    "uvicorn": "learnloom.pipelines.cli.api",
    "prometheus_client": "learnloom.pipelines.operate.metrics",
    "httpx": ("learnloom.pipelines.deliver", "learnloom.flows.serve"),
    "prefect": "flows",
    "opentelemetry": "learnloom.pipelines.tracing",
}
"""The home of an outside library, two at the most: whoever replaces it has one place to look at."""
_SCHEMAS_ONLY = ("learnloom.pipelines.learner", "learnloom.pipelines.feedback")
"""Pure rules: data in, data out."""
_IO_MODULES = {"os", "io", "pathlib", "shutil", "socket", "sqlite3", "subprocess", "tempfile", "urllib"}
_COMPOSES = (
    "learnloom.pipelines.cli",
    "learnloom.pipelines.config.settings",
    "flows",
    "bench",
    "servers.kafka.local",
)
"""Entry points: only they may ask for the time and the environment, and hand both on."""

_READ_BY_ALL = {
    "estimates.refresh_state": "the refresh's own as_of, time zone and session gap, of which every layer is a function"
}
"""Relations that earlier layers may read too, and why."""


def _sources(*folders: str) -> list[Path]:
    return sorted(
        path
        for folder in folders
        for path in (_ROOT / folder).rglob("*.py")
        if "__pycache__" not in path.parts
    )


def _module(path: Path) -> str:
    parts = path.relative_to(_ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def _is_in(module: str, package: str) -> bool:
    return module == package or module.startswith(f"{package}.")


@cache
def _tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


@cache
def _graph() -> grimp.ImportGraph:
    return grimp.build_graph(*_PACKAGES, include_external_packages=True, cache_dir=None)


def _own_imports() -> dict[str, set[str]]:
    """Each module of ours with those of ours that it imports."""
    graph = _graph()
    return {
        module: {name for name in graph.find_modules_directly_imported_by(module) if name.startswith(_OURS)}
        for module in graph.modules
        if module.startswith(_OURS)
    }


def _names(path: Path) -> str:
    return str(path.relative_to(_ROOT))


# Imports ----------------------------------------------------------------------------------------------------
def test_schemas_import_nothing_else_of_ours() -> None:
    """Nouns know no verbs."""
    wrong = {
        (module, name)
        for module, names in _own_imports().items()
        for name in names
        if _is_in(module, "schemas") and not _is_in(name, "schemas")
    }
    assert wrong == set()


def test_schemas_do_no_input_or_output() -> None:
    """A schema opens, starts and asks for nothing."""
    graph = _graph()
    wrong = {
        (module, name)
        for name in _IO_MODULES & graph.modules
        for module in graph.find_modules_that_directly_import(name)
        if _is_in(module, "schemas")
    }
    assert wrong == set()


@pytest.mark.parametrize("package", _SCHEMAS_ONLY)
def test_rules_import_schemas_only(package: str) -> None:
    """The learner model and the rules of feedback know nothing of warehouse, files or settings."""
    wrong = {
        (module, name)
        for module, names in _own_imports().items()
        for name in names
        if _is_in(module, package) and not _is_in(name, package) and not _is_in(name, "schemas")
    }
    assert wrong == set()


def test_nothing_points_back() -> None:
    """Flows import learnloom.pipelines, and the command line is imported by nobody."""
    wrong = {
        (module, name)
        for module, names in _own_imports().items()
        for name in names
        if (_is_in(name, "flows") and not _is_in(module, "flows"))
        or (_is_in(name, "learnloom.pipelines.cli") and not _is_in(module, "learnloom.pipelines.cli"))
    }
    assert wrong == set()


def test_product_does_without_what_stands_beside_it() -> None:
    """What is installed imports nothing of the rooms that are not."""
    assert _graph().modules & {"servers", "tests", "bench"} == set()


@pytest.mark.parametrize(("library", "home"), _HOMES.items())
def test_an_outside_library_has_one_home(library: str, home: str | tuple[str, str]) -> None:
    """Each of these libraries is imported in its own place only."""
    homes = (home,) if isinstance(home, str) else home
    graph = _graph()
    users = graph.find_modules_that_directly_import(library) if library in graph.modules else set()
    assert {module for module in users if not any(_is_in(module, one) for one in homes)} == set()


def test_no_modules_import_each_other_in_a_ring() -> None:
    """Imports have an order, and so do the folders of pipelines."""
    modules = _own_imports()
    folders: dict[str, set[str]] = {}
    for module, names in modules.items():
        folder = ".".join(module.split(".")[:2])
        others = {".".join(name.split(".")[:2]) for name in names}
        folders.setdefault(folder, set()).update(others - {folder})
    for graph in (modules, folders):
        graphlib.TopologicalSorter(graph).prepare()


# Sources ----------------------------------------------------------------------------------------------------
def test_init_files_are_empty() -> None:
    """Importing a package runs nothing."""
    files = [
        path for path in _sources(*_OURS, "sql", "servers", "tests", "bench") if path.name == "__init__.py"
    ]
    assert [_names(path) for path in files if path.stat().st_size] == []


def test_files_are_short() -> None:
    """No source file is longer than a few screens."""
    files = [*_sources(*_OURS, "servers", "tests", "bench"), *(_ROOT / "sql").rglob("*.sql")]
    lengths = {_names(path): len(path.read_text(encoding="utf-8").splitlines()) for path in files}
    assert {name: length for name, length in lengths.items() if length > _MAX_FILE_LINES} == {}


def test_functions_are_short() -> None:
    """No function is longer than a screen, its documentation left out."""
    long = {
        f"{_names(path)}:{node.lineno} {node.name}": length
        for path in _sources(*_OURS, "servers", "tests", "bench")
        for node in ast.walk(_tree(path))
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


def test_only_entry_points_ask_for_the_time_and_the_environment() -> None:
    """Time, randomness and settings are arguments everywhere else."""
    wrong = [
        f"{_names(path)}:{line} {what}"
        for path in _sources(*_OURS, "servers")
        if not any(_is_in(_module(path), package) for package in _COMPOSES)
        for line, what in _asked(_tree(path))
    ]
    assert wrong == []


def _asked(tree: ast.Module) -> Iterator[tuple[int, str]]:
    """Where a source asks for the present moment or the environment."""
    for node in ast.walk(tree):
        if not isinstance(node, ast.Attribute):
            continue
        text = ast.unparse(node)
        if re.fullmatch(r"(.*\.)?(datetime|date)\.(now|utcnow|today)|time\.time|os\.(environ|getenv)", text):
            yield node.lineno, text


# Tests ------------------------------------------------------------------------------------------------------
def test_every_test_says_what_must_hold() -> None:
    """Every test function has a docstring."""
    silent = [
        f"{_names(path)}:{node.lineno} {node.name}"
        for path in _sources("tests")
        for node in ast.walk(_tree(path))
        if isinstance(node, ast.FunctionDef) and node.name.startswith("test_") and not ast.get_docstring(node)
    ]
    assert silent == []


def test_no_test_sleeps() -> None:
    """A test that waits for a time is slow, and wrong on a slow machine."""
    sleepers = [
        f"{_names(path)}:{node.lineno}"
        for path in _sources("tests")
        for node in ast.walk(_tree(path))
        if (isinstance(node, ast.Attribute) and ast.unparse(node) in {"time.sleep", "asyncio.sleep"})
        or (
            isinstance(node, ast.ImportFrom)
            and node.module == "time"
            and "sleep" in {a.name for a in node.names}
        )
    ]
    assert sleepers == []


# sql/ -------------------------------------------------------------------------------------------------------
def _relations() -> list[Relation]:
    return [*load_relations(), *load_relations((CHECKS,))]


def test_a_layer_reads_only_its_own_and_earlier_ones() -> None:
    """Data walks in one direction; checks may look at everything."""
    place = {layer: number for number, layer in enumerate((*LAYERS, CHECKS))}
    wrong = {
        (relation.full_name, name)
        for relation in _relations()
        for name in relation.dependencies - _READ_BY_ALL.keys()
        if place[name.partition(".")[0]] > place[relation.layer]
    }
    assert wrong == set()


def test_only_staging_reads_what_has_landed() -> None:
    """What came in is renamed and cast in one place, and every later layer reads that."""
    landed = [r.full_name for r in load_relations() if any(d.startswith("landing.") for d in r.dependencies)]
    assert len(landed) > 4
    assert [name for name in landed if not name.startswith("staging.")] == []


def test_checks_read_what_there_is() -> None:
    """A check of a misspelt table would never run."""
    known = {relation.full_name for relation in load_relations()}
    assert {
        (check.full_name, name) for check in load_relations((CHECKS,)) for name in check.dependencies - known
    } == set()


def test_every_iri_in_sql_is_in_the_vocabulary() -> None:
    """A verb, type or extension with a meaning is written down once, with that meaning."""
    known = {value for name, value in vars(vocabulary).items() if name.isupper() and isinstance(value, str)}
    found = {
        (relation.full_name, iri)
        for relation in _relations()
        for iri in re.findall(r"""['"](https?://[^'"]*)['"]""", relation.sql)
    }
    assert len(found) > 50
    assert {(name, iri) for name, iri in found if iri not in known} == set()
