"""The contract between whatever delivers records (files, a broker) and the landing.

tests/pipelines/ingest/source_contract.py holds every source to it.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple, Protocol

from learnloom.pipelines.ingest.sources.errors import ReassignedError
from learnloom.schemas.record import Batch, Position

Positions = Mapping[tuple[str, int], Position]
"""Stored positions by (topic, partition); a partition that is absent starts at its beginning."""


class Problem(NamedTuple):
    """One input of a source that could not be read, or not to its end."""

    name: str
    """The file's path, as it was given or found."""
    message: str
    """What is wrong and what to do."""


class Source(Protocol):
    """Delivers records in batches.

    From the stored positions it continues exactly there: no record is left out or delivered twice. The
    batches of a partition are consecutive (each starts where the one before ended), never empty (but of a source that
    converts, and may pass over all records of a batch), and within the source's limits on records and bytes; a record
    larger than the limit on bytes, or what came as one message, is a batch of its own.
    """

    streams: frozenset[str]
    """Topics that can be read only once (standard input): their position says how much came, no more."""
    problems: list[Problem]
    """What could not be read by the last `batches`, in order; complete once that is exhausted."""

    def batches(self, positions: Positions) -> Iterator[Batch | None]:
        """Yield what comes after `positions`; may be called again with newer ones after a conflict.

        None says that there is nothing more at the moment; one that follows a log yields it often enough for the
        reader to notice that time passes.

        Raises:
            ReassignedError: the partitions to be read are others than when `positions` were read.
        """

    def acknowledge(self, positions: Sequence[Position]) -> None:
        """Take note that these positions stand in the warehouse now; nothing depends on it."""

    def lag(self) -> int | None:
        """Count the records that have not been read, as far as is known; None: it is not."""


class InputSource(Source, Protocol):
    """A source of inputs that were named one by one."""

    @property
    def has_inputs(self) -> bool:
        """Whether anything that was named exists."""

    @property
    def absent(self) -> list[Problem]:
        """What was named and is not there."""


def read_through(source: Source) -> Iterator[Batch]:
    """Yield everything that a source has from its beginning, without landing any of it."""
    read: dict[tuple[str, int], Position] = {}
    while True:
        try:
            for batch in source.batches(read):
                if batch is not None:
                    place = (batch.topic, batch.partition)
                    read[place] = Position(*place, batch.next_offset, batch.head_digest)
                    yield batch
        except ReassignedError:
            continue
        return
