"""Who reads: the identity of a login, the part the reader plays and what follows from the roster."""

from dataclasses import dataclass
from enum import StrEnum


class Role(StrEnum):
    """The part a reader plays; what each may see is decided in one place."""

    STUDENT = "student"
    TEACHER = "teacher"
    LEAD = "lead"
    OPERATOR = "operator"


@dataclass(frozen=True)
class Reader:
    """One person who is logged in.

    Attributes:
        subject: The login's own identity, "issuer#sub"; goes into no page and no URL.
        name: Shown in the head of a page; may be empty.
        role: The part the reader plays.
        student_key: The key of the student, of a student whose login is matched.
        courses: Ids of the courses whose students a teacher may see.
        language: The language of the pages, BCP 47.
    """

    subject: str
    name: str
    role: Role
    student_key: str | None
    courses: frozenset[str]
    language: str
