"""A server in a container, for tests."""

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from typing import Any, cast

from docker import DockerClient
from docker.errors import DockerException, ImageNotFound, NotFound
from docker.models.containers import Container
from testcontainers.core.container import DockerContainer

from servers.errors import NotHereError, StartError
from servers.ports import LOOPBACK
from servers.waiting import wait_until

_STOP_SECONDS = 30
_TOLD_LINES = 30


class ServerContainer:
    """A container of testcontainers, which sees to it that it is removed when we are gone.

    Its ports are fixed, so that it can be started again, and open to this machine only.
    """

    def __init__(
        self, image: str, command: Sequence[str], environment: Mapping[str, str], ports: Mapping[int, int]
    ) -> None:
        """Fetch the image, where it is not there yet.

        Args:
            image: Name and tag.
            command: What runs in it.
            environment: Variables in it.
            ports: Its ports by those in it.

        Raises:
            NotHereError: Docker cannot fetch the image.
        """
        try:
            self._made = DockerContainer(image, env=dict(environment)).with_command(list(command))
            _have(self._made.get_docker_client().client, image)
        except (DockerException, OSError) as error:
            raise NotHereError(f"Docker does not give {image}: {error}") from error
        # with_bind_ports would open them to the network.
        cast("dict[str, Any]", self._made.ports).update(
            {str(inside): (LOOPBACK, port) for inside, port in ports.items()}
        )
        self._container: Container | None = None

    def start(self, is_ready: Callable[[], bool]) -> None:
        """Start it and wait until it is ready; nothing, where it runs."""
        try:
            if self._container is None:
                self._container = self._made.start().get_wrapped_container()
            else:
                self._container.start()
        except DockerException as error:
            self.close()
            raise StartError(f"Docker does not start {self._made.image}: {error}") from error
        try:
            wait_until(is_ready, self._ended)
        except StartError as error:
            log = self._container.logs(tail=_TOLD_LINES).decode(errors="replace")
            self.close()
            raise StartError(f"{self._made.image} {error}. The end of its log:\n{log}") from error

    def stop(self) -> None:
        """Stop it in good order."""
        if self._container is not None:
            self._container.stop(timeout=_STOP_SECONDS)

    def kill(self) -> None:
        """End it at once."""
        if self._container is not None and self._ended() is None:
            self._container.kill()
            self._container.wait()

    def close(self) -> None:
        """End it and remove it with its data."""
        with suppress(NotFound):  # closed before
            self._made.stop()
        self._container = None

    def _ended(self) -> str | None:
        assert self._container is not None  # noqa: S101 - asked of a container that was started
        self._container.reload()
        return None if self._container.status == "running" else f"is {self._container.status}"


def _have(client: DockerClient, image: str) -> None:
    try:
        client.images.get(image)
    except ImageNotFound:
        client.images.pull(image)
