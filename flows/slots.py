"""Prefect's limits on runs of deployments, for runs that are none of a deployment: all of them take turns."""

import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from http import HTTPStatus
from typing import Final
from uuid import UUID

from prefect.client.orchestration import SyncPrefectClient, get_client
from prefect.exceptions import PrefectHTTPStatusError

from learnloom.flows.runtime import NAME
from learnloom.schemas.errors import LearnloomError

_LEASE_SECONDS: Final = 60.0
"""So long Prefect keeps the slots of a process that was killed; it allows no less."""
_RENEW_SECONDS: Final = 20.0
_held: Final[set[UUID]] = set()
"""Leases of this process."""


class SlotsTakenError(LearnloomError):
    """A run of the same flow is under way."""


@contextmanager
def slots_of(flows: Sequence[str]) -> Iterator[None]:
    """Hold a slot of each flow's deployment within the block.

    Not by `prefect.concurrency`: that waits by itself, for up to a minute between two questions.

    Raises:
        SlotsTakenError: one of them has none to give; ask again later.
    """
    with get_client(sync_client=True) as client:
        lease_id = _take(client, [_limit_of(client, flow) for flow in flows])
        _held.add(lease_id)
        is_over = threading.Event()
        renewing = threading.Thread(target=_renew, args=(lease_id, is_over), daemon=True)
        renewing.start()
        try:
            yield
        finally:
            is_over.set()
            renewing.join()
            _held.discard(lease_id)
            client.release_concurrency_slots_with_lease(lease_id)


def release_held() -> None:
    """Give back what this process holds, which ends now whatever it does: else others wait until the leases run out."""
    with (
        suppress(Exception),
        get_client(sync_client=True) as client,
    ):  # Prefect may be away: then they do run out
        while _held:
            client.release_concurrency_slots_with_lease(_held.pop())


def _limit_of(client: SyncPrefectClient, flow: str) -> str:
    """Name of the limit that Prefect keeps for a deployment."""
    return f"deployment:{client.read_deployment_by_name(f'{flow}/{NAME}').id}"


def _take(client: SyncPrefectClient, limits: list[str]) -> UUID:
    try:
        answer = client.increment_concurrency_slots_with_lease(
            names=limits, slots=1, mode="concurrency", lease_duration=_LEASE_SECONDS
        )
    except PrefectHTTPStatusError as error:
        if error.response.status_code == HTTPStatus.LOCKED:
            raise SlotsTakenError("a run of the same flow is under way") from error
        raise
    return UUID(answer.json()["lease_id"])


def _renew(lease_id: UUID, is_over: threading.Event) -> None:
    """Keep the slots until it is over; where Prefect is away for too long others may take them, which loses nothing."""
    while not is_over.wait(_RENEW_SECONDS):
        with suppress(Exception), get_client(sync_client=True) as client:
            client.renew_concurrency_lease(lease_id, _LEASE_SECONDS)
