"""The process that lands, refreshes and delivers at once (flows/live.py), kept running by `learnloom serve`."""

import logging
import sys
import uuid
from typing import Any, Final

from learnloom.flows.deliver import deliver
from learnloom.flows.landing_runs import land
from learnloom.flows.orphaned_runs import end_runs_tagged
from learnloom.flows.refresh import refresh
from learnloom.flows.runtime import NAME
from learnloom.flows.supervised import SupervisedProcess

_log = logging.getLogger("learnloom.flows")
_FLOWS: Final[dict[str, Any]] = {flow.name: flow for flow in (land, refresh, deliver)}
_STOP_SECONDS: Final = 12.0


def live_process() -> SupervisedProcess:
    """Keep it running within the block: one that dies is started again, and its runs are ended."""
    tag = f"{NAME}-live-{uuid.uuid4().hex[:8]}"

    def has_ended(told: str, pause: float | None) -> None:
        try:
            end_runs_tagged(tag, f"the live process {told}; it does this again", _FLOWS)
        except Exception as error:  # noqa: BLE001 - Prefect is away: its runs stay as they are
            _log.warning("runs of the live process could not be ended: %s", error)
        if pause is not None:
            _log.error("the live process %s; it is started again in %.0f s", told, pause)

    command = [sys.executable, "-m", "learnloom.flows.live", tag]
    return SupervisedProcess(command, has_ended, stop_seconds=_STOP_SECONDS)
