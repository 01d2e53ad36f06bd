"""Sending spans to a collector, where the environment names one and the extra `otel` is installed."""

import logging
from collections.abc import Mapping
from typing import Final

_log = logging.getLogger(__name__)
_ENDPOINTS: Final = ("OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT")
_DISABLED: Final = "OTEL_SDK_DISABLED"
_SERVICE: Final = "OTEL_SERVICE_NAME"


def export_spans(environment: Mapping[str, str]) -> bool:
    """Set up, once in a process, that spans are sent by OTLP over HTTP; for entry points.

    The variables are those of OpenTelemetry; without an endpoint nothing is imported. What is left is sent as the
    process ends. Where the extra is not installed, a warning says so, and the work goes on without spans.

    Args:
        environment: the environment.

    Returns:
        Whether spans are sent from now on.
    """
    endpoint = next((name for name in _ENDPOINTS if environment.get(name)), None)
    if endpoint is None or environment.get(_DISABLED, "").lower() == "true":
        return False
    # They take time to import, and are there with the extra only.
    from opentelemetry import trace  # noqa: PLC0415

    from learnloom.pipelines.tracing.span import is_on  # noqa: PLC0415

    try:
        from opentelemetry.exporter.otlp.proto.http.trace_exporter import (  # noqa: PLC0415
            OTLPSpanExporter,
        )
        from opentelemetry.sdk.resources import Resource  # noqa: PLC0415
        from opentelemetry.sdk.trace import TracerProvider  # noqa: PLC0415
        from opentelemetry.sdk.trace.export import BatchSpanProcessor  # noqa: PLC0415
    except ModuleNotFoundError as error:
        _warn_once(
            f"{endpoint} is set, but no spans are sent: {error.name} is missing. pip install 'learnloom[otel]', or "
            f"unset {endpoint}"
        )
        return False
    if is_on():
        return True
    named = {} if environment.get(_SERVICE) else {"service.name": "learnloom"}
    provider = TracerProvider(resource=Resource.create(named))
    provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
    trace.set_tracer_provider(provider)
    return True


_warned: set[str] = set()


def _warn_once(message: str) -> None:
    if message not in _warned:
        _warned.add(message)
        _log.warning("%s", message)
