"""Delivering to every subscription of the settings."""

import datetime as dt
import random
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from pipelines.deliver.deliver import Delivered, Delivering
from pipelines.deliver.errors import SubscriptionMissingError
from pipelines.deliver.file import File
from pipelines.deliver.lrs import Lrs
from pipelines.deliver.sink import Sink
from pipelines.deliver.subscription import Subscription, ToFile, ToKafka, ToLrs
from pipelines.deliver.topic import Topic
from pipelines.deliver.webhook import Webhook
from pipelines.jobs.opening import connection_of, open_to_write
from pipelines.settings import Settings
from pipelines.warehouse import deliveries
from pipelines.warehouse.connection import Warehouse
from pipelines.warehouse.events import agents_of
from pipelines.warehouse.relation import load_relations
from pipelines.warehouse.run import Run
from pipelines.warehouse.state import make_defined_tables
from schemas.signal_statement import actor_of

MAX_EVENTS = 100_000
"""New events delivered to one subscription at a time, at the most."""


def deliver(
    settings: Settings,
    *,
    clock: Callable[[], dt.datetime],
    names: Iterable[str] = (),
    max_events: int = MAX_EVENTS,
    run: Run | None = None,
    on_progress: Callable[[str], None] = lambda _: None,
) -> Iterator[Delivered]:
    """Deliver to the subscriptions named, or to all, one after the other; give what came of each when it is done.

    Args:
        settings: a school's choices.
        clock: gives the present moment.
        names: which subscriptions; none named: all.
        max_events: new events for each, at the most.
        run: who does it.
        on_progress: is told what is being done.

    Raises:
        SubscriptionMissingError: no subscription goes by one of the names.
        WarehouseMissingError: nothing has landed yet.
        OvertakenError: another process delivers to the same subscription.
    """
    wanted = [_named(settings, name) for name in names] or list(settings.subscriptions)
    if not wanted:
        return
    with open_to_write(settings, must_exist=True, run=run) as warehouse:
        _prepare(warehouse, settings)
        for subscription in wanted:
            on_progress(subscription.name)
            with _sink(settings, subscription, warehouse, clock) as sink:
                yield Delivering(
                    warehouse,
                    subscription,
                    sink,
                    clock,
                    settings.lock_wait_seconds,
                    random.SystemRandom().random,
                ).run(max_events=max_events)


def replay(
    settings: Settings, name: str, sequence: int, *, clock: Callable[[], dt.datetime], run: Run | None = None
) -> None:
    """Let a subscription go on at `sequence`, also where it was paused: what comes from there is sent again.

    Raises:
        SubscriptionMissingError: no subscription goes by that name.
    """
    subscription = _named(settings, name)
    with open_to_write(settings, must_exist=True, run=run) as warehouse:
        _prepare(warehouse, settings)

        def write() -> None:
            with warehouse.transaction():
                deliveries.rewind(warehouse, subscription.name, sequence, now=clock())

        warehouse.retrying(write, wait_seconds=settings.lock_wait_seconds)


def _named(settings: Settings, name: str) -> Subscription:
    for subscription in settings.subscriptions:
        if subscription.name == name:
            return subscription
    known = ", ".join(each.name for each in settings.subscriptions) or "none"
    raise SubscriptionMissingError(f"no subscription is named {name!r} in the settings (there are: {known})")


def _prepare(warehouse: Warehouse, settings: Settings) -> None:
    relations = load_relations()
    warehouse.retrying(
        lambda: make_defined_tables(warehouse, relations), wait_seconds=settings.lock_wait_seconds
    )


def _sink(
    settings: Settings, subscription: Subscription, warehouse: Warehouse, clock: Callable[[], dt.datetime]
) -> Sink:
    def agent(student_key: str) -> dict[str, Any]:
        return actor_of(*agents_of(warehouse, [student_key])[student_key])

    if isinstance(subscription, ToKafka):
        return Topic(subscription, connection=connection_of(settings))
    if isinstance(subscription, ToFile):
        return File(subscription)
    if isinstance(subscription, ToLrs):
        return Lrs(subscription, actor_of=agent, now=clock)
    return Webhook(subscription, now=clock)
