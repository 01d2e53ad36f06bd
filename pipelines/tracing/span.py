"""Spans of what learnloom does, by OpenTelemetry: nothing happens where no tracer is set up."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import Final

from opentelemetry import context, trace
from opentelemetry.trace import Link, Span, SpanKind
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

TRACEPARENT: Final = "traceparent"
"""Header by which a message says which span it came from (W3C Trace Context)."""
MAX_LINKS: Final = 32
"""Of one span: a batch may come from thousands of others."""
_NAME: Final = "learnloom"
_W3C: Final = TraceContextTextMapPropagator()
_Value = str | int | float | bool | list[str]


def is_on() -> bool:
    """Whether spans go anywhere, so that what they need is worth collecting."""
    return not isinstance(trace.get_tracer_provider(), trace.ProxyTracerProvider | trace.NoOpTracerProvider)


@contextmanager
def span(name: str, *, came_from: Iterable[str] = (), **attributes: _Value) -> Iterator[Callable[..., None]]:
    """Open a span around a block; an exception ends it as failed and goes on.

    Args:
        name: what is done; the same for all that do the same.
        came_from: values of `traceparent` to link to, 32 at the most; what is none is left out.
        attributes: what is known from the start; `learnloom.` is put before each name.

    Yields:
        A function that adds attributes, by keyword.
    """
    if not is_on():
        yield _nothing
        return
    with _tracer().start_as_current_span(
        name, links=links_to(came_from), attributes=_named(attributes)
    ) as opened:

        def add(**more: _Value) -> None:
            opened.set_attributes(_named(more))

        yield add


@contextmanager
def answering(method: str, headers: Mapping[str, str]) -> Iterator[Callable[[str, int], None]]:
    """Open a span around the answer to a call by HTTP, below that of the caller where its headers name one.

    Yields:
        A function that is told the route (a template, which names no student) and the status.
    """
    above = _W3C.extract(headers, context=context.Context())
    with _tracer().start_as_current_span(method, context=above, kind=SpanKind.SERVER) as opened:

        def answered(route: str, status: int) -> None:
            opened.update_name(f"{method} {route}")
            opened.set_attributes(
                {"http.request.method": method, "http.route": route, "http.response.status_code": status}
            )

        yield answered


@contextmanager
def steps(tell: Callable[[str], None]) -> Iterator[Callable[[str], None]]:
    """Open a span for each step of the span around it, from where it is told to begin until the next one is.

    Args:
        tell: is told of each step, too.

    Yields:
        A function that is told that a step begins.
    """
    if not is_on():
        yield tell
        return
    running: list[Span] = []

    def begin(step: str) -> None:
        while running:
            running.pop().end()
        running.append(_tracer().start_span(step))
        tell(step)

    try:
        yield begin
    finally:
        while running:
            running.pop().end()


def links_to(came_from: Iterable[str]) -> list[Link]:
    """Make links of values of `traceparent`: each once, 32 at the most."""
    links: list[Link] = []
    for value in dict.fromkeys(came_from):
        above = _W3C.extract({TRACEPARENT: value}, context=context.Context())
        found = trace.get_current_span(above).get_span_context()
        if found.is_valid:
            links.append(Link(found))
        if len(links) == MAX_LINKS:
            break
    return links


def _tracer() -> trace.Tracer:
    return trace.get_tracer(_NAME)


def _named(attributes: Mapping[str, _Value]) -> dict[str, _Value]:
    return {f"{_NAME}.{name}": value for name, value in attributes.items()}


def _nothing(**_: _Value) -> None:
    """Add attributes to no span."""
