"""Events of every kind, damaged at random: whatever comes, statements are valid, and nothing passes that must not."""

import io
import random
import re
from collections.abc import Callable
from typing import Any, Final

import orjson
import pytest

from learnloom.pipelines.convert.caliper import envelopes
from learnloom.pipelines.convert.canvas import live_events
from learnloom.pipelines.convert.format import Converted, ConvertError, Format, Record
from learnloom.pipelines.convert.openedx import tracking_log
from learnloom.pipelines.convert.registry import make_format
from learnloom.pipelines.ingest.sources.errors import InputError
from learnloom.pipelines.ingest.validate.validator import validate
from tests.pipelines.convert.samples import OPTIONS

_SECRETS: Final = {
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
_SECRET: Final = re.compile(rb"secret|203\.0\.113", re.IGNORECASE)
_ODD: Final[list[Any]] = [
    *(
        None,
        True,
        False,
        0,
        -1,
        7,
        2**63,
        1e308,
        -0.5,
        1.5,
        1_788_770_000,
        "",
        " ",
        "0",
        "1e999",
        "nan",
        "-3",
        "101",
    ),
    *(
        "a b",
        "ä\u0000ö",
        "<&>\"'",
        "\U0001f600" * 3,
        "x" * 5_000,
        "a:b",
        "https://x.example/a?b#c d",
        "urn:x:%zz",
        "#",
    ),
    *(
        "PT1M2S",
        "P1Y",
        "PT-1S",
        "25:61:61",
        "10:00:00",
        "2026-13-01",
        "0001-01-01T00:00:00+14:00",
        "20260907",
    ),
    *(
        [],
        {},
        [None],
        [[]],
        ["a", 1, None],
        {"id": 7},
        {"id": "x", "type": []},
        {"a": {"b": {"c": {}}}},
        "{",
        '"',
        '{"a":',
    ),
]
_ROUNDS: Final = 60
"""Damaged events of each kind."""


def _damaged(value: Any, chance: random.Random) -> Any:
    """Replace a part of a value here and there."""
    if chance.random() < 0.06:
        return chance.choice(_ODD)
    if isinstance(value, dict):
        return {key: _damaged(inner, chance) for key, inner in value.items() if chance.random() > 0.03}
    if isinstance(value, list):
        return [_damaged(inner, chance) for inner in value]
    return value


def _check(format_: Format, given: bytes) -> tuple[int, int]:
    """Convert all that is given; count statements, which have to be valid and to keep to themselves, and refusals."""
    told = refused = 0
    try:
        records = list(format_.read(io.BytesIO(given)))
    except InputError:
        return 0, 1
    for record in records:
        result = _tried(format_, record)
        if isinstance(result, ConvertError):
            refused += 1
            assert result.fault.rule.startswith("convert-")
            assert not _SECRET.search(str(result).encode())
            continue
        assert bool(result.statements) != bool(result.ignored)
        assert len(set(result.names)) == len(result.names)
        for statement in result.statements:
            raw = orjson.dumps({"id": "00000000-0000-4000-8000-000000000001", **statement})
            assert validate(raw).faults == (), raw
            assert not _SECRET.search(raw), raw
            told += 1
    return told, refused


def _tried(format_: Format, record: Record) -> Converted | ConvertError:
    try:
        return record.error or format_.convert(record)
    except ConvertError as error:
        return error


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


def _tracking(kind: str) -> dict[str, Any]:
    context = {
        **_SECRETS,
        "user_id": 7,
        "course_id": "course-v1:a+b+c",
        "module": {"display_name": "M", "usage_key": "k"},
    }
    page = "https://lms.school.example/courses/course-v1:a+b+c/courseware/w/q/"
    return {
        **_SECRETS,
        "name": kind,
        "event": _TRACKING,
        "context": context,
        "time": "2026-09-07T10:00:00",
        "referer": page,
    }


def _caliper(kind: tuple[str, str]) -> dict[str, Any]:
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
        **_SECRETS,
        "type": "StudentEnrollment",
        "user_id": "7",
        "course_id": "urn:instructure:canvas:course:1",
    }
    about = {
        "id": "https://x.example/thing",
        "type": "VideoObject" if kind[0] == "MediaEvent" else "AssessmentItem",
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
        "extensions": {"com.instructure.canvas": _SECRETS},
    }


def _canvas(kind: str) -> dict[str, Any]:
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
        **_SECRETS,
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


def _scorm(kind: str) -> dict[str, Any]:
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
    core = {**_SECRETS, "student_id": "7", "lesson_status": "passed", "score": {"raw": "3", "max": "4"}}
    cmi = {**_SECRETS, "core": core, "interactions": [interaction] * 2, "completion_status": "completed"}
    return {
        "student": "7",
        "activity": "42",
        "course": "c",
        "attempt": 1,
        "at": "2026-09-07T10:00:00Z",
        "cmi": cmi,
    }


@pytest.mark.parametrize(
    ("name", "kinds", "make"),
    [
        ("openedx", tracking_log.KINDS, _tracking),
        ("caliper", envelopes.KINDS, _caliper),
        ("canvas", live_events.KINDS, _canvas),
        ("scorm", ("choice", "matching", "true-false", "fill-in"), _scorm),
    ],
)
def test_any_event_is_told_validly_or_refused(
    name: str, kinds: list[Any], make: Callable[[Any], dict[str, Any]]
) -> None:
    """Whatever an event holds, its statements pass the validator, and no address, agent or name is in them."""
    chance = random.Random(7)
    format_ = make_format(name, OPTIONS)
    told = refused = 0
    for kind in sorted(kinds):
        whole, _ = _check(format_, orjson.dumps(make(kind)))
        assert whole or kind == "edx.grades.problem.submitted", f"a whole {kind} says nothing"
        for _ in range(_ROUNDS):
            counts = _check(
                format_, orjson.dumps(_damaged(make(kind), chance), option=orjson.OPT_NON_STR_KEYS)
            )
            told, refused = told + counts[0], refused + counts[1]
    assert told > refused > 0


def test_any_result_of_qti_is_told_validly_or_refused() -> None:
    """Whatever a result of QTI holds, its statements pass the validator, and no name or comment is in them."""
    chance = random.Random(7)
    format_ = make_format("qti", OPTIONS)
    parts = [
        "c-7",
        "test-1",
        "2026-09-07T10:00:00Z",
        "item-1",
        "final",
        "RESPONSE",
        "a",
        "SCORE",
        "4",
        "3",
        "PT3S",
    ]
    told = refused = 0
    for _ in range(20 * _ROUNDS):
        damaged = [str(_damaged(part, chance)) for part in parts]
        filled = ["".join(letter for letter in part if letter.isprintable()) for part in damaged]
        counts = _check(format_, _qti(filled))
        told, refused = told + counts[0], refused + counts[1]
    assert told > refused > 0


def _qti(parts: list[str]) -> bytes:
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


@pytest.mark.parametrize("name", ["openedx", "caliper", "canvas", "scorm", "qti"])
def test_any_bytes_are_read_or_refused(name: str) -> None:
    """No format fails at bytes that are something else, or cut off."""
    chance = random.Random(7)
    format_ = make_format(name, OPTIONS)
    whole = orjson.dumps(_scorm("choice")) + b"\nstudent,cmi.core.lesson_status\n" + _qti(["x"] * 11)
    for _ in range(200):
        start = chance.randrange(len(whole))
        _check(format_, whole[start : start + chance.randrange(300)] + chance.randbytes(chance.randrange(9)))
