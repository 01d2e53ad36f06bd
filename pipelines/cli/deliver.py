"""`learnloom deliver`."""

import os
from typing import Annotated

import typer

from learnloom.pipelines.cli.options import Exit, JsonOption, WarehouseOption, now, run_of
from learnloom.pipelines.cli.output import Output
from learnloom.pipelines.config.settings import read_settings
from learnloom.pipelines.deliver.position import must_have_outbox
from learnloom.pipelines.deliver.queue import SubscriptionStatus, subscription_statuses
from learnloom.pipelines.lake.open import open_to_read

commands = typer.Typer(
    add_completion=False,
    no_args_is_help=True,
    help="Deliver signals to the subscriptions: send events, show the progress, send events again.",
)
NameArgument = Annotated[str, typer.Argument(help="Name of the subscription.")]


@commands.command(epilog="Example: learnloom deliver run")
def run(
    name: Annotated[str | None, typer.Argument(help="Name of the subscription. Default: all.")] = None,
    *,
    limit: Annotated[
        int | None, typer.Option(min=1, help="Maximum number of events for each subscription.")
    ] = None,
    warehouse: WarehouseOption = None,
    as_json: JsonOption = False,
) -> None:
    """Send new events, and retry failed ones, to the subscriptions of learnloom.toml.

    Each event is sent at least once, and the events of one student in order. An event that is sent twice keeps its id.
    Exit code 3: some deliveries failed or wait for a retry.
    """
    from learnloom.pipelines.deliver.run import deliver_all  # noqa: PLC0415 - who only lists need not wait for it

    out = Output(as_json=as_json)
    settings = read_settings(warehouse)
    if not settings.subscriptions:
        out.say("learnloom.toml has no subscriptions. docs/how-to/deliver.md shows how to add one.")
    with out.progress("delivering"):
        done = deliver_all(
            settings, environment=os.environ, clock=now, only=name, limit=limit, run=run_of("deliver")
        )
    for each in done:
        out.record(each)
        out.say(
            f"{each.subscription}: {each.delivered:,} delivered, {each.failed:,} failed, {each.dead:,} given up, "
            f"{each.passed:,} skipped because they had ended." + (f" {each.told}" if each.told else "")
        )
    if any(each.failed or each.told for each in done):
        raise typer.Exit(Exit.SOME_REFUSED)


@commands.command(name="list", epilog="Example: learnloom deliver list")
def list_(*, warehouse: WarehouseOption = None, as_json: JsonOption = False) -> None:
    """List each subscription: its next event, what waits for a retry and what was given up."""
    out = Output(as_json=as_json)
    with open_to_read(read_settings(warehouse)) as opened:
        must_have_outbox(opened)
        found = subscription_statuses(opened)
    if not found:
        out.say("Nothing was delivered yet. Start with: learnloom deliver run")
        return
    out.table(
        ["subscription", "next", "lag", "delivered", "waiting", "given up", "skipped", "message"],
        found,
        machine_names=SubscriptionStatus._fields,
    )


@commands.command(epilog="Example: learnloom deliver replay tutor --since 1")
def replay(
    name: NameArgument,
    *,
    since: Annotated[int, typer.Option(min=1, help="Sequence number of the first event to send again.")],
    warehouse: WarehouseOption = None,
    as_json: JsonOption = False,
) -> None:
    """Send the events of a subscription again, from one event on, with the same ids."""
    from learnloom.pipelines.deliver.run import replay_to  # noqa: PLC0415

    out = Output(as_json=as_json)
    count = replay_to(read_settings(warehouse), name, first=since, clock=now, run=run_of("deliver"))
    out.record({"subscription": name, "next_sequence": since, "again": count})
    out.say(f"The next `learnloom deliver run` sends {count:,} events to {name} again.")


@commands.command(epilog="Example: learnloom deliver resume tutor")
def resume(name: NameArgument, *, warehouse: WarehouseOption = None, as_json: JsonOption = False) -> None:
    """Resume a subscription that is paused because its receiver is gone, or that is on hold."""
    from learnloom.pipelines.deliver.run import resume_to  # noqa: PLC0415

    out = Output(as_json=as_json)
    resume_to(read_settings(warehouse), name, clock=now, run=run_of("deliver"))
    out.record({"subscription": name})
    out.say(f"The next `learnloom deliver run` resumes {name}.")
