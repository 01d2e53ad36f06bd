"""Names at display: whoever may read the vault sees them, and nobody else."""

from collections.abc import Iterable, Mapping

from learnloom.pipelines.config.settings import Settings
from learnloom.pipelines.config.vault import Purpose
from learnloom.pipelines.lake.connection import LAKE, Warehouse
from learnloom.pipelines.lake.relation import existing_tables
from learnloom.pipelines.vault.opening import has_vault, may_read_names, open_vault

_IDENTIFIER = "staging.stg_identifier"


def names_of(settings: Settings, warehouse: Warehouse, student_keys: Iterable[str]) -> Mapping[str, str]:
    """Give the names that the vault knows of students, by their keys; of others, and to who may not read it, none.

    Raises:
        VaultError: the vault is none.
    """
    keys = list(student_keys)
    if not keys or not may_read_names(settings):
        return {}
    rows = _identifiers(warehouse, "list_contains($keys, student_key)", {"keys": keys})
    with open_vault(settings) as vault:
        known = vault.names(identifier for _, identifier in rows)
    return {key: known[identifier] for key, identifier in rows if identifier in known}


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
    rows = _identifiers(warehouse, "list_contains($aliases, identifier)", {"aliases": aliases})
    return rows[0][1] if rows else wanted


def barred(
    settings: Settings, warehouse: Warehouse, purpose: Purpose, *, identifiers: str | None = None
) -> frozenset[str]:
    """Give the keys of students whose data may not be used for a purpose.

    What was told of a student holds, a refusal under any of several identifiers for all of them; where nothing was
    told, the setting `vault.purposes` holds.

    Args:
        settings: name the vault.
        warehouse: whose students.
        purpose: what for.
        identifiers: where the relation of identifiers stands; None: in the lake.

    Raises:
        VaultError: there is a vault, and it cannot be read.
    """
    told: dict[str, bool] = {}
    if has_vault(settings):
        with open_vault(settings) as vault:
            told = vault.consents(purpose)
    is_usual = purpose in settings.vault.purposes
    if is_usual and not told:
        return frozenset()
    by_student: dict[str, list[bool]] = {}
    for key, identifier in _identifiers(warehouse, "true", {}, identifiers):
        answers = by_student.setdefault(key, [])
        if identifier in told:
            answers.append(told[identifier])
    return frozenset(
        key for key, answers in by_student.items() if not (all(answers) if answers else is_usual)
    )


def too_young(settings: Settings, warehouse: Warehouse, year: int) -> frozenset[str]:
    """Give the keys of students to whom themselves no signal goes: in `year` they only turn the age of the setting.

    Raises:
        VaultError: there is a vault, and it cannot be read.
    """
    age = settings.vault.student_signals_from_age
    if age is None or not has_vault(settings):
        return frozenset()
    with open_vault(settings) as vault:
        young = frozenset(vault.born_since(year - age))
    return frozenset(key for key, identifier in _identifiers(warehouse, "true", {}) if identifier in young)


def except_for(student_keys: Iterable[str], column: str = "student_key") -> str:
    """Write the SQL condition that a column is the key of none of some students."""
    listed = ", ".join(f"'{key}'" for key in sorted(student_keys) if key.isalnum())
    return f"{column} NOT IN ({listed})" if listed else "true"


def _identifiers(
    warehouse: Warehouse, condition: str, values: dict[str, object], place: str | None = None
) -> list[tuple[str, str]]:
    if place is None and _IDENTIFIER not in existing_tables(warehouse):
        return []
    place = place or f"{LAKE}.{_IDENTIFIER}"
    rows = warehouse.rows(
        f"SELECT DISTINCT student_key, identifier FROM {place} WHERE {condition} ORDER BY ALL", values
    )
    return [(str(key), str(identifier)) for key, identifier in rows]
