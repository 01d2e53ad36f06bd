"""Where statements go once they are written."""

from random import Random
from typing import Protocol


class Receiver(Protocol):
    """Where statements go."""

    def take(self, statement_id: str, line: str, at_ms: int, *, is_spared: bool) -> None:
        """Take one statement; a spared one must not suffer a fault."""


class Journal:
    """Where all students write: it mints the ids and knows who receives the statements."""

    def __init__(self, receiver: Receiver, rng: Random) -> None:
        self.receiver = receiver
        self._bits = rng.getrandbits

    def new_id(self) -> str:
        """A UUID of version 4."""
        digits = f"{self._bits(128):032x}"
        variant = "89ab"[int(digits[16], 16) & 3]
        return f"{digits[:8]}-{digits[8:12]}-4{digits[13:16]}-{variant}{digits[17:20]}-{digits[20:]}"
