"""Delivering what has changed to whoever subscribed."""

from typing import Any

from prefect import flow, task
from prefect.artifacts import create_table_artifact
from prefect.cache_policies import NO_CACHE

from flows.running import RETRIES, do, is_under_prefect, logger, now, settings, this_run
from pipelines.deliver.deliver import Delivered
from pipelines.jobs.deliver import deliver as deliver_now


@flow(name="deliver", flow_run_name="deliver to {subscriptions}")
def deliver(subscriptions: str = "all") -> dict[str, Any]:
    """Send what is new, and again what was not taken; killed anywhere, the next run goes on under the same ids.

    Args:
        subscriptions: `all`, or names separated by commas.

    Returns:
        Events delivered, waiting, given up and passed over, by subscription.
    """
    names = [] if subscriptions == "all" else [name.strip() for name in subscriptions.split(",")]
    done = do(send, names)
    for each in done:
        told = "%s: %d delivered, %d waiting, %d given up, %d passed over%s"
        why = f"; stopped: {each.stopped_because}" if each.stopped_because else ""
        say = logger().warning if each.dead or each.stopped_because else logger().info
        say(told, each.subscription, each.delivered, each.waiting, each.dead, each.passed, why)
    rows = [vars(each) for each in done]
    if is_under_prefect() and rows:
        create_table_artifact(table=rows, key="deliveries", description="What was sent to whom.")
    return {each["subscription"]: each for each in rows}


@task(name="send", cache_policy=NO_CACHE, **RETRIES)
def send(names: list[str]) -> list[Delivered]:
    """Deliver to the subscriptions named, or to all."""
    return list(
        deliver_now(settings(), clock=now, names=names, run=this_run("deliver"), on_progress=logger().debug)
    )
