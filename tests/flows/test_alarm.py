"""A run that does not end well is told to somebody, and stays what it is whatever becomes of that."""

import asyncio
import logging
from collections.abc import Iterator
from pathlib import Path

import pytest
from prefect.client.orchestration import get_client
from prefect.runner import Runner
from prefect.types.entrypoint import EntrypointType

from flows.alarm import tell_somebody
from flows.deployments import deployments
from flows.upkeep import check
from pipelines.schedules import Schedules
from pipelines.warehouse.connection import Warehouse
from tests.flows.dying import dying
from tests.pipelines.deliver.receiver import Receiver, Reply, receiving

pytestmark = pytest.mark.usefixtures("prefect_server")


@pytest.fixture
def receiver(monkeypatch: pytest.MonkeyPatch) -> Iterator[Receiver]:
    """Who is to be told."""
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    with receiving() as started:
        monkeypatch.setenv("LEARNLOOM_ALERTS__URL", started.url)
        yield started


@pytest.fixture
def broken(school: Path) -> Path:
    """A warehouse in which `check` finds something."""
    with Warehouse(school) as warehouse:
        warehouse.run("UPDATE estimates.student_skill SET p_mastery = 1.5 WHERE n_attempts > 0")
    return school


def test_every_flow_tells(school: Path) -> None:
    """All flows that are served or deployed tell when they fail, and when they die."""
    for each in asyncio.run(deployments(Schedules())):
        flow = each._flow  # noqa: SLF001 - a deployment shows it by no other name
        assert flow is not None
        assert tell_somebody in flow.on_failure_hooks, flow.name
        assert tell_somebody in flow.on_crashed_hooks, flow.name


def test_a_failing_check_tells_what_was_found(
    broken: Path, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The alert says which check failed and why; the same failure is not told again at once, but logged."""
    monkeypatch.setenv("LEARNLOOM_ALERTS__QUIET_MINUTES", "60")
    state = check(return_state=True)
    (body,) = receiver.events()
    assert body["run_id"] == str(state.state_details.flow_run_id)
    assert (body["flow"], body["state"], state.is_failed()) == ("check", "Failed", True)
    assert "share_is_within_bounds" in body["message"]
    assert body["message"] in body["text"]
    check(return_state=True)
    assert len(receiver.calls) == 1
    monkeypatch.setenv("LEARNLOOM_ALERTS__QUIET_MINUTES", "0")
    check(return_state=True)
    assert len(receiver.calls) == 2


def test_another_failure_is_told_at_once(
    broken: Path, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is quiet is one failure, not its flow."""
    monkeypatch.setenv("LEARNLOOM_ALERTS__QUIET_MINUTES", "60")
    monkeypatch.setenv("LEARNLOOM_FLOWS__STALE_HOURS", "0.000001")
    check(return_state=True)
    monkeypatch.setenv("LEARNLOOM_FLOWS__SILENT_HOURS", "0.000001")
    check(return_state=True)
    first, second = receiver.events()
    assert "landed_lately" not in first["message"]
    assert "landed_lately" in second["message"]


def test_without_an_address_it_is_logged(broken: Path, caplog: pytest.LogCaptureFixture) -> None:
    """Where nobody is to be told, the log has the same sentence as an error."""
    check(return_state=True)
    assert [
        record.message
        for record in caplog.records
        if record.levelno == logging.ERROR and "the flow check did not end well (Failed" in record.message
    ]


def test_what_is_not_taken_changes_nothing(
    broken: Path, receiver: Receiver, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """A receiver that fails leaves the run failed for its own reason, is logged, and is told of the next failure."""
    monkeypatch.setenv("LEARNLOOM_FLOWS__MAX_DRIFT", "0.0000001")
    monkeypatch.setenv("LEARNLOOM_FLOWS__STALE_HOURS", "0.00000001")
    receiver.answering = lambda _: Reply(500)
    state = check(return_state=True)
    assert "share_is_within_bounds" in str(state.message)
    assert "the alert was not taken: the receiver answered 500" in caplog.text
    before = len(receiver.calls)
    receiver.answering = lambda _: Reply()
    check(return_state=True)
    assert len(receiver.calls) == before + 1, "it was never told so far"


def test_a_run_that_is_killed_is_told_by_who_started_it(school: Path, receiver: Receiver) -> None:
    """The process of a served flow dies without a word: the server of flows says so in its place."""

    async def serve_once() -> str:
        runner = Runner(name="learnloom", query_seconds=1, limit=1)
        deployment = await dying.ato_deployment("learnloom", entrypoint_type=EntrypointType.MODULE_PATH)
        deployment_id = await runner.aadd_deployment(deployment)
        async with get_client() as client:
            run = await client.create_flow_run_from_deployment(deployment_id)
        await runner.start(run_once=True)
        return str(run.id)

    run_id = asyncio.run(serve_once())
    (body,) = receiver.events()
    assert (body["flow"], body["state"], body["run_id"]) == ("dying", "Crashed", run_id)
