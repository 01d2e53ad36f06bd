"""What a producer has taken is in the topic, in each student's order, or is held by an error."""

import hashlib
import random
from collections.abc import Callable
from contextlib import suppress
from functools import partial

import orjson
import pytest

from learnloom.pipelines.ingest.sources.kafka.connection import KafkaConnection
from learnloom.pipelines.ingest.sources.kafka.errors import (
    BrokerUnavailableError,
    DeliveryError,
    StatementRefusedError,
    TopicMissingError,
)
from learnloom.pipelines.ingest.validate.validator import validate
from learnloom.pipelines.producer import StatementProducer, key_of
from learnloom.schemas.xapi.identity import student_key
from servers.kafka.broker import Broker, OwnBroker
from tests.pipelines.cli.samples import answer
from tests.pipelines.ingest.sources.kafka.samples import new_topic
from tests.pipelines.ingest.sources.kafka.topic_end import messages_of
from tests.schemas.xapi.samples import Json

_ADDRESS = "mailto:ada@school.example"
_ONE_STUDENT = [
    {"mbox": _ADDRESS},
    {"mbox_sha1sum": hashlib.sha1(_ADDRESS.encode(), usedforsecurity=False).hexdigest()},
    {"mbox": _ADDRESS, "name": "Ada", "objectType": "Agent"},
]
_TINY = 20_000


def _producer(broker: Broker, topic: str, **more: object) -> StatementProducer:
    return StatementProducer(KafkaConnection(broker.address), topic, **{"delivery_seconds": 20.0, **more})  # type: ignore[arg-type]


def _raw(number: int, **changes: object) -> bytes:
    return orjson.dumps(answer(number, **changes))


def _large(number: int, size: int) -> bytes:
    """A statement that does not get smaller by compression."""
    return _raw(number, result={"response": random.Random(number).randbytes(size // 2).hex()})


def _attempt(work: Callable[[], None], failures: list[DeliveryError]) -> bool:
    """Do it, keep its failure, and tell whether there was none."""
    try:
        work()
    except DeliveryError as error:
        failures.append(error)
        return False
    return True


@pytest.mark.parametrize(
    "actors",
    [
        _ONE_STUDENT,
        [{"account": {"homePage": "https://a.example", "name": "7"}}],
        [{"openid": "https://a.example/"}],
    ],
    ids=["address and digest", "account", "openid"],
)
def test_one_student_stays_in_order(broker: Broker, actors: list[Json]) -> None:
    """All statements of one student are in one partition, in the order in which they were sent."""
    topic = new_topic(broker, 8)
    sent = [_raw(number, actor=actors[number % len(actors)]) for number in range(40)]
    with _producer(broker, topic) as producer:
        for number, raw in enumerate(sent):
            producer.send(raw)
            producer.send(_raw(1_000 + number, actor={"mbox": f"mailto:s{number}@school.example"}))
    hers = [message for message in messages_of(broker, topic) if message.key == key_of(sent[0])]
    assert [message.value for message in hers] == sent
    assert len({message.partition for message in hers}) == 1


def test_students_are_spread(broker: Broker) -> None:
    """Students of one name on different systems are different ones, and the partitions share the students."""
    topic = new_topic(broker, 4)
    actors = [{"account": {"homePage": f"https://lms{n}.example", "name": "7"}} for n in range(40)]
    with _producer(broker, topic) as producer:
        for number, actor in enumerate(actors):
            producer.send(answer(number, actor=actor))
    found = messages_of(broker, topic)
    assert {message.key for message in found} == {(student_key(actor) or "").encode() for actor in actors}
    assert len({message.key for message in found}) == 40
    assert {message.partition for message in found} == {0, 1, 2, 3}


@pytest.mark.parametrize("raw", [b"broken", b"[1]", b"\xff", b"{}", _raw(1, actor={"name": "Ada"})])
def test_what_names_nobody_has_no_key(raw: bytes, broker: Broker) -> None:
    """A statement without a readable actor is sent all the same, without a key."""
    topic = new_topic(broker)
    with _producer(broker, topic) as producer:
        producer.send(raw)
    assert [(message.key, message.value) for message in messages_of(broker, topic)] == [(None, raw)]


def test_bytes_travel_unchanged_with_headers(broker: Broker) -> None:
    """Bytes arrive as they are, whatever their spacing; headers say type, version and source."""
    topic = new_topic(broker)
    odd = b' { "actor" : {"mbox": "mailto:a@b.example"}, "n": 1.50, "t": "\\u00e4\xc3\xa4" }\n'
    with _producer(broker, topic, source="unser-lms-ä", xapi_version="2.0.0") as producer:
        producer.send(odd)
        producer.send(answer(1))
    first, second = messages_of(broker, topic)
    assert (first.value, orjson.loads(second.value)) == (odd, answer(1))
    assert list(first.headers) == [
        ("content-type", b"application/json"),
        ("xapi-version", b"2.0.0"),
        ("source", "unser-lms-ä".encode()),
    ]


def test_without_source_and_version_only_the_type_is_told(broker: Broker) -> None:
    """What the sender does not say is not made up."""
    topic = new_topic(broker)
    with _producer(broker, topic) as producer:
        producer.send(answer(1))
    assert list(messages_of(broker, topic)[0].headers) == [("content-type", b"application/json")]


def test_memory_is_bounded(broker: Broker) -> None:
    """Whoever sends faster than the broker takes waits: never more is held than the bound, and all arrives."""
    topic = new_topic(broker, 2)
    sent = [_raw(number) for number in range(3_000)]
    held = []
    with _producer(broker, topic, max_waiting_bytes=_TINY) as producer:
        for raw in sent:
            producer.send(raw)
            held.append(producer._messages._waiting_bytes)  # noqa: SLF001 - what is held is nobody's business but ours
    assert 0 < max(held) <= _TINY
    assert sorted(message.value for message in messages_of(broker, topic)) == sorted(sent)


def test_leaving_the_block_flushes(broker: Broker) -> None:
    """After the block everything is there, also where the block ends with an error of its own."""
    topic = new_topic(broker)
    with _producer(broker, topic) as producer:
        producer.send(answer(1))
    assert (producer.sent.delivered, producer.sent.failed) == (1, 0)
    with suppress(RuntimeError), _producer(broker, topic) as producer:
        for number in range(2, 500):
            producer.send(answer(number))
        raise RuntimeError
    assert broker.end_offsets(topic) == {0: 499}


def test_missing_topic_is_told_at_once(broker: Broker) -> None:
    """A topic that does not exist is named before anything is sent."""
    with pytest.raises(TopicMissingError, match=r"no topic absent-topic at .*create it first"):
        _producer(broker, "absent-topic")


def test_no_broker_is_told() -> None:
    """Where no broker answers the address and the setting are named."""
    nowhere = KafkaConnection("127.0.0.1:1")
    with pytest.raises(BrokerUnavailableError, match=r"127\.0\.0\.1:1.*LEARNLOOM_KAFKA_BOOTSTRAP_SERVERS"):
        StatementProducer(nowhere, "xapi", delivery_seconds=1)


def test_too_large_costs_itself_alone(broker: Broker) -> None:
    """A statement above the topic's limit is held by an error of its own; all others arrive, in order."""
    topic = new_topic(broker, max_message_bytes=_TINY)
    records = [_large(number, 3 * _TINY if number % 300 == 150 else 500) for number in range(1_000)]
    failures: list[DeliveryError] = []
    with _producer(broker, topic) as producer:
        for raw in records:
            _attempt(partial(producer.send, raw), failures)
    assert [error.statement for error in failures] == [raw for raw in records if len(raw) > _TINY]
    assert all(error.is_too_large for error in failures)
    assert "more than the 20,000 bytes that the topic takes (max.message.bytes)" in str(failures[0])
    small = [raw for raw in records if len(raw) <= _TINY]
    assert sorted(message.value for message in messages_of(broker, topic)) == sorted(small)
    assert (producer.sent.delivered, producer.sent.failed) == (len(small), len(failures))


@pytest.mark.parametrize("size", [_TINY - 2_000, 1_000_000])
def test_what_the_topic_takes_is_sent(broker: Broker, size: int) -> None:
    """A statement just below the limit arrives: the topic's own, or else Kafka's default."""
    topic = new_topic(broker, **({"max_message_bytes": _TINY} if size < _TINY else {}))
    with _producer(broker, topic) as producer:
        producer.send(_large(1, size))
    assert broker.end_offsets(topic) == {0: 1}


def test_checked_statements_are_refused_before_sending(broker: Broker) -> None:
    """With a check, what is not valid is held by an error with all its faults, and does not reach the topic."""
    topic = new_topic(broker)
    bad = _raw(1, actor={"mbox": "ada@school.example"}, verb={"id": "answered"})
    with _producer(broker, topic, check=partial(validate, default_version="1.0.3")) as producer:
        with pytest.raises(StatementRefusedError) as told:
            producer.send(bad)
        producer.send(answer(2))
    assert told.value.statement == bad
    assert {fault.rule for fault in told.value.faults} == {"mbox-format", "iri-format"}
    assert [message.value for message in messages_of(broker, topic)] == [orjson.dumps(answer(2))]


@pytest.mark.long
def test_killed_broker_leaves_every_statement_accounted_for(make_broker: Callable[[], OwnBroker]) -> None:
    """With the broker gone each statement is delivered or held by an error, in the end."""
    broker = make_broker()
    broker.create_topic("xapi", 2)
    sent = [_raw(number) for number in range(600)]
    failures: list[DeliveryError] = []
    with _producer(broker, "xapi", delivery_seconds=3.0) as producer:
        for number, raw in enumerate(sent):
            if number == 300:
                producer.flush()
                broker.kill()
            _attempt(partial(producer.send, raw), failures)
        while not _attempt(producer.flush, failures):
            pass
    assert sorted(error.statement for error in failures) == sorted(sent[300:])
    assert not any(error.is_too_large for error in failures)
    assert producer.sent.delivered == 300
    broker.start()
    assert sum(broker.end_offsets("xapi").values()) == 300


@pytest.mark.long
def test_restarted_broker_gets_everything_once(make_broker: Callable[[], OwnBroker]) -> None:
    """A broker that is back in time has every statement, none twice and each student's in order."""
    broker = make_broker()
    broker.create_topic("xapi", 2)
    sent = [_raw(number) for number in range(2_000)]
    with _producer(broker, "xapi", delivery_seconds=60.0) as producer:
        for number, raw in enumerate(sent):
            if number == 700:
                broker.kill()
            if number == 1_400:
                broker.start()
            producer.send(raw)
    found = messages_of(broker, "xapi")
    assert sorted(message.value for message in found) == sorted(sent)
    for key in {message.key for message in found}:
        order = [message.value for message in found if message.key == key]
        assert order == [raw for raw in sent if key_of(raw) == key]
