"""A PostgreSQL of one's own in a container."""

from collections.abc import Mapping

from servers.docker import find_docker
from servers.ports import free_port
from servers.postgres.server import OwnPostgres

_IMAGE = "postgres:17-alpine"
_PORT = 5432


def container_postgres(environment: Mapping[str, str]) -> OwnPostgres:
    """Make ready a PostgreSQL in a container.

    Raises:
        NotHereError: There is no Docker to talk to, or it cannot fetch the image.
    """
    find_docker(environment)
    # Docker's packages take long to import: not for every process that only collects tests.
    from servers.container import ServerContainer  # noqa: PLC0415

    port = free_port()
    command = ("postgres", "-c", "fsync=off", "-c", "full_page_writes=off")
    let_in = {"POSTGRES_HOST_AUTH_METHOD": "trust"}
    return OwnPostgres(ServerContainer(_IMAGE, command, let_in, {_PORT: port}), port)
