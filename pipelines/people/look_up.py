"""Looking up people as they are told now, whether or not a refresh has taken it in."""

import datetime as dt
from collections.abc import Sequence
from typing import Final, NamedTuple

from learnloom.pipelines.lake.connection import Warehouse
from learnloom.pipelines.people.errors import PersonError
from learnloom.pipelines.people.events import MERGE, SPLIT, PersonChange, PersonEvent, WhoIsWho
from learnloom.pipelines.serve.students import must_be_refreshed

_IDENTIFIER: Final = "staging.stg_identifier"
_MAX_CANDIDATES: Final = 10


class Met(NamedTuple):
    """An identifier by which somebody was met in statements."""

    identifier_key: str
    identifier: str
    actor_name: str | None


class Person(NamedTuple):
    """Somebody who has several identifiers, or a role."""

    student_key: str
    name: str | None
    identifiers: Sequence[str]
    role: str
    """student, or what they are instead."""
    told_by: str | None
    """list, setting or statement; None of a student of whom nothing was told."""
    source: str | None
    """The file or the pattern."""
    since: dt.datetime | None
    first_seen_at: dt.datetime | None
    """None of who was never met in statements."""


_PEOPLE: Final = f"""
    WITH known AS (
        SELECT
            coalesce(met.identifier_key, staff.identifier_key) AS identifier_key,
            coalesce(met.identifier, staff.identifier) AS identifier,
            met.student_key AS computed_key, met.actor_name, met.first_seen_at,
            staff.role, staff.source, staff.since
        FROM {_IDENTIFIER} AS met
        FULL JOIN landing.staff ON met.identifier_key = staff.identifier_key
    ),
    owned AS (
        SELECT known.*, coalesce(person.student_key, known.identifier_key) AS student_key
        FROM known LEFT JOIN landing.person USING (identifier_key)
    ),
    persons AS (
        SELECT
            student_key,
            arg_max(actor_name, first_seen_at) AS name,
            list(DISTINCT identifier ORDER BY identifier) AS identifiers,
            count(DISTINCT identifier_key) AS n_keys,
            -- As staging.stg_staff decides it.
            arg_min(role, (role <> 'student', -epoch_us(since), role)) AS told_role,
            arg_min(source, (role <> 'student', -epoch_us(since), role)) AS told_source,
            arg_min(since, (role <> 'student', -epoch_us(since), role)) AS told_since,
            any_value(computed_key) AS computed_key,
            min(first_seen_at) AS first_seen_at
        FROM owned GROUP BY student_key
    )
    SELECT
        persons.student_key, name, identifiers, coalesce(told_role, staff.role, 'student'),
        CASE WHEN told_role IS NOT NULL THEN 'list' ELSE staff.told_by END,
        coalesce(told_source, staff.source), coalesce(told_since, staff.since), first_seen_at
    FROM persons
    LEFT JOIN dimensional.dim_staff AS staff
        ON persons.computed_key = staff.student_key AND staff.told_by <> 'list'
    WHERE (
        $search IS NULL AND (n_keys > 1 OR coalesce(told_role, staff.role, 'student') <> 'student')
        OR contains(
            lower(concat_ws(' ', persons.student_key, name, array_to_string(identifiers, ' '))), lower($search)
        )
    )
    ORDER BY coalesce(told_role, staff.role, 'student') = 'student', name NULLS LAST, persons.student_key
    LIMIT $limit
"""


def list_people(warehouse: Warehouse, *, search: str | None, limit: int) -> list[Person]:
    """List who is staff and why, and who has several identifiers; or all whose name or identifier has `search`.

    Raises:
        WarehouseError: there was no refresh so far.
    """
    must_be_refreshed(warehouse, _IDENTIFIER)
    return [Person._make(row) for row in warehouse.rows(_PEOPLE, {"search": search, "limit": limit})]


def waits_for_refresh(warehouse: Warehouse, events: Sequence[PersonEvent]) -> bool:
    """Whether something was told since the last refresh."""
    (refreshed_at,) = warehouse.one("SELECT max(refreshed_at) FROM run.refresh_state")
    return any(refreshed_at is None or event.told_at > refreshed_at for event in events)


def find_identifiers(warehouse: Warehouse, who: WhoIsWho, wanted: str) -> list[Met]:
    """Give the identifiers of the one person who goes by `wanted`: a key, an identifier, an account's name or a name.

    Where `wanted` is an identifier, or the key of one, it is the first of the list.

    Raises:
        PersonError: nobody does, or several do; the message lists them.
    """
    must_be_refreshed(warehouse, _IDENTIFIER)
    rows = warehouse.rows(
        f"""
        SELECT DISTINCT identifier_key, identifier, actor_name,
            $wanted IN (identifier_key, own_key, identifier) AS is_named
        FROM {_IDENTIFIER}
        WHERE is_named OR lower(actor_name) = lower($wanted) OR student_key = $wanted
            OR list_contains($members, identifier_key)
            OR (identifier_kind = 'account' AND identifier[instr(identifier, ' ') + 1:] = $wanted)
        ORDER BY is_named DESC, identifier
        """,
        {"wanted": wanted, "members": sorted(who.members(wanted))},
    )
    named = [row for row in rows if row[3]] or rows
    found = [Met._make(row[:3]) for row in named]
    people = sorted({who.person(met.identifier_key) for met in found})
    if len(people) == 1:
        return found
    if not people:
        raise PersonError(
            f"nobody has the key, identifier or name {wanted!r}: search with `learnloom people list --search`"
        )
    listed = "".join(
        f"\n  {met.identifier_key} {met.actor_name or ''} ({met.identifier})"
        for met in found[:_MAX_CANDIDATES]
    )
    raise PersonError(f"{len(people)} people match {wanted!r}: choose one by its key: {listed}")


def merging(warehouse: Warehouse, who: WhoIsWho, staying: str, joining: str) -> PersonChange:
    """Give what puts the person `joining` to the person `staying`, whose key both have from then on.

    Raises:
        PersonError: one of them is nobody or several, or they are one already.
    """
    one = find_identifiers(warehouse, who, staying)[0]
    other = find_identifiers(warehouse, who, joining)[0]
    if who.person(one.identifier_key) == who.person(other.identifier_key):
        raise PersonError(f"{one.identifier} and {other.identifier} are one person already")
    return PersonChange(MERGE, other.identifier_key, other.identifier, one.identifier_key)


def splitting(warehouse: Warehouse, who: WhoIsWho, wanted: str) -> PersonChange:
    """Give what makes an identifier a person of its own again.

    Raises:
        PersonError: it is none or several, or is a person of its own already.
    """
    found = find_identifiers(warehouse, who, wanted)
    keys = {met.identifier_key for met in found}
    if len(keys) > 1:
        listed = "".join(f"\n  {met.identifier}" for met in found)
        raise PersonError(f"{wanted!r} has several identifiers: name the one that is to leave: {listed}")
    person = who.person(found[0].identifier_key)
    if len(who.members(person)) == 1:
        raise PersonError(f"{found[0].identifier} is a person of its own already")
    return PersonChange(SPLIT, found[0].identifier_key, found[0].identifier, person)
