"""Names at display: whoever may read the vault sees them, and nobody else. And who is left out of what."""

from collections.abc import Callable, Collection, Iterable, Mapping
from typing import Final, NamedTuple

from learnloom.pipelines.config.settings import Settings
from learnloom.pipelines.config.vault import Purpose
from learnloom.pipelines.lake.connection import LAKE, Warehouse
from learnloom.pipelines.lake.relation import existing_tables
from learnloom.pipelines.vault.opening import has_vault, may_read_names, open_vault
from learnloom.pipelines.vault.vault import agreed

_IDENTIFIER: Final = "staging.stg_identifier"


class Consent(NamedTuple):
    """Whether data of a student may be used for a purpose."""

    may_be_used: bool
    was_told: bool
    """Whether that was told of the student; else it holds as for everybody of whom nothing was."""


class _Met(NamedTuple):
    """An identifier of a student."""

    student_key: str
    identifier: str
    keys: list[str]
    """The student's, and those under which rows of theirs may stand that were kept before."""


def names_of(settings: Settings, warehouse: Warehouse, student_keys: Iterable[str]) -> Mapping[str, str]:
    """Give the names that the vault knows of students, by their keys; of others, and to who may not read it, none.

    Raises:
        VaultError: the vault is none.
    """
    keys = list(student_keys)
    if not keys or not may_read_names(settings):
        return {}
    rows = _met(warehouse, "list_contains($keys, student_key)", keys=keys)
    with open_vault(settings) as vault:
        known = vault.names(each.identifier for each in rows)
    return {each.student_key: known[each.identifier] for each in rows if each.identifier in known}


def alias_of(settings: Settings, warehouse: Warehouse, wanted: str) -> str:
    """Give an identifier by which the warehouse knows the one person of this name in the vault; else `wanted` itself.

    Raises:
        VaultError: the vault is none.
    """
    if not may_read_names(settings):
        return wanted
    with open_vault(settings) as vault:
        found = vault.named(wanted)
    if len(found) != 1:
        return wanted
    aliases = [alias.text for alias in found[0].aliases]
    rows = _met(warehouse, "list_contains($aliases, identifier)", aliases=aliases)
    return rows[0].identifier if rows else wanted


def barred(
    settings: Settings, warehouse: Warehouse, purpose: Purpose, *, identifiers: str | None = None
) -> frozenset[str]:
    """Give all keys, former ones too, of students whose data may not be used for a purpose.

    Args:
        settings: name the vault.
        warehouse: whose students.
        purpose: what for.
        identifiers: where the relation of identifiers stands; None: in the lake.

    Raises:
        VaultError: there is a vault, and it cannot be read.
    """
    told = _told(settings, purpose)
    if not told and purpose in settings.vault.purposes:
        return frozenset()
    return _all_keys(
        _met(warehouse, place=identifiers),
        lambda of_student: not _consent(settings, purpose, told, of_student).may_be_used,
    )


def consent_of(settings: Settings, purpose: Purpose, identifiers: Collection[str]) -> Consent:
    """Give what holds of a student, by all their identifiers, for a purpose.

    Raises:
        VaultError: there is a vault, and it cannot be read.
    """
    return _consent(settings, purpose, _told(settings, purpose), identifiers)


def too_young(settings: Settings, warehouse: Warehouse, year: int) -> frozenset[str]:
    """Give all keys of students to whom themselves no signal goes: in `year` they only turn the age of the setting.

    Raises:
        VaultError: there is a vault, and it cannot be read.
    """
    age = settings.vault.student_signals_from_age
    if age is None or not has_vault(settings):
        return frozenset()
    with open_vault(settings) as vault:
        young = frozenset(vault.born_since(year - age))
    return _all_keys(_met(warehouse), lambda of_student: not young.isdisjoint(of_student))


def except_for(student_keys: Iterable[str], column: str = "student_key") -> str:
    """Write the SQL condition that a column is the key of none of some students."""
    listed = ", ".join(f"'{key}'" for key in sorted(student_keys) if key.isalnum())
    return f"{column} NOT IN ({listed})" if listed else "true"


def _told(settings: Settings, purpose: Purpose) -> Mapping[str, bool]:
    if not has_vault(settings):
        return {}
    with open_vault(settings) as vault:
        return vault.consents(purpose)


def _consent(
    settings: Settings, purpose: Purpose, told: Mapping[str, bool], identifiers: Collection[str]
) -> Consent:
    """What was told holds, a refusal under any identifier for all; else the setting `vault.purposes`."""
    answer = agreed(told[each] for each in identifiers if each in told)
    return Consent(purpose in settings.vault.purposes if answer is None else answer, answer is not None)


def _met(
    warehouse: Warehouse, condition: str = "true", *, place: str | None = None, **values: object
) -> list[_Met]:
    if place is None and _IDENTIFIER not in existing_tables(warehouse):
        return []
    rows = warehouse.rows(
        "SELECT DISTINCT student_key, identifier, list_concat([student_key, identifier_key, own_key], former_keys) "
        f"FROM {place or f'{LAKE}.{_IDENTIFIER}'} WHERE {condition} ORDER BY ALL",
        values,
    )
    return [_Met(*row) for row in rows]


def _all_keys(met: Iterable[_Met], is_left_out: Callable[[Collection[str]], bool]) -> frozenset[str]:
    """Give the keys of students whose identifiers, all that a student has, are found to be of one left out."""
    students: dict[str, list[_Met]] = {}
    for each in met:
        students.setdefault(each.student_key, []).append(each)
    return frozenset(
        key
        for of_student in students.values()
        if is_left_out([each.identifier for each in of_student])
        for each in of_student
        for key in each.keys
    )
