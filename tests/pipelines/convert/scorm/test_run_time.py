"""SCORM's run-time data, 1.2 and 2004."""

from dataclasses import replace
from typing import Any

import orjson
import pytest

from learnloom.pipelines.convert.format import ConvertError, SourceRecord
from learnloom.pipelines.convert.scorm.run_time import RunTimeData
from tests.pipelines.convert.format_contract import holds
from tests.pipelines.convert.samples import OPTIONS, SCHOOL, lines, places, statements, verb

FORMAT = RunTimeData(OPTIONS)


def attempt(cmi: dict[str, Any], **said: Any) -> dict[str, Any]:
    """Make an attempt of student 7 at activity 42, last written to at ten past ten."""
    return {"student": "7", "activity": "42", "at": "2026-09-07T10:10:00Z", "cmi": cmi, **said}


def old(interaction: dict[str, Any], **core: Any) -> dict[str, Any]:
    """Make an attempt of SCORM 1.2 with one interaction."""
    return attempt(
        {"core": {"student_name": "Lindqvist, Mila", **core}, "interactions": [{"id": "q1", **interaction}]}
    )


def new(interaction: dict[str, Any], **cmi: Any) -> dict[str, Any]:
    """Make an attempt of SCORM 2004 with one interaction."""
    return attempt(
        {"learner_name": "Mila Lindqvist", "interactions": {"0": {"id": "q1", **interaction}}, **cmi}
    )


def test_format_keeps_the_contract() -> None:
    """SCORM keeps what every format keeps."""
    holds(RunTimeData, OPTIONS, lines(old({"result": "correct"}), new({"result": "incorrect"}), {"no": 1}))


def test_an_answer_of_1_2_is_told_in_the_words_of_xapi() -> None:
    """Choices, right answer, verdict, latency and time of day arrive; no name does."""
    interaction = {
        "type": "choice",
        "student_response": "{a,c}",
        "correct_responses": {"0": {"pattern": "a,b"}},
        "result": "wrong",
        "time": "10:02:11",
        "latency": "00:01:12.50",
    }
    (answer,) = statements(FORMAT, old(interaction))
    assert answer["object"]["id"] == f"{SCHOOL}/scorm/42#q1"
    assert answer["object"]["definition"]["correctResponsesPattern"] == ["a[,]b"]
    assert answer["result"] == {"success": False, "response": "a[,]c", "duration": "PT72.5S"}
    assert answer["timestamp"] == "2026-09-07T10:02:11Z"
    assert places(answer, "parent") == [f"{SCHOOL}/scorm/42"]
    assert b"Lindqvist" not in orjson.dumps(answer)


def test_a_time_of_day_after_the_last_writing_was_the_day_before() -> None:
    """What was answered at eleven in the evening was not answered after ten in the morning of the same day."""
    (answer,) = statements(FORMAT, old({"time": "23:00:00", "result": "correct"}))
    assert answer["timestamp"] == "2026-09-06T23:00:00Z"


@pytest.mark.parametrize(
    ("at", "time", "answered"),
    [
        ("2026-09-07T10:10:00Z", "10:10:02", "2026-09-07T10:10:00Z"),
        ("2026-09-07T10:10:00Z", "11:10:05", "2026-09-07T10:10:00Z"),
        ("2026-09-07T00:00:03Z", "23:59:58", "2026-09-06T23:59:58Z"),
        ("2026-09-07T23:59:58Z", "00:00:01", "2026-09-07T23:59:58Z"),
        ("2026-09-07T10:10:00Z", "13:11:00", "2026-09-06T13:11:00Z"),
    ],
)
def test_a_learner_s_clock_may_be_ahead_of_the_server_s(at: str, time: str, answered: str) -> None:
    """An answer a little after the attempt's end was given at its end, and not a day before."""
    (answer,) = statements(FORMAT, {**old({"time": time, "result": "correct"}), "at": at})
    assert answer["timestamp"] == answered


def test_a_time_of_day_is_of_the_school_s_zone() -> None:
    """Ten o'clock in Berlin in September is eight in UTC."""
    berlin = RunTimeData(replace(OPTIONS, time_zone="Europe/Berlin"))
    (answer,) = statements(berlin, old({"time": "10:00:00", "result": "correct"}))
    assert answer["timestamp"] == "2026-09-07T08:00:00Z"


@pytest.mark.parametrize(
    ("interaction", "told"),
    [
        ({"result": "correct"}, {"success": True}),
        ({"result": "incorrect"}, {"success": False}),
        ({"result": "neutral", "learner_response": "x"}, {"response": "x"}),
        ({"result": "unanticipated", "learner_response": "x"}, {"response": "x"}),
        ({"result": "0.25"}, {"score": {"scaled": 0.25, "raw": 0.25, "min": 0, "max": 1}}),
        ({"result": "3", "weighting": "4"}, {"score": {"scaled": 0.75, "raw": 3, "min": 0, "max": 4}}),
        ({"result": "3", "latency": "PT1M2S"}, {"duration": "PT62S"}),
        (
            {"type": "true-false", "learner_response": "t", "result": "correct"},
            {"success": True, "response": "true"},
        ),
        (
            {"type": "matching", "learner_response": "1[.]a", "result": "correct"},
            {"success": True, "response": "1[.]a"},
        ),
    ],
)
def test_results_of_2004_are_verdicts_shares_or_unknown(
    interaction: dict[str, str], told: dict[str, Any]
) -> None:
    """Words that are no verdict, and numbers of which the most is unknown, say neither right nor wrong."""
    (answer,) = statements(FORMAT, new(interaction))
    assert answer.get("result") == told


@pytest.mark.parametrize(
    ("record", "told", "result"),
    [
        (
            attempt(
                {"core": {"lesson_status": "passed", "score": {"raw": "80"}, "total_time": "0000:12:30.00"}}
            ),
            "passed",
            {
                "score": {"scaled": 0.8, "raw": 80, "min": 0, "max": 100},
                "success": True,
                "duration": "PT750S",
            },
        ),
        (
            attempt({"core": {"lesson_status": "failed", "score": {"raw": "8", "max": "10"}}}),
            "failed",
            {"score": {"scaled": 0.8, "raw": 8, "min": 0, "max": 10}, "success": False},
        ),
        (attempt({"core": {"lesson_status": "incomplete"}}), "attempted", None),
        (attempt({"core": {"lesson_status": "browsed"}}), "experienced", None),
        (
            attempt({"completion_status": "completed", "success_status": "unknown", "score": {"raw": "80"}}),
            "completed",
            {"completion": True},
        ),
        (
            attempt(
                {"completion_status": "completed", "success_status": "passed", "score": {"scaled": "0.9"}}
            ),
            "passed",
            {"score": {"scaled": 0.9}, "success": True, "completion": True},
        ),
        (
            attempt(
                {
                    "completion_status": "completed",
                    "score": {"raw": "0", "min": "0", "max": "0", "scaled": "0.7"},
                }
            ),
            "completed",
            {"score": {"scaled": 0.7}, "completion": True},
        ),
    ],
)
def test_how_an_attempt_went_is_one_statement(
    record: dict[str, Any], told: str, result: dict[str, Any] | None
) -> None:
    """A raw score is one of a hundred in SCORM 1.2 without a most, and of unknown share in 2004."""
    (made,) = statements(FORMAT, record)
    assert (verb(made), made.get("result")) == (told, result)


@pytest.mark.parametrize(
    ("record", "rule"),
    [
        ({"student": "7"}, "convert-event"),
        (attempt({"core": {"lesson_status": "passed"}}, student=""), "convert-student"),
        (attempt({"core": {"lesson_status": "passed"}}, activity=None), "convert-item"),
        (attempt({"core": {"lesson_status": "passed"}}, at=""), "convert-time"),
        (old({"id": "", "result": "correct"}), "convert-item"),
    ],
)
def test_an_attempt_that_lacks_what_it_means_is_refused(record: dict[str, Any], rule: str) -> None:
    """Whose, at what, when, and what was answered have to be there."""
    with pytest.raises(ConvertError) as refusal:
        FORMAT.convert(SourceRecord(orjson.dumps(record), "record 1"))
    assert refusal.value.fault.rule == rule


def test_one_quiz_can_be_named_for_all() -> None:
    """Where attempts do not say at what, the quiz of the options serves."""
    named = RunTimeData(replace(OPTIONS, quiz=f"{SCHOOL}/fire"))
    (made,) = statements(named, attempt({"core": {"lesson_status": "passed"}}, activity=None))
    assert made["object"]["id"] == f"{SCHOOL}/fire"
