"""Delivery to files of JSON lines."""

from pathlib import Path
from typing import Self

from pipelines.deliver.subscription import ToFile
from pipelines.warehouse.events import OutboxRow


class File:
    """A `Sink`: each flush writes one file, named by the first and last sequence in it.

    The same events again, after a crash, make a file of the same name: it takes the other's place.
    """

    def __init__(self, subscription: ToFile) -> None:
        self._folder: Path = subscription.folder
        self._waiting: list[OutboxRow] = []

    def __enter__(self) -> Self:
        """Make the folder."""
        self._folder.mkdir(parents=True, exist_ok=True)
        return self

    def __exit__(self, *_: object) -> None:
        """Drop what was not flushed."""
        self._waiting.clear()

    def send(self, event: OutboxRow) -> None:
        """Take one event."""
        self._waiting.append(event)

    def flush(self) -> None:
        """Write what was taken; the file appears when it is complete. OSError where the disk is in trouble."""
        if not self._waiting:
            return
        first, last = self._waiting[0].sequence, self._waiting[-1].sequence
        place = self._folder / f"signals-{first:012}-{last:012}.jsonl"
        part = place.with_suffix(".part")
        part.write_bytes(b"".join(each.event.encode() + b"\n" for each in self._waiting))
        part.replace(place)
        self._waiting.clear()
