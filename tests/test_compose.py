"""The composition and the image are sound, as far as can be told without starting them."""

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from learnloom.pipelines.config.settings import Settings
from learnloom.pipelines.ingest.sources.kafka import topics
from tests.documents import ROOT, page
from tests.image import gets_in, last_stage
from tests.pipelines.cli.shell import parsed

FILE = "docker-compose.yml"
COMPOSITION: dict[str, Any] = yaml.safe_load(page(FILE))
SERVICES: dict[str, dict[str, Any]] = COMPOSITION["services"]
OURS = ("consumer", "flows", "lrs", "api", "pages", "metrics", "tools")
"""Services that run a command of learnloom; Prefect's server comes from the same image."""
_PROFILES = {
    "tools": "tools",
    "metrics": "watch",
    "prometheus": "watch",
    "grafana": "watch",
    "objects": "object-store",
}
_OF_OTHERS = ("PREFECT_", "AWS_", "TMPDIR")
"""Variables that are not our settings."""
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


# The composition ---------------------------------------------------------------------------------------------


@pytest.mark.slow
@pytest.mark.parametrize("reader", _READERS)
def test_the_file_is_a_composition(reader: str) -> None:
    """The file is valid by the Compose specification, and Docker's own command reads it where it is here."""
    ran = subprocess.run(_READERS[reader], cwd=ROOT, capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stdout + ran.stderr


def test_the_services_are_those_of_the_pipeline() -> None:
    """Kafka, its topics, PostgreSQL, Prefect's server, and of ours one for each way of working; others by profile."""
    assert set(SERVICES) == {"kafka", "topics", "postgres", "prefect", *OURS, *_PROFILES}
    assert {
        name: profiles for name, service in SERVICES.items() if (profiles := service.get("profiles"))
    } == {name: [profile] for name, profile in _PROFILES.items()}


@pytest.mark.parametrize("name", SERVICES)
def test_a_service_may_do_and_take_no_more_than_it_needs(name: str) -> None:
    """Rights are dropped, logs and processes have a limit, and so have memory and processors, on two of these, too."""
    service = SERVICES[name]
    assert (service["cap_drop"], service["security_opt"]) == (["ALL"], ["no-new-privileges:true"])
    assert service["read_only"] or name == "kafka"
    assert service["logging"] == {"driver": "json-file", "options": {"max-size": "10m", "max-file": "5"}}
    assert {"mem_limit", "cpus", "pids_limit"} <= service.keys()
    assert service["cpus"] <= 2


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
    """Every image has a tag with a whole version; ours is that of the package, and one service makes it."""
    service = SERVICES[name]
    image, _, tag = service["image"].partition(":")
    assert re.match(r"v?\d+\.\d+(\.\d+)?\b", tag), service["image"]
    if name in (*OURS, "prefect"):
        (version,) = re.findall(r'^version = "(.*)"$', page("pyproject.toml"), re.MULTILINE)
        assert (image, tag) == ("learnloom", version)
        # Were several to make it, each would give the tag another image, and each `up` the others new containers.
        is_maker = name == "consumer"
        assert (service.get("build"), service["pull_policy"]) == (
            (".", "build") if is_maker else (None, "never")
        )
    else:
        assert "build" not in service


def test_prefect_reports_to_nobody_and_keeps_a_bounded_history() -> None:
    """The server tells nobody of itself, drops old runs, and links lead to where a person can open them."""
    environment = SERVICES["prefect"]["environment"]
    assert environment["PREFECT_SERVER_ANALYTICS_ENABLED"] == "false"
    assert "flow_runs" in environment["PREFECT_SERVER_SERVICES_DB_VACUUM_ENABLED"].split(",")
    shown = SERVICES["flows"]["environment"]["PREFECT_UI_URL"]
    assert SERVICES["prefect"]["ports"] == [f"127.0.0.1:{shown.rpartition(':')[2]}:4200"]


@pytest.mark.parametrize("name", SERVICES)
def test_what_is_to_last_is_in_a_named_volume(name: str) -> None:
    """Each volume is declared, and every server has one; containers come and go."""
    volumes = [volume.partition(":")[0] for volume in SERVICES[name].get("volumes", [])]
    files = [volume for volume in volumes if volume.startswith("./")]
    assert set(volumes) - set(files) <= COMPOSITION["volumes"].keys()
    assert all((ROOT / file).exists() for file in files)
    assert set(volumes) - set(files) or name == "topics"


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
        if variable.startswith(_OF_OTHERS):
            continue
        name_of_setting, _, nested = variable.removeprefix("LEARNLOOM_").lower().partition("__")
        assert name_of_setting in Settings.model_fields, variable
        table = Settings.model_fields[name_of_setting].annotation
        assert not nested or nested in getattr(table, "model_fields", {}), variable
        monkeypatch.setenv(variable, _VARIABLE.sub(r"\2", value))
    Settings()


@pytest.mark.parametrize(("name", "path"), [("lrs", "/xapi/about"), ("api", "/health"), ("pages", "/login")])
def test_who_answers_is_asked_for_its_health(name: str, path: str) -> None:
    """Port and path of the healthcheck are those at which the service listens."""
    service = SERVICES[name]
    read = parsed(service["command"])
    assert (read["host"], service["ports"]) == ("0.0.0.0", [f"127.0.0.1:{read['port']}:{read['port']}"])  # noqa: S104 - within its container
    assert f"http://127.0.0.1:{read['port']}{path}" in service["healthcheck"]["test"][-1]


@pytest.mark.parametrize("name", ["lrs", "pages"])
def test_what_has_come_over_http_may_land_at_the_end(name: str) -> None:
    """The store and the pages are given the time that a transaction may wait."""
    seconds = int(SERVICES[name]["stop_grace_period"].removesuffix("s"))
    assert seconds > Settings.model_fields["lock_wait_seconds"].default


@pytest.mark.parametrize("name", ["consumer", "flows"])
def test_who_hangs_is_seen_after_it_should_have_ended(name: str, tmp_path: Path) -> None:
    """The healthcheck fails where the sign of life is absent or old, and is more patient than the process itself."""
    service, file = SERVICES[name], tmp_path / "alive"
    asks, *command = service["healthcheck"]["test"]
    assert asks == "CMD"
    shown = service["environment"]["LEARNLOOM_HEARTBEAT_FILE"]
    command = [part.replace("$$", "$").replace(shown, str(file)) for part in command]

    def is_well() -> bool:
        return subprocess.run(command, capture_output=True, check=False).returncode == 0

    patience = Settings.model_fields["hang_seconds"].default
    assert not is_well()
    for age, wanted in ((0, True), (patience, True), (patience + 3_600, False)):
        file.touch()
        os.utime(file, times=(file.stat().st_atime, file.stat().st_mtime - age))
        assert is_well() is wanted, age


def test_figures_are_watched() -> None:
    """Prometheus asks where the figures are served, and loads the rules that the folder `alerts` has."""
    watching = yaml.safe_load(page("deploy/prometheus.yml"))
    (asked,) = watching["scrape_configs"]
    port = parsed(SERVICES["metrics"]["command"])["port"]
    assert asked["static_configs"] == [{"targets": [f"metrics:{port}"]}]
    assert watching["rule_files"] == ["alerts/*.rules.yml"]
    assert list((ROOT / "alerts").glob("*.rules.yml"))


def test_the_dashboard_shows_figures_that_there_are() -> None:
    """Every figure of the dashboard is one of `learnloom metrics`."""
    text = page("deploy/grafana/dashboards/learnloom.json")
    named = {name for panel in json.loads(text)["panels"] for name in _figures(panel)}
    known = {
        f"learnloom_{asked}" for asked in re.findall(r'"(\w+)",\n? *f?"', page("pipelines/operate/gauges.py"))
    }
    known |= set(
        re.findall(
            r'"(learnloom_\w+)"', page("pipelines/operate/metrics.py") + page("pipelines/operate/gauges.py")
        )
    )
    known |= {"learnloom_students", "learnloom_answers", "learnloom_signals", "learnloom_statements_landed"}
    assert len(named) > 10
    assert named <= known


def _figures(panel: dict[str, Any]) -> list[str]:
    return [name for target in panel["targets"] for name in re.findall(r"learnloom_\w+", target["expr"])]


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
    assert not gets_in(".env")


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
    assert last_stage()[-2:] == [("ENTRYPOINT", '["learnloom"]'), ("CMD", '["--help"]')]
    command = SERVICES[name]["command"]
    if command != ["--help"]:
        read = parsed(command)
        assert read.get("topics", ["xapi"]) == ["xapi"]
