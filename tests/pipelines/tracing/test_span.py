"""What learnloom does is told as spans where somebody collects them, and costs nothing where nobody does."""

import datetime as dt
import shutil
from itertools import pairwise
from pathlib import Path

import pytest
from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from learnloom.pipelines.lake.connection import Warehouse
from learnloom.pipelines.tracing.span import MAX_LINKS, is_on, links_to, span, steps
from tests.conftest import refresh_to
from tests.pipelines.cli.answered import answered_once
from tests.pipelines.deliver.make import Clock, delivered, prepared, signal_of, stand, webhook
from tests.pipelines.deliver.receiver import Reply, receiving
from tests.pipelines.ingest.samples import bring_in, lines_of, statements


def traceparent(number: int) -> str:
    """A span of somebody else's."""
    return f"00-{number:032x}-{number:016x}-01"


def _named(spans: InMemorySpanExporter, name: str) -> list[ReadableSpan]:
    return [each for each in spans.get_finished_spans() if each.name == name]


def _said(found: ReadableSpan) -> dict[str, object]:
    return {name.removeprefix("learnloom."): value for name, value in (found.attributes or {}).items()}


def test_without_a_tracer_nothing_happens() -> None:
    """A span is no span, takes any attribute, and steps are told as they would be without one."""
    told: list[str] = []
    assert not is_on()
    with span("work", came_from=[traceparent(1)], topic="xapi") as add, steps(told.append) as begin:
        begin("first")
        add(records=1)
    assert told == ["first"]


@pytest.mark.slow
def test_a_landing_batch_is_a_span(spans: InMemorySpanExporter, tmp_path: Path) -> None:
    """Each transaction has one, below the span around the landing, with topic and counts."""
    file = tmp_path / "a.jsonl"
    good = statements(range(15))
    file.write_bytes(lines_of([*good, good[0], b"{}"]))
    with Warehouse(tmp_path / "warehouse") as warehouse, span("above"):
        bring_in(warehouse, file, max_records=10)
    first, second = _named(spans, "land batch")
    (above,) = _named(spans, "above")
    assert first.parent is not None
    assert first.parent.span_id == above.context.span_id
    assert _said(first)["accepted"] == 10
    assert {name: value for name, value in _said(second).items() if name not in {"bytes", "topics"}} == {
        "records": 7,
        "accepted": 5,
        "duplicates": 1,
        "refused": 1,
    }
    assert str(file) in str(_said(second)["topics"])


@pytest.mark.slow
def test_each_step_of_a_refresh_is_a_span(
    spans: InMemorySpanExporter, tmp_path: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """The steps lie below the refresh, one after the other."""
    folder = Path(shutil.copytree(answered_once(tmp_path_factory), tmp_path / "warehouse"))
    spans.clear()  # of whatever has made it
    with Warehouse(folder) as warehouse:
        refresh_to(warehouse, dt.date(2026, 9, 8), refit=True)
    (above,) = _named(spans, "refresh")
    below = [each for each in spans.get_finished_spans() if each.name != "refresh"]
    assert below[0].name == "staging"
    assert len(below) > 5
    assert {each.parent.span_id for each in below if each.parent} == {above.context.span_id}
    ends = [(each.start_time or 0, each.end_time or 0) for each in below]
    assert all(end <= start for (_, end), (start, _) in pairwise(ends))
    assert _said(above)["is_full"] is True


@pytest.mark.slow
def test_a_delivery_batch_is_a_span(
    spans: InMemorySpanExporter, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It says to whom, how many were taken and how many were not."""
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    with Warehouse(tmp_path / "warehouse") as warehouse, receiving() as receiver:
        prepared(warehouse)
        stand(warehouse, signal_of("ann", 1), signal_of("bea", 2))
        receiver.answering = lambda call: Reply(500 if call.event["subject"] == "ann" else 204)
        delivered(warehouse, Clock(), webhook(receiver.url))
    (found,) = _named(spans, "deliver batch")
    assert _said(found) == {
        "subscription": "hook",
        "to": "webhook",
        "events": 2,
        "delivered": 1,
        "failed": 1,
        "is_stopped": False,
    }


def test_what_fails_is_a_failed_span(spans: InMemorySpanExporter) -> None:
    """An exception goes on, and its span and step are ended."""

    def work() -> None:
        with span("work"), steps(lambda _: None) as begin:
            begin("first")
            raise ValueError("no")

    with pytest.raises(ValueError, match="no"):
        work()
    (failed,), (first,) = _named(spans, "work"), _named(spans, "first")
    assert (failed.status.is_ok, first.end_time is not None) == (False, True)


def test_links_are_bounded() -> None:
    """Each span once, 32 at the most, and what is no traceparent is left out."""
    given = [traceparent(number) for number in range(1, 100)]
    assert len(links_to(given)) == MAX_LINKS
    assert len(links_to([given[0], "00-zz-zz-01", "", given[0], f"00-{0:032x}-{1:016x}-01"])) == 1
