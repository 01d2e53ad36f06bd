"""`learnloom produce`."""

import sys
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from typing import Annotated

import typer

from learnloom.pipelines.cli.options import Exit, JsonOption, PathsArgument, ServersOption
from learnloom.pipelines.cli.output import Output
from learnloom.pipelines.config.settings import read_settings
from learnloom.pipelines.ingest.land.stop import StopSignal
from learnloom.pipelines.ingest.opening import connection_of, file_source, limits
from learnloom.pipelines.ingest.sources.files import FileSource
from learnloom.pipelines.ingest.sources.kafka.errors import DeliveryError, StatementRefusedError
from learnloom.pipelines.ingest.validate.validator import Validator
from learnloom.pipelines.producer import StatementProducer
from learnloom.pipelines.pseudonyms.opening import pseudonyms_of

commands = typer.Typer(add_completion=False)
_SHOWN_REFUSALS = 5


@dataclass
class Produced:
    """The result for the records of the files."""

    read: int = 0
    delivered: int = 0
    failed: int = 0
    refused: Counter[str] = field(default_factory=Counter)
    """Records not sent, by the rule of their first fault."""
    is_interrupted: bool = False


@commands.command(epilog="Example: learnloom produce statements.jsonl --topic xapi --source our-lms")
def produce(
    paths: PathsArgument,
    *,
    topic: Annotated[str, typer.Option("--topic", "-t", help="Topic to send to; it must exist.")],
    source: Annotated[
        str | None, typer.Option(help="Name of the sending system; it is shown with every refused record.")
    ] = None,
    xapi_version: Annotated[
        str | None,
        typer.Option(help="xAPI version of statements that do not state one: 1.0.3 or 2.0.0."),
    ] = None,
    check: Annotated[
        bool, typer.Option("--check", help="Validate every statement first, and do not send invalid ones.")
    ] = False,
    servers: ServersOption = None,
    as_json: JsonOption = False,
) -> None:
    """Send statements to a Kafka topic; the statements of one student stay in order.

    If a file is sent twice, its statements are in the topic twice but land once. Ctrl-C waits for messages in flight.
    Exit code 3: some statements were not sent.
    """
    out = Output(as_json=as_json)
    settings = read_settings()
    files = file_source(settings, paths, stdin=sys.stdin.buffer)
    done = Produced()
    if files.has_inputs:
        judging = Validator(
            default_version=xapi_version or settings.xapi_version, limits=limits(settings)
        ).validate
        with (
            StopSignal.from_signals() as stop,
            out.progress("producing") as tick,
            StatementProducer(
                connection_of(settings, servers),
                topic,
                source=source,
                xapi_version=xapi_version,
                check=judging if check else None,
                pseudonyms=pseudonyms_of(settings),
            ) as producer,
        ):
            _Sending(out, producer, done).send(files, stop, tick)
    _report(out, done, topic)
    for problem in files.problems or files.absent:
        out.note(f"learnloom: {problem.name}: {problem.message}")
    if done.is_interrupted:
        raise typer.Exit(Exit.INTERRUPTED)
    if done.refused or done.failed or files.problems or files.absent:
        raise typer.Exit(Exit.SOME_REFUSED)


@dataclass
class _Sending:
    """Sends the records of files; a record that is too large is reported, and the others are still sent."""

    out: Output
    producer: StatementProducer
    done: Produced

    def send(self, files: FileSource, stop: StopSignal, tick: Callable[[str], None]) -> None:
        """Send every record, and wait until the broker has acknowledged them.

        Raises:
            DeliveryError: the broker accepts no more records.
        """
        try:
            for batch in files.batches({}):
                for record in batch.records:
                    with stop.interruptible():
                        self.done.read += 1
                    self._send_one(record.value or b"", f"{batch.topic}:{record.offset + 1}")
                tick(f"{self.done.read:,} read")
        except KeyboardInterrupt:
            self.done.is_interrupted = True
        while not self._attempt(self.producer.flush):
            pass
        self.done.delivered, self.done.failed = self.producer.sent.delivered, self.producer.sent.failed

    def _send_one(self, raw: bytes, where: str) -> None:
        try:
            self._attempt(partial(self.producer.send, raw))
        except StatementRefusedError as error:
            self.done.refused[error.faults[0].rule if error.faults else "json-syntax"] += 1
            if self.done.refused.total() <= _SHOWN_REFUSALS:
                self.out.note(f"learnloom: not sent, {where}: {error}")

    def _attempt(self, work: Callable[[], None]) -> bool:
        """Do the work; return whether no message was too large."""
        try:
            work()
        except DeliveryError as error:
            if not error.is_too_large:
                message = f"{error} ({self.producer.sent.delivered:,} are in the topic)"
                raise DeliveryError(message, error.statement, is_too_large=False) from error
            self.out.note(f"learnloom: {error}")
            return False
        return True


def _report(out: Output, done: Produced, topic: str) -> None:
    out.record(
        {
            "topic": topic,
            "read": done.read,
            "delivered": done.delivered,
            "failed": done.failed,
            "refused": dict(done.refused.most_common()),
            "is_interrupted": done.is_interrupted,
        }
    )
    out.say(f"{done.read:,} records read: {done.delivered:,} are in topic {topic}.")
    if done.refused:
        rules = ", ".join(f"{rule} ({count:,})" for rule, count in done.refused.most_common())
        out.say(
            f"{done.refused.total():,} are not valid and were not sent: {rules}. See the reasons: learnloom check"
        )
    if done.failed:
        out.say(f"{done.failed:,} exceed the topic's max.message.bytes and were not sent.")
    if done.is_interrupted:
        out.note("learnloom: stopped; the records sent so far are in the topic")
