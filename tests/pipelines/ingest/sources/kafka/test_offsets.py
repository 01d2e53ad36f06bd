"""Where reading goes on, for every way in which a log and a position can disagree."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from learnloom.pipelines.ingest.sources.kafka.errors import OffsetsLostError
from learnloom.pipelines.ingest.sources.kafka.offsets import PartitionLog, Start, find_starts
from learnloom.schemas.record import Position

_PLACE = ("t", 0)


def _start(log: PartitionLog, position: Position | None, *, skips: bool = True) -> Start:
    known = {} if position is None else {_PLACE: position}
    return find_starts({_PLACE: log}, known, "skip" if skips else "stop")[_PLACE]


@given(
    first=st.integers(0, 20),
    length=st.integers(0, 20),
    stored=st.none() | st.integers(0, 60),
    same=st.booleans(),
)
def test_nothing_that_the_log_holds_is_passed_over(
    first: int, length: int, stored: int | None, same: bool
) -> None:
    """Reading begins within the log, at the position where the log has it; else a loss is told, or it stops."""
    log = PartitionLog(first, first + length, "id")
    position = None if stored is None else Position("t", 0, stored, "id" if same else "other")
    start = _start(log, position)
    assert log.first_offset <= start.seek_offset <= log.end_offset
    assert start.start_offset <= start.seek_offset
    is_there = stored is not None and same and first <= stored <= first + length
    if is_there or stored is None:
        assert start.loss is None
        assert start.seek_offset == (first if stored is None else stored)
    else:
        assert start.loss is not None
        assert start.seek_offset == first
        with pytest.raises(OffsetsLostError, match="--when-lost skip"):
            _start(log, position, skips=False)


def test_an_old_broker_without_topic_ids_is_believed() -> None:
    """Where no id is known on one side, offsets alone decide."""
    assert _start(PartitionLog(0, 9, None), Position("t", 0, 5, "id")) == Start(5, 5)
    assert _start(PartitionLog(0, 9, "id"), Position("t", 0, 5, None)) == Start(5, 5)


def test_every_loss_is_told_at_once() -> None:
    """Whoever has to decide sees all partitions that have lost something."""
    logs = {
        ("t", 0): PartitionLog(5, 9, "id"),
        ("t", 1): PartitionLog(0, 2, "id"),
        ("t", 2): PartitionLog(0, 9, "id"),
    }
    known = {place: Position(*place, 3, "id") for place in logs}
    with pytest.raises(OffsetsLostError) as told:
        find_starts(logs, known, "stop")
    assert "partition 0" in str(told.value)
    assert "partition 1" in str(told.value)
    assert "partition 2" not in str(told.value)
