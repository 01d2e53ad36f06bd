"""`learnloom consume`."""

import logging
import signal
from typing import Annotated

import typer

from learnloom.pipelines.cli.exits import Exit
from learnloom.pipelines.cli.import_ import tell_import
from learnloom.pipelines.cli.kafka import ServersOption, VerboseOption
from learnloom.pipelines.cli.logs import log_to_stderr
from learnloom.pipelines.cli.options import JsonOption, WarehouseOption, now, run_of
from learnloom.pipelines.cli.output import Output
from learnloom.pipelines.config.settings import Settings, read_settings
from learnloom.pipelines.ingest.land.dead_letter_limit import DeadShare
from learnloom.pipelines.ingest.land.run import Landing
from learnloom.pipelines.ingest.land.stop import Interruption
from learnloom.pipelines.ingest.opening import connection_of, reading_of
from learnloom.pipelines.ingest.sources.kafka.connection import KafkaConnection
from learnloom.pipelines.ingest.sources.kafka.offsets import WhenLost
from learnloom.pipelines.ingest.sources.kafka.source import Reading

commands = typer.Typer(add_completion=False)
_log = logging.getLogger("learnloom.consume")


TopicsOption = Annotated[list[str], typer.Option("--topic", "-t", help="Topic to read; may be given again.")]
CaughtUpOption = Annotated[
    bool, typer.Option("--until-caught-up", help="End once everything has landed that is there now.")
]
WhenLostOption = Annotated[
    WhenLost,
    typer.Option(
        help="What to do where the topic does not hold any more what was to be read next: stop and say what is gone, "
        "or skip it."
    ),
]
DeadShareOption = Annotated[
    float | None,
    typer.Option(
        min=0.000001,
        max=1,
        help="Share of refused records above which to stop; default: LEARNLOOM_DEAD_LETTER_MAX_SHARE.",
    ),
]
DeadTopicsOption = Annotated[
    bool,
    typer.Option("--dead-topics/--no-dead-topics", help="Send dead letters to the topic TOPIC.dead too."),
]
GroupOption = Annotated[
    str | None,
    typer.Option(help="Consumer group; default: LEARNLOOM_KAFKA_GROUP_ID.", rich_help_panel="Where"),
]


@commands.command(epilog="Example: learnloom consume --topic xapi --until-caught-up")
def consume(
    *,
    topics: TopicsOption,
    until_caught_up: CaughtUpOption = False,
    when_lost: WhenLostOption = "stop",
    max_dead_share: DeadShareOption = None,
    dead_topics: DeadTopicsOption = True,
    group: GroupOption = None,
    servers: ServersOption = None,
    warehouse: WarehouseOption = None,
    verbose: VerboseOption = False,
    as_json: JsonOption = False,
) -> None:
    """Land statements from Kafka, each exactly once, until told to stop.

    Killed, restarted or run several times at once: nothing is lost and nothing lands twice, for the warehouse keeps
    the positions. SIGTERM and Ctrl-C finish the batch in hand. What is refused is kept: see `learnloom dead`. Exit
    code 3: something was refused.
    """
    settings = read_settings(warehouse)
    log_to_stderr(as_json=as_json, is_verbose=verbose)
    reading = reading_of(settings, topics, group=group, until_caught_up=until_caught_up, when_lost=when_lost)
    guard = DeadShare(max_dead_share or settings.dead_letter_max_share, settings.dead_letter_window)
    _run(
        Output(as_json=as_json),
        settings,
        connection_of(settings, servers),
        reading,
        guard,
        sends_dead=dead_topics,
    )


def _run(
    out: Output,
    settings: Settings,
    connection: KafkaConnection,
    reading: Reading,
    guard: DeadShare,
    *,
    sends_dead: bool,
) -> None:
    """Consume, tell how far it came, and leave with a code that says it."""
    _log.info("reading %s at %s, as %s", ", ".join(reading.topics), connection.servers, reading.group)
    with Interruption.from_signals() as interruption, out.progress("consuming") as tick:
        landing = Landing(settings, now, interruption, run_of("consume"), tick)
        done = landing.topics(connection, reading, guard=guard, sends_dead=sends_dead)
    tell_import(out, done)
    if done.is_interrupted and interruption.signal_number == signal.SIGINT:
        raise typer.Exit(Exit.INTERRUPTED)
    if done.dead:
        raise typer.Exit(Exit.SOME_REFUSED)
