"""`learnloom deliver` and `learnloom deliveries`."""

from typing import Annotated

import typer

from pipelines.cli.exits import Exit
from pipelines.cli.options import JsonOption, WarehouseOption, now, run_of
from pipelines.cli.output import Output
from pipelines.jobs.deliver import MAX_EVENTS
from pipelines.jobs.deliver import deliver as deliver_now
from pipelines.jobs.deliver import replay as replay_now
from pipelines.jobs.opening import open_to_read
from pipelines.settings import read_settings
from pipelines.warehouse.deliveries import standings

commands = typer.Typer(
    add_completion=False,
    no_args_is_help=True,
    help="Signals on their way to those who subscribed: send them, see how far each is, send again.",
)


@commands.command(epilog="Example: learnloom deliver run")
def run(
    names: Annotated[list[str] | None, typer.Argument(help="Subscriptions; none named: all.")] = None,
    *,
    max_events: Annotated[int, typer.Option(min=1, help="New events for each, at the most.")] = MAX_EVENTS,
    warehouse: WarehouseOption = None,
    as_json: JsonOption = False,
) -> None:
    """Send what is new, and again what was not taken, to the subscriptions of learnloom.toml.

    Each event is sent at least once, a student's events in order; one that comes twice has the same id. Exit code 3:
    something waits to be sent again, or was given up.
    """
    out = Output(as_json=as_json)
    settings = read_settings(warehouse)
    is_all_well = True
    if not settings.subscriptions:
        out.say("There are no subscriptions: learnloom.toml names none (docs/deliver.md).")
    with out.progress("delivering") as tick:
        for done in deliver_now(
            settings,
            clock=now,
            names=names or (),
            max_events=max_events,
            run=run_of("deliver"),
            on_progress=tick,
        ):
            is_all_well = is_all_well and not (done.waiting or done.dead or done.stopped_because)
            out.record(done)
            out.say(
                f"{done.subscription}: {done.delivered:,} delivered, {done.waiting:,} wait to be sent again, "
                f"{done.dead:,} given up, {done.passed:,} passed over, as they had ended."
                + (f" Stopped: {done.stopped_because}" if done.stopped_because else "")
            )
    if not is_all_well:
        raise typer.Exit(Exit.SOME_REFUSED)


@commands.command(name="list", epilog="Example: learnloom deliver list")
def list_(*, warehouse: WarehouseOption = None, as_json: JsonOption = False) -> None:
    """List how far each subscription has come, what waits and what was given up."""
    out = Output(as_json=as_json)
    with open_to_read(read_settings(warehouse)) as opened:
        found = standings(opened)
    for standing in found:
        out.record(standing)
    out.table(
        [
            "subscription",
            "next",
            "behind",
            "delivered",
            "waiting",
            "given up",
            "paused because",
            "last error",
        ],
        [tuple(standing) for standing in found],
    )


@commands.command(epilog="Example: learnloom deliver replay tutor --since 1")
def replay(
    name: Annotated[str, typer.Argument(help="Subscription.")],
    *,
    since: Annotated[int, typer.Option(min=1, help="Sequence from which on everything is sent again.")],
    warehouse: WarehouseOption = None,
    as_json: JsonOption = False,
) -> None:
    """Send events again from a sequence on, under the same ids; also takes up a subscription that was paused."""
    out = Output(as_json=as_json)
    replay_now(read_settings(warehouse), name, since, clock=now, run=run_of("deliver"))
    out.record({"subscription": name, "next_sequence": since})
    out.say(f"{name} goes on at {since:,} with the next `learnloom deliver run`.")
