"""Where a broker comes from: the first way that is open."""

from collections.abc import Callable, Mapping
from pathlib import Path

from servers.docker import find_docker
from servers.errors import NotHereError
from servers.kafka.broker import Broker, OwnBroker
from servers.kafka.image import COMMAND, IMAGE, environment_inside
from servers.kafka.jars import fetch_jars, find_java
from servers.kafka.java import QUICK, java_broker
from servers.kafka.properties import Listeners, Security
from servers.ladder import climb

ADDRESS_VARIABLE = "LEARNLOOM_TEST_KAFKA"


def find_broker(environment: Mapping[str, str], folder: Path) -> Broker:
    """Find a broker to share: the one that the environment names, else one of one's own.

    Args:
        environment: LEARNLOOM_TEST_KAFKA is host:port; PATH, JAVA_HOME, XDG_CACHE_HOME as usual.
        folder: For settings, data and log.

    Raises:
        NoServerError: No way is open; each is named with its reason.
    """

    def given() -> Broker:
        address = environment.get(ADDRESS_VARIABLE)
        if not address:
            raise NotHereError(f"{ADDRESS_VARIABLE} is not set")
        return Broker(address)

    return climb("Kafka", {"environment": given, **_own(environment, folder)})


def own_broker(
    environment: Mapping[str, str],
    folder: Path,
    security: Security | None = None,
    options: tuple[str, ...] = QUICK,
) -> OwnBroker:
    """Find a broker of one's own, which may be stopped and killed; not started yet.

    Args:
        environment: As for `find_broker`, but for LEARNLOOM_TEST_KAFKA.
        folder: For settings, data and log.
        security: With it, the broker has secured listeners too.
        options: For Java.

    Raises:
        NoServerError: No way is open.
    """
    return climb("Kafka", _own(environment, folder, security, options))


def _own(
    environment: Mapping[str, str],
    folder: Path,
    security: Security | None = None,
    options: tuple[str, ...] = QUICK,
) -> dict[str, Callable[[], OwnBroker]]:
    listeners = Listeners.choose(security)

    def in_docker() -> OwnBroker:
        find_docker(environment)
        # Docker's packages take long to import: not for every process that only collects tests.
        from servers.container import ServerContainer  # noqa: PLC0415

        ports = {port: port for port in listeners.ports.values()}
        container = ServerContainer(IMAGE, COMMAND, environment_inside(listeners, security), ports)
        return OwnBroker(container, listeners, security)

    def on_java() -> OwnBroker:
        java = find_java(environment)
        jars = fetch_jars(environment)
        return java_broker(folder, listeners, security, java=java, jars=jars, options=options)

    return {"Docker": in_docker, "Java": on_java}
