"""Bringing in a roster from a file."""

from pathlib import Path

from learnloom.pipelines.lake.connection import Warehouse
from learnloom.pipelines.lake.relation import existing_tables
from learnloom.pipelines.people.events import Teller
from learnloom.pipelines.people.import_people import only_home_page
from learnloom.pipelines.people.oneroster import MatchBy, is_oneroster
from learnloom.pipelines.pseudonyms.pseudonyms import Pseudonyms
from learnloom.pipelines.roster.classes import read_classes
from learnloom.pipelines.roster.errors import RosterFileError
from learnloom.pipelines.roster.member import RosterCounts, import_members
from learnloom.pipelines.roster.roster_csv import read_members


def import_roster(
    warehouse: Warehouse,
    path: Path,
    teller: Teller,
    *,
    source: str | None,
    match: MatchBy,
    home_page: str | None,
    template: str | None,
    wait_seconds: float,
    pseudonyms: Pseudonyms | None = None,
) -> RosterCounts:
    """Put what a file says of courses in the place of what the same roster said before.

    Args:
        warehouse: open for writing.
        path: a plain roster (roster_csv) or a OneRoster export (classes).
        teller: who brings it in.
        source: the roster's name; None: the file's.
        match: of a OneRoster, the column by which statements name people.
        home_page: of a OneRoster, that of the accounts; None: the one that all accounts in statements have.
        template: of a OneRoster, how statements name the course of a class.
        wait_seconds: how long to try again while others write.
        pseudonyms: under which statements land.

    Raises:
        RosterFileError, PeopleFileError: it cannot be read or is wrong; nothing is changed.
        WarehouseBusyError: other writers were in the way for too long.
    """
    if is_oneroster(path):
        if template is None:
            raise RosterFileError(
                "a OneRoster does not say how statements name its courses: give it with --course-id "
                f"'https://lms.school.example/course/{{course}}'; courses in statements: {_known(warehouse)}"
            )
        if match is not MatchBy.EMAIL:
            home_page = home_page or only_home_page(warehouse, pseudonyms)
        members, left_out = read_classes(path, match, home_page, template)
    else:
        members, left_out = read_members(path), 0
    return import_members(
        warehouse,
        source or path.name,
        members,
        teller,
        left_out=left_out,
        wait_seconds=wait_seconds,
        pseudonyms=pseudonyms,
    )


def _known(warehouse: Warehouse) -> str:
    if "dimensional.dim_course" not in existing_tables(warehouse):
        return "none so far"
    rows = warehouse.rows("SELECT course_id FROM dimensional.dim_course ORDER BY ALL LIMIT 5")
    return ", ".join(row[0] for row in rows) or "none so far"
