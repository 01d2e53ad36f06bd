"""The composition and the image are sound, as far as can be told without starting them."""

import re
import shutil
import subprocess
import sys
from fnmatch import fnmatch
from pathlib import Path
from typing import Any

import pytest
import yaml

from learnloom.pipelines.config.schedules import Schedules
from learnloom.pipelines.config.settings import Settings
from learnloom.pipelines.ingest.sources.kafka import topics
from tests.documents import ROOT, page
from tests.pipelines.cli.shell import parsed

FILE = "docker-compose.yml"
COMPOSITION: dict[str, Any] = yaml.safe_load(page(FILE))
SERVICES: dict[str, dict[str, Any]] = COMPOSITION["services"]
OURS = ("consumer", "flows", "lrs", "tools")
_VARIABLE = re.compile(r"\$\{(\w+):-([^}]*)\}")
_ONE_SHOT = {"topics": "on-failure:5", "tools": None}
"""Services that end by themselves, and how they are started again."""


def _has_compose() -> bool:
    """Whether Docker's command is here with its compose plugin; a daemon is not needed."""
    docker = shutil.which("docker")
    if docker is None:
        return False
    return subprocess.run([docker, "compose", "version"], capture_output=True, check=False).returncode == 0


_READERS = {
    "schema": [sys.executable, "-m", "check_jsonschema", "--builtin-schema", "vendor.compose-spec", FILE],
    **({"docker": ["docker", "compose", "--file", FILE, "config", "--quiet"]} if _has_compose() else {}),
}


def _instructions() -> list[tuple[str, str]]:
    """The instructions of the Dockerfile, continued lines joined."""
    text = re.sub(r"^#.*\n", "", page("Dockerfile"), flags=re.MULTILINE).replace("\\\n", " ")
    return [(line.split()[0], line.split(maxsplit=1)[1]) for line in text.splitlines() if line.strip()]


def _last_stage() -> list[tuple[str, str]]:
    """The instructions of what becomes the image."""
    found = _instructions()
    starts = [index for index, (name, _) in enumerate(found) if name == "FROM"]
    return found[starts[-1] :]


# The composition ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("reader", _READERS)
def test_the_file_is_a_composition(reader: str) -> None:
    """The file is valid by the Compose specification, and Docker's own command reads it where it is here."""
    ran = subprocess.run(_READERS[reader], cwd=ROOT, capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stdout + ran.stderr


def test_the_services_are_those_of_the_pipeline() -> None:
    """Kafka, its topics, the catalogue's database, Prefect's server, and of ours one for each way of working."""
    assert set(SERVICES) == {"kafka", "topics", "postgres", "prefect", *OURS}
    assert [name for name, service in SERVICES.items() if "profiles" in service] == ["tools"]


@pytest.mark.parametrize("name", SERVICES)
def test_health_is_checked_or_the_reason_is_stated(name: str) -> None:
    """A service has a healthcheck with limits, or says why it has none."""
    service = SERVICES[name]
    if "healthcheck" in service:
        assert {"test", "interval", "timeout", "retries", "start_period"} == service["healthcheck"].keys()
        assert "x-no-healthcheck" not in service
    else:
        assert service["x-no-healthcheck"].endswith(".")


@pytest.mark.parametrize("name", SERVICES)
def test_whoever_waits_waits_for_something_that_comes(name: str) -> None:
    """A service waits for the health of those that have a healthcheck, and for the end of those that end."""
    for other, wait in SERVICES[name].get("depends_on", {}).items():
        condition = "service_completed_successfully" if other in _ONE_SHOT else "service_healthy"
        assert wait == {"condition": condition}, other
        assert other in _ONE_SHOT or "healthcheck" in SERVICES[other]


@pytest.mark.parametrize("name", SERVICES)
def test_ports_are_open_to_this_machine_alone(name: str) -> None:
    """Every published port is bound to the loopback address."""
    for port in SERVICES[name].get("ports", []):
        assert re.fullmatch(r"127\.0\.0\.1:\d+:\d+", port), port


@pytest.mark.parametrize("name", SERVICES)
def test_images_are_pinned(name: str) -> None:
    """Every image has a tag with a whole version; ours is that of the package and made from this folder."""
    service = SERVICES[name]
    image, _, tag = service["image"].partition(":")
    assert re.match(r"v?\d+\.\d+(\.\d+)?\b", tag), service["image"]
    if name in OURS:
        (version,) = re.findall(r'^version = "(.*)"$', page("pyproject.toml"), re.MULTILINE)
        assert (image, tag, service["build"]) == ("learnloom", version, ".")
    else:
        assert "build" not in service


def test_prefect_is_no_older_than_what_is_known_to_work() -> None:
    """Prefect 3 from 3.8.8 on, and it reports to nobody."""
    version = SERVICES["prefect"]["image"].partition(":")[2].partition("-")[0]
    assert (3, 8, 8) <= tuple(map(int, version.split("."))) < (4,)
    assert SERVICES["prefect"]["environment"]["PREFECT_SERVER_ANALYTICS_ENABLED"] == "false"


@pytest.mark.parametrize("name", SERVICES)
def test_what_is_to_last_is_in_a_named_volume(name: str) -> None:
    """Each volume is declared, and every server has one; containers come and go."""
    volumes = SERVICES[name].get("volumes", [])
    assert all(volume.partition(":")[0] in COMPOSITION["volumes"] for volume in volumes)
    assert volumes or name == "topics"


@pytest.mark.parametrize("name", SERVICES)
def test_servers_come_back_and_jobs_do_not(name: str) -> None:
    """What runs for years is started again after a crash, what ends by itself is not."""
    assert SERVICES[name].get("restart") == _ONE_SHOT.get(name, "unless-stopped")


def test_consumers_may_be_many() -> None:
    """Nothing of the consumer is there once only: no name, no port; and it is given time to finish its batch."""
    consumer = SERVICES["consumer"]
    assert not {"container_name", "ports", "hostname"} & consumer.keys()
    seconds = int(consumer["stop_grace_period"].removesuffix("s"))
    assert seconds > Settings.model_fields["lock_wait_seconds"].default


@pytest.mark.parametrize("name", OURS)
def test_every_variable_is_a_setting(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each LEARNLOOM_… variable is read, with a value that is taken."""
    environment = SERVICES[name]["environment"]
    for variable, value in environment.items():
        if variable.startswith("PREFECT_"):
            continue
        name_of_setting, _, nested = variable.removeprefix("LEARNLOOM_").lower().partition("__")
        assert name_of_setting in Settings.model_fields, variable
        assert not nested or nested in Schedules.model_fields, variable
        monkeypatch.setenv(variable, _VARIABLE.sub(r"\2", value))
    Settings()


def test_the_store_answers_where_its_health_is_asked() -> None:
    """Port and path of the healthcheck are those at which the store listens, and what has come may land at its end."""
    store = SERVICES["lrs"]
    read = parsed(store["command"])
    assert (read["host"], store["ports"]) == ("0.0.0.0", [f"127.0.0.1:{read['port']}:{read['port']}"])  # noqa: S104 - within its container
    assert f"http://127.0.0.1:{read['port']}/xapi/about" in store["healthcheck"]["test"][-1]
    assert (
        int(store["stop_grace_period"].removesuffix("s")) > Settings.model_fields["lock_wait_seconds"].default
    )


def test_addresses_are_those_of_the_services() -> None:
    """Consumers find broker and catalogue by the names, ports and password under which these stand."""
    environment = SERVICES["consumer"]["environment"]
    advertised = SERVICES["kafka"]["environment"]["KAFKA_ADVERTISED_LISTENERS"].split(",")
    assert f"INTERNAL://{environment['LEARNLOOM_KAFKA_BOOTSTRAP_SERVERS']}" in advertised
    made = SERVICES["postgres"]["environment"]
    user, password, database = (made[f"POSTGRES_{part}"] for part in ("USER", "PASSWORD", "DB"))
    assert environment["LEARNLOOM_CATALOG"] == f"postgresql://{user}:{password}@postgres:5432/{database}"
    host_port = SERVICES["kafka"]["ports"][0].removeprefix("127.0.0.1:").partition(":")[0]
    assert f"HOST://localhost:{host_port}" in advertised


def test_the_password_is_the_operators_to_choose() -> None:
    """The password comes from the environment or .env, its default says what it is for, and no image gets .env."""
    (name, default) = _VARIABLE.findall(SERVICES["postgres"]["environment"]["POSTGRES_PASSWORD"])[0]
    assert (name, default) == ("POSTGRES_PASSWORD", "for-local-use-only")
    assert ".env" in page(".gitignore").splitlines()
    assert not _gets_in(".env")


def test_topics_are_made_as_documented() -> None:
    """The topics have the names and the retention that the code and its document tell; none makes itself."""
    (script,) = SERVICES["topics"]["command"]
    made = re.findall(r"^ *make_topic (\S+) (\d+) (\d+)$", script, re.MULTILINE)
    assert made == [
        ("xapi", "4", str(topics.STATEMENT_RETENTION_MS)),
        (topics.dead_topic("xapi"), str(topics.DEAD_PARTITIONS), str(topics.DEAD_RETENTION_MS)),
    ]
    assert SERVICES["kafka"]["environment"]["KAFKA_AUTO_CREATE_TOPICS_ENABLE"] == "false"
    shell = [*SERVICES["topics"]["entrypoint"][:1], "-n", "-c", script.replace("$$", "$")]
    assert subprocess.run(shell, check=False).returncode == 0


@pytest.mark.parametrize("name", OURS)
def test_commands_are_commands_of_learnloom(name: str) -> None:
    """What the image is told to run is understood by the command line."""
    assert _last_stage()[-2:] == [("ENTRYPOINT", '["learnloom"]'), ("CMD", '["--help"]')]
    command = SERVICES[name]["command"]
    if command != ["--help"]:
        read = parsed(command)
        assert read.get("topics", ["xapi"]) == ["xapi"]


# The image ---------------------------------------------------------------------------------------------------


def _gets_in(path: str) -> bool:
    """Whether .dockerignore lets a path of this folder into a build; the last rule that fits decides."""
    gets_in = True
    for line in page(".dockerignore").splitlines():
        if not line or line.startswith("#"):
            continue
        pattern = line.removeprefix("!").removeprefix("**/")
        parts = [path, *(str(parent) for parent in Path(path).parents)]
        deep = [Path(part).name for part in parts] if line.startswith("**/") else []
        if any(fnmatch(part, pattern) for part in [*parts, *deep] if part != "."):
            gets_in = line.startswith("!")
    return gets_in


def test_what_is_copied_is_there() -> None:
    """Every source of a COPY exists and is let into the build; so is what the wheel is made of."""
    copied = [
        source
        for name, rest in _instructions()
        if name == "COPY" and not rest.startswith("--from")
        for source in rest.split()[:-1]
    ]
    wheel = re.findall(r'"(\w+)"', page("pyproject.toml").split("packages = [")[1].split("]")[0])
    links = {path.name for path in (ROOT / "learnloom").iterdir() if path.is_symlink()}
    assert {*wheel, *links, "requirements.lock", "pyproject.toml", "README.md", "LICENSE"} == set(copied)
    for source in copied:
        assert (ROOT / source).exists(), source
        assert _gets_in(source), source


@pytest.mark.parametrize(
    "path", [".git", ".venv", "learnloom-warehouse", "tests", "pipelines/cli/__pycache__"]
)
def test_what_does_not_belong_stays_out(path: str) -> None:
    """History, environments, warehouses, tests and caches do not get into a build."""
    assert not _gets_in(path)
    assert _gets_in("pipelines/cli/main.py")


def test_the_image_runs_without_rights() -> None:
    """The last user is a fixed number that is not root's, and owns what it writes to, which is what volumes hide."""
    stage = _last_stage()
    (user,) = [rest for name, rest in stage if name == "USER"]
    assert re.fullmatch(r"([1-9]\d{3,}):\1", user)
    (made,) = [rest for name, rest in stage if name == "RUN"]
    assert f"--uid {user.partition(':')[0]} " in made
    (owned,) = re.findall(r"install --directory --owner=learnloom --group=learnloom (.*)$", made)
    mounted = {volume.split(":")[1] for name in OURS for volume in SERVICES[name]["volumes"]}
    assert mounted == set(owned.split())
    for name in OURS:
        assert (SERVICES[name]["cap_drop"], "user" in SERVICES[name]) == (["ALL"], False)


def test_the_image_holds_no_tools_to_build() -> None:
    """Everything is installed by hash in a first stage; the last one takes the result and runs no installer."""
    built = " ".join(rest for name, rest in _instructions() if name == "RUN")
    assert "--require-hashes" in built
    assert "--no-deps /wheels" in built
    stage = _last_stage()
    assert not any(re.search(r"\b(pip|apt-get|gcc|make)\b", rest) for name, rest in stage if name == "RUN")
    assert {rest.partition(" AS ")[0] for name, rest in _instructions() if name == "FROM"} == {
        "python:3.12-slim-bookworm"
    }
