"""A small school whose rosters are told, and what follows for its courses."""

from learnloom.pipelines.lake.connection import Warehouse
from learnloom.pipelines.roster.member import Member, RosterCounts, import_members
from learnloom.pipelines.roster.members import course_members_sql
from tests.pipelines.people.make import TELLER

HOME = "https://lms.school.example"
MATHS, ART = f"{HOME}/course/maths", f"{HOME}/course/art"
ANN, BO, TINA = f"{HOME} ann", f"{HOME} bo", f"{HOME} tina"
SUBJECT = f"{HOME}#29"


def imported(warehouse: Warehouse, *members: Member, source: str = "a") -> RosterCounts:
    """Import a roster."""
    return import_members(warehouse, source, members, TELLER, left_out=0, wait_seconds=20)


def members_of_courses(warehouse: Warehouse) -> set[tuple[str, str | None, str]]:
    """Course, section and key of each student in a course."""
    return set(warehouse.rows(course_members_sql(warehouse)))
