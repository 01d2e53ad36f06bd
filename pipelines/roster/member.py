"""Members of courses, as a roster names them, and how they are brought in."""

from collections.abc import Iterable, Sequence
from typing import Final, NamedTuple

import pyarrow as pa

from learnloom.pipelines.ingest.land import landing_schema, school_tables
from learnloom.pipelines.lake.connection import Warehouse
from learnloom.pipelines.lake.fence import LANDING
from learnloom.pipelines.people import oneroster
from learnloom.pipelines.people.events import PersonChange, Teller, WhoIsWho, tell
from learnloom.pipelines.people.identifier import key_of, known_as
from learnloom.pipelines.pseudonyms.pseudonyms import Pseudonyms
from learnloom.pipelines.roster.members import STUDENT, TEACHER

PARTS: Final = (STUDENT, TEACHER)


class Member(NamedTuple):
    """Somebody in a course."""

    course_id: str
    role: str
    """student or teacher."""
    identifier: str | None = None
    """As statements name the person; None where only a subject is known."""
    section: str | None = None
    subject: str | None = None
    """issuer#sub, where the roster comes from the platform of a login."""


class RosterCounts(NamedTuple):
    """What a roster says."""

    courses: int
    students: int
    teachers: int
    left_out: int
    """Rows that are no student or teacher, or of somebody who cannot be named."""
    new_staff: int | None
    """People who were not known to be staff; None: that is told of several rosters together."""


def import_members(
    warehouse: Warehouse,
    source: str,
    members: Sequence[Member],
    teller: Teller,
    *,
    left_out: int,
    wait_seconds: float,
    pseudonyms: Pseudonyms | None = None,
    tells_staff: bool = True,
) -> RosterCounts:
    """Put members in the place of those that `source` told before, and tell who is staff by them.

    Args:
        warehouse: open for writing.
        source: the roster's name.
        members: all that it has now.
        teller: who brings it in.
        left_out: rows that were not understood, to be counted.
        wait_seconds: how long to try again while others write.
        pseudonyms: under which statements land; members are kept under them, too.
        tells_staff: false where more rosters follow, and `tell_staff` after the last.

    Raises:
        WarehouseBusyError: other writers were in the way for too long; nothing is changed, or the roster is there and
            its staff are not told: the same import again tells them.
    """
    if pseudonyms is not None:
        members = [_hidden(each, pseudonyms) for each in members]
    rows = _rows(source, dict.fromkeys(members), teller)

    def write() -> None:
        with warehouse.transaction(LANDING):
            landing_schema.advance_fence(warehouse)
            school_tables.replace_roster(warehouse, source, rows)

    landing_schema.prepare(warehouse, wait_seconds=wait_seconds)
    warehouse.retrying(write, wait_seconds=wait_seconds)
    new_staff = tell_staff(warehouse, teller, wait_seconds=wait_seconds) if tells_staff else None
    named = {role: len({_who(each) for each in members if each.role == role}) for role in PARTS}
    return RosterCounts(
        len({each.course_id for each in members}), named[STUDENT], named[TEACHER], left_out, new_staff
    )


def _hidden(member: Member, pseudonyms: Pseudonyms) -> Member:
    if member.identifier is None:
        return member
    return member._replace(identifier=known_as(member.identifier, pseudonyms))


def _who(member: Member) -> str | None:
    return member.identifier or member.subject


def tell_staff(warehouse: Warehouse, teller: Teller, *, wait_seconds: float) -> int:
    """Tell who is staff, by all rosters that stand: a student in any course of any of them is a student.

    Returns:
        How many people were not known to be staff.

    Raises:
        WarehouseBusyError: other writers were in the way for too long; nothing is changed.
    """
    counted = 0

    def changes_of(who: WhoIsWho) -> list[PersonChange]:
        nonlocal counted
        found = list(oneroster.changes(oneroster.roles_by_courses(warehouse), who))
        counted = sum(change.value != STUDENT for change in found)
        return found

    tell(warehouse, changes_of, teller, wait_seconds=wait_seconds)
    return counted


def _rows(source: str, members: Iterable[Member], teller: Teller) -> pa.Table:
    listed, text = list(members), pa.string()
    keys = {name: key_of(name) for name in {each.identifier for each in listed} if name is not None}
    columns = {name: [getattr(each, name) for each in listed] for name in Member._fields}
    return pa.table(
        {
            "source": pa.array([source] * len(listed), text),
            **{name: pa.array(values, text) for name, values in columns.items()},
            "identifier_key": pa.array([keys.get(each.identifier or "") for each in listed], text),
            "told_at": pa.array([teller.told_at] * len(listed), pa.timestamp("us", "UTC")),
        }
    )
