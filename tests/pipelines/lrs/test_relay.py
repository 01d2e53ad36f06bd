"""Kafka as the log: what is answered is in the topic, with what the store knows of it, and lands once."""

import json
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from kafka import KafkaConsumer, TopicPartition

from learnloom.pipelines.lake.connection import Warehouse
from learnloom.pipelines.lake.errors import WarehouseError
from learnloom.pipelines.lrs.store import Store
from servers.kafka.broker import Broker
from servers.waiting import wait_until
from tests.pipelines.lrs.serving import Client, Clock, new_key, serving, statement
from tests.servers.fixtures import BrokerMaker

Rows = list[tuple[Any, ...]]


def _rows(folder: Path, sql: str) -> Rows:
    """Read from the warehouse, which may not be there yet."""
    try:
        with Warehouse(folder, read_only=True) as warehouse:
            return warehouse.rows(sql)
    except WarehouseError:
        return []


def _settings(broker: Broker, topic: str) -> dict[str, Any]:
    return {"kafka_bootstrap_servers": broker.address, "kafka_group_id": topic}


def _messages(broker: Broker, topic: str) -> list[tuple[bytes, dict[str, str]]]:
    """Everything in a topic: values and headers."""
    ends = broker.end_offsets(topic)
    places = [TopicPartition(topic, partition) for partition in ends]
    found = []
    consumer = KafkaConsumer(bootstrap_servers=broker.address, auto_offset_reset="earliest")
    try:
        consumer.assign(places)
        consumer.seek_to_beginning(*places)
        while len(found) < sum(ends.values()):
            for messages in consumer.poll(timeout_ms=200).values():
                found += [
                    (one.value, {name: value.decode() for name, value in one.headers}) for one in messages
                ]
    finally:
        consumer.close()
    return found


def _forget_how_far(folder: Path) -> None:
    """Make a store believe that nothing has been sent to Kafka, as after a crash at the worst moment."""
    with Store(folder, now=Clock()) as store:
        store.write(lambda connection, _: connection.execute("UPDATE progress SET relayed = 0, landed = 0"))


@pytest.fixture
def topic() -> Iterator[str]:
    """A topic of one's own, which is not made yet."""
    return f"lrs-{uuid.uuid4().hex}"


@pytest.mark.slow
def test_what_is_answered_is_in_the_topic_and_lands_once_however_often_it_is_sent(
    tmp_path: Path, broker: Broker, topic: str
) -> None:
    """Statements without id, equal ones, and what was refused: each is one, after all of it was sent twice."""
    key = new_key(tmp_path)
    chosen = _settings(broker, topic)
    with serving(tmp_path, chosen, topic=topic) as address:
        client = Client(address, key)
        ids = client.post(statement(), statement(), statement("bob"))
        refused = client("POST", "/statements", content=b'[{"actor": 1}, [', headers=_JSON)
        first = _messages(broker, topic)[:3]
        stored = [one["stored"] for one in client("GET", "/statements?ascending=true").json()["statements"]]
    assert refused.status_code == 400
    assert [headers["statement-id"] for _, headers in first] == ids
    assert [headers["stored"] for _, headers in first] == stored
    assert {headers["source"] for _, headers in first} == {"tests"}
    assert {headers["authority"] for _, headers in first} == {key[0]}
    assert {headers["xapi-version"] for _, headers in first} == {"1.0.3"}
    assert [json.loads(value) for value, _ in first] == [statement(), statement(), statement("bob")]
    _forget_how_far(tmp_path)
    with serving(tmp_path, chosen, topic=topic) as address:
        Client(address, key).post(statement("last"))
    assert len(_messages(broker, topic)) == 9
    assert _rows(tmp_path, "SELECT count(*), count(DISTINCT statement_id) FROM landing.statement") == [(4, 4)]
    assert _rows(tmp_path, "SELECT raw FROM landing.dead_letter") == [(b'[{"actor": 1}, [',)]
    with serving(tmp_path, {}, log="journal") as address:
        Client(address, key).post(statement("after"))
    assert _rows(tmp_path, "SELECT count(*), count(DISTINCT statement_id) FROM landing.statement") == [(5, 5)]
    assert _rows(tmp_path, "SELECT count(*) FROM landing.dead_letter") == [(1,)]


_JSON = {"Content-Type": "application/json"}


@pytest.mark.slow
@pytest.mark.usefixtures("forgotten_sockets")
def test_while_brokers_are_away_nothing_is_answered_and_later_it_lands_once(
    tmp_path: Path, make_broker: BrokerMaker, topic: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """503 says that brokers do not confirm; sent again under its id once they are back, a statement is there once."""
    monkeypatch.setattr("learnloom.pipelines.lrs.relay._DELIVERY_SECONDS", 4.0)
    monkeypatch.setattr("learnloom.pipelines.lrs.relay._SETTLE_SECONDS", 2.0)
    broker = make_broker()
    broker.start()
    mine = statement(id=str(uuid.uuid4()))
    with serving(tmp_path, _settings(broker, topic), topic=topic) as address:
        client = Client(address, new_key(tmp_path))
        client.post(statement("before"))
        broker.kill()
        answer = client("POST", "/statements", json=mine)
        assert answer.status_code == 503
        assert "Kafka" in answer.json()["error"]
        assert answer.headers["retry-after"] == "5"
        broker.start()
        wait_until(_is_taken(client, mine), lambda: None)
        assert client.found()[0] == mine["id"]
    assert _rows(tmp_path, "SELECT count(*), count(DISTINCT statement_id) FROM landing.statement") == [(2, 2)]


def _is_taken(client: Client, one: dict[str, Any]) -> Callable[[], bool]:
    return lambda: client("POST", "/statements", json=one).status_code == 200
