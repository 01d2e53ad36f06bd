"""Spans are sent where the environment says; without the extra, or without an endpoint, everything works as before."""

import logging
import os
import subprocess
import sys
from pathlib import Path

import pytest

from learnloom.pipelines.tracing import export
from tests.documents import ROOT
from tests.pipelines.cli.samples import answer, lines
from tests.pipelines.deliver.receiver import receiving

pytestmark = pytest.mark.slow

_MAIN = """
import sys
from learnloom.pipelines.cli.main import main
try:
    main()
finally:
    print("opentelemetry.sdk" in sys.modules)
"""


def _imported(place: Path, **environment: str) -> "subprocess.CompletedProcess[str]":
    """Import a file by the command line, as a process of its own, in which the tracer may be set."""
    (place / "a.jsonl").write_bytes(lines(answer(1)))
    return subprocess.run(
        [sys.executable, "-c", _MAIN, "import", str(place / "a.jsonl"), "--warehouse", str(place / "w")],
        cwd=place,
        env={**os.environ, "PYTHONPATH": str(ROOT), "NO_PROXY": "127.0.0.1", **environment},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def test_spans_of_a_command_are_sent(tmp_path: Path) -> None:
    """With an endpoint they arrive by OTLP when the command ends, as those of the service learnloom."""
    with receiving() as collector:
        address = collector.url.removesuffix("/hook")
        ran = _imported(tmp_path, OTEL_EXPORTER_OTLP_ENDPOINT=address)
    assert ran.returncode == 0, ran.stderr
    (call,) = collector.calls
    assert call.path == "/v1/traces"
    assert b"land batch" in call.body
    assert b"service.name\x12\x0b\n\tlearnloom" in call.body


def test_without_an_endpoint_nothing_is_loaded(tmp_path: Path) -> None:
    """The command does not even import what would send spans."""
    ran = _imported(tmp_path)
    assert ran.returncode == 0, ran.stderr
    assert ran.stdout.splitlines()[-1] == "False"


@pytest.mark.parametrize("environment", [{}, {"OTEL_EXPORTER_OTLP_ENDPOINT": ""}], ids=["none", "empty"])
def test_without_an_endpoint_nothing_is_set_up(environment: dict[str, str]) -> None:
    """No endpoint, no spans."""
    assert export.export_spans(environment) is False


def test_a_missing_extra_is_told_once(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """An endpoint without the extra is a warning that says what to install, and the work goes on."""
    monkeypatch.setitem(sys.modules, "opentelemetry.exporter.otlp.proto.http.trace_exporter", None)
    monkeypatch.setattr(export, "_warned", set())
    for _ in range(2):
        assert export.export_spans({"OTEL_EXPORTER_OTLP_ENDPOINT": "http://127.0.0.1:1"}) is False
    told = [record.getMessage() for record in caplog.records if record.levelno == logging.WARNING]
    assert len(told) == 1
    assert "pip install 'learnloom[otel]'" in told[0]
