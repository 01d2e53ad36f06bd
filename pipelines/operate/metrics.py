"""Metrics for Prometheus, read from the warehouse at each scrape, over a connection that is held."""

import datetime as dt
import logging
import threading
from collections.abc import Callable, Iterator
from typing import Final
from wsgiref.simple_server import WSGIServer

from prometheus_client import CollectorRegistry, generate_latest, start_http_server
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector

from learnloom.pipelines.config.settings import Settings
from learnloom.pipelines.ingest.sources.errors import IngestError
from learnloom.pipelines.lake.connection import Warehouse
from learnloom.pipelines.lake.held import ReadingPool
from learnloom.pipelines.lake.open import open_to_read, place_of
from learnloom.pipelines.operate.gauges import gauges
from learnloom.pipelines.operate.lag import lag_of

_log = logging.getLogger(__name__)


_WAIT_SECONDS: Final = 30.0
"""Of a scrape for the one before it."""


class _MetricsCollector(Collector):
    def __init__(self, settings: Settings, clock: Callable[[], dt.datetime]) -> None:
        self._settings = settings
        self._clock = clock
        self._held = ReadingPool(lambda: open_to_read(settings), size=1, wait_seconds=_WAIT_SECONDS)

    def collect(self) -> Iterator[GaugeMetricFamily]:
        """Read every metric; a warehouse that cannot be read is a metric, too."""
        names = [each.name for each in self._settings.subscriptions]
        try:
            with self._held.lent() as warehouse:
                found = gauges(warehouse, now=self._clock(), subscriptions=names)
                topics = list(self._topics(warehouse))
        except Exception as error:  # noqa: BLE001 - whatever DuckDB says of a file: the scrape must not fail
            _log.warning("the warehouse cannot be read: %s", place_of(self._settings).scrubbed(str(error)))
            found, topics = None, []
        yield GaugeMetricFamily(
            "learnloom_up", "Whether the warehouse can be read.", value=float(found is not None)
        )
        for gauge in found or ():
            yield GaugeMetricFamily(gauge.name, gauge.help, value=gauge.value)
        yield from topics

    def _topics(self, warehouse: Warehouse) -> Iterator[GaugeMetricFamily]:
        """The consumer lag of the topics; nothing if there are none. Brokers that fail are a metric, too."""
        help_text = "Whether the Kafka brokers answer."
        try:
            lags = lag_of(warehouse, self._settings)
        except IngestError as error:
            _log.warning("%s", error)
            yield GaugeMetricFamily("learnloom_brokers_up", help_text, value=0.0)
            return
        if not lags:
            return
        yield GaugeMetricFamily("learnloom_brokers_up", help_text, value=1.0)
        records = GaugeMetricFamily(
            "learnloom_topic_behind_records",
            "Consumer lag: records of a topic that have not landed.",
            labels=["topic"],
        )
        seconds = GaugeMetricFamily(
            "learnloom_topic_behind_seconds",
            "Age of the oldest record of a topic that has not landed; 0: none is waiting.",
            labels=["topic"],
        )
        for lag in lags:
            records.add_metric([lag.topic], float(lag.records))
            seconds.add_metric([lag.topic], lag.seconds(self._clock()))
        yield records
        yield seconds


def registry(settings: Settings, *, clock: Callable[[], dt.datetime]) -> CollectorRegistry:
    """Make a registry whose figures are read when they are asked for."""
    made = CollectorRegistry(auto_describe=False)
    made.register(_MetricsCollector(settings, clock))
    return made


def metrics_text(figures: CollectorRegistry) -> str:
    """Give all figures in Prometheus' text format."""
    return generate_latest(figures).decode()


def serve_metrics(
    settings: Settings, *, clock: Callable[[], dt.datetime], host: str, port: int
) -> tuple[WSGIServer, threading.Thread]:
    """Answer scrapes at http://host:port/metrics from a thread of its own, until the server is shut down.

    Raises:
        OSError: the port is taken.
    """
    return start_http_server(port, addr=host, registry=registry(settings, clock=clock))
