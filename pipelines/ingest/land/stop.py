"""A request to stop, and what it may break off."""

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType


class StopSignal:
    """A request to stop, by a signal or a caller: reading ends at once, landing after the batch in hand."""

    def __init__(self) -> None:
        self.is_set = False
        self.signal_number = 0
        """The first signal that set it; 0: a caller."""
        self._is_interruptible = False

    def set(self, number: int = 0, _frame: FrameType | None = None) -> None:
        """Request a stop; a second time changes nothing."""
        was_set, self.is_set = self.is_set, True
        if not was_set:
            self.signal_number = number
        if self._is_interruptible and not was_set:
            raise KeyboardInterrupt

    @contextmanager
    def interruptible(self) -> Iterator[None]:
        """Let `set` break off what is done within, such as waiting for input."""
        if self.is_set:
            raise KeyboardInterrupt
        self._is_interruptible = True
        try:
            yield
        finally:
            self._is_interruptible = False

    @classmethod
    @contextmanager
    def from_signals(cls) -> "Iterator[StopSignal]":
        """Set it on SIGINT and SIGTERM within the block; main thread only."""
        stop = cls()
        before = {number: signal.signal(number, stop.set) for number in (signal.SIGINT, signal.SIGTERM)}
        try:
            yield stop
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)
