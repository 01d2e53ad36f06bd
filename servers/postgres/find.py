"""Where a PostgreSQL comes from: the first way that is open."""

from collections.abc import Callable, Mapping

from servers.errors import NotHereError
from servers.ladder import climb
from servers.postgres.image import container_postgres
from servers.postgres.installed import installed_programs, packaged_programs, process_postgres
from servers.postgres.server import Address, OwnPostgres, Postgres

ADDRESS_VARIABLE = "LEARNLOOM_TEST_POSTGRES"


def find_postgres(environment: Mapping[str, str]) -> Postgres:
    """Find a PostgreSQL to share: the one that the environment names, else one of one's own.

    Args:
        environment: LEARNLOOM_TEST_POSTGRES is postgresql://user:password@host:port/database; PATH as usual.

    Raises:
        NoServerError: No way is open; each is named with its reason.
        ValueError: LEARNLOOM_TEST_POSTGRES is not of that form.
    """

    def given() -> Postgres:
        uri = environment.get(ADDRESS_VARIABLE)
        if not uri:
            raise NotHereError(f"{ADDRESS_VARIABLE} is not set")
        return Postgres(Address.parse(uri))

    return climb("PostgreSQL", {"environment": given, **_own(environment)})


def own_postgres(environment: Mapping[str, str]) -> OwnPostgres:
    """Find a PostgreSQL of one's own, which may be stopped and killed; not started yet.

    Raises:
        NoServerError: No way is open.
    """
    return climb("PostgreSQL", _own(environment))


def _own(environment: Mapping[str, str]) -> dict[str, Callable[[], OwnPostgres]]:
    return {
        "Docker": lambda: container_postgres(environment),
        "initdb": lambda: process_postgres(installed_programs(environment)),
        "package": lambda: process_postgres(packaged_programs()),
    }
