"""Runs that ended without a word: their process has died, or the server that would have been told."""

from collections.abc import Iterator
from typing import Any, Final

from prefect import Flow
from prefect.client.orchestration import SyncPrefectClient, get_client
from prefect.client.schemas.filters import (
    DeploymentFilter,
    DeploymentFilterName,
    FlowRunFilter,
    FlowRunFilterState,
    FlowRunFilterStateType,
    FlowRunFilterTags,
)
from prefect.client.schemas.objects import FlowRun, State, StateType
from prefect.states import Crashed

from learnloom.flows.alarm import tell_somebody
from learnloom.flows.runtime import NAME

_UNDER_WAY: Final = FlowRunFilterState(
    type=FlowRunFilterStateType(any_=[StateType.PENDING, StateType.RUNNING, StateType.CANCELLING])
)


def end_orphaned_runs(*, are_deployed: bool = False) -> int:
    """Give runs of ours that are said to be under way the state Crashed.

    Prefect counts a deployment's run against its limit, and the lease by which it would stop doing so was lost with
    the server: the flow would never run again. For whoever knows that none can be under way.

    Args:
        are_deployed: end runs of deployments alone, and leave alone those that the live process is at.

    Returns:
        How many there were.
    """
    ours = DeploymentFilter(name=DeploymentFilterName(any_=[NAME]))
    told = "learnloom serve ended while this ran; the next run does it again"
    with get_client(sync_client=True) as client:
        deployed = _end(client, told, flow_run_filter=FlowRunFilter(state=_UNDER_WAY), deployment_filter=ours)
        others = () if are_deployed else _end(client, told, flow_run_filter=_tagged(NAME))
        return len([*deployed, *others])


def end_runs_tagged(tag: str, message: str, flows: dict[str, Flow[..., Any]]) -> int:
    """Give the runs under way of a process that has died the state Crashed, and tell somebody.

    Args:
        tag: marks the runs of that process.
        message: why they ended.
        flows: the flows that it runs, by name.

    Returns:
        How many there were.
    """
    ended = 0
    with get_client(sync_client=True) as client:
        for run, state in _end(client, message, flow_run_filter=_tagged(tag)):
            ended += 1
            flow = flows.get(client.read_flow(run.flow_id).name)
            if flow is not None:
                tell_somebody(flow, run, state)
    return ended


def _tagged(tag: str) -> FlowRunFilter:
    return FlowRunFilter(state=_UNDER_WAY, tags=FlowRunFilterTags(all_=[tag]))


def _end(client: SyncPrefectClient, message: str, **which: Any) -> Iterator[tuple[FlowRun, State[None]]]:
    while found := client.read_flow_runs(**which):
        for run in found:
            state: State[None] = Crashed(message=message)
            client.set_flow_run_state(run.id, state, force=True)
            yield run, state
