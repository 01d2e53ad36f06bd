"""What flows do is told as spans, too."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from prefect.settings import get_current_settings

from tests.documents import ROOT
from tests.pipelines.cli.samples import answer, lines
from tests.pipelines.deliver.receiver import receiving


@pytest.mark.usefixtures("prefect_server", "school")
def test_spans_of_a_flow_are_sent(tmp_path: Path) -> None:
    """The process of a run sends its spans where the environment says, before it ends."""
    file = tmp_path / "a.jsonl"
    file.write_bytes(lines(answer(1)))
    with receiving() as collector:
        address = collector.url.removesuffix("/hook")
        ran = subprocess.run(
            [sys.executable, "-c", f"from learnloom.flows.land import land; land(inbox={str(file)!r})"],
            cwd=ROOT,
            env={
                **os.environ,
                **get_current_settings().to_environment_variables(exclude_unset=True),
                "NO_PROXY": "127.0.0.1",
                "OTEL_EXPORTER_OTLP_ENDPOINT": address,
            },
            capture_output=True,
            text=True,
            timeout=240,
            check=False,
        )
    assert ran.returncode == 0, ran.stderr
    sent = b"".join(call.body for call in collector.calls)
    assert b"land batch" in sent
    assert b"prefect.run.type" in sent, "the span of the task, which lies above"
