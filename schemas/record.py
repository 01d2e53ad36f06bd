"""What travels from a source to the warehouse: records, batches, positions, faults, dead letters.

A coordinate is (topic, partition, offset, element). A file is a topic with one partition whose offsets
count its records; an array sent as one message has one element per entry. Nothing after landing knows more
about where a record came from.
"""

from collections.abc import Callable
from datetime import datetime
from typing import Any, NamedTuple

import msgspec
import orjson


class Fault(NamedTuple):
    """One broken rule in one statement."""

    rule: str
    """Stable id, a key of the rule table."""
    path: str
    """JSON Pointer (RFC 6901) to the offending value; empty for the whole statement."""
    value: str
    """The offending value as JSON, cut to a readable length."""
    message: str
    """What is wrong and what the sender should do, in one sentence."""


class Record(NamedTuple):
    """One thing received: its place in its partition, and its bytes as they came (None: a tombstone)."""

    offset: int
    element: int
    value: bytes | None
    fault: Fault | None = None
    """Why the source could not deliver it whole (`value` is cut then): it is refused without a judge."""
    source: str | None = None
    """The sending system, as it calls itself."""
    xapi_version: str | None = None
    """Version by which the sender says it is to be judged, where the statement names none itself."""
    original: bytes | None = None
    """What the value was converted from: a dead letter keeps this. None: it came as it is."""
    can_change: bool = False
    """Whether its source may correct it under the same id: what lands last stands, what landed before is voided."""
    withdraws: str | None = None
    """First id of a statement that its source does not make any more: it is voided if it stands. Has no value then."""
    statement_id: str | None = None
    """The id that whoever received it has given to a statement without one."""
    record_id: str | None = None
    """Names it wherever it is read: refused twice, it is one dead letter. None: its place and bytes name it."""
    is_judged: bool = False
    """Whether whoever received it has found that it is a valid statement, and given it `statement_id`."""


class Position(NamedTuple):
    """The next offset to read in one partition of one topic, with what has become of those before it."""

    topic: str
    partition: int
    next_offset: int = 0
    head_digest: str | None = None
    """How what is read is known again: a file that grew from another of that name (see
    pipelines/ingest/sources/identity.py), a Kafka topic from one that was made anew under its name (its topic id)."""
    accepted: int = 0
    duplicates: int = 0
    dead: int = 0


class Batch(NamedTuple):
    """Consecutive records of one partition, and the position that holds once they have landed.

    They are all that there is from `start_offset` up to `next_offset`: offsets without a record are passed over.
    """

    topic: str
    partition: int
    start_offset: int
    next_offset: int
    records: list[Record]
    head_digest: str | None = None
    traceparents: tuple[str, ...] = ()
    """Some of the spans that the records came from, where spans are collected."""


class Verdict(msgspec.Struct, frozen=True, gc=False):
    """The judgement on one record: a statement to land, or the faults for which it is refused."""

    raw: bytes | None
    """The record as it was judged, and as it is kept."""
    faults: tuple[Fault, ...]
    """Empty for a valid statement."""
    statement_id: str | None = None
    """The id that a valid statement names, as it is written; None where it has none, or is not valid."""
    is_mended: bool = False
    """Whether repairs have made it valid."""

    @property
    def is_valid(self) -> bool:
        """Whether the record may land as a statement."""
        return not self.faults

    @property
    def statement(self) -> dict[str, Any] | None:
        """The record, parsed at every call; None where the bytes are no JSON object.

        Of properties given twice, and of numbers beyond a double, it holds what a double and a dict can: the
        bytes are the truth.
        """
        try:
            parsed = orjson.loads(self.raw or b"")
        except orjson.JSONDecodeError:
            return None
        return parsed if isinstance(parsed, dict) else None


# Says whether the bytes of a record (the argument) are a valid statement; `default_version` by keyword where the sender
# names the version.
Judge = Callable[..., Verdict]


class DeadLetter(NamedTuple):
    """A refused record as it is kept: what, why, from where, and whether a replay has put it right."""

    dead_letter_id: str
    """Hash of coordinates and bytes: the same record read again is the same dead letter."""
    faults: tuple[Fault, ...]
    """Never empty; the first one names the dead letter."""
    raw: bytes | None
    topic: str
    partition: int
    offset: int
    element: int
    landed_at: datetime
    source: str | None = None
    xapi_version: str | None = None
    replayed_at: datetime | None = None
    replayed_as: str | None = None
    replay_fix: str | None = None
    """What mended it; None where it was valid as it came."""
