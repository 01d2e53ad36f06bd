"""Delivering the outbox to every subscription of the settings."""

import datetime as dt
import random
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing

from learnloom.pipelines.config.settings import Settings
from learnloom.pipelines.config.subscriptions import (
    AnySubscription,
    FileSubscription,
    KafkaSubscription,
    LrsSubscription,
    SubscriptionError,
    WebhookSubscription,
)
from learnloom.pipelines.deliver.deliver import Delivering, DeliverySummary
from learnloom.pipelines.deliver.file import FileSender
from learnloom.pipelines.deliver.http import Calls
from learnloom.pipelines.deliver.lrs import LrsSender
from learnloom.pipelines.deliver.position import replay, resume
from learnloom.pipelines.deliver.sender import Pace, Sender
from learnloom.pipelines.deliver.topic import TopicSender
from learnloom.pipelines.deliver.webhook import WebhookSender
from learnloom.pipelines.ingest.opening import connection_of
from learnloom.pipelines.lake.connection import Warehouse
from learnloom.pipelines.lake.maintain import tidy_if_needed
from learnloom.pipelines.lake.open import open_to_write
from learnloom.pipelines.lake.run import Run
from learnloom.pipelines.lake.small import one_thread
from learnloom.pipelines.vault.names import too_young

Clock = Callable[[], dt.datetime]


def deliver(
    warehouse: Warehouse,
    settings: Settings,
    subscriptions: Sequence[AnySubscription],
    *,
    environment: Mapping[str, str],
    clock: Clock,
    limit: int | None = None,
    max_seconds: float | None = None,
    chance: Callable[[], float] = random.random,
    monotonic: Callable[[], float] = time.monotonic,
    sleep: Callable[[float], None] = time.sleep,
) -> Iterator[DeliverySummary]:
    """Deliver to one subscription after the other; what keeps one from being served is told, and the others go on.

    Args:
        warehouse: open for writing.
        settings: a deployment's choices.
        subscriptions: to whom.
        environment: holds the secrets that subscriptions name.
        clock: gives the present moment.
        limit: events for each subscription, at the most; None: all that are due.
        max_seconds: how long it sends to each, about; None: until nothing is due any more.
        chance: gives a number from 0 to 1.
        monotonic: gives seconds from anywhere.
        sleep: waits so many seconds.

    Raises:
        WarehouseError: there is no outbox yet, or other processes kept writing.
    """
    withheld = sorted(too_young(settings, warehouse, clock().year))
    for subscription in subscriptions:
        try:
            sender = _sender_of(
                subscription, settings, environment, clock=clock, monotonic=monotonic, sleep=sleep
            )
        except SubscriptionError as error:
            yield DeliverySummary(subscription.name, told=f"{error}", is_servable=False)
            continue
        with closing(sender), one_thread(warehouse):
            yield Delivering(
                warehouse,
                subscription,
                sender,
                clock,
                chance,
                settings.lock_wait_seconds,
                limit,
                withheld,
                max_seconds,
            ).run()


def deliver_all(
    settings: Settings,
    *,
    environment: Mapping[str, str],
    clock: Clock,
    only: str | None = None,
    limit: int | None = None,
    run: Run | None = None,
) -> list[DeliverySummary]:
    """Deliver to every subscription of the settings, and keep the warehouse small.

    Args:
        settings: a deployment's choices.
        environment: holds the secrets that subscriptions name.
        clock: gives the present moment.
        only: name of the only subscription to serve; None: all.
        limit: events for each, at the most; None: all that are due.
        run: who does it.

    Raises:
        SubscriptionError: no subscription has that name.
        WarehouseError: there is no warehouse or no outbox yet, or other processes kept writing.
    """
    chosen = subscriptions_of(settings, only)
    with open_to_write(settings, must_exist=True, run=run) as warehouse:
        done = list(deliver(warehouse, settings, chosen, environment=environment, clock=clock, limit=limit))
        tidy_if_needed(warehouse, now=clock(), wait_seconds=settings.lock_wait_seconds)
    return done


def replay_to(settings: Settings, name: str, *, first: int, clock: Clock, run: Run | None = None) -> int:
    """Let the next delivery send again, under the same ids, what a subscription has had from an event on.

    Returns:
        Events that will be sent again.

    Raises:
        SubscriptionError: no subscription has that name.
        WarehouseError: it has not come to that event, or other processes kept writing.
    """
    subscription_named(settings, name)
    with open_to_write(settings, must_exist=True, run=run) as warehouse:
        return replay(warehouse, name, first=first, now=clock(), wait_seconds=settings.lock_wait_seconds)


def resume_to(settings: Settings, name: str, *, clock: Clock, run: Run | None = None) -> None:
    """Let the next delivery serve a subscription again that is paused or held.

    Raises:
        SubscriptionError: no subscription has that name.
        WarehouseError: other processes kept writing.
    """
    subscription_named(settings, name)
    with open_to_write(settings, must_exist=True, run=run) as warehouse:
        resume(warehouse, name, now=clock(), wait_seconds=settings.lock_wait_seconds)


def subscriptions_of(settings: Settings, only: str | None) -> Sequence[AnySubscription]:
    """The subscriptions of the settings, or the one named.

    Raises:
        SubscriptionError: no subscription has that name.
    """
    return settings.subscriptions if only is None else [subscription_named(settings, only)]


def subscription_named(settings: Settings, name: str) -> AnySubscription:
    """Find a subscription of the settings.

    Raises:
        SubscriptionError: none has that name.
    """
    for each in settings.subscriptions:
        if each.name == name:
            return each
    names = ", ".join(each.name for each in settings.subscriptions) or "none"
    raise SubscriptionError(f"no subscription has the name {name!r}: learnloom.toml has {names}")


def _sender_of(
    subscription: AnySubscription,
    settings: Settings,
    environment: Mapping[str, str],
    *,
    clock: Clock,
    monotonic: Callable[[], float],
    sleep: Callable[[float], None],
) -> Sender:
    match subscription:
        case KafkaSubscription():
            return TopicSender(subscription, connection_of(settings))
        case FileSubscription():
            return FileSender(subscription)
        case WebhookSubscription():
            key, auth = subscription.key(environment), None
        case LrsSubscription():
            key, auth = b"", subscription.auth(environment)
    pace = Pace(subscription.max_per_second, monotonic=monotonic, sleep=sleep)
    calls = Calls(pace=pace, timeout_seconds=subscription.timeout_seconds, monotonic=monotonic, auth=auth)
    if isinstance(subscription, WebhookSubscription):
        return WebhookSender(subscription, key, calls, clock=clock)
    return LrsSender(subscription, calls, clock=clock)
