"""The whole path on real parts: producer, Kafka, Prefect's server, flows, a topic and a webhook at the other end."""

import datetime as dt
import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest

from learnloom.pipelines.lake.connection import Warehouse
from learnloom.pipelines.lake.errors import WarehouseError
from servers.kafka.broker import Broker
from servers.ports import free_port
from servers.process import ServerProcess
from servers.waiting import wait_until
from tests.pipelines.cli.samples import lines
from tests.pipelines.cli.shell import learnloom
from tests.pipelines.deliver.receiver import Call, Receiver, Reply, receiving
from tests.pipelines.ingest.sources.kafka.samples import new_topic
from tests.pipelines.ingest.sources.kafka.topic_end import messages_of

_WAIT_SECONDS = 240.0
_DELIVERED = "SELECT DISTINCT status FROM feedback.delivery WHERE subscription = 'board'"
_SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"  # noqa: S105 - of the specification's example
_STAGES = {
    "land": ("learnloom.flows.land", "land", "Beginning flow run"),
    "refresh": ("learnloom.flows.refresh", "refresh", "feedback.signal"),
}
"""Flow, and the words of its log at which it is killed."""


def _answers(first: int, count: int) -> bytes:
    """Right answers of two students on one skill, a minute apart, up to now: there is something to say of them."""
    now = dt.datetime.now(dt.UTC)
    return lines(
        *(
            {
                "id": f"00000000-0000-4000-8000-{number:012x}",
                "actor": {"account": {"homePage": "https://lms.school.example", "name": f"s{number % 2}"}},
                "verb": {"id": "http://adlnet.gov/expapi/verbs/answered"},
                "object": {"id": f"https://school.example/quiz/q{number}"},
                "result": {"success": True},
                "context": {
                    "contextActivities": {
                        "category": [
                            {
                                "id": "https://school.example/skill/fractions",
                                "definition": {"type": "http://adlnet.gov/expapi/activities/objective"},
                            }
                        ]
                    }
                },
                "timestamp": (now - dt.timedelta(minutes=first + count - number)).isoformat(),
            }
            for number in range(first, first + count)
        )
    )


@pytest.fixture(scope="module")
def prefect_api(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Prefect's own server, with its services: schedules, events, triggers."""
    place = tmp_path_factory.mktemp("prefect")
    port = free_port()
    url = f"http://127.0.0.1:{port}/api"
    environment = {"PREFECT_HOME": str(place), "PREFECT_SERVER_ANALYTICS_ENABLED": "false"}
    command = ["env", *(f"{name}={value}" for name, value in environment.items()), sys.executable, "-m"]
    command += ["prefect", "server", "start", "--host", "127.0.0.1", "--port", str(port)]
    process = ServerProcess(command, place / "log")

    def is_ready() -> bool:
        try:
            return httpx.get(f"{url}/health", timeout=5).is_success
        except httpx.HTTPError:
            return False

    process.start(is_ready)
    try:
        yield url
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


def _subscribe(place: dict[str, str], url: str) -> None:
    hook = {"name": "tutor", "to": "webhook", "url": url, "secret": _SECRET, "first_wait_seconds": 1}
    topic = {"name": "board", "to": "kafka", "topic": place["OUT"]}
    place["LEARNLOOM_SUBSCRIPTIONS"] = json.dumps([hook, topic])


def _produce(place: dict[str, str], tmp_path: Path, first: int, count: int) -> None:
    file = tmp_path / f"{first}.jsonl"
    file.write_bytes(_answers(first, count))
    ran = learnloom("produce", str(file), "--topic", place["TOPIC"], env=place)
    assert ran.code == 0, ran.err


@contextmanager
def _flow(place: dict[str, str], module: str, name: str) -> "Iterator[subprocess.Popen[str]]":
    command = [sys.executable, "-c", f"from {module} import {name}; {name}()"]
    with subprocess.Popen(
        command, env=place, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    ) as process:
        yield process


def _killed_at(place: dict[str, str], stage: str) -> None:
    """Run a flow, and kill it when its log says the words."""
    module, name, words = _STAGES[stage]
    with _flow(place, module, name) as process:
        assert process.stdout is not None
        told = []
        for line in process.stdout:
            told.append(line)
            if words in line:
                process.send_signal(signal.SIGKILL)
                break
    assert process.returncode == -signal.SIGKILL, "".join(told)


def _run(place: dict[str, str], module: str, name: str) -> None:
    with _flow(place, module, name) as process:
        told, _ = process.communicate(timeout=_WAIT_SECONDS)
    assert process.returncode == 0, told


def _rows(place: dict[str, str], select: str) -> list[tuple[Any, ...]]:
    """What a query gives; nothing where there is no such warehouse or table yet."""
    try:
        with Warehouse(Path(place["LEARNLOOM_WAREHOUSE"]), read_only=True) as warehouse:
            return warehouse.rows(select)
    except (WarehouseError, Exception) as error:
        if "does not exist" in str(error) or "no warehouse" in str(error):
            return []
        raise


def _outbox(place: dict[str, str]) -> list[str]:
    return [row[0] for row in _rows(place, "SELECT event_id FROM feedback.outbox ORDER BY sequence")]


def test_killed_in_every_stage_nothing_is_lost_and_nothing_comes_under_a_second_id(
    broker: Broker, place: dict[str, str], tmp_path: Path
) -> None:
    """Land, refresh and deliver are each killed at work and done again: every event arrives, under one id."""
    with receiving() as receiver:
        _subscribe(place, receiver.url)
        _produce(place, tmp_path, 0, 40)
        _killed_at(place, "land")
        _run(place, "learnloom.flows.land", "land")
        assert _rows(place, "SELECT count(*) FROM landing.statement") == [(40,)]
        _killed_at(place, "refresh")
        assert _outbox(place) == []
        _run(place, "learnloom.flows.refresh", "refresh")
        wanted = _outbox(place)
        assert wanted
        _killed_while_sending(place, receiver)
        _run(place, "learnloom.flows.deliver", "deliver")
        ids = [call.headers["webhook-id"] for call in receiver.calls]
        assert set(ids) == set(wanted)
        raised = {(call.event["data"]["signal_id"], call.headers["webhook-id"]) for call in receiver.calls}
        assert len({signal_id for signal_id, _ in raised}) == len(raised), "a signal came under two ids"
        assert [json.loads(message.value)["id"] for message in messages_of(broker, place["OUT"])] == wanted


def _killed_while_sending(place: dict[str, str], receiver: Receiver) -> None:
    """Run `deliver`, and kill it as the receiver has got the second event."""
    with _flow(place, "learnloom.flows.deliver", "deliver") as process:

        def answering(_: Call) -> Reply:
            if len(receiver.calls) == 2:
                process.send_signal(signal.SIGKILL)
                process.wait()
            return Reply()

        receiver.answering = answering
        process.communicate(timeout=_WAIT_SECONDS)
    receiver.answering = lambda _: Reply()
    assert process.returncode == -signal.SIGKILL
    assert len(receiver.calls) >= 2


def test_served_unattended_an_answer_reaches_the_subscribers(
    broker: Broker, place: dict[str, str], tmp_path: Path
) -> None:
    """What is produced while `learnloom serve` runs lands, triggers a refresh and then a delivery, failures and all."""
    arrived = threading.Event()
    with receiving() as receiver:
        _subscribe(place, receiver.url)

        def answering(call: Call) -> Reply:
            if len(receiver.calls) <= 2:
                return Reply(500)
            if call.event["subject"]:
                arrived.set()
            return Reply()

        receiver.answering = answering
        command = [sys.executable, "-c", "from learnloom.pipelines.cli.main import main; main()", "serve"]
        with subprocess.Popen(
            command, env=place, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
        ) as served:
            told = _collected(served)
            try:
                _produce(place, tmp_path, 0, 40)
                assert arrived.wait(_WAIT_SECONDS), "".join(told)
                # What has arrived is written down a moment later: a stop in between would have it sent again.
                wait_until(
                    lambda: _rows(place, _DELIVERED) == [("delivered",)], lambda: None, seconds=_WAIT_SECONDS
                )
            finally:
                served.send_signal(signal.SIGTERM)
                served.wait(_WAIT_SECONDS)
        ids = {call.headers["webhook-id"] for call in receiver.calls}
        assert ids <= set(_outbox(place))
        assert _rows(place, _DELIVERED) == [("delivered",)]
        assert {json.loads(message.value)["id"] for message in messages_of(broker, place["OUT"])} <= set(
            _outbox(place)
        )


def _collected(process: "subprocess.Popen[str]") -> list[str]:
    """What a process says, read by a thread so that it never has to wait for us."""
    found: list[str] = []
    assert process.stdout is not None
    threading.Thread(target=found.extend, args=(process.stdout,), daemon=True).start()
    return found
