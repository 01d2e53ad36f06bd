"""Events into files: JSON lines, each file whole from the moment at which it has its name."""

import os
from collections.abc import Mapping
from contextlib import suppress
from typing import Final

from learnloom.pipelines.config.subscriptions import FileSubscription
from learnloom.pipelines.deliver.queue import Due
from learnloom.pipelines.deliver.sender import DELIVERED, DeliveryOutcome

_AT_ONCE: Final = 10_000


class FileSender:
    """Writes a file for each batch, named by its first and last event: the same batch again takes its place."""

    def __init__(self, subscription: FileSubscription) -> None:
        """Nothing is written before there is an event."""
        self._folder = subscription.folder
        self._events: list[Due] = []

    @property
    def at_once(self) -> int:
        """Events in a file, at the most."""
        return _AT_ONCE

    def send(self, event: Due) -> DeliveryOutcome:
        """Keep the event for the file."""
        self._events.append(event)
        return DELIVERED

    def flush(self) -> Mapping[int, DeliveryOutcome]:
        """Write the file, and give it its name when the disk has it."""
        events, self._events = self._events, []
        if not events:
            return {}
        name = f"signals-{events[0].sequence:012}-{events[-1].sequence:012}.jsonl"
        part = self._folder / f".{name}.{os.getpid()}.part"
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            with part.open("w", encoding="utf-8") as file:
                file.writelines(f"{event.event}\n" for event in events)
                file.flush()
                os.fsync(file.fileno())
            part.replace(self._folder / name)
        except OSError as error:
            with suppress(OSError):
                part.unlink(missing_ok=True)
            away = DeliveryOutcome("away", f"cannot write to {self._folder}: {error.strerror or error}")
            return {event.sequence: away for event in events}
        return {}

    def close(self) -> None:
        """Nothing is held open."""
