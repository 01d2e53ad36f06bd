"""How much and how often: buckets that fill up with time, and are taken from (token buckets)."""

import math
import threading
from collections import OrderedDict
from collections.abc import Callable
from typing import Final

_MOST_NAMES: Final = 20_000
"""Names that are remembered; who is forgotten has a full bucket."""


class Buckets:
    """A bucket for each name; may be used from many threads."""

    def __init__(self, *, per_second: float, burst: float, monotonic: Callable[[], float]) -> None:
        """Each bucket holds `burst`, and gets `per_second` more with time; `monotonic` gives seconds from anywhere."""
        self._per_second = per_second
        self._burst = burst
        self._monotonic = monotonic
        self._lock = threading.Lock()
        self._levels: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def wait(self, name: str) -> float:
        """Give the seconds until one may be taken; 0: now."""
        with self._lock:
            level = self._level(name)
        return max(0.0, 1 - level) / self._per_second

    def take(self, name: str, amount: float) -> None:
        """Take an amount. What is more than the bucket holds is owed: what is large passes, and is waited for after."""
        with self._lock:
            self._levels[name] = (self._level(name) - amount, self._monotonic())
            self._levels.move_to_end(name)
            if len(self._levels) > _MOST_NAMES:
                self._levels.popitem(last=False)

    def _level(self, name: str) -> float:
        level, at = self._levels.get(name, (self._burst, 0.0))
        return min(self._burst, level + (self._monotonic() - at) * self._per_second)


def retry_after(seconds: float) -> str:
    """Write seconds as the header Retry-After has them."""
    return str(max(1, math.ceil(seconds)))
