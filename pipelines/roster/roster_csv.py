"""A roster as a plain CSV file: a row for each person in each course."""

from pathlib import Path
from typing import Annotated, Final

from pydantic import AfterValidator

from learnloom.pipelines.ingest.catalogue.csv_rows import Columns, CsvRow, Iri, read_rows
from learnloom.pipelines.people.identifier import key_of
from learnloom.pipelines.roster.errors import RosterFileError
from learnloom.pipelines.roster.member import PARTS, Member

COLUMNS: Final = Columns(("course_id", "identifier", "role"), ("section",))


def _checked_identifier(text: str) -> str:
    key_of(text)
    return text


def _checked_role(text: str) -> str:
    if text.lower() not in PARTS:
        raise ValueError(f"{text!r} is neither student nor teacher; leave out who is something else")
    return text.lower()


class MemberRow(CsvRow):
    """Somebody in a course."""

    course_id: Iri
    identifier: Annotated[str, AfterValidator(_checked_identifier)]
    role: Annotated[str, AfterValidator(_checked_role)]
    section: str = ""


def read_members(path: Path) -> list[Member]:
    """Read a roster.

    Raises:
        RosterFileError: it cannot be read or is wrong; the message names line, column and value.
    """
    rows = read_rows(path, COLUMNS, lambda _: MemberRow, error=RosterFileError)
    return [Member(row.course_id, row.role, row.identifier, row.section or None) for row in rows]
