"""What Prometheus scrapes: the warehouse's figures, read anew at each scrape."""

import datetime as dt
import threading
from collections.abc import Callable, Iterator
from wsgiref.simple_server import WSGIServer

from prometheus_client import CollectorRegistry, generate_latest, start_http_server
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector

from pipelines.jobs.opening import open_to_read
from pipelines.settings import Settings
from pipelines.warehouse.gauges import gauges
from schemas.errors import LearnloomError


class _Figures(Collector):
    def __init__(self, settings: Settings, clock: Callable[[], dt.datetime]) -> None:
        self._settings = settings
        self._clock = clock

    def collect(self) -> Iterator[GaugeMetricFamily]:
        """Read every figure; a warehouse that cannot be read is a figure, too."""
        try:
            with open_to_read(self._settings) as warehouse:
                found = gauges(warehouse, now=self._clock())
        except LearnloomError:
            found = None
        yield GaugeMetricFamily(
            "learnloom_up", "Whether the warehouse can be read.", value=float(found is not None)
        )
        for gauge in found or ():
            yield GaugeMetricFamily(gauge.name, gauge.help, value=gauge.value)


def registry(settings: Settings, *, clock: Callable[[], dt.datetime]) -> CollectorRegistry:
    """Make a registry whose figures are read when they are asked for."""
    made = CollectorRegistry(auto_describe=False)
    made.register(_Figures(settings, clock))
    return made


def metrics_text(settings: Settings, *, clock: Callable[[], dt.datetime]) -> str:
    """Give all figures in Prometheus' text format."""
    return generate_latest(registry(settings, clock=clock)).decode()


def serve_metrics(
    settings: Settings, *, clock: Callable[[], dt.datetime], host: str, port: int
) -> tuple[WSGIServer, threading.Thread]:
    """Answer scrapes at http://host:port/metrics from a thread of its own, until the server is shut down.

    Raises:
        OSError: the port is taken.
    """
    return start_http_server(port, addr=host, registry=registry(settings, clock=clock))
