"""What starts flow runs in `learnloom serve`: it outlives an absence of Prefect's server."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from functools import partial
from typing import Final, Self

from prefect.runner import Runner

from learnloom.flows.deployments import deployments
from learnloom.flows.orphaned_runs import end_orphaned_runs
from learnloom.pipelines.config.settings import Settings

_log = logging.getLogger("learnloom.flows")
_PAUSE_SECONDS: Final = 5.0
"""Before the server is asked again."""


class PatientRunner(Runner):
    """Starts all flows on the schedules of the settings.

    Prefect's own gives up after some seconds without its server, and ends the runs that are under way.
    """

    def __init__(self, settings: Settings, limit: int, *, is_alone: bool) -> None:
        """Start nothing yet.

        Args:
            settings: when each flow runs.
            limit: runs at once, at the most.
            is_alone: nothing else runs flows of ours on this server.
        """
        super().__init__(name="learnloom", query_seconds=1, limit=limit)
        self._schedules = settings.flows.model_copy(update={"topics": settings.landed_topics})
        self._is_alone = is_alone

    async def deploy(self) -> None:
        """Tell the server what runs when."""
        for deployment in await deployments(self._schedules, is_live=self._schedules.live):
            await self.aadd_deployment(deployment)

    async def __aenter__(self) -> Self:
        """Begin, and ask the server for ever what is due."""
        await super().__aenter__()
        poller = self._scheduled_run_poller
        poller.run = partial(self._ask_for_ever, poller.run)  # type: ignore[method-assign] # Prefect offers no other way
        return self

    async def _ask_for_ever(self, ask: Callable[[], Awaitable[None]]) -> None:
        while True:
            try:
                await ask()
            except Exception as error:  # noqa: BLE001 - an absence is told in many ways
                _log.error("no flows are started until Prefect's server is back: %s", _innermost(error))
            else:
                return
            await self._deploy_again()
            _log.warning("Prefect's server is back: flows are started again")

    async def _deploy_again(self) -> None:
        """Wait for the server, which may be another one that knows nothing of us."""
        while True:
            await asyncio.sleep(_PAUSE_SECONDS)
            try:
                if self._is_alone:  # the slots of runs that ended meanwhile; the live process has its own
                    await asyncio.to_thread(end_orphaned_runs, are_deployed=True)
                return await self.deploy()
            except Exception as error:  # noqa: BLE001 - likewise
                _log.warning("Prefect's server cannot be used: %s", _innermost(error))


def _innermost(error: BaseException) -> BaseException:
    """What happened, where a group of tasks tells that something happened."""
    return _innermost(error.exceptions[0]) if isinstance(error, BaseExceptionGroup) else error
