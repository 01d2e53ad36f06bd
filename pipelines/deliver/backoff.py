"""How long to wait after a failure."""

from collections.abc import Callable
from datetime import timedelta

_MAX_DOUBLINGS = 60


def wait_after(
    n_failures: int, *, first_seconds: float, largest_seconds: float, chance: Callable[[], float]
) -> timedelta:
    """Give the wait after the n-th failure in a row: it doubles with each, and half of it is left to chance.

    Args:
        n_failures: from 1.
        first_seconds: after the first.
        largest_seconds: never more.
        chance: gives a number from 0 to 1; spreads those who failed at the same moment.
    """
    doubled = first_seconds * 2.0 ** min(n_failures - 1, _MAX_DOUBLINGS)
    return timedelta(seconds=min(doubled, largest_seconds) * (0.5 + chance() / 2))
