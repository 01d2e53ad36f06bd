"""Kafka as the log: what is answered is in the topic, with what the store knows of it, and lands once."""

import json
import uuid
from pathlib import Path
from typing import Any

import pytest
from kafka import KafkaConsumer, TopicPartition

from learnloom.pipelines.ingest.sources.kafka.connection import KafkaConnection
from learnloom.pipelines.lake.connection import Warehouse
from learnloom.pipelines.lake.errors import WarehouseError
from learnloom.pipelines.lrs.journal import keep_refused
from learnloom.pipelines.lrs.reader import JournalEntry
from learnloom.pipelines.lrs.relay import Relay
from learnloom.pipelines.lrs.store import Store
from servers.kafka.broker import Broker
from servers.waiting import wait_until
from tests.pipelines.lrs.serving import Client, Clock, new_key, serving, statement

Rows = list[tuple[Any, ...]]
_JSON = {"Content-Type": "application/json"}


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
    found: list[tuple[bytes, dict[str, str]]] = []
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
def topic() -> str:
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


@pytest.mark.slow
def test_a_warehouse_that_cannot_be_read_stops_no_statement(
    tmp_path: Path, broker: Broker, topic: str, caplog: pytest.LogCaptureFixture
) -> None:
    """Where the warehouse's files are broken, what has landed stays in the journal, and Kafka gets what comes."""
    key = new_key(tmp_path)
    chosen = _settings(broker, topic)
    with serving(tmp_path, chosen, topic=topic) as address:
        Client(address, key).post(statement())
    (tmp_path / "catalog.sqlite").write_bytes(b"no catalogue")
    with Store(tmp_path, now=Clock()) as store:
        # As after many statements: the first one is old.
        store.write(
            lambda connection, _: connection.execute(
                "UPDATE progress SET last_seq = 200000, relayed = 200000"
            )
        )
    with serving(tmp_path, chosen, topic=topic) as address:
        client = Client(address, key)
        client.post(statement("first"))
        wait_until(lambda: "the journal keeps what has landed" in caplog.text, lambda: None)
        client.post(statement("second"))
    assert "not sent to Kafka" not in caplog.text
    assert len(_messages(broker, topic)) == 3


class _FailingStore(Store):
    """Fails the first time that its entries are read."""

    has_failed = False

    def entries_after(self, seq: int, limit: int) -> list[JournalEntry]:
        """Fail, or read."""
        if not self.has_failed:
            self.has_failed = True
            raise ValueError("an error that nobody has thought of")
        return super().entries_after(seq, limit)


@pytest.mark.slow
def test_sending_goes_on_after_whatever_goes_wrong(
    tmp_path: Path, broker: Broker, topic: str, caplog: pytest.LogCaptureFixture
) -> None:
    """An error that nobody has thought of is told, with where it arose, and what waits is sent all the same."""
    with _FailingStore(tmp_path, now=Clock()) as store:
        store.write(lambda connection, moment: keep_refused(connection, moment, [b"one"], "key", "1.0.3"))
        with Relay(store, KafkaConnection(broker.address), topic, max_statement_bytes=1_000) as relay:
            wait_until(lambda: store.progress().relayed == 1, lambda: None)
            relay.check()
    assert [value for value, _ in _messages(broker, topic)] == [b"one"]
    assert "Traceback" in caplog.text
