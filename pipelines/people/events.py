"""What was told of people, and who is who by it: only events are ever added, and all else follows from them.

An event that is undone counts as if it had never been told; those after it are read anew without it.
"""

import datetime as dt
from collections.abc import Callable, Iterable, Sequence
from typing import Final, NamedTuple

import pyarrow as pa

from learnloom.pipelines.ingest.land import landing_schema, school_tables
from learnloom.pipelines.lake.connection import Warehouse
from learnloom.pipelines.lake.fence import LANDING
from learnloom.pipelines.people.errors import PersonError

MERGE: Final = "merge"
SPLIT: Final = "split"
ROLE: Final = "role"
UNDO: Final = "undo"


class PersonChange(NamedTuple):
    """One thing that is told."""

    action: str
    """merge, split, role or undo."""
    identifier_key: str | None = None
    identifier: str | None = None
    value: str | None = None
    """Of a merge the key of an identifier whose person this one joins, of a split the key of the person it leaves, of
    a role the role."""
    undone_id: int | None = None


class Teller(NamedTuple):
    """Who tells something, when and why."""

    told_at: dt.datetime
    """Aware."""
    told_by: str
    reason: str | None
    source: str
    """The command, or the file."""


class PersonEvent(NamedTuple):
    """A row of landing.person_event."""

    event_id: int
    position: int
    told_at: dt.datetime
    told_by: str
    reason: str | None
    source: str
    action: str
    identifier_key: str | None
    identifier: str | None
    value: str | None
    undone_id: int | None


class ToldRole(NamedTuple):
    """A role that an identifier was told to have."""

    identifier: str
    role: str
    source: str
    since: dt.datetime


class WhoIsWho:
    """Whose each identifier is, and which roles were told."""

    def __init__(self, events: Iterable[PersonEvent] = ()) -> None:
        """Follow the events, in order, that were not undone."""
        listed = list(events)
        self.undone = _undone(listed)
        """Numbers of the events that do not count."""
        self.roles: dict[str, ToldRole] = {}
        self.apart: set[tuple[str, str]] = set()
        """Identifiers that were told to be another person's, with the key of that person."""
        self.counting: dict[int, str] = {}
        """What the events that count do, by their numbers."""
        self.identifiers: dict[str, str] = {}
        """Text of identifiers that were named, by key."""
        self._person: dict[str, str] = {}
        self._members: dict[str, set[str]] = {}
        for event in listed:
            if event.identifier_key is not None and event.identifier is not None:
                self.identifiers[event.identifier_key] = event.identifier
            if event.event_id not in self.undone:
                self.counting[event.event_id] = event.action
                self._follow(event)

    def person(self, identifier_key: str) -> str:
        """The key of the person who has an identifier."""
        return self._person.get(identifier_key, identifier_key)

    def members(self, student_key: str) -> set[str]:
        """Keys of all identifiers of a person."""
        return self._members.get(student_key, {student_key})

    @property
    def persons(self) -> dict[str, str]:
        """Key of the person by key of the identifier, where the two differ."""
        return {key: person for key, person in self._person.items() if key != person}

    def _follow(self, event: PersonEvent) -> None:
        key, value = event.identifier_key, event.value
        if key is None or value is None:
            return
        if event.action == MERGE:
            self._merge(self.person(key), self.person(value))
        elif event.action == SPLIT:
            self.apart.add((key, value))
            self._split(key)
        elif event.action == ROLE:
            told = self.roles.get(key)
            if event.identifier is not None and (told is None or told.role != value):
                self.roles[key] = ToldRole(event.identifier, value, event.source, event.told_at)

    def _merge(self, joining: str, staying: str) -> None:
        members = self.members(joining) | self.members(staying)
        if joining != staying:
            self._members.pop(joining, None)
        self._set(staying, members)

    def _split(self, key: str) -> None:
        person = self.person(key)
        rest = self.members(person) - {key}
        self._members.pop(person, None)
        self._set(key, {key})
        if rest:
            # The person keeps their key, unless it is the key of what leaves.
            self._set(person if person != key else min(rest), rest)

    def _set(self, person: str, members: set[str]) -> None:
        self._members[person] = members
        self._person.update(dict.fromkeys(members, person))


def _undone(events: Sequence[PersonEvent]) -> set[int]:
    """Numbers of the events that do not count, undone ones' own undoing included."""
    undone: set[int] = set()
    for event in reversed(events):
        if event.action == UNDO and event.event_id not in undone and event.undone_id is not None:
            undone.add(event.undone_id)
    return undone


def read_events(warehouse: Warehouse) -> list[PersonEvent]:
    """All events, in order; the tables of landing must stand."""
    columns = ", ".join(f'"{name}"' for name in PersonEvent._fields)
    rows = warehouse.rows(f'SELECT {columns} FROM landing.person_event ORDER BY event_id, "position"')
    return [PersonEvent._make(row) for row in rows]


def tell(
    warehouse: Warehouse,
    changes_of: Callable[[WhoIsWho], Sequence[PersonChange]],
    teller: Teller,
    *,
    wait_seconds: float,
) -> int | None:
    """Add an event, and write what follows from all events, as one transaction.

    Args:
        warehouse: open for writing.
        changes_of: gives what is to be told, from what is known when it is written; nothing: no event is added.
        teller: who tells it.
        wait_seconds: how long to try again while others write.

    Returns:
        The event's number; None where there was nothing to tell.

    Raises:
        WarehouseBusyError: other writers were in the way for too long; nothing is changed.
    """

    def write() -> int | None:
        with warehouse.transaction(LANDING):
            # Of two at once the second fails and is done again, with what the first has told.
            landing_schema.advance_fence(warehouse)
            events = read_events(warehouse)
            changes = changes_of(WhoIsWho(events))
            if not changes:
                return None
            number = max((event.event_id for event in events), default=0) + 1
            new = [_event(number, place, teller, change) for place, change in enumerate(changes)]
            who = WhoIsWho([*events, *new])
            school_tables.write_people(warehouse, _event_rows(new), _person_rows(who), _staff_rows(who))
        return number

    landing_schema.prepare(warehouse, wait_seconds=wait_seconds)
    return warehouse.retrying(write, wait_seconds=wait_seconds)


def _event(number: int, position: int, teller: Teller, change: PersonChange) -> PersonEvent:
    fields = {**teller._asdict(), **change._asdict()}
    return PersonEvent(event_id=number, position=position, **fields)


def undoing(who: WhoIsWho, number: int | None) -> PersonChange:
    """Give what undoes an event; None: the last that counts and undoes nothing itself.

    Raises:
        PersonError: there is none that counts.
    """
    chosen = number or max((each for each, action in who.counting.items() if action != UNDO), default=0)
    if chosen not in who.counting:
        known = "it is undone already" if chosen in who.undone else "there is no such event"
        raise PersonError(f"event {chosen} cannot be undone: {known}; see `learnloom people history`")
    return PersonChange(UNDO, undone_id=chosen)


def _event_rows(events: Sequence[PersonEvent]) -> pa.Table:
    text = pa.string()
    kinds = {"event_id": pa.int64(), "position": pa.int32(), "undone_id": pa.int64()}
    kinds["told_at"] = pa.timestamp("us", "UTC")
    columns = zip(PersonEvent._fields, zip(*events, strict=True), strict=True)
    return pa.table({name: pa.array(values, kinds.get(name, text)) for name, values in columns})


def _person_rows(who: WhoIsWho) -> pa.Table:
    keys = sorted(who.persons)
    return pa.table(
        {
            "identifier_key": pa.array(keys, pa.string()),
            "student_key": pa.array([who.person(key) for key in keys], pa.string()),
            "identifier": pa.array([who.identifiers.get(key, key) for key in keys], pa.string()),
        }
    )


def _staff_rows(who: WhoIsWho) -> pa.Table:
    keys = sorted(who.roles)
    roles = [who.roles[key] for key in keys]
    return pa.table(
        {
            "identifier_key": pa.array(keys, pa.string()),
            "identifier": pa.array([role.identifier for role in roles], pa.string()),
            "role": pa.array([role.role for role in roles], pa.string()),
            "source": pa.array([role.source for role in roles], pa.string()),
            "since": pa.array([role.since for role in roles], pa.timestamp("us", "UTC")),
        }
    )
