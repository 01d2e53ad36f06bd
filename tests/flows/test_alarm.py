"""A run that does not end well is told to somebody, and stays what it is whatever becomes of that."""

import asyncio
import importlib
import logging
import os
import subprocess
import sys

import pytest
from prefect.settings import get_current_settings

from learnloom.flows.alarm import tell_somebody
from learnloom.flows.deployments import deployments
from learnloom.pipelines.config.schedules import Schedules
from tests.documents import ROOT
from tests.flows.dying import failing
from tests.pipelines.deliver.receiver import Receiver, Reply

pytestmark = pytest.mark.usefixtures("prefect_server")


def test_every_flow_tells() -> None:
    """All flows that are served or deployed tell when they fail, and when they die."""
    served = asyncio.run(deployments(Schedules()))
    assert len(served) == 6
    for each in served:
        module, _, name = str(each.entrypoint).rpartition(".")
        flow = getattr(importlib.import_module(module), name)
        assert tell_somebody in flow.on_failure_hooks, name
        assert tell_somebody in flow.on_crashed_hooks, name


def test_the_same_failure_is_not_told_twice(receiver: Receiver, monkeypatch: pytest.MonkeyPatch) -> None:
    """Within the quiet time only another failure is told; without one, each."""
    failing("behind by 5 records", return_state=True)
    failing("behind by 7 records", return_state=True)
    failing("away", return_state=True)
    assert [body["message"].rpartition(": ")[2] for body in receiver.events()] == [
        "behind by 5 records",
        "away",
    ]
    monkeypatch.setenv("LEARNLOOM_ALERTS__REPEAT_INTERVAL_MINUTES", "0")
    failing("away", return_state=True)
    assert len(receiver.calls) == 3


def test_without_an_address_it_is_logged(caplog: pytest.LogCaptureFixture) -> None:
    """Where nobody is to be told, the log has the same sentence as an error."""
    failing("nobody hears it", return_state=True)
    told = [record.getMessage() for record in caplog.records if record.levelno == logging.ERROR]
    assert any("did not end well (Failed" in line and "nobody hears it" in line for line in told)


def test_what_is_not_taken_changes_nothing(receiver: Receiver, caplog: pytest.LogCaptureFixture) -> None:
    """A receiver that fails leaves the run failed for its own reason, is logged, and is told of the next failure."""
    receiver.answering = lambda _: Reply(500)
    state = failing("for its own reason", return_state=True)
    assert "for its own reason" in str(state.message)
    assert "the alert was not accepted: the receiver answered 500" in caplog.text
    receiver.answering = lambda _: Reply()
    failing("for its own reason", return_state=True)
    assert len(receiver.calls) == 2


def test_a_run_that_is_killed_is_told_by_who_started_it(receiver: Receiver) -> None:
    """The process of a served flow dies without a word: the server of flows says so in its place."""
    ran = subprocess.run(
        [sys.executable, "-c", "import asyncio, tests.flows.dying as it; asyncio.run(it.serve_once())"],
        cwd=ROOT,
        env={**os.environ, **get_current_settings().to_environment_variables(exclude_unset=True)},
        capture_output=True,
        text=True,
        timeout=240,
        check=False,
    )
    assert ran.returncode == 0, ran.stderr
    (body,) = receiver.events()
    assert (body["flow"], body["state"]) == ("dying", "Crashed")
    assert body["run_id"] in ran.stdout.splitlines()
