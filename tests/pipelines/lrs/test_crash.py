"""Answered means kept: whatever is killed at any moment, nothing that was answered is lost, and nothing is doubled."""

from pathlib import Path

import pytest

from tests.pipelines.lrs.crashing import crash
from tests.servers.fixtures import BrokerMaker


@pytest.mark.parametrize("kills", [2, pytest.param(5, marks=pytest.mark.long)])
@pytest.mark.slow
def test_a_killed_store_keeps_what_it_has_answered(kills: int, tmp_path: Path) -> None:
    """Killed under load again and again, every statement that was answered lands exactly once."""
    outcome = crash(tmp_path / "warehouse", {}, kills=kills, seed=4, writers=4)
    assert outcome.problems == []
    assert set(outcome.kills) == {"door", "lander"}
    assert outcome.answered > kills


@pytest.mark.long
@pytest.mark.slow
def test_a_killed_door_lander_or_broker_keeps_what_was_answered(
    tmp_path: Path, make_broker: BrokerMaker
) -> None:
    """The same holds where statements go by Kafka, and its broker or another that lands is killed, too."""
    broker = make_broker()
    broker.start()
    settings = {
        "LEARNLOOM_KAFKA_BOOTSTRAP_SERVERS": broker.address,
        "LEARNLOOM_KAFKA_SESSION_TIMEOUT_SECONDS": "6",
    }
    outcome = crash(tmp_path / "warehouse", settings, kills=5, seed=11, writers=4, broker=broker)
    assert outcome.problems == []
    assert set(outcome.kills) == {"door", "lander", "broker"}


@pytest.mark.long
@pytest.mark.slow
def test_killed_doors_that_share_a_store_keep_what_they_have_answered(tmp_path: Path, database: str) -> None:
    """The same holds for two doors on one store in PostgreSQL, each of which reads what came by the other."""
    outcome = crash(
        tmp_path / "warehouse", {"LEARNLOOM_CATALOG": database}, kills=4, seed=5, writers=4, doors=2
    )
    assert outcome.problems == []
    assert outcome.answered > 4
