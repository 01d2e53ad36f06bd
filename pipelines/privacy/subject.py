"""Whom an erasure, or a student's own question, is about: keys, identifiers, names and logins."""

import datetime as dt
from collections.abc import Collection, Iterable, Sequence
from typing import Final, NamedTuple, Self

from learnloom.pipelines.config.settings import Settings
from learnloom.pipelines.ingest.land.student_keys import former_keys, held_secret
from learnloom.pipelines.lake.connection import LAKE, Warehouse
from learnloom.pipelines.lake.extensions import quoted
from learnloom.pipelines.lake.relation import existing_tables, filled_tables
from learnloom.pipelines.lake.small import one_snapshot, one_thread
from learnloom.pipelines.login.forget import came_as, opened_logins
from learnloom.pipelines.people.errors import PersonError
from learnloom.pipelines.people.events import WhoIsWho, read_events
from learnloom.pipelines.people.identifier import key_of
from learnloom.pipelines.people.look_up import find_identifiers
from learnloom.pipelines.vault.names import alias_of
from learnloom.pipelines.vault.opening import may_read_names, open_vault
from learnloom.pipelines.vault.vault import VaultPerson
from learnloom.schemas.xapi.identity import person_key

_IDENTIFIER: Final = "staging.stg_identifier"
_STUDENT: Final = "dimensional.dim_student"
LOGINS: Final = ("landing.login_match", "landing.roster_member")
"""Tables that may name somebody by a login alone, in a column `subject`."""
_KEYS: Final = ("student_key", "identifier_key", "teller_key")
"""Columns that say whose a row is."""
_STATEMENTS: Final = {
    "landing.statement": ("statement_id",),
    "staging.stg_statement": ("statement_id",),
    "landing.statement_version": ("statement_id", "first_id"),
}
"""Columns that say of which statement a row is."""


class Subject(NamedTuple):
    """A student with all of their identifiers."""

    student_key: str
    keys: tuple[str, ...]
    """Of the student, and of each identifier by itself; where the warehouse has a secret, with it, with former ones,
    and without."""
    identifiers: tuple[str, ...]
    names: tuple[str, ...]
    logins: tuple[str, ...] = ()
    """Subjects of logins, issuer#sub."""


class _Told(NamedTuple):
    """What is known of people whoever is asked about: read once."""

    who: WhoIsWho
    tables: set[str]
    made_with: bytes | None
    """The secret of student keys."""

    @classmethod
    def read(cls, warehouse: Warehouse) -> Self:
        secret = held_secret(warehouse)
        made_with = None if secret is None else secret.value
        return cls(WhoIsWho(read_events(warehouse)), existing_tables(warehouse), made_with)


def find_subjects(
    warehouse: Warehouse, settings: Settings, wanted: Iterable[str], now: dt.datetime
) -> dict[str, Subject]:
    """Find students, by their keys; what is told of people is read once. Arguments and errors as of `find_subject`."""
    with one_thread(warehouse), one_snapshot(warehouse):
        told = _Told.read(warehouse)
        found = (_find(warehouse, settings, told, one, now) for one in wanted)
        return {each.student_key: each for each in found}


def find_subject(warehouse: Warehouse, settings: Settings, wanted: str, now: dt.datetime) -> Subject:
    """Find the one student who goes by a key, an identifier, an account's name or a name.

    An identifier is enough where nothing was refreshed yet, or where no statement of theirs is taken in. What the vault
    and logins know of the student is found with them.

    Raises:
        PersonError: nobody does, or several do.
        StudentSecretError: the secret of student keys is not here, and without it not all rows would be found.
        VaultError: there is a vault, and it cannot be read.
    """
    return _find(warehouse, settings, _Told.read(warehouse), wanted, now)


def _find(warehouse: Warehouse, settings: Settings, told: _Told, wanted: str, now: dt.datetime) -> Subject:
    who, tables, made_with = told
    wanted = alias_of(settings, warehouse, wanted)
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
        by_keys = keys | {person_key(key, made_with) for key in keys}
        for identifier, name in _met(warehouse, by_keys, tables):
            identifiers.add(identifier)
            names |= {name} if name else set()
    if not identifiers and key_or_none(wanted) in keys:
        identifiers.add(wanted)
    for person in known_people(settings, identifiers):
        identifiers |= {alias.text for alias in person.aliases}
        names |= {person.name} if person.name else set()
    keys |= {key for key in map(key_or_none, identifiers) if key is not None}
    keys |= {person_key(key, made_with) for key in keys} | former_keys(warehouse, keys)
    logins = _logins(warehouse, settings, keys, now)
    return Subject(
        person_key(student, made_with),
        *(tuple(sorted(each)) for each in (keys, identifiers, names | set(logins.values()), logins)),
    )


def key_or_none(identifier: str) -> str | None:
    """Key of an identifier; None where the text is none."""
    try:
        return key_of(identifier)
    except ValueError:
        return None


def known_people(settings: Settings, identifiers: Iterable[str]) -> list[VaultPerson]:
    """Give the people of the vault who have some identifiers; none where it may not be read.

    Raises:
        VaultError: there is a vault, and it is none.
    """
    if not may_read_names(settings):
        return []
    with open_vault(settings) as vault:
        found = [person for each in identifiers if (person := vault.find(each)) is not None]
    return list({person.person_id: person for person in found}.values())


def whose(name: str, columns: Iterable[str], subjects: Sequence[Subject], statements: str) -> str:
    """SQL for the rows of a table that are of some students, or of some statements; empty where it has none.

    Args:
        name: the table's full name.
        columns: its columns.
        subjects: the students.
        statements: SQL for the ids of the statements.
    """
    # As constants: by these DuckLake knows which files to open.
    keys = ", ".join(quoted(key) for each in subjects for key in each.keys)
    logins = ", ".join(quoted(login) for each in subjects for login in each.logins)
    known = set(columns)
    parts = [f"{column} IN ({keys})" for column in _KEYS if column in known]
    if name in LOGINS and logins:
        parts.append(f"subject IN ({logins})")
    if name == "landing.person_event":
        parts.append(f"value IN ({keys})")
    parts += [f"{column} IN ({statements})" for column in _STATEMENTS.get(name, ())]
    return " OR ".join(parts)


def names_statements(name: str) -> bool:
    """Whether rows of a table may be told by the statement that they are of."""
    return name in _STATEMENTS


def is_listed(warehouse: Warehouse, subject: Subject) -> bool:
    """Whether a roster or a match of logins names the student."""
    values = {"keys": list(subject.keys), "logins": list(subject.logins)}
    return any(
        warehouse.rows(
            f"SELECT 1 FROM {LAKE}.{name} WHERE list_contains($keys, identifier_key) "
            "OR list_contains($logins::VARCHAR[], subject) LIMIT 1",
            values,
        )
        for name in sorted(filled_tables(warehouse) & set(LOGINS))
    )


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


def _logins(
    warehouse: Warehouse, settings: Settings, keys: Collection[str], now: dt.datetime
) -> dict[str, str]:
    """Subjects of the student's logins, by rosters, matches and who came, with the name that came."""
    found = {
        str(row[0]): ""
        for name in sorted(filled_tables(warehouse) & set(LOGINS))
        for row in warehouse.rows(
            f"SELECT subject FROM {LAKE}.{name} WHERE subject IS NOT NULL AND list_contains($keys, identifier_key)",
            {"keys": sorted(keys)},
        )
    }
    with opened_logins(settings, lambda: now) as database:
        came = [] if database is None else came_as(database, keys, found)
    return found | {each.subject: each.name for each in came}
