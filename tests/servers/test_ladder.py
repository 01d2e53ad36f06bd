"""Which way a server comes by, and why not by another."""

import os
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from servers.errors import NoServerError, NotHereError, StartError
from servers.kafka.broker import Broker, OwnBroker
from servers.kafka.find import find_broker, own_broker
from servers.kafka.jars import fetch_jars, find_java
from servers.kafka.java import java_broker
from servers.kafka.properties import Listeners
from servers.ladder import climb
from servers.ports import free_port
from servers.postgres import installed
from servers.postgres.find import find_postgres
from servers.postgres.installed import packaged_programs, process_postgres
from servers.postgres.server import Address, OwnPostgres, Postgres
from tests.servers.fixtures import KafkaOnJava

# The ladder itself ------------------------------------------------------------------------------------------


def _closed(reason: str) -> str:
    raise NotHereError(reason)


def test_first_open_way_is_taken() -> None:
    """Ways are tried in their order, and none after the first that is open."""
    rungs = {
        "first": lambda: _closed("shut"),
        "second": lambda: "here",
        "third": lambda: pytest.fail("tried"),
    }
    assert climb("it", rungs) == "here"


def test_every_reason_is_told() -> None:
    """Where no way is open, the error names each with its reason."""
    with pytest.raises(NoServerError, match=r"^no it can be had here\. one: shut; two: far$"):
        climb("it", {"one": lambda: _closed("shut"), "two": lambda: _closed("far")})


def test_fault_is_not_passed_over() -> None:
    """A server that should have started and did not is a fault, not a reason to try another."""

    def broken() -> str:
        raise StartError("no")

    with pytest.raises(StartError):
        climb("it", {"one": broken, "two": lambda: "never"})


# Kafka ------------------------------------------------------------------------------------------------------


def _program(folder: Path, name: str, script: str) -> dict[str, str]:
    """An environment in which this program is the only one beside the shell's."""
    folder.mkdir(exist_ok=True)
    (folder / name).write_text(f"#!/bin/sh\n{script}\n", encoding="utf-8")
    (folder / name).chmod(0o755)
    return {"PATH": str(folder), "XDG_CACHE_HOME": str(folder / "cache")}


def test_address_in_the_environment_comes_first(tmp_path: Path) -> None:
    """LEARNLOOM_TEST_KAFKA is taken whatever else there is, and is nobody's to kill."""
    found = find_broker({**os.environ, "LEARNLOOM_TEST_KAFKA": "kafka.example:9092"}, tmp_path)
    assert found.address == "kafka.example:9092"
    assert not isinstance(found, OwnBroker)


def test_broker_of_ones_own_is_never_the_one_in_the_environment(tmp_path: Path) -> None:
    """Who may kill a broker does not get the one that somebody runs."""
    with pytest.raises(
        NoServerError, match=r"^no Kafka can be had here\. Docker: no command docker; Java: no java"
    ):
        own_broker({"LEARNLOOM_TEST_KAFKA": "kafka.example:9092", "PATH": ""}, tmp_path)


def test_every_way_to_kafka_tells_why_it_is_closed(tmp_path: Path) -> None:
    """Without anything, the error names the variable, Docker and Java."""
    environment = _program(tmp_path, "docker", "echo Cannot connect >&2; exit 1")
    with pytest.raises(
        NoServerError,
        match=r"environment: LEARNLOOM_TEST_KAFKA is not set; Docker: Cannot connect; Java: no java",
    ):
        find_broker(environment, tmp_path)


def test_old_java_is_refused(tmp_path: Path) -> None:
    """Kafka 4 does not run on Java 11, and the reason says what was found."""
    environment = _program(tmp_path, "java", """echo 'openjdk version "11.0.2" 2019-01-15' >&2""")
    with pytest.raises(NotHereError, match=r'needs Java 17 or newer, and .*/java says openjdk version "11'):
        find_java(environment)


def test_java_home_comes_before_the_path(tmp_path: Path) -> None:
    """Who sets JAVA_HOME means it."""
    environment = _program(tmp_path / "path", "java", "exit 1")
    _program(tmp_path / "bin", "java", """echo 'openjdk version "21" 2023-09-19' >&2""")
    assert find_java({**environment, "JAVA_HOME": str(tmp_path)}) == f"{tmp_path}/bin/java"


def test_no_maven_is_told(tmp_path: Path) -> None:
    """Without Maven and jars, the reason says what is missing."""
    with pytest.raises(NotHereError, match=r"no mvn to fetch Kafka 4\.1\.0 with"):
        fetch_jars({"PATH": "", "XDG_CACHE_HOME": str(tmp_path)})


def test_failed_fetch_leaves_nothing(tmp_path: Path) -> None:
    """Maven's own words are told, and half of the jars are not taken for all of them."""
    half = 'for word; do case "$word" in -DoutputDirectory=*) mkdir "${word#*=}";; esac; done'
    environment = _program(tmp_path, "mvn", f"{half}; echo no route to the repository; exit 1")
    environment["PATH"] += f"{os.pathsep}/bin{os.pathsep}/usr/bin"
    with pytest.raises(NotHereError, match="no route to the repository"):
        fetch_jars(environment)
    left = [path.name for path in (tmp_path / "cache" / "learnloom").iterdir()]
    assert not [name for name in left if not name.endswith(".lock")]


def test_jars_are_fetched_once(tmp_path: Path) -> None:
    """Of several who ask at once, one fetches; the others wait and take what is there."""
    make = 'for word; do case "$word" in -DoutputDirectory=*) mkdir "${word#*=}";; esac; done'
    environment = _program(tmp_path, "mvn", f"echo >> '{tmp_path}/calls'; {make}")
    environment["PATH"] += f"{os.pathsep}/bin{os.pathsep}/usr/bin"
    with ThreadPoolExecutor(4) as pool:
        found = set(pool.map(fetch_jars, [environment] * 8))
    assert found == {tmp_path / "cache" / "learnloom" / "kafka-4.1.0"}
    assert (tmp_path / "calls").read_text(encoding="ascii") == "\n"


def test_broker_that_cannot_start_shows_its_log(tmp_path: Path, kafka_on_java: KafkaOnJava) -> None:
    """Where the data are another node's, the error carries what Kafka said of it, and nothing is left running."""
    broker = java_broker(tmp_path, Listeners.choose(), java=kafka_on_java.java, jars=kafka_on_java.jars)
    identity = tmp_path / "data" / "meta.properties"
    told = identity.read_text(encoding="ascii")
    identity.write_text(told.replace("node.id=1", "node.id=7"), encoding="ascii")
    with pytest.raises(StartError, match=r"(?s)ended with 1\. The end of .*broker\.log:.*node"):
        broker.start()
    assert not broker.is_ready()


# PostgreSQL -------------------------------------------------------------------------------------------------


def test_database_in_the_environment_comes_first() -> None:
    """LEARNLOOM_TEST_POSTGRES is taken whatever else there is, and is nobody's to kill."""
    uri = "postgresql://me:p%40ss@db.example:5433/main"
    found = find_postgres({**os.environ, "LEARNLOOM_TEST_POSTGRES": uri})
    assert found.address == Address("db.example", 5433, "me", "p@ss", "main")
    assert found.address.uri == uri
    assert not isinstance(found, OwnPostgres)


@pytest.mark.parametrize(
    "text",
    [
        "host=db.example password=hush",
        "mysql://me:hush@db.example/x",
        "postgresql://db.example/x?password=hush",
    ],
)
def test_wrong_form_is_told_without_the_password(text: str) -> None:
    """What is not understood is an error, and the error can be shown to everybody."""
    with pytest.raises(ValueError, match="is not of the form postgresql://") as caught:
        find_postgres({"LEARNLOOM_TEST_POSTGRES": text})
    assert "hush" not in str(caught.value)


def test_every_way_to_postgresql_tells_why_it_is_closed(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without anything, the error names the variable, Docker, initdb and the package."""
    monkeypatch.setattr(installed, "_USUAL_PLACES", ("/nowhere/bin",))
    monkeypatch.setattr(installed, "_PACKAGE", "no_such_package")
    with pytest.raises(
        NoServerError,
        match=r"environment: LEARNLOOM_TEST_POSTGRES is not set; Docker: no command docker; "
        r"initdb: no initdb on the PATH or in /nowhere/bin; package: the package no-such-package is not",
    ):
        find_postgres({"PATH": ""})


@pytest.mark.slow
def test_postgresql_of_the_package_runs() -> None:
    """Where no PostgreSQL is installed, the one that the package brings serves as well."""
    try:
        server = process_postgres(packaged_programs())
    except NotHereError as error:
        pytest.skip(str(error))
    with server:
        assert server.address.run("SELECT 7") == [[7]]


# Addresses of nobody ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["kafka", "postgres"])
def test_nobody_at_the_address_is_told(kind: str) -> None:
    """An address at which nobody answers is an error that names it, not a reason to look elsewhere."""
    port = free_port()
    server = (
        Broker(f"127.0.0.1:{port}")
        if kind == "kafka"
        else Postgres(Address("127.0.0.1", port, "postgres", "", "postgres"))
    )
    with pytest.raises(StartError, match=f"127.0.0.1:{port}"):
        server.start()
