"""SCORM's run-time data as tables: an attempt, or an element, a row."""

import io
from dataclasses import replace
from typing import Any

import pytest

from learnloom.pipelines.convert.format import OptionsError
from learnloom.pipelines.convert.scorm.run_time import RunTimeData
from learnloom.pipelines.ingest.sources.errors import InputError
from learnloom.schemas import vocabulary as xapi
from tests.pipelines.convert.format_contract import holds
from tests.pipelines.convert.samples import OPTIONS, SCHOOL, convert_all, verb

FORMAT = RunTimeData(OPTIONS)
_LONG = """id,userid,scoid,attempt,element,value,timemodified
1,5,9,1,x.start.time,1788770000,1788770000
2,5,9,1,cmi.core.lesson_status,completed,1788770100
3,5,9,1,cmi.interactions_0.id,q1,1788770200
4,5,9,1,cmi.interactions_0.result,wrong,1788770200
5,6,9,1,cmi.core.lesson_status,not attempted,1788770200
"""


def test_a_table_keeps_the_contract() -> None:
    """Tables keep what every format keeps."""
    holds(RunTimeData, OPTIONS, _LONG.encode())


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


def test_an_address_counts_where_there_is_no_id_and_is_no_account_s_name() -> None:
    """A report with addresses alone, or with an ID number that is empty, names its students as other tables do."""
    rows = (
        '"Email address",Activity,"Last accessed on",cmi.core.lesson_status\nm@school.example,42,{},passed\n',
        (
            '"ID number","Email address",Activity,"Last accessed on",cmi.core.lesson_status\n'
            ",m@school.example,42,{},passed\n"
        ),
    )
    for table in rows:
        (made,) = convert_all(FORMAT, table.format('"7 September 2026, 10:00 AM"').encode())
        assert made.statements[0]["actor"] == {"mbox": "mailto:m@school.example"}
        assert made.key == "m@school.example\x1f42\x1f1"


def test_elements_of_students_known_by_address_are_put_together_by_it() -> None:
    """Two students at one activity have two attempts."""
    table = (
        "email,activity,element,value,at\n"
        "m@school.example,42,cmi.core.lesson_status,passed,2026-09-07T10:00:00Z\n"
        "b@school.example,42,cmi.core.lesson_status,failed,2026-09-07T10:00:00Z\n"
    )
    assert [verb(made.statements[0]) for made in convert_all(FORMAT, table.encode())] == ["passed", "failed"]


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
