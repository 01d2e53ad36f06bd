"""Whom an erasure, or a student's own question, is about: keys, identifiers and names."""

from collections.abc import Sequence
from typing import Final, NamedTuple

from learnloom.pipelines.lake.connection import Warehouse
from learnloom.pipelines.lake.relation import existing_tables
from learnloom.pipelines.people.errors import PersonError
from learnloom.pipelines.people.events import WhoIsWho, read_events
from learnloom.pipelines.people.identifier import key_of
from learnloom.pipelines.people.look_up import find_identifiers

_IDENTIFIER: Final = "staging.stg_identifier"
_STUDENT: Final = "dimensional.dim_student"


class Subject(NamedTuple):
    """A student with all of their identifiers."""

    student_key: str
    keys: tuple[str, ...]
    """Of the student, and of each identifier by itself."""
    identifiers: tuple[str, ...]
    names: tuple[str, ...]


def find_subject(warehouse: Warehouse, wanted: str) -> Subject:
    """Find the one student who goes by a key, an identifier, an account's name or a name.

    An identifier is enough where nothing was refreshed yet, or where no statement of theirs is taken in.

    Raises:
        PersonError: nobody does, or several do.
    """
    who, tables = WhoIsWho(read_events(warehouse)), existing_tables(warehouse)
    keys: set[str] = set()
    if _IDENTIFIER in tables:
        try:
            keys = {met.identifier_key for met in find_identifiers(warehouse, who, wanted)}
        except PersonError as error:
            keys = _key_given(wanted, error)
    else:
        keys = _key_given(wanted, PersonError(f"nobody is known yet: give an identifier, not {wanted!r}"))
    student = who.person(min(keys))
    keys |= who.members(student) | {student}
    identifiers = {who.identifiers[key] for key in keys if key in who.identifiers}
    names: set[str] = set()
    if _IDENTIFIER in tables:
        for identifier, name in _met(warehouse, keys, tables):
            identifiers.add(identifier)
            names |= {name} if name else set()
    if not identifiers and key_or_none(wanted) in keys:
        identifiers.add(wanted)
    return Subject(student, tuple(sorted(keys)), tuple(sorted(identifiers)), tuple(sorted(names)))


def key_or_none(identifier: str) -> str | None:
    """Key of an identifier; None where the text is none."""
    try:
        return key_of(identifier)
    except ValueError:
        return None


def _key_given(wanted: str, error: PersonError) -> set[str]:
    key = key_or_none(wanted)
    if key is None or "people match" in str(error):
        raise error
    return {key}


def _met(warehouse: Warehouse, keys: set[str], tables: set[str]) -> Sequence[tuple[str, str | None]]:
    student = (
        f"UNION SELECT identifier, student_name FROM {_STUDENT} WHERE list_contains($keys, student_key)"
        if _STUDENT in tables
        else ""
    )
    return [
        (row[0], row[1])
        for row in warehouse.rows(
            f"SELECT identifier, actor_name FROM {_IDENTIFIER} WHERE list_contains($keys, identifier_key) "
            f"OR list_contains($keys, student_key) {student}",
            {"keys": sorted(keys)},
        )
    ]
