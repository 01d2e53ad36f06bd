"""Delivering signal events to the subscriptions."""

from typing import Any

from prefect import flow, task
from prefect.artifacts import create_table_artifact
from prefect.cache_policies import NO_CACHE

from learnloom.flows.alarm import TOLD
from learnloom.flows.kept import opened, step
from learnloom.flows.runtime import (
    RETRIES,
    do,
    environment,
    is_under_prefect,
    logger,
    now,
    settings,
    this_run,
)
from learnloom.pipelines.deliver.deliver import DeliverySummary
from learnloom.pipelines.deliver.run import deliver as deliver_now
from learnloom.pipelines.deliver.run import subscriptions_of
from learnloom.pipelines.lake.turns import DELIVERY
from learnloom.schemas.errors import LearnloomError


class NotServedError(LearnloomError):
    """Subscriptions cannot be served as they are configured; the others were."""

    def __init__(self, sent: dict[str, Any]) -> None:
        """`sent` is what the flow would return."""
        self.sent = sent
        told = [each["told"] for each in sent.values() if not each["is_servable"]]
        super().__init__(f"{len(told)} of {len(sent)} subscriptions are not served: {'; '.join(told)}")


@flow(name="deliver", flow_run_name="deliver to {subscription}", **TOLD)
def deliver(subscription: str = "all", limit: int | None = None) -> dict[str, Any]:
    """Send what is new, and again what was not taken; killed anywhere, the next run goes on under the same ids.

    However much is due, each is served for `deliver_max_seconds` only, so that the others have their turn.

    Args:
        subscription: `all`, or the name of one.
        limit: events for each subscription, at the most. None: all that are due.

    Returns:
        Events delivered, failed, given up and passed over, by subscription.

    Raises:
        NotServedError: somebody has to mend a subscription.
    """
    done = do(send, None if subscription == "all" else subscription, limit)
    for each in done:
        told = "%s: %d delivered, %d failed, %d given up, %d skipped%s"
        say = logger().warning if each.dead or each.told else logger().info
        why = each.told or ("more is due, which the next run sends" if each.is_cut else "")
        say(
            told,
            each.subscription,
            each.delivered,
            each.failed,
            each.dead,
            each.passed,
            f"; {why}" if why else "",
        )
    rows = [vars(each) for each in done]
    if is_under_prefect() and rows:
        create_table_artifact(table=rows, key="deliveries", description="Deliveries by subscription.")
    sent = {each["subscription"]: each for each in rows}
    if not all(each.is_servable for each in done):
        raise NotServedError(sent)
    return sent


@task(name="send", cache_policy=NO_CACHE, **RETRIES)
def send(only: str | None, limit: int | None = None) -> list[DeliverySummary]:
    """Deliver to the subscription named, or to all."""
    chosen = settings()
    with opened(this_run("deliver"), DELIVERY) as warehouse:
        wanted = subscriptions_of(chosen, only)
        done = []
        for each in deliver_now(
            warehouse,
            chosen,
            wanted,
            environment=environment(),
            clock=now,
            limit=limit,
            max_seconds=chosen.flows.deliver_max_seconds,
        ):
            done.append(each)
            step()
    return done
