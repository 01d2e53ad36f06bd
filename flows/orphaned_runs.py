"""Runs that ended without a word: they were stopped together with the server that would have been told."""

from prefect.client.orchestration import get_client
from prefect.client.schemas.filters import (
    DeploymentFilter,
    DeploymentFilterName,
    FlowRunFilter,
    FlowRunFilterState,
    FlowRunFilterStateType,
)
from prefect.client.schemas.objects import State, StateType
from prefect.states import Crashed

from learnloom.flows.runtime import NAME

_UNDER_WAY = FlowRunFilterStateType(any_=[StateType.PENDING, StateType.RUNNING, StateType.CANCELLING])


async def end_orphaned_runs() -> int:
    """Give runs of our deployments that are said to be under way the state Crashed.

    Prefect counts such a run against its deployment's limit, and the lease by which it would stop doing so was lost
    with the server: the flow would never run again. For whoever knows that none can be under way.

    Returns:
        How many there were.
    """
    ours = DeploymentFilter(name=DeploymentFilterName(any_=[NAME]))
    ended = 0
    async with get_client() as client:
        while found := await client.read_flow_runs(
            flow_run_filter=FlowRunFilter(state=FlowRunFilterState(type=_UNDER_WAY)), deployment_filter=ours
        ):
            for run in found:
                told: State[None] = Crashed(
                    message="learnloom serve ended while this ran; the next run does it again"
                )
                await client.set_flow_run_state(run.id, told, force=True)
            ended += len(found)
    return ended
