"""Troubles that pass: the consumer says what it waits for, and lands everything when it is over."""

import random
import resource
import signal
from collections.abc import Callable
from pathlib import Path

import filelock
import pytest

from learnloom.pipelines.lake.fence import LOCK_FILE
from servers.kafka.broker import Broker, OwnBroker
from servers.postgres.server import OwnPostgres
from tests.pipelines.ingest.sources.kafka.fleet import (
    Place,
    Traffic,
    consumer,
    everything_landed_once,
    lands_everything,
    rows_equal_positions,
)
from tests.pipelines.ingest.sources.kafka.samples import new_topic

_WAITS = ("retrying for up to",)
_IMPATIENT = "import os; os.environ['LEARNLOOM_LOCK_WAIT_SECONDS'] = '0.5'"


def _place(broker: Broker, folder: Path, postgres: str | None = None) -> tuple[Place, Traffic]:
    place = Place(broker, new_topic(broker), folder / "warehouse", postgres)
    return place, Traffic(random.Random(1), place, 1)


def test_a_broker_that_is_absent_at_start_is_waited_for(
    make_broker: Callable[[], OwnBroker], tmp_path: Path
) -> None:
    """Started before the broker, the consumer says so, and lands what comes once it is there."""
    broker = make_broker()
    place, traffic = _place(broker, tmp_path)
    traffic.send(20)
    broker.stop()
    with consumer(place, "early") as one:
        assert "no Kafka broker answers" in one.hear(*_WAITS)
        broker.start()
        assert one.hear("consumer lag")
        one.signal(signal.SIGTERM)
        assert one.end() in {0, 3}
    everything_landed_once(place, traffic)


def test_a_locked_warehouse_is_waited_for(broker: Broker, tmp_path: Path) -> None:
    """While another process keeps on writing, nothing lands; the consumer says who is in the way, and goes on."""
    place, traffic = _place(broker, tmp_path)
    rows_equal_positions(place)
    with consumer(place, "waiting", before=_IMPATIENT) as one:
        one.hear("assigned")
        with filelock.FileLock(place.folder / LOCK_FILE):
            traffic.send(20)
            assert "another process has been writing" in one.hear(*_WAITS)
        assert one.hear("consumer lag")
        one.signal(signal.SIGTERM)
        assert one.end() in {0, 3}
    everything_landed_once(place, traffic)


def test_a_full_disk_is_waited_for(broker: Broker, tmp_path: Path) -> None:
    """Where files cannot grow, nothing of a transaction stays; with room again everything lands, once."""
    place, traffic = _place(broker, tmp_path)
    rows_equal_positions(place)
    with consumer(place, "full") as one:
        one.hear("assigned")
        resource.prlimit(one.pid, resource.RLIMIT_FSIZE, (1_000, resource.RLIM_INFINITY))
        traffic.send(400)
        assert "is not available" in one.hear(*_WAITS)
        resource.prlimit(one.pid, resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
        assert lands_everything(one, place)
        one.signal(signal.SIGTERM)
        assert one.end() in {0, 3}
    everything_landed_once(place, traffic)


@pytest.mark.long
def test_a_catalogue_that_is_restarted_costs_nothing(
    broker: Broker, make_postgres: Callable[[], OwnPostgres], tmp_path: Path
) -> None:
    """PostgreSQL is killed and comes back under load: the consumer goes on, and every statement is there once."""
    postgres = make_postgres()
    place, traffic = _place(broker, tmp_path, postgres.create_database().uri)
    with consumer(place, "patient") as one:
        one.hear("assigned")
        traffic.send(100)
        one.hear("consumer lag")
        postgres.kill()
        traffic.send(100)
        one.hear(*_WAITS)
        postgres.start()
        is_done = lands_everything(one, place)
        if is_done:
            one.signal(signal.SIGTERM)
            assert one.end() in {0, 3}
    if not is_done:
        with consumer(place, "patient") as anew:
            assert lands_everything(anew, place)
    everything_landed_once(place, traffic)
