"""A wish to stop, and what it may break off."""

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType


class Interruption:
    """A wish to stop, by a signal or a caller: reading ends at once, landing after the parcel in hand."""

    def __init__(self) -> None:
        self.is_asked = False
        self.signal_number = 0
        """The first signal that asked; 0: a caller."""
        self._is_reading = False

    def ask(self, number: int = 0, _frame: FrameType | None = None) -> None:
        """Ask to stop; a second time changes nothing."""
        was_asked, self.is_asked = self.is_asked, True
        if not was_asked:
            self.signal_number = number
        if self._is_reading and not was_asked:
            raise KeyboardInterrupt

    @contextmanager
    def reading(self) -> Iterator[None]:
        """Let `ask` break off what is done within, such as waiting for input."""
        if self.is_asked:
            raise KeyboardInterrupt
        self._is_reading = True
        try:
            yield
        finally:
            self._is_reading = False

    @classmethod
    @contextmanager
    def from_signals(cls) -> "Iterator[Interruption]":
        """Ask on SIGINT and SIGTERM within the block; main thread only."""
        interruption = cls()
        before = {
            number: signal.signal(number, interruption.ask) for number in (signal.SIGINT, signal.SIGTERM)
        }
        try:
            yield interruption
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)
