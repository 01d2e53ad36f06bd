"""Where to go on in a log, and what to do where the log does not hold that place any more."""

from collections.abc import Mapping
from typing import Literal, NamedTuple

from learnloom.pipelines.ingest.sources.kafka.errors import OffsetsLostError
from learnloom.schemas.record import Position

Partition = tuple[str, int]
WhenLost = Literal["stop", "skip"]
"""Stop and ask, or go on with what the log holds."""


class PartitionLog(NamedTuple):
    """What a broker holds of a partition."""

    first_offset: int
    end_offset: int
    """The offset that the next record will get."""
    topic_id: str | None
    """Another one after the topic was deleted and made again; None: too old a broker to tell."""


class Start(NamedTuple):
    """Where reading goes on."""

    seek_offset: int
    """The first offset to ask for."""
    start_offset: int
    """From where on the first batch stands for everything: below `seek_offset` where what lies between is gone."""
    loss: str | None = None
    """What is gone, where somebody decided to go on without it."""


def find_starts(
    logs: Mapping[Partition, PartitionLog], positions: Mapping[Partition, Position], when_lost: WhenLost
) -> dict[Partition, Start]:
    """Find for each partition where to go on after its stored position.

    A partition without one is read from its first record.

    Raises:
        OffsetsLostError: `when_lost` is "stop", and what comes after a stored position is gone.
    """
    starts = {place: _start(place, log, positions.get(place)) for place, log in sorted(logs.items())}
    losses = [start.loss for start in starts.values() if start.loss is not None]
    if losses and when_lost == "stop":
        raise OffsetsLostError(
            "; ".join(losses) + ". Nothing was read. Restore the topic, or skip the lost offsets with "
            "learnloom consume --when-lost skip (statements that have already landed are recognised as duplicates)"
        )
    return starts


def _start(place: Partition, log: PartitionLog, position: Position | None) -> Start:
    if position is None:
        return Start(log.first_offset, 0)
    topic, partition = place
    where = f"topic {topic}, partition {partition}"
    next_offset = position.next_offset
    if log.topic_id is not None and position.head_digest not in (None, log.topic_id):
        loss = (
            f"{where} was created again before offset {next_offset} was read (topic id {log.topic_id} "
            f"instead of {position.head_digest}): the old records from there on are lost, and the new log is read "
            f"from offset {log.first_offset}"
        )
        return Start(log.first_offset, 0, loss)
    if next_offset > log.end_offset:
        loss = (
            f"{where} ends at offset {log.end_offset}, before the next offset {next_offset}: the "
            f"log was truncated or created again, and is read again from offset {log.first_offset}"
        )
        return Start(log.first_offset, 0, loss)
    if next_offset < log.first_offset:
        loss = (
            f"{where} begins at offset {log.first_offset}: offsets {next_offset} to {log.first_offset - 1} were "
            "deleted by retention before they were read"
        )
        return Start(log.first_offset, next_offset, loss)
    return Start(next_offset, next_offset)
