"""Several consumers on one group and one warehouse: whoever joins, leaves, dies or comes back from the dead."""

import random
import signal
from pathlib import Path

import pytest

from learnloom.pipelines.ingest.land import tables
from learnloom.pipelines.lake.connection import Warehouse
from servers.kafka.broker import Broker
from servers.waiting import wait_until
from tests.pipelines.ingest.sources.kafka.fleet import (
    Consumer,
    Place,
    Traffic,
    everything_landed_once,
    rows_equal_positions,
    wait_until_landed,
)
from tests.pipelines.ingest.sources.kafka.samples import new_topic

pytestmark = pytest.mark.slow

_SEED: int | None = None
_PARTITIONS = 4
_ROUNDS = 8
_MEMBERS = 3
_GROUP = "fleet"


def _drawn() -> random.Random:
    seed = random.SystemRandom().randrange(1 << 32) if _SEED is None else _SEED
    print(f"seed {seed}")  # noqa: T201 - shown by pytest when the test fails
    return random.Random(seed)


def _position(place: Place) -> int:
    with Warehouse(place.folder, postgres=place.postgres, read_only=True) as warehouse:
        return sum(position.next_offset for position in tables.positions(warehouse).values())


@pytest.mark.long
def test_consumers_that_come_and_go_land_everything_once(
    broker: Broker, database: str, tmp_path: Path
) -> None:
    """Up to three consumers join, leave and are killed at random; one is paused past its session and goes on."""
    place = Place(broker, new_topic(broker, _PARTITIONS), tmp_path / "warehouse", database)
    rng = _drawn()
    traffic = Traffic(rng, place, _PARTITIONS)
    members = [Consumer(place, _GROUP)]
    try:
        members[0].hear("assigned")
        for _ in range(_ROUNDS):
            traffic.send(rng.randrange(10, 40))
            if len(members) < _MEMBERS or rng.random() < 0.4:
                members.append(Consumer(place, _GROUP))
            if len(members) > _MEMBERS:
                leaver = members.pop(rng.randrange(len(members)))
                leaver.signal(rng.choice([signal.SIGTERM, signal.SIGKILL]))
                leaver.kill() if rng.random() < 0.5 else leaver.end()
            rows_equal_positions(place)
        _pause_and_continue(place, traffic, members[0])
        wait_until_landed(place)
        for member in members:
            member.signal(signal.SIGTERM)
        assert {member.end() for member in members} <= {0, 3}, "".join(members[0].said[-20:])
    finally:
        for member in members:
            member.kill()
    everything_landed_once(place, traffic)


def _pause_and_continue(place: Place, traffic: Traffic, zombie: Consumer) -> None:
    """Stop one with a batch in its hands until the others have taken over and landed all; then let it go on."""
    before = _position(place)
    traffic.send(60)
    wait_until(lambda: _position(place) != before, lambda: None)
    zombie.signal(signal.SIGSTOP)
    traffic.send(60)
    wait_until_landed(place)
    zombie.signal(signal.SIGCONT)
    traffic.send(60)
    wait_until_landed(place)


@pytest.mark.long
def test_two_consumers_on_one_machine_take_turns(broker: Broker, tmp_path: Path) -> None:
    """With the catalogue in SQLite a second consumer waits its turn: both land, and nothing is doubled or broken."""
    place = Place(broker, new_topic(broker, _PARTITIONS), tmp_path / "warehouse")
    traffic = Traffic(_drawn(), place, _PARTITIONS)
    members = [Consumer(place, _GROUP), Consumer(place, _GROUP)]
    try:
        for member in members:
            member.hear("assigned")
        for _ in range(3):
            traffic.send(40)
        wait_until_landed(place)
    finally:
        for member in members:
            member.kill()
    everything_landed_once(place, traffic)
