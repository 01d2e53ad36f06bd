"""A limit on the share of refused records, so that a bad release does not empty a topic into the dead letters."""

from collections import Counter, deque
from typing import NamedTuple

from learnloom.pipelines.ingest.land.batch import WriteBatch
from learnloom.pipelines.ingest.sources.kafka.errors import TooManyDeadLettersError

_TOLD_RULES = 3


class DeadLetterLimit(NamedTuple):
    """How large a share of the records may be refused."""

    max_share: float
    """The largest share, above 0 and up to 1 (no limit)."""
    window: int
    """So many of the newest records are looked at, at the least; before there are so many nothing is judged."""


class _Seen(NamedTuple):
    records: int
    refused: Counter[str]


class RecentRefusals:
    """Counts what is refused of the newest records; asked before a batch lands."""

    def __init__(self, limit: DeadLetterLimit) -> None:
        """Nothing was seen yet."""
        self._max_share, self._window = limit
        self._seen: deque[_Seen] = deque()
        self._records = 0
        self._refused: Counter[str] = Counter()

    def admit(self, batch: WriteBatch) -> None:
        """Count a batch that is about to land.

        Raises:
            TooManyDeadLettersError: with it the share would be above the limit; it is not counted.
        """
        refused = Counter(refusal.faults[0].rule for refusal in batch.refusals)
        records = self._records + batch.record_count
        all_refused = self._refused + refused
        if records >= self._window and all_refused.total() > self._max_share * records:
            raise TooManyDeadLettersError(self._explain(batch, all_refused, records))
        self._seen.append(_Seen(batch.record_count, refused))
        self._records, self._refused = records, all_refused
        while self._records - self._seen[0].records >= self._window:
            oldest = self._seen.popleft()
            self._records -= oldest.records
            self._refused -= oldest.refused

    def _explain(self, batch: WriteBatch, refused: Counter[str], records: int) -> str:
        rules = ", ".join(f"{rule} ({count:,})" for rule, count in refused.most_common(_TOLD_RULES))
        example = batch.refusals[0] if batch.refusals else None
        told = ""
        if example is not None:
            place = batch.slices[example.slice_index]
            told = (
                f" For example {place.topic}, partition {place.partition}, offset {example.offset}: "
                f"{example.faults[0].message}"
            )
        return (
            f"{refused.total():,} of the last {records:,} records are refused, more than the limit of "
            f"{self._max_share:.0%} (LEARNLOOM_DEAD_LETTER_MAX_SHARE): {rules}.{told} The last of them have not "
            "landed and stay in the topic. Mend what sends them, or take them all as dead letters with "
            "learnloom consume --max-dead-share 1"
        )
