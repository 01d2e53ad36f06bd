"""Who is in which class, from a OneRoster 1.1 or 1.2 export: users.csv, classes.csv and enrollments.csv.

Of each file only the columns named here are kept. What a class is in statements, a template says.
"""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Final, NamedTuple

from learnloom.pipelines.ingest.catalogue.csv_rows import checked_iri
from learnloom.pipelines.people.oneroster import (
    CLASSES,
    ENROLMENTS,
    USERS,
    MatchBy,
    identifier_of,
    read_columns,
)
from learnloom.pipelines.roster.errors import RosterFileError
from learnloom.pipelines.roster.member import PARTS, Member

FIELDS: Final = {
    "class": "classSourcedId",
    "course": "courseSourcedId",
    "class_code": "classCode",
    "title": "title",
}
"""What may stand in braces in a template, and what of classes.csv it is."""
_CLASS_COLUMNS: Final = ("courseSourcedId", "classCode", "title")
_FIELD: Final = re.compile(r"\{([^{}]*)\}")


class ClassMembers(NamedTuple):
    """What an export says of classes."""

    members: list[Member]
    left_out: int
    """Enrolments of others than students and teachers, of unknown users or classes, of users who cannot be named."""


def checked_template(template: str) -> str:
    """Give back a template for course ids.

    Raises:
        RosterFileError: it names something unknown, or its result is no IRI.
    """
    if unknown := set(_FIELD.findall(template)) - set(FIELDS):
        raise RosterFileError(
            f"{{{min(unknown)}}} is nothing of a class: the template {template!r} may hold "
            + ", ".join(f"{{{name}}}" for name in FIELDS)
        )
    try:
        checked_iri(_FIELD.sub("x", template))
    except ValueError as wrong:
        raise RosterFileError(f"the template of course ids: {wrong}") from wrong
    return template


def read_classes(path: Path, match: MatchBy, home_page: str | None, template: str) -> ClassMembers:
    """Read who is in which class.

    Args:
        path: a folder or zip file with the export, or its users.csv: the others are looked for beside it.
        match: the column of users.csv by which statements name people.
        home_page: of the accounts in statements; None for addresses.
        template: how a class's course is named in statements, such as https://lms.example/course/{course}. The class
            is the section.

    Raises:
        PeopleFileError: a file cannot be read or is wrong.
        RosterFileError: the template is wrong, or there are no enrolments.
    """
    checked_template(template)
    users = {
        row["sourcedId"]: identifier_of(row[match.value], match, home_page)
        for row in read_columns(path, USERS, ("sourcedId", match.value), ("status",))
    }
    classes = {
        row["sourcedId"]: row
        for row in read_columns(path, CLASSES, ("sourcedId",), ("status", *_CLASS_COLUMNS))
    }
    members: list[Member] = []
    n_rows = 0
    for row in read_columns(path, ENROLMENTS, ("classSourcedId", "userSourcedId", "role"), ("status",)):
        n_rows += 1
        of_class, identifier = classes.get(row["classSourcedId"]), users.get(row["userSourcedId"])
        role = row["role"].lower()
        if of_class is None or identifier is None or role not in PARTS:
            continue
        course_id = _course_of(template, row["classSourcedId"], of_class)
        members.append(Member(course_id, role, identifier, of_class["title"] or row["classSourcedId"]))
    if not n_rows:
        raise RosterFileError(
            f"{path} has no enrollments.csv with rows: it does not say who is in which class"
        )
    return ClassMembers(members, n_rows - len(members))


def _course_of(template: str, class_id: str, row: Mapping[str, str]) -> str:
    values = {"classSourcedId": class_id, **row}
    return _FIELD.sub(lambda found: values[FIELDS[found[1]]], template)
