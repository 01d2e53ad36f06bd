"""`learnloom consume`."""

import logging
import signal
from typing import Annotated

import typer

from learnloom.pipelines.cli.import_ import report_import
from learnloom.pipelines.cli.options import (
    Exit,
    JsonOption,
    ServersOption,
    VerboseOption,
    WarehouseOption,
    log_to_stderr,
    now,
    run_of,
)
from learnloom.pipelines.cli.output import Output
from learnloom.pipelines.cli.repair_option import RepairOption, repairs_of
from learnloom.pipelines.config.settings import Settings, read_settings
from learnloom.pipelines.convert.opening import converting_topics
from learnloom.pipelines.ingest.land.dead_letter_limit import DeadLetterLimit
from learnloom.pipelines.ingest.land.heartbeat import Heartbeat
from learnloom.pipelines.ingest.land.run import LandingJob, dead_letter_limit, land_topics
from learnloom.pipelines.ingest.land.stop import StopSignal
from learnloom.pipelines.ingest.opening import connection_of, topic_options
from learnloom.pipelines.ingest.sources.kafka.connection import KafkaConnection
from learnloom.pipelines.ingest.sources.kafka.offsets import WhenLost
from learnloom.pipelines.ingest.sources.kafka.source import TopicOptions
from learnloom.pipelines.ingest.validate.repairs import Repair

commands = typer.Typer(add_completion=False)
_log = logging.getLogger("learnloom.consume")


TopicsOption = Annotated[list[str], typer.Option("--topic", "-t", help="Topic to read; repeatable.")]
CaughtUpOption = Annotated[
    bool,
    typer.Option("--until-caught-up", help="Stop as soon as everything that the topics hold now has landed."),
]
WhenLostOption = Annotated[
    WhenLost,
    typer.Option(
        help="What to do if the topic no longer holds the next offset: stop and report the lost offsets, or skip them."
    ),
]
DeadShareOption = Annotated[
    float | None,
    typer.Option(
        min=0.000001,
        max=1,
        help="Stop if the share of refused records is above this. Default: LEARNLOOM_DEAD_LETTER_MAX_SHARE.",
    ),
]
DeadTopicsOption = Annotated[
    bool,
    typer.Option("--dead-topics/--no-dead-topics", help="Also send dead letters to the topic TOPIC.dead."),
]
GroupOption = Annotated[
    str | None,
    typer.Option(help="Consumer group. Default: LEARNLOOM_KAFKA_GROUP_ID.", rich_help_panel="Where"),
]


@commands.command(epilog="Example: learnloom consume --topic xapi --until-caught-up")
def consume(
    *,
    topics: TopicsOption,
    until_caught_up: CaughtUpOption = False,
    when_lost: WhenLostOption = "stop",
    max_dead_share: DeadShareOption = None,
    dead_topics: DeadTopicsOption = True,
    repair: RepairOption = None,
    group: GroupOption = None,
    servers: ServersOption = None,
    warehouse: WarehouseOption = None,
    verbose: VerboseOption = False,
    as_json: JsonOption = False,
) -> None:
    """Land statements from Kafka, each exactly once, until stopped.

    Messages of a topic that the setting `conversions` names are converted first. No record is lost or landed twice,
    even if the process is killed, restarted or run several times at once: the offsets are kept in the warehouse.
    SIGTERM and Ctrl-C finish the current batch. Refused records are kept as dead letters: see `learnloom dead`; with
    --repair they are corrected first, and land if they are valid then. Exit code 3: some records were refused.
    """
    settings = read_settings(warehouse)
    log_to_stderr(as_json=as_json, is_verbose=verbose)
    options = topic_options(
        settings, topics, group=group, until_caught_up=until_caught_up, when_lost=when_lost
    )
    _run(
        Output(as_json=as_json),
        settings,
        connection_of(settings, servers),
        options,
        dead_letter_limit(settings, max_dead_share),
        publishes_dead_letters=dead_topics,
        repairs=repairs_of(repair, of_import=True),
    )


def _run(
    out: Output,
    settings: Settings,
    connection: KafkaConnection,
    options: TopicOptions,
    limit: DeadLetterLimit,
    *,
    publishes_dead_letters: bool,
    repairs: list[Repair],
) -> None:
    """Consume, report what landed, and exit with the code for it."""
    _log.info(
        "consuming %s from %s, consumer group %s",
        ", ".join(options.topics),
        connection.servers,
        options.group,
    )
    converting = converting_topics(settings, options.topics)
    with StopSignal.from_signals() as stop, out.progress("consuming") as tick:
        job = LandingJob(
            settings,
            now,
            stop,
            run_of("consume"),
            lambda summary: tick(str(summary)),
            heartbeat=Heartbeat(settings.hang_seconds, settings.heartbeat_file),
            repairs=tuple(repairs),
        )
        done = land_topics(
            job,
            connection,
            options,
            dead_letter_limit=limit,
            publishes_dead_letters=publishes_dead_letters,
            convert=converting,
        )
    report_import(out, done, converting.receipt if converting is not None else None)
    if done.is_interrupted and stop.signal_number == signal.SIGINT:
        raise typer.Exit(Exit.INTERRUPTED)
    if done.dead:
        raise typer.Exit(Exit.SOME_REFUSED)
