"""Who may see what: the one place that decides it. Pages ask here, and nothing else in a page looks at a role.

| role | own | students, courses by name | aggregates | health |
|---|---|---|---|---|
| student | yes | no | no | no |
| teacher | no | of the courses taught | of the courses taught | no |
| lead | no | no | of at least 5 students | no |
| operator | no | no | no | yes |
"""

from collections.abc import Callable, Mapping
from enum import StrEnum
from typing import Any, Final

from learnloom.pipelines.roster.errors import AccessError
from learnloom.pipelines.roster.reader import Reader, Role

SMALLEST_GROUP: Final = 5
"""Students of whom a lead may see figures; of fewer, one might be told from the others."""
COURSE_MEMBER: Final = "course_member"
"""The relation that is asked: `members.course_members_sql` gives it; course_id, section, student_key."""

Rows = Callable[[str, Mapping[str, Any]], list[dict[str, Any]]]
"""Runs a query with its values (`$name`) on what holds COURSE_MEMBER; a row is its values by the names of columns."""


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


def roles_for(kind: Kind) -> frozenset[Role]:
    """Give the roles for whom a page of this kind is."""
    return frozenset(role for role, kinds in _RIGHTS.items() if kind in kinds)


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

    def check(self, kind: Kind, *, course_id: str | None = None, student_key: str | None = None) -> None:
        """Let a page be opened.

        Args:
            kind: what it shows.
            course_id: the course that it is of; None: of none alone.
            student_key: the student whom it is about; None: about none alone.

        Raises:
            AccessError: it is not for this reader.
        """
        if not self.may_see(kind, course_id=course_id, student_key=student_key):
            about = f"{' of a course' if course_id else ''}{' about a student' if student_key else ''}"
            raise AccessError(f"this page ({kind}{about}) is not for this {self._reader.role}")

    def may_see(self, kind: Kind, *, course_id: str | None = None, student_key: str | None = None) -> bool:
        """Whether the reader may open a page; asked as `check`."""
        if self._reader.role not in roles_for(kind):
            return False
        if kind is Kind.OWN:
            own = self._reader.student_key
            # Whoever is not matched has no page, and nobody has another's.
            is_own = own is not None and student_key in (None, own)
            return is_own and (course_id is None or course_id in self.courses())
        if course_id is not None and course_id not in self.courses():
            return False
        return student_key is None or self._teaches(student_key, course_id)

    def students(self, course_id: str | None = None) -> frozenset[str]:
        """Keys of the students whom the reader may see by name, of one course or of all theirs."""
        if self._reader.role is Role.STUDENT:
            own = self._reader.student_key
            is_in = course_id is None or course_id in self.courses()
            return frozenset({own}) if own is not None and is_in else frozenset()
        taught = self._taught(course_id)
        if not taught:
            return frozenset()
        sql = f"SELECT DISTINCT student_key FROM {COURSE_MEMBER} WHERE list_contains($courses, course_id)"
        return frozenset(row["student_key"] for row in self._rows(sql, {"courses": taught}))

    def courses(self) -> frozenset[str]:
        """Courses of which the reader may see anything: a student's own, for a lead those that are large enough."""
        if self._reader.role is Role.TEACHER:
            return self._reader.courses
        if self._reader.role is Role.STUDENT and self._reader.student_key is not None:
            sql = f"SELECT DISTINCT course_id FROM {COURSE_MEMBER} WHERE student_key = $student"
            values: dict[str, Any] = {"student": self._reader.student_key}
        elif self._reader.role is Role.LEAD:
            sql = (
                f"SELECT course_id FROM {COURSE_MEMBER} GROUP BY course_id "
                "HAVING count(DISTINCT student_key) >= $fewest"
            )
            values = {"fewest": SMALLEST_GROUP}
        else:
            return frozenset()
        return frozenset(row["course_id"] for row in self._rows(sql, values))

    def may_see_figure(self, n_students: int, course_id: str | None = None) -> bool:
        """Whether the reader may see a figure reckoned from `n_students` students, of one course or the school."""
        if self._reader.role is Role.TEACHER:
            return course_id in self._reader.courses
        return self._reader.role is Role.LEAD and n_students >= SMALLEST_GROUP

    def _taught(self, course_id: str | None) -> list[str]:
        if self._reader.role is not Role.TEACHER:
            return []
        return sorted(self._reader.courses if course_id is None else self._reader.courses & {course_id})

    def _teaches(self, student_key: str, course_id: str | None) -> bool:
        taught = self._taught(course_id)
        sql = (
            f"SELECT 1 AS yes FROM {COURSE_MEMBER} WHERE student_key = $student "
            "AND list_contains($courses, course_id) LIMIT 1"
        )
        return bool(taught) and bool(self._rows(sql, {"student": student_key, "courses": taught}))
