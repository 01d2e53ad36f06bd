"""SCORM's run-time data, 1.2 and 2004, as JSON and as tables."""

import io
from dataclasses import replace
from typing import Any

import orjson
import pytest

from learnloom.pipelines.convert.format import ConvertError, OptionsError, SourceRecord
from learnloom.pipelines.convert.scorm.run_time import RunTimeData
from learnloom.pipelines.ingest.sources.errors import InputError
from learnloom.schemas import vocabulary as xapi
from tests.pipelines.convert.format_contract import holds
from tests.pipelines.convert.samples import OPTIONS, SCHOOL, convert_all, lines, places, statements, verb

FORMAT = RunTimeData(OPTIONS)
_LONG = """id,userid,scoid,attempt,element,value,timemodified
1,5,9,1,x.start.time,1788770000,1788770000
2,5,9,1,cmi.core.lesson_status,completed,1788770100
3,5,9,1,cmi.interactions_0.id,q1,1788770200
4,5,9,1,cmi.interactions_0.result,wrong,1788770200
5,6,9,1,cmi.core.lesson_status,not attempted,1788770200
"""


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
    """SCORM keeps what every format keeps, from JSON and from tables."""
    holds(RunTimeData, OPTIONS, lines(old({"result": "correct"}), new({"result": "incorrect"}), {"no": 1}))
    holds(RunTimeData, OPTIONS, _LONG.encode())


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


def test_an_attempt_s_end_to_the_minute_moves_no_answer() -> None:
    """A report whose times have no seconds leaves the answers of the last minute on their day."""
    table = (
        "student,activity,at,cmi.core.lesson_status,cmi.interactions.0.id,cmi.interactions.0.time\n"
        "7,42,09/07/2026 10:10 AM,passed,q1,10:10:11\n"
    )
    (made,) = convert_all(
        RunTimeData(replace(OPTIONS, table={"time_formats": ["%m/%d/%Y %I:%M %p"]})), table.encode()
    )
    assert made.statements[0]["timestamp"] == "2026-09-07T10:10:00Z"


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
    ],
)
def test_how_an_attempt_went_is_one_statement(
    record: dict[str, Any], told: str, result: dict[str, Any] | None
) -> None:
    """A raw score is one of a hundred in SCORM 1.2 without a most, and of unknown share in 2004."""
    (made,) = statements(FORMAT, record)
    assert (verb(made), made.get("result")) == (told, result)


def test_a_table_of_elements_is_put_together_by_attempt() -> None:
    """Rows of one attempt are one record; an attempt that was not begun says nothing."""
    begun, not_begun = convert_all(FORMAT, _LONG.encode())
    assert [verb(each) for each in begun.statements] == ["answered", "completed"]
    assert begun.statements[0]["timestamp"] == "2026-09-07T08:36:40Z"
    assert begun.can_change
    assert not_begun.ignored == "not begun"


def test_an_attempt_whose_rows_stand_apart_is_refused() -> None:
    """Half an attempt must not take the place of the other half: the file has to be sorted."""
    *_, late = FORMAT.read(io.BytesIO(_LONG.encode() + b"6,5,9,1,cmi.core.score.raw,70,1788770300\n"))
    assert late.error is not None
    assert late.error.fault.rule == "convert-order"
    assert "sort it" in str(late.error)


def test_a_row_that_cannot_be_read_costs_only_itself() -> None:
    """The other elements of its attempt are told."""
    broken = _LONG.replace("2,5,9,1,cmi.core.lesson_status,completed,1788770100", '2,5,9,1,"x,y,z')
    records = list(FORMAT.read(io.BytesIO(broken.encode())))
    assert [record.error.fault.rule for record in records if record.error] == ["convert-quotes"]
    assert len(records) == 3


def test_a_table_of_attempts_has_elements_as_columns() -> None:
    """Columns are found by the names of reports, or by the map, whatever divides them."""
    table = "Key;Title;Activity;When;cmi.core.lesson_status;cmi.core.score.raw\n7;Fire;42;2026-09-07 10:00;passed;70\n"
    mapped = RunTimeData(replace(OPTIONS, table={"columns": {"student": "Key", "at": "When"}}))
    (result,) = convert_all(mapped, table.encode())
    (made,) = result.statements
    assert made["object"]["definition"] == {"type": xapi.ASSESSMENT, "name": {"und": "Fire"}}
    assert made["actor"]["account"]["name"] == "7"


def test_moodle_s_report_of_interactions_is_read_as_it_comes() -> None:
    """Answers arrive by the questions' own ids and the time of the attempt; who has not begun says nothing."""
    report = (
        'Name,"ID number","Email address",Attempt,"Started on","Last accessed on",Score,Fire,'
        '"Question 0","Response 0","Right answer 0","Result 0"\n'
        '"Mila Lindqvist",7,m@school.example,1,"Monday, 7 September 2026, 9:50 AM",'
        '"Monday, 7 September 2026, 10:00 AM",'
        "80,80/100,q7,a,b,wrong\n"
        '"Jo Ek",8,j@school.example,-,-,-,-,"Not attempted","","","",""\n'
    )
    named = RunTimeData(replace(OPTIONS, quiz=f"{SCHOOL}/fire"))
    begun, not_begun = convert_all(named, report.encode())
    (answer,) = begun.statements
    assert (answer["object"]["id"], answer["timestamp"]) == (f"{SCHOOL}/fire#q7", "2026-09-07T10:00:00Z")
    assert answer["result"] == {"success": False, "response": "a"}
    assert answer["actor"]["account"]["name"] == "7"
    assert not [word for word in ("Lindqvist", "m@school") if word in str(answer)]
    assert not_begun.ignored == "not begun"


@pytest.mark.parametrize(
    ("table", "words"),
    [
        ("a,b\n1,2\n", "cmi.core.lesson_status"),
        ("", "no header"),
        ("element,value\n" + '"' * 3 + "\n", "--map"),
    ],
)
def test_what_is_no_table_of_run_time_data_is_named(table: str, words: str) -> None:
    """A file without elements, or without the column that the map names, says what it lacks."""
    mapped = (
        RunTimeData(replace(OPTIONS, table={"columns": {"student": "Key"}})) if words == "--map" else FORMAT
    )
    with pytest.raises(InputError, match=words):
        list(mapped.read(io.BytesIO(table.encode())))


@pytest.mark.parametrize(
    "table", [{"rows": {}}, {"columns": {"pupil": "x"}}, {"columns": {"student": 1}}, {"time_formats": "%d"}]
)
def test_a_map_that_says_something_else_is_refused(table: dict[str, Any]) -> None:
    """The map names columns and forms of times, and nothing else."""
    with pytest.raises(OptionsError):
        RunTimeData(replace(OPTIONS, table=table))


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
