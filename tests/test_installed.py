"""What `pip install` brings: one package, beside whatever an application calls its own modules, in two sizes."""

import subprocess
import sys
import sysconfig
import zipfile
from importlib.metadata import requires
from pathlib import Path

import pytest
from packaging.requirements import Requirement

from tests.documents import ROOT
from tests.sources import imports

pytestmark = pytest.mark.slow

_STATEMENT = (
    '{"actor": {"mbox": "mailto:a@school.example"}, "verb": {"id": "http://adlnet.gov/expapi/verbs/completed"},'
    ' "object": {"id": "https://school.example/course"}}\n'
)
_SMALL = (
    "learnloom.pipelines.producer",
    "learnloom.pipelines.cli.produce",
    "learnloom.pipelines.cli.check",
    "learnloom.pipelines.cli.convert",
    "learnloom.pipelines.convert.oneroster",
    "learnloom.pipelines.convert.tables.platforms",
)
_DOOR = tuple(
    f"learnloom.pipelines.cli.{command}"
    for command in (
        "consume",
        "produce",
        "lrs",
        "api",
        "metrics",
        "keys",
        "dead",
        "status",
        "query",
        "doctor",
        "backup",
    )
)
_IMPORTED_AS = {"scikit-learn": "sklearn"}


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel, built from the repository."""
    folder = tmp_path_factory.mktemp("wheel")
    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "--target", "wheel", "--directory", str(folder)],
        check=True,
        cwd=ROOT,
        capture_output=True,
    )
    (built,) = folder.glob("*.whl")
    return built


@pytest.fixture(scope="module")
def python(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The interpreter of an environment with the wheel and its dependencies, but without this repository."""
    place = tmp_path_factory.mktemp("environment")
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(place)], check=True)
    (packages,) = place.glob("lib/python*/site-packages")
    zipfile.ZipFile(wheel).extractall(packages)
    # The dependencies as they are installed for the tests; its .pth files, and so this repository, do not count there.
    (packages / "dependencies.pth").write_text(sysconfig.get_path("purelib") + "\n", encoding="utf-8")
    return place / "bin" / "python"


@pytest.fixture
def application(tmp_path: Path) -> Path:
    """An application with modules of the names that this repository's folders have."""
    (tmp_path / "schemas.py").write_text("class Item: ...\n", encoding="utf-8")
    for folder in ("flows", "pipelines", "sql"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "__init__.py").write_text("IS_THE_APPLICATION = True\n", encoding="utf-8")
    return tmp_path


def _run(python: Path, application: Path, *arguments: str) -> str:
    ran = subprocess.run(
        [str(python), *arguments], cwd=application, capture_output=True, text=True, check=False
    )
    assert ran.returncode == 0, ran.stderr
    return ran.stdout


def test_wheel_holds_one_package(wheel: Path) -> None:
    """The wheel puts one name into site-packages, with types and SQL."""
    names = zipfile.ZipFile(wheel).namelist()
    assert {name.split("/")[0] for name in names if ".dist-info/" not in name} == {"learnloom"}
    assert {
        "learnloom/py.typed",
        "learnloom/schemas/signal.py",
        "learnloom/pipelines/producer.py",
        "learnloom/flows/land.py",
        "learnloom/sql/landing/statement.sql",
        "learnloom/pipelines/check/page.html.jinja",
        "learnloom/schemas/vocabularies/moodle-5.toml",
    } <= set(names)


def test_producer_runs_beside_an_application(python: Path, application: Path) -> None:
    """The documented producer is imported from the wheel, and the application keeps its own modules."""
    out = _run(
        python,
        application,
        "-c",
        "import learnloom, schemas, flows, pipelines;"
        "from learnloom.pipelines.producer import StatementProducer;"
        "from learnloom.pipelines.ingest.sources.kafka.connection import KafkaConnection;"
        "assert schemas.Item and flows.IS_THE_APPLICATION and pipelines.IS_THE_APPLICATION;"
        "print(learnloom.__file__)",
    )
    assert "site-packages" in out


def test_command_runs_beside_an_application(python: Path, application: Path) -> None:
    """The command judges a file from the application's folder."""
    (application / "statements.jsonl").write_text(_STATEMENT, encoding="utf-8")
    main = ["-c", "from learnloom.pipelines.cli.main import main; main()"]
    assert "1" in _run(python, application, *main, "check", "statements.jsonl")


def test_deployments_run_beside_an_application(python: Path, application: Path) -> None:
    """Prefect finds every flow by the entry point of its deployment, from the application's folder."""
    out = _run(
        python,
        application,
        "-c",
        "import asyncio\n"
        "from prefect.flows import load_flow_from_entrypoint\n"
        "from learnloom.flows.deployments import deployments\n"
        "from learnloom.pipelines.config.schedules import Schedules\n"
        "for found in asyncio.run(deployments(Schedules(inbox='inbox'))):\n"
        "    print(load_flow_from_entrypoint(found.entrypoint).name, found.entrypoint)\n",
    )
    assert [line.split()[1].partition(".")[0] for line in out.splitlines()] == ["learnloom"] * 6


@pytest.mark.xdist_group("sources")
@pytest.mark.parametrize(("extra", "modules"), [(None, _SMALL), ("door", _DOOR)])
def test_small_installation_has_what_it_imports(extra: str | None, modules: tuple[str, ...]) -> None:
    """The producer, `check` and `convert`, and with an extra the door, import no package that only others install."""
    has, lacks = _packages(extra)
    assert {"prefect", "sklearn", "babel"} <= lacks
    assert ("duckdb" in has) == (extra is not None)
    assert {
        (module, package) for module in modules for package in lacks & imports().find_upstream_modules(module)
    } == set()


def _packages(extra: str | None) -> tuple[set[str], set[str]]:
    """What an installation has, by the names that are imported, and what it lacks of all that others have."""
    has, all_have = set(), set()
    for one in (Requirement(text) for text in requires("learnloom") or []):
        named = _IMPORTED_AS.get(one.name, one.name.replace("-", "_"))
        all_have.add(named)
        condition = str(one.marker or "")
        if "extra" not in condition or f'extra == "{extra}"' in condition:
            has.add(named)
    return has, all_have - has
