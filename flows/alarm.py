"""Telling somebody when a flow's run did not end well."""

import datetime as dt
from typing import Any, Final
from uuid import UUID

from prefect import Flow
from prefect.client.orchestration import get_client
from prefect.client.schemas.actions import ArtifactCreate
from prefect.client.schemas.filters import ArtifactFilter, ArtifactFilterKey
from prefect.client.schemas.objects import FlowRun, State
from prefect.client.schemas.sorting import ArtifactSort
from prefect.logging.loggers import flow_run_logger
from prefect.utilities.urls import url_for

from learnloom.flows.runtime import now, settings
from learnloom.pipelines.deliver.alert import Alert, send_alert


def tell_somebody(flow: Flow[..., Any], flow_run: FlowRun, state: State[Any]) -> None:
    """Log that a run did not end well, and post it to the address of the settings; the run stays what it is.

    Prefect calls it: in the run's own process where the flow fails or is told to stop, else in that of whoever started
    it (`learnloom serve`, or a worker of type process), which sees it die. Prefect logs what is raised here.
    """
    alert = Alert(
        flow=flow.name,
        run_id=str(flow_run.id),
        run_name=flow_run.name,
        state=state.name or state.type.value.title(),
        message=state.message or "no reason was given",
        link=url_for("flow-run", obj_id=flow_run.id),
        at=state.timestamp,
    )
    log = flow_run_logger(flow_run, flow)
    # First of all, whatever becomes of the rest.
    log.error("%s", alert.text)
    chosen = settings().alerts
    if chosen.url is None:
        return
    try:
        told_at = _told_at(alert)
    except Exception:  # noqa: BLE001 - better twice than never
        told_at = None
    if told_at is not None and now() - told_at < dt.timedelta(minutes=chosen.repeat_interval_minutes):
        log.info(
            "the same alert was sent at %s: it is not sent again within %g minutes",
            f"{told_at:%H:%M %Z}",
            chosen.repeat_interval_minutes,
        )
        return
    if problem := send_alert(chosen, alert, now=now()):
        log.error("the alert was not accepted: %s. Check LEARNLOOM_ALERTS__URL", problem)
        return
    _remember(alert)


TOLD: Final[dict[str, Any]] = {"on_failure": [tell_somebody], "on_crashed": [tell_somebody]}
"""For flows: whoever the settings name is told when a run fails or dies."""


def _key(alert: Alert) -> str:
    return f"alert-{alert.flow}-{alert.likeness}"


def _told_at(alert: Alert) -> dt.datetime | None:
    """When the same was told last: Prefect keeps that, as an artifact of the run for which it was."""
    with get_client(sync_client=True) as client:
        found = client.read_artifacts(
            artifact_filter=ArtifactFilter(key=ArtifactFilterKey(any_=[_key(alert)])),
            sort=ArtifactSort.CREATED_DESC,
            limit=1,
        )
    return found[0].created if found else None


def _remember(alert: Alert) -> None:
    with get_client(sync_client=True) as client:
        client.create_artifact(
            ArtifactCreate(
                key=_key(alert),
                type="markdown",
                description="The alert was sent.",
                data=alert.text,
                flow_run_id=UUID(alert.run_id),
            )
        )
