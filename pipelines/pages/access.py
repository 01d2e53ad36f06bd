"""Who may see what: the one place where it is decided."""

from learnloom.pipelines.lake.reading_copy import CopyCursor
from learnloom.pipelines.pages.model import is_enrolled
from learnloom.pipelines.roster.reader import Reader, Role


def may_see(
    reader: Reader,
    roles: frozenset[Role],
    model: CopyCursor,
    *,
    course_id: str | None = None,
    student_key: str | None = None,
) -> bool:
    """Whether a reader may see a page, or answer on one.

    Args:
        reader: who asks.
        roles: for whom the page is.
        model: tells which student is in which course.
        course_id: the course that the page is of; None: of none.
        student_key: the student whom it is about; None: about none alone.
    """
    if reader.role not in roles:
        return False
    if reader.role is Role.STUDENT:
        # Whoever is not matched has no page, and nobody has another's.
        return (
            reader.student_key is not None and student_key in (None, reader.student_key) and course_id is None
        )
    if reader.role is Role.TEACHER:
        is_theirs = course_id is None or course_id in reader.courses
        return is_theirs and (student_key is None or is_enrolled(model, student_key, reader.courses))
    # Leads see a school's figures, operators its health: neither sees a person.
    return student_key is None
