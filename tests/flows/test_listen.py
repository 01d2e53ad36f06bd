"""A landing that goes on listening: what comes meanwhile lands and is told of, at once and not too often."""

import datetime as dt
from pathlib import Path
from typing import Any

import pytest

import learnloom.flows.land
from learnloom.flows.land import LandingNotifier, land
from learnloom.pipelines.ingest.land.loop import ImportSummary
from learnloom.pipelines.ingest.sources.kafka.connection import KafkaConnection
from learnloom.pipelines.ingest.sources.kafka.errors import BrokerUnavailableError
from learnloom.pipelines.producer import StatementProducer
from servers.kafka.broker import Broker
from servers.ports import free_port
from tests.pipelines.cli.samples import answer, lines
from tests.pipelines.ingest.sources.kafka.samples import new_topic

_START = dt.datetime(2026, 11, 2, 8, tzinfo=dt.UTC)


class _Told:
    """Takes what is told instead of Prefect."""

    def __init__(self) -> None:
        self.numbers: list[int] = []

    def __call__(self, event: str, *, accepted: str, **_: Any) -> None:
        assert event == learnloom.flows.land.LANDED
        self.numbers.append(int(accepted))


def _send(broker: Broker, topic: str, number: int) -> None:
    with StatementProducer(KafkaConnection(broker.address), topic, source="test") as producer:
        producer.send(lines(answer(number)).rstrip(b"\n"))


def test_what_comes_while_it_listens_lands_and_is_told_of(
    broker: Broker, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A statement that is sent after the first has been told of lands in the same run, and is told of too."""
    topic = new_topic(broker)
    monkeypatch.setenv("LEARNLOOM_WAREHOUSE", str(tmp_path / "warehouse"))
    monkeypatch.setenv("LEARNLOOM_KAFKA_BOOTSTRAP_SERVERS", broker.address)
    monkeypatch.setenv("LEARNLOOM_FLOWS__REFRESH_PAUSE_SECONDS", "0")
    told = _Told()

    def send_another(event: str, **payload: Any) -> None:
        told(event, **payload)
        if len(told.numbers) == 1:
            _send(broker, topic, 2)

    monkeypatch.setattr(learnloom.flows.land, "tell", send_another)
    _send(broker, topic, 1)
    assert land.fn(topics=[topic], listen_seconds=15)["accepted"] == 2
    assert told.numbers == [1, 1]


@pytest.mark.slow
@pytest.mark.timeout(60)
def test_brokers_that_are_away_are_not_waited_for_longer_than_it_listens(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without a broker the inbox lands and the run fails when its time is over, not when patience with a stall is."""
    inbox = tmp_path / "inbox"
    inbox.mkdir()
    (inbox / "one.jsonl").write_bytes(lines(answer(1)))
    monkeypatch.setenv("LEARNLOOM_WAREHOUSE", str(tmp_path / "warehouse"))
    monkeypatch.setenv("LEARNLOOM_KAFKA_BOOTSTRAP_SERVERS", f"127.0.0.1:{free_port()}")
    monkeypatch.setenv("LEARNLOOM_STALL_SECONDS", "3600")
    told = _Told()
    monkeypatch.setattr(learnloom.flows.land, "tell", told)
    with pytest.raises(BrokerUnavailableError):
        land.fn(topics=["xapi"], inbox=str(inbox), listen_seconds=2)
    assert told.numbers == [1]


def test_the_first_is_told_of_at_once_and_the_others_together(monkeypatch: pytest.MonkeyPatch) -> None:
    """Between two tellings a pause is kept; what landed within it is told of when it is over, or at the end."""
    told, clock = _Told(), [_START]
    monkeypatch.setattr(learnloom.flows.land, "tell", told)
    monkeypatch.setattr(learnloom.flows.land, "now", lambda: clock[0])
    notifier = LandingNotifier(20)
    done = ImportSummary()
    for _ in range(3):
        done.accepted += 1
        notifier(done)
    assert told.numbers == [1]
    clock[0] += dt.timedelta(seconds=20)
    notifier.notify_if_due()
    assert told.numbers == [1, 2]
    done.accepted += 5
    notifier(done)
    notifier.notify()
    notifier.notify()
    assert told.numbers == [1, 2, 5]


def test_what_was_known_already_is_not_told_of(monkeypatch: pytest.MonkeyPatch) -> None:
    """A landing of which nothing is new starts no refresh."""
    told = _Told()
    monkeypatch.setattr(learnloom.flows.land, "tell", told)
    notifier = LandingNotifier(0)
    notifier(ImportSummary(read=7, duplicates=7))
    notifier.notify()
    assert told.numbers == []
