"""Open edX' tracking log."""

import io
from typing import Any

import orjson
import pytest

from learnloom.pipelines.convert.format import ConvertError, Options, OptionsError, SourceRecord
from learnloom.pipelines.convert.openedx.tracking_log import TrackingLog
from learnloom.schemas import vocabulary as xapi
from tests.pipelines.convert.format_contract import holds
from tests.pipelines.convert.openedx.samples import BLOCK, COURSE, check, event, player
from tests.pipelines.convert.samples import (
    OPTIONS,
    SCHOOL,
    convert_all,
    ignored,
    lines,
    places,
    statements,
    verb,
)

LOG = TrackingLog(OPTIONS)
_TWO = {
    "answers": {"p1_2_1": "choice_1", "p1_3_1": ["choice_0", "choice_2"]},
    "correct_map": {"p1_2_1": {"correctness": "correct"}, "p1_3_1": {"correctness": "incorrect"}},
    "submission": {},
    "grade": 1,
    "max_grade": 2,
    "success": "incorrect",
}


def test_format_keeps_the_contract() -> None:
    """Open edX' log keeps what every format keeps."""
    holds(
        TrackingLog,
        OPTIONS,
        lines(
            check(),
            player("play_video", 0, currentTime=0),
            player("pause_video", 9, currentTime=9),
            {"no": 1},
        ),
    )


def test_an_answer_is_told_with_all_that_is_known_of_it() -> None:
    """Question, course, quiz, choice, points and verdict arrive; of a person nothing but the id."""
    (answer,) = statements(LOG, check())
    assert answer["actor"] == {"account": {"homePage": SCHOOL, "name": "7"}}
    assert answer["verb"]["id"] == xapi.ANSWERED
    assert answer["object"]["id"] == f"{SCHOOL}/xblock/{BLOCK}problem+block@p1"
    assert answer["object"]["definition"]["interactionType"] == "choice"
    assert answer["result"] == {
        "score": {"scaled": 1, "raw": 1, "min": 0, "max": 1},
        "success": True,
        "response": "choice_1",
    }
    assert places(answer, "grouping") == [f"{SCHOOL}/course/{COURSE}"]
    assert places(answer, "parent") == [f"{SCHOOL}/xblock/{BLOCK}sequential+block@quiz1"]
    told = orjson.dumps(answer)
    assert not [word for word in (b"203.0.113.7", b"secret", b"s3cret", b"mila") if word in told]


def test_a_problem_with_two_questions_is_two_answers() -> None:
    """Each question is answered once, by its own verdict; the problem as a whole is no third answer."""
    first, second = statements(LOG, check(**_TWO))
    assert first["object"]["id"] == f"{SCHOOL}/xblock/{BLOCK}problem+block@p1_2_1"
    assert (first["result"]["success"], second["result"]["success"]) == (True, False)
    assert second["result"]["response"] == "choice_0[,]choice_2"
    assert "score" not in first["result"]


def test_what_waits_for_a_grader_is_neither_right_nor_wrong() -> None:
    """An answer that is queued has no verdict and no score."""
    (answer,) = statements(LOG, check(correct_map={"p1_2_1": {"correctness": "queued"}}, success="incorrect"))
    assert answer["result"] == {"response": "choice_1"}


@pytest.mark.parametrize(
    ("record", "why"),
    [
        (
            check() | {"event_source": "browser", "event": "input_p1_2_1=choice_1"},
            "the server tells the same",
        ),
        (event("edx.course.grade.now_failed", {}), "sent until a student passes: no failure"),
        (
            event("edx.grades.problem.submitted", {"problem_id": f"{BLOCK}problem+block@p1"}),
            "problem_check tells the same",
        ),
        (check() | {"context": {"user_id": None}, "username": ""}, "nobody was logged in"),
        (event("edx.forum.thread.created", {"id": "t", "user_forums_roles": ["Moderator"]}), "by staff"),
        (
            event(
                "edx.grades.subsection.grade_calculated",
                {
                    "block_id": f"{BLOCK}sequential+block@s",
                    "weighted_graded_earned": 0,
                    "weighted_graded_possible": 0,
                },
            ),
            "practice without a grade",
        ),
        (event("/courses/x/courseware", {}), "carries no meaning"),
        (event("edx.bookmark.added", {}), "carries no meaning"),
    ],
)
def test_what_says_nothing_of_its_own_is_ignored_with_its_reason(record: dict[str, Any], why: str) -> None:
    """What would be counted twice, or has no meaning, gives no statement, and says why."""
    assert ignored(LOG, record) == why


@pytest.mark.parametrize(
    ("record", "told", "about"),
    [
        (
            event(
                "edx.problem.hint.demandhint_displayed",
                {"module_id": f"{BLOCK}problem+block@p1", "hint_index": 0},
            ),
            "requested-hint",
            f"xblock/{BLOCK}problem+block@p1",
        ),
        (
            event("showanswer", {"problem_id": f"{BLOCK}problem+block@p1"}),
            "requested-hint",
            f"xblock/{BLOCK}problem+block@p1",
        ),
        (
            event("edx.course.enrollment.activated", {"course_id": COURSE, "user_id": 7}),
            "registered",
            f"course/{COURSE}",
        ),
        (
            event("edx.course.enrollment.deactivated", {"course_id": COURSE, "user_id": 7}),
            "unregistered",
            f"course/{COURSE}",
        ),
        (event("edx.course.grade.passed.first_time", {"user_id": 7}), "passed", f"course/{COURSE}"),
        (
            event("edx.forum.thread.created", {"id": "t1", "thread_type": "question"}),
            "asked",
            "api/discussion/v1/threads/t1",
        ),
        (event("edx.forum.thread.created", {"id": "t1"}), "commented", "api/discussion/v1/threads/t1"),
        (
            event("edx.forum.response.created", {"id": "r", "discussion": {"id": "t1"}}),
            "responded",
            "api/discussion/v1/threads/t1",
        ),
        (
            event("edx.forum.comment.created", {"id": "c", "discussion": {"id": "t1"}}),
            "commented",
            "api/discussion/v1/threads/t1",
        ),
        (event("edx.forum.thread.viewed", {"id": "t1"}), "experienced", "api/discussion/v1/threads/t1"),
        (
            event("edx.special_exam.timed.attempt.submitted", {"exam_content_id": "x"}),
            "completed",
            "xblock/x",
        ),
        (
            event(
                "edx.completion.block_completion.changed",
                {"block_type": "html", "block_id": "h", "completion": 1.0},
            ),
            "completed",
            "xblock/h",
        ),
        (event("edx.ui.lms.sequence.next_selected", {"id": "s"}), "experienced", "xblock/s"),
        (
            event("openassessmentblock.create_submission", {}, context={"module": {"usage_key": "ora"}}),
            "submit",
            "xblock/ora",
        ),
        (
            event("openassessmentblock.peer_assess", {}, context={"module": {"usage_key": "ora"}}),
            "reviewed",
            "xblock/ora",
        ),
        (
            event(
                "edx.grades.problem.submitted",
                {
                    "problem_id": f"{BLOCK}openassessment+block@o",
                    "weighted_earned": 3,
                    "weighted_possible": 4,
                },
            ),
            "scored",
            f"xblock/{BLOCK}openassessment+block@o",
        ),
    ],
)
def test_each_kind_has_its_verb_and_object(record: dict[str, Any], told: str, about: str) -> None:
    """Each kind of event that has a meaning becomes one statement in our vocabulary."""
    (made,) = statements(LOG, record)
    assert (verb(made), made["object"]["id"]) == (told, f"{SCHOOL}/{about}")
    assert [*places(made, "grouping"), made["object"]["id"]].count(f"{SCHOOL}/course/{COURSE}") == 1


def test_a_subsection_score_is_that_of_the_student_graded() -> None:
    """The score belongs to whom it is about, not to who caused it."""
    data = {"user_id": "9", "block_id": "s", "weighted_graded_earned": 3, "weighted_graded_possible": 4}
    (made,) = statements(LOG, event("edx.grades.subsection.grade_calculated", data))
    assert made["actor"]["account"]["name"] == "9"
    assert made["object"]["definition"]["type"] == xapi.ASSESSMENT
    assert made["result"]["score"]["scaled"] == 0.75


def test_events_may_nest_json_in_a_string_and_know_the_user_by_name_only() -> None:
    """An old event is read like a new one; its user's name serves where there is no id."""
    old = player("play_video", 0, currentTime=1.5)
    old["event"] = orjson.dumps(old["event"]).decode()
    old["context"] = {"course_id": "School/Maths/2012"}
    (made,) = statements(LOG, old)
    assert made["actor"]["account"]["name"] == "mila.lindqvist"
    assert made["object"]["id"] == f"{SCHOOL}/xblock/i4x://School/Maths/video/v1"
    assert made["result"]["extensions"][xapi.VIDEO_TIME] == 1.5


def test_the_same_event_has_one_key_whatever_servers_add_to_it() -> None:
    """Asides do not make an event another one; another time does."""
    plain, adorned, later = (
        check(),
        check(),
        check() | {"time": "2026-09-07T11:00:00+00:00"},
    )
    adorned["context"]["asides"] = {"tagged": 1}
    keys = [each.key for each in convert_all(LOG, lines(plain, adorned, later))]
    assert keys[0] == keys[1] != keys[2]


@pytest.mark.parametrize(
    ("raw", "rule", "words"),
    [
        (b"{", "convert-json", "one event a line"),
        (b"[1]", "convert-event", "neither name nor event_type"),
        (orjson.dumps(check() | {"time": "yesterday"}), "convert-time", "'yesterday'"),
        (orjson.dumps(check() | {"time": None}), "convert-time", "There is no time"),
        (orjson.dumps(check(problem_id=None)), "convert-item", "problem_id"),
        (orjson.dumps(check() | {"event": '{"problem_id": "cut'}), "convert-json", "cut off"),
    ],
)
def test_a_malformed_event_is_refused_with_what_is_wrong(raw: bytes, rule: str, words: str) -> None:
    """The refusal names the rule, the value or field, and what to do."""
    with pytest.raises(ConvertError) as refusal:
        LOG.convert(SourceRecord(raw, "record 1"))
    assert refusal.value.fault.rule == rule
    assert words in str(refusal.value)


def test_a_broken_line_costs_only_itself() -> None:
    """The events around a line that is no JSON are read."""
    records = list(LOG.read(io.BytesIO(lines(check()) + b"\n{oops\n" + lines(check()))))
    assert len(records) == 3


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (Options(), "--home-page"),
        (Options(home_page="school"), "'school'"),
        (Options(home_page=SCHOOL, course="maths"), "--course"),
        (Options(home_page=SCHOOL, time_zone="Mars/Olympus"), "Mars/Olympus"),
    ],
)
def test_wrong_options_are_named(options: Options, words: str) -> None:
    """What a person gave wrongly is said before anything is read."""
    with pytest.raises(OptionsError, match=words):
        TrackingLog(options)
