"""What a flow knows of its own run: settings, time, its name, and where it tells how far it is."""

import datetime as dt
import logging
import os
from collections.abc import Mapping
from typing import Any, Final, ParamSpec, TypeVar
from uuid import UUID

import prefect
from prefect import Task
from prefect.artifacts import create_progress_artifact, update_progress_artifact
from prefect.context import FlowRunContext, TagsContext
from prefect.events import emit_event
from prefect.tasks import exponential_backoff

from learnloom.pipelines.config.settings import Settings, read_settings
from learnloom.pipelines.ingest.sources.kafka.errors import BrokerUnavailableError
from learnloom.pipelines.lake.errors import WarehouseBusyError, WarehouseUnavailableError
from learnloom.pipelines.lake.run import Run
from learnloom.pipelines.tracing.export import export_spans

_PASSING: Final = (BrokerUnavailableError, WarehouseBusyError, WarehouseUnavailableError, OSError)
P = ParamSpec("P")
R = TypeVar("R")
NAME: Final = "learnloom"
"""Of every deployment: `prefect deployment run refresh/learnloom`."""
RESOURCE: Final = "learnloom.warehouse"
"""Of what the events tell that trigger flows."""
_SHOWN_AFTER_SECONDS: Final = 5.0
"""A run that is over before has no bar: showing one takes a tenth of a second of an answer's way."""


def settings() -> Settings:
    """The deployment's settings, read anew by each run."""
    return read_settings()


def environment() -> Mapping[str, str]:
    """The environment, which holds the secrets that settings name."""
    return os.environ


def now() -> dt.datetime:
    """The present moment: the one place of the flows that asks the clock."""
    return dt.datetime.now(dt.UTC)


def due_at() -> dt.datetime:
    """When this run was to start; now where it was called as a plain function."""
    return prefect.runtime.flow_run.scheduled_start_time if is_under_prefect() else now()


def is_under_prefect() -> bool:
    """Whether this is a run of Prefect's; else a flow's function was called as a plain one."""
    return FlowRunContext.get() is not None


def this_run(flow: str) -> Run:
    """Name this run, as the one that writes."""
    return Run(str(prefect.runtime.flow_run.id or "unattended"), f"flow {flow}")


def logger() -> "logging.Logger | logging.LoggerAdapter[Any]":
    """The run's own logger, so that the lines stand with the run in Prefect."""
    return prefect.get_run_logger() if is_under_prefect() else logging.getLogger("learnloom.flows")


def is_passing(_task: Any, _run: Any, state: Any) -> bool:
    """Tell Prefect whether trying again may help: not where somebody has to decide or to mend something."""
    try:
        state.result()
    except _PASSING:
        return True
    except Exception:  # noqa: BLE001 - whatever else it was, it would be the same again
        return False
    return False


RETRIES: Final[dict[str, Any]] = {
    "retries": 3,
    "retry_delay_seconds": exponential_backoff(10),
    "retry_jitter_factor": 0.5,
    "retry_condition_fn": is_passing,
}
"""For tasks: three times more, after 10, 20 and 40 seconds and up to half more, where trying again may help."""


def do(task: Task[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
    """Run a task as Prefect does, or as the plain function that it is where a flow was called as one.

    Every flow comes by here before it does anything: here its spans are sent, where they are wanted.
    """
    export_spans(os.environ)
    if not is_under_prefect():
        return task.fn(*args, **kwargs)
    # Without the tags of its flow's run: for each a task asks Prefect for a slot, which takes up to two seconds.
    with TagsContext(current_tags=set()):
        return task(*args, **kwargs)


def tell(event: str, **payload: Any) -> None:
    """Emit an event by which other flows are triggered."""
    if is_under_prefect():
        emit_event(event=event, resource={"prefect.resource.id": RESOURCE}, payload=payload)


class RunProgress:
    """Shows in Prefect what a long run is doing: a bar, and a log line for each step."""

    def __init__(self, key: str, steps: int) -> None:
        """Begin to show.

        Args:
            key: the artifact's key, lower case and dashes.
            steps: how many steps are to be expected, about.
        """
        self._key = key
        self._steps = steps
        self._done = 0
        self._first = self._began = now()
        self._step: str | None = None
        self.seconds: dict[str, float] = {}
        """How long each step took so far."""
        self._artifact: UUID | None = None

    @property
    def is_shown(self) -> bool:
        """Whether this is a run of Prefect's that takes so long that somebody may look how far it is."""
        return is_under_prefect() and (now() - self._first).total_seconds() >= _SHOWN_AFTER_SECONDS

    def __call__(self, step: str) -> None:
        """Begin a step."""
        self._close()
        self._step, self._began = step, now()
        logger().debug(step)
        self._done += 1
        # Each showing is a call to Prefect's server: one in ten steps is enough.
        if self._done % 10 == 1:
            self._show(min(99.0, 100.0 * self._done / max(self._steps, self._done)), step)

    def end(self) -> None:
        """Show that all is done."""
        self._close()
        self._show(100.0, "done")

    def _close(self) -> None:
        if self._step is not None:
            taken = (now() - self._began).total_seconds()
            self.seconds[self._step] = self.seconds.get(self._step, 0.0) + taken
            self._step = None

    def _show(self, percent: float, step: str) -> None:
        if self._artifact is not None:
            update_progress_artifact(artifact_id=self._artifact, progress=percent, description=step)
        elif self.is_shown:
            made = create_progress_artifact(progress=percent, key=self._key, description=step)
            self._artifact = made if isinstance(made, UUID) else None
