"""Who may see what: the one place that decides it. Pages ask here, and nothing else in a page looks at a role.

| role | own | students, courses by name | aggregates | health |
|---|---|---|---|---|
| student | yes | no | no | no |
| teacher | no | of the courses taught | of the courses taught | no |
| lead | no | no | of at least 5 students | no |
| operator | no | no | no | yes |
"""

from collections.abc import Callable, Sequence
from enum import StrEnum
from typing import Any, Final

from learnloom.pipelines.roster.errors import AccessError
from learnloom.pipelines.roster.reader import Reader, Role

SMALLEST_GROUP: Final = 5
"""Students of whom a lead may see figures; of fewer, one might be told from the others."""
COURSE_MEMBER: Final = "course_member"
"""The relation that is asked: `members.course_members_sql` gives it; course_id, section, student_key."""

Rows = Callable[[str, Sequence[Any]], list[tuple[Any, ...]]]
"""Runs a query with its values (`?`) on what holds COURSE_MEMBER."""


class Kind(StrEnum):
    """What a page shows."""

    OWN = "own"
    """Of the reader as a student."""
    PERSONS = "persons"
    """Of students and courses, with names."""
    AGGREGATE = "aggregate"
    """Figures of a group, without names."""
    HEALTH = "health"
    """Whether everything works; nothing of persons."""


_RIGHTS: Final[dict[Role, frozenset[Kind]]] = {
    Role.STUDENT: frozenset({Kind.OWN}),
    Role.TEACHER: frozenset({Kind.PERSONS, Kind.AGGREGATE}),
    Role.LEAD: frozenset({Kind.AGGREGATE}),
    Role.OPERATOR: frozenset({Kind.HEALTH}),
}


def may_open(reader: Reader, kind: Kind) -> bool:
    """Whether a page of this kind is for a reader at all; what it may show of whom, `Access` says."""
    return kind in _RIGHTS[reader.role]


class Access:
    """What one reader may see."""

    def __init__(self, reader: Reader, rows: Rows) -> None:
        """Ask nothing yet.

        Args:
            reader: who reads.
            rows: runs a query on what holds COURSE_MEMBER.
        """
        self._reader = reader
        self._rows = rows

    def check(self, kind: Kind) -> None:
        """Let a page of this kind be opened.

        Raises:
            AccessError: it is not for this reader.
        """
        if not may_open(self._reader, kind):
            raise AccessError(f"a page of the kind {kind} is not for a {self._reader.role}")

    def students(self, course_id: str | None = None) -> frozenset[str]:
        """Keys of the students whom the reader may see by name, of one course or of all theirs."""
        if self._reader.role is Role.STUDENT:
            own = self._reader.student_key
            is_in = course_id is None or course_id in self.courses()
            return frozenset({own}) if own is not None and is_in else frozenset()
        if self._reader.role is not Role.TEACHER:
            return frozenset()
        asked = self._reader.courses if course_id is None else self._reader.courses & {course_id}
        return self._members_of(asked)

    def courses(self) -> frozenset[str]:
        """Courses of which the reader may see anything: a student's own, for a lead those that are large enough."""
        if self._reader.role is Role.TEACHER:
            return self._reader.courses
        if self._reader.role is Role.STUDENT and self._reader.student_key is not None:
            sql = f"SELECT DISTINCT course_id FROM {COURSE_MEMBER} WHERE student_key = ?"
            return frozenset(row[0] for row in self._rows(sql, [self._reader.student_key]))
        if self._reader.role is Role.LEAD:
            sql = f"SELECT course_id FROM {COURSE_MEMBER} GROUP BY course_id HAVING count(DISTINCT student_key) >= ?"
            return frozenset(row[0] for row in self._rows(sql, [SMALLEST_GROUP]))
        return frozenset()

    def check_student(self, student_key: str) -> None:
        """Let what is known of a student be seen.

        Raises:
            AccessError: they are not the reader's.
        """
        if student_key not in self.students():
            raise AccessError(f"student {student_key} is not one of this {self._reader.role}'s")

    def check_course(self, course_id: str) -> None:
        """Let what is known of a course be seen, of the kinds that the reader may open.

        Raises:
            AccessError: it is not the reader's, or too small for a lead.
        """
        if course_id not in self.courses():
            raise AccessError(f"course {course_id} is not one of this {self._reader.role}'s")

    def may_see_figure(self, n_students: int, course_id: str | None = None) -> bool:
        """Whether the reader may see a figure reckoned from `n_students` students, of one course or the school."""
        if self._reader.role is Role.TEACHER:
            return course_id in self._reader.courses
        return self._reader.role is Role.LEAD and n_students >= SMALLEST_GROUP

    def _members_of(self, courses: frozenset[str]) -> frozenset[str]:
        if not courses:
            return frozenset()
        sql = f"SELECT DISTINCT student_key FROM {COURSE_MEMBER} WHERE list_contains(?::VARCHAR[], course_id)"
        return frozenset(row[0] for row in self._rows(sql, [sorted(courses)]))
