"""A list of people as a CSV file: a row per identifier, with its role, or with whom it is one person."""

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Annotated, Final

from pydantic import AfterValidator

from learnloom.pipelines.ingest.catalogue.csv_rows import Columns, CsvRow, read_rows
from learnloom.pipelines.people.errors import PeopleFileError
from learnloom.pipelines.people.events import MERGE, ROLE, PersonChange, WhoIsWho
from learnloom.pipelines.people.identifier import key_of

COLUMNS: Final = Columns(("identifier",), ("role", "person"))
_MAX_ROLE_CHARS: Final = 100


def _checked_identifier(text: str) -> str:
    key_of(text)
    return text


def _checked_role(text: str) -> str:
    if len(text) > _MAX_ROLE_CHARS or any(char in text for char in "\r\n\t"):
        raise ValueError(f"{text!r} is no role; write it like student or teacher")
    return text.lower()


class PersonRow(CsvRow):
    """What a row says of an identifier."""

    identifier: Annotated[str, AfterValidator(_checked_identifier)]
    role: Annotated[str, AfterValidator(_checked_role)] = ""
    """Empty where none is told."""
    person: str = ""
    """Whatever tells the person from others in this file: rows with the same are one."""


def read_people(path: Path) -> list[PersonRow]:
    """Read and check a list of people.

    Raises:
        PeopleFileError: it cannot be read or is wrong; the message names line, column and value.
    """
    rows = list(read_rows(path, COLUMNS, lambda _: PersonRow, error=PeopleFileError))
    told: dict[str, PersonRow] = {}
    for row in rows:
        if not row.role and not row.person:
            raise PeopleFileError(f"{row.place}: it says nothing of {row.identifier}: fill in role or person")
        key = key_of(row.identifier)
        if key in told:
            raise PeopleFileError(
                f"{row.place}, column identifier: {row.identifier!r} stands in {told[key].place} already: "
                "remove one"
            )
        told[key] = row
    return rows


def changes(rows: Iterable[PersonRow], who: WhoIsWho) -> Iterator[PersonChange]:
    """Give what the rows say and is not known: roles, and identifiers of one person with the first of them."""
    first: dict[str, PersonRow] = {}
    for row in rows:
        key = key_of(row.identifier)
        known = who.roles.get(key)
        if row.role and (known is None or known.role != row.role):
            yield PersonChange(ROLE, key, row.identifier, row.role)
        if not row.person:
            continue
        of_person = first.setdefault(row.person, row)
        other = key_of(of_person.identifier)
        if who.person(key) != who.person(other):
            yield PersonChange(MERGE, key, row.identifier, other)
