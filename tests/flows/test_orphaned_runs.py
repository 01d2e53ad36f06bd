"""After a restart nothing is held up by runs that were stopped together with Prefect's server."""

import asyncio
from uuid import UUID

import pytest
from prefect import flow
from prefect.client.orchestration import get_client
from prefect.client.schemas.objects import StateType
from prefect.states import Completed, Pending, Running, Scheduled

from learnloom.flows.orphaned_runs import end_orphaned_runs, end_runs_tagged

pytestmark = pytest.mark.usefixtures("prefect_server")


@flow(name="stopped")
def stopped() -> None:
    """Be deployed, and never run."""


async def _deploy(name: str) -> UUID:
    made = await stopped.ato_deployment(name, concurrency_limit=1)
    return await made.aapply()


def test_the_slot_of_a_run_that_was_stopped_is_free_again() -> None:
    """Runs of ours that are said to be under way are crashed and let the next one run; others keep their state."""
    ours, another = asyncio.run(_deploy("learnloom")), asyncio.run(_deploy("another"))
    with get_client(sync_client=True) as client:

        def begin(deployment_id: UUID) -> UUID:
            run = client.create_flow_run_from_deployment(deployment_id, state=Scheduled())
            client.set_flow_run_state(run.id, Pending())
            client.set_flow_run_state(run.id, Running())
            return run.id

        def state_of(run_id: UUID) -> StateType | None:
            return client.read_flow_run(run_id).state_type

        try:
            done, foreign = begin(ours), begin(another)
            client.set_flow_run_state(done, Completed())
            left = begin(ours)
            assert state_of(left) == StateType.RUNNING
            assert end_orphaned_runs() == 1
            following = begin(ours)
            assert [state_of(run) for run in (done, left, following, foreign)] == [
                StateType.COMPLETED,
                StateType.CRASHED,
                StateType.RUNNING,
                StateType.RUNNING,
            ]
        finally:
            for deployment_id in (ours, another):
                client.delete_deployment(deployment_id)


def test_the_runs_of_a_process_that_has_died_are_ended_by_their_tag() -> None:
    """They are crashed with the reason; runs of another process, which have another tag, go on."""
    with get_client(sync_client=True) as client:
        mine, others = (
            client.create_flow_run(stopped, state=Running(), tags=["learnloom", tag]).id
            for tag in ("learnloom-live-1", "learnloom-live-2")
        )
        assert end_runs_tagged("learnloom-live-1", "it was killed", {}) == 1
        ended = client.read_flow_run(mine).state
        assert ended is not None
        assert (ended.type, ended.message) == (StateType.CRASHED, "it was killed")
        assert client.read_flow_run(others).state_type == StateType.RUNNING
        assert end_orphaned_runs() == 1, (
            "whoever starts Prefect's server anew knows that none can be under way"
        )
