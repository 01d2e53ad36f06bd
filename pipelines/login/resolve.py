"""From what a login says to a reader: by the roster, by matches told by hand, and by the settings."""

import datetime as dt
from collections import Counter
from typing import Final

from learnloom.pipelines.config.login import LoginBounds
from learnloom.pipelines.lake.errors import WarehouseError
from learnloom.pipelines.lake.held import ReadingPool
from learnloom.pipelines.login.errors import LoginRefusedError
from learnloom.pipelines.login.sessions import Identity
from learnloom.pipelines.login.words import N_
from learnloom.pipelines.people.identifier import key_of, known_as
from learnloom.pipelines.pseudonyms.pseudonyms import Pseudonyms
from learnloom.pipelines.roster.members import KnownMember, find_login
from learnloom.pipelines.roster.reader import Reader, Role
from learnloom.pipelines.roster.show import list_unmatched

_LEAD: Final = "lead"
_MOST_COUNTED: Final = 100_000


class Resolver:
    """Asks the warehouse; may be used from many threads."""

    def __init__(self, pool: ReadingPool, bounds: LoginBounds, pseudonyms: Pseudonyms | None = None) -> None:
        """Take connections to the warehouse, the settings, and under what statements land."""
        self._pool = pool
        self._bounds = bounds
        self._pseudonyms = pseudonyms

    def reader(self, identity: Identity) -> tuple[Reader, bool]:
        """Give the reader, and whether the person was found in statements or rosters.

        Raises:
            LoginRefusedError: there is nothing that this person may see, or it cannot be said now.
        """
        named = identity.identifier
        key = None if named is None else key_of(known_as(named, self._pseudonyms))
        try:
            with self._pool.lent() as warehouse:
                found = find_login(
                    warehouse,
                    identity.subject,
                    key,
                    launched=identity.courses,
                    launched_at=dt.datetime.fromtimestamp(identity.came / 1_000, dt.UTC),
                )
        except WarehouseError as error:
            raise LoginRefusedError(
                "warehouse", N_("who you are cannot be looked up now: try again in a minute"), status=503
            ) from error
        is_found = found.is_met or found.in_courses or bool(found.teaches)
        return self._judged(identity, found, is_found=is_found), is_found

    def count_unmatched(self) -> dict[str, int]:
        """Count by issuer the members of its lists who match nobody; nothing where it cannot be asked now."""
        try:
            with self._pool.lent() as warehouse:
                found = list_unmatched(warehouse, limit=_MOST_COUNTED)
        except WarehouseError:
            return {}
        return Counter(each.subject.partition("#")[0] for each in found)

    def _judged(self, identity: Identity, found: KnownMember, *, is_found: bool) -> Reader:
        names = {identity.subject, identity.identifier}
        if identity.role == "teacher" or (not identity.role and found.teaches):
            return _reader(
                identity, Role.TEACHER, courses=found.teaches | (set(identity.courses) - found.ended)
            )
        if names & set(self._bounds.operators):
            return _reader(identity, Role.OPERATOR)
        if names & set(self._bounds.leads):
            return _reader(identity, Role.LEAD)
        if identity.role == _LEAD:
            if self._bounds.administrators_are == _LEAD:
                return _reader(identity, Role.LEAD)
            raise LoginRefusedError(
                "role", N_("administrators of a platform see nothing here, by the school's choice")
            )
        if found.is_staff:
            raise LoginRefusedError(
                "staff", N_("the school's list says that you are staff: there is no page of you")
            )
        if identity.role == "student" or is_found:
            return _reader(identity, Role.STUDENT, student_key=found.person_key if is_found else None)
        raise LoginRefusedError(
            "roster",
            N_(
                "no roster and no learning record names you: ask the school to match your login "
                "(learnloom roster unmatched lists it)"
            ),
        )


def _reader(
    identity: Identity, role: Role, *, student_key: str | None = None, courses: frozenset[str] = frozenset()
) -> Reader:
    return Reader(identity.subject, identity.name, role, student_key, courses, identity.language)
