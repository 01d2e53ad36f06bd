"""Consumers as processes of their own, to be killed, paused and continued; and what must hold afterwards."""

import multiprocessing
import os
import random
import signal
import sys
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from multiprocessing.connection import Connection
from pathlib import Path
from typing import NamedTuple

from learnloom.pipelines.cli.main import main
from learnloom.pipelines.ingest.land import tables
from learnloom.pipelines.lake.connection import Warehouse
from servers.kafka.broker import Broker
from tests.pipelines.ingest.samples import statement_id
from tests.pipelines.ingest.sources.kafka.samples import send_placed

_SETTINGS = {
    "LEARNLOOM_BATCH_RECORDS": "60",
    "LEARNLOOM_BATCH_SECONDS": "0.05",
    "LEARNLOOM_KAFKA_SESSION_TIMEOUT_SECONDS": "6",
    "LEARNLOOM_DEAD_LETTER_MAX_SHARE": "1",
    "LEARNLOOM_STALL_SECONDS": "120",
}
_STATEMENT = (
    b'{"id":"%s","actor":{"mbox":"mailto:a@example.org"},"verb":{"id":"https://example.org/did"},'
    b'"object":{"id":"https://example.org/it"}}'
)


class Place(NamedTuple):
    """Where consumers land, and from where."""

    broker: Broker
    topic: str
    folder: Path
    postgres: str | None = None


_FORKS = multiprocessing.get_context("forkserver")
_FORKS.set_forkserver_preload(
    ["learnloom.pipelines.cli.consume", "learnloom.pipelines.cli.main", "pyarrow", "pytz", "stamina"]
)


def _consume(stderr: Connection, environment: Mapping[str, str], arguments: list[str], before: str) -> None:
    """Be the consumer: the command line in a process that has been forked with everything imported."""
    os.dup2(stderr.fileno(), 2)
    os.chdir("/")
    os.environ.update(environment)
    sys.argv = ["learnloom", *arguments]
    exec(before)  # noqa: S102 - what the test changes of it
    main()


class Consumer:
    """One `learnloom consume` in a process of its own."""

    def __init__(self, place: Place, group: str, *more: str, before: str = "") -> None:
        arguments = ["consume", "--topic", place.topic, "--servers", place.broker.address, "--group", group]
        arguments += ["-w", str(place.folder), "--verbose", "--no-dead-topics", *more]
        environment = dict(_SETTINGS)
        if place.postgres is not None:
            environment["LEARNLOOM_CATALOG"] = place.postgres
        ours, theirs = _FORKS.Pipe(duplex=False)
        self._process = _FORKS.Process(target=_consume, args=(theirs, environment, arguments, before))
        self._process.start()
        theirs.close()
        self._lines = os.fdopen(os.dup(ours.fileno()), encoding="utf-8", errors="replace")
        ours.close()
        self.said: list[str] = []

    def hear(self, *words: str) -> str:
        """Wait for a line with one of the words; nothing where it ends before."""
        for line in self._lines:
            self.said.append(line)
            if any(word in line for word in words):
                return line
        return ""

    @property
    def pid(self) -> int:
        """Its process."""
        assert self._process.pid is not None
        return self._process.pid

    def signal(self, number: signal.Signals) -> None:
        """Send a signal."""
        os.kill(self.pid, number)

    def kill(self) -> None:
        """End it at once, as `kill -9` does; also one that has ended."""
        self._process.kill()
        self.end()

    def end(self) -> int:
        """Wait for its end; give its exit code."""
        if not self._lines.closed:
            self.said += self._lines.readlines()
            self._lines.close()
        self._process.join()
        assert self._process.exitcode is not None
        return self._process.exitcode


@contextmanager
def consumer(place: Place, group: str, *more: str, before: str = "") -> Iterator[Consumer]:
    """A consumer that does not outlive the block.

    Args:
        place: from where to where.
        group: its consumer group.
        more: further arguments.
        before: what it does first, for one that is to be wrong.
    """
    made = Consumer(place, group, *more, before=before)
    try:
        yield made
    finally:
        made.kill()


class Traffic:
    """What is sent: new statements, some twice and over other partitions, broken ones, arrays, tombstones."""

    def __init__(self, rng: random.Random, place: Place, partitions: int) -> None:
        self._rng, self._place, self._partitions = rng, place, partitions
        self.ids: set[str] = set()
        self.broken = 0

    def send(self, count: int) -> None:
        """Send so many new statements to every partition, in a random mix with what producers send by mistake."""
        messages = [
            (partition, self._message()) for partition in range(self._partitions) for _ in range(count)
        ]
        send_placed(self._place.broker, self._place.topic, messages)

    def _message(self) -> bytes | None:
        kind = self._rng.random()
        if kind < 0.05:
            self.broken += 1
            return self._rng.choice([None, b"", b"{", b"\xff%d" % self.broken])
        if kind < 0.2 and self.ids:
            return self._statement(self._rng.choice(sorted(self.ids)))
        if kind < 0.25:
            return b"[" + b",".join(self._new() for _ in range(self._rng.randrange(1, 4))) + b"]"
        return self._new()

    def _new(self) -> bytes:
        made = statement_id(len(self.ids))
        self.ids.add(made)
        return self._statement(made)

    @staticmethod
    def _statement(made: str) -> bytes:
        return _STATEMENT % made.encode()


def rows_equal_positions(place: Place) -> dict[int, int]:
    """Hold what landed against the positions at this moment; give the positions by partition."""
    with Warehouse(place.folder, postgres=place.postgres) as warehouse:
        tables.prepare(warehouse, wait_seconds=30)
        with warehouse.transaction():
            positions = tables.positions(warehouse).values()
            (rows, ids) = warehouse.one(
                "SELECT count(*), count(DISTINCT statement_id) FROM landing.statement"
            )
            (dead,) = warehouse.one("SELECT count(*) FROM landing.dead_letter")
    counted = Counter(accepted=sum(p.accepted for p in positions), dead=sum(p.dead for p in positions))
    assert (rows, dead) == (counted["accepted"], counted["dead"])
    assert rows == ids
    return {position.partition: position.next_offset for position in positions}


def everything_landed_once(place: Place, traffic: Traffic) -> None:
    """Every id that was sent is there once, each broken record is a dead letter, positions are the logs' ends."""
    ends: Mapping[int, int] = place.broker.end_offsets(place.topic)
    assert rows_equal_positions(place) == {partition: end for partition, end in ends.items() if end}
    with Warehouse(place.folder, postgres=place.postgres, read_only=True) as warehouse:
        rows = warehouse.rows("SELECT statement_id::VARCHAR FROM landing.statement ORDER BY ALL")
        (dead,) = warehouse.one("SELECT count(*) FROM landing.dead_letter")
    assert [row[0] for row in rows] == sorted(traffic.ids)
    assert dead == traffic.broken
