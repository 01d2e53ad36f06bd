"""The whole path on real parts: producer, Kafka, Prefect's server, flows, a topic and a webhook at the other end."""

import json
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from servers.kafka.broker import Broker
from servers.waiting import wait_until
from tests.flows.deployment import WAIT_SECONDS, outbox, produce, rows, serving, subscribe
from tests.pipelines.deliver.receiver import Call, Receiver, Reply, receiving
from tests.pipelines.ingest.sources.kafka.topic_end import messages_of

_DELIVERED = "SELECT DISTINCT status FROM feedback.delivery WHERE subscription = 'board'"
_STAGES = {
    "land": ("learnloom.flows.land", "land", "Beginning flow run"),
    "refresh": ("learnloom.flows.refresh", "refresh", "feedback.signal"),
}
"""Flow, and the words of its log at which it is killed."""


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
        told, _ = process.communicate(timeout=WAIT_SECONDS)
    assert process.returncode == 0, told


@pytest.mark.long
def test_killed_in_every_stage_nothing_is_lost_and_nothing_comes_under_a_second_id(
    broker: Broker, place: dict[str, str], tmp_path: Path
) -> None:
    """Land, refresh and deliver are each killed at work and done again: every event arrives, under one id."""
    with receiving() as receiver:
        subscribe(place, receiver.url)
        produce(place, tmp_path, 0, 40)
        _killed_at(place, "land")
        _run(place, "learnloom.flows.land", "land")
        assert rows(place, "SELECT count(*) FROM landing.statement") == [(40,)]
        _killed_at(place, "refresh")
        assert outbox(place) == []
        _run(place, "learnloom.flows.refresh", "refresh")
        wanted = outbox(place)
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
        process.communicate(timeout=WAIT_SECONDS)
    receiver.answering = lambda _: Reply()
    assert process.returncode == -signal.SIGKILL
    assert len(receiver.calls) >= 2


@pytest.mark.long
def test_served_unattended_an_answer_reaches_the_subscribers(
    broker: Broker, place: dict[str, str], tmp_path: Path
) -> None:
    """Where each run is a process of its own, a landing triggers a refresh and that a delivery, failures and all."""
    arrived = threading.Event()
    place["LEARNLOOM_FLOWS__LIVE"] = "false"
    # Each run is a process that takes seconds to start: more often, they would only wait for one another.
    place |= {"LEARNLOOM_FLOWS__LAND_SECONDS": "20", "LEARNLOOM_FLOWS__DELIVER_SECONDS": "20"}
    with receiving() as receiver:
        subscribe(place, receiver.url)

        def answering(call: Call) -> Reply:
            if len(receiver.calls) <= 2:
                return Reply(500)
            if call.event["subject"]:
                arrived.set()
            return Reply()

        receiver.answering = answering
        with serving(place) as (_, told):
            produce(place, tmp_path, 0, 40)
            assert arrived.wait(WAIT_SECONDS), "".join(told)
            # What has arrived is written down a moment later: a stop in between would have it sent again.
            wait_until(
                lambda: rows(place, _DELIVERED) == [("delivered",)], lambda: None, seconds=WAIT_SECONDS
            )
        ids = {call.headers["webhook-id"] for call in receiver.calls}
        assert ids <= set(outbox(place))
        assert rows(place, _DELIVERED) == [("delivered",)]
        assert {json.loads(message.value)["id"] for message in messages_of(broker, place["OUT"])} <= set(
            outbox(place)
        )
