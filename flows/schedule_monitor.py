"""Whether the flows run when they should and end well: Prefect knows."""

import datetime as dt
from collections.abc import Iterator
from typing import Any, Final
from uuid import UUID

import prefect
from prefect.client.orchestration import SyncPrefectClient, get_client
from prefect.client.schemas.filters import (
    DeploymentFilter,
    DeploymentFilterName,
    FlowRunFilter,
    FlowRunFilterDeploymentId,
    FlowRunFilterExpectedStartTime,
    FlowRunFilterState,
    FlowRunFilterStateType,
)
from prefect.client.schemas.objects import FlowRun, StateType
from prefect.client.schemas.sorting import FlowRunSort

from learnloom.flows.runtime import NAME, is_under_prefect
from learnloom.pipelines.operate.finding import HealthFinding

_MOST: Final = 100
"""Late runs that are looked at."""
_QUEUED: Final = "AwaitingConcurrencySlot"
"""A run that comes after another of its flow; that is no lateness as long as the other goes on."""


def on_time(*, late_minutes: float, now: dt.datetime) -> HealthFinding:
    """Look at the deployments of this name: what is late, and whether each one's last run ended well.

    The deployment of the run that asks is left out, else a `check` that failed once would fail for good.

    Args:
        late_minutes: how long after its time a run may begin.
        now: the present moment.
    """
    name = "flows_on_time"
    if not is_under_prefect():
        return HealthFinding(name, None, "only a flow run in Prefect can look up the others")
    with get_client(sync_client=True) as client:
        ours = _deployments(client)
        if not ours:
            return HealthFinding(name, None, f"Prefect has no other deployment with the name {NAME}")
        rows = [
            *_late(client, ours, now - dt.timedelta(minutes=late_minutes), now),
            *_ended_badly(client, ours),
        ]
    if not rows:
        return HealthFinding(
            name, True, f"no run is late by more than {late_minutes:g} min, and the last runs succeeded"
        )
    message = "; ".join(dict.fromkeys(f"{row['flow']}: {row['what']}" for row in rows))
    return HealthFinding(
        name,
        False,
        f"{message}: look at these runs in Prefect, and check that a serving process is running",
        rows,
    )


def _deployments(client: SyncPrefectClient) -> dict[UUID, str]:
    """The ids of those that are to run, with the names of their flows."""
    ours = DeploymentFilter(name=DeploymentFilterName(any_=[NAME]))
    names = {flow.id: flow.name for flow in client.read_flows(deployment_filter=ours)}
    return {
        each.id: names.get(each.flow_id, "unknown")
        for each in client.read_deployments(deployment_filter=ours)
        if not each.paused and str(each.id) != prefect.runtime.deployment.id
    }


def _late(
    client: SyncPrefectClient,
    ours: dict[UUID, str],
    before: dt.datetime,
    now: dt.datetime,
) -> Iterator[dict[str, Any]]:
    """Runs that should have begun; of each flow the one that has waited longest."""
    waiting = client.read_flow_runs(
        flow_run_filter=FlowRunFilter(
            deployment_id=FlowRunFilterDeploymentId(any_=list(ours)),
            state=_in(StateType.SCHEDULED, StateType.PENDING),
            expected_start_time=FlowRunFilterExpectedStartTime(before_=before),
        ),
        sort=FlowRunSort.EXPECTED_START_TIME_ASC,
        limit=_MOST,
    )
    seen: set[UUID] = set()
    for run in waiting:
        deployment_id, since = run.deployment_id, run.expected_start_time
        if deployment_id is None or since is None or deployment_id in seen:
            continue
        if run.state_name == _QUEUED and _goes_on(client, deployment_id):
            continue
        seen.add(deployment_id)
        minutes = (now - since).total_seconds() / 60
        yield _row(ours[deployment_id], run, f"a run is late by {minutes:,.0f} min ({run.state_name})")


def _goes_on(client: SyncPrefectClient, deployment_id: UUID) -> bool:
    running = FlowRunFilter(
        deployment_id=FlowRunFilterDeploymentId(any_=[deployment_id]), state=_in(StateType.RUNNING)
    )
    return bool(client.read_flow_runs(flow_run_filter=running, limit=1))


def _ended_badly(client: SyncPrefectClient, ours: dict[UUID, str]) -> Iterator[dict[str, Any]]:
    """The last run of each, where it failed or died; one that was cancelled says nothing.

    One that died with its process, as at each restart, is done again by the next: while that goes on, nothing is wrong.
    """
    for deployment_id, flow in ours.items():
        ended = FlowRunFilter(
            deployment_id=FlowRunFilterDeploymentId(any_=[deployment_id]),
            state=_in(StateType.COMPLETED, StateType.FAILED, StateType.CRASHED),
        )
        for run in client.read_flow_runs(flow_run_filter=ended, sort=FlowRunSort.END_TIME_DESC, limit=1):
            is_done_again = run.state_type == StateType.CRASHED and _goes_on(client, deployment_id)
            if run.state_type != StateType.COMPLETED and not is_done_again:
                yield _row(flow, run, f"the last run ended as {run.state_name}")


def _in(*types: StateType) -> FlowRunFilterState:
    return FlowRunFilterState(type=FlowRunFilterStateType(any_=list(types)))


def _row(flow: str, run: FlowRun, what: str) -> dict[str, Any]:
    message = run.state.message if run.state is not None else None
    return {"flow": flow, "run": run.name, "run_id": str(run.id), "what": what, "message": message or ""}
