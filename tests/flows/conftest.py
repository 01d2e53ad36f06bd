"""A Prefect of their own for the tests of flows, a warehouse that the settings name, and a whole deployment."""

import json
import os
import random
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from servers.kafka.broker import Broker
from servers.ports import free_port
from tests.conftest import SmallClass
from tests.flows.deployment import WAIT_SECONDS, prefect_process
from tests.pipelines.cli.answered import answered_once
from tests.pipelines.deliver.receiver import Receiver, receiving
from tests.pipelines.ingest.sources.kafka.samples import new_topic


@pytest.fixture(scope="package")
def prefect_server() -> Iterator[None]:
    """A real server of Prefect with a database of its own; ended after these tests, as it never rests."""
    # It imports the whole server, which takes seconds: not for every process that only collects these tests.
    import websockets.asyncio.connection  # noqa: PLC0415
    import websockets.sync.connection  # noqa: PLC0415
    from prefect.testing.utilities import prefect_test_harness  # noqa: PLC0415
    from prefect.utilities import math  # noqa: PLC0415

    # Their threads stay and draw while strategies of later tests run, which Hypothesis refuses.
    for module in (websockets.asyncio.connection, websockets.sync.connection, math):
        vars(module)["random"] = random.Random()
    with prefect_test_harness(server_startup_timeout=120):
        yield


@pytest.fixture
def school(small_class: SmallClass, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A warehouse that flows may write to, named by the settings; its folder."""
    folder = small_class.copy_to(tmp_path / "warehouse")
    monkeypatch.setenv("LEARNLOOM_WAREHOUSE", str(folder))
    monkeypatch.setenv("LEARNLOOM_FLOWS__TOPICS", "[]")
    return folder


@pytest.fixture
def little_school(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    """The same with six answers of three students, refreshed as of the day after."""
    folder = tmp_path_factory.mktemp("little") / "warehouse"
    shutil.copytree(answered_once(tmp_path_factory), folder)
    monkeypatch.setenv("LEARNLOOM_WAREHOUSE", str(folder))
    monkeypatch.setenv("LEARNLOOM_FLOWS__TOPICS", "[]")


@pytest.fixture
def receiver(monkeypatch: pytest.MonkeyPatch) -> Iterator[Receiver]:
    """Who is to be told of runs that do not end well."""
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    with receiving() as started:
        monkeypatch.setenv("LEARNLOOM_ALERTS__URL", started.url)
        yield started


@pytest.fixture(scope="module")
def prefect_api(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Prefect's own server, with its services: schedules, events, triggers."""
    port = free_port()
    process, is_up = prefect_process(tmp_path_factory.mktemp("prefect"), port)
    process.start(is_up, seconds=WAIT_SECONDS)
    try:
        yield f"http://127.0.0.1:{port}/api"
    finally:
        process.stop()


@pytest.fixture
def place(broker: Broker, prefect_api: str, tmp_path: Path) -> dict[str, str]:
    """The environment of a deployment: its topics, its warehouse, Prefect's server."""
    topic, out = new_topic(broker), new_topic(broker)
    return {
        **os.environ,
        "PREFECT_HOME": str(tmp_path / "prefect"),
        "PREFECT_API_URL": prefect_api,
        "PREFECT_LOGGING_LEVEL": "DEBUG",
        "PYTHONUNBUFFERED": "1",
        "LEARNLOOM_WAREHOUSE": str(tmp_path / "warehouse"),
        "LEARNLOOM_KAFKA_BOOTSTRAP_SERVERS": broker.address,
        "LEARNLOOM_KAFKA_SESSION_TIMEOUT_SECONDS": "6",
        "LEARNLOOM_FLOWS__TOPICS": json.dumps([topic]),
        "LEARNLOOM_FLOWS__LAND_SECONDS": "5",
        "LEARNLOOM_FLOWS__DELIVER_SECONDS": "5",
        "TOPIC": topic,
        "OUT": out,
    }
