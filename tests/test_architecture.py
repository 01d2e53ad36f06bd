"""What design and house rules say of the shape of the code, held over the import graph, the sources and sql/."""

import ast
import graphlib
import re
from collections.abc import Iterator

import pytest

from learnloom.pipelines.lake.relation import CHECKS, LAYERS, Relation, load_relations
from learnloom.schemas import vocabulary
from tests.sources import OURS, imports, is_in, module_of, name_of, sources, tree

pytestmark = pytest.mark.xdist_group("sources")  # parsed by one process

_HOMES = {
    "duckdb": (
        "learnloom.pipelines.lake",
        "learnloom.pipelines.ingest.land.tables",
        "learnloom.pipelines.reference.tables",
    ),
    "filelock": "learnloom.pipelines.lake",
    "pydantic_settings": ("learnloom.pipelines.config.settings", "learnloom.pipelines.config.sources"),
    "typer": ("learnloom.pipelines.cli", "learnloom.flows.serve"),
    "rich": "learnloom.pipelines.cli",
    "jinja2": (
        "learnloom.pipelines.check.page",
        "learnloom.pipelines.evaluate.page",
        "learnloom.pipelines.login.page",
        "learnloom.pipelines.pages.render",
    ),
    "babel": (
        "learnloom.pipelines.feedback",
        "learnloom.pipelines.pages.texts",
        "learnloom.pipelines.login.words",
    ),
    "jsonpath": "learnloom.pipelines.check",
    "fsrs": "learnloom.pipelines.learner.fsrs_scheduler",
    "kafka": "learnloom.pipelines.ingest.sources.kafka",
    "sklearn": ("learnloom.pipelines.learner", "learnloom.pipelines.evaluate"),
    "threadpoolctl": "learnloom.pipelines.learner",
    "fastapi": "learnloom.pipelines.serve",
    "pg8000": "learnloom.pipelines.lrs.postgres_connection",
    "uvicorn": (
        "learnloom.pipelines.cli",
        "learnloom.pipelines.lrs.server",
        "learnloom.pipelines.lrs.connections",
    ),
    "joserfc": (
        "learnloom.pipelines.lrs.issuer",
        "learnloom.pipelines.lrs.signed",
        "learnloom.pipelines.login.own_key",
    ),
    "prometheus_client": "learnloom.pipelines.operate.metrics",
    "standardwebhooks": "learnloom.pipelines.deliver.webhook",
    "httpx": ("learnloom.pipelines.deliver", "learnloom.flows.serve", "learnloom.pipelines.lrs.fetch"),
    "prefect": "learnloom.flows",
    "distributed": "learnloom.pipelines.refresh.buckets.spread",
    "opentelemetry": "learnloom.pipelines.tracing",
}
"""The home of an outside library, four modules at the most: whoever replaces it has one place to look at."""
_PURE = ("learnloom.pipelines.learner", "learnloom.pipelines.feedback")
_PURE_MAY_IMPORT = ("learnloom.schemas", "learnloom.pipelines.config.thresholds")
"""Pure rules: data in, data out."""
_IO_MODULES = {"os", "io", "pathlib", "shutil", "socket", "sqlite3", "subprocess", "tempfile", "urllib"}
_COMPOSES = (
    "learnloom.pipelines.cli",
    "learnloom.pipelines.config.sources",
    "learnloom.flows",
    "bench",
    "servers.kafka.local",
)
"""Entry points: only they may ask for the time and the environment, and hand both on."""


def _own_imports() -> dict[str, set[str]]:
    """Each module of ours with those of ours that it imports."""
    graph = imports()
    return {
        module: {
            name for name in graph.find_modules_directly_imported_by(module) if name.startswith("learnloom.")
        }
        for module in graph.modules
        if is_in(module, "learnloom")
    }


# Imports ----------------------------------------------------------------------------------------------------
def test_schemas_import_nothing_else_of_ours() -> None:
    """Nouns know no verbs."""
    wrong = {
        (module, name)
        for module, names in _own_imports().items()
        for name in names
        if is_in(module, "learnloom.schemas") and not is_in(name, "learnloom.schemas")
    }
    assert wrong == set()


def test_schemas_do_no_input_or_output() -> None:
    """A schema opens, starts and asks for nothing."""
    graph = imports()
    wrong = {
        (module, name)
        for name in _IO_MODULES & graph.modules
        for module in graph.find_modules_that_directly_import(name)
        if is_in(module, "learnloom.schemas")
    }
    assert wrong == set()


@pytest.mark.parametrize("package", _PURE)
def test_rules_import_schemas_only(package: str) -> None:
    """The learner model and the rules of feedback know thresholds, and nothing of warehouse, files or settings."""
    wrong = {
        (module, name)
        for module, names in _own_imports().items()
        for name in names
        if is_in(module, package) and not any(is_in(name, one) for one in (package, *_PURE_MAY_IMPORT))
    }
    assert wrong == set()


def test_nothing_points_back() -> None:
    """Flows import learnloom.pipelines, and the command line is imported by nobody but the writer of its page."""
    wrong = {
        (module, name)
        for module, names in _own_imports().items()
        for name in names
        for room in ("learnloom.flows", "learnloom.pipelines.cli", "learnloom.pipelines.reference")
        if is_in(name, room)
        and not is_in(module, room)
        and not is_in(module, "learnloom.pipelines.reference")
    }
    assert wrong == set()


def test_product_does_without_what_stands_beside_it() -> None:
    """What is installed imports nothing of the rooms that are not."""
    assert imports().modules & {"servers", "tests", "bench"} == set()


@pytest.mark.parametrize(("library", "home"), _HOMES.items())
def test_an_outside_library_has_one_home(library: str, home: str | tuple[str, ...]) -> None:
    """Each of these libraries is imported in its own place only."""
    homes = (home,) if isinstance(home, str) else home
    graph = imports()
    users = graph.find_modules_that_directly_import(library) if library in graph.modules else set()
    assert {module for module in users if not any(is_in(module, one) for one in homes)} == set()


def test_no_modules_import_each_other_in_a_ring() -> None:
    """Imports have an order, and so do the folders of pipelines."""
    modules = _own_imports()
    folders: dict[str, set[str]] = {}
    for module, names in modules.items():
        folder = ".".join(module.split(".")[:3])
        others = {".".join(name.split(".")[:3]) for name in names}
        folders.setdefault(folder, set()).update(others - {folder})
    for graph in (modules, folders):
        graphlib.TopologicalSorter(graph).prepare()


@pytest.mark.slow
def test_only_entry_points_ask_for_the_time_and_the_environment() -> None:
    """Time, randomness and settings are arguments everywhere else."""
    wrong = [
        f"{name_of(path)}:{line} {what}"
        for path in sources(*OURS, "servers")
        if not any(is_in(module_of(path), package) for package in _COMPOSES)
        for line, what in _asked(tree(path))
    ]
    assert wrong == []


def _asked(tree: ast.Module) -> Iterator[tuple[int, str]]:
    """Where a source asks for the present moment or the environment."""
    last = {"now", "utcnow", "today", "time", "environ", "getenv"}
    for node in ast.walk(tree):
        if not (isinstance(node, ast.Attribute) and node.attr in last):  # to write all of them takes seconds
            continue
        text = ast.unparse(node)
        if re.fullmatch(r"(.*\.)?(datetime|date)\.(now|utcnow|today)|time\.time|os\.(environ|getenv)", text):
            yield node.lineno, text


# sql/ -------------------------------------------------------------------------------------------------------
def _relations() -> list[Relation]:
    return [*load_relations(), *load_relations((CHECKS,))]


def test_a_layer_reads_only_its_own_and_earlier_ones() -> None:
    """Data walks in one direction; checks may look at everything."""
    place = {layer: number for number, layer in enumerate((*LAYERS, CHECKS))}
    wrong = {
        (relation.full_name, name)
        for relation in _relations()
        for name in relation.dependencies
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
