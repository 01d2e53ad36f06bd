"""Events of a tracking log, as the Open edX documentation describes them."""

from typing import Any, Final

COURSE: Final = "course-v1:School+Maths+2026"
BLOCK: Final = "block-v1:School+Maths+2026+type@"


def event(
    name: str, data: Any, *, at: str = "2026-09-07T10:00:00+00:00", page: str = "", **more: Any
) -> dict[str, Any]:
    """Make an event of student 7, with all that must not pass on."""
    context = {
        "course_id": COURSE,
        "user_id": 7,
        "org_id": "School",
        "session": "s3cret",
        **more.pop("context", {}),
    }
    return {
        "name": name,
        "event_type": name,
        "event_source": "server",
        "time": at,
        "username": "mila.lindqvist",
        "ip": "203.0.113.7",
        "agent": "Mozilla/5.0 (secret)",
        "host": "lms.school.example",
        "referer": page,
        "event": data,
        "context": {key: value for key, value in context.items() if value is not None},
        **more,
    }


def check(**data: Any) -> dict[str, Any]:
    """Make a `problem_check` of one question."""
    return event(
        "problem_check",
        {
            "problem_id": f"{BLOCK}problem+block@p1",
            "answers": {"p1_2_1": "choice_1"},
            "correct_map": {"p1_2_1": {"correctness": "correct", "npoints": None}},
            "submission": {"p1_2_1": {"question": "One half?", "response_type": "multiplechoiceresponse"}},
            "grade": 1,
            "max_grade": 1,
            "success": "correct",
            **data,
        },
        page=f"{'https://lms.school.example'}/courses/{COURSE}/courseware/week1/quiz1/?activate_block_id=x",
        context={"module": {"display_name": "Halves", "usage_key": f"{BLOCK}problem+block@p1"}},
    )


def player(name: str, seconds: int, **data: Any) -> dict[str, Any]:
    """Make an event of a player, so many seconds after ten o'clock."""
    at = f"2026-09-07T10:{seconds // 60:02d}:{seconds % 60:02d}+00:00"
    return event(name, {"id": "v1", "code": "html5", "duration": 120, **data}, at=at, event_source="browser")
