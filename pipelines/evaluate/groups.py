"""Groups of students, from a table `student,group[,group…]`: read for an audit, and kept nowhere."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import pyarrow as pa

from learnloom.pipelines.evaluate.answer_set import NamedTable
from learnloom.pipelines.evaluate.errors import GroupsError

MAX_GROUPS: Final = 20
"""More groups than that in one column are hardly groups."""
MAX_ROWS: Final = 1_000_000
_STUDENT: Final = "student"


@dataclass(frozen=True, slots=True)
class Grouping:
    """One way in which students are divided."""

    name: str
    group_of: Mapping[int, str]
    """Group by student code; a student of unknown group is not in it."""

    @property
    def groups(self) -> list[str]:
        """The groups, in order of their names."""
        return sorted(set(self.group_of.values()))

    def members(self, group: str) -> list[int]:
        """Codes of the students of a group."""
        return [student for student, name in self.group_of.items() if name == group]


def groupings_of(
    named: NamedTable, student_code: Mapping[str, int], *, is_optional: bool = False
) -> list[Grouping]:
    """Read the groups of students; an empty cell is an unknown group, an unknown student is left out.

    Args:
        named: column `student`, and one or more others, each a way to divide students.
        student_code: codes of students by every name that they go by.
        is_optional: whether it is well that the table names none of them; then there are no groups.

    Raises:
        GroupsError: a column is missing, a student is in two groups, or there are too many groups.
    """
    table = named.table
    columns = [name for name in table.column_names if name != _STUDENT]
    if len(columns) == len(table.column_names) or not columns:
        raise GroupsError(
            f"{named.name} needs the column {_STUDENT} and one or more with groups; there are: "
            f"{', '.join(table.column_names)}"
        )
    students = [student_code.get(name or "") for name in table.column(_STUDENT).to_pylist()]
    if not any(code is not None for code in students):
        if is_optional:
            return []
        raise GroupsError(
            f"{named.name} names no student who has an answer; its first is "
            f"{next(iter(table.column(_STUDENT).to_pylist()), None)!r}. Students go by the names in the answers, or in "
            f"the warehouse by key, identifier or account name"
        )
    return [_grouping(named.name, column, table.column(column), students) for column in columns]


def _grouping(file: str, column: str, cells: pa.ChunkedArray, students: list[int | None]) -> Grouping:
    group_of: dict[int, str] = {}
    for row, (student, group) in enumerate(zip(students, cells.to_pylist(), strict=True), start=1):
        if student is None or group is None:
            continue
        if group_of.setdefault(student, group) != group:
            raise GroupsError(
                f"{file}, row {row:,} below the header, column {column}: the student is in {group!r} and, further up, "
                f"in {group_of[student]!r}; give each student one group"
            )
    found = Grouping(column, group_of)
    if len(found.groups) > MAX_GROUPS:
        raise GroupsError(
            f"{file}, column {column} has {len(found.groups)} groups, at the most {MAX_GROUPS} can be told apart: "
            f"leave the column out, or put groups together"
        )
    return found
