"""One format at work: from a source's records to the records that are landed or written out."""

import hashlib
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import BinaryIO, Final

import orjson

from learnloom.pipelines.convert.format import ConvertError, Format, Options, SourceRecord
from learnloom.pipelines.convert.ids import StatementIds
from learnloom.pipelines.convert.receipt import Receipt
from learnloom.pipelines.convert.registry import make_format
from learnloom.pipelines.ingest.sources.errors import InputError
from learnloom.schemas.errors import LearnloomError
from learnloom.schemas.record import Fault, Record

FAILED: Final = "convert-failed"
"""Rule: the format itself has failed at a record."""


class Converter:
    """Converts records of one source."""

    def __init__(self, name: str, options: Options) -> None:
        """Make the format.

        Raises:
            OptionsError: there is no such format, or its options are wrong.
        """
        self.name = name
        self.format: Format = make_format(name, options)
        self._ids = StatementIds(name, options)
        told = orjson.dumps(asdict(options), option=orjson.OPT_SORT_KEYS, default=str)
        self.digest = f"{name}:{hashlib.blake2b(told, digest_size=8).hexdigest()}"
        """Of the format's name and options: a file that was read by others is read anew."""

    def read(self, given: Path | BinaryIO) -> Iterator[SourceRecord]:
        """Cut what is given into records.

        Raises:
            InputError: it cannot be read (on), whatever the format raised.
            OSError: the same, by the system.
        """
        try:
            yield from self.format.read(given)
        except (InputError, OSError):
            raise
        except LearnloomError as error:
            raise InputError(str(error)) from error
        except Exception as error:
            raise InputError(
                f"the format {self.name} failed at it: {type(error).__name__}: {error}"
            ) from error

    def convert(self, record: SourceRecord, receipt: Receipt, *, offset: int = 0) -> list[Record]:
        """Give what is landed of a record, in order: its statements, or itself with its fault, or nothing.

        Args:
            record: what was read.
            receipt: counts what became of it.
            offset: the record's number; a statement's number within it becomes its element.
        """
        if record.error is not None:
            return [self._refused(record, record.error.fault, receipt, offset)]
        try:
            made = self.format.convert(record)
            ids = self._ids.of(made)
            values = [
                orjson.dumps({"id": each, **told}) for each, told in zip(ids, made.statements, strict=True)
            ]
        except ConvertError as error:
            return [self._refused(record, error.fault, receipt, offset)]
        except Exception as error:  # noqa: BLE001 - a format may be a stranger's; one record costs only itself
            message = (
                f"The format {self.name} raised {type(error).__name__}: {error}. Tell whoever maintains it."
            )
            return [self._refused(record, Fault(FAILED, "", "", message), receipt, offset)]
        if values:
            receipt.count_converted(made.kind, len(values))
        else:
            receipt.count_ignored(made.kind, made.ignored or "gives no statement")
        raw, can_change = record.raw, made.can_change
        landed = [
            Record(offset, number, value, None, None, None, raw, can_change)
            for number, value in enumerate(values)
        ]
        if made.withdrawn:
            landed += [
                Record(offset, number, None, original=raw, withdraws=each)
                for number, each in enumerate(self._ids.withdrawn(made), start=len(values))
            ]
        return landed

    def _refused(self, record: SourceRecord, fault: Fault, receipt: Receipt, offset: int) -> Record:
        placed = fault._replace(message=f"{record.place}: {fault.message}" if record.place else fault.message)
        receipt.count_refused(fault.rule, placed.message)
        return Record(offset, 0, record.raw, placed)
