"""Every dead letter reaches the topic of dead letters, at least once, whatever happens in between."""

import json
import logging
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from kafka.admin import ConfigResource

from learnloom.pipelines.ingest.land import dead_letters
from learnloom.pipelines.ingest.land.batch import WriteBatch
from learnloom.pipelines.ingest.land.dead_letter_topic import DEAD_HEADERS, DeadLetterPublisher, headers_of
from learnloom.pipelines.ingest.land.dead_letters import DeadSelection, find, undelivered
from learnloom.pipelines.ingest.sources.kafka.connection import KafkaConnection
from learnloom.pipelines.ingest.sources.kafka.topics import DEAD_RETENTION_MS, dead_topic
from learnloom.pipelines.lake.connection import Warehouse
from learnloom.pipelines.lake.errors import WarehouseBusyError
from learnloom.schemas.record import Batch, DeadLetter, Record
from servers.kafka.broker import Broker, OwnBroker
from tests.pipelines.ingest.samples import NOON, statement, writer
from tests.pipelines.ingest.sources.kafka.samples import judge, new_topic
from tests.pipelines.ingest.sources.kafka.topic_end import messages_of

_LATER = NOON + timedelta(minutes=1)
_POISON: list[bytes | None] = [b"broken", b"", None, b'{"no": "verb"}', b"\xff\xfe", b"[1]"]


def _land(warehouse: Warehouse, topic: str, values: list[bytes | None], **more: Any) -> list[DeadLetter]:
    """Land records of partition 3 that all are refused; give the dead letters."""
    records = [Record(70 + number, number % 2, value, **more) for number, value in enumerate(values)]
    made = WriteBatch()
    made.add_batch(Batch(topic, 3, 0, 70 + len(values), records), judge)
    landing = writer(warehouse)
    landing.positions()
    landing.land(made)
    return find(warehouse, DeadSelection(topic=topic), limit=10_000)


def _publisher(address: str, *topics: str) -> DeadLetterPublisher:
    return DeadLetterPublisher(KafkaConnection(address), topics, now=lambda: _LATER, wait_seconds=20)


def _deliver(broker: Broker, warehouse: Warehouse, *topics: str) -> None:
    publisher = _publisher(broker.address, *topics)
    publisher.deliver(warehouse)
    publisher.close()


def _delivered(warehouse: Warehouse) -> list[tuple[Any, ...]]:
    return warehouse.rows(
        "SELECT dead_letter_id, delivered_at FROM landing.dead_letter_delivery ORDER BY ALL"
    )


def _dead(broker: Broker, topic: str) -> list[Any]:
    return messages_of(broker, dead_topic(topic))


def _as_headers(letter: DeadLetter) -> dict[str, str]:
    """What the headers must say of a dead letter, written down once more."""
    fault = letter.faults[0]
    said = {"source": letter.source} if letter.source else {}
    return said | {
        "dead-letter-id": letter.dead_letter_id,
        "rule": fault.rule,
        "path": fault.path,
        "value": fault.value,
        "message": fault.message,
        "source-topic": letter.topic,
        "source-partition": "3",
        "source-offset": str(letter.offset),
        "source-element": str(letter.element),
        "refused-at": "2026-03-01T12:00:00+00:00",
    }


@pytest.mark.parametrize("source", ["our-lms", None])
def test_each_is_delivered_with_its_reason(broker: Broker, warehouse: Warehouse, source: str | None) -> None:
    """Every kind of poison comes with its bytes, its id as the key, and exactly the documented headers."""
    topic = new_topic(broker)
    letters = _land(warehouse, topic, _POISON, source=source)
    _deliver(broker, warehouse, topic)
    found = _dead(broker, topic)
    assert [message.value for message in found] == [letter.raw for letter in letters] == _POISON
    assert [message.key for message in found] == [letter.dead_letter_id.encode() for letter in letters]
    for message, letter in zip(found, letters, strict=True):
        headers = {name: value.decode() for name, value in message.headers}
        assert len(headers) == len(message.headers)
        assert headers == _as_headers(letter)
        assert headers.keys() == DEAD_HEADERS.keys() - {"value-omitted"} - (
            {"source"} if source is None else set()
        )
    assert {at for _, at in _delivered(warehouse)} == {_LATER}


def test_delivered_is_not_delivered_again(broker: Broker, warehouse: Warehouse) -> None:
    """What has been noted as delivered stays away; what comes later goes by itself."""
    topic = new_topic(broker)
    _land(warehouse, topic, [b"one"])
    for _ in range(2):
        _deliver(broker, warehouse, topic)
    _land(warehouse, topic, [b"one", b"two"])
    _deliver(broker, warehouse, topic)
    assert [message.value for message in _dead(broker, topic)] == [b"one", b"two"]


def test_more_than_go_at_once(broker: Broker, warehouse: Warehouse) -> None:
    """However many wait, one call delivers all, in their order."""
    topic = new_topic(broker)
    values: list[bytes | None] = [b"broken %d" % number for number in range(1_300)]
    _land(warehouse, topic, values)
    _deliver(broker, warehouse, topic)
    assert [message.value for message in _dead(broker, topic)] == values
    assert undelivered(warehouse, [topic], limit=10) == []


def test_other_topics_wait_for_their_own_outlet(broker: Broker, warehouse: Warehouse) -> None:
    """Only the dead letters of the topics in hand are delivered, each to its own topic."""
    one, two, other = (new_topic(broker) for _ in range(3))
    for topic in (one, two, other):
        _land(warehouse, topic, [topic.encode()])
    _deliver(broker, warehouse, one, two)
    for topic in (one, two):
        assert [message.value for message in _dead(broker, topic)] == [topic.encode()]
    assert [letter.topic for letter in undelivered(warehouse, [one, two, other], limit=10)] == [other]


def test_a_missing_topic_is_made(broker: Broker, warehouse: Warehouse) -> None:
    """The topic of dead letters is made with one partition and ninety days of retention, and used where it is there."""
    topic = new_topic(broker)
    _land(warehouse, topic, [b"one"])
    _deliver(broker, warehouse, topic)
    assert broker.end_offsets(dead_topic(topic)) == {0: 1}
    with broker.admin() as admin:
        told = admin.describe_configs([ConfigResource("TOPIC", dead_topic(topic))])
    assert told["topic"][dead_topic(topic)]["retention.ms"]["value"] == str(DEAD_RETENTION_MS)
    mine = new_topic(broker)
    broker.create_topic(dead_topic(mine), 2)
    _land(warehouse, mine, [b"one"])
    _deliver(broker, warehouse, mine)
    assert sum(broker.end_offsets(dead_topic(mine)).values()) == 1
    assert len(broker.end_offsets(dead_topic(mine))) == 2


def test_nothing_to_deliver_asks_nothing_of_the_broker(
    warehouse: Warehouse, caplog: pytest.LogCaptureFixture
) -> None:
    """Without dead letters no broker is needed, and no topic is made."""
    publisher = _publisher("127.0.0.1:1", "xapi")
    publisher.deliver(warehouse)
    publisher.close()
    assert caplog.text == ""


def test_crash_before_the_note_delivers_again(
    broker: Broker, warehouse: Warehouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What the broker has and the warehouse does not know of comes a second time, never not at all."""
    topic = new_topic(broker)
    _land(warehouse, topic, [b"one", b"two"])

    def crash(*_: object) -> None:
        raise RuntimeError("killed")

    with monkeypatch.context() as broken:
        broken.setattr(dead_letters, "mark_delivered", crash)
        with pytest.raises(RuntimeError, match="killed"):
            _deliver(broker, warehouse, topic)
    assert _delivered(warehouse) == []
    _deliver(broker, warehouse, topic)
    assert [message.value for message in _dead(broker, topic)] == [b"one", b"two", b"one", b"two"]
    assert len({message.key for message in _dead(broker, topic)}) == len(_delivered(warehouse)) == 2


def test_a_busy_warehouse_delivers_again(
    broker: Broker, warehouse: Warehouse, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """Where the note cannot be made landing goes on with a warning, and the next delivery says it all again."""
    topic = new_topic(broker)
    _land(warehouse, topic, [b"one"])

    def busy(*_: object) -> None:
        raise WarehouseBusyError("others write")

    with monkeypatch.context() as broken:
        broken.setattr(dead_letters, "mark_delivered", busy)
        _deliver(broker, warehouse, topic)
    assert "will be sent again: others write" in caplog.text
    _deliver(broker, warehouse, topic)
    assert [message.value for message in _dead(broker, topic)] == [b"one", b"one"]


@pytest.mark.long
def test_a_broker_that_is_away_stops_nothing(
    make_broker: Callable[[], OwnBroker], warehouse: Warehouse, caplog: pytest.LogCaptureFixture
) -> None:
    """While the broker is away delivering warns and raises nothing; once it is back everything is delivered."""
    caplog.set_level(logging.WARNING, logger="learnloom")
    broker = make_broker()
    broker.create_topic("xapi")
    publisher = _publisher(broker.address, "xapi")
    _land(warehouse, "xapi", [b"one"])
    publisher.deliver(warehouse)
    broker.kill()
    _land(warehouse, "xapi", [b"one", b"two"])
    for _ in range(2):
        publisher.deliver(warehouse)
    assert caplog.text.count("dead letters are not sent to the topic yet") == 2
    assert len(_delivered(warehouse)) == 1
    broker.start()
    _land(warehouse, "xapi", [b"one", b"two", b"three"])
    publisher.deliver(warehouse)
    publisher.close()
    assert [message.value for message in _dead(broker, "xapi")] == [b"one", b"two", b"three"]
    assert len(_delivered(warehouse)) == 3


def test_too_large_goes_without_its_value(broker: Broker, warehouse: Warehouse) -> None:
    """What the topic does not take comes without its value and says so; the others come whole."""
    topic = new_topic(broker)
    broker.create_topic(dead_topic(topic), max_message_bytes=4_000)
    large = json.dumps({"no": "verb", "text": "x" * 9_000}).encode()
    letters = _land(warehouse, topic, [b"one", large, b"two", large + b" ", b"three"])
    _deliver(broker, warehouse, topic)
    found = _dead(broker, topic)
    assert [message.value for message in found] == [b"one", None, b"two", None, b"three"]
    for message, letter in zip(found, letters, strict=True):
        headers = {name: value.decode() for name, value in message.headers}
        omitted = f"{len(letter.raw or b'')} bytes are more than the topic takes"
        assert headers.pop("value-omitted", None) == (omitted if message.value is None else None)
        assert headers == _as_headers(letter)
    assert len(_delivered(warehouse)) == 5


@pytest.mark.slow
def test_headers_can_always_be_written(warehouse: Warehouse) -> None:
    """Values are cut and half characters replaced: no dead letter can stop those behind it."""
    letters = _land(warehouse, "xapi", [statement(1, text="x" * 5_000).replace(b"verb", b"vreb")])
    fault = letters[0].faults[0]._replace(value="\ud800" + "x" * 5_000, message="\udfff")
    headers = dict(headers_of(letters[0]._replace(faults=(fault,))))
    assert headers["message"] == b"?"
    assert headers["value"] == b"?" + b"x" * 499
