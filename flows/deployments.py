"""Which flow runs when: schedules from the settings, and what happens after what."""

import datetime as dt
from collections.abc import Iterable
from typing import Any, Final

from prefect import Flow
from prefect.client.schemas.objects import ConcurrencyLimitConfig, ConcurrencyLimitStrategy
from prefect.deployments.runner import RunnerDeployment
from prefect.events import DeploymentEventTrigger
from prefect.types.entrypoint import EntrypointType

from learnloom.flows.deliver import deliver
from learnloom.flows.land import LANDED, land
from learnloom.flows.maintenance import check, maintain
from learnloom.flows.refresh import REFRESHED, refresh, train
from learnloom.flows.runtime import NAME, RESOURCE
from learnloom.pipelines.config.schedules import Schedules

_WAIT: Final = ConcurrencyLimitConfig(limit=1, collision_strategy=ConcurrencyLimitStrategy.ENQUEUE)
"""A run that is asked for while one goes on comes after it: what has landed meanwhile must not be missed."""
_SKIP: Final = ConcurrencyLimitConfig(limit=1, collision_strategy=ConcurrencyLimitStrategy.CANCEL_NEW)
"""A run that is asked for while one goes on would do nothing that the next does not do."""
_OVERLAP: Final = ConcurrencyLimitConfig(limit=2, collision_strategy=ConcurrencyLimitStrategy.CANCEL_NEW)
"""The next run takes over from one that listens before that ends: a consumer group shares the partitions."""


async def deployments(schedules: Schedules, *, is_live: bool = False) -> list[RunnerDeployment]:
    """Every flow with its schedule and triggers, as the settings ask for.

    Args:
        schedules: what the settings say.
        is_live: whether a process that stays listens to the topics: `land` is for the inbox, and for whoever asks.
    """
    each_landing = dt.timedelta(seconds=schedules.land_seconds)
    each_delivery = dt.timedelta(seconds=schedules.deliver_seconds)
    found = [
        await _deployment(refresh, _WAIT, cron=schedules.refresh_cron, after=(LANDED,)),
        await _deployment(deliver, _WAIT, interval=each_delivery, after=(REFRESHED,)),
        await _deployment(train, _SKIP, cron=schedules.train_cron),
        await _deployment(maintain, _SKIP, cron=schedules.maintain_cron),
        await _deployment(check, _SKIP, cron=schedules.check_cron),
    ]
    if is_live:
        when: dict[str, Any] = {} if schedules.inbox is None else {"interval": each_landing}
        found.insert(0, await _deployment(land, _SKIP, parameters={"topics": []}, **when))
    elif schedules.topics or schedules.inbox is not None:
        listen = {"listen_seconds": schedules.listen_seconds}
        limit = _OVERLAP if schedules.listen_seconds else _SKIP
        found.insert(0, await _deployment(land, limit, interval=each_landing, parameters=listen))
    return found


async def _deployment(
    flow: Flow[..., Any], limit: ConcurrencyLimitConfig, *, after: Iterable[str] = (), **when: Any
) -> RunnerDeployment:
    return await flow.ato_deployment(
        NAME,
        concurrency_limit=limit,
        triggers=[
            DeploymentEventTrigger(expect={event}, match={"prefect.resource.id": RESOURCE}) for event in after
        ],
        description=flow.description,
        entrypoint_type=EntrypointType.MODULE_PATH,
        tags=[NAME],
        **when,
    )
