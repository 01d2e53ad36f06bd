"""Consumers as processes of their own, to be killed, paused and continued; and what must hold afterwards."""

import os
import random
import signal
import sys
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from learnloom.pipelines.cli.main import main
from learnloom.pipelines.ingest.land import landing_schema, tables
from learnloom.pipelines.lake.connection import Warehouse
from servers.kafka.broker import Broker
from servers.waiting import wait_until
from tests.forked import Forked
from tests.pipelines.ingest.samples import statement_id
from tests.pipelines.ingest.sources.kafka.samples import send_placed

_WAIT_SECONDS = 300.0
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


def _consume(environment: Mapping[str, str], arguments: list[str], before: str) -> None:
    """Be the consumer: the command line."""
    os.chdir("/")
    os.environ.update(environment)
    sys.argv = ["learnloom", *arguments]
    exec(before)  # noqa: S102 - what the test changes of it
    main()


class Consumer(Forked):
    """One `learnloom consume` in a process of its own."""

    def __init__(self, place: Place, group: str, *more: str, before: str = "") -> None:
        arguments = ["consume", "--topic", place.topic, "--servers", place.broker.address, "--group", group]
        arguments += ["-w", str(place.folder), "--verbose", "--no-dead-topics", *more]
        environment = dict(_SETTINGS)
        if place.postgres is not None:
            environment["LEARNLOOM_CATALOG"] = place.postgres
        super().__init__(_consume, environment, arguments, before, stream=2)


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
    with _looking(place) as warehouse:
        return _equal(warehouse)


def wait_until_landed(place: Place) -> None:
    """Wait until the positions are the logs' ends; whenever they are looked at, the rows are held against them."""
    ends = {partition: end for partition, end in place.broker.end_offsets(place.topic).items() if end}
    with _looking(place) as warehouse:
        wait_until(lambda: _equal(warehouse) == ends, lambda: None, seconds=_WAIT_SECONDS)


def lands_everything(one: Consumer, place: Place) -> bool:
    """Wait until the positions are the logs' ends; false where DuckDB has aborted the consumer before.

    DuckDB 1.5 does so now and then where PostgreSQL is lost within a query: whoever supervises it starts it anew.
    """
    ends = place.broker.end_offsets(place.topic)
    with _looking(place) as warehouse:

        def is_over() -> bool:
            return _equal(warehouse) == ends or not one.is_alive

        wait_until(is_over, lambda: None, seconds=_WAIT_SECONDS)
        if _equal(warehouse) == ends:
            return True
    code = one.end()
    assert code == -signal.SIGABRT, f"it has ended with {code}: {''.join(one.said[-20:])}"
    return False


@contextmanager
def _looking(place: Place) -> Iterator[Warehouse]:
    """The warehouse, open to look at only: who took a turn for that would keep the consumers waiting."""
    with Warehouse(place.folder, postgres=place.postgres, takes_lock=False) as warehouse:
        landing_schema.prepare(warehouse, wait_seconds=30)
        yield warehouse


def _equal(warehouse: Warehouse) -> dict[int, int]:
    with warehouse.transaction():
        positions = tables.positions(warehouse).values()
        (rows, ids) = warehouse.one("SELECT count(*), count(DISTINCT statement_id) FROM landing.statement")
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
