"""One whole event of every kind and format, with names, addresses and browsers that must not pass on."""

from typing import Any, Final

SECRETS: Final = {
    "ip": "203.0.113.7",
    "client_ip": "203.0.113.7",
    "agent": "Mozilla/5.0 (SecretAgent)",
    "user_agent": "SecretAgent",
    "email": "mila@secret.example",
    "user_login": "mila@secret.example",
    "user_name": "SecretName",
    "student_name": "SecretName",
    "learner_name": "SecretName",
    "session": "SecretSession",
}
"""What stands beside an event's meaning: whatever of it is in a statement is a leak."""
_PART: Final = {"p1_2_1": {"correctness": "correct", "answer": ["a"], "correct": True, "question": "Why?"}}
_TRACKING: Final = {
    **dict.fromkeys(
        ("id", "module_id", "problem_id", "block_id", "exam_content_id", "exam_name", "title"), "b1"
    ),
    **dict.fromkeys(("grade", "weighted_earned", "weighted_graded_earned", "completion", "currentTime"), 1),
    **dict.fromkeys(
        ("max_grade", "weighted_possible", "weighted_graded_possible", "duration", "new_time"), 4
    ),
    "user_id": 7,
    "course_id": "course-v1:a+b+c",
    "block_type": "html",
    "correct_map": _PART | {"p1_3_1": {"correctness": "incorrect"}},
    "answers": {"p1_2_1": "choice_1", "p1_3_1": ["a", "b"]},
    "submission": _PART,
    "discussion": {"id": "t1"},
    "old_time": 2,
    "attempt_event_elapsed_time_secs": 9.5,
    "answer": {"parts": [{"text": "A"}]},
    "user_forums_roles": ["Student"],
}


def tracking(kind: str) -> dict[str, Any]:
    """Make an event of a tracking log, with fields for every kind."""
    context = {
        **SECRETS,
        "user_id": 7,
        "course_id": "course-v1:a+b+c",
        "module": {"display_name": "M", "usage_key": "k"},
    }
    page = "https://lms.school.example/courses/course-v1:a+b+c/courseware/w/q/"
    return {
        **SECRETS,
        "name": kind,
        "event": _TRACKING,
        "context": context,
        "time": "2026-09-07T10:00:00",
        "referer": page,
    }


def caliper(kind: tuple[str, str]) -> dict[str, Any]:
    """Make a Caliper event, with properties for every kind."""
    part = {
        "id": "https://x.example/quiz",
        "type": "Assessment",
        "maxScore": 4,
        "name": "Q",
        "dateToSubmit": "2026-10-01",
    }
    attempt = {
        "assignee": {"id": "https://x.example/users/7", "name": "SecretName"},
        "assignable": part,
        "startedAtTime": "2026-09-07T09:00:00Z",
        "endedAtTime": "2026-09-07T09:01:00Z",
    }
    canvas = {
        **SECRETS,
        "type": "StudentEnrollment",
        "user_id": "7",
        "course_id": "urn:instructure:canvas:course:1",
    }
    types = {"MediaEvent": "VideoObject", "AssessmentItemEvent": "AssessmentItem", "Event": "CourseOffering"}
    hint = "/block-v1:a+b+c+type@problem+block@p/hint/1" if kind == ("Event", "Viewed") else "/thing"
    about = {
        "id": f"https://x.example{hint}",
        "type": types.get(kind[0], "Document"),
        "duration": "PT2M",
        "isPartOf": part,
        "learningObjectives": [{"id": "https://x.example/skill"}],
        "extensions": {"com.instructure.canvas": canvas} if kind[0] == "Event" else {},
        **attempt,
    }
    return {
        "id": "urn:uuid:1",
        "type": kind[0],
        "action": kind[1],
        "actor": {"id": "https://x.example/users/7", "type": "Person", "name": "SecretName"},
        "object": about,
        "target": {"currentTime": "PT5S"},
        "generated": {"attempt": attempt, "values": ["a", "b"], "scoreGiven": 2, "maxScore": 4},
        "eventTime": "2026-09-07T10:00:00.000Z",
        "group": {"id": "https://x.example/course", "type": "CourseSection"},
        "membership": {"roles": ["Learner"]},
        "session": {"id": "https://x.example/sessions/SecretSession"},
        "extensions": {"com.instructure.canvas": SECRETS},
    }


def canvas(kind: str) -> dict[str, Any]:
    """Make a live event of Canvas, with fields for every kind."""
    ids = (
        "quiz_id",
        "assignment_id",
        "user_id",
        "student_id",
        "course_id",
        "asset_id",
        "discussion_topic_id",
    )
    metadata = {
        **SECRETS,
        "event_name": kind,
        "event_time": "2026-09-07T10:00:00Z",
        "user_id": "21070000000000048",
        "root_account_id": "21070000000000001",
        "context_type": "Course",
        "context_id": "21070000000000565",
        "context_role": "StudentEnrollment",
    }
    body = {
        **dict.fromkeys(ids, "48"),
        "score": 3,
        "points_possible": 4,
        "type": "StudentEnrollment",
        "asset_type": "wiki_page",
        "asset_name": "Page",
        "user_name": "SecretName",
        "body": "Text",
        "progress": {"requirement_count": 1, "requirement_completed_count": 1},
    }
    return {"metadata": metadata, "body": body}


def scorm(kind: str) -> dict[str, Any]:
    """Make an attempt with two interactions of a type."""
    interaction = {
        "id": "q1",
        "type": kind,
        "student_response": "{a,b}",
        "learner_response": "a",
        "correct_responses": [{"pattern": "a"}],
        "result": "correct",
        "weighting": "2",
        "time": "09:00:00",
        "timestamp": "2026-09-07T09:00:00",
        "latency": "00:00:12.5",
        "description": "Why?",
    }
    core = {**SECRETS, "student_id": "7", "lesson_status": "passed", "score": {"raw": "3", "max": "4"}}
    cmi = {**SECRETS, "core": core, "interactions": [interaction] * 2, "completion_status": "completed"}
    return {
        "student": "7",
        "activity": "42",
        "course": "c",
        "attempt": 1,
        "at": "2026-09-07T10:00:00Z",
        "cmi": cmi,
    }


def qti(parts: list[str]) -> bytes:
    """Make a result of one item from its eleven values."""
    who, test, at, item, state, response, answer, score, most, points, taken = (
        part.replace("&", "&amp;").replace("<", "&lt;").replace('"', "&quot;") for part in parts
    )
    return (
        f'<assessmentResult><context sourcedId="{who}"><sessionIdentifier sourceID="candidateName" '
        f'identifier="SecretName"/></context><testResult identifier="{test}" datestamp="{at}"/><itemResult '
        f'identifier="{item}" datestamp="{at}" sessionStatus="{state}"><candidateComment>Secret</candidateComment>'
        f'<responseVariable identifier="{response}"><candidateResponse><value>{answer}</value></candidateResponse>'
        f'</responseVariable><outcomeVariable identifier="{score}" normalMaximum="{most}"><value>{points}</value>'
        f'</outcomeVariable><responseVariable identifier="duration"><candidateResponse><value>{taken}</value>'
        f"</candidateResponse></responseVariable></itemResult></assessmentResult>"
    ).encode()
