"""Bringing in the members of all courses from which teachers or students have come by a launch."""

import time
from contextlib import closing
from typing import NamedTuple

from learnloom.pipelines.config.settings import Settings
from learnloom.pipelines.lake.connection import Warehouse
from learnloom.pipelines.login.errors import LoginRefusedError
from learnloom.pipelines.login.names_roles import Lists
from learnloom.pipelines.login.own_key import make_key
from learnloom.pipelines.login.platforms import Platforms
from learnloom.pipelines.login.store import LoginStore, MemberList
from learnloom.pipelines.lrs.fetch import Fetcher, FetchError
from learnloom.pipelines.people.events import Teller
from learnloom.pipelines.pseudonyms.opening import pseudonyms_of
from learnloom.pipelines.roster.member import RosterCounts, import_members, tell_staff

_SECONDS = 30.0
"""How long a platform may take for a page of a list."""


class FetchedList(NamedTuple):
    """What became of one list."""

    told: MemberList
    counts: RosterCounts | None
    """None: it could not be had."""
    trouble: str | None


def fetch_rosters(
    settings: Settings, store: LoginStore, warehouse: Warehouse, teller: Teller
) -> list[FetchedList]:
    """Put each course's members in the place of those that its platform told before.

    A list that cannot be had stays as it was, and keeps no other from being fetched. Who is staff is told once, by all
    lists: by half of them somebody who changes courses would be something else for a moment.

    Args:
        settings: a school's choices.
        store: knows where lists are.
        warehouse: open for writing.
        teller: who brings them in.

    Raises:
        WarehouseBusyError: other writers were in the way for too long; lists before this one are there, and the next
            fetch tells who is staff by them.
    """
    platforms = Platforms(store, settings.login)
    with closing(platforms), closing(Fetcher(monotonic=time.monotonic, seconds=_SECONDS)) as fetcher:
        lists = Lists(
            store.own_key(make_key), fetcher, now=lambda: store.moment() // 1_000, known=store.identifiers()
        )
        found = []
        for told in store.member_lists():
            try:
                members, left_out = lists.members(told, platforms.find(told.issuer, told.client_id))
            except (FetchError, LoginRefusedError) as error:
                found.append(FetchedList(told, None, str(error)))
                continue
            counts = import_members(
                warehouse,
                told.address,
                members,
                teller,
                left_out=left_out,
                wait_seconds=settings.lock_wait_seconds,
                pseudonyms=pseudonyms_of(settings),
                tells_staff=False,
            )
            found.append(FetchedList(told, counts, None))
    if found:
        tell_staff(warehouse, teller, wait_seconds=settings.lock_wait_seconds)
    return found
