"""Flows that do not end well."""

import os
import signal
import sys

from prefect import flow
from prefect.client.orchestration import get_client
from prefect.runner import Runner
from prefect.types.entrypoint import EntrypointType

from learnloom.flows.alarm import TOLD


@flow(name="dying", **TOLD)
def dying() -> None:
    """Die as a process does that has taken too much memory."""
    os.kill(os.getpid(), signal.SIGKILL)


@flow(name="failing", **TOLD)
def failing(why: str) -> None:
    """Fail for a reason."""
    raise RuntimeError(why)


async def serve_once() -> None:
    """Serve the flow that dies, until one run of it was seen to the end; its id goes to standard output."""
    runner = Runner(name="learnloom", query_seconds=1, limit=1)
    deployment = await dying.ato_deployment("of tests", entrypoint_type=EntrypointType.MODULE_PATH)
    deployment_id = await runner.aadd_deployment(deployment)
    async with get_client() as client:
        run = await client.create_flow_run_from_deployment(deployment_id)
    await runner.start(run_once=True)
    sys.stdout.write(f"{run.id}\n")
