"""A landing batch is linked to the spans that its messages came from. On a real broker."""

from pathlib import Path

from kafka import KafkaProducer
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from learnloom.pipelines.ingest.sources.kafka.messages import traceparent_of
from learnloom.pipelines.lake.connection import Warehouse
from learnloom.pipelines.tracing.span import MAX_LINKS
from servers.kafka.broker import Broker
from tests.pipelines.ingest import samples
from tests.pipelines.ingest.sources.kafka.samples import new_topic, read_all, source
from tests.pipelines.tracing.test_span import traceparent


def _topic_of(broker: Broker, count: int) -> str:
    topic = new_topic(broker)
    producer = KafkaProducer(bootstrap_servers=broker.address, acks="all")
    try:
        for number, value in enumerate(samples.statements(range(count)), start=1):
            producer.send(topic, value, headers=[("traceparent", traceparent(number).encode())])
        producer.flush()
    finally:
        producer.close()
    return topic


def _landed(broker: Broker, topic: str, place: Path) -> None:
    with source(broker, topic) as opened, Warehouse(place) as warehouse:
        assert samples.bring_in(warehouse, source=opened, max_records=100).accepted > 0


def test_a_batch_is_linked_to_where_it_came_from(
    broker: Broker, spans: InMemorySpanExporter, tmp_path: Path
) -> None:
    """The span of a batch has the spans of its messages as links; of many, some."""
    _landed(broker, _topic_of(broker, 3), tmp_path / "few")
    _landed(broker, _topic_of(broker, 90), tmp_path / "many")
    few, many = [each for each in spans.get_finished_spans() if each.name == "land batch"]
    assert [link.context.span_id for link in few.links] == [1, 2, 3]
    assert len(many.links) == MAX_LINKS


def test_without_a_collector_headers_are_not_looked_at(broker: Broker) -> None:
    """Where nobody collects spans, batches carry none."""
    topic = _topic_of(broker, 3)
    with source(broker, topic) as opened:
        batches = read_all(opened)
    assert [batch.traceparents for batch in batches] == [()]


def test_only_a_short_traceparent_is_read() -> None:
    """The name is known in any case; a value without bytes, or with far too many, is none."""
    assert traceparent_of([("source", b"lms"), ("TraceParent", b"00-1")]) == "00-1"
    assert traceparent_of([("traceparent", None)]) is None
    assert traceparent_of([("traceparent", b"0" * 1_000)]) is None
