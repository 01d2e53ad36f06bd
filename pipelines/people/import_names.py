"""Names for the vault, from a list or a roster."""

from collections.abc import Iterable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Annotated, Final, NamedTuple

from pydantic import AfterValidator, Field

from learnloom.pipelines.ingest.catalogue.csv_rows import Columns, CsvRow, read_rows
from learnloom.pipelines.people.errors import PeopleFileError
from learnloom.pipelines.people.identifier import kind_of, pseudonym_of
from learnloom.pipelines.people.oneroster import MatchBy, is_oneroster, read_names
from learnloom.pipelines.pseudonyms.pseudonyms import Pseudonyms
from learnloom.pipelines.vault.vault import Alias, Vault

_COLUMNS: Final = Columns(("identifier",), ("name", "person", "birth_year"))
_MAX_NAME_CHARS: Final = 500


def _checked_identifier(text: str) -> str:
    kind_of(text)
    return text


class NameRow(CsvRow):
    """What a row says of an identifier."""

    identifier: Annotated[str, AfterValidator(_checked_identifier)]
    name: Annotated[str, Field(max_length=_MAX_NAME_CHARS)] = ""
    person: str = ""
    """Rows with the same are one person."""
    birth_year: Annotated[str, Field(pattern=r"^((19|20)\d\d)?$")] = ""


class ImportedNames(NamedTuple):
    """What an import of names did."""

    identifiers: int
    new_people: int


def import_names(
    vault: Vault,
    path: Path,
    pseudonyms: Pseudonyms | None,
    now: datetime,
    *,
    match: MatchBy = MatchBy.SOURCED_ID,
    home_page: str | None = None,
) -> ImportedNames:
    """Keep the names that a file tells, all of them or none.

    Args:
        vault: where they are kept.
        path: CSV with the columns identifier, name, person, birth_year; or a OneRoster export.
        pseudonyms: what the identifiers become in the warehouse; None: they stay.
        now: when it is told.
        match: of a roster, the column by which statements name people.
        home_page: of a roster, that of the accounts.

    Raises:
        PeopleFileError: the file cannot be read or is wrong; nothing is changed.
    """
    if is_oneroster(path):
        if match is not MatchBy.EMAIL and home_page is None:
            raise PeopleFileError("a roster does not say where its accounts are: give --home-page")
        rows = [
            NameRow(place="", identifier=who, name=name) for who, name in read_names(path, match, home_page)
        ]
    else:
        rows = list(read_rows(path, _COLUMNS, lambda _: NameRow, error=PeopleFileError))
    n_new = 0
    with vault.writing():
        for group in _people(rows):
            aliases = [alias for row in group for alias in aliases_of(row.identifier, pseudonyms)]
            name = next((row.name for row in group if row.name), None)
            year = next((int(row.birth_year) for row in group if row.birth_year), None)
            n_new += vault.keep(aliases, name, year, now)
    return ImportedNames(len(rows), n_new)


def aliases_of(identifier: str, pseudonyms: Pseudonyms | None) -> Iterator[Alias]:
    """Give an identifier, and its pseudonym as statements have it in the warehouse."""
    yield Alias(identifier, False)
    if pseudonyms is not None:
        yield Alias(pseudonym_of(identifier, pseudonyms), True)


def _people(rows: Iterable[NameRow]) -> Iterator[list[NameRow]]:
    by_person: dict[str, list[NameRow]] = {}
    for row in rows:
        if row.person:
            by_person.setdefault(row.person, []).append(row)
        else:
            yield [row]
    yield from by_person.values()
