"""Topics of a format: each message of another source converted before it is validated."""

import io
from collections.abc import Iterator, Mapping, Sequence

from learnloom.pipelines.convert.converter import Converter
from learnloom.pipelines.convert.receipt import Receipt
from learnloom.pipelines.ingest.sources.errors import InputError
from learnloom.pipelines.ingest.sources.source import Positions, Problem, Source
from learnloom.schemas.record import Batch, Fault, Position, Record

UNREADABLE = "convert-unreadable"
"""Rule: a message is not of the format of its topic."""


class ConvertedTopics:
    """A source whose messages are converted where their topic has a format; the others pass as they are."""

    def __init__(self, source: Source, converters: Mapping[str, Converter], receipt: Receipt) -> None:
        """Take the source, the format at work by topic, and the receipt that counts what was read."""
        self._source = source
        self._converters = converters
        self.streams = source.streams
        self.problems: list[Problem] = source.problems
        self._receipt = receipt

    def acknowledge(self, positions: Sequence[Position]) -> None:
        """Pass it on."""
        self._source.acknowledge(positions)

    def lag(self) -> int | None:
        """Give what the source says."""
        return self._source.lag()

    def batches(self, positions: Positions) -> Iterator[Batch | None]:
        """Yield the source's batches with the statements of their messages; one may have none."""
        for batch in self._source.batches(positions):
            converter = self._converters.get(batch.topic) if batch is not None else None
            yield batch if batch is None or converter is None else self._converted(batch, converter)

    def _converted(self, batch: Batch, converter: Converter) -> Batch:
        records: list[Record] = []
        for message in batch.records:
            made = self._records_of(message, converter)
            # Elements of a message that is an array are numbered on through all that they hold.
            first = 0
            if records and records[-1].offset == message.offset:
                first = records[-1].element + 1
            records += [each._replace(element=first + number) for number, each in enumerate(made)]
        return batch._replace(records=records)

    def _records_of(self, message: Record, converter: Converter) -> list[Record]:
        if message.fault is not None or message.value is None:
            return [message]
        made: list[Record] = []
        try:
            for record in converter.read(io.BytesIO(message.value)):
                made += converter.convert(record, self._receipt, offset=message.offset)
        except (InputError, OSError) as error:
            fault = Fault(UNREADABLE, "", "", f"The message is not of the format {converter.name}: {error}")
            self._receipt.count_refused(UNREADABLE, fault.message)
            made.append(Record(message.offset, 0, message.value, fault))
        return [each._replace(source=message.source) for each in made]
