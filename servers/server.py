"""What all servers can do, and what runs those that are ours."""

from abc import ABC, abstractmethod
from collections.abc import Callable
from types import TracebackType
from typing import Protocol, Self


class Server(ABC):
    """A server, whoever runs it: `with` starts it and closes it."""

    def __enter__(self) -> Self:
        """Start it."""
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close it."""
        self.close()

    @abstractmethod
    def start(self) -> None:
        """Return when it answers.

        Raises:
            StartError: It does not.
        """

    @abstractmethod
    def is_ready(self) -> bool:
        """Whether it answers."""

    def close(self) -> None:  # noqa: B027 - a server that is not ours is left to whoever runs it
        """End what is ours."""


class Runner(Protocol):
    """What a server of ours runs in: a process or a container. It can be started again with the same data."""

    def start(self, is_ready: Callable[[], bool]) -> None:
        """Start it and wait until it is ready; nothing, where it runs. Raises StartError with the end of its log."""

    def stop(self) -> None:
        """Stop it in good order; nothing, where it does not run."""

    def kill(self) -> None:
        """End it at once, with all its processes, as a crash would."""

    def close(self) -> None:
        """End it, and remove what it leaves outside of its folder."""


class Owned(Server):
    """A server that is ours: it may be stopped, killed and restarted, on the same ports and with the same data."""

    def __init__(self, runner: Runner) -> None:
        """Not started yet."""
        self._runner = runner

    def start(self) -> None:
        """Start it and wait until it answers; nothing, where it runs."""
        self._runner.start(self.is_ready)

    def stop(self) -> None:
        """Stop it in good order; nothing, where it does not run."""
        self._runner.stop()

    def kill(self) -> None:
        """End it at once, as a crash would."""
        self._runner.kill()

    def restart(self) -> None:
        """Stop it and start it anew."""
        self.stop()
        self.start()

    def close(self) -> None:
        """End it for good."""
        self._runner.close()
