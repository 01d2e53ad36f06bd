"""`learnloom deliver`."""

import os
from typing import Annotated

import typer
from learnloom.pipelines.lake.open import open_to_read

from learnloom.pipelines.cli.exits import Exit
from learnloom.pipelines.cli.options import JsonOption, WarehouseOption, now, run_of
from learnloom.pipelines.cli.output import Output
from learnloom.pipelines.config.settings import read_settings
from learnloom.pipelines.deliver.position import must_have_outbox
from learnloom.pipelines.deliver.queue import Standing, standings
from learnloom.pipelines.deliver.run import deliver_all, replay_to, resume_to

commands = typer.Typer(
    add_completion=False,
    no_args_is_help=True,
    help="Signals on their way to those who subscribed: send them, see how far each is, send again.",
)
NameArgument = Annotated[str, typer.Argument(help="Subscription.")]


@commands.command(epilog="Example: learnloom deliver run")
def run(
    name: Annotated[str | None, typer.Argument(help="Subscription; none named: all.")] = None,
    *,
    limit: Annotated[int | None, typer.Option(min=1, help="Events for each, at the most.")] = None,
    warehouse: WarehouseOption = None,
    as_json: JsonOption = False,
) -> None:
    """Send what is new, and again what was not taken, to the subscriptions of learnloom.toml.

    Each event is sent at least once, a student's events in order; one that comes twice has the same id. Exit code 3:
    something failed, or was left for the next time.
    """
    out = Output(as_json=as_json)
    settings = read_settings(warehouse)
    if not settings.subscriptions:
        out.say("There are no subscriptions: learnloom.toml names none (docs/how-to/deliver.md).")
    with out.progress("delivering"):
        done = deliver_all(
            settings, environment=os.environ, clock=now, only=name, limit=limit, run=run_of("deliver")
        )
    for each in done:
        out.record(each)
        out.say(
            f"{each.subscription}: {each.delivered:,} delivered, {each.failed:,} failed, {each.dead:,} given up, "
            f"{each.passed:,} passed over, as they had ended." + (f" {each.told}" if each.told else "")
        )
    if any(each.failed or each.told for each in done):
        raise typer.Exit(Exit.SOME_REFUSED)


@commands.command(name="list", epilog="Example: learnloom deliver list")
def list_(*, warehouse: WarehouseOption = None, as_json: JsonOption = False) -> None:
    """List how far each subscription has come, what waits and what was given up."""
    out = Output(as_json=as_json)
    with open_to_read(read_settings(warehouse)) as opened:
        must_have_outbox(opened)
        found = standings(opened)
    if not found:
        out.say("Nothing was delivered so far: learnloom deliver run")
        return
    out.table(
        ["subscription", "next", "behind", "delivered", "waiting", "given up", "passed", "told"],
        found,
        machine_names=Standing._fields,
    )


@commands.command(epilog="Example: learnloom deliver replay tutor --since 1")
def replay(
    name: NameArgument,
    *,
    since: Annotated[int, typer.Option(min=1, help="Sequence from which on everything is sent again.")],
    warehouse: WarehouseOption = None,
    as_json: JsonOption = False,
) -> None:
    """Send again, under the same ids, what a subscription has had from an event on."""
    out = Output(as_json=as_json)
    count = replay_to(read_settings(warehouse), name, first=since, clock=now, run=run_of("deliver"))
    out.record({"subscription": name, "next_sequence": since, "again": count})
    out.say(f"{count:,} events go to {name} again with the next `learnloom deliver run`.")


@commands.command(epilog="Example: learnloom deliver resume tutor")
def resume(name: NameArgument, *, warehouse: WarehouseOption = None, as_json: JsonOption = False) -> None:
    """Take up a subscription that was paused because its receiver said that it is gone, or that is held."""
    out = Output(as_json=as_json)
    resume_to(read_settings(warehouse), name, clock=now, run=run_of("deliver"))
    out.record({"subscription": name})
    out.say(f"{name} goes on with the next `learnloom deliver run`.")
