"""Roles from a OneRoster export (1EdTech, CSV of 1.1 and 1.2).

Of its files only those with ids and roles are opened, and of these only the columns named here are kept.
Demographics are never opened.
"""

import csv
import io
import zipfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from enum import StrEnum
from pathlib import Path
from typing import Final, NamedTuple, TextIO

from learnloom.pipelines.ingest.catalogue.csv_rows import MAX_ROWS
from learnloom.pipelines.lake.connection import Warehouse
from learnloom.pipelines.people.errors import PeopleFileError
from learnloom.pipelines.people.events import ROLE, PersonChange, WhoIsWho
from learnloom.pipelines.people.identifier import key_of

USERS: Final = "users.csv"
_ROLES: Final = "roles.csv"
"""Of OneRoster 1.2, where users have no role of their own."""
ENROLMENTS: Final = "enrollments.csv"
CLASSES: Final = "classes.csv"
_KNOWN: Final = (USERS, _ROLES, ENROLMENTS, CLASSES)
DEMOGRAPHICS: Final = "demographics.csv"
"""Never opened."""
_GONE: Final = "tobedeleted"
STUDENT: Final = "student"


class MatchBy(StrEnum):
    """The column of users.csv by which statements name people."""

    SOURCED_ID = "sourcedId"
    USERNAME = "username"
    IDENTIFIER = "identifier"
    EMAIL = "email"


class Roster(NamedTuple):
    """What a roster says."""

    roles: dict[str, str]
    """Role by identifier: student where any of a user's roles is that."""
    n_without_role: int
    """Users of whom no role is told."""
    n_unnamed: int
    """Users whose column is empty, or holds no identifier."""


def is_oneroster(path: Path) -> bool:
    """Whether this is a OneRoster export: a folder or a zip file with users.csv, or that file itself."""
    if path.is_dir():
        return (path / USERS).is_file()
    return path.name == USERS or zipfile.is_zipfile(path)


def read_roster(path: Path, match: MatchBy, home_page: str | None) -> Roster:
    """Read who has which role.

    Args:
        path: a folder or zip file with the export, or its users.csv: the others are looked for beside it.
        match: the column by which statements name people.
        home_page: of the accounts in statements; None for addresses.

    Raises:
        PeopleFileError: something cannot be read or is wrong; the message names the file and what to do.
    """
    roles: dict[str, list[str]] = {}
    users: dict[str, str] = {}
    for row in read_columns(path, USERS, ("sourcedId", match.value), ("status", "role")):
        users[row["sourcedId"]] = row[match.value]
        roles.setdefault(row["sourcedId"], []).append(row["role"])
    for name in (_ROLES, ENROLMENTS):
        for row in read_columns(path, name, ("userSourcedId", "role"), ("status",)):
            roles.setdefault(row["userSourcedId"], []).append(row["role"])
    found: dict[str, str] = {}
    n_without_role = n_unnamed = 0
    for user, named in users.items():
        identifier = identifier_of(named, match, home_page)
        told = [role.lower() for role in roles[user] if role]
        if identifier is None:
            n_unnamed += 1
        elif not told:
            n_without_role += 1
        else:
            found[identifier] = STUDENT if STUDENT in told or found.get(identifier) == STUDENT else told[0]
    return Roster(found, n_without_role, n_unnamed)


def read_names(path: Path, match: MatchBy, home_page: str | None) -> Iterator[tuple[str, str]]:
    """Read identifiers and names, for the vault alone: whatever else is read of a roster leaves names where they are.

    Raises:
        PeopleFileError: users.csv cannot be read or is wrong.
    """
    for row in read_columns(path, USERS, ("sourcedId", match.value), ("status", "givenName", "familyName")):
        identifier = identifier_of(row[match.value], match, home_page)
        name = f"{row['givenName']} {row['familyName']}".strip()
        if identifier is not None and name:
            yield identifier, name


def changes(roles: Mapping[str, str], who: WhoIsWho) -> Iterator[PersonChange]:
    """Give the roles that are not known yet: of students only where they were told to be something else before."""
    for identifier, role in sorted(roles.items()):
        key = key_of(identifier)
        known = who.roles.get(key)
        if (known is not None or role != STUDENT) and (known is None or known.role != role):
            yield PersonChange(ROLE, key, identifier, role)


def roles_by_courses(warehouse: Warehouse) -> dict[str, str]:
    """Give what people are by all rosters of courses that stand: a student in any course is a student."""
    # A student sorts before a teacher.
    rows = warehouse.rows(
        "SELECT identifier, min(role) FROM landing.roster_member WHERE identifier IS NOT NULL GROUP BY identifier"
    )
    return dict(rows)


def identifier_of(named: str, match: MatchBy, home_page: str | None) -> str | None:
    """Give the identifier in statements of whom a roster names so; None: it cannot be one."""
    text = f"mailto:{named}" if match is MatchBy.EMAIL else f"{home_page} {named}"
    try:
        key_of(text)
    except ValueError:
        return None
    return text if named else None


def read_columns(
    path: Path, name: str, required: tuple[str, ...], optional: tuple[str, ...]
) -> Iterator[Mapping[str, str]]:
    """Give the columns named of the rows that are not to be deleted; all else is left where it is.

    Args:
        path: a folder or zip file with the export, or its users.csv.
        name: the file in it, one of those that are read; there is no row where it is missing.
        required: columns that it must have.
        optional: columns that are empty where it has them not.

    Raises:
        PeopleFileError: it cannot be read or is wrong; the message names the file and what to do.
    """
    with _opened(path, name) as file:
        if file is None:
            return
        try:
            reader = csv.DictReader(file, strict=True, restval="")
            names = [column.strip() for column in reader.fieldnames or []]
            reader.fieldnames = names
            if missing := set(required) - set(names):
                raise PeopleFileError(
                    f"{path}, {name} has no column {', '.join(sorted(missing))}: it has {', '.join(names)}"
                )
            for number, row in enumerate(reader, start=1):
                if number > MAX_ROWS:
                    raise PeopleFileError(f"{path}, {name} has more than {MAX_ROWS} rows: split the export")
                kept = {column: (row.get(column) or "").strip() for column in (*required, *optional)}
                if kept["status"].lower() != _GONE:
                    yield kept
        except UnicodeDecodeError as wrong:
            raise PeopleFileError(f"{path}, {name} is not UTF-8 text (byte {wrong.start})") from wrong
        except csv.Error as wrong:
            raise PeopleFileError(f"{path}, {name} is no CSV file: {wrong}") from wrong


@contextmanager
def _opened(path: Path, name: str) -> Iterator[TextIO | None]:
    """One of the files; None where it is not there."""
    if name not in _KNOWN:
        raise PeopleFileError(f"{name} is not read")
    try:
        if path.is_dir() or path.name == USERS:
            file = (path if path.is_dir() else path.parent) / name
            if not file.is_file():
                yield None
                return
            with file.open(encoding="utf-8-sig", newline="") as opened:
                yield opened
            return
        with zipfile.ZipFile(path) as archive:
            inside = [each for each in archive.namelist() if each.rpartition("/")[2] == name]
            if not inside:
                yield None
                return
            with (
                archive.open(inside[0]) as packed,
                io.TextIOWrapper(packed, "utf-8-sig", newline="") as opened,
            ):
                yield opened
    except (OSError, zipfile.BadZipFile) as wrong:
        raise PeopleFileError(f"{path}, {name} cannot be read: {wrong}") from wrong
