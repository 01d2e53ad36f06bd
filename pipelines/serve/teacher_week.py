"""Looking up this week's messages to teachers: of whom they are told, and who waits."""

from typing import NamedTuple

from learnloom.pipelines.lake.connection import Warehouse
from learnloom.pipelines.serve.students import must_be_refreshed
from learnloom.schemas.signal import Signal

_MESSAGE = "feedback.teacher_message"


class WeekMessage(NamedTuple):
    """One message about a student in a course."""

    course_id: str
    student_key: str
    student_name: str | None
    signals: tuple[Signal, ...]
    """All that calls there, the most useful first."""
    is_told: bool
    """Whether the week has room for it; else it waits."""


def read_week(warehouse: Warehouse, *, student_key: str | None = None) -> list[WeekMessage]:
    """Read this week's messages, those told first, most urgent first; what is noted and not told is left out."""
    must_be_refreshed(warehouse, _MESSAGE)
    rows = warehouse.rows(
        f"""
        SELECT message.course_id, message.student_key, any_value(student_name),
            list(signal.signal ORDER BY list_position(message.signal_ids, signal.signal_id)), any_value(is_told)
        FROM {_MESSAGE} AS message
        INNER JOIN feedback.signal AS signal
            ON message.student_key = signal.student_key AND list_contains(message.signal_ids, signal.signal_id)
        LEFT JOIN dimensional.dim_student ON message.student_key = dim_student.student_key
        WHERE (is_told OR NOT is_noted) AND ($student IS NULL OR message.student_key = $student)
        GROUP BY message.course_id, message.student_key
        ORDER BY any_value(is_told) DESC, any_value(message.urgency) DESC, message.course_id, message.student_key
        """,
        {"student": student_key},
    )
    return [
        WeekMessage(course, key, name, tuple(map(Signal.model_validate_json, signals)), is_told)
        for course, key, name, signals, is_told in rows
    ]
