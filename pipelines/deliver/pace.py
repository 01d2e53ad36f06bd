"""Not calling a receiver more often than it wants to be called."""

from collections.abc import Callable


class Pace:
    """Lets calls through at even distances."""

    def __init__(
        self, per_second: float, *, monotonic: Callable[[], float], sleep: Callable[[float], None]
    ) -> None:
        """`monotonic` gives seconds from anywhere, `sleep` waits so many."""
        self._seconds_between = 1 / per_second
        self._monotonic = monotonic
        self._sleep = sleep
        self._next = monotonic()

    def wait(self) -> None:
        """Wait until the next call may begin."""
        now = self._monotonic()
        if now < self._next:
            self._sleep(self._next - now)
        self._next = max(now, self._next) + self._seconds_between
