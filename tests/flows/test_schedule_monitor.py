"""`check` says which flows do not run when they should, or did not end well the last time."""

import asyncio
import datetime as dt
from collections.abc import Iterator
from uuid import UUID

import pytest
from prefect import flow
from prefect.client.orchestration import get_client
from prefect.client.schemas.objects import State
from prefect.states import Cancelled, Completed, Crashed, Failed, Running, Scheduled

from learnloom.flows.schedule_monitor import on_time
from learnloom.pipelines.operate.finding import HealthFinding

pytestmark = pytest.mark.usefixtures("prefect_server")
_LATE_MINUTES = 15.0
_QUEUED = "AwaitingConcurrencySlot"


def _now() -> dt.datetime:
    return dt.datetime.now(dt.UTC)


@flow(name="watched")
def watched() -> None:
    """Be deployed, and never run."""


@flow(name="watching")
def watching() -> HealthFinding:
    """Look, as a run does."""
    return on_time(late_minutes=_LATE_MINUTES, now=_now())


@pytest.fixture
def deployment() -> Iterator[UUID]:
    """A deployment of the family, alone in it."""

    async def deploy() -> UUID:
        made = await watched.ato_deployment("learnloom")
        return await made.aapply()

    deployment_id = asyncio.run(deploy())
    yield deployment_id
    with get_client(sync_client=True) as client:
        client.delete_deployment(deployment_id)


def _add(deployment_id: UUID, *states: State[None]) -> None:
    """Add a run that goes through these states."""
    with get_client(sync_client=True) as client:
        run = client.create_flow_run_from_deployment(deployment_id, state=states[0])
        for state in states[1:]:
            client.set_flow_run_state(run.id, state, force=True)


def _since(minutes: float, name: str = "Scheduled") -> State[None]:
    at = _now() - dt.timedelta(minutes=minutes)
    return Scheduled(scheduled_time=at, name=name)


def test_called_outside_prefect_it_is_unknown() -> None:
    """Where no run of Prefect's asks, nothing can be said."""
    found = on_time(late_minutes=_LATE_MINUTES, now=_now())
    assert (found.is_passed, "only a flow run" in found.message) == (None, True)


def test_without_deployments_it_is_unknown() -> None:
    """Where nothing is deployed, nothing can be late."""
    assert watching().is_passed is None


def test_on_time_and_ended_well_is_passed(deployment: UUID) -> None:
    """Runs within the limit, or to come, and a last run that was completed are well; an older failure is past."""
    _add(deployment, Scheduled(), Running(), Failed(message="once"))
    _add(deployment, Scheduled(), Running(), Completed())
    _add(deployment, Scheduled(), Cancelled())
    _add(deployment, _since(_LATE_MINUTES - 5))
    _add(deployment, _since(-60))
    assert watching().is_passed is True


@pytest.mark.parametrize("name", ["Late", "Scheduled", _QUEUED])
def test_a_run_that_has_not_begun_is_late(deployment: UUID, name: str) -> None:
    """A run whose time is past by more than the limit fails the check, with flow and minutes."""
    _add(deployment, _since(_LATE_MINUTES + 5, name))
    found = watching()
    assert found.is_passed is False
    assert f"watched: a run is late by 20 min ({name})" in found.message


def test_a_run_that_waits_for_another_is_not_late(deployment: UUID) -> None:
    """A run that is queued behind one that goes on is where it should be."""
    _add(deployment, Scheduled(), Running())
    _add(deployment, _since(_LATE_MINUTES + 5, _QUEUED))
    assert watching().is_passed is True


def test_a_last_run_that_failed_is_told(deployment: UUID) -> None:
    """Whatever its schedule says, a flow whose last run failed is not well; its reason stands in the rows."""
    _add(deployment, Scheduled(), Running(), Completed())
    _add(deployment, Scheduled(), Running(), Failed(message="no room on the disk"))
    found = watching()
    assert (found.is_passed, "watched: the last run ended as Failed" in found.message) == (False, True)
    assert [row["message"] for row in found.rows] == ["no room on the disk"]


@pytest.mark.parametrize("ended", [Crashed(), Failed()])
def test_a_run_that_died_is_told_until_the_next_does_it_again(deployment: UUID, ended: State[None]) -> None:
    """After a restart, a flow is well as soon as its next run is under way; one that failed has to end well."""
    _add(deployment, Scheduled(), Running(), ended)
    assert watching().is_passed is False
    _add(deployment, Scheduled(), Running())
    assert watching().is_passed is (ended.type == "CRASHED")
